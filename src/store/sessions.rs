//! Sessions: one row a sign-in; what makes a token live or dead.

use crate::domain::id::{OrganizationId, SessionId, UserId};
use crate::domain::policy::Role;
use crate::domain::time::Timestamp;
use crate::domain::user::UserStatus;
use crate::store::Conn;
use crate::store::schema::{sessions, user_roles, users};
use diesel::prelude::*;

/// A row of `sessions`. Refresh tokens are kept as SHA-256 only.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct SessionRow {
    pub id: SessionId,
    pub user_id: UserId,
    pub refresh_hash: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// Whose session it is: what every request needs to know, in one query.
#[derive(Clone, Debug)]
pub struct Holder {
    pub user_id: UserId,
    pub organization_id: OrganizationId,
    pub name: String,
    pub division: Option<String>,
    pub roles: Vec<Role>,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &SessionRow) -> QueryResult<()> {
    diesel::insert_into(sessions::table).values(row).execute(conn).map(|_| ())
}

/// The holder of a session that is live at `now`, of an account in use.
///
/// # Errors
/// The database does not answer.
pub fn holder(conn: &mut Conn, id: SessionId, now: Timestamp) -> QueryResult<Option<Holder>> {
    type Row = (UserId, OrganizationId, String, Option<String>, Option<Role>);
    let rows: Vec<Row> = sessions::table
        .inner_join(users::table.left_join(user_roles::table))
        .filter(sessions::id.eq(id).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now)))
        .filter(users::status.eq(UserStatus::Active))
        .order(user_roles::role)
        .select((users::id, users::organization_id, users::name, users::division, user_roles::role.nullable()))
        .load(conn)?;
    let roles = rows.iter().filter_map(|row| row.4).collect();
    Ok(rows.into_iter().next().map(|(user_id, organization_id, name, division, _)| Holder {
        user_id,
        organization_id,
        name,
        division,
        roles,
    }))
}

/// The session, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: SessionId) -> QueryResult<Option<SessionRow>> {
    sessions::table.find(id).select(SessionRow::as_select()).first(conn).optional()
}

/// Replaces the refresh token, if it is still the one that was shown.
///
/// # Errors
/// [`diesel::NotFound`] when another request was quicker.
pub fn rotate(conn: &mut Conn, row: &SessionRow, new_hash: &str) -> QueryResult<()> {
    let rotated = diesel::update(sessions::table.find(row.id).filter(sessions::refresh_hash.eq(&row.refresh_hash)))
        .set(sessions::refresh_hash.eq(new_hash))
        .execute(conn)?;
    if rotated == 1 { Ok(()) } else { Err(diesel::NotFound) }
}

/// Ends one session.
///
/// # Errors
/// The database does not answer.
pub fn end(conn: &mut Conn, id: SessionId, now: Timestamp) -> QueryResult<()> {
    diesel::update(sessions::table.find(id).filter(sessions::ended_at.is_null())).set(sessions::ended_at.eq(now)).execute(conn).map(|_| ())
}

/// Ends all sessions of a user but `keep`.
///
/// # Errors
/// The database does not answer.
pub fn end_all(conn: &mut Conn, user: UserId, keep: Option<SessionId>, now: Timestamp) -> QueryResult<()> {
    let live = sessions::table.filter(sessions::user_id.eq(user).and(sessions::ended_at.is_null()));
    let ended = sessions::ended_at.eq(now);
    match keep {
        Some(kept) => diesel::update(live.filter(sessions::id.ne(kept))).set(ended).execute(conn),
        None => diesel::update(live).set(ended).execute(conn),
    }
    .map(|_| ())
}

/// Forgets sessions that ended or expired before `limit`.
///
/// # Errors
/// The database does not answer.
pub fn forget_before(conn: &mut Conn, limit: Timestamp) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(limit).or(sessions::ended_at.lt(limit)))).execute(conn)
}
