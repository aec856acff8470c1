//! Milestones 里程碑: the team hands in, the commissioner says whether it is met.

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::app::{payments as payment_cases, projects};
use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::milestone::{EvidenceInput, MilestoneStage, OpinionInput, RectifyInput};
use crate::domain::policy::{Action, Kind};
use crate::domain::project::ProjectStage;
use crate::domain::refusal::Refusal;
use crate::store::milestones;
use crate::store::projects::{self as project_rows, ProjectRow};

pub use crate::store::milestones::MilestoneRow;

impl Record for MilestoneRow {
    type Stage = MilestoneStage;
    const KIND: Kind = Kind::Milestone;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> MilestoneStage {
        self.stage
    }
}

/// A milestone with its project, and whether the caller's organisation is the team (the sponsor only reads).
fn object(act: &Act<'_>, row: &MilestoneRow, project: &ProjectRow) -> Object {
    Object::record(row, projects::tie(act, project))
}

fn working_object(act: &Act<'_>, row: &MilestoneRow, project: &ProjectRow) -> Object {
    Object::record(row, projects::team_standing(act, project).tie()).read_as(projects::tie(act, project))
}

pub(super) fn about(row: &MilestoneRow, project: &ProjectRow) -> About {
    let mut about = projects::about(project);
    about.facts.number = i64::from(row.number);
    about.facts.name.clone_from(&row.name);
    about.facts.until = row.due_on.to_string();
    about.facts.path = format!("/milestones/{}", row.id);
    about
}

fn shown(act: &Act<'_>, row: MilestoneRow, project: &ProjectRow) -> Shown<MilestoneRow> {
    Shown { allowed: act.allowed(&row, projects::team_standing(act, project).tie()), record: row }
}

/// Reads a milestone for writing: its project is locked first and must be active.
fn load(act: &mut Act<'_>, id: MilestoneId) -> Result<(MilestoneRow, ProjectRow), AppError> {
    let found = milestones::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = projects::load(act, found.project_id)?;
    let row = milestones::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, project))
}

fn active(project: &ProjectRow) -> Result<(), Refusal> {
    if project.stage == ProjectStage::Active { Ok(()) } else { Err(Refusal::ProjectNotActive) }
}

/// Starts work on a milestone.
///
/// # Errors
/// Denied, stale, started already; the project is not active.
pub fn start(act: &mut Act<'_>, id: MilestoneId) -> Result<Done<Shown<MilestoneRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneStart, &row, working_object(act, &row, &project))?;
    active(&project)?;
    let row = milestones::advance(act.conn, &row, step.to, None, act.now)?;
    Ok(act.record(step, about(&row, &project))?.with(shown(act, row, &project)))
}

/// Hands in values and evidence for every indicator of a milestone.
///
/// # Errors
/// Denied, stale, not in progress; no commissioner to hand in to; an indicator is missing or unknown.
pub fn submit(act: &mut Act<'_>, id: MilestoneId, input: &EvidenceInput) -> Result<Done<Shown<MilestoneRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneSubmit, &row, working_object(act, &row, &project))?;
    active(&project)?;
    if project.commissioner_id.is_none() {
        return Err(Refusal::CommissionerMissing.into());
    }
    let filled = input.fill(&row.indicators.read()?)?;
    let row = milestones::submit(act.conn, &row, step.to, &filled, input.summary.as_str(), act.now)?;
    Ok(act.record(step, about(&row, &project))?.with(shown(act, row, &project)))
}

/// Finds a milestone met: the payment behind it falls due.
///
/// # Errors
/// Denied to all but its commissioner, stale, not handed in; a mandatory target was not reached.
pub fn verify(act: &mut Act<'_>, id: MilestoneId, input: &OpinionInput) -> Result<Done<Shown<MilestoneRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneVerify, &row, working_object(act, &row, &project))?;
    active(&project)?;
    if row.indicators.read()?.iter().any(|node| node.indicator.mandatory && !node.reached()) {
        return Err(Refusal::TargetNotReached.into());
    }
    let row = milestones::advance(act.conn, &row, step.to, Some(input.opinion.as_str()), act.now)?;
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
pub fn send_back(act: &mut Act<'_>, id: MilestoneId, input: &RectifyInput) -> Result<Done<Shown<MilestoneRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneReturn, &row, working_object(act, &row, &project))?;
    active(&project)?;
    if row.rectify_by.is_some() {
        return Err(Refusal::RectifiedOnce.into());
    }
    input.check(act.now.date())?;
    let row = milestones::send_back(act.conn, &row, step.to, input.opinion.as_str(), input.rectify_by, act.now)?;
    let mut about = with_opinion(about(&row, &project), input.opinion.as_str());
    about.facts.until = input.rectify_by.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Finds a milestone not met 未达标. One that was never handed in can be failed only after its date.
///
/// # Errors
/// Denied to all but its commissioner, stale, concluded already, not due yet.
pub fn fail(act: &mut Act<'_>, id: MilestoneId, input: &OpinionInput) -> Result<Done<Shown<MilestoneRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MilestoneFail, &row, working_object(act, &row, &project))?;
    active(&project)?;
    let waiting = row.stage != MilestoneStage::Submitted;
    if waiting && !crate::domain::milestone::late(row.stage, row.due_on, row.rectify_by, act.now.date()) {
        return Err(Refusal::NotDueYet.into());
    }
    let row = milestones::advance(act.conn, &row, step.to, Some(input.opinion.as_str()), act.now)?;
    let about = with_opinion(about(&row, &project), input.opinion.as_str());
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Shows a milestone.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: MilestoneId) -> Result<Seen<Shown<MilestoneRow>>, AppError> {
    let row = milestones::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::MilestoneRead, &object(act, &row, &project))?;
    Ok(Seen::by(permit, shown(act, row, &project)))
}

/// Lists the milestones of a project, in order.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Vec<Shown<MilestoneRow>>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = Object::plain(Kind::Milestone, id, projects::tie(act, &project), project.version);
    let permit = act.permit(Action::MilestoneRead, &object)?;
    let rows = milestones::of_project(act.conn, id)?;
    let shown = rows.into_iter().map(|row| shown(act, row, &project)).collect();
    Ok(Seen::by(permit, shown))
}
