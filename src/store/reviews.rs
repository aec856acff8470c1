//! Reviews.

use crate::domain::challenge::ChallengeStage;
use crate::domain::decimal::Decimal;
use crate::domain::id::{BidId, ChallengeId, ReviewId, UserId};
use crate::domain::policy::Scope;
use crate::domain::recusal::Ground;
use crate::domain::review::{DraftSheet, READS_THE_BID, ReviewStage, Score, ScoreSheet, Vote};
use crate::domain::scheme::Phase;
use crate::domain::time::Timestamp;
use crate::store::challenges::ChallengeRow;
use crate::store::page::{Page, by_id};
use crate::store::schema::{bids, challenges, reviews};
use crate::store::{Conn, Json, Multi, step};
use diesel::prelude::*;

/// A row of `reviews`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = reviews, treat_none_as_default_value = false)]
pub struct ReviewRow {
    pub id: ReviewId,
    pub bid_id: BidId,
    pub challenge_id: ChallengeId,
    pub expert_id: UserId,
    pub phase: Phase,
    pub stage: ReviewStage,
    pub due_at: Timestamp,
    /// A sheet on its way: for its expert alone.
    pub draft: Option<Json<DraftSheet>>,
    pub scores: Option<Json<Vec<Score>>>,
    pub total: Option<String>,
    pub vote: Option<Vote>,
    pub comment: Option<String>,
    pub submitted_at: Option<Timestamp>,
    pub recusal: Option<Ground>,
    /// How often the expert was reminded: once before it is due, once when it is overdue.
    pub reminders: i32,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a list of reviews can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct ReviewFilter {
    pub challenge_id: Option<ChallengeId>,
    pub bid_id: Option<BidId>,
    pub stage: Option<ReviewStage>,
}

/// Adds a row.
///
/// # Errors
/// The expert is assigned to the bid already, in this phase.
pub fn insert(conn: &mut Conn, row: &ReviewRow) -> QueryResult<()> {
    diesel::insert_into(reviews::table).values(row).execute(conn).map(|_| ())
}

/// The review, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: ReviewId) -> QueryResult<Option<ReviewRow>> {
    reviews::table.find(id).select(ReviewRow::as_select()).first(conn).optional()
}

/// A page of the reviews that a caller may see.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, scope: Scope, user: UserId, filter: &ReviewFilter, page: &Page) -> QueryResult<Vec<ReviewRow>> {
    let mut query = reviews::table.select(ReviewRow::as_select()).into_boxed::<Multi>();
    if !scope.all {
        query = query.filter(reviews::expert_id.eq(user));
    }
    if let Some(challenge) = filter.challenge_id {
        query = query.filter(reviews::challenge_id.eq(challenge));
    }
    if let Some(bid) = filter.bid_id {
        query = query.filter(reviews::bid_id.eq(bid));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(reviews::stage.eq(stage));
    }
    by_id!(query, reviews, page).load(conn)
}

/// The reviews of a bid.
///
/// # Errors
/// The database does not answer.
pub fn of_bid(conn: &mut Conn, bid: BidId) -> QueryResult<Vec<ReviewRow>> {
    reviews::table.filter(reviews::bid_id.eq(bid)).order(reviews::id).select(ReviewRow::as_select()).load(conn)
}

