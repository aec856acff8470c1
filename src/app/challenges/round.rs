//! A round: published, closed by the clock, opened.

use super::{about, load, object, shown};
use crate::app::act::{About, Act, Done, Object, Shown};
use crate::app::bids::{opening, reconfirmation};
use crate::app::custody::appointing::{Appointed, appoint};
use crate::app::custody::release::enough;
use crate::app::error::AppError;
use crate::app::{satisfactions, schemes};
use crate::domain::bid::{BidStage, UNDER_EXAMINATION};
use crate::domain::challenge::Window;
use crate::domain::custody::SealingInput;
use crate::domain::id::ChallengeId;
use crate::domain::policy::{Action, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::seal::SealMode;
use crate::domain::time::Timestamp;
use crate::store::challenges::{self, ChallengeRow, Sealing};
use crate::store::custody::{self, CustodianRow};
use crate::store::{bids, openings, schemes as scheme_rows};

/// Publishes an approved challenge: its content is fixed from now on, its first round begins.
///
/// # Errors
/// Denied, stale, not approved, a window that is over already, people who cannot be custodians.
pub fn publish(act: &mut Act<'_>, id: ChallengeId, window: Window) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    open(act, id, Action::ChallengePublish, window)
}

/// Publishes a failed challenge anew: the next round, with the history of the rounds before kept.
///
/// # Errors
/// Denied, stale, not failed, a window that is over already, people who cannot be custodians.
pub fn republish(act: &mut Act<'_>, id: ChallengeId, window: Window) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    open(act, id, Action::ChallengeRepublish, window)
}

fn open(act: &mut Act<'_>, id: ChallengeId, action: Action, window: Window) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(action, &row, object(act, &row))?;
    let window = window.still_ahead(act.in_time()?)?;
    let (sealing, shares) = seal(act, &row, window.sealing.as_ref())?;
    let row = challenges::open_round(act.conn, &row, step.to, &window, &sealing, act.now)?;
    custody::appoint(act.conn, &shares)?;
    let mut about = about(&row);
    about.detail = format!("sealing {}", sealing.mode);
    about.facts.at = window.closes_at.in_beijing();
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// How the next round is sealed, with the shares of its key where custodians hold it.
fn seal(act: &mut Act<'_>, row: &ChallengeRow, wanted: Option<&SealingInput>) -> Result<(Sealing, Vec<CustodianRow>), AppError> {
    let Some(SealingInput { mode: SealMode::Custodians, custodians }) = wanted else {
        return Ok((Sealing { mode: SealMode::ServerKey, key: opening::new_key(act)?, public: None }, Vec::new()));
    };
    let Appointed { public, shares } = appoint(act, row, custodians)?;
    Ok((Sealing { mode: SealMode::Custodians, key: opening::new_name(), public: Some(public) }, shares))
}

/// Notes that a custodian can no longer open a share, and tells those concerned.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn lose_share(act: &mut Act<'_>, share: &CustodianRow) -> Result<(), AppError> {
    let row = challenges::find(act.conn, share.challenge_id)?.ok_or(AppError::NotFound)?;
    let permit = act.own(Action::ChallengeLoseShare)?;
    let round = Some((share.challenge_id, share.round));
    let mut about = About { round, detail: format!("round {}, share {}", share.round, share.number), ..about(&row) };
    about.facts.round = share.round;
    about.facts.by.clone_from(&act.actor.name);
    let _recorded = act.record_plain(permit, Object::record(&row, Tie::Stranger), about)?;
    Ok(())
}

/// Closes a challenge whose time to bid is over. Only the clock does this; a challenge that is closed stays closed.
///
/// # Errors
/// It is not over yet, or not open.
pub fn close(act: &mut Act<'_>, id: ChallengeId) -> Result<Done<ChallengeRow>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeClose, &row, Object::record(&row, Tie::Stranger))?;
    let now = act.in_time()?;
    let closes_at = row.closes_at.filter(|closes_at| *closes_at <= now).ok_or(Refusal::StillOpen)?;
    let row = challenges::advance(act.conn, &row, step.to, act.now)?;
    reconfirmation::expire(act, &row)?;
    let digest = opening::closing_digest(act, id, row.round)?;
    openings::close(act.conn, id, row.round, &digest)?;
    let mut about = about(&row);
    about.facts.at = closes_at.in_beijing();
    about.detail = format!("digest {digest}");
    Ok(act.record(step, about)?.with(row))
}

/// Opens the bids of a closed round: from here on those concerned may read them, and their number is known.
///
/// # Errors
/// Denied, stale, not closed; the key lies with custodians and too few of them have released their shares.
pub fn open_bids(act: &mut Act<'_>, id: ChallengeId) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeOpenBids, &row, object(act, &row))?;
    enough(act, &row)?;
    let received = bids::of_round(act.conn, id, row.round, &[BidStage::Submitted])?.len();
    let count = i32::try_from(received).unwrap_or(i32::MAX);
    let row = challenges::lift_seal(act.conn, &row, step.to, count, act.user()?, act.now)?;
    let about = About { detail: format!("bids: {count}"), ..about(&row) };
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Starts the review of a round whose bids are all examined.
///
/// # Errors
/// Denied, stale, not in screening; a bid is not examined yet, or none is eligible; the sponsor comes first and has not answered.
pub fn start_review(act: &mut Act<'_>, id: ChallengeId) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeStartReview, &row, object(act, &row))?;
    if !bids::of_round(act.conn, id, row.round, UNDER_EXAMINATION)?.is_empty() {
        return Err(Refusal::BidsNotExamined.into());
    }
    satisfactions::decline_unsatisfying(act, &row)?;
    if bids::of_round(act.conn, id, row.round, &[BidStage::Eligible])?.is_empty() {
        return Err(Refusal::NoEligibleBid.into());
    }
    let first = schemes::of(act, &row)?.first();
    let row = scheme_rows::judge(act.conn, &row, step.to, first, act.now)?;
    Ok(act.record(step, about(&row))?.with(shown(act, row)))
}

/// Open challenges whose time is over, at most `limit`: what the clock closes next.
///
/// # Errors
/// The database does not answer.
pub fn overdue(conn: &mut crate::store::Conn, now: Timestamp, limit: i64) -> Result<Vec<ChallengeId>, AppError> {
    Ok(challenges::overdue(conn, now, limit)?)
}
