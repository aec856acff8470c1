//! Reconfirmation 重新确认: a correction of the challenge asks every team whose bid was submitted to submit it again. What is not
//! confirmed by the deadline lapses, and is never opened.

use super::about;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::bid::BidStage;
use crate::domain::policy::Action;
use crate::store::bids;
use crate::store::challenges::ChallengeRow;

/// Every bid that was submitted waits for its team from now on; the letter is that of the correction.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn ask_again(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    each(act, challenge, BidStage::Submitted, Action::BidAskAgain)
}

/// Lets the bids lapse that were not confirmed by the deadline, and tells their teams.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn expire(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    each(act, challenge, BidStage::NeedsReconfirmation, Action::BidExpire)
}

fn each(act: &mut Act<'_>, challenge: &ChallengeRow, stage: BidStage, action: Action) -> Result<(), AppError> {
    for row in bids::of_round(act.conn, challenge.id, challenge.round, &[stage])? {
        let step = act.follow(action, &row, None)?;
        let row = bids::advance(act.conn, &row, step.to, act.now)?;
        let _recorded = act.record(step, about(&row, challenge))?;
    }
    Ok(())
}
