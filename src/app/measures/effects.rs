//! What a decided measure does: to the project, its milestones' dates, its money and its people.

use super::MeasureRow;
use crate::app::act::{About, Act};
use crate::app::error::AppError;
use crate::app::payments;
use crate::domain::measure::{DAYS_TO_SETTLE, MeasureKind};
use crate::domain::milestone::MilestoneStage;
use crate::domain::time::Date;
use crate::domain::workflow::Stage;
use crate::store::projects::{self, ProjectRow};
use crate::store::{measures, milestones};

/// Brings the project where the measure leads. Answers it as it is then.
pub(super) fn take(act: &mut Act<'_>, measure: &MeasureRow, project: &ProjectRow, mut about: About) -> Result<ProjectRow, AppError> {
    let step = act.follow(measure.kind.action(), project, None)?;
    let today = act.now.date();
    about.facts.path = format!("/projects/{}", project.id);
    let project = match measure.kind {
        MeasureKind::Suspend => {
            about.facts.until = measure.until_on.map(|day| day.to_string()).unwrap_or_default();
            projects::advance(act.conn, project, step.to, act.now)?
        }
        MeasureKind::Resume => {
            let days = postponed(act, project, today)?;
            let ends_on = project.ends_on.plus_days(days);
            about.facts.number = days;
            about.facts.until = ends_on.to_string();
            projects::resume(act.conn, project, step.to, ends_on, act.now)?
        }
        MeasureKind::Terminate | MeasureKind::Revoke => {
            measures::end_suspension(act.conn, project.id, today)?;
            about.facts.until = today.plus_days(DAYS_TO_SETTLE).to_string();
            projects::conclude(act.conn, project, step.to, &measure.reason, act.now)?
        }
    };
    let reason = about.facts.reason.clone();
    let _recorded = act.record(step, about)?;
    if measure.kind.ends() {
        payments::cancel_open(act, &project, &reason)?;
    }
    Ok(project)
}

/// Ends the suspension. Where its decision stopped the clock, open milestones fall due so many days later; answers how many.
fn postponed(act: &mut Act<'_>, project: &ProjectRow, today: Date) -> Result<i64, AppError> {
    let suspension = measures::end_suspension(act.conn, project.id, today)?;
    let stopped = suspension.filter(|row| row.clock_stops == Some(1)).and_then(|row| row.decided_on);
    let days = stopped.map_or(0, |since| (today.0 - since.0).num_days());
    if days > 0 {
        let open = |stage: MilestoneStage| !stage.ended() && stage != MilestoneStage::Submitted;
        for row in milestones::of_project(act.conn, project.id)?.iter().filter(|row| open(row.stage)) {
            let rectify_by = row.rectify_by.map(|day| day.plus_days(days));
            milestones::postpone(act.conn, row, row.due_on.plus_days(days), rectify_by, act.now)?;
        }
    }
    Ok(days)
}
