//! Interests 利益关系: what the data show of somebody's part in a round, by which they neither score nor follow there (DOMAIN §4).
//!
//! Asked anew whenever it matters: an interest can come about after somebody was asked. Whatever it is, those who may not know see
//! the same refusal.

use crate::app::act::Act;
use crate::app::error::AppError;
use crate::auth::Keys;
use crate::domain::bid::{BidStage, NEVER_OPENED};
use crate::domain::id::{BidId, ChallengeId, OrganizationId, UserId};
use crate::domain::proposal::BidInput;
use crate::domain::proposal::team::TeamMember;
use crate::domain::recusal::Interest;
use crate::store::challenges::{self, ChallengeRow};
use crate::store::users::{self, UserRow};
use crate::store::{bids, organizations, partnerships, recusals, reviews};
use std::collections::BTreeSet;

/// For how many years a former link counts.
const YEARS: u32 = 3;

/// What stands for an expert whom a team asks to be spared.
fn avoided(keys: &Keys, name: &str, organization: &str) -> String {
    keys.mark(&format!("avoided {} of {}", name.trim(), organization.trim()))
}

/// What stands for a person of a resident identity number: the form in which teams and projects keep it.
fn resident(mark: &str) -> String {
    format!("resident:{mark}")
}

/// Keeps the marks of those whom an opened bid names.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn mark(act: &mut Act<'_>, bid: &bids::BidRow, content: &BidInput) -> Result<(), AppError> {
    let people = content.team.iter().filter_map(TeamMember::kept_identity);
    let spared = content.avoid_experts.iter().map(|one| avoided(&act.app.keys, one.name.as_str(), one.organization.as_str()));
    let marks: Vec<String> = people.chain(spared).collect::<BTreeSet<_>>().into_iter().collect();
    Ok(recusals::mark(act.conn, bid.challenge_id, bid.round, bid.id, &marks)?)
}

/// Everything that keeps `person` from judging a round.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn of(act: &mut Act<'_>, challenge: &ChallengeRow, round: i32, person: &UserRow) -> Result<Vec<Interest>, AppError> {
    let mut found = Vec::new();
    let mut note = |holds: bool, interest| found.extend(holds.then_some(interest));
    note(recusals::of_user(act.conn, person.id)?.contains(&challenge.id), Interest::SteppedAside);
    note(bids::examined_by(act.conn, person.id)?.contains(&challenge.id), Interest::Examined);
    note(challenge.sponsor_id == Some(person.organization_id), Interest::Sponsor);
    note(has_part(act, challenge.id, round, person.organization_id)?, Interest::SameOrganization);
    let home = organizations::find(act.conn, person.organization_id)?.map(|own| own.name).unwrap_or_default();
    let named = [avoided(&act.app.keys, &person.name, &home)];
    note(!recusals::marked(act.conn, challenge.id, round, &named)?.is_empty(), Interest::Avoided);
    if let Some(own) = users::identity_mark(act.conn, person.id)?.map(|mark| resident(&mark)) {
        let since = act.now.date().years_before(YEARS);
        let colleagues = recusals::colleagues(act.conn, &own, since)?;
        note(!recusals::marked(act.conn, challenge.id, round, &[own])?.is_empty(), Interest::TeamMember);
        note(!recusals::marked(act.conn, challenge.id, round, &colleagues)?.is_empty(), Interest::SharedProject);
    }
    Ok(found)
}

/// Whether an organisation leads a bid of the round, or is a partner in one.
fn has_part(act: &mut Act<'_>, challenge: ChallengeId, round: i32, organization: OrganizationId) -> Result<bool, AppError> {
    let opened: Vec<BidStage> = BidStage::ALL.iter().copied().filter(|stage| !NEVER_OPENED.contains(stage)).collect();
    let rivals = bids::of_round(act.conn, challenge, round, &opened)?;
    let ids: Vec<BidId> = rivals.iter().map(|rival| rival.id).collect();
    let leads = rivals.iter().any(|rival| rival.lead_org_id == organization);
    Ok(leads || !partnerships::with_part(act.conn, &ids, organization)?.is_empty())
}

/// The challenges under review of which an expert has bids to read, and must not.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn barred(act: &mut Act<'_>, expert: UserId) -> Result<Vec<ChallengeId>, AppError> {
    let mut barred = Vec::new();
    let Some(person) = users::find(act.conn, expert)? else { return Ok(barred) };
    for id in reviews::under_review_by(act.conn, expert)? {
        let Some(challenge) = challenges::find(act.conn, id)? else { continue };
        if !of(act, &challenge, challenge.round, &person)?.is_empty() {
            barred.push(id);
        }
    }
    Ok(barred)
}
