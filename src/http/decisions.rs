//! Decisions: views and handlers.

use crate::app::decisions::{DeskRow, Detail};
use crate::app::{Act, AppError, Done, Seen, decisions};
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::decision::{DecisionInput, DecisionStage, Selection};
use crate::domain::id::{ChallengeId, DecisionId, UserId};
use crate::domain::policy::Action;
use crate::domain::scheme::{Desk, DeskDivision};
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// A desk of approval.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DeskView {
    name: String,
    /// Of which division its director is, seen from the challenge.
    division: DeskDivision,
    /// Who signed there; `null` while it is open.
    signed_by: Option<UserId>,
    signed_at: Option<Timestamp>,
}

/// A decision.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DecisionView {
    id: DecisionId,
    stage: DecisionStage,
    version: i64,
    challenge_id: ChallengeId,
    round: i32,
    /// 会议名称.
    meeting: Option<String>,
    /// Members who stepped aside.
    recused_members: Vec<String>,
    /// 会议纪要号.
    minute_no: String,
    decided_on: Date,
    selections: Vec<Selection>,
    publicity_starts_on: Option<Date>,
    publicity_ends_on: Option<Date>,
    proposed_by: UserId,
    /// The desks at which it is approved, one after the other.
    desks: Vec<DeskView>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(DecisionView);

impl From<Detail> for DecisionView {
    fn from(Detail { shown, desks }: Detail) -> Self {
        let (row, allowed) = (shown.record, shown.allowed);
        let desk = |(desk, signature): (Desk, Option<DeskRow>)| DeskView {
            name: desk.name.to_string(),
            division: desk.division,
            signed_by: signature.as_ref().map(|signature| signature.user_id),
            signed_at: signature.map(|signature| signature.signed_at),
        };
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            challenge_id: row.challenge_id,
            round: row.round,
            meeting: row.meeting,
            recused_members: row.recused_members.read().unwrap_or_default(),
            minute_no: row.minute_no,
            decided_on: row.decided_on,
            selections: row.selections.read().unwrap_or_default(),
            publicity_starts_on: row.publicity_starts_on,
            publicity_ends_on: row.publicity_ends_on,
            proposed_by: row.created_by,
            desks: desks.into_iter().map(desk).collect(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// The decisions on a challenge.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DecisionsView {
    /// First to last.
    items: Vec<DecisionView>,
}

impl View for DecisionsView {}

/// `POST /challenges/{id}/propose`
pub fn propose(act: &mut Act<'_>, id: ChallengeId, input: DecisionInput) -> Result<Done<DecisionView>, AppError> {
    Ok(decisions::propose(act, id, &input)?.map(Into::into))
}

/// `GET /challenges/{id}/decisions`
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<DecisionsView>, AppError> {
    Ok(decisions::of_challenge(act, id)?.map(|rows| DecisionsView { items: rows.into_iter().map(Into::into).collect() }))
}

/// `GET /decisions/{id}`
pub fn get(act: &mut Act<'_>, id: DecisionId) -> Result<Seen<DecisionView>, AppError> {
    Ok(decisions::get(act, id)?.map(Into::into))
}

/// `POST /decisions/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: DecisionId, _: NoInput) -> Result<Done<DecisionView>, AppError> {
    Ok(decisions::approve(act, id)?.map(Into::into))
}

/// `POST /decisions/{id}/return`
pub fn send_back(act: &mut Act<'_>, id: DecisionId, input: ReasonInput) -> Result<Done<DecisionView>, AppError> {
    Ok(decisions::send_back(act, id, &input)?.map(Into::into))
}
