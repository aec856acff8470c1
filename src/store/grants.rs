//! Role grants.

use crate::domain::grant::GrantStage;
use crate::domain::id::{GrantId, UserId};
use crate::domain::policy::Role;
use crate::domain::time::Timestamp;
use crate::store::page::{Page, by_id};
use crate::store::schema::grants;
use crate::store::{Conn, Json, Multi, step};
use diesel::prelude::*;

/// A row of `grants`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = grants, treat_none_as_default_value = false)]
pub struct GrantRow {
    pub id: GrantId,
    pub user_id: UserId,
    pub roles: Json<Vec<Role>>,
    pub reason: String,
    pub stage: GrantStage,
    pub created_by: UserId,
    pub decided_by: Option<UserId>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// Another grant for the person waits already.
pub fn insert(conn: &mut Conn, row: &GrantRow) -> QueryResult<()> {
    diesel::insert_into(grants::table).values(row).execute(conn).map(|_| ())
}

/// The grant, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: GrantId) -> QueryResult<Option<GrantRow>> {
    grants::table.find(id).select(GrantRow::as_select()).first(conn).optional()
}

/// A page of grants.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, user: Option<UserId>, stage: Option<GrantStage>, page: &Page) -> QueryResult<Vec<GrantRow>> {
    let mut query = grants::table.select(GrantRow::as_select()).into_boxed::<Multi>();
    if let Some(user) = user {
        query = query.filter(grants::user_id.eq(user));
    }
    if let Some(stage) = stage {
        query = query.filter(grants::stage.eq(stage));
    }
    by_id!(query, grants, page).load(conn)
}

/// The grant that waits for a person, if one does.
///
/// # Errors
/// The database does not answer.
pub fn waiting(conn: &mut Conn, user: UserId) -> QueryResult<Option<GrantRow>> {
    let rows = grants::table.filter(grants::user_id.eq(user).and(grants::stage.eq(GrantStage::Proposed)));
    rows.select(GrantRow::as_select()).first(conn).optional()
}

/// Moves a grant on without anyone's decision.
///
/// # Errors
/// [`diesel::NotFound`] when the grant is not as it was read.
pub fn advance(conn: &mut Conn, row: &GrantRow, to: GrantStage, now: Timestamp) -> QueryResult<GrantRow> {
    step!(conn, grants, GrantRow, row, to, now)
}

/// Writes down who decided, and how.
///
/// # Errors
/// [`diesel::NotFound`] when the grant is not as it was read.
pub fn decide(conn: &mut Conn, row: &GrantRow, to: GrantStage, by: UserId, now: Timestamp) -> QueryResult<GrantRow> {
    step!(conn, grants, GrantRow, row, to, now, grants::decided_by.eq(by))
}
