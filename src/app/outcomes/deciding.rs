//! What others say of an outcome: the teams that share it, and the commissioner of the project that registered it.

use super::{Outcome, about, asked, judging_tie, load, one, reading_tie};
use crate::app::act::{Act, Done, Object};
use crate::app::error::AppError;
use crate::domain::challenge::ReasonInput;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{OutcomeId, ProjectId};
use crate::domain::outcome::OutcomeStage;
use crate::domain::outcome::input::{ShareInput, ShareRefusalInput};
use crate::domain::policy::{Action, Standing, Tie};
use crate::store::outcomes::{self as rows, OutcomeRow, Share};
use crate::store::projects::ProjectRow;

/// How the caller stands to the share of a project: of its lead, or not.
fn share_tie(act: &Act<'_>, project: ProjectId, shares: &[Share]) -> Tie {
    let party = shares.iter().any(|(share, lead, _)| share.project_id == project && act.actor.belongs_to(*lead));
    Standing { party, ..Standing::default() }.tie()
}

fn share_object(act: &Act<'_>, (row, project, shares): (&OutcomeRow, &ProjectRow, &[Share]), of: ProjectId) -> Object {
    Object::record(row, share_tie(act, of, shares)).read_as(reading_tie(act, project, shares))
}

/// That the share of this project is still to be agreed on.
fn open(act: &Act<'_>, of: ProjectId, shares: &[Share]) -> Result<(), Faults> {
    let mut faults = Faults::default();
    let waits = shares.iter().any(|share| share.0.project_id == of && asked(act, share));
    faults.check(!waits, "project_id", || Fault::new("not_asked", "该项目的份额无待确认", "has no share to be agreed on"));
    faults.or(())
}

/// Agrees with a project's share. With the last one the outcome waits for the commissioner.
///
/// # Errors
/// Denied to all but that project's team, stale; nothing is asked of it.
pub fn confirm_share(act: &mut Act<'_>, id: OutcomeId, input: ShareInput) -> Result<Done<Outcome>, AppError> {
    let (row, project, shares) = load(act, id)?;
    let waiting = shares.iter().filter(|(share, ..)| share.confirmed_by.is_none() && share.project_id != input.project_id).count();
    let to = if waiting == 0 { OutcomeStage::Registered } else { OutcomeStage::Sharing };
    let object = share_object(act, (&row, &project, &shares), input.project_id);
    let step = act.step_to(Action::OutcomeConfirmShare, &row, object, to)?;
    open(act, input.project_id, &shares)?;
    rows::agree(act.conn, id, input.project_id, act.user()?)?;
    let row = rows::advance(act.conn, &row, step.to, act.now)?;
    let recorded = act.record(step, about(&row, &project))?;
    Ok(recorded.with(one(act, row, project)?))
}

/// Does not agree with a project's share: the outcome goes back to the team that registered it.
///
/// # Errors
/// As for [`confirm_share`].
pub fn refuse_share(act: &mut Act<'_>, id: OutcomeId, input: &ShareRefusalInput) -> Result<Done<Outcome>, AppError> {
    let (row, project, shares) = load(act, id)?;
    let object = share_object(act, (&row, &project, &shares), input.project_id);
    let step = act.step(Action::OutcomeRefuseShare, &row, object)?;
    open(act, input.project_id, &shares)?;
    let row = rows::send_back(act.conn, &row, step.to, input.reason.as_str(), act.now)?;
    let mut about = about(&row, &project);
    about.facts.reason = input.reason.to_string();
    let recorded = act.record(step, about)?;
    Ok(recorded.with(one(act, row, project)?))
}

/// Confirms an outcome.
///
/// # Errors
/// Denied to all but the commissioner of the project that registered it, stale, not waiting for it.
pub fn confirm(act: &mut Act<'_>, id: OutcomeId) -> Result<Done<Outcome>, AppError> {
    let (row, project, shares) = load(act, id)?;
    let object = Object::record(&row, judging_tie(act, &row, &project)).read_as(reading_tie(act, &project, &shares));
    let step = act.step(Action::OutcomeConfirm, &row, object)?;
    let row = rows::confirm(act.conn, &row, step.to, act.user()?, act.now)?;
    let mut about = about(&row, &project);
    about.partners = shares.iter().map(|(_, lead, _)| *lead).collect();
    let recorded = act.record(step, about)?;
    Ok(recorded.with(one(act, row, project)?))
}

/// Returns an outcome to its team.
///
/// # Errors
/// As for [`confirm`].
pub fn send_back(act: &mut Act<'_>, id: OutcomeId, input: &ReasonInput) -> Result<Done<Outcome>, AppError> {
    let (row, project, shares) = load(act, id)?;
    let object = Object::record(&row, judging_tie(act, &row, &project)).read_as(reading_tie(act, &project, &shares));
    let step = act.step(Action::OutcomeReturn, &row, object)?;
    let row = rows::send_back(act.conn, &row, step.to, input.reason.as_str(), act.now)?;
    let mut about = about(&row, &project);
    about.facts.reason = input.reason.to_string();
    let recorded = act.record(step, about)?;
    Ok(recorded.with(one(act, row, project)?))
}
