//! How a project ends with acceptance 验收: applied for by the team, once more after a rectification, concluded by a director.

use super::{ProjectRow, about, load, object, shown, team_standing, tie};
use crate::app::acceptances;
use crate::app::act::{Act, Done, Object, Shown};
use crate::app::error::AppError;
use crate::app::evidence;
use crate::app::outcomes as outcome_cases;
use crate::app::payments as payment_cases;
use crate::domain::acceptance::{AcceptanceInput, AcceptanceStage, Checklist, Conclusion, ConclusionInput, passes, results};
use crate::domain::id::ProjectId;
use crate::domain::payment::Gate;
use crate::domain::policy::Action;
use crate::domain::project::ProjectStage;
use crate::domain::refusal::Refusal;
use crate::domain::workflow::Stage;
use crate::store::acceptances::{self as rows, AcceptanceRow};
use crate::store::{milestones, projects};

/// Applies for acceptance with everything that the checklist asks for, when every milestone is concluded.
///
/// # Errors
/// Denied, stale, not active; a milestone is open; the time to rectify is over; something is missing: all of it at once.
pub fn apply(act: &mut Act<'_>, id: ProjectId, input: &AcceptanceInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let object = Object::record(&row, team_standing(act, &row).tie()).read_as(tie(act, &row));
    let step = act.step(Action::ProjectApplyAcceptance, &row, object)?;
    let nodes = milestones::of_project(act.conn, id)?;
    if !nodes.iter().all(|milestone| milestone.stage.ended()) {
        return Err(Refusal::MilestonesOpen.into());
    }
    let before = rows::latest(act.conn, id)?;
    let today = act.in_time()?.date();
    if before.as_ref().and_then(|before| before.rectify_by).is_some_and(|by| today > by) {
        return Err(Refusal::RectificationOver.into());
    }
    let found = milestones::to_be_judged(act.conn, id)?;
    let files = evidence::files(act, id)?;
    input.check(Checklist { award_fen: row.award_fen, indicators: &results(&found), files: &files, today })?;
    evidence::hand_in(act, input.files())?;
    rows::insert(act.conn, &AcceptanceRow::new(id, before.as_ref(), input, act.user()?, act.now)?)?;
    let row = projects::apply_acceptance(act.conn, &row, step.to, input.self_evaluation.as_str(), act.now)?;
    Ok(act.record(step, about(&row))?.with(shown(act, row)))
}

/// Concludes acceptance. When the project passes, money that waits for acceptance falls due, and what is locked still is stopped: no gate
/// opens any more. When it ends otherwise, everything is stopped that finance has not approved.
///
/// # Errors
/// Denied (also to the project's commissioner, and to whoever wrote down what the panel found), stale, not in acceptance; the
/// panel found otherwise, or nothing yet; sent to be rectified once already; the time to rectify is not over.
pub fn conclude(act: &mut Act<'_>, id: ProjectId, input: &ConclusionInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step_to(Action::ProjectConclude, &row, object(act, &row), input.conclusion.stage())?;
    let today = act.in_time()?.date();
    input.check(today)?;
    let acceptance = rows::latest(act.conn, id)?.ok_or(Refusal::PanelMissing)?;
    if row.stage == ProjectStage::Rectifying {
        if acceptance.rectify_by.is_some_and(|by| today <= by) {
            return Err(Refusal::RectificationRunning.into());
        }
    } else {
        fits(&acceptance, input.conclusion)?;
        acceptances::decide(act, &acceptance, &row, input)?;
    }
    let row = match input.conclusion {
        Conclusion::Rectify => projects::send_to_rectify(act.conn, &row, step.to, input.opinion.as_str(), act.now)?,
        _ => projects::conclude(act.conn, &row, step.to, input.opinion.as_str(), act.now)?,
    };
    let mut about = about(&row);
    about.facts.reason = input.opinion.to_string();
    if let Some(by) = input.rectify_by {
        about.facts.until = by.to_string();
    }
    about.detail = format!("{}: {}", input.conclusion, input.opinion);
    let recorded = act.record(step, about)?;
    match input.conclusion {
        Conclusion::Completed => {
            payment_cases::unlock(act, &row, |payment| payment.gate == Gate::Acceptance)?;
            payment_cases::cancel_locked(act, &row)?;
        }
        Conclusion::Rectify => {}
        Conclusion::Concluded | Conclusion::Failed => payment_cases::cancel_unapproved(act, &row, input.opinion.as_str())?,
    }
    if matches!(input.conclusion, Conclusion::Completed | Conclusion::Concluded) {
        outcome_cases::tracking::begin(act, row.id)?;
    }
    Ok(recorded.with(shown(act, row)))
}

/// That a conclusion is what the panel's findings come to: passed exactly when everything passes.
fn fits(acceptance: &AcceptanceRow, conclusion: Conclusion) -> Result<(), AppError> {
    let (AcceptanceStage::Assessed, Some(task), Some(finance), Some(found)) =
        (acceptance.stage, acceptance.task, acceptance.finance, &acceptance.results)
    else {
        return Err(Refusal::PanelMissing.into());
    };
    match (passes(task, finance, &found.read()?), conclusion) {
        (true, Conclusion::Completed) => Ok(()),
        (true, _) => Err(Refusal::AcceptancePassed.into()),
        (false, Conclusion::Completed) => Err(Refusal::AcceptanceNotPassed.into()),
        (false, Conclusion::Rectify) if acceptance.number > 1 => Err(Refusal::AcceptanceRectified.into()),
        (false, _) => Ok(()),
    }
}
