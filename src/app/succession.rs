//! Succession 递补: what becomes of a round that loses a bid, be it a project that is given up or a bid that leaves before the award.
//!
//! Once something was public, the first reserve moves up and the decision is made public anew. Before that the decision lapses, and is
//! taken anew. With nobody left to win, the round goes back under review, where it can be declared failed.

use crate::app::act::{About, Act};
use crate::app::bids::{self as bid_cases, content};
use crate::app::challenges;
use crate::app::error::AppError;
use crate::app::{reviews, satisfactions};
use crate::domain::bid::{AWARDED_BEFORE, BidStage};
use crate::domain::challenge::{ChallengeStage, FailReason};
use crate::domain::decision::{Choice, DecisionStage, Selection};
use crate::domain::id::{BidId, DecisionId, OrganizationId};
use crate::domain::money::Fen;
use crate::domain::policy::Action;
use crate::domain::project::ProjectStage;
use crate::domain::workflow::Stage;
use crate::store::Json;
use crate::store::bids::{self, BidRow};
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::decisions::{self, DecisionRow};
use crate::store::projects as project_rows;

/// The place of a bid among the winners of the decision that stands.
pub(super) struct Seat {
    decision: DecisionRow,
    /// What the decision says of the others.
    rest: Vec<Selection>,
    award_fen: Option<Fen>,
    /// Whether the team knows: the decision is public, or follows on one that was.
    pub(super) known: bool,
}

/// The place of a bid among the winners, if the decision that stands gives it one.
///
/// # Errors
/// The database does not answer.
pub(super) fn seat(act: &mut Act<'_>, challenge: &ChallengeRow, bid: BidId) -> Result<Option<Seat>, AppError> {
    if !matches!(challenge.stage, ChallengeStage::Deciding | ChallengeStage::Publicity) {
        return Ok(None);
    }
    let all = decisions::of_challenge(act.conn, challenge.id)?;
    let follows = all.iter().any(|row| row.round == challenge.round && row.stage == DecisionStage::Replaced);
    let Some(decision) = decisions::live(act.conn, challenge.id, challenge.round)? else { return Ok(None) };
    let mut rest = decision.selections.read()?;
    let Some(place) = rest.iter().position(|one| one.bid_id == bid && one.choice == Choice::Recommended) else { return Ok(None) };
    let award_fen = rest.remove(place).award_fen;
    let known = challenge.stage == ChallengeStage::Publicity || (follows && decision.stage == DecisionStage::Approved);
    Ok(Some(Seat { decision, rest, award_fen, known }))
}

/// What follows when a bid is no longer in its round, where it had `seat`. Reviews of the round were missing before, if `waited`.
///
/// # Errors
/// The database does not answer.
pub(super) fn without(
    act: &mut Act<'_>,
    challenge: &ChallengeRow,
    gone: &BidRow,
    seat: Option<Seat>,
    waited: bool,
) -> Result<(), AppError> {
    reviews::release(act, challenge, gone.id)?;
    satisfactions::drop_asked(act, challenge, gone.id)?;
    if waited {
        reviews::complete_panel(act, challenge)?;
    }
    let Some(seat) = seat else { return Ok(()) };
    if !seat.known {
        return lapse(act, challenge, seat, Some(ChallengeStage::Reviewing));
    }
    let next = first_reserve(act, challenge)?;
    if next.is_some() || seat.rest.iter().any(|one| one.choice == Choice::Recommended) {
        return refill(act, challenge, seat, next);
    }
    let awarded = !bids::of_round(act.conn, challenge.id, challenge.round, AWARDED_BEFORE)?.is_empty();
    match (awarded, all_gave_up(act, challenge)?) {
        (false, _) => lapse(act, challenge, seat, Some(ChallengeStage::Reviewing)),
        (true, false) => lapse(act, challenge, seat, Some(ChallengeStage::Awarded)),
        (true, true) => {
            lapse(act, challenge, seat, None)?;
            fail(act, challenge)
        }
    }
}

/// After the award: calls up the first reserve in the place of `lost`, or ends the round where nobody is left.
///
/// # Errors
/// The database does not answer.
pub(super) fn succeed(act: &mut Act<'_>, challenge: &ChallengeRow, lost: &BidRow) -> Result<(), AppError> {
    match first_reserve(act, challenge)? {
        Some(next) => {
            let before = decisions::live(act.conn, challenge.id, challenge.round)?.ok_or(AppError::NotFound)?;
            let chosen = promoted(act, &next, lost.award_fen)?;
            replace(act, &before, &vec![chosen], About::default())?;
            call_up(act, challenge, &next)?;
            go(act, challenge, Action::BidCallUp, ChallengeStage::Deciding).map(|_| ())
        }
        None if all_gave_up(act, challenge)? => fail(act, challenge),
        None => Ok(()),
    }
}

