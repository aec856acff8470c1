//! What becomes of formal examinations: corrections, who confirmed a failure, appeals. The checklist itself stands in `bids`.

use crate::domain::bid::BidStage;
use crate::domain::examination::ExaminedItem;
use crate::domain::id::{BidId, ChallengeId, UserId};
use crate::domain::time::{Date, Timestamp};
use crate::store::schema::{bid_examinations, bids};
use crate::store::{Conn, Json};
use diesel::prelude::*;

/// A row of `bid_examinations`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = bid_examinations, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ExaminationRow {
    pub bid_id: BidId,
    pub asked: Option<Json<Vec<ExaminedItem>>>,
    pub asked_by: Option<UserId>,
    pub due_on: Option<Date>,
    pub statement: Option<String>,
    pub corrected_at: Option<Timestamp>,
    pub confirmed_by: Option<UserId>,
    pub appeal_until: Option<Date>,
    pub grounds: Option<String>,
    pub appealed_at: Option<Timestamp>,
    pub answer: Option<String>,
    pub answered_by: Option<UserId>,
    pub answered_at: Option<Timestamp>,
}

impl ExaminationRow {
    /// Nothing happened yet.
    #[must_use]
    pub const fn of(bid_id: BidId) -> Self {
        Self {
            bid_id,
            asked: None,
            asked_by: None,
            due_on: None,
            statement: None,
            corrected_at: None,
            confirmed_by: None,
            appeal_until: None,
            grounds: None,
            appealed_at: None,
            answer: None,
            answered_by: None,
            answered_at: None,
        }
    }
}

/// What became of the examination of a bid, if anything did.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, bid: BidId) -> QueryResult<Option<ExaminationRow>> {
    bid_examinations::table.find(bid).select(ExaminationRow::as_select()).first(conn).optional()
}

/// Keeps a row in place of the one before. The bid itself is moved in the same transaction, so that nobody comes between.
///
/// # Errors
/// The database does not answer.
pub fn keep(conn: &mut Conn, row: &ExaminationRow) -> QueryResult<()> {
    if diesel::update(bid_examinations::table.find(row.bid_id)).set(row).execute(conn)? == 0 {
        diesel::insert_into(bid_examinations::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// The challenges of which a person confirmed that a bid fails.
///
/// # Errors
/// The database does not answer.
pub fn confirmed_by(conn: &mut Conn, user: UserId) -> QueryResult<Vec<ChallengeId>> {
    bid_examinations::table
        .inner_join(bids::table)
        .filter(bid_examinations::confirmed_by.eq(user))
        .select(bids::challenge_id)
        .distinct()
        .load(conn)
}

/// The last days on which the failures of a round may be appealed.
///
/// # Errors
/// The database does not answer.
pub fn appeals_until(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Vec<Date>> {
    bid_examinations::table
        .inner_join(bids::table)
        .filter(bids::challenge_id.eq(challenge).and(bids::round.eq(round)))
        .filter(bids::stage.eq(BidStage::Ineligible))
        .filter(bid_examinations::appeal_until.is_not_null().and(bid_examinations::appealed_at.is_null()))
        .select(bid_examinations::appeal_until.assume_not_null())
        .load(conn)
}

/// Who confirmed that a bid on a challenge fails.
///
/// # Errors
/// The database does not answer.
pub fn confirmers(conn: &mut Conn, challenge: ChallengeId) -> QueryResult<Vec<Option<UserId>>> {
    bid_examinations::table
        .inner_join(bids::table)
        .filter(bids::challenge_id.eq(challenge).and(bid_examinations::confirmed_by.is_not_null()))
        .select(bid_examinations::confirmed_by)
        .distinct()
        .load(conn)
}
