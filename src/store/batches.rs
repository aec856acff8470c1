//! Batches, with the running total of their challenges' caps.

use crate::domain::batch::BatchInput;
use crate::domain::id::{BatchId, UserId};
use crate::domain::money::Fen;
use crate::domain::time::Timestamp;
use crate::store::page::{Page, by_id};
use crate::store::schema::batches;
use crate::store::{Conn, Multi};
use diesel::prelude::*;

/// A row of `batches`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = batches, treat_none_as_default_value = false)]
pub struct BatchRow {
    pub id: BatchId,
    pub year: i32,
    pub code: String,
    pub name: String,
    pub budget_fen: Fen,
    pub committed_fen: Fen,
    pub last_number: i32,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl BatchRow {
    /// A new row.
    #[must_use]
    pub fn new(input: BatchInput, author: UserId, now: Timestamp) -> Self {
        Self {
            id: BatchId::new(now),
            year: i32::try_from(input.year.0).unwrap_or_default(),
            code: input.code.into(),
            name: input.name.into(),
            budget_fen: input.budget_fen,
            committed_fen: Fen::ZERO,
            last_number: 0,
            created_by: author,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Adds a row.
///
/// # Errors
/// The code is taken.
pub fn insert(conn: &mut Conn, row: &BatchRow) -> QueryResult<()> {
    diesel::insert_into(batches::table).values(row).execute(conn).map(|_| ())
}

/// The batch, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: BatchId) -> QueryResult<Option<BatchRow>> {
    batches::table.find(id).select(BatchRow::as_select()).first(conn).optional()
}

/// A page of batches.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, year: Option<i32>, page: &Page) -> QueryResult<Vec<BatchRow>> {
    let mut query = batches::table.select(BatchRow::as_select()).into_boxed::<Multi>();
    if let Some(year) = year {
        query = query.filter(batches::year.eq(year));
    }
    by_id!(query, batches, page).load(conn)
}

/// Takes the next challenge number of a batch.
///
/// # Errors
/// [`diesel::NotFound`] when there is no such batch.
pub fn next_number(conn: &mut Conn, id: BatchId) -> QueryResult<BatchRow> {
    diesel::update(batches::table.find(id))
        .set(batches::last_number.eq(batches::last_number + 1))
        .returning(<BatchRow as Selectable<Multi>>::construct_selection())
        .get_result(conn)
}

/// Sets aside `more` fen of the batch's budget and frees `less`. Answers whether the budget allows it.
///
/// # Errors
/// The database does not answer.
pub fn commit(conn: &mut Conn, id: BatchId, more: Fen, less: Fen) -> QueryResult<bool> {
    let change = more.0.saturating_sub(less.0);
    let fits = batches::table.find(id).filter((batches::committed_fen + Fen(change)).le(batches::budget_fen));
    let done = diesel::update(fits).set(batches::committed_fen.eq(batches::committed_fen + Fen(change))).execute(conn)?;
    Ok(done == 1)
}
