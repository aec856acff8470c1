//! Partnerships: a bid asks its partners, each confirms its own part; other terms are asked anew.

use crate::app::act::{About, Act, Done, Known, Object, Record, Seen, Shown};
use crate::app::bids::{self as bid_cases, submission, vanishing};
use crate::app::error::AppError;
use crate::domain::bid::sealed;
use crate::domain::id::{BidId, ChallengeId, PartnershipId};
use crate::domain::partnership::PartnershipStage;
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::proposal::BidInput;
use crate::domain::proposal::consortium::Partner;
use crate::domain::time::Timestamp;
use crate::store::bids::{self, BidRow};
use crate::store::challenges::ChallengeRow;
use crate::store::dialect::Locked;
use crate::store::{Page, organizations, partnerships};

pub use crate::store::partnerships::PartnershipRow;

impl Record for PartnershipRow {
    type Stage = PartnershipStage;
    const KIND: Kind = Kind::Partnership;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> PartnershipStage {
        self.stage
    }
    fn seal(&self) -> Option<(ChallengeId, i32)> {
        Some((self.challenge_id, self.round))
    }
}

/// A partnership with what it asks, where that can still be read, and who asks.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The partnership.
    pub shown: Shown<PartnershipRow>,
    /// What it asks.
    pub terms: Option<Partner>,
    /// Name of the lead organisation.
    pub lead: String,
}

/// How the caller stands to it.
pub(super) fn tie(act: &Act<'_>, row: &PartnershipRow) -> Tie {
    if act.actor.belongs_to(row.organization_id) { Tie::Party } else { Tie::Stranger }
}

/// A partnership tells that there is a bid: it is sealed as the bid is.
fn object(act: &Act<'_>, row: &PartnershipRow, bid: &BidRow, challenge: &ChallengeRow) -> Object {
    let known = if sealed(bid.stage, bid.round, challenge.opened_round) { Known::PartyOnly } else { Known::ByRule };
    Object::record(row, tie(act, row)).known(known)
}

fn shown(act: &mut Act<'_>, row: PartnershipRow, bid: &BidRow) -> Result<Asked, AppError> {
    let tie = tie(act, &row);
    let terms = match vanishing::working_copy(act, bid)? {
        Some(content) => content.partners.into_iter().find(|partner| partner.organization.is(row.organization_id)),
        None => None,
    };
    let lead = organizations::find(act.conn, bid.lead_org_id)?.map(|row| row.name).unwrap_or_default();
    Ok(Asked { shown: Shown { allowed: act.allowed(&row, tie), record: row }, terms, lead })
}

/// Letters to the partner's people name the lead; those to the lead's people name the partner.
fn about(act: &mut Act<'_>, row: &PartnershipRow, bid: &BidRow, challenge: &ChallengeRow, to_partner: bool) -> Result<About, AppError> {
    let mut about = bid_cases::about(bid, challenge);
    let named = if to_partner { bid.lead_org_id } else { row.organization_id };
    about.facts.name = organizations::find(act.conn, named)?.map(|row| row.name).unwrap_or_default();
    if to_partner {
        about.team = Some(row.organization_id);
        about.facts.path = format!("/partnerships/{}", row.id);
        about.facts.at = challenge.closes_at.map(Timestamp::in_beijing).unwrap_or_default();
    }
    Ok(about)
}

/// Asks the partners that the working copy names: new ones, and those whose terms are others now. Whom it names no more is told so.
pub(super) fn sync(act: &mut Act<'_>, bid: &BidRow, challenge: &ChallengeRow, content: &BidInput) -> Result<(), AppError> {
    let mut before = if bid.version > 1 { partnerships::of_bid(act.conn, bid.id)? } else { Vec::new() };
    for partner in &content.partners {
        let Some(organization_id) = partner.organization.id() else { continue };
        let terms = mark(act, bid.id, partner)?;
        let known = before.iter().position(|row| row.organization_id == organization_id).map(|at| before.swap_remove(at));
        match known {
            Some(row) if row.terms == terms => {}
            Some(row) => {
                let step = act.follow(Action::PartnershipAsk, &row, None)?;
                let row = partnerships::ask(act.conn, &row, step.to, &terms, act.now)?;
                let about = about(act, &row, bid, challenge, true)?;
                let _recorded = act.record(step, about)?;
            }
            None => {
                let row = PartnershipRow {
                    id: PartnershipId::new(act.now),
                    bid_id: bid.id,
                    challenge_id: bid.challenge_id,
                    round: bid.round,
                    organization_id,
                    stage: PartnershipStage::Asked,
                    terms,
                    decided_by: None,
                    version: 1,
                    created_at: act.now,
                    updated_at: act.now,
                };
                partnerships::insert(act.conn, &row)?;
                told(act, Action::PartnershipAsk, &row, bid, challenge)?;
            }
        }
    }
    for row in before {
        told(act, Action::PartnershipDrop, &row, bid, challenge)?;
        partnerships::remove(act.conn, row.id)?;
    }
    Ok(())
}

