//! Answers to requests that carried an `Idempotency-Key`, kept in the transaction of the act itself.

use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::store::Conn;
use crate::store::schema::idempotency;
use diesel::prelude::*;

/// A row of `idempotency`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency, treat_none_as_default_value = false)]
pub struct AnswerRow {
    pub user_id: UserId,
    pub key: String,
    pub fingerprint: String,
    pub status: i32,
    pub location: Option<String>,
    pub version: Option<i64>,
    pub body: String,
    pub created_at: Timestamp,
}

/// The answer that was given to this key of this user, if there was one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, user: UserId, key: &str) -> QueryResult<Option<AnswerRow>> {
    idempotency::table.find((user, key)).select(AnswerRow::as_select()).first(conn).optional()
}

/// Keeps an answer.
///
/// # Errors
/// The same key is being used at the same moment.
pub fn keep(conn: &mut Conn, row: &AnswerRow) -> QueryResult<()> {
    diesel::insert_into(idempotency::table).values(row).execute(conn).map(|_| ())
}

/// Forgets answers older than `limit`.
///
/// # Errors
/// The database does not answer.
pub fn forget_before(conn: &mut Conn, limit: Timestamp) -> QueryResult<usize> {
    diesel::delete(idempotency::table.filter(idempotency::created_at.lt(limit))).execute(conn)
}
