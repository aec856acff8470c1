//! Forfeits 放弃与递补: a winner that does not sign in time, or does not want to, gives way to the first reserve, with a new publicity.

use crate::app::act::{About, Act, Done, Object, Shown};
use crate::app::bids::judging::challenge_stands_at;
use crate::app::challenges;
use crate::app::error::AppError;
use crate::app::payments;
use crate::app::projects::{self, ProjectRow};
use crate::app::succession;
use crate::domain::challenge::{ChallengeStage, ReasonInput};
use crate::domain::id::ProjectId;
use crate::domain::policy::{Action, Role};
use crate::domain::refusal::Refusal;
use crate::store::bids;
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
    succession::succeed(act, &challenge, &bid)?;
    Ok(recorded.with(projects::shown(act, row)))
}
