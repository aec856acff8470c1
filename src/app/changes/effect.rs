//! How a change takes effect: its supplement 补充任务书 is drawn up, signed by all parties, and written into the plan.

use super::{ChangeRow, about, active, load, object, ordering, revised, shown};
use crate::app::act::{About, Act, Done, Object, Shown};
use crate::app::error::AppError;
use crate::app::milestones as milestone_cases;
use crate::app::payments as payment_cases;
use crate::app::projects::{ProjectRow, commitment, signing};
use crate::domain::change::ChangeInput;
use crate::domain::commitment::{Commitment, CommitmentNode};
use crate::domain::id::{ChangeId, OrganizationId, PartnershipId};
use crate::domain::milestone::MilestoneStage;
use crate::domain::partnership::PartnershipStage;
use crate::domain::policy::Action;
use crate::domain::project::{SignInput, SigningParty};
use crate::domain::refusal::Refusal;
use crate::domain::revision::differences;
use crate::domain::workflow::Stage;
use crate::store::commitments;
use crate::store::milestones::{self, MilestoneRow};
use crate::store::partnerships::{self, PartnershipRow};
use crate::store::{bids, changes, people, projects};

/// Draws up the supplement of a change from the text in force.
pub(super) fn draw(act: &mut Act<'_>, project: &ProjectRow, row: &ChangeRow) -> Result<ChangeRow, AppError> {
    let (before, text) = revised(act, project, &row.input.read()?)?;
    let kept = commitment::keep(act, project.id, &text, Some(row.id))?;
    Ok(changes::draw(act.conn, row, kept.number, &differences(&before, &text), act.now)?)
}

/// Signs the supplement for one party. With the last signature the change is in effect.
///
/// # Errors
/// Denied, stale, not approved; not a party, signed before, no pledge, another text; somebody is restricted today.
pub fn sign(act: &mut Act<'_>, id: ChangeId, input: &SignInput) -> Result<Done<Shown<ChangeRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let action = if input.party == SigningParty::Department { Action::ChangeCountersign } else { Action::ChangeSign };
    let tie = signing::sign_object(act, &project, input.party).tie;
    let step = act.step(action, &row, Object { tie, ..object(act, &row, &project) })?;
    active(&project)?;
    input.check()?;
    let text =
        commitments::latest(act.conn, project.id)?.filter(|text| Some(text.number) == row.number).ok_or(Refusal::CommitmentChanged)?;
    // A suspension or a milestone that was concluded meanwhile may have made it another one.
    if revised(act, &project, &row.input.read()?)?.1 != text.content.read()? {
        return Err(Refusal::CommitmentChanged.into());
    }
    let (signed, all) = signing::put_name(act, &project, &text, input)?;
    let row = changes::advance(act.conn, &row, step.to, act.now)?;
    let mut told = about(&row, &project);
    told.detail = format!("{} {}", told.detail, signed.detail);
    told.facts = crate::domain::notice::Facts { path: told.facts.path, ..signed.facts };
    let recorded = act.record(step, told)?;
    let row = if all { take_effect(act, &project, &row)? } else { row };
    Ok(recorded.with(shown(act, row, &project)))
}

fn take_effect(act: &mut Act<'_>, project: &ProjectRow, row: &ChangeRow) -> Result<ChangeRow, AppError> {
    let step = act.follow(Action::ChangeTakeEffect, row, None)?;
    super::asking::may_take_part(act, project, &row.input.read()?)?;
    let row = changes::take_effect(act.conn, row, step.to, act.now)?;
    let _recorded = act.record(step, about(&row, project))?;
    apply(act, project, &row)?;
    Ok(row)
}

