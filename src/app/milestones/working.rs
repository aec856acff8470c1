//! What a team does with a milestone: starts it, and hands in values with their evidence.

use super::{MilestoneRow, Told, about, active, load, note, shown, working_object};
use crate::app::act::{Act, Done};
use crate::app::error::AppError;
use crate::app::evidence;
use crate::domain::evidence::{EvidenceInput, Folder};
use crate::domain::id::MilestoneId;
use crate::domain::milestone::NodeIndicator;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::store::milestones;

/// Starts work on a milestone.
///
/// # Errors
/// Denied, stale, started already; the project is not active.
pub fn start(act: &mut Act<'_>, id: MilestoneId) -> Result<Done<Told>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneStart, &row, working_object(act, &row, &project))?;
    active(&project)?;
    let (from, row) = (row.stage, milestones::advance(act.conn, &row, step.to, None, act.now)?);
    note(act, Action::MilestoneStart, from, &row, None)?;
    Ok(act.record(step, about(&row, &project))?.with(shown(act, row, &project)))
}

/// Hands in values and evidence for every indicator of a milestone.
///
/// # Errors
/// Denied, stale, not in progress; no commissioner to hand in to; an indicator is missing or unknown, its evidence does not fit, or it falls behind an earlier milestone.
pub fn submit(act: &mut Act<'_>, id: MilestoneId, input: &EvidenceInput) -> Result<Done<Told>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneSubmit, &row, working_object(act, &row, &project))?;
    active(&project)?;
    if project.commissioner_id.is_none() {
        return Err(Refusal::CommissionerMissing.into());
    }
    let (files, earlier) = (evidence::files(act, project.id)?, earlier(act, &row)?);
    let filled = input.fill(&row.indicators.read()?, &Folder { files: &files, earlier: &earlier, today: act.now.date() })?;
    evidence::hand_in(act, input.files())?;
    let (from, row) = (row.stage, milestones::submit(act.conn, &row, step.to, &filled, input.summary.as_str(), act.now)?);
    note(act, Action::MilestoneSubmit, from, &row, None)?;
    Ok(act.record(step, about(&row, &project))?.with(shown(act, row, &project)))
}

/// What was handed in for the milestones before this one.
fn earlier(act: &mut Act<'_>, row: &MilestoneRow) -> Result<Vec<NodeIndicator>, AppError> {
    let mut all = Vec::new();
    for before in milestones::of_project(act.conn, row.project_id)?.iter().filter(|other| other.number < row.number) {
        all.extend(before.indicators.read()?);
    }
    Ok(all)
}
