//! The formal examination 形式审查: what an examiner finds, the correction of form, the second person, the appeal.

use super::content::Submitted;
use super::judging::challenge_stands_at;
use super::{Loaded, about, checklist, content, load, permitted};
use crate::app::act::{About, Act, Done, Seen, Shown};
use crate::app::error::AppError;
use crate::app::{calendars, files};
use crate::domain::bid::{BidStage, UNDER_EXAMINATION};
use crate::domain::challenge::{ChallengeStage, ReasonInput};
use crate::domain::examination::{
    AppealAnswer, AppealInput, CorrectedInput, CorrectionInput, ExaminationInput, ExaminedItem, WORKING_DAYS, conclusion, reasons,
};
use crate::domain::id::{BidId, ChallengeId};
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::domain::time::Date;
use crate::domain::workflow::Stage;
use crate::store::Json;
use crate::store::bids::{self, BidRow};
use crate::store::examinations::{self, ExaminationRow};

/// The last of the working days that one has from now on.
fn in_working_days(act: &mut Act<'_>) -> Result<Date, AppError> {
    let today = act.in_time()?.date();
    calendars::known(act)?.after(today, WORKING_DAYS).map_err(|_| Refusal::CalendarMissing.into())
}

fn so_far(act: &mut Act<'_>, id: BidId) -> Result<ExaminationRow, AppError> {
    Ok(examinations::find(act.conn, id)?.unwrap_or_else(|| ExaminationRow::of(id)))
}

/// The letters and the record say `reason`, and what is left to do until `until`.
fn because(bid: &Loaded, row: &BidRow, reason: String, until: Option<Date>) -> About {
    let mut about = about(row, &bid.challenge);
    about.detail.clone_from(&reason);
    about.facts.reason = reason;
    about.facts.until = until.map(|day| day.to_string()).unwrap_or_default();
    about
}

/// Examines a bid: eligible when every item passes or does not apply, else to be confirmed by another examiner.
///
/// # Errors
/// Denied (also to the owning division), stale, not submitted, not the time for it; an item without an answer.
pub fn examine(act: &mut Act<'_>, id: BidId, input: &ExaminationInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let asked = act.step(Action::BidExamine, &bid.row, bid.object())?;
    challenge_stands_at(&bid.challenge, ChallengeStage::Screening)?;
    let known = so_far(act, id)?;
    let now = act.in_time()?;
    if asked.from == BidStage::InCorrection && known.due_on.is_some_and(|day| now < day.ends_at()) {
        return Err(Refusal::CorrectionRunning.into());
    }
    let (computed, flawed) = match content::submitted(act, &bid.row)? {
        Submitted::NotYet => return Err(Refusal::BeingOpened.into()),
        Submitted::Flawed(_) => (Vec::new(), true),
        Submitted::Content(content) => (checklist::computed(act, &bid.row, &bid.challenge, &content.bid)?, false),
    };
    let items = input.complete(&computed)?;
    // Nobody can say that what nobody can read is complete.
    if flawed && conclusion(&items) == BidStage::Eligible {
        return Err(Refusal::BidFlawed.into());
    }
    let step = act.step_to(Action::BidExamine, &bid.row, bid.object(), conclusion(&items))?;
    let row = bids::examine(act.conn, &bid.row, step.to, &items, act.user()?, act.now)?;
    let about = because(&bid, &row, reasons(&items), None);
    Ok(act.record(step, about)?.with(bid.shown(act, row)))
}

/// Asks the team to correct what is wrong in form, once, within five working days.
///
/// # Errors
/// Denied, stale, not submitted, corrected once already; no table of working days.
pub fn request_correction(act: &mut Act<'_>, id: BidId, input: &CorrectionInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step(Action::BidRequestCorrection, &bid.row, bid.object())?;
    challenge_stands_at(&bid.challenge, ChallengeStage::Screening)?;
    let mut kept = so_far(act, id)?;
    if kept.asked.is_some() {
        return Err(Refusal::CorrectedOnce.into());
    }
    if matches!(content::submitted(act, &bid.row)?, Submitted::NotYet) {
        return Err(Refusal::BeingOpened.into());
    }
    let due_on = in_working_days(act)?;
    kept.asked = Some(Json::of(&input.items)?);
    kept.asked_by = Some(act.user()?);
    kept.due_on = Some(due_on);
    examinations::keep(act.conn, &kept)?;
    let row = bids::advance(act.conn, &bid.row, step.to, act.now)?;
    let about = because(&bid, &row, reasons(&input.items), Some(due_on));
    Ok(act.record(step, about)?.with(bid.shown(act, row)))
}

/// What is to be corrected, while there is time for it.
///
/// # Errors
/// The time is over.
pub(in crate::app) fn in_time_to_correct(act: &mut Act<'_>, id: BidId) -> Result<ExaminationRow, AppError> {
    let kept = so_far(act, id)?;
    let now = act.in_time()?;
    if kept.due_on.is_none_or(|day| now >= day.ends_at()) { Err(Refusal::CorrectionOver.into()) } else { Ok(kept) }
}

/// Hands in what was to be corrected, with the files that were added for it.
///
/// # Errors
/// Denied, stale, nothing to correct, the time for it is over.
pub fn correct(act: &mut Act<'_>, id: BidId, input: &CorrectedInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step(Action::BidCorrect, &bid.row, bid.object())?;
    let mut kept = in_time_to_correct(act, id)?;
    kept.statement = Some(input.statement.to_string());
    kept.corrected_at = Some(act.now);
    examinations::keep(act.conn, &kept)?;
    files::hand_in_correction(act, &bid.row)?;
    let row = bids::advance(act.conn, &bid.row, step.to, act.now)?;
    let about = About { person: kept.asked_by, ..because(&bid, &row, String::new(), None) };
    Ok(act.record(step, about)?.with(bid.shown(act, row)))
}

