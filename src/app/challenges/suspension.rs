//! Suspension 暂停: while it lasts nothing is taken and the clock closes nothing; the time lost is given back.

use super::{about, load, object, shown};
use crate::app::act::{About, Act, Done, Shown};
use crate::app::amendments as cases;
use crate::app::bids::submission;
use crate::app::error::AppError;
use crate::domain::amendment::{AmendmentKind, AmendmentStage, Deadline, ResumeInput};
use crate::domain::challenge::ReasonInput;
use crate::domain::id::ChallengeId;
use crate::domain::policy::Action;
use crate::domain::time::Timestamp;
use crate::store::amendments::{self, AmendmentRow};
use crate::store::challenges::{self, ChallengeRow};

/// Suspends an open challenge.
///
/// # Errors
/// Denied, stale, not open, past the deadline.
pub fn suspend(act: &mut Act<'_>, id: ChallengeId, input: &ReasonInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeSuspend, &row, object(act, &row))?;
    submission::before_deadline(act, &row)?;
    let deadline = cases::deadline(&row)?;
    let row = challenges::suspend(act.conn, &row, step.to, act.now)?;
    let about = remember(act, &row, AmendmentKind::Suspension, input.reason.as_str(), (deadline.closes_at, deadline.closes_at))?;
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Lets a suspended challenge go on: its deadline moves by the time that was lost, at least.
///
/// # Errors
/// Denied, stale, not suspended; a deadline that gives back less, or lies too far ahead.
pub fn resume(act: &mut Act<'_>, id: ChallengeId, input: &ResumeInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeResume, &row, object(act, &row))?;
    let now = act.in_time()?;
    let (before, since) = (cases::deadline(&row)?, row.suspended_at.unwrap_or(now));
    before.admits(input.closes_at, before.resumed(since, now, None).closes_at)?;
    let after: Deadline = before.resumed(since, now, input.closes_at);
    let row = challenges::reschedule(act.conn, &row, step.to, after, act.now)?;
    let about = remember(act, &row, AmendmentKind::Resumption, input.reason.as_str(), (before.closes_at, after.closes_at))?;
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Adds to the public history what takes effect at once. Answers whom it concerns.
fn remember(
    act: &mut Act<'_>,
    row: &ChallengeRow,
    kind: AmendmentKind,
    reason: &str,
    (before, after): (Timestamp, Timestamp),
) -> Result<About, AppError> {
    let entry = AmendmentRow {
        stage: AmendmentStage::InEffect,
        closes_before: Some(before),
        closes_after: Some(after),
        in_effect_at: Some(act.now),
        ..cases::new(act, row, kind, reason)?
    };
    amendments::insert(act.conn, &entry, None)?;
    let mut about = About { detail: reason.to_owned(), ..about(row) };
    reason.clone_into(&mut about.facts.reason);
    about.facts.at = after.in_beijing();
    about.facts.from = before.in_beijing();
    Ok(about)
}
