//! Interests 利益关系: what the data show of somebody's part in a round, by which they neither score nor follow there.
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
use crate::store::experts::{self, PersonRow};
use crate::store::{bids, organizations, partnerships, recusals, reviews};
use std::collections::{BTreeSet, HashSet};

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

/// Everybody and everything that has a part in a round: asked once, it tells of any number of people.
pub(in crate::app) struct Parts {
    sponsor: Option<OrganizationId>,
    /// Organisations that lead a bid, or are partners in one.
    organizations: HashSet<OrganizationId>,
    /// Marks of the people of all bids, and of the experts to be spared.
    marks: HashSet<String>,
    /// Identities of those who share a project with them, or did of late.
    colleagues: HashSet<String>,
    examiners: HashSet<UserId>,
    recused: HashSet<UserId>,
    /// Who worked where of late.
    formerly: HashSet<(UserId, OrganizationId)>,
}

impl Parts {
    /// Those of a round, with where `expert` worked before, or all experts.
    ///
    /// # Errors
    /// The database does not answer.
    pub(in crate::app) fn of(act: &mut Act<'_>, challenge: &ChallengeRow, round: i32, expert: Option<UserId>) -> Result<Self, AppError> {
        let opened: Vec<BidStage> = BidStage::ALL.iter().copied().filter(|stage| !NEVER_OPENED.contains(stage)).collect();
        let rivals = bids::of_round(act.conn, challenge.id, round, &opened)?;
        let ids: Vec<BidId> = rivals.iter().map(|rival| rival.id).collect();
        let since = act.now.date().years_before(YEARS);
        let marks = recusals::marks(act.conn, challenge.id, round)?;
        Ok(Self {
            sponsor: challenge.sponsor_id,
            organizations: rivals.iter().map(|rival| rival.lead_org_id).chain(partnerships::partners(act.conn, &ids)?).collect(),
            colleagues: recusals::colleagues(act.conn, &marks, since)?.into_iter().collect(),
            marks: marks.into_iter().collect(),
            examiners: bids::examiners(act.conn, challenge.id)?.into_iter().collect(),
            recused: recusals::from(act.conn, challenge.id)?.into_iter().collect(),
            formerly: experts::formerly(act.conn, expert, since)?.into_iter().collect(),
        })
    }

    /// Everything that keeps a person from judging the round.
    pub(in crate::app) fn interests(&self, keys: &Keys, person: &PersonRow) -> Vec<Interest> {
        let own = person.mark.as_deref().map(resident);
        let worked = |home: &OrganizationId| self.formerly.contains(&(person.id, *home));
        let held = [
            (self.recused.contains(&person.id), Interest::SteppedAside),
            (self.examiners.contains(&person.id), Interest::Examined),
            (self.organizations.contains(&person.organization_id), Interest::SameOrganization),
            (self.organizations.iter().chain(&self.sponsor).any(worked), Interest::FormerOrganization),
            (self.sponsor == Some(person.organization_id), Interest::Sponsor),
            (own.as_ref().is_some_and(|own| self.marks.contains(own)), Interest::TeamMember),
            (own.as_ref().is_some_and(|own| self.colleagues.contains(own)), Interest::SharedProject),
            (self.marks.contains(&avoided(keys, &person.name, &person.organization)), Interest::Avoided),
        ];
        held.into_iter().filter_map(|(holds, interest)| holds.then_some(interest)).collect()
    }
}

/// Every organisation that leads a bid of a round or is a partner in one, by name.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn organizations(act: &mut Act<'_>, challenge: &ChallengeRow, round: i32) -> Result<Vec<String>, AppError> {
    let parts = Parts::of(act, challenge, round, None)?;
    let ids: Vec<OrganizationId> = parts.organizations.into_iter().collect();
    let mut names: Vec<String> = organizations::of_ids(act.conn, &ids)?.into_iter().map(|found| found.name).collect();
    names.sort_unstable();
    Ok(names)
}

/// Whether something keeps a person from judging a round.
///
/// # Errors
/// The database does not answer; there is no such person.
pub(in crate::app) fn any(act: &mut Act<'_>, challenge: &ChallengeRow, round: i32, person: UserId) -> Result<bool, AppError> {
    let person = experts::person(act.conn, person)?.ok_or(AppError::NotFound)?;
    let parts = Parts::of(act, challenge, round, Some(person.id))?;
    Ok(!parts.interests(&act.app.keys, &person).is_empty())
}

/// The challenges under review of which an expert has bids to read, and must not.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn barred(act: &mut Act<'_>, expert: UserId) -> Result<Vec<ChallengeId>, AppError> {
    let mut barred = Vec::new();
    for id in reviews::under_review_by(act.conn, expert)? {
        let Some(challenge) = challenges::find(act.conn, id)? else { continue };
        if any(act, &challenge, challenge.round, expert)? {
            barred.push(id);
        }
    }
    Ok(barred)
}
