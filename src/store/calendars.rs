//! Tables of working days that were imported, one a year. They win over those that ship with the service.

use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::store::Conn;
use crate::store::schema::calendars;
use diesel::prelude::*;

/// A row of `calendars`: days as `calendar.toml` writes them.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calendars, primary_key(year))]
pub struct CalendarRow {
    pub year: i32,
    pub off: String,
    pub work: String,
    pub imported_by: UserId,
    pub version: i64,
    pub updated_at: Timestamp,
}

/// Every table that was imported, by year.
///
/// # Errors
/// The database does not answer.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<CalendarRow>> {
    calendars::table.order(calendars::year).select(CalendarRow::as_select()).load(conn)
}

/// The table of a year, if one was imported.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, year: i32) -> QueryResult<Option<CalendarRow>> {
    calendars::table.find(year).select(CalendarRow::as_select()).first(conn).optional()
}

/// Keeps the table of a year, in place of one that was there.
///
/// # Errors
/// The database does not answer.
pub fn put(conn: &mut Conn, row: &CalendarRow) -> QueryResult<()> {
    let changed = diesel::update(calendars::table.find(row.year)).set(row).execute(conn)?;
    if changed == 0 {
        diesel::insert_into(calendars::table).values(row).execute(conn)?;
    }
    Ok(())
}
