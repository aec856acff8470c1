//! The post: turns an action's rows of `domain::letters::LETTERS` into letters in the outbox.

use crate::app::act::About;
use crate::domain::bid::{BEFORE_THE_DEPARTMENT, BidStage};
use crate::domain::id::{AuditId, LetterId, OrganizationId};
use crate::domain::letters::letters;
use crate::domain::notice::{Audience, Notice};
use crate::domain::policy::{Action, Role};
use crate::domain::time::Timestamp;
use crate::store::diesel_error::Error;
use crate::store::outbox::{self, LetterRow, LetterState, Recipient};
use crate::store::{Conn, Json, bids};
use std::collections::BTreeSet;

/// A letter, and who gets it.
pub(super) type Letter = (Notice, &'static [Audience]);

/// Writes every letter of `action` that led to `outcome`, one a person.
pub(super) fn send(conn: &mut Conn, now: Timestamp, event: AuditId, action: Action, outcome: &str, about: &About) -> Result<(), Error> {
    write(conn, now, event, letters(action, outcome).map(|rule| (rule.notice, rule.to)), about)
}

/// Writes these letters, one a person.
pub(super) fn write(
    conn: &mut Conn,
    now: Timestamp,
    event: AuditId,
    letters: impl Iterator<Item = Letter>,
    about: &About,
) -> Result<(), Error> {
    let mut told = BTreeSet::new();
    for (notice, to) in letters {
        let facts = Json::of(&about.facts)?;
        for audience in to {
            for recipient in recipients(conn, *audience, about)? {
                if !told.insert(recipient.email.clone()) {
                    continue;
                }
                let letter = LetterRow {
                    id: LetterId::new(now),
                    event_id: event,
                    recipient: recipient.email,
                    recipient_name: recipient.name,
                    locale: recipient.locale,
                    template: notice,
                    facts: facts.clone(),
                    state: LetterState::Pending.code().into(),
                    attempts: 0,
                    due_at: now,
                    leased_until: None,
                    last_error: None,
                    created_at: now,
                    sent_at: None,
                };
                outbox::insert(conn, &letter)?;
            }
        }
    }
    Ok(())
}

fn recipients(conn: &mut Conn, audience: Audience, about: &About) -> Result<Vec<Recipient>, Error> {
    let person = |conn: &mut Conn, id| match id {
        Some(id) => outbox::person(conn, id),
        None => Ok(Vec::new()),
    };
    let organization = |conn: &mut Conn, id: Option<OrganizationId>, role| match id {
        Some(id) => outbox::of_organization(conn, id, role),
        None => Ok(Vec::new()),
    };
    match audience {
        Audience::Person => person(conn, about.person),
        Audience::Author => person(conn, about.author),
        Audience::Expert => person(conn, about.expert),
        Audience::Objector => Ok(about.objector.iter().cloned().collect()),
        Audience::Commissioner => person(conn, about.commissioner),
        Audience::Members => about.organization.map_or(Ok(Vec::new()), |id| outbox::everyone_of(conn, id)),
        Audience::Directors => outbox::with_role(conn, Role::Director),
        Audience::Secadmins => outbox::with_role(conn, Role::Secadmin),
        Audience::Supervisors => outbox::with_role(conn, Role::Supervisor),
        Audience::Finance => outbox::with_role(conn, Role::Finance),
        Audience::Subscribers => about.sector.map_or(Ok(Vec::new()), |sector| outbox::subscribers(conn, sector)),
        Audience::Sponsor => organization(conn, about.sponsor, Role::Sponsor),
        Audience::Partners => outbox::of_organizations(conn, &about.partners, Role::Team),
        Audience::Team => organization(conn, about.team, Role::Team),
        Audience::Bidders => of_round(conn, about, BEFORE_THE_DEPARTMENT),
        Audience::Custodians => about.round.map_or(Ok(Vec::new()), |(challenge, round)| outbox::custodians(conn, challenge, round)),
        Audience::DraftHolders => of_round(conn, about, &[BidStage::Draft]),
    }
}

fn of_round(conn: &mut Conn, about: &About, stages: &[BidStage]) -> Result<Vec<Recipient>, Error> {
    let Some((challenge, round)) = about.round else { return Ok(Vec::new()) };
    let organizations: Vec<OrganizationId> = bids::of_round(conn, challenge, round, stages)?.iter().map(|bid| bid.lead_org_id).collect();
    outbox::of_organizations(conn, &organizations, Role::Team)
}
