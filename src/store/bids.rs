//! Bids and their submissions. The seal's filter for lists stands here, beside `domain::bid::sealed`.

use crate::domain::bid::{BidStage, GONE, NEVER_OPENED};
use crate::domain::challenge::{ChallengeStage, Demands};
use crate::domain::decimal::Decimal;
use crate::domain::examination::ExaminedItem;
use crate::domain::id::{BidId, ChallengeId, OrganizationId, UserId};
use crate::domain::money::Fen;
use crate::domain::organization::OrganizationStage;
use crate::domain::policy::Scope;
use crate::domain::review::READS_THE_BID;
use crate::domain::time::Timestamp;
use crate::store::challenges::ChallengeRow;
use crate::store::examinations;
use crate::store::page::{Page, by_id};
use crate::store::schema::{bid_drafts, bid_submissions, bids, challenge_rounds, challenges, organizations, reviews};
use crate::store::{Conn, Json, Multi, on, step};
use diesel::prelude::*;

/// A row of `bids`. Its content stands apart: the working copy in `bid_drafts`, what was received in `bid_submissions`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = bids, treat_none_as_default_value = false)]
pub struct BidRow {
    pub id: BidId,
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub lead_org_id: OrganizationId,
    pub stage: BidStage,
    pub submission: i32,
    pub received_at: Option<Timestamp>,
    pub digest: Option<String>,
    pub examined_by: Option<UserId>,
    pub examination: Option<Json<Vec<ExaminedItem>>>,
    pub panel_score: Option<String>,
    pub award_fen: Option<Fen>,
    pub reserve_order: Option<i32>,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Who asks for a list of bids.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The caller.
    pub user: UserId,
    /// The caller's organisation.
    pub organization: OrganizationId,
    /// What the permission table allows.
    pub scope: Scope,
    /// Challenges of which the caller reads nothing as an expert.
    pub barred: Vec<ChallengeId>,
}

/// What a list of bids can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct BidFilter {
    pub challenge_id: Option<ChallengeId>,
    pub stage: Option<BidStage>,
}

/// Adds a row with its working copy, sealed.
///
/// # Errors
/// The organisation has a live bid in the round already.
pub fn insert(conn: &mut Conn, row: &BidRow, draft: &[u8]) -> QueryResult<()> {
    diesel::insert_into(bids::table).values(row).execute(conn)?;
    diesel::insert_into(bid_drafts::table).values((bid_drafts::bid_id.eq(row.id), bid_drafts::body.eq(draft))).execute(conn).map(|_| ())
}

/// The bid, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: BidId) -> QueryResult<Option<BidRow>> {
    on!(conn, inner => bids::table.find(id).select(BidRow::as_select()).first(inner)).optional()
}

/// The bid with its challenge, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn with_challenge(conn: &mut Conn, id: BidId) -> QueryResult<Option<(BidRow, ChallengeRow)>> {
    on!(conn, inner => bids::table
        .inner_join(challenges::table)
        .filter(bids::id.eq(id))
        .select((BidRow::as_select(), ChallengeRow::as_select()))
        .first(inner))
    .optional()
}

/// The challenges of which a person examined a bid, or confirmed that it fails.
///
/// # Errors
/// The database does not answer.
pub fn examined_by(conn: &mut Conn, user: UserId) -> QueryResult<Vec<ChallengeId>> {
    let mut known: Vec<ChallengeId> = bids::table.filter(bids::examined_by.eq(user)).select(bids::challenge_id).distinct().load(conn)?;
    known.extend(examinations::confirmed_by(conn, user)?);
    Ok(known)
}

/// Who examined a bid on a challenge, or confirmed that it fails.
///
/// # Errors
/// The database does not answer.
pub fn examiners(conn: &mut Conn, challenge: ChallengeId) -> QueryResult<Vec<UserId>> {
    let own = bids::table.filter(bids::challenge_id.eq(challenge));
    let mut known: Vec<Option<UserId>> = own.select(bids::examined_by).distinct().load(conn)?;
    known.extend(examinations::confirmers(conn, challenge)?);
    Ok(known.into_iter().flatten().collect())
}

