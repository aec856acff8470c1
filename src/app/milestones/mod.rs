//! Milestones 里程碑: the team hands in, a panel may assess, the commissioner says whether it is met; each step is kept.

pub mod judging;
pub mod working;

use crate::app::act::{About, Act, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::app::projects;
use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::light::shines;
use crate::domain::milestone::MilestoneStage;
use crate::domain::policy::{Action, Kind};
use crate::domain::project::ProjectStage;
use crate::domain::refusal::Refusal;
use crate::store::milestones;
use crate::store::projects::{self as project_rows, ProjectRow};

pub use crate::store::milestones::{MilestoneEventRow, MilestoneRow};

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

/// A milestone, and whether its project runs: one that ended early owes nothing any more, and has no light.
pub type Told = (Shown<MilestoneRow>, bool);

fn shown(act: &Act<'_>, row: MilestoneRow, project: &ProjectRow) -> Told {
    let steps = active(project).is_ok();
    let allowed = if steps { act.allowed(&row, projects::team_standing(act, project).tie()) } else { Vec::new() };
    (Shown { allowed, record: row }, shines(project.stage))
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

/// Adds a step to the history of a milestone, from where it stood `before`.
pub(super) fn note(
    act: &mut Act<'_>,
    action: Action,
    before: MilestoneStage,
    after: &MilestoneRow,
    opinion: Option<&str>,
) -> Result<(), AppError> {
    let event = MilestoneEventRow {
        milestone_id: after.id,
        seq: after.version,
        action,
        from_stage: before,
        to_stage: after.stage,
        user_id: act.actor.user,
        opinion: opinion.map(str::to_owned),
        at: act.now,
    };
    Ok(milestones::note(act.conn, &event)?)
}

/// Shows a milestone.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: MilestoneId) -> Result<Seen<Told>, AppError> {
    let row = milestones::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::MilestoneRead, &object(act, &row, &project))?;
    Ok(Seen::by(permit, shown(act, row, &project)))
}

/// Lists the milestones of a project, in order.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Vec<Told>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = Object::plain(Kind::Milestone, id, projects::tie(act, &project), project.version);
    let permit = act.permit(Action::MilestoneRead, &object)?;
    let rows = milestones::of_project(act.conn, id)?;
    let shown = rows.into_iter().map(|row| shown(act, row, &project)).collect();
    Ok(Seen::by(permit, shown))
}

/// A step of a milestone with the name of who took it.
pub type Event = (MilestoneEventRow, Option<String>);

/// Shows the history of a milestone, the first step first.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn history(act: &mut Act<'_>, id: MilestoneId) -> Result<Seen<Vec<Event>>, AppError> {
    let row = milestones::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::MilestoneRead, &object(act, &row, &project))?;
    Ok(Seen::by(permit, milestones::history(act.conn, id)?))
}
