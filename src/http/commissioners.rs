//! Commissioners: who could follow a project, who does and did, and their monthly status.

use crate::app::commissioners::{self, AssignmentRow, Candidate};
use crate::app::statuses::{self, StatusRow};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::assignment::AssignmentKind;
use crate::domain::id::{AssignmentId, ProjectId, UserId};
use crate::domain::light::Light;
use crate::domain::status::MonthInput;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::View;

/// Somebody who could follow the project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CandidateView {
    user_id: UserId,
    name: String,
    division: Option<String>,
    /// Running projects that they follow.
    load: usize,
    /// Whether that is as many as one should follow (8).
    at_cap: bool,
    /// Whether they know the field.
    sector_match: bool,
    /// Whether they may be assigned.
    eligible: bool,
}

/// Everyone who could follow the project, the best first.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CandidatesView {
    /// The best first.
    items: Vec<CandidateView>,
}

impl View for CandidatesView {}

/// `GET /projects/{id}/commissioners`
pub fn candidates(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<CandidatesView>, AppError> {
    let view = |one: Candidate| CandidateView {
        user_id: one.user_id,
        name: one.name,
        division: one.division,
        load: one.load,
        at_cap: one.at_cap,
        sector_match: one.sector_match,
        eligible: one.eligible,
    };
    Ok(commissioners::candidates(act, id)?.map(|all| CandidatesView { items: all.into_iter().map(view).collect() }))
}

/// From when until when somebody followed a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AssignmentView {
    id: AssignmentId,
    commissioner_id: UserId,
    kind: AssignmentKind,
    /// What was handed over.
    note: Option<String>,
    starts_at: Timestamp,
    ends_at: Option<Timestamp>,
}

/// Who followed a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AssignmentsView {
    /// In their order.
    items: Vec<AssignmentView>,
}

impl View for AssignmentsView {}

/// `GET /projects/{id}/assignments`
pub fn history(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<AssignmentsView>, AppError> {
    let view = |row: AssignmentRow| AssignmentView {
        id: row.id,
        commissioner_id: row.commissioner_id,
        kind: row.kind,
        note: row.note,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
    };
    Ok(commissioners::history(act, id)?.map(|rows| AssignmentsView { items: rows.into_iter().map(view).collect() }))
}

/// The status of a project in a month.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct StatusView {
    project_id: ProjectId,
    /// The first day of the month.
    month_on: Date,
    /// The light as it was computed then.
    light: Light,
    light_reason: Option<String>,
    note: String,
}

/// What was said of a month.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MonthView {
    /// In the order of the request.
    items: Vec<StatusView>,
}

impl View for MonthView {}

/// `POST /me/status_reports`
pub fn report(act: &mut Act<'_>, (): (), input: MonthInput) -> Result<Done<MonthView>, AppError> {
    let view = |row: StatusRow| StatusView {
        project_id: row.project_id,
        month_on: row.month_on,
        light: row.light,
        light_reason: row.light_reason,
        note: row.note,
    };
    Ok(statuses::report(act, &input)?.map(|rows| MonthView { items: rows.into_iter().map(view).collect() }))
}