/// The working copy of a bid, sealed.
///
/// # Errors
/// There is no such bid.
pub fn draft(conn: &mut Conn, id: BidId) -> QueryResult<Vec<u8>> {
    on!(conn, inner => bid_drafts::table.find(id).select(bid_drafts::body).first(inner))
}

/// What a submission is held against.
pub struct Submittable {
    /// The working copy of the bid, sealed.
    pub draft: Vec<u8>,
    /// What the challenge demands, read without the long texts around it.
    pub demands: Json<Demands>,
    /// Where the lead organisation stands.
    pub organization: OrganizationStage,
    /// The key of the round,
    pub seal_key: Option<String>,
    /// or the public half of one whose private half lies with custodians.
    pub seal_public: Option<Vec<u8>>,
}

/// The bid with its challenge and what its submission is held against, if there is one: in one query.
///
/// # Errors
/// The database does not answer.
pub fn to_submit(conn: &mut Conn, id: BidId) -> QueryResult<Option<(BidRow, ChallengeRow, Submittable)>> {
    type Found = (BidRow, ChallengeRow, Vec<u8>, Json<Demands>, OrganizationStage, Option<String>, Option<Vec<u8>>);
    let found: Option<Found> = on!(conn, inner => bids::table
        .inner_join(challenges::table.inner_join(challenge_rounds::table))
        .inner_join(organizations::table)
        .inner_join(bid_drafts::table)
        .filter(bids::id.eq(id).and(challenge_rounds::round.eq(bids::round)))
        .select((
            BidRow::as_select(), ChallengeRow::as_select(), bid_drafts::body, challenges::content, organizations::stage,
            challenge_rounds::seal_key, challenge_rounds::seal_public,
        ))
        .first(inner))
    .optional()?;
    Ok(found.map(|(bid, challenge, draft, demands, organization, seal_key, seal_public)| {
        (bid, challenge, Submittable { draft, demands, organization, seal_key, seal_public })
    }))
}

/// A page of the bids that a viewer may know: one's own organisation's, and the unsealed ones that the scope allows. Each comes with
/// the division that owns its challenge.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, viewer: Viewer, filter: &BidFilter, page: &Page) -> QueryResult<Vec<(BidRow, Option<String>)>> {
    let mut query = bids::table.inner_join(challenges::table).select((BidRow::as_select(), challenges::division)).into_boxed::<Multi>();
    let unsealed = bids::round.le(challenges::opened_round).and(bids::stage.ne_all(NEVER_OPENED.iter().copied()));
    let own = bids::lead_org_id.eq(viewer.organization);
    let assigned = bids::id.eq_any(
        reviews::table
            .filter(reviews::expert_id.eq(viewer.user).and(reviews::stage.eq_any(READS_THE_BID.iter().copied())))
            .select(reviews::bid_id),
    );
    let under_review = challenges::stage.eq(ChallengeStage::Reviewing).and(bids::round.eq(challenges::round));
    let under_review = under_review.and(bids::stage.ne_all(GONE.iter().copied()));
    let assigned = assigned.and(under_review).and(bids::challenge_id.ne_all(viewer.barred));
    query = match (viewer.scope.all, viewer.scope.assigned, viewer.scope.party) {
        (true, _, true) => query.filter(unsealed.or(own)),
        (true, _, false) => query.filter(unsealed),
        (false, true, false) => query.filter(unsealed.and(assigned)),
        (false, true, true) => query.filter(own.or(unsealed.and(assigned))),
        (false, false, true) => query.filter(own),
        (false, false, false) => query.filter(own.and(bids::round.lt(0))),
    };
    if let Some(challenge) = filter.challenge_id {
        query = query.filter(bids::challenge_id.eq(challenge));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(bids::stage.eq(stage));
    }
    by_id!(query, bids, page).load(conn)
}

/// The bids of a round that stand at one of `stages`.
///
/// # Errors
/// The database does not answer.
pub fn of_round(conn: &mut Conn, challenge: ChallengeId, round: i32, stages: &[BidStage]) -> QueryResult<Vec<BidRow>> {
    bids::table
        .filter(bids::challenge_id.eq(challenge).and(bids::round.eq(round)))
        .filter(bids::stage.eq_any(stages.iter().copied()))
        .order(bids::id)
        .select(BidRow::as_select())
        .load(conn)
}

