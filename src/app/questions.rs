//! Questions 答疑: a team asks, an officer answers for everyone; who asked, nobody learns.

use crate::app::act::{About, Act, Done, Known, Object, Record, Seen, Shown};
use crate::app::bids::submission::{or_suspended, within_window};
use crate::app::error::AppError;
use crate::app::{challenges, organizations};
use crate::domain::challenge::ReasonInput;
use crate::domain::id::{ChallengeId, QuestionId};
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::question::{AnswerInput, MOST_OPEN, QuestionInput, QuestionStage};
use crate::domain::refusal::Refusal;
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::{Page, questions};

pub use crate::store::questions::QuestionRow;

impl Record for QuestionRow {
    type Stage = QuestionStage;
    const KIND: Kind = Kind::Question;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> QuestionStage {
        self.stage
    }
    /// Whoever asks may bid: that is known when the bids are.
    fn seal(&self) -> Option<(ChallengeId, i32)> {
        Some((self.challenge_id, self.round))
    }
}

/// How the caller stands to it.
pub(super) fn tie(act: &Act<'_>, row: &QuestionRow) -> Tie {
    if act.actor.belongs_to(row.organization_id) { Tie::Party } else { Tie::Stranger }
}

/// What it is to read a question: anyone's, once it is answered.
fn reading(row: &QuestionRow) -> Action {
    if row.stage == QuestionStage::Answered { Action::QuestionReadAnswered } else { Action::QuestionRead }
}

fn object(act: &Act<'_>, row: &QuestionRow) -> Object {
    let known = if row.stage == QuestionStage::Answered { Known::Always } else { Known::ByRule };
    Object::record(row, tie(act, row)).known(known)
}

fn shown(act: &Act<'_>, row: QuestionRow) -> (Shown<QuestionRow>, bool) {
    let tie = tie(act, &row);
    (Shown { allowed: act.allowed(&row, tie), record: row }, tie == Tie::Party)
}

/// Whom a question concerns: who asked, the officer in charge, and everyone who prepares a bid.
fn about(row: &QuestionRow, challenge: &ChallengeRow) -> About {
    About { team: Some(row.organization_id), sponsor: None, sector: None, ..challenges::about(challenge) }
}

/// A question with whether it is the caller's own organisation's.
pub type Own = (Shown<QuestionRow>, bool);

/// Asks a question on an open challenge.
///
/// # Errors
/// Denied (also to the sponsor); not open, the time for questions is over; too many of the organisation wait for an answer.
pub fn ask(act: &mut Act<'_>, id: ChallengeId, input: &QuestionInput) -> Result<Done<Own>, AppError> {
    let challenge = challenges::load(act, id)?;
    // Whoever may not know of the challenge is not told at which stage it stands.
    let _seen = act.permit(challenges::reading(&challenge), &challenges::object(act, &challenge))?;
    let step = or_suspended(&challenge, act.step(Action::QuestionAsk, &challenge, challenges::object(act, &challenge)))?;
    within_window(act, &challenge)?;
    if challenge.questions_until.is_some_and(|until| act.now >= until) {
        return Err(Refusal::QuestionsClosed.into());
    }
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    organizations::verified(act, own)?;
    if questions::open(act.conn, id, challenge.round, own)? >= MOST_OPEN {
        return Err(Refusal::TooManyQuestions.into());
    }
    let row = QuestionRow {
        id: QuestionId::new(act.now),
        challenge_id: id,
        round: challenge.round,
        organization_id: own,
        asked_by: act.user()?,
        stage: QuestionStage::Asked,
        asked: input.question.to_string(),
        published: None,
        answer: None,
        answered_at: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    questions::insert(act.conn, &row)?;
    let mut about = about(&row, &challenge);
    about.facts.path = format!("/questions/{}", row.id);
    about.facts.reason.clone_from(&row.asked);
    Ok(act.record_on(step, Object::record(&row, Tie::Party), about)?.with(shown(act, row)))
}

fn load(act: &mut Act<'_>, id: QuestionId) -> Result<(QuestionRow, ChallengeRow), AppError> {
    let found = questions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let challenge = challenges::load(act, found.challenge_id)?;
    let row = questions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, challenge))
}

/// Answers a question in public: to everyone who prepares a bid, and to the public page.
///
/// # Errors
/// Denied, stale, answered already; the time to bid is over.
pub fn answer(act: &mut Act<'_>, id: QuestionId, input: &AnswerInput) -> Result<Done<Own>, AppError> {
    let (row, challenge) = load(act, id)?;
    let step = act.step(Action::QuestionAnswer, &row, object(act, &row))?;
    within_window(act, &challenge)?;
    let published = input.question.as_ref().map_or_else(|| row.asked.clone(), ToString::to_string);
    let row = questions::answer(act.conn, &row, step.to, &published, input.answer.as_str(), act.now)?;
    let mut about = about(&row, &challenge);
    about.facts.path = format!("/questions/{}", row.id);
    about.facts.name = published;
    about.facts.reason = input.answer.to_string();
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Declines to answer in public: only who asked is told why.
///
/// # Errors
/// Denied, stale, answered already.
pub fn decline(act: &mut Act<'_>, id: QuestionId, input: &ReasonInput) -> Result<Done<Own>, AppError> {
    let (row, challenge) = load(act, id)?;
    let step = act.step(Action::QuestionDecline, &row, object(act, &row))?;
    let row = questions::decline(act.conn, &row, step.to, input.reason.as_str(), act.now)?;
    let mut about = about(&row, &challenge);
    about.facts.path = format!("/questions/{}", row.id);
    about.facts.reason = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Shows a question.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: QuestionId) -> Result<Seen<Own>, AppError> {
    let row = questions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(reading(&row), &object(act, &row))?;
    Ok(Seen::by(permit, shown(act, row)))
}

/// Lists the questions on a challenge: the answered ones for everyone, one's own, and all for those who answer.
///
/// # Errors
/// No such challenge, or not for the caller to know.
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId, page: &Page) -> Result<Seen<Vec<Own>>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let _seen = act.permit(challenges::reading(&challenge), &challenges::object(act, &challenge))?;
    let permit = act.permit(Action::QuestionReadAnswered, &Object::kind(Kind::Question).known(Known::Always))?;
    let all = act.sees(Action::QuestionRead).all;
    let rows = questions::list(act.conn, id, all, act.actor.organization, page)?;
    Ok(Seen::by(permit, rows.into_iter().map(|row| shown(act, row)).collect()))
}
