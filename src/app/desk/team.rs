//! What waits for the team of a project.

use super::found::{Batch, Found, may, whose};
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::app::projects::{self, ProjectRow};
use crate::domain::change::ChangeStage;
use crate::domain::desk::AHEAD;
use crate::domain::light::shines;
use crate::domain::milestone::MilestoneStage;
use crate::domain::outcome::OutcomeStage;
use crate::domain::policy::{Action, Tie};
use crate::domain::project::ProjectStage;
use crate::domain::report::ReportStage;
use crate::domain::time::Date;
use crate::store::desk;
use crate::store::milestones::MilestoneRow;

fn of_team<R>(act: &Act<'_>, _: &R, project: &ProjectRow) -> Tie {
    projects::team_standing(act, project).tie()
}

fn active(project: &ProjectRow) -> bool {
    project.stage == ProjectStage::Active
}

/// A milestone, as it appears some days before its day.
fn milestone(row: &MilestoneRow, project: &ProjectRow, by: Date) -> Option<Found> {
    active(project).then(|| Found::of(project, "milestones", row.id, by.plus_days(-AHEAD)).called(&row.name).by(Some(by)))
}

/// Milestones whose day comes, and that were not started.
pub(super) fn milestones_to_start(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::milestones_due(act.conn, whose, MilestoneStage::Planned, act.now.date().plus_days(AHEAD))?;
    Ok(Batch::of(act, action, &rows, of_team, |row, project| milestone(row, project, row.due_on)))
}

/// Milestones whose day comes, and those that are being mended.
pub(super) fn milestones(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::milestones_due(act.conn, whose, MilestoneStage::InProgress, act.now.date().plus_days(AHEAD))?;
    let due = Batch::of(act, action, &rows, of_team, |row, project| milestone(row, project, row.due_on));
    let rows = desk::milestones_at(act.conn, whose, MilestoneStage::Rectifying)?;
    Ok(due.and(Batch::of(act, action, &rows, of_team, |row, project| milestone(row, project, row.rectify_by.unwrap_or(row.due_on)))))
}

/// Reports whose day comes.
pub(super) fn reports(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::reports_due(act.conn, whose, ReportStage::Due, act.now.date().plus_days(AHEAD))?;
    Ok(Batch::of(act, action, &rows, of_team, |row, project| {
        shines(project.stage).then(|| Found::of(project, "reports", row.id, row.created_at.date()).called(&row.period).by(Some(row.due_on)))
    }))
}

/// Changes that were sent back.
pub(super) fn changes(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::changes_at(act.conn, whose, ChangeStage::Returned)?;
    Ok(Batch::of(act, action, &rows, of_team, |row, project| {
        active(project).then(|| Found::of(project, "changes", row.id, row.updated_at.date()).called(row.kind.zh()))
    }))
}

/// Outcomes that were sent back.
pub(super) fn outcomes(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::outcomes_at(act.conn, whose, OutcomeStage::Returned)?;
    Ok(Batch::of(act, action, &rows, of_team, |row, project| {
        Some(Found::of(project, "outcomes", row.id, row.updated_at.date()).called(&row.title))
    }))
}

/// Outcomes of others of which a project of the team's is to have a share: each with that project.
pub(super) fn shares(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(own) = act.actor.organization.filter(|_| may(act, action, Tie::Party)) else { return Ok(Batch::default()) };
    let rows = desk::shares_of(act.conn, own)?;
    Ok(Batch::of(act, action, &rows, of_team, |row, project| {
        Some(Found::of(project, "outcomes", row.id, row.updated_at.date()).called(&row.title))
    }))
}

/// Outcomes of which the next year is to be spoken of.
pub(super) fn follow_ups(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::outcomes_due(act.conn, whose, OutcomeStage::Confirmed, act.now.date().plus_days(AHEAD))?;
    Ok(Batch::of(act, action, &rows, of_team, |row, project| {
        let by = row.next_due_on?;
        Some(Found::of(project, "outcomes", row.id, by.plus_days(-AHEAD)).called(&row.title).by(Some(by)))
    }))
}
