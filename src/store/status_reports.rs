//! Monthly status of projects: one row a project and month.

use crate::domain::id::{ProjectId, UserId};
use crate::domain::light::Light;
use crate::domain::time::{Date, Timestamp};
use crate::store::Conn;
use crate::store::schema::status_reports;
use diesel::prelude::*;

/// A row of `status_reports`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = status_reports, primary_key(project_id, month_on), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct StatusRow {
    pub project_id: ProjectId,
    /// The first day of the month.
    pub month_on: Date,
    /// The light as it was computed when the status was given.
    pub light: Light,
    pub light_reason: Option<String>,
    pub note: String,
    pub author_id: UserId,
    pub reported_at: Timestamp,
}

/// Keeps a status, in place of what was said of that month before.
///
/// # Errors
/// The database does not answer.
pub fn put(conn: &mut Conn, row: &StatusRow) -> QueryResult<()> {
    let same = status_reports::table.filter(status_reports::project_id.eq(row.project_id).and(status_reports::month_on.eq(row.month_on)));
    if diesel::update(same).set(row).execute(conn)? == 0 {
        diesel::insert_into(status_reports::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// What was said of these projects since a month, oldest first.
///
/// # Errors
/// The database does not answer.
pub fn since(conn: &mut Conn, of: &[ProjectId], month: Date) -> QueryResult<Vec<StatusRow>> {
    status_reports::table
        .filter(status_reports::project_id.eq_any(of.iter().copied()).and(status_reports::month_on.ge(month)))
        .order((status_reports::month_on, status_reports::project_id))
        .select(StatusRow::as_select())
        .load(conn)
}
