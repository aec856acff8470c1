//! How a project is settled 清算: one person makes the sheet from the audit, another one decides what goes back.

use super::{ClawbackRow, about, load, object, shown, tie};
use crate::app::act::{Act, Done, Object, Shown};
use crate::app::error::AppError;
use crate::app::projects;
use crate::domain::challenge::ReasonInput;
use crate::domain::clawback::{Account, ClawbackStage, DAYS_TO_PAY_BACK, SettlementInput, Sheet, extent};
use crate::domain::id::{ClawbackId, ProjectId};
use crate::domain::measure::{DecidedInput, MeasureStage};
use crate::domain::money::Fen;
use crate::domain::payment::{PaymentStage, Source};
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::domain::time::Date;
use crate::domain::workflow::Stage;
use crate::store::dialect::is_duplicate;
use crate::store::projects::ProjectRow;
use crate::store::{clawbacks, measures, payments};

/// The sheet of a project as it stands. What an end asks back stands in `domain::clawback::ENDS`.
fn sheet(act: &mut Act<'_>, project: &ProjectRow, input: &SettlementInput) -> Result<Sheet, AppError> {
    let extent = extent(project.stage).ok_or(Refusal::NotSettledHere)?;
    let all = payments::of_project(act.conn, project.id)?;
    let fiscal = || all.iter().filter(|row| row.source == Source::Fiscal);
    if fiscal().any(|row| !matches!(row.stage, PaymentStage::Paid) && !row.stage.ended()) {
        return Err(Refusal::PaymentsOpen.into());
    }
    let paid: Vec<(Fen, Date)> =
        fiscal().filter(|row| row.stage == PaymentStage::Paid).filter_map(|row| Some((row.amount_fen, row.paid_on?))).collect();
    let ended = measures::of_project(act.conn, project.id)?;
    let cause = ended.iter().rfind(|row| row.stage == MeasureStage::Approved && row.kind.ends()).map(|row| row.cause);
    Ok(input.sheet(Account { awarded: project.award_fen, paid: &paid, extent, cause }, act.now.date())?)
}

/// Proposes what goes back of a project that ended early.
///
/// # Errors
/// Denied; the project did not end so, money is still on its way, it is settled already; everything wrong with the sheet.
pub fn propose(act: &mut Act<'_>, id: ProjectId, input: &SettlementInput) -> Result<Done<Shown<ClawbackRow>>, AppError> {
    let project = projects::load(act, id)?;
    let permit = act.permit(Action::ClawbackPropose, &Object::record(&project, projects::tie(act, &project)))?;
    let sheet = sheet(act, &project, input)?;
    let row = ClawbackRow {
        id: ClawbackId::new(act.now),
        project_id: id,
        stage: ClawbackStage::Proposed,
        cause: sheet.cause,
        awarded_fen: sheet.awarded,
        paid_fen: sheet.paid,
        spent_fen: sheet.spent,
        irregular_fen: sheet.irregular,
        principal_fen: sheet.principal,
        interest_fen: sheet.interest,
        interest_rate_bps: input.interest_rate_bps.and_then(|rate| i32::try_from(rate.0).ok()),
        received_fen: Fen::ZERO,
        audit_no: input.audit_no.to_string(),
        reason: input.reason.to_string(),
        decision_no: None,
        due_on: None,
        created_by: act.user()?,
        decided_by: None,
        write_off_by: None,
        write_off_reason: None,
        written_off_fen: Fen::ZERO,
        write_off_no: None,
        written_off_by: None,
        written_off_on: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    let once = |error| if is_duplicate(&error) { Refusal::SettledAlready.into() } else { AppError::from(error) };
    clawbacks::insert(act.conn, &row).map_err(once)?;
    let object = Object::record(&row, tie(act, &row, &project));
    let about = about(act, &row, &project)?;
    Ok(act.record_plain(permit, object, about)?.with(shown(act, row, &project)))
}

/// Decides that the money goes back, by thirty days from now. When nothing does, the project is settled with it.
///
/// # Errors
/// Denied (also to whoever proposed it), stale, decided already.
pub fn approve(act: &mut Act<'_>, id: ClawbackId, input: &DecidedInput) -> Result<Done<Shown<ClawbackRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let to = if row.due() == Fen::ZERO { ClawbackStage::Settled } else { ClawbackStage::Notified };
    let step = act.step_to(Action::ClawbackApprove, &row, object(act, &row, &project), to)?;
    let decision = (input.decision_no.as_str(), act.now.date().plus_days(DAYS_TO_PAY_BACK));
    let row = clawbacks::decide(act.conn, &row, step.to, Some(decision), act.user()?, act.now)?;
    let about = about(act, &row, &project)?;
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Declines a settlement: another one can be proposed.
///
/// # Errors
/// Denied, stale, decided already.
pub fn decline(act: &mut Act<'_>, id: ClawbackId, input: &ReasonInput) -> Result<Done<Shown<ClawbackRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::ClawbackDecline, &row, object(act, &row, &project))?;
    let row = clawbacks::decide(act.conn, &row, step.to, None, act.user()?, act.now)?;
    let mut about = about(act, &row, &project)?;
    about.facts.reason = input.reason.to_string();
    about.detail = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}
