//! Publicity: the public page of a challenge's decisions.

use crate::app::decisions::publicity::{self, Publicity};
use crate::app::{Act, AppError, Seen};
use crate::domain::decision::{Announcement, PublicityState};
use crate::domain::id::ChallengeId;
use crate::domain::time::Timestamp;
use crate::http::answer::View;

/// A publicity, as it was when it began.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PublicityView {
    /// What is made public.
    content: Announcement,
    /// SHA-256 of `content` as JSON without spaces, its fields in the order of this page.
    sha256: String,
    announced_at: Timestamp,
    /// `interrupted` by an upheld objection: what follows is a new decision with a new window.
    state: PublicityState,
}

/// The publicities of a challenge.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PublicitiesView {
    /// Newest first.
    items: Vec<PublicityView>,
}

impl View for PublicitiesView {}

impl From<Publicity> for PublicityView {
    fn from(Publicity { announcement, sha256, announced_at, state }: Publicity) -> Self {
        Self { content: announcement, sha256, announced_at, state }
    }
}

/// `GET /challenges/{id}/publicity`
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<PublicitiesView>, AppError> {
    Ok(publicity::of_challenge(act, id)?.map(|all| PublicitiesView { items: all.into_iter().map(Into::into).collect() }))
}
