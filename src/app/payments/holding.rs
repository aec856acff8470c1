//! Payments that are held 缓拨 and released, and those that the bank sent back 退汇.

use super::{Changed, about, cancel_open, forwarding, load, object, shown, step};
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::challenge::ReasonInput;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::PaymentId;
use crate::domain::measure::STOPPED;
use crate::domain::payment::ReverseInput;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::store::{clawbacks, payments, transfers};

/// Holds a payment where it stands.
///
/// # Errors
/// Denied, stale; nothing to hold.
pub fn hold(act: &mut Act<'_>, id: PaymentId, input: &ReasonInput) -> Changed {
    let (row, project) = load(act, id)?;
    let step = step(act, Action::PaymentHold, &row, &project)?;
    let row = payments::hold(act.conn, &row, step.to, input.reason.as_str(), act.user()?, act.now)?;
    let mut about = about(&row, &project);
    about.facts.reason = input.reason.to_string();
    about.detail = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)?))
}

/// Releases a payment: it goes on from where it was held.
///
/// # Errors
/// Denied (also to whoever held it), stale, not held.
pub fn release(act: &mut Act<'_>, id: PaymentId, input: &ReasonInput) -> Changed {
    let (row, project) = load(act, id)?;
    let step =
        act.step_to(Action::PaymentRelease, &row, object(act, &row, &project, Action::PaymentRelease), row.held_from.unwrap_or(row.stage))?;
    let row = payments::release(act.conn, &row, step.to, act.now)?;
    let mut about = about(&row, &project);
    about.facts.reason = input.reason.to_string();
    about.detail = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)?))
}

/// Records that the money came back from the bank. It can be paid again, with a new voucher.
///
/// # Errors
/// Denied (also to whoever paid it), stale, not paid; the project is settled, or partners have got their part of it; a date before the transfer or in the future.
pub fn reverse(act: &mut Act<'_>, id: PaymentId, input: &ReverseInput) -> Changed {
    let (row, project) = load(act, id)?;
    let step = step(act, Action::PaymentReverse, &row, &project)?;
    let mut faults = Faults::default();
    faults.check(input.returned_on > act.now.date(), "returned_on", || {
        Fault::new("in_the_future", "不得晚于今天", "may not be in the future")
    });
    faults.check(row.paid_on.is_some_and(|paid| input.returned_on < paid), "returned_on", || {
        Fault::new("before_the_transfer", "不得早于拨付日期", "may not lie before the transfer")
    });
    faults.or(())?;
    // What the settlement counted as paid stays so: what comes back then is a receipt of the clawback.
    if clawbacks::standing(act.conn, project.id)?.is_some() {
        return Err(Refusal::SettledAlready.into());
    }
    forwarding::none_beyond(act, &project, id)?;
    let mut about = about(&row, &project);
    let by = act.user()?;
    transfers::give_back(act.conn, id, input.returned_on, by, input.reason.as_str())?;
    about.facts.proof = row.voucher_no.clone().unwrap_or_default();
    let row = payments::reverse(act.conn, &row, step.to, by, act.now)?;
    about.facts.reason = input.reason.to_string();
    about.facts.from = input.returned_on.to_string();
    about.detail = format!("{}; {}", about.detail, input.reason);
    let recorded = act.record(step, about)?;
    let row = if STOPPED.contains(&project.stage) {
        cancel_open(act, &project, input.reason.as_str())?;
        payments::find(act.conn, id)?.ok_or(AppError::NotFound)?
    } else {
        row
    };
    Ok(recorded.with(shown(act, row, &project)?))
}
