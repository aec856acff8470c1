//! Forfeits 放弃与递补: a winner that does not sign in time, or does not want to, gives way to the first reserve, with a new publicity.

use crate::app::act::{About, Act, Done, Object, Shown};
use crate::app::bids::judging::challenge_stands_at;
use crate::app::bids::{self as bid_cases, content};
use crate::app::challenges;
use crate::app::error::AppError;
use crate::app::payments;
use crate::app::projects::{self, ProjectRow};
use crate::domain::bid::BidStage;
use crate::domain::challenge::{ChallengeStage, FailReason, ReasonInput};
use crate::domain::decision::{Choice, DecisionStage, Selection};
use crate::domain::id::{DecisionId, ProjectId};
use crate::domain::money::Fen;
use crate::domain::policy::{Action, Role};
use crate::domain::project::ProjectStage;
use crate::domain::refusal::Refusal;
use crate::domain::workflow::Stage;
use crate::store::Json;
use crate::store::bids::{self, BidRow};
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::decisions::{self, DecisionRow};
use crate::store::projects as project_rows;

/// Declares a project forfeited before it is signed by all: its team gives it up, or a director finds that the time to sign is over.
/// The first reserve moves up; without one, and with no other project left, the round has failed.
///
/// # Errors
/// Denied, stale, signed by all already; a reserve is being called up; the time to sign is not over, where it is not the team who gives up.
pub fn forfeit(act: &mut Act<'_>, id: ProjectId, input: &ReasonInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let found = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    // What follows concerns the challenge: it is locked first.
    let challenge = challenges::load(act, found.challenge_id)?;
    let row = projects::load(act, id)?;
    let step = act.step(
        Action::ProjectForfeit,
        &row,
        Object::record(&row, projects::team_standing(act, &row).tie()).read_as(projects::tie(act, &row)),
    )?;
    // While a reserve that was called up is in publicity, nobody else gives way: one after the other.
    challenge_stands_at(&challenge, ChallengeStage::Awarded)?;
    let own = act.actor.belongs_to(row.lead_org_id) && act.actor.roles.contains(&Role::Team);
    if !own && act.in_time()? < row.sign_by.ends_at() {
        return Err(Refusal::TimeToSign.into());
    }
    let row = project_rows::advance(act.conn, &row, step.to, act.now)?;
    let row = project_rows::cede(act.conn, &row, row.award_fen, act.now)?;
    payments::cancel_locked(act, &row)?;
    let bid = bids::find(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    let lost = act.follow(Action::BidForfeit, &bid, None)?;
    let bid = bids::advance(act.conn, &bid, lost.to, act.now)?;
    let _recorded = act.record(lost, About::default())?;
    let mut about = About { detail: input.reason.to_string(), ..projects::about(&row) };
    about.facts.reason = input.reason.to_string();
    let recorded = act.record(step, about)?;
    succeed(act, &challenge, &bid)?;
    Ok(recorded.with(projects::shown(act, row)))
}

/// Calls up the first reserve in the place of `lost`, or ends the round where nobody is left.
fn succeed(act: &mut Act<'_>, challenge: &ChallengeRow, lost: &BidRow) -> Result<(), AppError> {
    let mut reserves = bids::of_round(act.conn, challenge.id, lost.round, &[BidStage::Reserve])?;
    reserves.sort_by_key(|bid| (bid.reserve_order, bid.id));
    match reserves.first() {
        Some(next) => call_up(act, challenge, next, lost),
        None => end(act, challenge),
    }
}

/// Puts a reserve in the place of a winner: a decision that stands as the one before did, to be made public anew.
fn call_up(act: &mut Act<'_>, challenge: &ChallengeRow, next: &BidRow, lost: &BidRow) -> Result<(), AppError> {
    let before = decisions::live(act.conn, challenge.id, challenge.round)?.ok_or(AppError::NotFound)?;
    let done = act.follow(Action::DecisionReplace, &before, None)?;
    let before = decisions::advance(act.conn, &before, done.to, act.now)?;
    let _recorded = act.record(done, About::default())?;
    let asked = content::required(act, next)?.requested_fen.unwrap_or(Fen::ZERO);
    let award = lost.award_fen.map_or(asked, |award| award.min(asked));
    let chosen = Selection { bid_id: next.id, choice: Choice::Recommended, award_fen: Some(award), reserve_order: None, reason: None };
    let row = DecisionRow {
        id: DecisionId::new(act.now),
        stage: DecisionStage::Approved,
        selections: Json::of(&vec![chosen])?,
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
    let up = act.follow(Action::BidCallUp, next, None)?;
    let next = bids::select(act.conn, next, up.to, None, None, act.now)?;
    let about = About { detail: format!("decision {}", row.id), ..bid_cases::about(&next, challenge) };
    let _recorded = act.record(up, about)?;
    let back = challenge.stage.outcomes(Action::BidCallUp).first().copied();
    let back = back.ok_or_else(|| AppError::Internal("no way back from awarded".into()))?;
    challenge_rows::advance(act.conn, challenge, back, act.now)?;
    Ok(())
}

/// With nobody left the round has failed: it can be published anew.
fn end(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    let left = project_rows::of_challenge(act.conn, challenge.id)?;
    let all_gave_up = left.iter().all(|project| project.stage == ProjectStage::Forfeited);
    if !all_gave_up {
        return Ok(());
    }
    let step = act.follow(Action::ChallengeForfeit, challenge, None)?;
    let reason = FailReason::Forfeited;
    let row = challenge_rows::fail(act.conn, challenge, step.to, reason, reason.zh(), act.now)?;
    let mut about = About { detail: reason.to_string(), ..challenges::about(&row) };
    reason.zh().clone_into(&mut about.facts.reason);
    let _recorded = act.record(step, about)?;
    Ok(())
}