fn told(act: &mut Act<'_>, action: Action, row: &PartnershipRow, bid: &BidRow, challenge: &ChallengeRow) -> Result<(), AppError> {
    let permit = act.own(action)?;
    let about = about(act, row, bid, challenge, true)?;
    let _recorded = act.record_plain(permit, Object::record(row, Tie::Stranger), about)?;
    Ok(())
}

/// What stands for the terms: the same for the same terms alone.
fn mark(act: &Act<'_>, bid: BidId, partner: &Partner) -> Result<String, AppError> {
    let text = serde_json::to_vec(&(bid, partner)).map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(act.app.keys.fingerprint(&text))
}

fn load(act: &mut Act<'_>, id: PartnershipId) -> Result<(PartnershipRow, BidRow, ChallengeRow), AppError> {
    let found = partnerships::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    act.lock(Locked::ChallengeOfBid, found.bid_id.as_str())?;
    read(act, id)
}

fn read(act: &mut Act<'_>, id: PartnershipId) -> Result<(PartnershipRow, BidRow, ChallengeRow), AppError> {
    let row = partnerships::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let (bid, challenge) = bids::with_challenge(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    Ok((row, bid, challenge))
}

/// Confirms one's part in a bid.
///
/// # Errors
/// Denied, stale, confirmed already, past the deadline.
pub fn confirm(act: &mut Act<'_>, id: PartnershipId) -> Result<Done<Asked>, AppError> {
    answer(act, id, Action::PartnershipConfirm)
}

/// Declines one's part in a bid, also after it was confirmed.
///
/// # Errors
/// Denied, stale, declined already, past the deadline.
pub fn refuse(act: &mut Act<'_>, id: PartnershipId) -> Result<Done<Asked>, AppError> {
    answer(act, id, Action::PartnershipRefuse)
}

fn answer(act: &mut Act<'_>, id: PartnershipId, action: Action) -> Result<Done<Asked>, AppError> {
    let (row, bid, challenge) = load(act, id)?;
    let step = act.step(action, &row, object(act, &row, &bid, &challenge))?;
    submission::within_window(act, &challenge)?;
    let row = partnerships::answer(act.conn, &row, step.to, act.user()?, act.now)?;
    let about = about(act, &row, &bid, &challenge, false)?;
    let recorded = act.record(step, about)?;
    Ok(recorded.with(shown(act, row, &bid)?))
}

/// Shows what one's organisation was asked.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: PartnershipId) -> Result<Seen<Asked>, AppError> {
    let (row, bid, challenge) = read(act, id)?;
    let permit = act.permit(Action::PartnershipRead, &object(act, &row, &bid, &challenge))?;
    let shown = shown(act, row, &bid)?;
    Ok(Seen::by(permit, shown))
}

/// Lists what one's organisation was asked.
///
/// # Errors
/// Denied to those who never may be asked.
pub fn list(act: &mut Act<'_>, page: &Page) -> Result<Seen<Vec<Shown<PartnershipRow>>>, AppError> {
    let (permit, _) = act.scope(Action::PartnershipRead, Kind::Partnership)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let rows = partnerships::of_organization(act.conn, own, page)?;
    let shown = rows.into_iter().map(|row| Shown { allowed: act.allowed(&row, tie(act, &row)), record: row });
    let shown = shown.collect();
    Ok(Seen::by(permit, shown))
}
