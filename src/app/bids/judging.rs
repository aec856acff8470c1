//! Whether an eligible bid goes on to the panel.

use super::{about, load};
use crate::app::act::{Act, Done, Shown};
use crate::app::error::AppError;
use crate::domain::bid::{BidStage, ShortlistInput};
use crate::domain::challenge::ChallengeStage;
use crate::domain::id::BidId;
use crate::domain::policy::Action;
use crate::domain::workflow::Stage;
use crate::store::bids::{self, BidRow};
use crate::store::challenges::ChallengeRow;

/// The steps on a bid that belong to one stage of its challenge are refused at any other.
pub(in crate::app) fn challenge_stands_at(challenge: &ChallengeRow, stage: ChallengeStage) -> Result<(), AppError> {
    if challenge.stage == stage {
        return Ok(());
    }
    Err(AppError::WrongStage { stage: Stage::code(challenge.stage), allowed: Vec::new() })
}

/// Lets an eligible bid go on to the panel, or not.
///
/// # Errors
/// Denied, stale, not eligible, not the time for it.
pub fn shortlist(act: &mut Act<'_>, id: BidId, input: &ShortlistInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let to = if input.shortlisted { BidStage::Shortlisted } else { BidStage::NotShortlisted };
    let step = act.step_to(Action::BidShortlist, &bid.row, bid.object(), to)?;
    challenge_stands_at(&bid.challenge, ChallengeStage::Reviewing)?;
    let row = bids::advance(act.conn, &bid.row, step.to, act.now)?;
    let mut about = about(&row, &bid.challenge);
    about.facts.reason = input.reason.to_string();
    about.detail.clone_from(&about.facts.reason);
    Ok(act.record(step, about)?.with(bid.shown(act, row)))
}
