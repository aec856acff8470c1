//! How a commitment 任务书与军令状 is signed by all parties, and comes into force.

use super::{ProjectRow, SignatureRow, about, load, shown, standing, tie};
use crate::app::act::{About, Act, Done, Object, Shown};
use crate::app::error::{AppError, taken};
use crate::app::payments as payment_cases;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::ProjectId;
use crate::domain::payment::Gate;
use crate::domain::policy::{Action, Role, Standing};
use crate::domain::project::{SignInput, SigningParty};
use crate::domain::refusal::Refusal;
use crate::store::{bids, follow_ups, milestones, projects};

/// Signs the commitment for one party. With the last signature the project becomes active and its first money due.
///
/// # Errors
/// Denied, stale, active already; not a party, signed before, no pledge, no plan yet.
pub fn sign(act: &mut Act<'_>, id: ProjectId, input: &SignInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let action = if input.party == SigningParty::Department { Action::ProjectCountersign } else { Action::ProjectSign };
    let step = act.step(action, &row, sign_object(act, &row, input.party))?;
    if act.in_time()? >= row.sign_by.ends_at() {
        return Err(Refusal::SigningOver.into());
    }
    if !input.pledge {
        let fault = Fault::new("not_affirmed", "须确认军令状承诺", "the pledge must be affirmed");
        return Err(Faults::from(fault.at("pledge")).into());
    }
    if input.party == SigningParty::Sponsor && row.sponsor_id.is_none() {
        return Err(Refusal::NotAParty.into());
    }
    if milestones::of_project(act.conn, id)?.is_empty() {
        return Err(Refusal::PlanMissing.into());
    }
    let signature = SignatureRow { project_id: id, party: input.party, user_id: act.user()?, signed_at: act.now };
    projects::sign(act.conn, &signature).map_err(|error| match taken("party")(error) {
        AppError::Duplicate(_) => Refusal::AlreadySigned.into(),
        other => other,
    })?;
    let row = projects::advance(act.conn, &row, step.to, act.now)?;
    let about = About { detail: format!("party {}", input.party), ..about(&row) };
    let recorded = act.record(step, about)?;
    let parties = if row.sponsor_id.is_some() { 3 } else { 2 };
    let row = if projects::signatures(act.conn, id)?.len() == parties { activate(act, &row)? } else { row };
    Ok(recorded.with(shown(act, row)))
}

/// Who may sign for a party: the team's people of its own organisation, the sponsor's of theirs, and for the department
/// whoever has no tie to the project and did not write its plan.
fn sign_object(act: &Act<'_>, row: &ProjectRow, party: SigningParty) -> Object {
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

fn activate(act: &mut Act<'_>, row: &ProjectRow) -> Result<ProjectRow, AppError> {
    let step = act.follow(Action::ProjectActivate, row, None)?;
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
