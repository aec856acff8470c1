//! Decisions.

use crate::domain::challenge::ChallengeStage;
use crate::domain::decision::{Announcement, DecisionStage, Selection, VOID};
use crate::domain::id::{ChallengeId, DecisionId, UserId};
use crate::domain::time::{Date, Timestamp};
use crate::store::schema::{challenges, decision_signatures, decisions};
use crate::store::{Conn, Json, step};
use diesel::prelude::*;

/// A row of `decisions`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions, treat_none_as_default_value = false)]
pub struct DecisionRow {
    pub id: DecisionId,
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub stage: DecisionStage,
    pub meeting: Option<String>,
    pub recused_members: Json<Vec<String>>,
    pub minute_no: String,
    pub decided_on: Date,
    pub selections: Json<Vec<Selection>>,
    pub publicity_starts_on: Option<Date>,
    pub publicity_ends_on: Option<Date>,
    pub announcement: Option<Json<Announcement>>,
    pub announced_at: Option<Timestamp>,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The round has a live decision already.
pub fn insert(conn: &mut Conn, row: &DecisionRow) -> QueryResult<()> {
    diesel::insert_into(decisions::table).values(row).execute(conn).map(|_| ())
}

/// The decision, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: DecisionId) -> QueryResult<Option<DecisionRow>> {
    decisions::table.find(id).select(DecisionRow::as_select()).first(conn).optional()
}

/// The decision of a round that stands, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn live(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Option<DecisionRow>> {
    decisions::table
        .filter(decisions::challenge_id.eq(challenge).and(decisions::round.eq(round)))
        .filter(decisions::stage.ne_all(VOID.iter().copied()))
        .select(DecisionRow::as_select())
        .first(conn)
        .optional()
}

/// Decisions whose publicity runs today, newest first, at most `limit`.
///
/// # Errors
/// The database does not answer.
pub fn in_publicity(conn: &mut Conn, today: Date, limit: i64) -> QueryResult<Vec<DecisionRow>> {
    decisions::table
        .inner_join(challenges::table)
        .filter(challenges::stage.eq(ChallengeStage::Publicity).and(challenges::round.eq(decisions::round)))
        .filter(decisions::stage.eq(DecisionStage::Approved).and(decisions::publicity_ends_on.ge(today)))
        .filter(decisions::publicity_starts_on.le(today))
        .order(decisions::id.desc())
        .limit(limit)
        .select(DecisionRow::as_select())
        .load(conn)
}

/// All decisions on a challenge, first to last.
///
/// # Errors
/// The database does not answer.
pub fn of_challenge(conn: &mut Conn, challenge: ChallengeId) -> QueryResult<Vec<DecisionRow>> {
    decisions::table.filter(decisions::challenge_id.eq(challenge)).order(decisions::id).select(DecisionRow::as_select()).load(conn)
}

/// A signature at a desk of approval.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = decision_signatures, treat_none_as_default_value = false)]
pub struct DeskRow {
    pub decision_id: DecisionId,
    /// Which desk of the scheme, from 0.
    pub desk: i32,
    pub user_id: UserId,
    pub signed_at: Timestamp,
}

/// The signatures on these decisions, by their desks.
///
/// # Errors
/// The database does not answer.
pub fn signatures(conn: &mut Conn, ids: &[DecisionId]) -> QueryResult<Vec<DeskRow>> {
    decision_signatures::table
        .filter(decision_signatures::decision_id.eq_any(ids.iter().copied()))
        .order((decision_signatures::decision_id, decision_signatures::desk))
        .select(DeskRow::as_select())
        .load(conn)
}

/// Adds a signature.
///
/// # Errors
/// The desk has signed, or the person at another one.
pub fn sign(conn: &mut Conn, row: &DeskRow) -> QueryResult<()> {
    diesel::insert_into(decision_signatures::table).values(row).execute(conn).map(|_| ())
}

/// Moves the decision on.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(conn: &mut Conn, row: &DecisionRow, to: DecisionStage, now: Timestamp) -> QueryResult<DecisionRow> {
    step!(conn, decisions, DecisionRow, row, to, now)
}

/// Writes down the publicity: its window, and what it says.
///
/// # Errors
/// [`diesel::NotFound`] when the decision is not as it was read.
pub fn publicise(conn: &mut Conn, row: &DecisionRow, announcement: &Announcement, now: Timestamp) -> QueryResult<DecisionRow> {
    let kept = Json::of(announcement)?;
    step!(
        conn,
        decisions,
        DecisionRow,
        row,
        row.stage,
        now,
        decisions::publicity_starts_on.eq(announcement.starts_on),
        decisions::publicity_ends_on.eq(announcement.ends_on),
        decisions::announcement.eq(kept),
        decisions::announced_at.eq(now),
    )
}
