//! Draws: views and handlers.

use crate::app::draws::{self, Detail};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::challenge::ReasonInput;
use crate::domain::draw::{Candidate, DrawStage, Drawn, InviteInput, ReplaceInput, Replaced, Terms, WitnessInput};
use crate::domain::id::{ChallengeId, DrawId, UserId};
use crate::domain::policy::Action;
use crate::domain::recusal::Interest;
use crate::domain::scheme::Phase;
use crate::domain::time::Timestamp;
use crate::http::answer::{View, record_view};

/// Somebody who was kept out of a pool.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ExcludedView {
    expert_id: UserId,
    /// Why.
    interests: Vec<Interest>,
}

/// A draw. `jiebang draw verify` computes it anew from this.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DrawView {
    id: DrawId,
    stage: DrawStage,
    version: i64,
    challenge_id: ChallengeId,
    round: i32,
    /// The part of the judging for which the panel is.
    phase: Phase,
    /// What was asked for.
    terms: Terms,
    /// SHA-256 of the seed, to which the service was bound before the pool was frozen.
    commitment: String,
    /// The seed, once there was a witness.
    seed: Option<String>,
    /// What the witness added.
    contribution: Option<String>,
    /// The frozen pool, by ascending ids.
    pool: Vec<Candidate>,
    /// SHA-256 of that, as JSON without spaces.
    pool_sha256: String,
    /// Who was kept out of it, and why: shown to supervision and audit alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    excluded: Option<Vec<ExcludedView>>,
    /// What was drawn.
    drawn: Option<Drawn>,
    /// Who took whose place since.
    replaced: Vec<Replaced>,
    /// Who prepared it.
    prepared_by: UserId,
    prepared_at: Timestamp,
    /// Who witnessed it.
    witnessed_by: Option<UserId>,
    witnessed_at: Option<Timestamp>,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(DrawView);

impl From<Detail> for DrawView {
    fn from(Detail { shown, terms, pool, drawn, replaced, seed, excluded }: Detail) -> Self {
        let row = shown.record;
        let excluded =
            excluded.map(|all| all.into_iter().map(|one| ExcludedView { expert_id: one.expert_id, interests: one.interests }).collect());
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            challenge_id: row.challenge_id,
            round: row.round,
            phase: row.phase,
            terms,
            commitment: row.commitment,
            seed,
            contribution: row.contribution,
            pool,
            pool_sha256: row.pool_digest,
            excluded,
            drawn,
            replaced,
            prepared_by: row.created_by,
            prepared_at: row.created_at,
            witnessed_by: row.witnessed_by,
            witnessed_at: row.witnessed_at,
            allowed_actions: shown.allowed,
        }
    }
}

/// The draws of a challenge.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DrawsView {
    /// First to last.
    items: Vec<DrawView>,
}

impl View for DrawsView {}

type Changed = Result<Done<DrawView>, AppError>;

/// `POST /challenges/{id}/draws`
pub fn prepare(act: &mut Act<'_>, id: ChallengeId, input: Terms) -> Changed {
    Ok(draws::prepare(act, id, &input)?.map(Into::into))
}

/// `GET /challenges/{id}/draws`
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<DrawsView>, AppError> {
    Ok(draws::of_challenge(act, id)?.map(|all| DrawsView { items: all.into_iter().map(Into::into).collect() }))
}

/// `GET /draws/{id}`
pub fn get(act: &mut Act<'_>, id: DrawId) -> Result<Seen<DrawView>, AppError> {
    Ok(draws::get(act, id)?.map(Into::into))
}

/// `POST /draws/{id}/witness`
pub fn witness(act: &mut Act<'_>, id: DrawId, input: WitnessInput) -> Changed {
    Ok(draws::witness(act, id, &input)?.map(Into::into))
}

/// `POST /draws/{id}/void`
pub fn void(act: &mut Act<'_>, id: DrawId, input: ReasonInput) -> Changed {
    Ok(draws::void(act, id, &input)?.map(Into::into))
}

/// `POST /draws/{id}/replace`
pub fn replace(act: &mut Act<'_>, id: DrawId, input: ReplaceInput) -> Changed {
    Ok(draws::replace(act, id, &input)?.map(Into::into))
}

/// `POST /draws/{id}/invite`
pub fn invite(act: &mut Act<'_>, id: DrawId, input: InviteInput) -> Changed {
    Ok(draws::invite(act, id, input)?.map(Into::into))
}