/// Confirms as a second examiner that a bid fails. The team may appeal within five working days.
///
/// # Errors
/// Denied (also to who examined it), stale, not doubted; no table of working days.
pub fn confirm_failure(act: &mut Act<'_>, id: BidId) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step(Action::BidConfirmFailure, &bid.row, bid.object())?;
    let until = in_working_days(act)?;
    let mut kept = so_far(act, id)?;
    kept.confirmed_by = Some(act.user()?);
    kept.appeal_until = Some(until);
    examinations::keep(act.conn, &kept)?;
    let items = bid.row.examination.as_ref().map(Json::read).transpose()?.unwrap_or_default();
    let row = bids::advance(act.conn, &bid.row, step.to, act.now)?;
    let about = because(&bid, &row, reasons(&items), Some(until));
    Ok(act.record(step, about)?.with(bid.shown(act, row)))
}

/// Returns an examination to who made it: the second examiner does not confirm it.
///
/// # Errors
/// Denied (also to who examined it), stale, not doubted.
pub fn return_examination(act: &mut Act<'_>, id: BidId, input: &ReasonInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step(Action::BidReturnExamination, &bid.row, bid.object())?;
    let row = bids::advance(act.conn, &bid.row, step.to, act.now)?;
    let about = About { person: bid.row.examined_by, ..because(&bid, &row, input.reason.to_string(), None) };
    Ok(act.record(step, about)?.with(bid.shown(act, row)))
}

/// Appeals against a failure, once.
///
/// # Errors
/// Denied, stale, not ineligible, the time for it is over, there was an appeal, the round has been decided.
pub fn appeal(act: &mut Act<'_>, id: BidId, input: &AppealInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step(Action::BidAppeal, &bid.row, bid.object())?;
    in_time_to_appeal(&bid)?;
    let mut kept = so_far(act, id)?;
    let now = act.in_time()?;
    if kept.appealed_at.is_some() || kept.appeal_until.is_none_or(|day| now >= day.ends_at()) {
        return Err(Refusal::AppealOver.into());
    }
    kept.grounds = Some(input.grounds.to_string());
    kept.appealed_at = Some(now);
    examinations::keep(act.conn, &kept)?;
    let row = bids::advance(act.conn, &bid.row, step.to, act.now)?;
    let about = because(&bid, &row, input.grounds.to_string(), None);
    Ok(act.record(step, about)?.with(bid.shown(act, row)))
}

/// An upheld appeal brings the bid before the panel, so it comes before the decision.
fn in_time_to_appeal(bid: &Loaded) -> Result<(), AppError> {
    if matches!(bid.challenge.stage, ChallengeStage::Screening | ChallengeStage::Reviewing) {
        return Ok(());
    }
    Err(AppError::WrongStage { stage: Stage::code(bid.challenge.stage), allowed: Vec::new() })
}

/// Answers an appeal: upheld, the bid is eligible after all.
///
/// # Errors
/// Denied (also to those who examined it), stale, no appeal.
pub fn decide_appeal(act: &mut Act<'_>, id: BidId, input: &AppealAnswer) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let to = if input.upheld { BidStage::Eligible } else { BidStage::Ineligible };
    let step = act.step_to(Action::BidDecideAppeal, &bid.row, bid.object(), to)?;
    in_time_to_appeal(&bid)?;
    let mut kept = so_far(act, id)?;
    kept.answer = Some(input.reason.to_string());
    kept.answered_by = Some(act.user()?);
    kept.answered_at = Some(act.now);
    examinations::keep(act.conn, &kept)?;
    let row = bids::advance(act.conn, &bid.row, step.to, act.now)?;
    let about = because(&bid, &row, input.reason.to_string(), None);
    Ok(act.record(step, about)?.with(bid.shown(act, row)))
}

/// That nobody of this round may still appeal, nor waits for an answer.
///
/// # Errors
/// Someone may, or does.
pub(in crate::app) fn appeals_are_over(act: &mut Act<'_>, challenge: ChallengeId, round: i32) -> Result<(), AppError> {
    let today = act.in_time()?.date();
    let open = !bids::of_round(act.conn, challenge, round, &[BidStage::InAppeal])?.is_empty();
    let running = examinations::appeals_until(act.conn, challenge, round)?.into_iter().any(|day| today <= day);
    if open || running { Err(Refusal::AppealsPending.into()) } else { Ok(()) }
}

/// What is known of the examination of a bid.
#[derive(Clone, Debug)]
pub struct Examination {
    /// What the service computes while the bid is examined; nothing before and after, nor where it could not be opened.
    pub computed: Vec<ExaminedItem>,
    /// The checklist as it was filled in.
    pub items: Option<Vec<ExaminedItem>>,
    /// Correction, confirmation, appeal.
    pub row: ExaminationRow,
}

/// Shows the examination of a bid.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: BidId) -> Result<Seen<Examination>, AppError> {
    let (permit, row, challenge) = permitted(act, id, Action::BidRead)?;
    let computed = match content::submitted(act, &row)? {
        Submitted::Content(content) if UNDER_EXAMINATION.contains(&row.stage) => checklist::computed(act, &row, &challenge, &content.bid)?,
        _ => Vec::new(),
    };
    let items = row.examination.as_ref().map(Json::read).transpose()?;
    let row = so_far(act, id)?;
    Ok(Seen::by(permit, Examination { computed, items, row }))
}