/// Writes a change into the plan: what its text says is so from now on.
pub(super) fn apply(act: &mut Act<'_>, project: &ProjectRow, row: &ChangeRow) -> Result<(), AppError> {
    let number = row.number.ok_or(Refusal::CommitmentChanged)?;
    let after = commitments::find(act.conn, project.id, number)?.ok_or(AppError::NotFound)?.content.read()?;
    commitments::put_into_force(act.conn, project.id, number, act.now)?;
    let input = row.input.read()?;
    let lead = input.lead.as_ref().map_or(project.lead_org_id, |lead| lead.organization_id);
    if after.title != project.title || after.ends_on != project.ends_on || lead != project.lead_org_id {
        projects::revise(act.conn, project, &after.title, after.ends_on, lead, act.now)?;
    }
    lead_by(act, project, &input)?;
    consortium(act, project, &after)?;
    if let Some(race) = &input.race {
        ordering::follow(act, project, race, &after)?;
    }
    for node in milestones::of_project(act.conn, project.id)?.iter().filter(|node| !node.stage.ended()) {
        let planned = after.milestones.iter().find(|planned| planned.number == node.number);
        if let Some(planned) = planned {
            revise_node(act, project, node, planned, &after)?;
        }
    }
    Ok(())
}

/// Whoever stands in the text beside the lead has a part in the bid, and nobody else: letters, conflicts and bans follow that.
fn consortium(act: &mut Act<'_>, project: &ProjectRow, text: &Commitment) -> Result<(), AppError> {
    let bid = bids::find(act.conn, project.bid_id)?.ok_or(AppError::NotFound)?;
    let member = |id: OrganizationId| text.members.iter().any(|member| member.organization_id == id);
    let mut there = Vec::new();
    for row in partnerships::of_bid(act.conn, bid.id)? {
        if row.stage == PartnershipStage::Confirmed && member(row.organization_id) {
            there.push(row.organization_id);
        } else {
            partnerships::remove(act.conn, row.id)?;
        }
    }
    for new in text.members.iter().filter(|member| !there.contains(&member.organization_id)) {
        let row = PartnershipRow {
            id: PartnershipId::new(act.now),
            bid_id: bid.id,
            challenge_id: bid.challenge_id,
            round: bid.round,
            organization_id: new.organization_id,
            stage: PartnershipStage::Confirmed,
            terms: String::new(),
            decided_by: None,
            version: 1,
            created_at: act.now,
            updated_at: act.now,
        };
        partnerships::insert(act.conn, &row)?;
    }
    Ok(())
}

/// Binds a new principal to the project in the place of the one before.
fn lead_by(act: &mut Act<'_>, project: &ProjectRow, input: &ChangeInput) -> Result<(), AppError> {
    let Some(person) = &input.principal else { return Ok(()) };
    let Some(identity) = person.kept_identity() else { return Ok(()) };
    let months = i32::try_from(person.person_months.0).unwrap_or_default();
    Ok(people::replace_lead(act.conn, project.id, &identity, months)?)
}

fn revise_node(
    act: &mut Act<'_>,
    project: &ProjectRow,
    node: &MilestoneRow,
    planned: &CommitmentNode,
    text: &Commitment,
) -> Result<(), AppError> {
    let mut indicators = node.indicators.read()?;
    for of in &mut indicators {
        if let Some(value) = planned.indicators.iter().find(|value| value.code == of.indicator.code) {
            of.indicator.target = value.value;
        }
    }
    let same = node.due_on == planned.due_on && node.weight_bps == planned.weight_bps && indicators == node.indicators.read()?;
    if planned.waived {
        let step = act.follow(Action::MilestoneWaive, node, None)?;
        let waived =
            milestones::revise(act.conn, node, MilestoneStage::Waived, (planned.due_on, planned.weight_bps), &indicators, act.now)?;
        milestone_cases::note(act, Action::MilestoneWaive, node.stage, &waived, Some(&text.code))?;
        let _recorded = act.record(step, About::default())?;
        return payment_cases::unlock(act, project, |payment| payment.milestone_id == Some(node.id));
    }
    if !same {
        milestones::revise(act.conn, node, node.stage, (planned.due_on, planned.weight_bps), &indicators, act.now)?;
    }
    Ok(())
}
