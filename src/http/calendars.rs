//! Working-day tables: views and handlers.

use crate::app::calendars::{self, CalendarRow};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::calendar::CalendarInput;
use crate::domain::fault::Faults;
use crate::domain::time::Timestamp;
use crate::http::answer::View;

/// A table that was imported.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CalendarView {
    year: i32,
    version: i64,
    /// Holidays, as MMDD and spans of them.
    off: String,
    /// Weekends that are working days.
    work: String,
    updated_at: Timestamp,
}

impl View for CalendarView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
    fn id(&self) -> String {
        self.year.to_string()
    }
}

impl From<CalendarRow> for CalendarView {
    fn from(row: CalendarRow) -> Self {
        Self { year: row.year, version: row.version, off: row.off, work: row.work, updated_at: row.updated_at }
    }
}

/// What is known of working days.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CalendarsView {
    /// Years for which working days can be computed; for any other the service refuses to.
    years: Vec<i32>,
    /// Tables that were imported; the others ship with the service.
    imported: Vec<CalendarView>,
}

impl View for CalendarsView {}

/// No parameters.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct CalendarQuery {}

/// `POST /calendars/import`
pub fn import(act: &mut Act<'_>, (): (), input: CalendarInput) -> Result<Done<CalendarView>, AppError> {
    Ok(calendars::import(act, &input)?.map(Into::into))
}

/// `GET /calendars`
pub fn list(act: &mut Act<'_>, _: CalendarQuery) -> Result<Seen<CalendarsView>, AppError> {
    let shown = |(years, rows): calendars::Known| CalendarsView { years, imported: rows.into_iter().map(Into::into).collect() };
    Ok(calendars::list(act)?.map(shown))
}
