//! Releasing a share, after the closing: with the passphrase the custodian's own key is opened, with that the share, and the share
//! is kept under the service's key in the folder of the keys until the opening. Two of them make the round's key, in memory.

use super::no_randomness;
use crate::app::act::{About, Act, Done, Seen, Shown};
use crate::app::challenges::{self, ChallengeRow};
use crate::app::error::AppError;
use crate::app::{App, Request};
use crate::auth::custody as keys;
use crate::auth::seal::RoundKey;
use crate::domain::custody::{NEEDED, binding};
use crate::domain::id::{ChallengeId, UserId};
use crate::domain::password::Password;
use crate::domain::policy::{Action, Role};
use crate::domain::refusal::Refusal;
use crate::store::challenges as rows;
use crate::store::custody::{self, CustodianRow, CustodyRow};
use crate::store::openings::{self, SealRow};
use std::sync::Arc;

/// What a released share is kept for.
fn owner(name: &str, number: usize) -> String {
    format!("share {number} of {name}")
}

/// The caller's share of the current round of a challenge.
fn own_share(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<CustodianRow, AppError> {
    let user = act.user()?;
    let shares = custody::of_round(act.conn, challenge.id, challenge.round)?;
    let own = shares.into_iter().find(|share| share.user_id == user && share.lost_at.is_none());
    own.ok_or_else(|| Refusal::ShareLost.into())
}

/// The caller's keys, their share, and the name of the round's key, when the share may be released now.
fn releasable(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<(CustodyRow, CustodianRow, String)>, AppError> {
    let challenge = rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = challenges::object(act, &challenge);
    let _step = act.step(Action::ChallengeReleaseShare, &challenge, object.clone())?;
    let share = own_share(act, &challenge)?;
    let row = custody::find(act.conn, share.user_id)?.ok_or(Refusal::ShareLost)?;
    let name = openings::seal(act.conn, id, challenge.round)?.and_then(|seal| seal.seal_key).ok_or(Refusal::ShareLost)?;
    let permit = act.permit(Action::ChallengeReleaseShare, &object)?;
    Ok(Seen::by(permit, (row, share, name)))
}

impl App {
    /// Opens the caller's share with their passphrase and keeps it for the opening: before [`release`], outside any transaction.
    ///
    /// # Errors
    /// Denied, not closed; the passphrase is wrong, or too many wrong ones came before; the share cannot be opened or kept.
    pub async fn before_release(&self, request: Request, id: ChallengeId, passphrase: Password) -> Result<(), AppError> {
        let (row, share, name) = self.read(request.clone(), move |act| releasable(act, id)).await?;
        let private = self.unlocked(&request, &row, &passphrase, Action::ChallengeReleaseShare).await?;
        let bound = binding(share.challenge_id, share.round, share.number, share.user_id);
        let sealed = share.share.ok_or(Refusal::ShareLost)?;
        let opened = keys::open_with(&private, &bound, &sealed).ok_or(Refusal::ShareLost)?;
        let number = usize::try_from(share.number).map_err(|error| AppError::Internal(error.to_string()))?;
        let kept = self.keys.seal_bytes(&owner(&name, number), &opened).ok_or_else(no_randomness)?;
        let folder = self.round_keys.clone();
        let put = tokio::task::spawn_blocking(move || folder.put_share(&name, number, &kept)).await;
        let put = put.map_err(std::io::Error::other).and_then(|done| done);
        put.map_err(|error| AppError::Internal(format!("a share could not be kept: {error}")))
    }

    /// The key of a round: from its file, or out of two shares that were released.
    ///
    /// # Errors
    /// It is not there: no file, or fewer than two shares that fit.
    pub(in crate::app) fn key_of(&self, round: &SealRow) -> std::io::Result<Arc<RoundKey>> {
        let name = round.seal_key.as_deref().ok_or_else(|| std::io::Error::other("the key was erased"))?;
        let Some(public) = &round.seal_public else { return self.round_keys.get(name) };
        let kept = self.round_keys.shares(name)?;
        let opened = kept.iter().filter_map(|(number, sealed)| self.keys.open_bytes(&owner(name, *number), sealed));
        let shares: Vec<keys::KeyShare> = opened.map(keys::KeyShare::new).collect();
        let joined = keys::join(&shares, public).ok_or_else(|| std::io::Error::other("the released shares do not make the key"))?;
        Ok(Arc::new(joined))
    }
}

/// Notes that the caller released their share. Another time nothing changes.
///
/// # Errors
/// Denied, stale, not closed, or the share was lost meanwhile.
pub fn release(act: &mut Act<'_>, id: ChallengeId) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = challenges::load(act, id)?;
    let step = act.step(Action::ChallengeReleaseShare, &row, challenges::object(act, &row))?;
    let share = own_share(act, &row)?;
    if share.released_at.is_some() {
        let again = About { detail: format!("share {} again", share.number), ..About::default() };
        return Ok(act.record(step, again)?.with(challenges::shown(act, row)));
    }
    custody::release(act.conn, &share, act.now)?;
    let released = custody::of_round(act.conn, id, row.round)?.iter().filter(|share| share.released_at.is_some()).count();
    let mut about = About { detail: format!("share {}, {released} released", share.number), ..challenges::about(&row) };
    about.facts.by.clone_from(&act.actor.name);
    about.facts.number = i64::try_from(released).unwrap_or(i64::MAX);
    about.facts.at = act.now.in_beijing();
    Ok(act.record(step, about)?.with(challenges::shown(act, row)))
}

/// That a round may be opened: where its key lies with custodians, two of them have released shares that fit.
///
/// # Errors
/// They have not.
pub(in crate::app) fn enough(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    let Some(seal) = openings::seal(act.conn, challenge.id, challenge.round)?.filter(|seal| seal.seal_public.is_some()) else {
        return Ok(());
    };
    let released = custody::of_round(act.conn, challenge.id, challenge.round)?.iter().filter(|share| share.released_at.is_some()).count();
    if released < NEEDED || act.app.key_of(&seal).is_err() { Err(Refusal::SharesMissing.into()) } else { Ok(()) }
}

/// Whether a round can never be opened: fewer than two shares are there or can still be released, or all that are there do not
/// make its key.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn is_lost(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<bool, AppError> {
    let Some(seal) = openings::seal(act.conn, challenge.id, challenge.round)?.filter(|seal| seal.seal_public.is_some()) else {
        return Ok(false);
    };
    let rows = custody::of_round(act.conn, challenge.id, challenge.round)?;
    let people: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
    let keepers: Vec<Role> = Role::ALL.iter().copied().filter(|role| role.keeps_shares()).collect();
    let active = custody::active_with(act.conn, &people, &keepers)?;
    let name = seal.seal_key.as_deref().unwrap_or_default();
    let kept = act.app.round_keys.shares(name).map_err(|error| AppError::Internal(format!("shares cannot be read: {error}")))?;
    let is_kept = |row: &&CustodianRow| kept.iter().any(|(number, _)| i32::try_from(*number) == Ok(row.number));
    let can_come = |row: &&CustodianRow| row.lost_at.is_none() && active.contains(&row.user_id);
    let there = rows.iter().filter(is_kept).count();
    let to_come = rows.iter().filter(|row| !is_kept(row) && can_come(row)).count();
    Ok(there.saturating_add(to_come) < NEEDED || (to_come == 0 && act.app.key_of(&seal).is_err()))
}
