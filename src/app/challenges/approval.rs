//! Approval of a challenge: an officer submits, a director who did not write it decides.

use super::{about, load, object, release_cap, shown};
use crate::app::act::{About, Act, Done, Shown};
use crate::app::error::AppError;
use crate::domain::challenge::{ChallengeStage, ReasonInput};
use crate::domain::id::ChallengeId;
use crate::domain::policy::Action;
use crate::store::challenges::{self, ChallengeRow};

fn decide(act: &mut Act<'_>, id: ChallengeId, action: Action, reason: Option<&ReasonInput>) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(action, &row, object(act, &row))?;
    if step.to == ChallengeStage::Rejected {
        release_cap(act, &row)?;
    }
    let row = match action {
        Action::ChallengeSubmit => challenges::submit(act.conn, &row, step.to, act.user()?, act.now)?,
        _ => challenges::advance(act.conn, &row, step.to, act.now)?,
    };
    let reason = reason.map(|input| input.reason.to_string()).unwrap_or_default();
    let mut about = About { detail: reason.clone(), ..about(&row) };
    about.facts.reason = reason;
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Submits a draft for approval.
///
/// # Errors
/// Denied, stale, no draft.
pub fn submit(act: &mut Act<'_>, id: ChallengeId) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    decide(act, id, Action::ChallengeSubmit, None)
}

/// Sends a challenge back to its author.
///
/// # Errors
/// Denied (also for one's own work), stale, not in approval.
pub fn send_back(act: &mut Act<'_>, id: ChallengeId, reason: &ReasonInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    decide(act, id, Action::ChallengeReturn, Some(reason))
}

/// Rejects a challenge for good.
///
/// # Errors
/// Denied (also for one's own work), stale, not in approval.
pub fn reject(act: &mut Act<'_>, id: ChallengeId, reason: &ReasonInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    decide(act, id, Action::ChallengeReject, Some(reason))
}

/// Approves a challenge.
///
/// # Errors
/// Denied (also for one's own work), stale, not in approval.
pub fn approve(act: &mut Act<'_>, id: ChallengeId) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    decide(act, id, Action::ChallengeApprove, None)
}
