//! The monthly status 月度状态: a commissioner speaks of all their projects in one request.

use crate::app::act::{About, Act, Done, Object};
use crate::app::error::AppError;
use crate::app::{lights, projects};
use crate::domain::fault::{Fault, Faults};
use crate::domain::light::{Light, shines};
use crate::domain::policy::{Action, Kind};
use crate::domain::status::MonthInput;
use crate::store::{projects as project_rows, status_reports};

pub use crate::store::status_reports::StatusRow;

/// Keeps the status of projects in a month. Said twice, it is as said last.
///
/// # Errors
/// Not a commissioner; everything that is wrong with any of the entries: not one's own project, not running, no reason for a light
/// that is not green.
pub fn report(act: &mut Act<'_>, input: &MonthInput) -> Result<Done<Vec<StatusRow>>, AppError> {
    let (_permitted, _) = act.scope(Action::ProjectReportStatus, Kind::Project)?;
    let month_on = input.check(act.now.date())?;
    let user = act.user()?;
    let ids: Vec<_> = input.reports.iter().map(|report| report.project_id).collect();
    let found = project_rows::these(act.conn, &ids)?;
    let bearings = lights::of(act, &found)?;
    let (mut faults, mut kept) = (Faults::default(), Vec::new());
    for (index, report) in input.reports.iter().enumerate() {
        let field = |name: &str| format!("reports[{index}].{name}");
        let mine = found.iter().find(|row| row.id == report.project_id && projects::standing(act, row).assigned);
        let Some(project) = mine else {
            faults.check(true, &field("project_id"), || Fault::new("not_yours", "不是您负责的项目", "is no project of yours"));
            continue;
        };
        faults.check(!shines(project.stage), &field("project_id"), || Fault::new("not_running", "项目不在执行中", "does not run"));
        let light = bearings.get(&project.id).and_then(|bearing| bearing.light).unwrap_or(Light::Green);
        let unexplained = light != Light::Green && report.light_reason.is_none();
        faults.check(unexplained, &field("light_reason"), Fault::missing);
        let row = StatusRow {
            project_id: project.id,
            month_on,
            light,
            light_reason: report.light_reason.as_ref().map(ToString::to_string),
            note: report.note.to_string(),
            author_id: user,
            reported_at: act.now,
        };
        kept.push((project, row));
    }
    let kept = faults.or(kept)?;
    let mut recorded = Err(AppError::NotFound);
    for (project, row) in &kept {
        let object = Object { version: None, ..Object::record(*project, projects::tie(act, project)) };
        let permit = act.permit(Action::ProjectReportStatus, &object)?;
        status_reports::put(act.conn, row)?;
        let about = About { detail: format!("{month_on} {}", row.light), ..About::default() };
        recorded = Ok(act.record_plain(permit, object, about)?);
    }
    Ok(recorded?.with(kept.into_iter().map(|(_, row)| row).collect()))
}
