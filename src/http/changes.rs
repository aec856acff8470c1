//! Changes: views and handlers.

use crate::app::Page;
use crate::app::act::Shown;
use crate::app::changes::{self, ChangeRow, asking, deciding, effect};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::amendment::Change;
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::change::{AdviceInput, ChangeInput, ChangeKind, ChangeStage};
use crate::domain::fault::Faults;
use crate::domain::id::{ChangeId, ProjectId, UserId};
use crate::domain::milestone::OpinionInput;
use crate::domain::policy::Action;
use crate::domain::project::SignInput;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// A change of a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ChangeView {
    id: ChangeId,
    stage: ChangeStage,
    version: i64,
    project_id: ProjectId,
    kind: ChangeKind,
    /// Whether a director approves it and all parties sign; otherwise it is filed.
    major: bool,
    cause: String,
    cause_on: Option<Date>,
    /// 单位意见; none where a gate of the race ordered it.
    unit_opinion: Option<String>,
    /// What it makes different in the commitment.
    differences: Vec<Change>,
    sponsor_opinion: Option<String>,
    commissioner_opinion: Option<String>,
    /// The decision's reason.
    opinion: Option<String>,
    decided_by: Option<UserId>,
    /// Number of the commitment that it makes.
    number: Option<i32>,
    effective_at: Option<Timestamp>,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(ChangeView);

impl From<Shown<ChangeRow>> for ChangeView {
    fn from(Shown { record: row, allowed }: Shown<ChangeRow>) -> Self {
        let input = row.input.read().ok();
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            project_id: row.project_id,
            kind: row.kind,
            major: row.kind.is_major(),
            cause: input.as_ref().map(|input| input.cause.to_string()).unwrap_or_default(),
            cause_on: input.as_ref().map(|input| input.cause_on),
            unit_opinion: input.as_ref().filter(|_| row.kind != ChangeKind::Race).map(|input| input.unit_opinion.to_string()),
            differences: row.differences.read().unwrap_or_default(),
            sponsor_opinion: row.sponsor_opinion,
            commissioner_opinion: row.commissioner_opinion,
            opinion: row.opinion,
            decided_by: row.decided_by,
            number: row.number,
            effective_at: row.effective_at,
            created_by: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// Nothing to narrow it to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ChangeQuery {}

type Changed = Result<Done<ChangeView>, AppError>;

/// `POST /projects/{id}/changes`
pub fn submit(act: &mut Act<'_>, id: ProjectId, input: ChangeInput) -> Changed {
    Ok(asking::submit(act, id, input)?.map(Into::into))
}

/// `GET /projects/{id}/changes`
pub fn list(act: &mut Act<'_>, id: ProjectId, _: ChangeQuery, page: &Page) -> Result<Seen<Vec<ChangeView>>, AppError> {
    Ok(changes::of_project(act, id, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /changes/{id}`
pub fn get(act: &mut Act<'_>, id: ChangeId) -> Result<Seen<ChangeView>, AppError> {
    Ok(changes::get(act, id)?.map(Into::into))
}

/// `POST /changes/{id}/resubmit`
pub fn resubmit(act: &mut Act<'_>, id: ChangeId, input: ChangeInput) -> Changed {
    Ok(asking::resubmit(act, id, input)?.map(Into::into))
}

/// `POST /changes/{id}/drop`
pub fn drop(act: &mut Act<'_>, id: ChangeId, _: NoInput) -> Changed {
    Ok(asking::drop(act, id)?.map(Into::into))
}

/// `POST /changes/{id}/comment`
pub fn comment(act: &mut Act<'_>, id: ChangeId, input: OpinionInput) -> Changed {
    Ok(asking::comment(act, id, &input)?.map(Into::into))
}

/// `POST /changes/{id}/advise`
pub fn advise(act: &mut Act<'_>, id: ChangeId, input: AdviceInput) -> Changed {
    Ok(deciding::advise(act, id, &input)?.map(Into::into))
}

/// `POST /changes/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: ChangeId, input: OpinionInput) -> Changed {
    Ok(deciding::approve(act, id, &input)?.map(Into::into))
}

/// `POST /changes/{id}/reject`
pub fn reject(act: &mut Act<'_>, id: ChangeId, input: ReasonInput) -> Changed {
    Ok(deciding::reject(act, id, &input)?.map(Into::into))
}

/// `POST /changes/{id}/return`
pub fn send_back(act: &mut Act<'_>, id: ChangeId, input: ReasonInput) -> Changed {
    Ok(deciding::send_back(act, id, &input)?.map(Into::into))
}

/// `POST /changes/{id}/sign`
pub fn sign(act: &mut Act<'_>, id: ChangeId, input: SignInput) -> Changed {
    Ok(effect::sign(act, id, &input)?.map(Into::into))
}
