//! Visits: the service log. A record is changed for a day and then stands; triggers keep that, too.

use crate::domain::id::{ProjectId, UserId, VisitId};
use crate::domain::time::{Date, Timestamp};
use crate::domain::visit::VisitMode;
use crate::store::page::{Page, by_id};
use crate::store::schema::visits;
use crate::store::{Conn, Json, Multi};
use diesel::prelude::*;

/// A row of `visits`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = visits, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct VisitRow {
    pub id: VisitId,
    pub project_id: ProjectId,
    pub author_id: UserId,
    pub held_at: Timestamp,
    pub mode: VisitMode,
    pub place: Option<String>,
    pub participants: Json<Vec<String>>,
    pub duration_min: i32,
    pub findings: String,
    /// For the department alone.
    pub note: Option<String>,
    pub next_visit_on: Option<Date>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &VisitRow) -> QueryResult<()> {
    diesel::insert_into(visits::table).values(row).execute(conn).map(|_| ())
}

/// The visit, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: VisitId) -> QueryResult<Option<VisitRow>> {
    visits::table.find(id).select(VisitRow::as_select()).first(conn).optional()
}

/// A page of the visits to a project.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, project: ProjectId, page: &Page) -> QueryResult<Vec<VisitRow>> {
    let query = visits::table.filter(visits::project_id.eq(project)).select(VisitRow::as_select()).into_boxed::<Multi>();
    by_id!(query, visits, page).load(conn)
}

/// Puts a changed record in place of the one of the version before.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn change(conn: &mut Conn, row: &VisitRow) -> QueryResult<()> {
    let before = visits::table.find(row.id).filter(visits::version.eq(row.version.saturating_sub(1)));
    match diesel::update(before).set(row).execute(conn)? {
        1 => Ok(()),
        _ => Err(diesel::NotFound),
    }
}