/// Marks a change that stands in another table (the members).
///
/// # Errors
/// [`diesel::NotFound`] when the bid is not as it was read.
pub fn touch(conn: &mut Conn, row: &BidRow, now: Timestamp) -> QueryResult<BidRow> {
    step!(conn, bids, BidRow, row, row.stage, now)
}

/// Replaces the working copy. What was submitted stays as it was received.
///
/// # Errors
/// [`diesel::NotFound`] when the bid is not as it was read.
pub fn edit(conn: &mut Conn, row: &BidRow, draft: &[u8], now: Timestamp) -> QueryResult<BidRow> {
    diesel::update(bid_drafts::table.find(row.id)).set(bid_drafts::body.eq(draft)).execute(conn)?;
    touch(conn, row, now)
}

/// Removes the working copy: what was submitted is sealed, and nobody keeps another copy of it.
///
/// # Errors
/// The database does not answer.
pub fn empty_draft(conn: &mut Conn, id: BidId) -> QueryResult<()> {
    diesel::update(bid_drafts::table.find(id)).set(bid_drafts::body.eq(Vec::new())).execute(conn).map(|_| ())
}

/// A submission as it is received: sealed, with the commitment to its content.
pub struct Received<'a> {
    /// The sealed content.
    pub sealed: &'a [u8],
    /// SHA-256 of the content with its salt and what it is bound to.
    pub digest: &'a str,
    /// Who submitted.
    pub by: UserId,
}

/// Takes a submission: the next number, the instant, and the content as received.
///
/// # Errors
/// [`diesel::NotFound`] when the bid is not as it was read; a unique live bid.
pub fn submit(conn: &mut Conn, row: &BidRow, to: BidStage, received: &Received<'_>, now: Timestamp) -> QueryResult<BidRow> {
    let number = row.submission.saturating_add(1);
    let values = (
        bid_submissions::bid_id.eq(row.id),
        bid_submissions::number.eq(number),
        bid_submissions::sealed.eq(received.sealed),
        bid_submissions::digest.eq(received.digest),
        bid_submissions::received_at.eq(now),
        bid_submissions::submitted_by.eq(received.by),
    );
    on!(conn, inner => diesel::insert_into(bid_submissions::table).values(values).execute(inner))?;
    step!(conn, bids, BidRow, row, to, now, bids::submission.eq(number), bids::received_at.eq(now), bids::digest.eq(received.digest))
}

/// Moves the bid on.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(conn: &mut Conn, row: &BidRow, to: BidStage, now: Timestamp) -> QueryResult<BidRow> {
    step!(conn, bids, BidRow, row, to, now)
}

/// Writes down a formal examination.
///
/// # Errors
/// [`diesel::NotFound`] when the bid is not as it was read.
pub fn examine(conn: &mut Conn, row: &BidRow, to: BidStage, items: &Vec<ExaminedItem>, by: UserId, now: Timestamp) -> QueryResult<BidRow> {
    let kept = Json::of(items)?;
    step!(conn, bids, BidRow, row, to, now, bids::examination.eq(kept), bids::examined_by.eq(by))
}

/// Writes down what was decided on a bid.
///
/// # Errors
/// [`diesel::NotFound`] when the bid is not as it was read.
pub fn select(
    conn: &mut Conn,
    row: &BidRow,
    to: BidStage,
    award_fen: Option<Fen>,
    reserve_order: Option<i32>,
    now: Timestamp,
) -> QueryResult<BidRow> {
    step!(conn, bids, BidRow, row, to, now, bids::award_fen.eq(award_fen), bids::reserve_order.eq(reserve_order))
}

/// Writes down the panel's score, or that there is none.
///
/// # Errors
/// The database does not answer.
pub fn score(conn: &mut Conn, id: BidId, score: Option<Decimal>) -> QueryResult<()> {
    diesel::update(bids::table.find(id)).set(bids::panel_score.eq(score.map(|score| score.to_string()))).execute(conn).map(|_| ())
}
