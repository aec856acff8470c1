//! What sponsors were asked about bids, and what they said.

use crate::domain::id::{BidId, ChallengeId, SatisfactionId, UserId};
use crate::domain::satisfaction::{Grade, GradeInput, SatisfactionStage};
use crate::domain::time::Timestamp;
use crate::store::schema::satisfactions;
use crate::store::{Conn, step};
use diesel::prelude::*;

/// A row of `satisfactions`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = satisfactions, treat_none_as_default_value = false)]
pub struct SatisfactionRow {
    pub id: SatisfactionId,
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub bid_id: BidId,
    pub stage: SatisfactionStage,
    pub due_at: Timestamp,
    pub grade: Option<Grade>,
    /// The sponsor's reasons, or why its word was not waited for.
    pub reasons: Option<String>,
    pub given_by: Option<UserId>,
    pub given_at: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The sponsor was asked about the bid before.
pub fn insert(conn: &mut Conn, row: &SatisfactionRow) -> QueryResult<()> {
    diesel::insert_into(satisfactions::table).values(row).execute(conn).map(|_| ())
}

/// The row, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: SatisfactionId) -> QueryResult<Option<SatisfactionRow>> {
    satisfactions::table.find(id).select(SatisfactionRow::as_select()).first(conn).optional()
}

/// The rows of a round, in the order in which the sponsor was asked.
///
/// # Errors
/// The database does not answer.
pub fn of_round(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Vec<SatisfactionRow>> {
    satisfactions::table
        .filter(satisfactions::challenge_id.eq(challenge).and(satisfactions::round.eq(round)))
        .order(satisfactions::id)
        .select(SatisfactionRow::as_select())
        .load(conn)
}

/// Takes the sponsor's word.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn give(
    conn: &mut Conn,
    row: &SatisfactionRow,
    to: SatisfactionStage,
    word: &GradeInput,
    by: UserId,
    now: Timestamp,
) -> QueryResult<SatisfactionRow> {
    let given = (
        satisfactions::grade.eq(word.grade),
        satisfactions::reasons.eq(word.reasons.as_str()),
        satisfactions::given_by.eq(by),
        satisfactions::given_at.eq(now),
    );
    step!(conn, satisfactions, SatisfactionRow, row, to, now, given)
}

/// Notes that the sponsor's word is not waited for any longer, and why.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn waive(conn: &mut Conn, row: &SatisfactionRow, to: SatisfactionStage, why: &str, now: Timestamp) -> QueryResult<SatisfactionRow> {
    step!(conn, satisfactions, SatisfactionRow, row, to, now, satisfactions::reasons.eq(why))
}
