//! Sign-ins under way: who has given the password and owes the second factor; and the places that are known.

use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::store::Conn;
use crate::store::schema::{known_places, login_challenges};
use diesel::prelude::*;

/// A row of `login_challenges`: good once, and for a few minutes. `password_mark` is the SHA-256 of the hash that the
/// password was held against.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = login_challenges)]
pub struct ChallengeRow {
    pub token_hash: String,
    pub user_id: UserId,
    pub password_mark: String,
    pub expires_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn challenge(conn: &mut Conn, row: &ChallengeRow) -> QueryResult<()> {
    diesel::insert_into(login_challenges::table).values(row).execute(conn).map(|_| ())
}

/// The challenge of a token, if its time is not over.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, token_hash: &str, now: Timestamp) -> QueryResult<Option<ChallengeRow>> {
    login_challenges::table
        .find(token_hash)
        .filter(login_challenges::expires_at.gt(now))
        .select(ChallengeRow::as_select())
        .first(conn)
        .optional()
}

/// Uses a challenge up. Answers whether it was still there.
///
/// # Errors
/// The database does not answer.
pub fn take(conn: &mut Conn, token_hash: &str) -> QueryResult<bool> {
    diesel::delete(login_challenges::table.find(token_hash)).execute(conn).map(|taken| taken == 1)
}

/// Notes that a user, whose row is locked, signed in from a place. Answers whether it is new while others are known.
///
/// # Errors
/// The database does not answer.
pub fn note_place(conn: &mut Conn, user: UserId, place: &str, now: Timestamp) -> QueryResult<bool> {
    let known = diesel::update(known_places::table.find((user, place))).set(known_places::seen_at.eq(now)).execute(conn)?;
    if known == 1 {
        return Ok(false);
    }
    let others: i64 = known_places::table.filter(known_places::user_id.eq(user)).count().get_result(conn)?;
    let row = (known_places::user_id.eq(user), known_places::place.eq(place), known_places::seen_at.eq(now));
    diesel::insert_into(known_places::table).values(row).execute(conn)?;
    Ok(others > 0)
}

/// Forgets challenges that expired before `now`, and places not seen since `limit`.
///
/// # Errors
/// The database does not answer.
pub fn forget_before(conn: &mut Conn, now: Timestamp, limit: Timestamp) -> QueryResult<()> {
    diesel::delete(login_challenges::table.filter(login_challenges::expires_at.lt(now))).execute(conn)?;
    diesel::delete(known_places::table.filter(known_places::seen_at.lt(limit))).execute(conn).map(|_| ())
}
