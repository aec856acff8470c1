//! Appointing custodians: the key pair of a round is made, its private half split and sealed to three people, and forgotten.

use super::no_randomness;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::auth::custody as keys;
use crate::domain::custody::{Candidate, binding, check};
use crate::domain::id::UserId;
use crate::domain::user::UserStatus;
use crate::store::challenges::ChallengeRow;
use crate::store::custody::{self, CustodianRow};
use crate::store::dialect::Locked;
use crate::store::{organizations, users};

/// A round's public key, and a share of the private one for each custodian.
pub(in crate::app) struct Appointed {
    pub public: Vec<u8>,
    pub shares: Vec<CustodianRow>,
}

/// Makes the key pair of the next round of a challenge and seals a share of its private half to each of `people`. The private
/// half is in memory only as long as this takes.
///
/// # Errors
/// Everything that speaks against one of them, at once.
pub(in crate::app) fn appoint(act: &mut Act<'_>, challenge: &ChallengeRow, people: &[UserId]) -> Result<Appointed, AppError> {
    // Whoever renews their keys meanwhile waits, so that no share is sealed to keys that are gone.
    let mut in_order = people.to_vec();
    in_order.sort_unstable();
    for person in in_order {
        act.lock(Locked::User, person.as_str())?;
    }
    let mut candidates = Vec::with_capacity(people.len());
    for person in people {
        candidates.push(candidate(act, challenge, *person)?);
    }
    check(&candidates)?;
    let public_keys: Vec<&Vec<u8>> = candidates.iter().flatten().filter_map(|candidate| candidate.public_key.as_ref()).collect();
    let (private, public) = keys::key_pair().ok_or_else(no_randomness)?;
    let round = challenge.round.saturating_add(1);
    let mut shares = Vec::with_capacity(people.len());
    for (((number, person), public_key), share) in (1..).zip(people).zip(public_keys).zip(keys::split(&private)) {
        let sealed = keys::seal_to(public_key, &binding(challenge.id, round, number, *person), &share).ok_or_else(no_randomness)?;
        shares.push(CustodianRow {
            challenge_id: challenge.id,
            round,
            number,
            user_id: *person,
            share: Some(sealed),
            released_at: None,
            lost_at: None,
        });
    }
    Ok(Appointed { public, shares })
}

fn candidate(act: &mut Act<'_>, challenge: &ChallengeRow, id: UserId) -> Result<Option<Candidate>, AppError> {
    let Some(user) = users::find(act.conn, id)? else { return Ok(None) };
    let organization = organizations::find(act.conn, user.organization_id)?.ok_or(AppError::NotFound)?;
    Ok(Some(Candidate {
        active: user.status == UserStatus::Active,
        roles: users::roles(act.conn, id)?,
        public_key: custody::find(act.conn, id)?.map(|row| row.public_key),
        concerned: challenge.is_prepared_by(id) || act.actor.is(id) || challenge.sponsor_id == Some(user.organization_id),
        organization: organization.kind,
        desk: (user.organization_id.to_string(), user.division),
    }))
}
