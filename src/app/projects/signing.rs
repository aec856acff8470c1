//! How a commitment 任务书与军令状 is signed by all parties, and comes into force.

use super::commitment::CommitmentRow;
use super::{ProjectRow, SignatureRow, about, load, shown, standing, tie};
use crate::app::act::{About, Act, Done, Object, Shown};
use crate::app::error::{AppError, taken};
use crate::app::payments as payment_cases;
use crate::domain::id::{OrganizationId, ProjectId};
use crate::domain::organization::OrganizationStage;
use crate::domain::payment::Gate;
use crate::domain::policy::{Action, Role, Standing};
use crate::domain::project::{SignInput, SigningParty};
use crate::domain::refusal::Refusal;
use crate::store::{bids, commitments, follow_ups, organizations, people, projects, restrictions};

/// Signs the commitment for one party. With the last signature the project becomes active and its first money due.
///
/// # Errors
/// Denied, stale, active already; not a party, signed before, no pledge, no plan yet; somebody is restricted today.
pub fn sign(act: &mut Act<'_>, id: ProjectId, input: &SignInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let action = if input.party == SigningParty::Department { Action::ProjectCountersign } else { Action::ProjectSign };
    let step = act.step(action, &row, sign_object(act, &row, input.party))?;
    if act.in_time()? >= row.sign_by.ends_at() {
        return Err(Refusal::SigningOver.into());
    }
    input.check()?;
    let text = commitments::latest(act.conn, id)?.ok_or(Refusal::PlanMissing)?;
    let (about, all) = put_name(act, &row, &text, input)?;
    let row = projects::advance(act.conn, &row, step.to, act.now)?;
    let recorded = act.record(step, about)?;
    let row = if all { activate(act, &row, text.number)? } else { row };
    Ok(recorded.with(shown(act, row)))
}

/// Puts a party's name to a text. Answers what is to be recorded of it, and whether all parties have signed now.
///
/// # Errors
/// Not a party, signed before; another text than the signer has read; a party or a person of the team is restricted today.
pub(in crate::app) fn put_name(
    act: &mut Act<'_>,
    row: &ProjectRow,
    text: &CommitmentRow,
    input: &SignInput,
) -> Result<(About, bool), AppError> {
    if input.party == SigningParty::Sponsor && row.sponsor_id.is_none() {
        return Err(Refusal::NotAParty.into());
    }
    if input.sha256.as_ref().is_some_and(|read| read.as_str() != text.sha256) {
        return Err(Refusal::CommitmentChanged.into());
    }
    in_good_standing(act, row, text)?;
    let signer = input.signer.as_ref().map_or_else(|| act.actor.name.clone(), ToString::to_string);
    let mut about = About { detail: format!("party {} number {} sha256 {}", input.party, text.number, text.sha256), ..about(row) };
    about.facts.name.clone_from(&signer);
    input.party.zh().clone_into(&mut about.facts.by);
    about.facts.proof.clone_from(&text.sha256);
    let signature = SignatureRow {
        project_id: row.id,
        number: text.number,
        party: input.party,
        user_id: act.user()?,
        signer,
        legal_representative: input.legal_representative.as_ref().map(ToString::to_string),
        sha256: text.sha256.clone(),
        signed_at: act.now,
    };
    commitments::sign(act.conn, &signature).map_err(|error| match taken("party")(error) {
        AppError::Duplicate(_) => Refusal::AlreadySigned.into(),
        other => other,
    })?;
    let parties = if row.sponsor_id.is_some() { 3 } else { 2 };
    Ok((about, commitments::signatures_on(act.conn, row.id, text.number)?.len() == parties))
}

/// Looks at integrity again on the day: the consortium is verified, and neither it, the sponsor nor anybody of the team is restricted.
fn in_good_standing(act: &mut Act<'_>, row: &ProjectRow, text: &CommitmentRow) -> Result<(), AppError> {
    let members = text.content.read()?.members.into_iter().map(|member| member.organization_id);
    let team: Vec<OrganizationId> = std::iter::once(row.lead_org_id).chain(members).collect();
    if organizations::of_ids(act.conn, &team)?.iter().any(|member| member.stage != OrganizationStage::Verified) {
        return Err(Refusal::OrganizationNotVerified.into());
    }
    let concerned: Vec<OrganizationId> = team.into_iter().chain(row.sponsor_id).collect();
    let people = people::of_project(act.conn, row.id)?;
    if restrictions::holding(act.conn, &concerned, &people, act.now.date())?.is_empty() { Ok(()) } else { Err(Refusal::Restricted.into()) }
}

/// Who may sign for a party: the team's people of its own organisation, the sponsor's of theirs, and for the department
/// whoever has no tie to the project and did not write its plan.
pub(in crate::app) fn sign_object(act: &Act<'_>, row: &ProjectRow, party: SigningParty) -> Object {
    let stands = standing(act, row);
    if party == SigningParty::Department {
        let author = row.planned_by.is_some_and(|user| act.actor.is(user));
        return Object::record(row, Standing { conflicted: stands.conflicted || stands.party, author, ..stands }.tie())
            .read_as(tie(act, row));
    }
    let belongs = match party {
        SigningParty::Department => false,
        SigningParty::Team => act.actor.belongs_to(row.lead_org_id) && act.actor.roles.contains(&Role::Team),
        SigningParty::Sponsor => {
            row.sponsor_id.is_some_and(|sponsor| act.actor.belongs_to(sponsor)) && act.actor.roles.contains(&Role::Sponsor)
        }
    };
    Object::record(row, Standing { party: belongs, ..stands }.tie()).read_as(tie(act, row))
}

fn activate(act: &mut Act<'_>, row: &ProjectRow, number: i32) -> Result<ProjectRow, AppError> {
    let step = act.follow(Action::ProjectActivate, row, None)?;
    commitments::put_into_force(act.conn, row.id, number, act.now)?;
    let row = projects::advance(act.conn, row, step.to, act.now)?;
    follow_ups::begin(act.conn, row.id, act.now.date())?;
    let _recorded = act.record(step, about(&row))?;
    let bid = bids::find(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    let signed = act.follow(Action::BidSign, &bid, None)?;
    bids::advance(act.conn, &bid, signed.to, act.now)?;
    let _recorded = act.record(signed, About::default())?;
    payment_cases::unlock(act, &row, |payment| payment.gate == Gate::Signing)?;
    Ok(row)
}
