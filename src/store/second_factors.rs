//! Second factors: one a user, its secret encrypted; recovery codes, as SHA-256 only.

use crate::domain::id::UserId;
use crate::domain::session::{MOST_TRIES, TRIES_PAUSE_SECONDS};
use crate::domain::time::Timestamp;
use crate::store::Conn;
use crate::store::schema::{recovery_codes, second_factors};
use chrono::TimeDelta;
use diesel::prelude::*;

/// A row of `second_factors`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = second_factors)]
pub struct FactorRow {
    pub user_id: UserId,
    /// Encrypted.
    pub secret: String,
    /// None while it is being set up.
    pub confirmed_at: Option<Timestamp>,
    /// The step of the last code that was taken: none up to it is taken again.
    pub last_step: i64,
    /// Codes looked at since the last right one.
    pub tries: i32,
    pub tried_at: Timestamp,
    pub created_at: Timestamp,
}

/// A user's second factor, also one that is being set up.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, user: UserId) -> QueryResult<Option<FactorRow>> {
    second_factors::table.find(user).select(FactorRow::as_select()).first(conn).optional()
}

/// Whether a user has a second factor.
///
/// # Errors
/// The database does not answer.
pub fn is_on(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    find(conn, user).map(|row| row.is_some_and(|row| row.confirmed_at.is_some()))
}

/// Begins to set up a second factor; forgets one whose setting up was not finished.
///
/// # Errors
/// The database does not answer.
pub fn begin(conn: &mut Conn, row: &FactorRow) -> QueryResult<()> {
    remove(conn, row.user_id)?;
    diesel::insert_into(second_factors::table).values(row).execute(conn).map(|_| ())
}

/// Turns a second factor on.
///
/// # Errors
/// The database does not answer.
pub fn confirm(conn: &mut Conn, user: UserId, step: i64, now: Timestamp) -> QueryResult<()> {
    let on = (second_factors::confirmed_at.eq(now), second_factors::last_step.eq(step), second_factors::tries.eq(0));
    diesel::update(second_factors::table.find(user)).set(on).execute(conn).map(|_| ())
}

/// Removes a second factor with its recovery codes. Answers whether there was one.
///
/// # Errors
/// The database does not answer.
pub fn remove(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(conn)?;
    diesel::delete(second_factors::table.find(user)).execute(conn).map(|removed| removed == 1)
}

/// Spends one try at a code, before the code is looked at: a row of wrong ones is followed by a pause. Answers whether
/// there was one left.
///
/// # Errors
/// The database does not answer.
pub fn spend_try(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<bool> {
    let rested = now.plus(TimeDelta::seconds(-TRIES_PAUSE_SECONDS));
    diesel::update(second_factors::table.find(user).filter(second_factors::tried_at.le(rested)))
        .set(second_factors::tries.eq(0))
        .execute(conn)?;
    diesel::update(second_factors::table.find(user).filter(second_factors::tries.lt(MOST_TRIES)))
        .set((second_factors::tries.eq(second_factors::tries + 1), second_factors::tried_at.eq(now)))
        .execute(conn)
        .map(|spent| spent == 1)
}

/// Takes the code of a step, if no code of it or of a later one was taken. Answers whether it was taken.
///
/// # Errors
/// The database does not answer.
pub fn take_step(conn: &mut Conn, user: UserId, step: i64) -> QueryResult<bool> {
    diesel::update(second_factors::table.find(user).filter(second_factors::last_step.lt(step)))
        .set((second_factors::last_step.eq(step), second_factors::tries.eq(0)))
        .execute(conn)
        .map(|taken| taken == 1)
}

/// Replaces a user's recovery codes by those with these hashes.
///
/// # Errors
/// The database does not answer.
pub fn set_recovery_codes(conn: &mut Conn, user: UserId, hashes: &[String]) -> QueryResult<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(conn)?;
    for hash in hashes {
        let row = (recovery_codes::user_id.eq(user), recovery_codes::code_hash.eq(hash));
        diesel::insert_into(recovery_codes::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Uses a recovery code up. Answers whether there was such a one, not used yet.
///
/// # Errors
/// The database does not answer.
pub fn take_recovery_code(conn: &mut Conn, user: UserId, hash: &str, now: Timestamp) -> QueryResult<bool> {
    let taken = diesel::update(recovery_codes::table.find((user, hash)).filter(recovery_codes::used_at.is_null()))
        .set(recovery_codes::used_at.eq(now))
        .execute(conn)?;
    if taken == 1 {
        diesel::update(second_factors::table.find(user)).set(second_factors::tries.eq(0)).execute(conn)?;
    }
    Ok(taken == 1)
}

/// How many recovery codes are left.
///
/// # Errors
/// The database does not answer.
pub fn recovery_codes_left(conn: &mut Conn, user: UserId) -> QueryResult<i64> {
    recovery_codes::table.filter(recovery_codes::user_id.eq(user).and(recovery_codes::used_at.is_null())).count().get_result(conn)
}
