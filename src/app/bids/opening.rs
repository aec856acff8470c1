//! Opening 启封: each bid of an opened round is unsealed by itself, and the key goes when all are.
//!
//! One bad bid does not keep the others closed. What was done stays done: after a crash the rest follows.

use super::{about, content, vanishing};
use crate::app::act::{About, Act, Done, Object};
use crate::app::error::AppError;
use crate::app::{App, Who, files, interests};
use crate::auth::seal;
use crate::auth::token::sha256_hex;
use crate::domain::bid::BidStage;
use crate::domain::id::{BidId, ChallengeId};
use crate::domain::policy::{Action, Tie};
use crate::domain::seal::{Flaw, binding};
use crate::store::custody::{self, KeeperRow};
use crate::store::dialect::Locked;
use crate::store::openings::{self, OpenedRow, OpeningRow, SealRow};
use crate::store::{bids, diesel_error};
use std::sync::Arc;
use std::time::Duration;

/// Rounds opened in one go.
const AT_ONCE: i64 = 100;
/// Keys that no round names any more, or that none ever did since its publication failed, are kept so long.
const UNNAMED: Duration = Duration::from_hours(24);

/// Opens one bid with the key of its round: its content is kept for those who may read it now, or else what is wrong with it.
/// Opened before, it stays as it is.
///
/// # Errors
/// The database does not answer.
fn unseal(act: &mut Act<'_>, id: BidId, key: &seal::RoundKey) -> Result<Done<()>, AppError> {
    act.lock(Locked::ChallengeOfBid, id.as_str())?;
    let (row, challenge) = bids::with_challenge(act.conn, id)?.ok_or(AppError::NotFound)?;
    if openings::find(act.conn, id)?.is_some() {
        return Err(AppError::NotFound);
    }
    let received = openings::submission(act.conn, id, row.submission)?.ok_or(AppError::NotFound)?;
    let bound = binding(row.challenge_id, row.round, row.id, row.lead_org_id, row.submission);
    // Whoever left before stays sealed for ever; what was received of it still stands in the record of the opening.
    let left = row.stage == BidStage::Left;
    let salt = act.app.keys.salt(&bound);
    let outcome = if left { Err(Flaw::Left) } else { open(&received.sealed, key, &bound, &salt, &received.digest) };
    let (body, flaw) = match outcome {
        Ok((text, content)) => {
            interests::mark(act, &row, &content.bid)?;
            (Some(content::keep(&act.app.keys, id, &text)?), None)
        }
        Err(flaw) => (None, Some(flaw)),
    };
    if !left {
        files::unseal(act, &row, key)?;
    }
    let sealed_digest = sha256_hex(&received.sealed);
    let opening =
        OpeningRow { bid_id: id, number: row.submission, body, flaw, sealed_digest, received_at: received.received_at, opened_at: act.now };
    openings::insert(act.conn, &opening)?;
    let (action, detail) = match flaw {
        None => (Action::BidUnseal, format!("sealed sha256 {}", opening.sealed_digest)),
        Some(Flaw::Left) => (Action::BidUnseal, format!("{}, sealed sha256 {}", Flaw::Left, opening.sealed_digest)),
        Some(flaw) => (Action::BidFlaw, format!("{flaw}, sealed sha256 {}", opening.sealed_digest)),
    };
    let permit = act.own(action)?;
    let about = About { detail, ..about(&row, &challenge) };
    Ok(act.record_plain(permit, Object::record(&row, Tie::Stranger), about)?.with(()))
}

/// What a bid holds, as text and as it is read.
type Opened = (zeroize::Zeroizing<Vec<u8>>, content::Submission);

fn open(sealed: &[u8], key: &seal::RoundKey, bound: &str, salt: &str, digest: &str) -> Result<Opened, Flaw> {
    let text = seal::open(key, bound, sealed).ok_or(Flaw::Tampered)?;
    if seal::commitment(salt, bound, &text) != digest {
        return Err(Flaw::Tampered);
    }
    let content = serde_json::from_slice(&text).map_err(|_| Flaw::Unreadable)?;
    Ok((text, content))
}

/// The text over which the digest of a closed round is taken: a salt, then a line for each bid, by its id.
pub(in crate::app) fn ledger<'a>(salt: &str, lines: impl Iterator<Item = (BidId, i32, String, &'a str)>) -> String {
    let lines = lines.map(|(bid, number, received_at, sealed)| format!("\n{bid} {number} {received_at} {sealed}"));
    std::iter::once(salt.to_owned()).chain(lines).collect()
}

/// The salt of a round's digest: without it the digest tells nothing, not even that there was no bid.
pub(in crate::app) fn salt(act: &Act<'_>, challenge: ChallengeId, round: i32) -> String {
    act.app.keys.salt(&format!("closing of {challenge}, round {round}"))
}

/// The digest over all submissions of a round, as they stand.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn closing_digest(act: &mut Act<'_>, challenge: ChallengeId, round: i32) -> Result<String, AppError> {
    let salt = salt(act, challenge, round);
    let received = openings::submissions(act.conn, challenge, round)?;
    let sealed: Vec<String> = received.iter().map(|row| sha256_hex(&row.sealed)).collect();
    let lines = received.iter().zip(&sealed).map(|(row, sealed)| (row.bid_id, row.number, row.received_at.to_string(), sealed.as_str()));
    Ok(sha256_hex(ledger(&salt, lines).as_bytes()))
}

