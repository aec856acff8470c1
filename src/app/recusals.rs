//! Recusals 回避: who steps aside from a challenge does nothing with it any more, and what they scored does not count.

use crate::app::act::{About, Act, Done, Object, Seen};
use crate::app::bids::judging::challenge_stands_at;
use crate::app::challenges;
use crate::app::error::{AppError, taken};
use crate::app::{reviews, schemes, scores};
use crate::domain::challenge::ChallengeStage;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{ChallengeId, RecusalId, UserId};
use crate::domain::policy::{Action, Kind, Permit, Tie};
use crate::domain::recusal::{Ground, RecusalInput};
use crate::domain::refusal::Refusal;
use crate::domain::workflow::Stage;
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::{Page, recusals, reviews as review_rows, users};

pub use crate::store::recusals::RecusalRow;

/// Steps aside from a challenge, or has somebody else step aside: at once, and for good.
///
/// # Errors
/// Denied; no such person; stepped aside before; with scores that a proposed decision rests on: it is returned first.
pub fn declare(act: &mut Act<'_>, id: ChallengeId, input: &RecusalInput) -> Result<Done<RecusalRow>, AppError> {
    let challenge = challenges::load(act, id)?;
    let _seen = act.permit(challenges::reading(&challenge), &challenges::object(act, &challenge))?;
    let user = input.user_id.map_or_else(|| act.user(), Ok)?;
    let action = if act.actor.is(user) { Action::RecusalDeclare } else { Action::RecusalOrder };
    let permit = act.permit(action, &Object { version: None, ..challenges::object(act, &challenge) })?;
    if users::find(act.conn, user)?.is_none() {
        let fault = Fault::new("unknown_record", "没有这条记录", "there is no such record");
        return Err(Faults::from(fault.at("user_id")).into());
    }
    let ground = input.ground.filter(|_| action == Action::RecusalOrder).unwrap_or(Ground::Declared);
    write(act, permit, &challenge, user, ground, &input.reason)
}

/// Writes down what an expert declared with declining a review.
///
/// # Errors
/// The database does not answer.
pub(super) fn declared(act: &mut Act<'_>, challenge: &ChallengeRow, user: UserId, reason: &str) -> Result<(), AppError> {
    if recusals::of_user(act.conn, user)?.contains(&challenge.id) {
        return Ok(());
    }
    let permit = act.own(Action::RecusalDeclare)?;
    write(act, permit, challenge, user, Ground::Declared, reason).map(|_| ())
}

fn write(
    act: &mut Act<'_>,
    permit: Permit,
    challenge: &ChallengeRow,
    user: UserId,
    ground: Ground,
    reason: impl ToString,
) -> Result<Done<RecusalRow>, AppError> {
    let row = RecusalRow {
        id: RecusalId::new(act.now),
        challenge_id: challenge.id,
        round: challenge.round,
        user_id: user,
        ground,
        reason: reason.to_string(),
        created_by: act.user()?,
        created_at: act.now,
    };
    let again = |error| match taken("user_id")(error) {
        AppError::Duplicate(_) => Refusal::SteppedAside.into(),
        other => other,
    };
    recusals::insert(act.conn, &row).map_err(again)?;
    end_reviews(act, challenge, user, ground)?;
    let object = Object::plain(Kind::Recusal, row.id, Tie::Stranger, 1);
    let about = About { person: Some(user), detail: format!("{user}: {ground}"), ..challenges::about(challenge) };
    Ok(act.record_plain(permit, object, about)?.with(row))
}

/// Ends what somebody has to review in the round, and computes the scores anew without them.
fn end_reviews(act: &mut Act<'_>, challenge: &ChallengeRow, user: UserId, ground: Ground) -> Result<(), AppError> {
    let all = review_rows::of_round(act.conn, challenge.id, challenge.round)?;
    let own: Vec<_> = all.iter().filter(|row| row.expert_id == user && !row.stage.outcomes(Action::ReviewRecuse).is_empty()).collect();
    if own.is_empty() {
        return Ok(());
    }
    challenge_stands_at(challenge, ChallengeStage::Reviewing)?;
    let scheme = schemes::of(act, challenge)?;
    for review in own {
        let step = act.follow(Action::ReviewRecuse, review, None)?;
        let row = review_rows::end(act.conn, review, step.to, Some(ground), act.now)?;
        scores::compute(act, row.bid_id, &scheme)?;
        let _recorded = act.record(step, About { detail: ground.to_string(), ..reviews::about(&row, challenge) })?;
    }
    reviews::complete_panel(act, challenge)
}

/// Lists who stepped aside from a challenge.
///
/// # Errors
/// Denied; no such challenge.
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId, page: &Page) -> Result<Seen<Vec<RecusalRow>>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::RecusalRead, &Object { kind: Kind::Recusal, ..challenges::object(act, &challenge) })?;
    Ok(Seen::by(permit, recusals::of_challenge(act.conn, id, page)?))
}

/// Shows a recusal.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: RecusalId) -> Result<Seen<RecusalRow>, AppError> {
    let row = recusals::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::RecusalRead, &Object::plain(Kind::Recusal, id, Tie::Stranger, 1))?;
    Ok(Seen::by(permit, row))
}
