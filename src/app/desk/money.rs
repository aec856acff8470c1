//! Money that waits: payments at each of their desks, settlements, and what is to come back.

use super::found::{Batch, Found, whose};
use crate::app::act::Act;
use crate::app::clawbacks as cases;
use crate::app::error::AppError;
use crate::app::payments::{self, PaymentRow};
use crate::app::projects::ProjectRow;
use crate::domain::clawback::ClawbackStage;
use crate::domain::desk::{MOST, TO_CHECK};
use crate::domain::payment::PaymentStage;
use crate::domain::policy::Action;
use crate::store::clawbacks::ClawbackRow;
use crate::store::desk;

/// Payments of a stage in whose way nothing stands.
fn payments(
    act: &mut Act<'_>,
    action: Action,
    stage: PaymentStage,
    waits: impl Fn(&PaymentRow, &ProjectRow) -> Option<Found>,
) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::payments_at(act.conn, whose, stage)?;
    let more = rows.len() > MOST;
    let free = payments::unblocked(act, rows)?;
    let batch = Batch::of(act, action, &free, |act, row, project| payments::tie(act, row, project, action), waits);
    Ok(Batch { more, ..batch })
}

fn payment(row: &PaymentRow, project: &ProjectRow) -> Found {
    Found::of(project, "payments", row.id, row.updated_at.date()).called(row.number)
}

/// Payments that were asked for, wherever their projects stand by now: by the day of the request, which holding them does not move.
pub(super) fn to_check(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    payments(act, action, PaymentStage::Requested, |row, project| {
        let since = row.requested_at.unwrap_or(row.updated_at).date();
        Some(Found { since, ..payment(row, project) }.by(Some(since.plus_days(TO_CHECK))))
    })
}

/// Payments that were checked.
pub(super) fn to_approve(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    payments(act, action, PaymentStage::Checked, |row, project| Some(payment(row, project)))
}

/// Payments that were approved.
pub(super) fn to_pay(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    payments(act, action, PaymentStage::Approved, |row, project| Some(payment(row, project)))
}

/// Payments that the bank sent back.
pub(super) fn to_pay_again(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    payments(act, action, PaymentStage::Returned, |row, project| Some(payment(row, project)))
}

/// Payments that a team may ask for: there is somebody to check them.
pub(super) fn to_request(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    payments(act, action, PaymentStage::Due, |row, project| project.commissioner_id.map(|_| payment(row, project)))
}

fn clawbacks_at(act: &mut Act<'_>, action: Action, stage: ClawbackStage) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::clawbacks_at(act.conn, whose, stage)?;
    Ok(Batch::of(act, action, &rows, cases::tie, |row: &ClawbackRow, project| {
        Some(Found::of(project, "clawbacks", row.id, row.updated_at.date()).by(row.due_on))
    }))
}

/// Settlements that were proposed.
pub(super) fn clawbacks(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    clawbacks_at(act, action, ClawbackStage::Proposed)
}

/// Money that is to be written off.
pub(super) fn write_offs(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    clawbacks_at(act, action, ClawbackStage::WriteOff)
}

/// Money that is to come back.
pub(super) fn owed(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    Ok(clawbacks_at(act, action, ClawbackStage::Notified)?.and(clawbacks_at(act, action, ClawbackStage::Partial)?))
}

/// Money that a team is to pay back: nothing for the staff, who may read it as well.
pub(super) fn to_pay_back(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    if act.sees(action).all { Ok(Batch::default()) } else { owed(act, action) }
}
