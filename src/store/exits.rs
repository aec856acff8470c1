//! The letters with which teams left 退出 after the closing of a round: one a bid.

use crate::domain::bid::BidStage;
use crate::domain::id::{BidId, UserId};
use crate::domain::time::{Date, Timestamp};
use crate::store::Conn;
use crate::store::schema::bid_exits;
use diesel::prelude::*;

/// A row of `bid_exits`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = bid_exits, treat_none_as_default_value = false)]
pub struct ExitRow {
    pub bid_id: BidId,
    /// Where the bid stood.
    pub from_stage: BidStage,
    pub letter_no: String,
    pub letter_on: Date,
    pub reason: String,
    /// Whether it counts as giving up 放弃: 0 or 1.
    pub given_up: i32,
    pub left_by: UserId,
    pub left_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The team left before.
pub fn insert(conn: &mut Conn, row: &ExitRow) -> QueryResult<()> {
    diesel::insert_into(bid_exits::table).values(row).execute(conn).map(|_| ())
}

/// The letter with which a team left, if it did.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, bid: BidId) -> QueryResult<Option<ExitRow>> {
    bid_exits::table.find(bid).select(ExitRow::as_select()).first(conn).optional()
}
