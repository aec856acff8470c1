//! The opening of a round: its submissions as they were received, what came out of each, and the key that goes.

use crate::domain::bid::NEVER_OPENED;
use crate::domain::id::{BidId, ChallengeId, UserId};
use crate::domain::seal::{Flaw, SealMode};
use crate::domain::time::Timestamp;
use crate::store::schema::{bid_openings, bid_submissions, bids, challenge_rounds};
use crate::store::{Conn, custody};
use diesel::prelude::*;

/// A row of `bid_openings`: the content under the service's own key, or what is wrong with the submission.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = bid_openings, treat_none_as_default_value = false)]
pub struct OpeningRow {
    pub bid_id: BidId,
    pub number: i32,
    pub body: Option<Vec<u8>>,
    pub flaw: Option<Flaw>,
    /// SHA-256 of what was sealed, in hexadecimal.
    pub sealed_digest: String,
    pub received_at: Timestamp,
    pub opened_at: Timestamp,
}

/// The last submission of a bid, as it was received.
#[derive(Clone, Debug, Queryable)]
pub struct SubmissionRow {
    pub bid_id: BidId,
    pub number: i32,
    pub sealed: Vec<u8>,
    pub digest: String,
    pub received_at: Timestamp,
}

/// How a round is sealed.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = challenge_rounds)]
pub struct SealRow {
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub seal_mode: SealMode,
    pub seal_key: Option<String>,
    /// The public half, where the private one lies with custodians.
    pub seal_public: Option<Vec<u8>>,
    pub closing_digest: Option<String>,
    pub opened_at: Option<Timestamp>,
    pub opened_by: Option<UserId>,
    pub bids: Option<i32>,
}

/// How a round is sealed, if there is such a round.
///
/// # Errors
/// The database does not answer.
pub fn seal(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Option<SealRow>> {
    challenge_rounds::table.find((challenge, round)).select(SealRow::as_select()).first(conn).optional()
}

/// The seals of a challenge's rounds, first to last.
///
/// # Errors
/// The database does not answer.
pub fn seals(conn: &mut Conn, challenge: ChallengeId) -> QueryResult<Vec<SealRow>> {
    let rounds = challenge_rounds::table.filter(challenge_rounds::challenge_id.eq(challenge));
    rounds.order(challenge_rounds::round).select(SealRow::as_select()).load(conn)
}

/// What stands of a round at its closing or opening: the last submission of each bid that was not taken back, by its id.
///
/// # Errors
/// The database does not answer.
pub fn submissions(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Vec<SubmissionRow>> {
    bid_submissions::table
        .inner_join(bids::table)
        .filter(bids::challenge_id.eq(challenge).and(bids::round.eq(round)).and(bid_submissions::number.eq(bids::submission)))
        .filter(bids::stage.ne_all(NEVER_OPENED.iter().copied()))
        .order(bids::id)
        .select((
            bid_submissions::bid_id,
            bid_submissions::number,
            bid_submissions::sealed,
            bid_submissions::digest,
            bid_submissions::received_at,
        ))
        .load(conn)
}

/// The last submission of a bid.
///
/// # Errors
/// The database does not answer.
pub fn submission(conn: &mut Conn, bid: BidId, number: i32) -> QueryResult<Option<SubmissionRow>> {
    bid_submissions::table
        .find((bid, number))
        .select((
            bid_submissions::bid_id,
            bid_submissions::number,
            bid_submissions::sealed,
            bid_submissions::digest,
            bid_submissions::received_at,
        ))
        .first(conn)
        .optional()
}

/// Writes down the digest over all submissions of a round.
///
/// # Errors
/// The database does not answer.
pub fn close(conn: &mut Conn, challenge: ChallengeId, round: i32, digest: &str) -> QueryResult<()> {
    let row = challenge_rounds::table.find((challenge, round));
    diesel::update(row).set(challenge_rounds::closing_digest.eq(digest)).execute(conn).map(|_| ())
}

/// What came out of a bid, if it was opened.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, bid: BidId) -> QueryResult<Option<OpeningRow>> {
    bid_openings::table.find(bid).select(OpeningRow::as_select()).first(conn).optional()
}

/// Keeps what came out of a bid.
///
/// # Errors
/// It was opened before.
pub fn insert(conn: &mut Conn, row: &OpeningRow) -> QueryResult<()> {
    diesel::insert_into(bid_openings::table).values(row).execute(conn).map(|_| ())
}

/// An opened bid without its content, as the opening record lists it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = bid_openings)]
pub struct OpenedRow {
    pub bid_id: BidId,
    pub number: i32,
    pub flaw: Option<Flaw>,
    pub sealed_digest: String,
    pub received_at: Timestamp,
}

/// What came out of the bids of a round, by their ids, those that left before included: they stand in the digest of the closing.
///
/// # Errors
/// The database does not answer.
pub fn of_round(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Vec<OpenedRow>> {
    bid_openings::table
        .inner_join(bids::table)
        .filter(bids::challenge_id.eq(challenge).and(bids::round.eq(round)))
        .order(bids::id)
        .select(OpenedRow::as_select())
        .load(conn)
}

/// Rounds that were opened and whose key is still there, the latest first: those with a flawed bid keep theirs and stay behind.
///
/// # Errors
/// The database does not answer.
pub fn under_way(conn: &mut Conn, limit: i64) -> QueryResult<Vec<SealRow>> {
    challenge_rounds::table
        .filter(challenge_rounds::seal_key.is_not_null().and(challenge_rounds::opened_at.is_not_null()))
        .order(challenge_rounds::opened_at.desc())
        .limit(limit)
        .select(SealRow::as_select())
        .load(conn)
}

/// Bids of an opened round that were not opened yet.
///
/// # Errors
/// The database does not answer.
pub fn to_unseal(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Vec<BidId>> {
    bids::table
        .left_join(bid_openings::table)
        .filter(bids::challenge_id.eq(challenge).and(bids::round.eq(round)))
        .filter(bids::stage.ne_all(NEVER_OPENED.iter().copied()).and(bid_openings::bid_id.is_null()))
        .order(bids::id)
        .select(bids::id)
        .load(conn)
}

/// Forgets which key sealed a round, and the shares of it.
///
/// # Errors
/// The database does not answer.
pub fn forget_key(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<()> {
    custody::forget(conn, challenge, round)?;
    let row = challenge_rounds::table.find((challenge, round));
    diesel::update(row).set(challenge_rounds::seal_key.eq(None::<String>)).execute(conn).map(|_| ())
}

/// Whether a round names this key.
///
/// # Errors
/// The database does not answer.
pub fn names_key(conn: &mut Conn, key: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(challenge_rounds::table.filter(challenge_rounds::seal_key.eq(key)))).get_result(conn)
}
