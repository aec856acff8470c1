//! How money comes back, and what becomes of the rest that never will.

use super::{ClawbackRow, about, load, object, shown};
use crate::app::act::{Act, Done, Shown};
use crate::app::error::{AppError, taken};
use crate::domain::challenge::ReasonInput;
use crate::domain::clawback::{ClawbackStage, ReceiptInput};
use crate::domain::id::ClawbackId;
use crate::domain::measure::DecidedInput;
use crate::domain::money::Fen;
use crate::domain::policy::Action;
use crate::store::clawbacks::{self, ReceiptRow};

type Changed = Result<Done<Shown<ClawbackRow>>, AppError>;

/// Records money that came back. The last of it settles the matter.
///
/// # Errors
/// Denied, stale, nothing outstanding; more than is outstanding, a date in the future, a voucher used before.
pub fn receive(act: &mut Act<'_>, id: ClawbackId, input: &ReceiptInput) -> Changed {
    let (row, project) = load(act, id)?;
    let left = Fen(row.outstanding().0.saturating_sub(input.amount_fen.0));
    let to = match row.stage {
        _ if left <= Fen::ZERO => ClawbackStage::Settled,
        ClawbackStage::WriteOff => ClawbackStage::WriteOff,
        _ => ClawbackStage::Partial,
    };
    let step = act.step_to(Action::ClawbackReceive, &row, object(act, &row, &project), to)?;
    input.check(row.outstanding(), row.created_at.date(), act.now.date())?;
    let number = i32::try_from(clawbacks::receipts(act.conn, id)?.len()).unwrap_or(i32::MAX).saturating_add(1);
    let receipt = ReceiptRow {
        clawback_id: id,
        number,
        amount_fen: input.amount_fen,
        received_on: input.received_on,
        voucher_no: input.voucher_no.to_string(),
        recorded_by: act.user()?,
    };
    let row = clawbacks::receive(act.conn, &row, step.to, &receipt, act.now).map_err(taken("voucher_no"))?;
    let mut about = about(act, &row, &project)?;
    about.facts.amount_wan = input.amount_fen.in_wan();
    about.facts.from = input.received_on.to_string();
    about.facts.proof = input.voucher_no.to_string();
    about.detail = format!("amount_fen {} outstanding_fen {}", input.amount_fen.0, row.outstanding().0);
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Proposes to write the rest off 核销.
///
/// # Errors
/// Denied, stale, nothing outstanding.
pub fn propose_write_off(act: &mut Act<'_>, id: ClawbackId, input: &ReasonInput) -> Changed {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::ClawbackProposeWriteOff, &row, object(act, &row, &project))?;
    let row = clawbacks::propose_write_off(act.conn, &row, step.to, input.reason.as_str(), act.user()?, act.now)?;
    let mut about = about(act, &row, &project)?;
    about.facts.reason = input.reason.to_string();
    about.detail = format!("outstanding_fen {}: {}", row.outstanding().0, input.reason);
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Writes the rest off.
///
/// # Errors
/// Denied (also to whoever proposed it, or the clawback), stale, not proposed.
pub fn approve_write_off(act: &mut Act<'_>, id: ClawbackId, input: &DecidedInput) -> Changed {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::ClawbackApproveWriteOff, &row, object(act, &row, &project))?;
    let row = clawbacks::write_off(act.conn, &row, step.to, input.decision_no.as_str(), act.user()?, act.now)?;
    let mut about = about(act, &row, &project)?;
    about.person = row.write_off_by;
    about.facts.left_wan = row.written_off_fen.in_wan();
    about.facts.proof = input.decision_no.to_string();
    about.facts.reason = row.write_off_reason.clone().unwrap_or_default();
    about.detail = format!("written off {} fen: {}", row.written_off_fen.0, input.decision_no);
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Declines to write the rest off: it stays outstanding.
///
/// # Errors
/// Denied, stale, not proposed.
pub fn decline_write_off(act: &mut Act<'_>, id: ClawbackId, input: &ReasonInput) -> Changed {
    let (row, project) = load(act, id)?;
    let to = if row.received_fen > Fen::ZERO { ClawbackStage::Partial } else { ClawbackStage::Notified };
    let step = act.step_to(Action::ClawbackDeclineWriteOff, &row, object(act, &row, &project), to)?;
    let row = clawbacks::advance(act.conn, &row, step.to, act.now)?;
    let mut about = about(act, &row, &project)?;
    about.person = row.write_off_by;
    about.facts.reason = input.reason.to_string();
    about.detail = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}
