//! What is said of a milestone that was handed in: by a panel, where the plan demands one, and by the project's commissioner.

use super::{MilestoneRow, Told, about, active, load, note, shown, working_object};
use crate::app::act::{About, Act, Done};
use crate::app::error::AppError;
use crate::app::payments as payment_cases;
use crate::domain::assessment::{Assessment, AssessmentInput, PanelConclusion};
use crate::domain::id::MilestoneId;
use crate::domain::milestone::{MilestoneStage, OpinionInput, RectifyInput, late};
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::store::{milestones, users};

/// Writes down what a panel said of a milestone that was handed in, in place of what it said before.
///
/// # Errors
/// Denied, stale, not handed in; the plan asks for no panel; a panel that may not stand.
pub fn assess(act: &mut Act<'_>, id: MilestoneId, input: &AssessmentInput) -> Result<Done<Told>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneAssess, &row, super::object(act, &row, &project))?;
    active(&project)?;
    if row.panel_required == 0 {
        return Err(Refusal::NoPanelAsked.into());
    }
    let commissioner: Vec<_> = [project.commissioner_id, project.backup_id].into_iter().flatten().collect();
    let outside: Vec<String> = users::names(act.conn, &commissioner)?.into_iter().map(|(_, name)| name).collect();
    input.check(&outside, act.now.date())?;
    let panel = Assessment {
        assessors: input.assessors.clone(),
        conclusion: input.conclusion,
        opinion: input.opinion.to_string(),
        met_on: input.met_on,
        recorded_by: act.user()?,
        recorded_at: act.now,
    };
    let (from, row) = (row.stage, milestones::assess(act.conn, &row, step.to, &panel, act.now)?);
    let words = format!("{}：{}", panel.conclusion.zh(), panel.opinion);
    note(act, Action::MilestoneAssess, from, &row, Some(&words))?;
    Ok(act.record(step, with_opinion(about(&row, &project), &words))?.with(shown(act, row, &project)))
}

/// That a panel has spoken since the milestone was handed in, where the plan demands it, and for it where it is to be found met.
fn panel_spoke(row: &MilestoneRow, met: bool) -> Result<(), AppError> {
    if row.panel_required == 0 {
        return Ok(());
    }
    let panel = row.panel.as_ref().ok_or(Refusal::PanelMissing)?.read()?;
    if met && panel.conclusion != PanelConclusion::Pass { Err(Refusal::PanelNotPassed.into()) } else { Ok(()) }
}

/// Finds a milestone met: the payment behind it falls due.
///
/// # Errors
/// Denied to all but its commissioner, stale, not handed in; a mandatory target was not reached; a panel has not spoken, or not for it.
pub fn verify(act: &mut Act<'_>, id: MilestoneId, input: &OpinionInput) -> Result<Done<Told>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneVerify, &row, working_object(act, &row, &project))?;
    active(&project)?;
    panel_spoke(&row, true)?;
    if row.indicators.read()?.iter().any(|node| node.indicator.mandatory && !node.reached()) {
        return Err(Refusal::TargetNotReached.into());
    }
    let (from, row) = (row.stage, milestones::advance(act.conn, &row, step.to, Some(input.opinion.as_str()), act.now)?);
    note(act, Action::MilestoneVerify, from, &row, row.opinion.as_deref())?;
    let recorded = act.record(step, with_opinion(about(&row, &project), input.opinion.as_str()))?;
    payment_cases::unlock(act, &project, |payment| payment.milestone_id == Some(row.id))?;
    Ok(recorded.with(shown(act, row, &project)))
}

fn with_opinion(mut about: About, opinion: &str) -> About {
    opinion.clone_into(&mut about.facts.reason);
    opinion.clone_into(&mut about.detail);
    about
}

/// Sends a milestone back to be mended 限期整改, once.
///
/// # Errors
/// Denied to all but its commissioner, stale, not handed in; sent back before; a date that may not stand.
pub fn send_back(act: &mut Act<'_>, id: MilestoneId, input: &RectifyInput) -> Result<Done<Told>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneReturn, &row, working_object(act, &row, &project))?;
    active(&project)?;
    if row.rectify_by.is_some() {
        return Err(Refusal::RectifiedOnce.into());
    }
    panel_spoke(&row, false)?;
    input.check(act.now.date())?;
    let (from, row) = (row.stage, milestones::send_back(act.conn, &row, step.to, input.opinion.as_str(), input.rectify_by, act.now)?);
    note(act, Action::MilestoneReturn, from, &row, row.opinion.as_deref())?;
    let mut about = with_opinion(about(&row, &project), input.opinion.as_str());
    about.facts.until = input.rectify_by.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Finds a milestone not met 未达标, which is for good: the payment behind it is stopped 停拨. One that was never handed in can be failed
/// only after its date.
///
/// # Errors
/// Denied to all but its commissioner, stale, concluded already, not due yet.
pub fn fail(act: &mut Act<'_>, id: MilestoneId, input: &OpinionInput) -> Result<Done<Told>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneFail, &row, working_object(act, &row, &project))?;
    active(&project)?;
    let waiting = row.stage != MilestoneStage::Submitted;
    if !waiting {
        panel_spoke(&row, false)?;
    }
    if waiting && !late(row.stage, row.due_on, row.rectify_by, act.now.date()) {
        return Err(Refusal::NotDueYet.into());
    }
    let (from, row) = (row.stage, milestones::advance(act.conn, &row, step.to, Some(input.opinion.as_str()), act.now)?);
    note(act, Action::MilestoneFail, from, &row, row.opinion.as_deref())?;
    let recorded = act.record(step, with_opinion(about(&row, &project), input.opinion.as_str()))?;
    payment_cases::cancel_behind(act, &project, row.id, input.opinion.as_str())?;
    Ok(recorded.with(shown(act, row, &project)))
}
