//! What the department finds on an opened bid: its form, and whether it goes on to the panel.

use super::content::Submitted;
use super::{about, content, load};
use crate::app::act::{Act, Done, Shown};
use crate::app::error::AppError;
use crate::domain::bid::{BidStage, ShortlistInput};
use crate::domain::challenge::ChallengeStage;
use crate::domain::examination::ExaminationInput;
use crate::domain::id::BidId;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
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

/// Examines a bid for form 形式审查: eligible when every item passes or does not apply.
///
/// # Errors
/// Denied (also to the owning division), stale, not submitted, not the time for it.
pub fn examine(act: &mut Act<'_>, id: BidId, input: &ExaminationInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step_to(Action::BidExamine, &bid.row, bid.object(), input.conclusion())?;
    challenge_stands_at(&bid.challenge, ChallengeStage::Screening)?;
    match content::submitted(act, &bid.row)? {
        Submitted::NotYet => return Err(Refusal::BeingOpened.into()),
        // Nobody can say that what nobody can read is complete.
        Submitted::Flawed(_) if step.to == BidStage::Eligible => return Err(Refusal::BidFlawed.into()),
        Submitted::Flawed(_) | Submitted::Content(_) => {}
    }
    let row = bids::examine(act.conn, &bid.row, step.to, &input.items, act.user()?, act.now)?;
    let mut about = about(&row, &bid.challenge);
    about.facts.reason = input.reasons();
    about.detail.clone_from(&about.facts.reason);
    Ok(act.record(step, about)?.with(bid.shown(act, row)))
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
