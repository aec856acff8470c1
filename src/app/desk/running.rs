//! What waits of projects that run, by the calendar: lights, visits, the month's status, problems, somebody to follow them.

use super::found::{Batch, Found, may, whose};
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::app::projects::{self, ProjectRow};
use crate::app::{lights, problems as problem_cases};
use crate::domain::desk::{MOST, SOON};
use crate::domain::id::ProjectId;
use crate::domain::policy::{Action, Role};
use crate::domain::project::ProjectStage;
use crate::domain::status::{month_ends, month_of};
use crate::store::{desk, follow_ups, status_reports};
use std::collections::{HashMap, HashSet};

/// The projects that run and that the caller follows.
fn followed(act: &mut Act<'_>, action: Action) -> Result<Vec<ProjectRow>, AppError> {
    let user = act.user()?;
    let rows = desk::running_of(act.conn, user)?;
    Ok(rows.into_iter().filter(|row| may(act, action, projects::tie(act, row))).take(MOST).collect())
}

/// Projects that show a red light.
pub(super) fn red_lights(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let rows = followed(act, action)?;
    let bearings = lights::of(act, &rows)?;
    let red = |row: &ProjectRow| {
        let since = bearings.get(&row.id)?.red_since?;
        Some(Found::of(row, "projects", row.id, since).by(Some(since)))
    };
    Ok(Batch { found: rows.iter().filter_map(red).collect(), more: false })
}

/// Projects of which the month's status is to be given.
pub(super) fn statuses(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let today = act.now.date();
    let (month, ends) = (month_of(today), month_ends(today));
    if ends > today.plus_days(SOON) {
        return Ok(Batch::default());
    }
    let rows = followed(act, action)?;
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.id).collect();
    let said: HashSet<ProjectId> = status_reports::since(act.conn, &ids, month)?.iter().map(|row| row.project_id).collect();
    let found = |row: &ProjectRow| Found::of(row, "projects", row.id, ends.plus_days(-SOON)).by(Some(ends)).at("/me/status_reports".into());
    Ok(Batch { found: rows.iter().filter(|row| !said.contains(&row.id)).map(found).collect(), more: false })
}

/// Projects that are to be visited.
pub(super) fn visits(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let today = act.now.date();
    let rows: Vec<ProjectRow> = followed(act, action)?.into_iter().filter(|row| row.stage == ProjectStage::Active).collect();
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.id).collect();
    let due: HashMap<ProjectId, _> =
        follow_ups::of(act.conn, &ids)?.into_iter().map(|row| (row.project_id, row.visit_by.min(row.onsite_by))).collect();
    let found = |row: &ProjectRow| {
        let by = due.get(&row.id).copied().filter(|by| *by <= today.plus_days(SOON))?;
        Some(Found::of(row, "projects", row.id, by.plus_days(-SOON)).by(Some(by)).at(format!("/projects/{}/visits", row.id)))
    };
    Ok(Batch { found: rows.iter().filter_map(found).collect(), more: false })
}

/// Problems that should have been solved: a commissioner's own, and for supervision those whose finder no longer follows the project.
pub(super) fn problems(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let (user, today) = (act.user()?, act.now.date());
    let mut rows = desk::problems_of(act.conn, user, today)?;
    if act.actor.roles.contains(&Role::Supervisor) {
        rows.extend(desk::orphaned_problems(act.conn, today)?);
    }
    Ok(Batch::of(act, action, &rows, problem_cases::tie, |row, project| {
        Some(Found::of(project, "problems", row.id, row.due_on).called(&row.summary).by(Some(row.due_on)))
    }))
}

/// Active projects that nobody follows.
pub(super) fn unfollowed(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(_) = whose(act, action) else { return Ok(Batch::default()) };
    let rows: Vec<_> = desk::unfollowed(act.conn, ProjectStage::Active)?.into_iter().map(|row| ((), row)).collect();
    Ok(Batch::of(
        act,
        action,
        &rows,
        |act, (), row| projects::tie(act, row),
        |(), row| Some(Found::of(row, "projects", row.id, row.updated_at.date())),
    ))
}
