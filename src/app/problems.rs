//! Problems 跟踪问题: raised by a project's commissioner, closed by whoever raised them or by supervision.

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::app::projects;
use crate::domain::id::{ProblemId, ProjectId, VisitId};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::problem::{ProblemInput, ProblemStage, ResolutionInput};
use crate::store::projects::{self as project_rows, ProjectRow};
use crate::store::{Page, problems};

pub use crate::store::problems::{ProblemFilter, ProblemRow};

impl Record for ProblemRow {
    type Stage = ProblemStage;
    const KIND: Kind = Kind::Problem;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> ProblemStage {
        self.stage
    }
}

/// How the caller stands to a problem: who raised it is its author, also when somebody else follows the project by now.
pub(super) fn tie(act: &Act<'_>, row: &ProblemRow, project: &ProjectRow) -> Tie {
    let standing = projects::team_standing(act, project);
    let author = act.actor.is(row.raised_by);
    let conflicted = standing.conflicted && (!author || act.actor.must_step_aside(project.challenge_id));
    Standing { conflicted, author, ..standing }.tie()
}

fn object(act: &Act<'_>, row: &ProblemRow, project: &ProjectRow) -> Object {
    Object::record(row, tie(act, row, project))
}

fn shown(act: &Act<'_>, row: ProblemRow, project: &ProjectRow) -> Shown<ProblemRow> {
    Shown { allowed: act.allowed(&row, tie(act, &row, project)), record: row }
}

/// Whom a problem concerns, and what is said of it.
pub(super) fn about(row: &ProblemRow, project: &ProjectRow) -> About {
    let mut about = projects::about(project);
    about.facts.name.clone_from(&row.summary);
    about.facts.by.clone_from(&row.owner);
    about.facts.until = row.due_on.to_string();
    about.facts.path = format!("/problems/{}", row.id);
    about
}

/// Adds a problem and tells those whom it concerns, in the course of an act that was permitted.
pub(super) fn found(
    act: &mut Act<'_>,
    project: &ProjectRow,
    input: &ProblemInput,
    visit: Option<VisitId>,
) -> Result<Done<Shown<ProblemRow>>, AppError> {
    let permit = act.permit(Action::ProblemRaise, &Object { version: None, ..Object::record(project, projects::tie(act, project)) })?;
    let row = ProblemRow {
        id: ProblemId::new(act.now),
        project_id: project.id,
        visit_id: visit,
        summary: input.summary.to_string(),
        owner: input.owner.to_string(),
        due_on: input.due_on,
        stage: ProblemStage::Open,
        raised_by: act.user()?,
        resolution: None,
        closed_by: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    problems::insert(act.conn, &row)?;
    let recorded = act.record_plain(permit, Object::record(&row, Tie::Author), about(&row, project))?;
    Ok(recorded.with(shown(act, row, project)))
}

/// Raises a problem of a project that runs.
///
/// # Errors
/// Denied to all but its commissioner; the project does not run; a day that is past.
pub fn raise(act: &mut Act<'_>, id: ProjectId, input: &ProblemInput) -> Result<Done<Shown<ProblemRow>>, AppError> {
    let project = projects::load(act, id)?;
    let _permitted = act.permit(Action::ProblemRaise, &Object::record(&project, projects::tie(act, &project)))?;
    projects::runs(&project)?;
    input.check(act.now.date())?;
    found(act, &project, input, None)
}

/// Closes a problem.
///
/// # Errors
/// Denied to all but whoever raised it and supervision, stale, closed already.
pub fn close(act: &mut Act<'_>, id: ProblemId, input: &ResolutionInput) -> Result<Done<Shown<ProblemRow>>, AppError> {
    let (found, _) = load(act, id)?;
    let project = projects::load(act, found.project_id)?;
    let (row, _) = load(act, id)?;
    let step = act.step(Action::ProblemClose, &row, object(act, &row, &project))?;
    let user = act.user()?;
    let row = problems::close(act.conn, &row, step.to, input.resolution.as_str(), user, act.now)?;
    let mut about = about(&row, &project);
    about.facts.reason = input.resolution.to_string();
    about.detail = input.resolution.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

fn load(act: &mut Act<'_>, id: ProblemId) -> Result<(ProblemRow, ProjectRow), AppError> {
    let row = problems::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    Ok((row, project))
}

/// Shows a problem.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: ProblemId) -> Result<Seen<Shown<ProblemRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let permit = act.permit(Action::ProblemRead, &object(act, &row, &project))?;
    Ok(Seen::by(permit, shown(act, row, &project)))
}

/// Lists problems: all for staff, their own projects' for teams.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, filter: &ProblemFilter, page: &Page) -> Result<Seen<Vec<Shown<ProblemRow>>>, AppError> {
    let (permit, scope) = act.scope(Action::ProblemRead, Kind::Problem)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let rows = problems::list(act.conn, scope, own, filter, page)?;
    Ok(Seen::by(permit, rows.into_iter().map(|(row, project)| shown(act, row, &project)).collect()))
}