/// The reviews of all bids of a round.
///
/// # Errors
/// The database does not answer.
pub fn of_round(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Vec<ReviewRow>> {
    reviews::table
        .inner_join(bids::table)
        .filter(bids::challenge_id.eq(challenge).and(bids::round.eq(round)))
        .order(reviews::id)
        .select(ReviewRow::as_select())
        .load(conn)
}

/// Whether the user reviews the bid and may read it: asked to, with no conflict declared.
///
/// # Errors
/// The database does not answer.
pub fn is_assigned(conn: &mut Conn, bid: BidId, expert: UserId) -> QueryResult<bool> {
    let mine = reviews::table
        .filter(reviews::bid_id.eq(bid).and(reviews::expert_id.eq(expert)))
        .filter(reviews::stage.eq_any(READS_THE_BID.iter().copied()));
    diesel::select(diesel::dsl::exists(mine.select(reviews::id))).get_result(conn)
}

/// Whether somebody was asked for a review on a challenge.
///
/// # Errors
/// The database does not answer.
pub fn has_judged(conn: &mut Conn, challenge: ChallengeId, expert: UserId) -> QueryResult<bool> {
    let theirs = reviews::table.filter(reviews::expert_id.eq(expert).and(reviews::challenge_id.eq(challenge)));
    diesel::select(diesel::dsl::exists(theirs.select(reviews::id))).get_result(conn)
}

/// The challenges under review of which an expert has bids to read.
///
/// # Errors
/// The database does not answer.
pub fn under_review_by(conn: &mut Conn, expert: UserId) -> QueryResult<Vec<ChallengeId>> {
    reviews::table
        .inner_join(bids::table.inner_join(challenges::table))
        .filter(reviews::expert_id.eq(expert).and(reviews::stage.eq_any(READS_THE_BID.iter().copied())))
        .filter(challenges::stage.eq(ChallengeStage::Reviewing).and(bids::round.eq(challenges::round)))
        .select(reviews::challenge_id)
        .distinct()
        .load(conn)
}

/// Open reviews that are due by `by`, of whose experts none was reminded more than `before` times: at most `limit`, with their challenges.
///
/// # Errors
/// The database does not answer.
pub fn to_remind(conn: &mut Conn, by: Timestamp, before: i32, limit: i64) -> QueryResult<Vec<(ReviewRow, ChallengeRow)>> {
    reviews::table
        .inner_join(bids::table.inner_join(challenges::table))
        .filter(reviews::stage.eq_any([ReviewStage::Assigned, ReviewStage::Declared]))
        .filter(reviews::due_at.le(by).and(reviews::reminders.le(before)))
        .filter(challenges::stage.eq(ChallengeStage::Reviewing).and(bids::round.eq(challenges::round)))
        .order((reviews::due_at, reviews::id))
        .limit(limit)
        .select((ReviewRow::as_select(), ChallengeRow::as_select()))
        .load(conn)
}

/// Notes that an expert was reminded. Answers whether nobody else did it meanwhile.
///
/// # Errors
/// The database does not answer.
pub fn reminded(conn: &mut Conn, row: &ReviewRow, times: i32) -> QueryResult<bool> {
    let same = reviews::table.find(row.id).filter(reviews::stage.eq(row.stage).and(reviews::reminders.eq(row.reminders)));
    diesel::update(same).set(reviews::reminders.eq(times)).execute(conn).map(|changed| changed == 1)
}

/// Moves the review on.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(conn: &mut Conn, row: &ReviewRow, to: ReviewStage, now: Timestamp) -> QueryResult<ReviewRow> {
    step!(conn, reviews, ReviewRow, row, to, now)
}

/// Ends a review without its sheet, for an interest or for another reason. What it holds stays.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn end(conn: &mut Conn, row: &ReviewRow, to: ReviewStage, recusal: Option<Ground>, now: Timestamp) -> QueryResult<ReviewRow> {
    step!(conn, reviews, ReviewRow, row, to, now, reviews::recusal.eq(recusal))
}

/// Keeps a sheet on its way.
///
/// # Errors
/// [`diesel::NotFound`] when the review is not as it was read.
pub fn save(conn: &mut Conn, row: &ReviewRow, to: ReviewStage, draft: &DraftSheet, now: Timestamp) -> QueryResult<ReviewRow> {
    let kept = Json::of(draft)?;
    step!(conn, reviews, ReviewRow, row, to, now, reviews::draft.eq(kept))
}

/// Takes a score sheet with its total, in place of what was on its way.
///
/// # Errors
/// [`diesel::NotFound`] when the review is not as it was read.
pub fn submit(
    conn: &mut Conn,
    row: &ReviewRow,
    to: ReviewStage,
    (sheet, total): (&ScoreSheet, Decimal),
    now: Timestamp,
) -> QueryResult<ReviewRow> {
    let scores = Json::of(&sheet.scores)?;
    step!(
        conn,
        reviews,
        ReviewRow,
        row,
        to,
        now,
        reviews::scores.eq(scores),
        reviews::draft.eq(None::<Json<DraftSheet>>),
        reviews::total.eq(total.to_string()),
        reviews::vote.eq(sheet.vote),
        reviews::comment.eq(sheet.comment.as_str()),
        reviews::submitted_at.eq(now),
    )
}
