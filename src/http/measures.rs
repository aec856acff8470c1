//! Measures on projects: views and handlers.

use crate::app::measures::{self, MeasureRow};
use crate::app::{Act, AppError, Done, Seen, Shown};
use crate::domain::challenge::ReasonInput;
use crate::domain::id::{MeasureId, ProjectId, UserId};
use crate::domain::measure::{Cause, DecidedInput, MeasureInput, MeasureKind, MeasureStage};
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// A measure on a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MeasureView {
    id: MeasureId,
    stage: MeasureStage,
    version: i64,
    project_id: ProjectId,
    kind: MeasureKind,
    cause: Cause,
    reason: String,
    /// Whether open milestones, and the end of the project, move by the days of the suspension.
    clock_stops: Option<bool>,
    /// By when a suspended project goes on at the latest.
    until_on: Option<Date>,
    /// 决定文号.
    decision_no: Option<String>,
    decided_by: Option<UserId>,
    decided_on: Option<Date>,
    /// When a suspension was over.
    over_on: Option<Date>,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(MeasureView);

impl From<Shown<MeasureRow>> for MeasureView {
    fn from(Shown { record: row, allowed }: Shown<MeasureRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            project_id: row.project_id,
            kind: row.kind,
            cause: row.cause,
            reason: row.reason,
            clock_stops: row.clock_stops.map(|stops| stops == 1),
            until_on: row.until_on,
            decision_no: row.decision_no,
            decided_by: row.decided_by,
            decided_on: row.decided_on,
            over_on: row.over_on,
            created_by: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// The measures on a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MeasuresView {
    /// In order.
    items: Vec<MeasureView>,
}

impl View for MeasuresView {}

type Changed = Result<Done<MeasureView>, AppError>;

/// `POST /projects/{id}/measures`
pub fn propose(act: &mut Act<'_>, id: ProjectId, input: MeasureInput) -> Changed {
    Ok(measures::propose(act, id, &input)?.map(Into::into))
}

/// `GET /projects/{id}/measures`
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<MeasuresView>, AppError> {
    Ok(measures::of_project(act, id)?.map(|rows| MeasuresView { items: rows.into_iter().map(Into::into).collect() }))
}

/// `GET /measures/{id}`
pub fn get(act: &mut Act<'_>, id: MeasureId) -> Result<Seen<MeasureView>, AppError> {
    Ok(measures::get(act, id)?.map(Into::into))
}

/// `POST /measures/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: MeasureId, input: DecidedInput) -> Changed {
    Ok(measures::approve(act, id, &input)?.map(Into::into))
}

/// `POST /measures/{id}/decline`
pub fn decline(act: &mut Act<'_>, id: MeasureId, input: ReasonInput) -> Changed {
    Ok(measures::decline(act, id, &input)?.map(Into::into))
}
