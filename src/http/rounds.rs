//! Rounds of a challenge: when they were open, how they were sealed, and the record of their opening.

use crate::app::bids::opening::Record;
use crate::app::challenges::{self, RoundRow};
use crate::app::{Act, AppError, Seen};
use crate::domain::challenge::FailReason;
use crate::domain::id::{BidId, ChallengeId, UserId};
use crate::domain::seal::{Flaw, SealMode};
use crate::domain::time::Timestamp;
use crate::http::answer::View;

/// How a round is sealed.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SealingView {
    /// `server_key`: each submission is encrypted; the key of the round lies outside the database until the opening.
    /// `custodians`: the key lies with three people, of whom two must release their shares after the closing.
    mode: SealMode,
    /// Where those who hold shares are from; none in mode `server_key`.
    custodians: Vec<KeeperView>,
    /// How many of them have released their shares; `null` in mode `server_key` and before the closing.
    released: Option<usize>,
}

/// Where someone who holds a share is from. Names are told when the round is opened.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct KeeperView {
    organization: String,
    division: Option<String>,
}

/// Someone who released a share.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ReleasedView {
    user_id: UserId,
    name: String,
    released_at: Timestamp,
}

/// A bid as it was received, for the opening record: nothing of its content, and no name.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OpenedView {
    bid_id: BidId,
    submission: i32,
    received_at: Timestamp,
    /// SHA-256 of what lay sealed, in hexadecimal; the team's receipt names it, too.
    sealed_sha256: String,
    /// Why it could not be opened.
    flaw: Option<Flaw>,
}

/// The opening record 启封记录. `digest` was taken when the round closed: it is the SHA-256 of the salt and a line
/// `\n{bid_id} {submission} {received_at} {sealed_sha256}` for each bid in this order.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OpeningView {
    opened_at: Timestamp,
    digest: Option<String>,
    salt: String,
    /// Whether the bids give that digest: none was exchanged, added or lost in between.
    intact: bool,
    /// Who released a share of the key.
    released_by: Vec<ReleasedView>,
    bids: Vec<OpenedView>,
}

/// A round of a challenge.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RoundView {
    round: i32,
    opens_at: Timestamp,
    closes_at: Timestamp,
    sealing: SealingView,
    /// How many bids were opened; `null` while they are sealed.
    bids: Option<i32>,
    /// `null` while they are sealed.
    opening: Option<OpeningView>,
    fail_reason: Option<FailReason>,
    failed_at: Option<Timestamp>,
}

/// The rounds of a challenge.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RoundsView {
    /// First to last.
    items: Vec<RoundView>,
}

impl View for RoundsView {}

fn view((row, record): (RoundRow, Record)) -> RoundView {
    let Record { seal, salt, bids, intact, keepers } = record;
    let released_by: Vec<ReleasedView> = keepers
        .iter()
        .filter_map(|row| {
            let released_at = row.released_at?;
            Some(ReleasedView { user_id: row.user_id, name: row.name.clone(), released_at })
        })
        .collect();
    let shared = seal.seal_mode == SealMode::Custodians && seal.closing_digest.is_some();
    let sealing = SealingView {
        mode: seal.seal_mode,
        released: shared.then_some(released_by.len()),
        custodians: keepers.into_iter().map(|row| KeeperView { organization: row.organization, division: row.division }).collect(),
    };
    let opened = bids.into_iter().map(|row| OpenedView {
        bid_id: row.bid_id,
        submission: row.number,
        received_at: row.received_at,
        sealed_sha256: row.sealed_digest,
        flaw: row.flaw,
    });
    let opening = seal.opened_at.map(|opened_at| OpeningView {
        opened_at,
        digest: seal.closing_digest,
        salt,
        intact,
        released_by,
        bids: opened.collect(),
    });
    RoundView {
        round: row.round,
        opens_at: row.opens_at,
        closes_at: row.closes_at,
        sealing,
        bids: row.bids,
        opening,
        fail_reason: row.fail_reason,
        failed_at: row.failed_at,
    }
}

/// `GET /challenges/{id}/rounds`
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<RoundsView>, AppError> {
    Ok(challenges::rounds(act, id)?.map(|rounds| RoundsView { items: rounds.into_iter().map(view).collect() }))
}