/// What is published of an opened round.
#[derive(Clone, Debug)]
pub struct Record {
    /// How it was sealed, and when and by whom it was opened.
    pub seal: SealRow,
    /// What makes the digest.
    pub salt: String,
    /// Each bid as it was received, and what came out of it.
    pub bids: Vec<OpenedRow>,
    /// Whether the bids are those over which the digest was taken at the closing.
    pub intact: bool,
    /// Those who hold shares of its key.
    pub keepers: Vec<KeeperRow>,
}

/// What is published of a round.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn published(act: &mut Act<'_>, seal: SealRow) -> Result<Record, AppError> {
    let bids = if seal.opened_at.is_some() { openings::of_round(act.conn, seal.challenge_id, seal.round)? } else { Vec::new() };
    let salt = salt(act, seal.challenge_id, seal.round);
    let lines = bids.iter().map(|row| (row.bid_id, row.number, row.received_at.to_string(), row.sealed_digest.as_str()));
    let digest = sha256_hex(ledger(&salt, lines).as_bytes());
    let intact = seal.closing_digest.as_deref() == Some(&digest);
    let keepers = custody::keepers(act.conn, seal.challenge_id, seal.round)?;
    Ok(Record { seal, salt, bids, intact, keepers })
}

impl App {
    /// Opens what is still sealed of the rounds that were opened. Answers how many bids.
    ///
    /// # Errors
    /// The database cannot be asked. A key that is not there is tried again the next time.
    pub async fn unseal(&self) -> Result<usize, AppError> {
        let mut done: usize = 0;
        for round in self.db.read(|conn| openings::under_way(conn, AT_ONCE)).await?? {
            done = done.saturating_add(self.unseal_round(round).await?);
        }
        Ok(done)
    }

    async fn unseal_round(&self, round: SealRow) -> Result<usize, AppError> {
        let Some(name) = round.seal_key.clone() else { return Ok(0) };
        let sealed = round.clone();
        let app = self.clone();
        let key = tokio::task::spawn_blocking(move || app.key_of(&sealed)).await.map_err(|e| AppError::Internal(e.to_string()))?;
        let Ok(key) = key.inspect_err(|error| tracing::error!(%error, key = name, "the key of a round is not there")) else { return Ok(0) };
        let (challenge, number) = (round.challenge_id, round.round);
        let waiting = self.db.read(move |conn| openings::to_unseal(conn, challenge, number)).await??;
        let mut done: usize = 0;
        for bid in waiting {
            let key = Arc::clone(&key);
            match self.run(Who::System("clock"), move |act| unseal(act, bid, &key)).await {
                Ok(()) => done = done.saturating_add(1),
                // Another process was faster.
                Err(AppError::NotFound) => {}
                Err(error) => tracing::error!(%error, %bid, "a bid could not be opened"),
            }
        }
        self.forget(challenge, number, name).await?;
        Ok(done)
    }

    /// Removes the key of a round of which every bid was opened. While one is flawed the key stays: a backup may hold it whole.
    async fn forget(&self, challenge: ChallengeId, round: i32, key: String) -> Result<(), AppError> {
        let work = move |conn: &mut crate::store::Conn| -> Result<bool, diesel_error::Error> {
            let flawed = openings::of_round(conn, challenge, round)?.iter().any(|row| row.flaw.is_some_and(|flaw| flaw != Flaw::Left));
            let over = !flawed && openings::to_unseal(conn, challenge, round)?.is_empty();
            if over {
                openings::forget_key(conn, challenge, round)?;
            }
            Ok(over)
        };
        if self.db.write(work, |_, _| Ok(())).await?? {
            self.erase(key).await;
        }
        Ok(())
    }

    pub(super) async fn erase(&self, key: String) {
        let keys = self.round_keys.clone();
        let erased = tokio::task::spawn_blocking(move || keys.erase(&key)).await.map_err(std::io::Error::other).and_then(|done| done);
        if let Err(error) = erased {
            tracing::error!(%error, "the key of a round could not be removed");
        }
    }

    /// Removes keys that nothing names: of publications that failed, of rounds that will never be opened, of working copies that
    /// are gone.
    ///
    /// # Errors
    /// The database cannot be asked, or the folder cannot be read.
    pub(in crate::app) async fn sweep_keys(&self) -> Result<(), AppError> {
        let keys = self.round_keys.clone();
        let old = tokio::task::spawn_blocking(move || keys.older_than(UNNAMED)).await.map_err(std::io::Error::other).and_then(|done| done);
        for key in old.map_err(|error| AppError::Internal(error.to_string()))? {
            let name = key.clone();
            let needed = move |conn: &mut crate::store::Conn| match vanishing::names(conn, &name)? {
                Some(there) => Ok::<bool, diesel_error::Error>(there),
                None => openings::names_key(conn, &name),
            };
            if !self.db.read(needed).await?? {
                self.erase(key).await;
            }
        }
        Ok(())
    }
}

/// A name for the key of a new round.
pub(in crate::app) fn new_name() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// Seals a new round with a key of its own: on disk before the publication is.
///
/// # Errors
/// The folder of the keys cannot be written to.
pub(in crate::app) fn new_key(act: &Act<'_>) -> Result<String, AppError> {
    let name = new_name();
    act.app.round_keys.make(&name).map_err(|error| AppError::Internal(format!("no key for the round: {error}")))?;
    Ok(name)
}
