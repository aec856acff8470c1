//! Visits: views and handlers.

use crate::app::Page;
use crate::app::visits::{self, Entry};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::fault::Faults;
use crate::domain::id::{ProjectId, UserId, VisitId};
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::domain::visit::{VisitInput, VisitMode, backdated};
use crate::http::answer::{View, record_view};

/// A visit in the service log.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct VisitView {
    id: VisitId,
    version: i64,
    project_id: ProjectId,
    /// The commissioner who wrote it.
    author_id: UserId,
    held_at: Timestamp,
    mode: VisitMode,
    place: Option<String>,
    participants: Vec<String>,
    duration_min: i32,
    findings: String,
    /// Shown to the department alone.
    note: Option<String>,
    next_visit_on: Option<Date>,
    /// Written down more than a week after it was.
    backdated: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(VisitView);

impl From<Entry> for VisitView {
    fn from((shown, whole): Entry) -> Self {
        let row = shown.record;
        Self {
            id: row.id,
            version: row.version,
            project_id: row.project_id,
            author_id: row.author_id,
            held_at: row.held_at,
            mode: row.mode,
            place: row.place,
            participants: row.participants.read().unwrap_or_default(),
            duration_min: row.duration_min,
            findings: row.findings,
            note: row.note.filter(|_| whole),
            next_visit_on: row.next_visit_on,
            backdated: backdated(row.held_at, row.created_at),
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: shown.allowed,
        }
    }
}

/// Nothing to narrow it to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct VisitQuery {}

/// `POST /projects/{id}/visits`
pub fn log(act: &mut Act<'_>, id: ProjectId, input: VisitInput) -> Result<Done<VisitView>, AppError> {
    Ok(visits::log(act, id, &input)?.map(Into::into))
}

/// `GET /projects/{id}/visits`
pub fn of_project(act: &mut Act<'_>, id: ProjectId, _: VisitQuery, page: &Page) -> Result<Seen<Vec<VisitView>>, AppError> {
    Ok(visits::of_project(act, id, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /visits/{id}`
pub fn get(act: &mut Act<'_>, id: VisitId) -> Result<Seen<VisitView>, AppError> {
    Ok(visits::get(act, id)?.map(Into::into))
}

/// `PUT /visits/{id}`
pub fn edit(act: &mut Act<'_>, id: VisitId, input: VisitInput) -> Result<Done<VisitView>, AppError> {
    Ok(visits::edit(act, id, &input)?.map(Into::into))
}
