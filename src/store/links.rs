//! Links to a new password: kept as SHA-256 of their token, good once and for a while.

use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::store::Conn;
use crate::store::schema::{account_links, users};
use crate::store::users::UserRow;
use diesel::prelude::*;

/// For people who have forgotten their password.
pub const RESET: &str = "reset";
/// For people who have none yet.
pub const INVITATION: &str = "invitation";

/// A row of `account_links`.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = account_links, treat_none_as_default_value = false)]
pub struct LinkRow {
    pub token_hash: String,
    pub user_id: UserId,
    pub purpose: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &LinkRow) -> QueryResult<()> {
    diesel::insert_into(account_links::table).values(row).execute(conn).map(|_| ())
}

/// Whose link it is, if it is good at `now`.
///
/// # Errors
/// The database does not answer.
pub fn owner(conn: &mut Conn, token_hash: &str, now: Timestamp) -> QueryResult<Option<(UserRow, String)>> {
    account_links::table
        .inner_join(users::table)
        .filter(account_links::token_hash.eq(token_hash).and(account_links::used_at.is_null()))
        .filter(account_links::expires_at.gt(now))
        .select((UserRow::as_select(), users::password_hash))
        .first(conn)
        .optional()
}

/// Uses a link up. Answers whether it was still good.
///
/// # Errors
/// The database does not answer.
pub fn take(conn: &mut Conn, token_hash: &str, now: Timestamp) -> QueryResult<bool> {
    let good = account_links::table.find(token_hash).filter(account_links::used_at.is_null()).filter(account_links::expires_at.gt(now));
    diesel::update(good).set(account_links::used_at.eq(now)).execute(conn).map(|taken| taken == 1)
}

/// Uses all links of a user up.
///
/// # Errors
/// The database does not answer.
pub fn end_all(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<()> {
    let open = account_links::table.filter(account_links::user_id.eq(user)).filter(account_links::used_at.is_null());
    diesel::update(open).set(account_links::used_at.eq(now)).execute(conn).map(|_| ())
}

/// How many links of a purpose a user was sent after `since`.
///
/// # Errors
/// The database does not answer.
pub fn sent_since(conn: &mut Conn, user: UserId, purpose: &str, since: Timestamp) -> QueryResult<i64> {
    account_links::table
        .filter(account_links::user_id.eq(user).and(account_links::purpose.eq(purpose)))
        .filter(account_links::created_at.gt(since))
        .count()
        .get_result(conn)
}

/// Forgets links that expired before `limit`.
///
/// # Errors
/// The database does not answer.
pub fn forget_before(conn: &mut Conn, limit: Timestamp) -> QueryResult<()> {
    diesel::delete(account_links::table.filter(account_links::expires_at.lt(limit))).execute(conn).map(|_| ())
}
