//! Problems: views and handlers.

use crate::app::act::Shown;
use crate::app::problems::{self, ProblemFilter, ProblemRow};
use crate::app::{Act, AppError, Done, Page, Seen};
use crate::domain::fault::Faults;
use crate::domain::id::{ProblemId, ProjectId, UserId, VisitId};
use crate::domain::policy::Action;
use crate::domain::problem::{Overdue, ProblemInput, ProblemStage, ResolutionInput};
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// A problem.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ProblemView {
    id: ProblemId,
    stage: ProblemStage,
    version: i64,
    project_id: ProjectId,
    /// The visit at which it was found.
    visit_id: Option<VisitId>,
    summary: String,
    /// 责任人.
    owner: String,
    due_on: Date,
    raised_by: UserId,
    resolution: Option<String>,
    closed_by: Option<UserId>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(ProblemView);

impl From<Shown<ProblemRow>> for ProblemView {
    fn from(Shown { record: row, allowed }: Shown<ProblemRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            project_id: row.project_id,
            visit_id: row.visit_id,
            summary: row.summary,
            owner: row.owner,
            due_on: row.due_on,
            raised_by: row.raised_by,
            resolution: row.resolution,
            closed_by: row.closed_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// What a list of problems can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ProblemQuery {
    #[deserr(default)]
    project_id: Option<ProjectId>,
    #[deserr(default)]
    stage: Option<ProblemStage>,
    /// Whether it should have been solved by now.
    #[deserr(default)]
    overdue: Option<Overdue>,
}

/// `POST /projects/{id}/problems`
pub fn raise(act: &mut Act<'_>, id: ProjectId, input: ProblemInput) -> Result<Done<ProblemView>, AppError> {
    Ok(problems::raise(act, id, &input)?.map(Into::into))
}

/// `GET /problems`
pub fn list(act: &mut Act<'_>, (): (), query: ProblemQuery, page: &Page) -> Result<Seen<Vec<ProblemView>>, AppError> {
    let overdue = query.overdue.map(|overdue| (overdue, act.now.date()));
    let filter = ProblemFilter { project_id: query.project_id, stage: query.stage, overdue };
    Ok(problems::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /problems/{id}`
pub fn get(act: &mut Act<'_>, id: ProblemId) -> Result<Seen<ProblemView>, AppError> {
    Ok(problems::get(act, id)?.map(Into::into))
}

/// `POST /problems/{id}/close`
pub fn close(act: &mut Act<'_>, id: ProblemId, input: ResolutionInput) -> Result<Done<ProblemView>, AppError> {
    Ok(problems::close(act, id, &input)?.map(Into::into))
}
