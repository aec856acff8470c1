//! Judging schemes 评审方案: kept in versions, named by challenges.

use crate::app::act::{About, Act, Done, Object, Seen};
use crate::app::challenges;
use crate::app::error::{AppError, taken};
use crate::domain::id::{ChallengeId, SchemeId};
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::scheme::{Phase, Scheme, SchemeInput};
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::{Json, Page, schemes};

pub use crate::store::schemes::SchemeRow;

fn broken(error: impl std::fmt::Display) -> AppError {
    AppError::Internal(error.to_string())
}

/// Keeps a scheme, or the next version of one. What is judged by an earlier version stays judged by that.
///
/// # Errors
/// Denied; the next version was added by somebody else meanwhile.
pub fn create(act: &mut Act<'_>, input: &SchemeInput) -> Result<Done<SchemeRow>, AppError> {
    let permit = act.permit(Action::SchemeCreate, &Object::kind(Kind::Scheme))?;
    let number = schemes::latest(act.conn, input.code.as_str())?.saturating_add(1);
    let row = SchemeRow {
        id: SchemeId::new(act.now),
        code: input.code.to_string(),
        number,
        content: Json::of(&input.scheme)?,
        created_by: act.user()?,
        created_at: act.now,
    };
    schemes::insert(act.conn, &row).map_err(taken("code"))?;
    let about = About { detail: format!("{} version {number}", row.code), ..About::default() };
    Ok(act.record_plain(permit, Object::plain(Kind::Scheme, row.id, Tie::Author, 1), about)?.with(row))
}

/// Shows a scheme: how bids are judged is no secret.
///
/// # Errors
/// Not there.
pub fn get(act: &mut Act<'_>, id: SchemeId) -> Result<Seen<SchemeRow>, AppError> {
    let row = schemes::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::SchemeRead, &Object::plain(Kind::Scheme, id, Tie::Stranger, 1))?;
    Ok(Seen::by(permit, row))
}

/// Lists schemes, of one code or all.
///
/// # Errors
/// The database does not answer.
pub fn list(act: &mut Act<'_>, code: Option<&str>, page: &Page) -> Result<Seen<Vec<SchemeRow>>, AppError> {
    let permit = act.permit(Action::SchemeRead, &Object::kind(Kind::Scheme))?;
    Ok(Seen::by(permit, schemes::list(act.conn, code, page)?))
}

/// Shows by which scheme a challenge is judged, the built-in one included.
///
/// # Errors
/// No such challenge, or not for the caller to know.
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Scheme>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let _known = act.permit(challenges::reading(&challenge), &challenges::object(act, &challenge))?;
    let permit = act.permit(Action::SchemeRead, &Object::kind(Kind::Scheme))?;
    Ok(Seen::by(permit, of(act, &challenge)?))
}

/// By which scheme a challenge is judged.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn of(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<Scheme, AppError> {
    let Some(id) = challenge.scheme_id else { return Scheme::standard().map_err(broken) };
    let row = schemes::find(act.conn, id)?.ok_or_else(|| broken("a challenge names a scheme that is not there"))?;
    Ok(row.content.read()?)
}

/// In which phase the judging of a challenge's round is, or with which it begins.
pub(in crate::app) fn phase(challenge: &ChallengeRow, scheme: &Scheme) -> Phase {
    challenge.phase.unwrap_or_else(|| scheme.first())
}
