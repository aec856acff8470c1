//! What waits to be judged: milestones, changes, reports, outcomes, acceptances, measures, gates of races.

use super::found::{Batch, Found, may, whose};
use crate::app::act::Act;
use crate::app::changes::ChangeRow;
use crate::app::error::AppError;
use crate::app::milestones::MilestoneRow;
use crate::app::projects::{self, ProjectRow};
use crate::app::{acceptances as acceptance_cases, measures as measure_cases, outcomes as outcome_cases, race_gates as race_gate_cases};
use crate::domain::acceptance::AcceptanceStage;
use crate::domain::change::ChangeStage;
use crate::domain::desk::{MOST, TO_ASSESS, TO_COMMENT, TO_CONFIRM};
use crate::domain::id::{ChallengeId, ProjectId};
use crate::domain::measure::MeasureStage;
use crate::domain::milestone::MilestoneStage;
use crate::domain::outcome::OutcomeStage;
use crate::domain::policy::{Action, Tie};
use crate::domain::project::ProjectStage;
use crate::domain::race::RaceGateStage;
use crate::domain::report::ReportStage;
use crate::store::desk;
use std::collections::HashMap;

fn of_project<R>(act: &Act<'_>, _: &R, project: &ProjectRow) -> Tie {
    projects::tie(act, project)
}

fn of_team<R>(act: &Act<'_>, _: &R, project: &ProjectRow) -> Tie {
    projects::team_standing(act, project).tie()
}

fn active(project: &ProjectRow) -> bool {
    project.stage == ProjectStage::Active
}

fn handed_in(act: &mut Act<'_>, action: Action, heard: bool) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::milestones_at(act.conn, whose, MilestoneStage::Submitted)?;
    let found = |row: &MilestoneRow, project: &ProjectRow| {
        let waits = if heard { row.panel_required == 0 || row.panel.is_some() } else { row.panel_required != 0 && row.panel.is_none() };
        let since = row.submitted_at.unwrap_or(row.updated_at).date();
        (waits && active(project))
            .then(|| Found::of(project, "milestones", row.id, since).called(&row.name).by(Some(since.plus_days(TO_ASSESS))))
    };
    let tie: fn(&Act<'_>, &MilestoneRow, &ProjectRow) -> Tie = if heard { of_team } else { of_project };
    Ok(Batch::of(act, action, &rows, tie, found))
}

/// Milestones that were handed in, once their panel has spoken if they have one.
pub(super) fn milestones(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    handed_in(act, action, true)
}

/// Milestones whose panel is to speak first.
pub(super) fn panels(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    handed_in(act, action, false)
}

fn change(row: &ChangeRow, project: &ProjectRow) -> Option<Found> {
    active(project).then(|| Found::of(project, "changes", row.id, row.created_at.date()).called(row.kind.zh()))
}

/// Changes on which the commissioner has not spoken.
pub(super) fn changes_to_advise(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::changes_at(act.conn, whose, ChangeStage::Submitted)?;
    Ok(Batch::of(act, action, &rows, of_project, change))
}

/// Changes that a director is to decide on.
pub(super) fn changes_to_approve(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::changes_at(act.conn, whose, ChangeStage::Advised)?;
    Ok(Batch::of(act, action, &rows, of_project, change))
}

/// Major changes to which the sponsor has not said anything.
pub(super) fn changes_to_comment(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let mut all = Batch::default();
    for stage in [ChangeStage::Submitted, ChangeStage::Advised] {
        let rows = desk::changes_at(act.conn, whose, stage)?;
        let silent =
            |row: &ChangeRow, project: &ProjectRow| change(row, project).filter(|_| row.sponsor_opinion.is_none() && row.kind.is_major());
        all = all.and(Batch::of(act, action, &rows, of_project, silent));
    }
    Ok(all)
}

/// Reports that were handed in, also of projects that have ended since.
pub(super) fn reports(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::reports_at(act.conn, whose, ReportStage::Submitted)?;
    Ok(Batch::of(act, action, &rows, of_team, |row, project| {
        let since = row.submitted_at.unwrap_or(row.updated_at).date();
        Some(Found::of(project, "reports", row.id, since).called(&row.period).by(Some(since.plus_days(TO_COMMENT))))
    }))
}

/// Outcomes that were registered, also of projects that have ended.
pub(super) fn outcomes(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::outcomes_at(act.conn, whose, OutcomeStage::Registered)?;
    Ok(Batch::of(act, action, &rows, outcome_cases::judging_tie, |row, project| {
        let since = row.updated_at.date();
        Some(Found::of(project, "outcomes", row.id, since).called(&row.title).by(Some(since.plus_days(TO_CONFIRM))))
    }))
}

/// Applications for acceptance of which no finding was written down.
pub(super) fn acceptances(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::acceptances_at(act.conn, whose, AcceptanceStage::Applied)?;
    Ok(Batch::of(act, action, &rows, acceptance_cases::tie, |row, project| {
        Some(Found::of(project, "acceptances", row.id, row.applied_on).called(row.number))
    }))
}

/// Projects whose panel has spoken, and those that did not apply again in the time that they had.
pub(super) fn to_conclude(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let today = act.now.date();
    let assessed = desk::acceptances_at(act.conn, whose, AcceptanceStage::Assessed)?;
    let assessed = Batch::of(act, action, &assessed, of_project, |row, project| {
        let waits = project.stage == ProjectStage::InAcceptance;
        waits.then(|| Found::of(project, "projects", project.id, row.updated_at.date()))
    });
    let rectifying = desk::projects_at(act.conn, whose, ProjectStage::Rectifying)?;
    let ids: Vec<ProjectId> = rectifying.iter().map(|row| row.id).collect();
    let until: HashMap<ProjectId, _> = desk::rectified(act.conn, &ids)?.into_iter().collect();
    let rectifying: Vec<_> = rectifying.into_iter().map(|row| ((), row)).collect();
    Ok(assessed.and(Batch::of(act, action, &rectifying, of_project, |(), project| {
        let over = until.get(&project.id).filter(|by| **by < today)?;
        Some(Found::of(project, "projects", project.id, over.plus_days(1)))
    })))
}

/// Measures that were proposed.
pub(super) fn measures(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::measures_at(act.conn, whose, MeasureStage::Proposed)?;
    Ok(Batch::of(act, action, &rows, measure_cases::tie, |row, project| {
        Some(Found::of(project, "measures", row.id, row.created_at.date()).called(row.kind.zh()))
    }))
}

/// Gates of races that were proposed.
pub(super) fn race_gates(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(_) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::race_gates_at(act.conn, RaceGateStage::Proposed)?;
    let ids: Vec<ChallengeId> = rows.iter().map(|row| row.challenge_id).collect();
    let challenges: HashMap<ChallengeId, _> = desk::challenges_of(act.conn, &ids)?.into_iter().map(|row| (row.id, row)).collect();
    let mut lanes: HashMap<ChallengeId, Vec<ProjectRow>> = HashMap::new();
    for lane in desk::lanes_of(act.conn, &ids)? {
        lanes.entry(lane.challenge_id).or_default().push(lane);
    }
    let mut batch = Batch { found: Vec::new(), more: rows.len() > MOST };
    for row in &rows {
        let (Some(challenge), Some(lanes)) = (challenges.get(&row.challenge_id), lanes.get(&row.challenge_id)) else { continue };
        if may(act, action, race_gate_cases::tie(act, challenge, lanes, Some(row))) {
            batch.found.push(Found::of_challenge(challenge, "race_gates", row.id, row.created_at.date()).called(row.number));
        }
    }
    Ok(batch)
}
