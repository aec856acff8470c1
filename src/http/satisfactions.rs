//! The sponsor's satisfaction: views and handlers.

use crate::app::satisfactions::{self, Detail};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::challenge::ReasonInput;
use crate::domain::id::{BidId, ChallengeId, SatisfactionId};
use crate::domain::policy::Action;
use crate::domain::satisfaction::{AskSponsorInput, Grade, GradeInput, SatisfactionStage};
use crate::domain::time::Timestamp;
use crate::http::answer::{View, record_view};
use crate::http::challenges::ChallengeView;

/// What the sponsor is asked about one bid, and what it said.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SatisfactionView {
    id: SatisfactionId,
    stage: SatisfactionStage,
    version: i64,
    challenge_id: ChallengeId,
    round: i32,
    bid_id: BidId,
    /// 牵头单位.
    organization: String,
    /// What is new in the team's plan.
    summary: String,
    due_at: Timestamp,
    grade: Option<Grade>,
    /// The sponsor's reasons, or why its word was not waited for.
    reasons: Option<String>,
    given_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(SatisfactionView);

impl From<Detail> for SatisfactionView {
    fn from(Detail { shown, organization, summary }: Detail) -> Self {
        let row = shown.record;
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            challenge_id: row.challenge_id,
            round: row.round,
            bid_id: row.bid_id,
            organization,
            summary,
            due_at: row.due_at,
            grade: row.grade,
            reasons: row.reasons,
            given_at: row.given_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: shown.allowed,
        }
    }
}

/// What the sponsor is asked about a round.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SatisfactionsView {
    /// One for each bid that may win.
    items: Vec<SatisfactionView>,
}

impl View for SatisfactionsView {}

/// `POST /challenges/{id}/ask_sponsor`
pub fn ask(act: &mut Act<'_>, id: ChallengeId, input: AskSponsorInput) -> Result<Done<ChallengeView>, AppError> {
    Ok(satisfactions::ask(act, id, input)?.map(Into::into))
}

/// `GET /challenges/{id}/satisfactions`
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<SatisfactionsView>, AppError> {
    Ok(satisfactions::of_challenge(act, id)?.map(|all| SatisfactionsView { items: all.into_iter().map(Into::into).collect() }))
}

/// `GET /satisfactions/{id}`
pub fn get(act: &mut Act<'_>, id: SatisfactionId) -> Result<Seen<SatisfactionView>, AppError> {
    Ok(satisfactions::get(act, id)?.map(Into::into))
}

/// `POST /satisfactions/{id}/give`
pub fn give(act: &mut Act<'_>, id: SatisfactionId, input: GradeInput) -> Result<Done<SatisfactionView>, AppError> {
    Ok(satisfactions::give(act, id, &input)?.map(Into::into))
}

/// `POST /satisfactions/{id}/waive`
pub fn waive(act: &mut Act<'_>, id: SatisfactionId, input: ReasonInput) -> Result<Done<SatisfactionView>, AppError> {
    Ok(satisfactions::waive(act, id, &input)?.map(Into::into))
}
