//! Recusals: views and handlers.

use crate::app::recusals::{self, RecusalRow};
use crate::app::{Act, AppError, Done, Page, Seen};
use crate::domain::fault::Faults;
use crate::domain::id::{ChallengeId, RecusalId, UserId};
use crate::domain::recusal::{Ground, RecusalInput};
use crate::domain::time::Timestamp;
use crate::http::answer::{View, record_view};

/// Somebody who stepped aside from a challenge.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RecusalView {
    id: RecusalId,
    version: i64,
    challenge_id: ChallengeId,
    /// The round in which it was written down; it holds for the whole challenge.
    round: i32,
    /// Who stepped aside.
    user_id: UserId,
    ground: Ground,
    /// The interest in words.
    reason: String,
    /// Who wrote it down.
    created_by: UserId,
    created_at: Timestamp,
}

record_view!(RecusalView);

impl From<RecusalRow> for RecusalView {
    fn from(row: RecusalRow) -> Self {
        Self {
            id: row.id,
            version: 1,
            challenge_id: row.challenge_id,
            round: row.round,
            user_id: row.user_id,
            ground: row.ground,
            reason: row.reason,
            created_by: row.created_by,
            created_at: row.created_at,
        }
    }
}

/// A list of recusals cannot be narrowed.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct RecusalQuery {}

/// `POST /challenges/{id}/recusals`
pub fn declare(act: &mut Act<'_>, id: ChallengeId, input: RecusalInput) -> Result<Done<RecusalView>, AppError> {
    Ok(recusals::declare(act, id, &input)?.map(Into::into))
}

/// `GET /challenges/{id}/recusals`
pub fn list(act: &mut Act<'_>, id: ChallengeId, _: RecusalQuery, page: &Page) -> Result<Seen<Vec<RecusalView>>, AppError> {
    Ok(recusals::of_challenge(act, id, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /recusals/{id}`
pub fn get(act: &mut Act<'_>, id: RecusalId) -> Result<Seen<RecusalView>, AppError> {
    Ok(recusals::get(act, id)?.map(Into::into))
}
