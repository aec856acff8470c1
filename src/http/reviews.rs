//! Reviews: views and handlers.

use crate::app::Page;
use crate::app::act::Shown;
use crate::app::reviews::{ReviewFilter, ReviewRow};
use crate::app::{Act, AppError, Done, Seen, reviews};
use crate::domain::fault::Faults;
use crate::domain::id::{BidId, ChallengeId, ReviewId, UserId};
use crate::domain::policy::Action;
use crate::domain::proposal::BidInput;
use crate::domain::recusal::Ground;
use crate::domain::review::{AssignReview, Declaration, DeclineReview, DraftSheet, ReviewStage, Score, ScoreSheet, Vote};
use crate::domain::scheme::Phase;
use crate::domain::time::Timestamp;
use crate::http::answer::{View, record_view};

/// A review.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ReviewView {
    id: ReviewId,
    stage: ReviewStage,
    version: i64,
    bid_id: BidId,
    challenge_id: ChallengeId,
    expert_id: UserId,
    /// The part of the judging that it belongs to.
    phase: Phase,
    due_at: Timestamp,
    scores: Option<Vec<Score>>,
    /// The points in a hundred, a decimal string.
    total: Option<String>,
    vote: Option<Vote>,
    comment: Option<String>,
    submitted_at: Option<Timestamp>,
    /// How the expert came to step aside: what was given does not count then.
    recusal: Option<Ground>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(ReviewView);

impl From<Shown<ReviewRow>> for ReviewView {
    fn from(Shown { record: row, allowed }: Shown<ReviewRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            bid_id: row.bid_id,
            challenge_id: row.challenge_id,
            expert_id: row.expert_id,
            phase: row.phase,
            due_at: row.due_at,
            scores: row.scores.and_then(|scores| scores.read().ok()),
            total: row.total,
            vote: row.vote,
            comment: row.comment,
            submitted_at: row.submitted_at,
            recusal: row.recusal,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// A review with the bid, once its expert has declared no conflict.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ReviewDetail {
    #[serde(flatten)]
    review: ReviewView,
    /// The bid as it was submitted, without names where the scheme is blind; `null` before the declaration.
    bid: Option<BidInput>,
    /// For its expert: every organisation with a part in a bid of the round, to declare oneself on.
    organizations: Option<Vec<String>>,
    /// For its expert: the sheet on its way.
    draft: Option<DraftSheet>,
}

record_view!(ReviewDetail as review);

/// What a list of reviews can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ReviewQuery {
    #[deserr(default)]
    challenge_id: Option<ChallengeId>,
    #[deserr(default)]
    bid_id: Option<BidId>,
    #[deserr(default)]
    stage: Option<ReviewStage>,
}

/// `GET /reviews`
pub fn list(act: &mut Act<'_>, (): (), query: ReviewQuery, page: &Page) -> Result<Seen<Vec<ReviewView>>, AppError> {
    let filter = ReviewFilter { challenge_id: query.challenge_id, bid_id: query.bid_id, stage: query.stage };
    Ok(reviews::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /reviews/{id}`
pub fn get(act: &mut Act<'_>, id: ReviewId) -> Result<Seen<ReviewDetail>, AppError> {
    Ok(reviews::get(act, id)?.map(|detail| ReviewDetail {
        review: detail.shown.into(),
        bid: detail.bid,
        organizations: detail.organizations,
        draft: detail.draft,
    }))
}

/// `POST /bids/{id}/reviews`
pub fn assign(act: &mut Act<'_>, id: BidId, input: AssignReview) -> Result<Done<ReviewView>, AppError> {
    Ok(reviews::assign(act, id, input)?.map(Into::into))
}

/// `POST /reviews/{id}/declare`
pub fn declare(act: &mut Act<'_>, id: ReviewId, input: Declaration) -> Result<Done<ReviewView>, AppError> {
    Ok(reviews::declare(act, id, &input)?.map(Into::into))
}

/// `POST /reviews/{id}/decline`
pub fn decline(act: &mut Act<'_>, id: ReviewId, input: DeclineReview) -> Result<Done<ReviewView>, AppError> {
    Ok(reviews::decline(act, id, &input)?.map(Into::into))
}

/// `POST /reviews/{id}/save`
pub fn save(act: &mut Act<'_>, id: ReviewId, input: DraftSheet) -> Result<Done<ReviewView>, AppError> {
    Ok(reviews::save(act, id, &input)?.map(Into::into))
}

/// `POST /reviews/{id}/submit`
pub fn submit(act: &mut Act<'_>, id: ReviewId, input: ScoreSheet) -> Result<Done<ReviewView>, AppError> {
    Ok(reviews::submit(act, id, &input)?.map(Into::into))
}
