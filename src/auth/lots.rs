//! Lots 抽签: the order in which a frozen pool is drawn, so that nobody can choose it and everyone can compute it anew.
//!
//! The service is bound to a seed by its SHA-256 before the pool is frozen; the witness adds something to it afterwards. An expert's
//! lot is the SHA-256 of seed, contribution and id, a line each; the pool is drawn by ascending lots.

use crate::auth::token::{hex, sha256_hex};
use crate::domain::draw::Candidate;
use crate::domain::id::UserId;

/// A new seed: 32 bytes in hexadecimal; none, if the operating system gives no randomness.
#[must_use]
pub fn seed() -> Option<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}

/// What binds the service to a seed.
#[must_use]
pub fn commitment(seed: &str) -> String {
    sha256_hex(seed.as_bytes())
}

/// What binds it to a pool: over its JSON without spaces, by ascending ids.
#[must_use]
pub fn pool_digest(pool: &str) -> String {
    sha256_hex(pool.as_bytes())
}

fn lot(seed: &str, contribution: &str, id: UserId) -> String {
    sha256_hex(format!("{seed}\n{contribution}\n{id}").as_bytes())
}

/// The pool in drawn order.
#[must_use]
pub fn order(mut pool: Vec<Candidate>, seed: &str, contribution: &str) -> Vec<Candidate> {
    pool.sort_by_cached_key(|one| lot(seed, contribution, one.expert_id));
    pool
}

#[cfg(test)]
mod tests {
    use super::{commitment, order, seed};
    use crate::domain::draw::Candidate;
    use crate::domain::id::{OrganizationId, UserId};

    #[test]
    fn the_order_follows_from_seed_contribution_and_ids_alone() {
        let now = "2026-03-02T01:00:00Z".parse().unwrap();
        let organization_id = OrganizationId::new(now);
        let one = || Candidate { expert_id: UserId::new(now), organization_id, outside: true, finance: false };
        let pool: Vec<Candidate> = (0..20).map(|_| one()).collect();
        let first = order(pool.clone(), "seed", "dice: 4");
        let backwards = order(pool.iter().rev().cloned().collect(), "seed", "dice: 4");
        assert_eq!(first, backwards);
        assert_ne!(first, order(pool.clone(), "seed", "dice: 5"));
        assert_ne!(first, order(pool, "seeds", "dice: 4"));
        let (one, other) = (seed().unwrap(), seed().unwrap());
        assert!(one.len() == 64 && one != other && commitment(&one) != commitment(&other));
    }
}
