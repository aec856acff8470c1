//! The phases of the judging 评审阶段: each begins when the one before is in, for the bids that were shortlisted.

use super::{about, load, object, shown};
use crate::app::act::{About, Act, Done, Shown};
use crate::app::error::AppError;
use crate::app::schemes;
use crate::domain::bid::BidStage;
use crate::domain::id::ChallengeId;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::domain::review::ReviewStage;
use crate::domain::scheme::{NextPhaseInput, Phase, Scheme};
use crate::domain::time::Timestamp;
use crate::store::challenges::ChallengeRow;
use crate::store::{bids, reviews, schemes as scheme_rows};

/// Stages of the bids that are before the panel.
const BEFORE_THE_PANEL: &[BidStage] = &[BidStage::Eligible, BidStage::Shortlisted];

/// Goes on to the next phase of the judging, with the bids that are shortlisted.
///
/// # Errors
/// Denied, stale, not under review; the present phase is not in, or the last one; it is open whether a bid goes on.
pub fn next(act: &mut Act<'_>, id: ChallengeId, input: &NextPhaseInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeNextPhase, &row, object(act, &row))?;
    let scheme = schemes::of(act, &row)?;
    let present = schemes::phase(&row, &scheme);
    let next = scheme.after(present).ok_or(Refusal::LastPhase)?;
    phase_is_in(act, &row, &scheme, present)?;
    if !bids::of_round(act.conn, id, row.round, &[BidStage::Eligible])?.is_empty() {
        return Err(Refusal::ShortlistOpen.into());
    }
    let row = scheme_rows::judge(act.conn, &row, step.to, next, act.now)?;
    let mut about = About { detail: format!("{present} to {next}"), ..about(&row) };
    next.zh().clone_into(&mut about.facts.name);
    about.facts.at = input.starts_at.map(Timestamp::in_beijing).unwrap_or_default();
    about.facts.place = input.place.as_ref().map(ToString::to_string).unwrap_or_default();
    about.facts.reason = input.bring.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Whether every bid still before the panel has as many sheets of a phase as the scheme asks for, and no review is open.
///
/// # Errors
/// One is missing.
pub(in crate::app) fn phase_is_in(act: &mut Act<'_>, row: &ChallengeRow, scheme: &Scheme, phase: Phase) -> Result<(), AppError> {
    let candidates = bids::of_round(act.conn, row.id, row.round, BEFORE_THE_PANEL)?;
    let all = reviews::of_round(act.conn, row.id, row.round)?;
    let open = all.iter().any(|review| matches!(review.stage, ReviewStage::Assigned | ReviewStage::Declared));
    let least = scheme.terms(phase).map_or(1, |terms| terms.least_reviews.0);
    let counts = |review: &&reviews::ReviewRow| review.stage == ReviewStage::Submitted && review.phase == phase;
    let enough = |id| all.iter().filter(counts).filter(|review| review.bid_id == id).count();
    let missing = candidates.iter().any(|bid| i64::try_from(enough(bid.id)).is_ok_and(|count| count < least));
    if open || candidates.is_empty() || missing { Err(Refusal::ReviewsMissing.into()) } else { Ok(()) }
}

/// Whether the judging of a round is over: its last phase is in.
///
/// # Errors
/// A review is missing, or a phase.
pub(in crate::app) fn reviews_are_in(act: &mut Act<'_>, row: &ChallengeRow) -> Result<(), AppError> {
    let scheme = schemes::of(act, row)?;
    let present = schemes::phase(row, &scheme);
    phase_is_in(act, row, &scheme, present)?;
    if scheme.after(present).is_some() { Err(Refusal::PhaseAhead.into()) } else { Ok(()) }
}
