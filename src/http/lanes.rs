//! The lanes of a race: the comparison for the department.

use crate::app::lanes;
use crate::app::{Act, AppError, Seen};
use crate::domain::id::ChallengeId;
use crate::domain::race::Comparison;
use crate::http::answer::View;

impl View for Comparison {}

/// `GET /challenges/{id}/lanes`
pub fn compare(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Comparison>, AppError> {
    lanes::compare(act, id)
}
