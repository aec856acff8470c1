//! Working-day tables: those that ship, those of the configuration, and those that an administrator imported, which win.

use crate::app::act::{About, Act, Done, Object, Seen};
use crate::app::error::AppError;
use crate::domain::calendar::{Calendar, CalendarInput};
use crate::domain::policy::{Action, Kind, Tie};
use crate::store::{Conn, calendars};

pub use crate::store::calendars::CalendarRow;

/// The working days as they are known now.
///
/// # Errors
/// The database does not answer.
pub(super) fn known(act: &mut Act<'_>) -> Result<Calendar, AppError> {
    with_imported(act.conn, &act.app.calendar)
}

/// As [`known`], outside of an act.
///
/// # Errors
/// The database does not answer.
pub(super) fn with_imported(conn: &mut Conn, base: &Calendar) -> Result<Calendar, AppError> {
    let mut calendar = base.clone();
    for row in calendars::all(conn)? {
        calendar = calendar.with_year(row.year, &row.off, &row.work).map_err(AppError::Internal)?;
    }
    Ok(calendar)
}

/// Imports the table of a year, in place of the one that was known.
///
/// # Errors
/// Denied.
pub fn import(act: &mut Act<'_>, input: &CalendarInput) -> Result<Done<CalendarRow>, AppError> {
    let permit = act.permit(Action::CalendarImport, &Object::kind(Kind::Calendar))?;
    let before = calendars::find(act.conn, input.year())?;
    let row = CalendarRow {
        year: input.year(),
        off: input.off().into(),
        work: input.work().into(),
        imported_by: act.user()?,
        version: before.map_or(1, |row| row.version.saturating_add(1)),
        updated_at: act.now,
    };
    calendars::put(act.conn, &row)?;
    let object = Object::plain(Kind::Calendar, row.year, Tie::Stranger, row.version);
    let about = About { detail: format!("off {} work {}", row.off, row.work), ..About::default() };
    Ok(act.record_plain(permit, object, about)?.with(row))
}

/// The years that are known, and the tables that were imported.
pub type Known = (Vec<i32>, Vec<CalendarRow>);

/// The years that are known, with the tables that were imported.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>) -> Result<Seen<Known>, AppError> {
    let permit = act.permit(Action::CalendarRead, &Object::kind(Kind::Calendar))?;
    let years = known(act)?.years().collect();
    Ok(Seen::by(permit, (years, calendars::all(act.conn)?)))
}
