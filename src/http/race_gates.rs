//! Gates of races: views and handlers.

use crate::app::race_gates::{self, RaceGateRow};
use crate::app::{Act, AppError, Done, Seen, Shown};
use crate::domain::assessment::Assessor;
use crate::domain::challenge::ReasonInput;
use crate::domain::id::{ChallengeId, RaceGateId, UserId};
use crate::domain::measure::DecidedInput;
use crate::domain::policy::Action;
use crate::domain::race::{Comparison, LaneInput, RaceGateInput, RaceGateStage};
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// A gate of a race.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RaceGateView {
    id: RaceGateId,
    stage: RaceGateStage,
    version: i64,
    challenge_id: ChallengeId,
    /// Its number in the race, from 1.
    number: i32,
    /// When the panel met.
    met_on: Date,
    assessors: Vec<Assessor>,
    /// What the panel says of the race.
    opinion: String,
    /// What becomes of each lane.
    lanes: Vec<LaneInput>,
    /// The lanes as they stood when it was proposed.
    comparison: Option<Comparison>,
    /// 决定文号.
    decision_no: Option<String>,
    decided_by: Option<UserId>,
    decided_on: Option<Date>,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(RaceGateView);

impl From<Shown<RaceGateRow>> for RaceGateView {
    fn from(Shown { record: row, allowed }: Shown<RaceGateRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            challenge_id: row.challenge_id,
            number: row.number,
            met_on: row.met_on,
            assessors: row.assessors.read().unwrap_or_default(),
            opinion: row.opinion,
            lanes: row.lanes.read().unwrap_or_default(),
            comparison: row.comparison.read().ok(),
            decision_no: row.decision_no,
            decided_by: row.decided_by,
            decided_on: row.decided_on,
            created_by: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// The gates of a race.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RaceGatesView {
    /// In order.
    items: Vec<RaceGateView>,
}

impl View for RaceGatesView {}

type Changed = Result<Done<RaceGateView>, AppError>;

/// `POST /challenges/{id}/race_gates`
pub fn propose(act: &mut Act<'_>, id: ChallengeId, input: RaceGateInput) -> Changed {
    Ok(race_gates::propose(act, id, &input)?.map(Into::into))
}

/// `GET /challenges/{id}/race_gates`
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<RaceGatesView>, AppError> {
    Ok(race_gates::of_challenge(act, id)?.map(|rows| RaceGatesView { items: rows.into_iter().map(Into::into).collect() }))
}

/// `GET /race_gates/{id}`
pub fn get(act: &mut Act<'_>, id: RaceGateId) -> Result<Seen<RaceGateView>, AppError> {
    Ok(race_gates::get(act, id)?.map(Into::into))
}

/// `POST /race_gates/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: RaceGateId, input: DecidedInput) -> Changed {
    Ok(race_gates::approve(act, id, &input)?.map(Into::into))
}

/// `POST /race_gates/{id}/decline`
pub fn decline(act: &mut Act<'_>, id: RaceGateId, input: ReasonInput) -> Changed {
    Ok(race_gates::decline(act, id, &input)?.map(Into::into))
}
