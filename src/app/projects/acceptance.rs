//! How a project ends with acceptance 验收: applied for by the team, concluded by a director.

use super::{ProjectRow, about, load, object, shown, team_standing, tie};
use crate::app::act::{Act, Done, Object, Shown};
use crate::app::error::AppError;
use crate::app::payments as payment_cases;
use crate::domain::acceptance::{AcceptanceInput, Conclusion, ConclusionInput};
use crate::domain::id::ProjectId;
use crate::domain::milestone::MilestoneStage;
use crate::domain::payment::Gate;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::domain::workflow::Stage;
use crate::store::{milestones, projects};

/// Applies for acceptance, when every milestone is concluded.
///
/// # Errors
/// Denied, stale, not active; a milestone is open.
pub fn apply(act: &mut Act<'_>, id: ProjectId, input: &AcceptanceInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let step =
        act.step(Action::ProjectApplyAcceptance, &row, Object::record(&row, team_standing(act, &row).tie()).read_as(tie(act, &row)))?;
    if !milestones::of_project(act.conn, id)?.iter().all(|milestone| milestone.stage.ended()) {
        return Err(Refusal::MilestonesOpen.into());
    }
    let row = projects::apply_acceptance(act.conn, &row, step.to, input.self_evaluation.as_str(), act.now)?;
    Ok(act.record(step, about(&row))?.with(shown(act, row)))
}

/// Concludes acceptance. Money that waits for acceptance falls due when the project passes, and is stopped otherwise.
///
/// # Errors
/// Denied (also to the project's commissioner), stale, not in acceptance; a milestone was not met and it shall pass.
pub fn conclude(act: &mut Act<'_>, id: ProjectId, input: &ConclusionInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step_to(Action::ProjectConclude, &row, object(act, &row), input.conclusion.stage())?;
    let passes = input.conclusion == Conclusion::Completed;
    let all_met = milestones::of_project(act.conn, id)?
        .iter()
        .all(|milestone| matches!(milestone.stage, MilestoneStage::Met | MilestoneStage::Waived));
    if passes && !all_met {
        return Err(Refusal::MilestonesNotMet.into());
    }
    let row = projects::conclude(act.conn, &row, step.to, input.opinion.as_str(), act.now)?;
    let mut about = about(&row);
    about.facts.reason = input.opinion.to_string();
    about.detail = format!("{}: {}", input.conclusion, input.opinion);
    let recorded = act.record(step, about)?;
    if passes {
        payment_cases::unlock(act, &row, |payment| payment.gate == Gate::Acceptance)?;
    } else {
        payment_cases::cancel_locked(act, &row)?;
    }
    Ok(recorded.with(shown(act, row)))
}
