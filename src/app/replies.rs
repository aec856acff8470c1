//! Replies: the answer to a write that came with an `Idempotency-Key` is kept, and given again to whoever repeats it.

use crate::app::act::Act;
use crate::app::error::{AppError, taken};
use crate::app::request::{Answer, Key, Request};
use crate::store::idempotency::{self, AnswerRow};

/// The answer that was given to this idempotency key before, if it was for the same request and the caller may still
/// make it.
pub(super) fn repeated(act: &mut Act<'_>, request: &Request) -> Result<Option<Answer>, AppError> {
    let (Some(key), Some(user)) = (&request.key, act.actor.user) else { return Ok(None) };
    let kept_as = kept_as(act, key);
    let Some(row) = idempotency::find(act.conn, user, &kept_as)? else { return Ok(None) };
    if row.fingerprint != key.fingerprint {
        return Err(AppError::KeyReused);
    }
    let (_still_allowed, _) = act.scope(key.action, key.action.kind())?;
    Ok(Some(Answer {
        status: u16::try_from(row.status).unwrap_or(200),
        location: row.location,
        version: row.version,
        body: row.body,
        replayed: true,
    }))
}

/// The name of an idempotency key: a person's programs have names of their own, which nobody can send as a header.
fn kept_as(act: &Act<'_>, key: &Key) -> String {
    if act.actor.key.is_some() { format!("machine\n{}", key.text) } else { key.text.clone() }
}

/// Keeps an answer for whoever asks again with the same key.
pub(super) fn keep(act: &mut Act<'_>, request: &Request, answer: &Answer) -> Result<(), AppError> {
    let (Some(key), Some(user)) = (&request.key, act.actor.user) else { return Ok(()) };
    let row = AnswerRow {
        user_id: user,
        key: kept_as(act, key),
        fingerprint: key.fingerprint.clone(),
        status: i32::from(answer.status),
        location: answer.location.clone(),
        version: answer.version,
        body: answer.body.clone(),
        created_at: act.now,
    };
    idempotency::keep(act.conn, &row).map_err(taken("Idempotency-Key"))
}
