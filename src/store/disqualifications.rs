//! Disqualifications of bids. The database itself lets one of a bid wait, and nobody decide on their own.

use crate::domain::bid::BidStage;
use crate::domain::disqualification::{DisqualificationStage, Finding};
use crate::domain::id::{BidId, ChallengeId, DisqualificationId, ObjectionId, UserId};
use crate::domain::time::{Date, Timestamp};
use crate::store::schema::{bids, disqualifications};
use crate::store::{Conn, step};
use diesel::prelude::*;

/// A row of `disqualifications`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = disqualifications, treat_none_as_default_value = false)]
pub struct DisqualificationRow {
    pub id: DisqualificationId,
    pub bid_id: BidId,
    pub objection_id: Option<ObjectionId>,
    pub finding: Finding,
    pub finding_no: String,
    pub reason: String,
    pub stage: DisqualificationStage,
    pub decision_no: Option<String>,
    pub decided_by: Option<UserId>,
    pub decided_on: Option<Date>,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// Another one on the bid waits.
pub fn insert(conn: &mut Conn, row: &DisqualificationRow) -> QueryResult<()> {
    diesel::insert_into(disqualifications::table).values(row).execute(conn).map(|_| ())
}

/// The disqualification, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: DisqualificationId) -> QueryResult<Option<DisqualificationRow>> {
    disqualifications::table.find(id).select(DisqualificationRow::as_select()).first(conn).optional()
}

/// Those of a bid, in order.
///
/// # Errors
/// The database does not answer.
pub fn of_bid(conn: &mut Conn, bid: BidId) -> QueryResult<Vec<DisqualificationRow>> {
    disqualifications::table
        .filter(disqualifications::bid_id.eq(bid))
        .order(disqualifications::id)
        .select(DisqualificationRow::as_select())
        .load(conn)
}

/// Whether one waits on a bid of a round that stands at `stage`.
///
/// # Errors
/// The database does not answer.
pub fn any_waits(conn: &mut Conn, challenge: ChallengeId, round: i32, stage: BidStage) -> QueryResult<bool> {
    let waits = disqualifications::table
        .inner_join(bids::table)
        .filter(bids::challenge_id.eq(challenge).and(bids::round.eq(round)).and(bids::stage.eq(stage)))
        .filter(disqualifications::stage.eq(DisqualificationStage::Proposed));
    diesel::select(diesel::dsl::exists(waits.select(disqualifications::id))).get_result(conn)
}

/// Writes down the decision.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn decide(
    conn: &mut Conn,
    row: &DisqualificationRow,
    to: DisqualificationStage,
    decision_no: Option<&str>,
    by: UserId,
    now: Timestamp,
) -> QueryResult<DisqualificationRow> {
    step!(
        conn,
        disqualifications,
        DisqualificationRow,
        row,
        to,
        now,
        disqualifications::decision_no.eq(decision_no),
        disqualifications::decided_by.eq(by),
        disqualifications::decided_on.eq(now.date())
    )
}
