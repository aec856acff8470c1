//! How a challenge ends: finished, failed, or withdrawn.

use super::{about, load, object, release_cap, shown};
use crate::app::act::{About, Act, Done, Shown};
use crate::app::bids::examination::appeals_are_over;
use crate::app::bids::{decline_rest, lapse_all};
use crate::app::custody::release::is_lost;
use crate::app::error::AppError;
use crate::app::schemes;
use crate::domain::bid::{BidStage, GONE, NEVER_OPENED};
use crate::domain::challenge::{ChallengeStage, FailInput, FailReason, ReasonInput};
use crate::domain::decimal::Decimal;
use crate::domain::id::ChallengeId;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::domain::satisfaction::Grade;
use crate::domain::workflow::Stage;
use crate::store::challenges::{self, ChallengeRow};
use crate::store::{bids, openings, projects, satisfactions};

/// Declares a round failed 流标, with a reason that must fit the facts. Bids that are left are declined; those that nobody
/// could open lapse.
///
/// # Errors
/// Denied, stale, a stage without this ending; the reason does not hold.
pub fn fail(act: &mut Act<'_>, id: ChallengeId, input: &FailInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeFail, &row, object(act, &row))?;
    check_reason(act, &row, input.reason_code)?;
    if row.opened_round == row.round {
        appeals_are_over(act, id, row.round)?;
    }
    let reason = input.reason.to_string();
    match input.reason_code {
        FailReason::SealLost => lapse_all(act, &row, &reason)?,
        _ => decline_rest(act, &row, &reason)?,
    }
    never_opened(act, &row)?;
    let row = challenges::fail(act.conn, &row, step.to, input.reason_code, &reason, act.now)?;
    let mut about = About { detail: format!("{}: {reason}", input.reason_code), ..about(&row) };
    about.facts.reason = format!("{}：{reason}", input.reason_code.zh());
    Ok(act.record(step, about)?.with(shown(act, row)))
}

fn check_reason(act: &mut Act<'_>, row: &ChallengeRow, reason: FailReason) -> Result<(), AppError> {
    if row.stage == ChallengeStage::Closed {
        // Still sealed: nothing but the shares may be looked at, so that nobody learns how many bids there are.
        let holds = reason == FailReason::SealLost && is_lost(act, row)?;
        return if holds { Ok(()) } else { Err(Refusal::ReasonDoesNotHold.into()) };
    }
    let threshold = schemes::of(act, row)?.threshold.0;
    let all = bids::of_round(act.conn, row.id, row.round, BidStage::ALL)?;
    let counted = |stages: &[BidStage]| all.iter().filter(|bid| stages.contains(&bid.stage)).count();
    let received = all.len().saturating_sub(counted(NEVER_OPENED));
    let standing = received.saturating_sub(counted(GONE));
    let gone = |id| all.iter().any(|bid| bid.id == id && GONE.contains(&bid.stage));
    let ineligible = counted(&[BidStage::Ineligible]);
    let good_enough = |bid: &bids::BidRow| {
        let score = bid.panel_score.as_deref().and_then(|score| score.parse::<Decimal>().ok());
        score.is_some_and(|score| score.0 >= threshold.into())
    };
    let judged: Vec<&bids::BidRow> = all.iter().filter(|bid| bid.panel_score.is_some() && !gone(bid.id)).collect();
    let mut words = satisfactions::of_round(act.conn, row.id, row.round)?;
    words.retain(|word| !gone(word.bid_id));
    let holds = match reason {
        FailReason::SealLost | FailReason::Forfeited => false,
        FailReason::NoBids => standing == 0,
        FailReason::NoEligibleBid => standing > 0 && standing == ineligible,
        FailReason::SponsorUnsatisfied => !words.is_empty() && words.iter().all(|word| word.grade == Some(Grade::Unsatisfied)),
        FailReason::BelowThreshold => !judged.is_empty() && !judged.into_iter().any(good_enough),
        FailReason::Other => received > 0,
    };
    if holds { Ok(()) } else { Err(Refusal::ReasonDoesNotHold.into()) }
}

/// Takes a failed challenge back to the draft 调整后发榜: indicators, money or conditions change, it is approved and published anew as its
/// next round. The rounds before are kept.
///
/// # Errors
/// Denied, stale, not failed.
pub fn adjust(act: &mut Act<'_>, id: ChallengeId, input: &ReasonInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeAdjust, &row, object(act, &row))?;
    let row = challenges::take_back(act.conn, &row, step.to, act.now)?;
    let mut about = About { detail: input.reason.to_string(), ..about(&row) };
    about.facts.reason = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Withdraws a challenge 撤榜 at any stage before it is awarded. Sealed bids stay sealed for ever.
///
/// # Errors
/// Denied, stale, too late.
pub fn withdraw(act: &mut Act<'_>, id: ChallengeId, input: &ReasonInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeWithdraw, &row, object(act, &row))?;
    release_cap(act, &row)?;
    never_opened(act, &row)?;
    let row = challenges::advance(act.conn, &row, step.to, act.now)?;
    let mut about = About { detail: input.reason.to_string(), ..about(&row) };
    about.facts.reason = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Finishes a challenge whose projects have all ended.
///
/// # Errors
/// Denied, stale, not awarded; a project is still open.
pub fn finish(act: &mut Act<'_>, id: ChallengeId) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeFinish, &row, object(act, &row))?;
    if !projects::of_challenge(act.conn, id)?.iter().all(|project| project.stage.ended()) {
        return Err(Refusal::ProjectsOpen.into());
    }
    let row = challenges::advance(act.conn, &row, step.to, act.now)?;
    Ok(act.record(step, about(&row))?.with(shown(act, row)))
}

/// The key of a round that ends unopened is forgotten: what it sealed stays sealed for ever.
fn never_opened(act: &mut Act<'_>, row: &ChallengeRow) -> Result<(), AppError> {
    if row.opened_round < row.round {
        openings::forget_key(act.conn, row.id, row.round)?;
    }
    Ok(())
}
