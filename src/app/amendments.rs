//! Amendments 榜单变更: extensions and corrections, proposed by the owning division, put into effect by a director who did not
//! propose them. The deadline holds for them as for the bids.

use crate::app::act::{About, Act, Done, Known, Object, Record, Seen, Shown};
use crate::app::bids::{reconfirmation, submission};
use crate::app::challenges;
use crate::app::error::{AppError, taken};
use crate::domain::amendment::{AmendmentInput, AmendmentKind, AmendmentStage, Deadline};
use crate::domain::challenge::ReasonInput;
use crate::domain::id::{AmendmentId, ChallengeId};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::{Json, Page, amendments, batches};

pub use crate::store::amendments::AmendmentRow;

impl Record for AmendmentRow {
    type Stage = AmendmentStage;
    const KIND: Kind = Kind::Amendment;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> AmendmentStage {
        self.stage
    }
}

/// Whoever proposed it does not decide on it.
pub(super) fn tie(act: &Act<'_>, row: &AmendmentRow) -> Tie {
    Standing { conflicted: act.actor.must_step_aside(row.challenge_id), author: act.actor.is(row.created_by), ..Standing::default() }.tie()
}

/// What it is to read an amendment: anyone's, once it took effect.
fn reading(row: &AmendmentRow) -> Action {
    if row.stage == AmendmentStage::InEffect { Action::AmendmentReadInEffect } else { Action::AmendmentRead }
}

fn object(act: &Act<'_>, row: &AmendmentRow) -> Object {
    let known = if row.stage == AmendmentStage::InEffect { Known::Always } else { Known::ByRule };
    Object::record(row, tie(act, row)).known(known)
}

fn shown(act: &Act<'_>, row: AmendmentRow) -> Shown<AmendmentRow> {
    Shown { allowed: act.allowed(&row, tie(act, &row)), record: row }
}

/// How the caller stands to a challenge that is to be amended: of the division that owns it, or not.
pub(super) fn owning(act: &Act<'_>, challenge: &ChallengeRow) -> Tie {
    let standing = challenges::standing(act, challenge);
    let colleague = challenge.division.is_some() && act.actor.division == challenge.division;
    match standing.tie() {
        Tie::Stranger if colleague => Tie::Assigned,
        tie => tie,
    }
}

fn about(row: &AmendmentRow, challenge: &ChallengeRow) -> About {
    let mut about = About { person: Some(row.created_by), detail: format!("{} {}", row.kind, row.id), ..challenges::about(challenge) };
    about.facts.path = format!("/amendments/{}", row.id);
    about.facts.name = format!("{} {}", row.kind.zh(), row.kind);
    about.facts.reason = row.notice.clone().unwrap_or_else(|| row.reason.clone());
    about
}

/// Until when a published challenge takes bids.
pub(super) fn deadline(challenge: &ChallengeRow) -> Result<Deadline, AppError> {
    let closes_at = challenge.closes_at.ok_or(Refusal::NotYetOpen)?;
    Ok(Deadline { closes_at, questions_until: challenge.questions_until })
}

/// A row for something that is done or asked for now.
pub(super) fn new(act: &Act<'_>, challenge: &ChallengeRow, kind: AmendmentKind, reason: &str) -> Result<AmendmentRow, AppError> {
    Ok(AmendmentRow {
        id: AmendmentId::new(act.now),
        challenge_id: challenge.id,
        round: challenge.round,
        kind,
        stage: AmendmentStage::Proposed,
        reason: reason.to_owned(),
        notice: None,
        changes: Json::of(&Vec::new())?,
        closes_at: None,
        closes_before: None,
        closes_after: None,
        in_effect_at: None,
        opinion: None,
        created_by: act.user()?,
        decided_by: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    })
}

/// Proposes an extension or a correction of an open challenge.
///
/// # Errors
/// Denied (also to another division), stale, past the deadline, suspended; a deadline that is not later, a correction that is none;
/// another proposal waits.
pub fn propose(act: &mut Act<'_>, id: ChallengeId, input: AmendmentInput) -> Result<Done<Shown<AmendmentRow>>, AppError> {
    let challenge = challenges::load(act, id)?;
    let object = Object { tie: owning(act, &challenge), ..challenges::object(act, &challenge) };
    let step = submission::or_suspended(&challenge, act.step(Action::AmendmentPropose, &challenge, object))?;
    submission::before_deadline(act, &challenge)?;
    let (kind, deadline) = (input.kind(), deadline(&challenge)?);
    // An extension is later by a microsecond at least.
    let later = if kind == AmendmentKind::Extension { chrono::TimeDelta::microseconds(1) } else { chrono::TimeDelta::zero() };
    deadline.admits(input.closes_at, deadline.closes_at.plus(later))?;
    let corrected = match input.changes {
        Some(changes) => Some(changes.of(challenge_rows::content(act.conn, id)?)?),
        None => None,
    };
    let row = AmendmentRow {
        notice: input.notice.map(String::from).filter(|_| kind == AmendmentKind::Correction),
        changes: Json::of(&corrected.as_ref().map(|(_, changes)| changes.clone()).unwrap_or_default())?,
        closes_at: input.closes_at,
        ..new(act, &challenge, kind, input.reason.as_str())?
    };
    amendments::insert(act.conn, &row, corrected.as_ref().map(|(content, _)| content)).map_err(one_at_a_time)?;
    let about = about(&row, &challenge);
    Ok(act.record_on(step, Object::record(&row, Tie::Author), about)?.with(shown(act, row)))
}

