//! Sessions: one row a sign-in; what makes a token live or dead.

use crate::domain::id::{OrganizationId, SessionId, UserId};
use crate::domain::policy::Role;
use crate::domain::session::IDLE_HOURS;
use crate::domain::time::Timestamp;
use crate::domain::user::UserStatus;
use crate::store::schema::{sessions, user_roles, users};
use crate::store::{Conn, dialect, on};
use chrono::TimeDelta;
use diesel::prelude::*;

/// A row of `sessions`. Refresh tokens are kept as SHA-256 only.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct SessionRow {
    pub id: SessionId,
    pub user_id: UserId,
    pub refresh_hash: String,
    /// The refresh token before: taken again for a moment, in case an answer was lost.
    pub previous_hash: Option<String>,
    /// When the one before was last good.
    pub rotated_at: Timestamp,
    pub used_at: Timestamp,
    /// When its owner last proved who they are.
    pub proved_at: Timestamp,
    pub address: String,
    pub user_agent: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

impl SessionRow {
    /// Whether it can be used at `now`: neither ended, nor too old, nor idle for too long.
    #[must_use]
    pub fn lives(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.expires_at > now && self.used_at > idle_limit(now)
    }
}

/// Sessions last used at this instant have been idle for too long.
fn idle_limit(now: Timestamp) -> Timestamp {
    now.plus(TimeDelta::hours(-IDLE_HOURS))
}

/// Whose session it is: what every request needs to know, in one query.
#[derive(Clone, Debug)]
pub struct Holder {
    pub user_id: UserId,
    pub organization_id: OrganizationId,
    pub name: String,
    pub division: Option<String>,
    pub roles: Vec<Role>,
    pub proved_at: Timestamp,
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
    type Row = (UserId, OrganizationId, String, Option<String>, Option<Role>, Timestamp);
    let rows: Vec<Row> = on!(conn, inner => sessions::table
        .inner_join(users::table.left_join(user_roles::table))
        .filter(sessions::id.eq(id).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now)))
        .filter(sessions::used_at.gt(idle_limit(now)))
        .filter(users::status.eq(UserStatus::Active))
        .order(user_roles::role)
        .select((users::id, users::organization_id, users::name, users::division, user_roles::role.nullable(), sessions::proved_at))
        .load(inner))?;
    let roles = rows.iter().filter_map(|row| row.4).collect();
    Ok(rows.into_iter().next().map(|(user_id, organization_id, name, division, _, proved_at)| Holder {
        user_id,
        organization_id,
        name,
        division,
        roles,
        proved_at,
    }))
}

/// The session, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: SessionId) -> QueryResult<Option<SessionRow>> {
    sessions::table.find(id).select(SessionRow::as_select()).first(conn).optional()
}

/// The session, if there is one, locked until the transaction ends: of two that renew it, the second sees what the first
/// did.
///
/// # Errors
/// The database does not answer.
pub fn find_locked(conn: &mut Conn, id: SessionId) -> QueryResult<Option<SessionRow>> {
    dialect::lock(conn, dialect::Locked::Session, id.as_str())?;
    find(conn, id)
}

/// A user's sessions that are live at `now`, the newest first.
///
/// # Errors
/// The database does not answer.
pub fn live(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<Vec<SessionRow>> {
    sessions::table
        .filter(sessions::user_id.eq(user).and(sessions::ended_at.is_null()))
        .filter(sessions::expires_at.gt(now).and(sessions::used_at.gt(idle_limit(now))))
        .order(sessions::id.desc())
        .select(SessionRow::as_select())
        .load(conn)
}

/// Replaces the refresh token of a locked session by a new one; the present one becomes the one before.
///
/// # Errors
/// [`diesel::NotFound`] when it is not the one that was read.
pub fn rotate(conn: &mut Conn, row: &SessionRow, new_hash: &str, now: Timestamp) -> QueryResult<()> {
    let rotated = diesel::update(sessions::table.find(row.id).filter(sessions::refresh_hash.eq(&row.refresh_hash)))
        .set((
            sessions::refresh_hash.eq(new_hash),
            sessions::previous_hash.eq(&row.refresh_hash),
            sessions::rotated_at.eq(now),
            sessions::used_at.eq(now),
        ))
        .execute(conn)?;
    if rotated == 1 { Ok(()) } else { Err(diesel::NotFound) }
}

/// Replaces the refresh token of a locked session whose answer was lost: the present one is dead, the one before stays.
///
/// # Errors
/// The database does not answer.
pub fn replace(conn: &mut Conn, row: &SessionRow, new_hash: &str, now: Timestamp) -> QueryResult<()> {
    let fresh = (sessions::refresh_hash.eq(new_hash), sessions::used_at.eq(now));
    diesel::update(sessions::table.find(row.id)).set(fresh).execute(conn).map(|_| ())
}

/// Notes that its owner has just proved who they are.
///
/// # Errors
/// The database does not answer.
pub fn prove(conn: &mut Conn, id: SessionId, now: Timestamp) -> QueryResult<()> {
    diesel::update(sessions::table.find(id)).set((sessions::proved_at.eq(now), sessions::used_at.eq(now))).execute(conn).map(|_| ())
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
