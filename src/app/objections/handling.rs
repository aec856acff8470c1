//! How an objection is handled: admitted or not, answered, and what becomes of the decision.

use super::{Case, Detail, ObjectionRow, about, detail, objector, sealed};
use crate::app::act::{About, Act, Done, Object};
use crate::app::error::AppError;
use crate::app::{bids as bid_cases, calendars, challenges};
use crate::domain::bid::BidStage;
use crate::domain::challenge::ChallengeStage;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::ObjectionId;
use crate::domain::objection::{AnswerInput, DAYS_TO_ANSWER, ExtendInput, ObjectionStage, RuleOutInput};
use crate::domain::policy::{Action, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::workflow::Stage;
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::objections::Ended;
use crate::store::{bids, decisions, objections};

fn load(act: &mut Act<'_>, id: ObjectionId) -> Result<(ObjectionRow, ChallengeRow, Case, Tie), AppError> {
    let found = objections::find(act.conn, id)?.filter(|row| row.stage != ObjectionStage::Unconfirmed).ok_or(AppError::NotFound)?;
    let challenge = challenges::load(act, found.challenge_id)?;
    let row = objections::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let case = Case::of(act, &challenge)?;
    let tie = case.tie(act, &row);
    Ok((row, challenge, case, tie))
}

/// The letters to the objector and to those whom the conclusion concerns.
fn told(act: &mut Act<'_>, row: &ObjectionRow, challenge: &ChallengeRow, reason: &str) -> Result<About, AppError> {
    let mut about = About { objector: objector(act, row)?, ..about(row, challenge) };
    reason.clone_into(&mut about.facts.reason);
    row.stage.zh().clone_into(&mut about.facts.name);
    Ok(about)
}

/// Admits an objection: whoever does, handles it.
///
/// # Errors
/// Denied (also to whoever has a part in the case), stale, not received.
pub fn admit(act: &mut Act<'_>, id: ObjectionId) -> Result<Done<Detail>, AppError> {
    let (row, challenge, case, tie) = load(act, id)?;
    let step = act.step(Action::ObjectionAdmit, &row, Object::record(&row, tie))?;
    let by = act.user()?;
    let row = objections::admit(act.conn, &row, step.to, by, act.now)?;
    let mut about = told(act, &row, &challenge, "")?;
    let detail = detail(act, &case, row, tie, true)?;
    about.facts.until = detail.answer_by.map(|day| day.to_string()).unwrap_or_default();
    Ok(act.record(step, about)?.with(detail))
}

/// Does not admit an objection: it has no name, no evidence, or is about something else.
///
/// # Errors
/// Denied, stale, not received.
pub fn rule_out(act: &mut Act<'_>, id: ObjectionId, input: &RuleOutInput) -> Result<Done<Detail>, AppError> {
    let (row, challenge, case, tie) = load(act, id)?;
    let step = act.step(Action::ObjectionRuleOut, &row, Object::record(&row, tie))?;
    let reply = sealed(act, id, "reply", input.reply.as_str().as_bytes())?;
    let ended = Ended { by: act.user()?, ground: Some(input.ground), reply: &reply };
    let row = objections::end(act.conn, &row, step.to, &ended, act.now)?;
    let about = About { detail: input.ground.to_string(), ..told(act, &row, &challenge, input.reply.as_str())? };
    let recorded = act.record(step, about)?;
    Ok(recorded.with(detail(act, &case, row, tie, true)?))
}

/// Moves the day for the answer, once, and tells the objector why.
///
/// # Errors
/// Denied, stale, not admitted; moved before; not later, or too late; no table of working days.
pub fn extend(act: &mut Act<'_>, id: ObjectionId, input: &ExtendInput) -> Result<Done<Detail>, AppError> {
    let (row, challenge, case, tie) = load(act, id)?;
    let step = act.step(Action::ObjectionExtend, &row, Object::record(&row, tie))?;
    if row.extended_until.is_some() {
        return Err(Refusal::ExtendedOnce.into());
    }
    let calendar = calendars::known(act)?;
    let received = row.received_on.ok_or_else(|| AppError::Internal("an objection without a day".into()))?;
    let missing = |_| Refusal::CalendarMissing;
    let before = calendar.after(received, DAYS_TO_ANSWER).map_err(missing)?;
    let latest = calendar.after(before, DAYS_TO_ANSWER).map_err(missing)?;
    let mut faults = Faults::default();
    faults.check(input.until <= before || input.until > latest, "until", || {
        Fault::new("out_of_range", format!("应晚于{before}且不晚于{latest}"), format!("must be after {before} and not after {latest}"))
    });
    faults.or(())?;
    let row = objections::extend(act.conn, &row, input.until, act.now)?;
    let mut about = told(act, &row, &challenge, input.reason.as_str())?;
    about.facts.until = input.until.to_string();
    let recorded = act.record(step, about)?;
    Ok(recorded.with(detail(act, &case, row, tie, true)?))
}

/// Answers an objection. Upheld, it interrupts the publicity: the decision is taken anew.
///
/// # Errors
/// Denied, stale, not admitted.
pub fn answer(act: &mut Act<'_>, id: ObjectionId, input: &AnswerInput) -> Result<Done<Detail>, AppError> {
    let (row, challenge, case, tie) = load(act, id)?;
    let step = act.step_to(Action::ObjectionAnswer, &row, Object::record(&row, tie), input.verdict.stage())?;
    let reply = sealed(act, id, "reply", input.reply.as_str().as_bytes())?;
    let ended = Ended { by: act.user()?, ground: None, reply: &reply };
    let row = objections::end(act.conn, &row, step.to, &ended, act.now)?;
    let about = told(act, &row, &challenge, input.reply.as_str())?;
    let recorded = act.record(step, about)?;
    // What runs now is interrupted, also if the objection was to a decision before it; otherwise one may have been already.
    if input.takes_anew() && challenge.stage == ChallengeStage::Publicity && challenge.round == row.round {
        reopen(act, &challenge, &row)?;
    }
    Ok(recorded.with(detail(act, &case, row, tie, true)?))
}

/// Interrupts a publicity: the challenge goes back under review, its bids back before the panel.
fn reopen(act: &mut Act<'_>, challenge: &ChallengeRow, objection: &ObjectionRow) -> Result<(), AppError> {
    let decision = decisions::live(act.conn, challenge.id, challenge.round)?.ok_or(AppError::NotFound)?;
    let step = act.follow(Action::DecisionReopen, &decision, None)?;
    let decision = decisions::advance(act.conn, &decision, step.to, act.now)?;
    let selections = decision.selections.read()?;
    for chosen in selections {
        let row = bids::find(act.conn, chosen.bid_id)?.ok_or(AppError::NotFound)?;
        if row.stage == BidStage::Withdrawn || row.stage.outcomes(Action::BidReopen).is_empty() {
            continue;
        }
        let back = act.follow(Action::BidReopen, &row, None)?;
        let row = bids::select(act.conn, &row, back.to, None, None, act.now)?;
        let _recorded = act.record(back, bid_cases::about(&row, challenge))?;
    }
    let back = challenge.stage.outcomes(Action::DecisionReopen).first().copied();
    let back = back.ok_or_else(|| AppError::Internal("no way back from publicity".into()))?;
    let challenge = challenge_rows::advance(act.conn, challenge, back, act.now)?;
    let about = About { detail: format!("objection {}", objection.id), ..challenges::about(&challenge) };
    let _recorded = act.record(step, about)?;
    Ok(())
}
