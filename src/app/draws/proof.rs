//! A draw computed anew, on anyone's machine: from what `GET /draws/{id}` answers, without asking the service.

use crate::auth::lots;
use crate::domain::draw::{Candidate, Drawn, Replaced, Terms, draw, next, standing};
use crate::domain::id::{ChallengeId, DrawId};

/// What of a draw is computed anew.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Proof {
    /// The draw.
    pub id: DrawId,
    /// Its challenge.
    pub challenge_id: ChallengeId,
    /// Its round.
    pub round: i32,
    terms: Terms,
    commitment: String,
    seed: Option<String>,
    contribution: Option<String>,
    pool: Vec<Candidate>,
    pool_sha256: String,
    drawn: Option<Drawn>,
    #[serde(default)]
    replaced: Vec<Replaced>,
}

/// Computes a draw anew. Answers it with the panel as it stands.
///
/// # Errors
/// What does not hold, in words.
pub fn verify(text: &str) -> Result<(Proof, Drawn), String> {
    let proof: Proof = serde_json::from_str(text).map_err(|error| format!("这不是抽取记录 / this is no draw: {error}"))?;
    let (Some(seed), Some(said), Some(drawn)) = (&proof.seed, &proof.contribution, &proof.drawn) else {
        return Err("尚未抽取，或已作废 / it was not drawn yet, or is void".into());
    };
    let holds = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    holds(lots::commitment(seed) == proof.commitment, "种子与事先公布的摘要不符 / the seed is not the one that was committed to")?;
    let pool = serde_json::to_string(&proof.pool).unwrap_or_default();
    holds(lots::pool_digest(&pool) == proof.pool_sha256, "专家池与其摘要不符 / the pool is not the one that was frozen")?;
    let order = lots::order(proof.pool.clone(), seed, said);
    let anew = draw(&order, &proof.terms);
    holds(anew.as_ref() == Some(drawn), "重新计算的结果不同 / computed anew, the result is another one")?;
    for (at, change) in proof.replaced.iter().enumerate() {
        let before = standing(drawn, proof.replaced.get(..at).unwrap_or_default());
        let fits = before.panel.contains(&change.leaves)
            && next(&proof.pool, &proof.terms, &before, change.leaves, &change.passed_over) == Some(change.comes);
        holds(fits, &format!("第{}次递补不符合顺序 / replacement {} is out of order", at.saturating_add(1), at.saturating_add(1)))?;
    }
    let now = standing(drawn, &proof.replaced);
    Ok((proof, now))
}