fn one_at_a_time(error: crate::store::diesel_error::Error) -> AppError {
    match taken("amendment")(error) {
        AppError::Duplicate(_) => Refusal::AmendmentWaits.into(),
        other => other,
    }
}

fn load(act: &mut Act<'_>, id: AmendmentId) -> Result<(AmendmentRow, ChallengeRow), AppError> {
    let found = amendments::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let challenge = challenges::load(act, found.challenge_id)?;
    let row = amendments::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, challenge))
}

/// Puts an amendment into effect: the deadline moves, and everyone concerned is told once. Never one's own proposal.
///
/// # Errors
/// Denied, stale, decided already, past the deadline, suspended; what it asks for is no extension any more; the budget is exceeded.
pub fn approve(act: &mut Act<'_>, id: AmendmentId) -> Result<Done<Shown<AmendmentRow>>, AppError> {
    let (row, challenge) = load(act, id)?;
    let step = act.step(Action::AmendmentApprove, &row, object(act, &row))?;
    if row.round != challenge.round {
        return Err(Refusal::DeadlinePassed.into());
    }
    submission::before_deadline(act, &challenge)?;
    let before = deadline(&challenge)?;
    let (after, challenge, done) = match row.kind {
        AmendmentKind::Correction => correct(act, &row, &challenge, before)?,
        _ => extend(act, &row, &challenge, before)?,
    };
    let row = amendments::take_effect(act.conn, &row, step.to, (before.closes_at, after), act.user()?, act.now)?;
    let mut about = about(&row, &challenge);
    about.facts.at = after.in_beijing();
    about.facts.from = before.closes_at.in_beijing();
    let follows = act.follow(done, &challenge, None)?;
    let _recorded = act.record(follows, About { detail: format!("{} -> {after}", before.closes_at), ..about.clone() })?;
    Ok(act.record(step, about)?.with(shown(act, row)))
}

type Effect = (Timestamp, ChallengeRow, Action);

fn extend(act: &mut Act<'_>, row: &AmendmentRow, challenge: &ChallengeRow, before: Deadline) -> Result<Effect, AppError> {
    // A suspension may have moved the deadline beyond it.
    let asked = row.closes_at.filter(|asked| *asked > before.closes_at).ok_or(Refusal::NotLater)?;
    let after = before.moved(asked, act.now);
    let moved = challenge_rows::reschedule(act.conn, challenge, challenge.stage, after, act.now)?;
    Ok((after.closes_at, moved, Action::ChallengeExtend))
}

fn correct(act: &mut Act<'_>, row: &AmendmentRow, challenge: &ChallengeRow, before: Deadline) -> Result<Effect, AppError> {
    let content = amendments::content(act.conn, row.id)?;
    if !batches::commit(act.conn, challenge.batch_id, content.fiscal_cap_fen, challenge.fiscal_cap_fen)? {
        return Err(Refusal::BatchBudget.into());
    }
    let after = before.corrected(row.closes_at, act.now);
    challenge_rows::correct(act.conn, challenge.id, &content)?;
    let corrected = challenge_rows::reschedule(act.conn, challenge, challenge.stage, after, act.now)?;
    reconfirmation::ask_again(act, &corrected)?;
    Ok((after.closes_at, corrected, Action::ChallengeCorrect))
}

/// Declines an amendment: everything stays as it is, and whoever proposed it is told why.
///
/// # Errors
/// Denied, stale, decided already.
pub fn decline(act: &mut Act<'_>, id: AmendmentId, input: &ReasonInput) -> Result<Done<Shown<AmendmentRow>>, AppError> {
    let (row, challenge) = load(act, id)?;
    let step = act.step(Action::AmendmentDecline, &row, object(act, &row))?;
    let row = amendments::decline(act.conn, &row, step.to, input.reason.as_str(), act.user()?, act.now)?;
    let mut about = about(&row, &challenge);
    about.facts.reason = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Shows an amendment.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: AmendmentId) -> Result<Seen<Shown<AmendmentRow>>, AppError> {
    let row = amendments::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let challenge = challenge_rows::find(act.conn, row.challenge_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(reading(&row), &object(act, &row))?;
    // What took effect is as public as its challenge.
    let _seen = act.permit(challenges::reading(&challenge), &challenges::object(act, &challenge))?;
    Ok(Seen::by(permit, shown(act, row)))
}

/// The public history of a challenge's amendments; those who decide also see what was proposed and declined.
///
/// # Errors
/// No such challenge, or not for the caller to know.
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId, page: &Page) -> Result<Seen<Vec<Shown<AmendmentRow>>>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let _seen = act.permit(challenges::reading(&challenge), &challenges::object(act, &challenge))?;
    let permit = act.permit(Action::AmendmentReadInEffect, &Object::kind(Kind::Amendment).known(Known::Always))?;
    let all = act.sees(Action::AmendmentRead).all;
    let rows = amendments::list(act.conn, id, all, page)?;
    Ok(Seen::by(permit, rows.into_iter().map(|row| shown(act, row)).collect()))
}
