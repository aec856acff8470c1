//! Publicity 公示: what a decision says in public, kept as it was when it began.

use crate::app::act::{Act, Known, Object, Seen};
use crate::app::bids::content;
use crate::app::challenges;
use crate::app::error::AppError;
use crate::app::schemes;
use crate::auth::token::sha256_hex;
use crate::domain::challenge::ChallengeStage;
use crate::domain::decision::{Announced, Announcement, Choice, DecisionStage, PublicityState, PublicityWindow, Selection};
use crate::domain::id::{ChallengeId, OrganizationId, UserId};
use crate::domain::policy::{Action, Kind};
use crate::domain::proposal::team::TeamRole;
use crate::domain::review::ReviewStage;
use crate::domain::time::Timestamp;
use crate::store::bids::BidRow;
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::decisions::DecisionRow;
use crate::store::{bids, decisions, organizations, reviews, users};
use std::collections::BTreeSet;

/// What the publicity of these selections says.
///
/// # Errors
/// The database does not answer; a bid cannot be read.
pub(in crate::app) fn announcement(
    act: &mut Act<'_>,
    challenge: &ChallengeRow,
    selections: &[Selection],
    window: &PublicityWindow,
    working_days: u32,
) -> Result<Announcement, AppError> {
    let mut winners = Vec::new();
    for chosen in selections.iter().filter(|chosen| chosen.choice == Choice::Recommended) {
        let row = bids::find(act.conn, chosen.bid_id)?.ok_or(AppError::NotFound)?;
        winners.push(announced(act, &row)?);
    }
    Ok(Announcement {
        challenge: challenge.title.clone(),
        code: challenge.code.clone(),
        round: challenge.round,
        starts_on: window.starts_on,
        ends_on: window.ends_on,
        working_days,
        winners,
        contacts: window.contacts.clone(),
    })
}

/// A winner as the public reads of it.
fn announced(act: &mut Act<'_>, row: &BidRow) -> Result<Announced, AppError> {
    let content = content::required(act, row)?;
    let partners: Vec<OrganizationId> = content.partner_ids().collect();
    let ids: Vec<OrganizationId> = std::iter::once(row.lead_org_id).chain(partners.iter().copied()).collect();
    let known = organizations::of_ids(act.conn, &ids)?;
    let name = |id: &OrganizationId| known.iter().find(|found| found.id == *id).map(|found| found.name.clone()).unwrap_or_default();
    let person = |role| content.team.iter().find(|member| member.role == role).map(|member| member.name.to_string());
    Ok(Announced {
        lead_organization: name(&row.lead_org_id),
        partners: partners.iter().map(name).collect(),
        principal: person(TeamRole::Pi).unwrap_or_default(),
        youth_co_lead: person(TeamRole::YouthCoLead),
    })
}

/// So many publicities stand in the feed.
const IN_THE_FEED: i64 = 50;

/// A publicity that runs, with its challenge.
pub type Running = (ChallengeId, Publicity);

/// What is in publicity today, newest first: for anyone.
///
/// # Errors
/// The database does not answer.
pub fn running(act: &mut Act<'_>) -> Result<Seen<Vec<Running>>, AppError> {
    let permit = act.permit(Action::ChallengeReadPublished, &Object::kind(Kind::Challenge).known(Known::Always))?;
    let mut all = Vec::new();
    for row in decisions::in_publicity(act.conn, act.now.date(), IN_THE_FEED)? {
        let id = row.challenge_id;
        all.extend(publicity(act, row)?.map(|publicity| (id, publicity)));
    }
    Ok(Seen::by(permit, all))
}

/// What a decision made public, if it did.
fn publicity(act: &Act<'_>, row: DecisionRow) -> Result<Option<Publicity>, AppError> {
    let (Some(kept), Some(announced_at)) = (row.announcement, row.announced_at) else { return Ok(None) };
    let announcement = kept.read()?;
    // One that was replaced or lapsed after its last day had run its time.
    let cut = match row.stage {
        DecisionStage::Reopened => true,
        DecisionStage::Replaced | DecisionStage::Lapsed => row.updated_at < announcement.ends_on.ends_at(),
        _ => false,
    };
    let state = if cut { PublicityState::Interrupted } else { announcement.state(act.now) };
    Ok(Some(Publicity { announcement, sha256: sha256_hex(kept.text().as_bytes()), announced_at, state }))
}

/// A publicity, as it was when it began.
#[derive(Debug)]
pub struct Publicity {
    /// What it says.
    pub announcement: Announcement,
    /// SHA-256 of that, as JSON without spaces.
    pub sha256: String,
    /// When it was put up.
    pub announced_at: Timestamp,
    /// Where it stands now.
    pub state: PublicityState,
}

/// What a challenge made public: its publicities, newest first, and once it is awarded the experts, where its scheme names them.
#[derive(Debug)]
pub struct Published {
    /// Newest first.
    pub publicities: Vec<Publicity>,
    /// Names of those whose sheets count, in the order of the alphabet.
    pub experts: Vec<String>,
}

/// Who judged, for the public: nobody before the award, and nobody where the scheme does not name them.
fn experts(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<Vec<String>, AppError> {
    let awarded = matches!(challenge.stage, ChallengeStage::Awarded | ChallengeStage::Finished);
    if !awarded || !schemes::of(act, challenge)?.names_experts {
        return Ok(Vec::new());
    }
    let all = reviews::of_round(act.conn, challenge.id, challenge.round)?;
    let judged: BTreeSet<UserId> = all.iter().filter(|row| row.stage == ReviewStage::Submitted).map(|row| row.expert_id).collect();
    let mut names: Vec<String> =
        users::names(act.conn, &judged.into_iter().collect::<Vec<_>>())?.into_iter().map(|(_, name)| name).collect();
    names.sort_unstable();
    Ok(names)
}

/// What a challenge made public.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Published>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(challenges::reading(&challenge), &challenges::object(act, &challenge))?;
    let mut all = Vec::new();
    for row in decisions::of_challenge(act.conn, id)?.into_iter().rev() {
        all.extend(publicity(act, row)?);
    }
    let experts = experts(act, &challenge)?;
    Ok(Seen::by(permit, Published { publicities: all, experts }))
}