/// Before the award: those that are still to win stay in the decision, the first reserve joins them, and it is made public anew.
fn refill(act: &mut Act<'_>, challenge: &ChallengeRow, seat: Seat, next: Option<BidRow>) -> Result<(), AppError> {
    let Seat { decision, mut rest, award_fen, .. } = seat;
    let mut winners: Vec<OrganizationId> = Vec::new();
    for chosen in rest.iter().filter(|one| one.choice == Choice::Recommended) {
        let row = bids::find(act.conn, chosen.bid_id)?.ok_or(AppError::NotFound)?;
        winners.push(row.lead_org_id);
        reopen(act, challenge, &row)?;
    }
    if let Some(next) = &next {
        rest.retain(|one| one.bid_id != next.id);
        rest.push(promoted(act, next, award_fen)?);
    }
    let about = About { author: None, round: None, partners: winners, ..challenges::about(challenge) };
    replace(act, &decision, &rest, about)?;
    if let Some(next) = &next {
        call_up(act, challenge, next)?;
    }
    go(act, challenge, Action::DecisionReplace, ChallengeStage::Deciding).map(|_| ())
}

/// The decision does not stand any more. Back under review, every bid that it named comes back before the panel.
fn lapse(act: &mut Act<'_>, challenge: &ChallengeRow, seat: Seat, back: Option<ChallengeStage>) -> Result<(), AppError> {
    let step = act.follow(Action::DecisionLapse, &seat.decision, None)?;
    decisions::advance(act.conn, &seat.decision, step.to, act.now)?;
    if back == Some(ChallengeStage::Reviewing) {
        for chosen in &seat.rest {
            let row = bids::find(act.conn, chosen.bid_id)?.ok_or(AppError::NotFound)?;
            reopen(act, challenge, &row)?;
        }
    }
    if let Some(back) = back {
        go(act, challenge, Action::DecisionLapse, back)?;
    }
    let about = challenges::about(challenge);
    // What was never public is the department's own.
    let about = if challenge.stage == ChallengeStage::Publicity { about } else { About { round: None, sponsor: None, ..about } };
    let _recorded = act.record(step, about)?;
    Ok(())
}

/// The reserve that is first in order.
fn first_reserve(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<Option<BidRow>, AppError> {
    let reserves = bids::of_round(act.conn, challenge.id, challenge.round, &[BidStage::Reserve])?;
    Ok(reserves.into_iter().min_by_key(|bid| (bid.reserve_order, bid.id)))
}

/// What a reserve gets that moves up: the award that was lost, but not more than it asked for.
fn promoted(act: &mut Act<'_>, next: &BidRow, lost: Option<Fen>) -> Result<Selection, AppError> {
    let asked = content::required(act, next)?.requested_fen.unwrap_or(Fen::ZERO);
    let award = lost.map_or(asked, |award| award.min(asked));
    Ok(Selection { bid_id: next.id, choice: Choice::Recommended, award_fen: Some(award), reserve_order: None, reason: None })
}

/// Puts a decision in the place of one: it stands approved as that did, and is to be made public anew.
fn replace(act: &mut Act<'_>, before: &DecisionRow, selections: &Vec<Selection>, about: About) -> Result<(), AppError> {
    let done = act.follow(Action::DecisionReplace, before, None)?;
    let before = decisions::advance(act.conn, before, done.to, act.now)?;
    let row = DecisionRow {
        id: DecisionId::new(act.now),
        stage: DecisionStage::Approved,
        selections: Json::of(selections)?,
        publicity_starts_on: None,
        publicity_ends_on: None,
        announcement: None,
        announced_at: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
        ..before
    };
    decisions::insert(act.conn, &row)?;
    let _recorded = act.record(done, About { detail: format!("decision {}", row.id), ..about })?;
    Ok(())
}

/// Tells a reserve that it moves up.
fn call_up(act: &mut Act<'_>, challenge: &ChallengeRow, next: &BidRow) -> Result<(), AppError> {
    let up = act.follow(Action::BidCallUp, next, None)?;
    let next = bids::select(act.conn, next, up.to, None, None, act.now)?;
    let _recorded = act.record(up, bid_cases::about(&next, challenge))?;
    Ok(())
}

/// Brings a bid that was decided on back before the panel, if it is one.
fn reopen(act: &mut Act<'_>, challenge: &ChallengeRow, row: &BidRow) -> Result<(), AppError> {
    if row.stage.outcomes(Action::BidReopen).is_empty() {
        return Ok(());
    }
    let back = act.follow(Action::BidReopen, row, None)?;
    let row = bids::select(act.conn, row, back.to, None, None, act.now)?;
    let _recorded = act.record(back, bid_cases::about(&row, challenge))?;
    Ok(())
}

/// Moves the challenge along with what happened to its decision.
fn go(act: &mut Act<'_>, challenge: &ChallengeRow, action: Action, to: ChallengeStage) -> Result<ChallengeRow, AppError> {
    if !challenge.stage.outcomes(action).contains(&to) {
        return Err(AppError::Internal(format!("{action} does not lead from {} to {to}", Stage::code(challenge.stage))));
    }
    Ok(challenge_rows::advance(act.conn, challenge, to, act.now)?)
}

/// Whether no project of the challenge is left.
fn all_gave_up(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<bool, AppError> {
    Ok(project_rows::of_challenge(act.conn, challenge.id)?.iter().all(|project| project.stage == ProjectStage::Forfeited))
}

/// With nobody left the round has failed: it can be published anew.
fn fail(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    let step = act.follow(Action::ChallengeForfeit, challenge, None)?;
    let reason = FailReason::Forfeited;
    let row = challenge_rows::fail(act.conn, challenge, step.to, reason, reason.zh(), act.now)?;
    let mut about = About { detail: reason.to_string(), ..challenges::about(&row) };
    reason.zh().clone_into(&mut about.facts.reason);
    let _recorded = act.record(step, about)?;
    Ok(())
}
