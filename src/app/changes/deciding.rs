//! What becomes of a change: the commissioner's word, and the director's.

use super::{ChangeRow, about, active, effect, load, object, shown, with_words};
use crate::app::act::{Act, Done, Shown};
use crate::app::changes::asking::{examined, may_take_part};
use crate::app::error::AppError;
use crate::domain::challenge::ReasonInput;
use crate::domain::change::{AdviceInput, ChangeKind, ChangeStage};
use crate::domain::id::ChangeId;
use crate::domain::milestone::OpinionInput;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::store::changes;

/// The commissioner's word. What is only filed takes effect with it; what is major waits for a director.
///
/// # Errors
/// Denied to all but the project's commissioner, stale, advised before; the plan is another by now; a supplement waits for signatures.
pub fn advise(act: &mut Act<'_>, id: ChangeId, input: &AdviceInput) -> Result<Done<Shown<ChangeRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step_to(Action::ChangeAdvise, &row, object(act, &row, &project), input.verdict.leads(row.kind))?;
    active(&project)?;
    let row = changes::advise(act.conn, &row, step.to, input.opinion.as_str(), act.now)?;
    let recorded = act.record(step, with_words(about(&row, &project), input.opinion.as_str()))?;
    let row = if row.stage == ChangeStage::Effective {
        none_waits(act, &row)?;
        may_take_part(act, &project, &row.input.read()?)?;
        let row = effect::draw(act, &project, &row)?;
        effect::apply(act, &project, &row)?;
        changes::take_effect(act.conn, &row, row.stage, act.now)?
    } else {
        row
    };
    Ok(recorded.with(shown(act, row, &project)))
}

/// Approves a change: its supplement 补充任务书 is laid before the parties. The plan stays as it is until all have signed.
///
/// # Errors
/// Denied (also to whoever follows the project), stale, not advised; the plan is another by now; a supplement waits for signatures.
pub fn approve(act: &mut Act<'_>, id: ChangeId, input: &OpinionInput) -> Result<Done<Shown<ChangeRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::ChangeApprove, &row, object(act, &row, &project))?;
    none_waits(act, &row)?;
    if row.kind != ChangeKind::Extension {
        examined(act, &project, &row.input.read()?)?;
    }
    active(&project)?;
    let row = changes::decide(act.conn, &row, step.to, input.opinion.as_str(), act.user()?, act.now)?;
    let recorded = act.record(step, with_words(about(&row, &project), input.opinion.as_str()))?;
    let row = effect::draw(act, &project, &row)?;
    Ok(recorded.with(shown(act, row, &project)))
}

/// One supplement at a time: each is made of the text in force.
fn none_waits(act: &mut Act<'_>, row: &ChangeRow) -> Result<(), AppError> {
    if changes::stands(act.conn, row.project_id, None, &[ChangeStage::Approved])? { Err(Refusal::SupplementWaits.into()) } else { Ok(()) }
}

/// Decides against a change 不予批准.
///
/// # Errors
/// Denied, stale, not advised.
pub fn reject(act: &mut Act<'_>, id: ChangeId, input: &ReasonInput) -> Result<Done<Shown<ChangeRow>>, AppError> {
    decide(act, id, Action::ChangeReject, input.reason.as_str())
}

/// Sends a change back to be mended.
///
/// # Errors
/// Denied, stale, not advised.
pub fn send_back(act: &mut Act<'_>, id: ChangeId, input: &ReasonInput) -> Result<Done<Shown<ChangeRow>>, AppError> {
    decide(act, id, Action::ChangeReturn, input.reason.as_str())
}

fn decide(act: &mut Act<'_>, id: ChangeId, action: Action, reason: &str) -> Result<Done<Shown<ChangeRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(action, &row, object(act, &row, &project))?;
    let row = changes::decide(act.conn, &row, step.to, reason, act.user()?, act.now)?;
    Ok(act.record(step, with_words(about(&row, &project), reason))?.with(shown(act, row, &project)))
}
