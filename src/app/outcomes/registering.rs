//! Registering an outcome, and changing it before it is confirmed.

use super::{Outcome, about, load, one, reading_tie, team_tie};
use crate::app::act::{About, Act, Done, Object};
use crate::app::error::AppError;
use crate::app::{organizations, projects};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{OrganizationId, OutcomeId, ProjectId};
use crate::domain::outcome::input::{OutcomeInput, repeated};
use crate::domain::outcome::tracking::{Tracking, over};
use crate::domain::outcome::{OutcomeStage, REGISTERING};
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::domain::time::Date;
use crate::store::dialect::is_duplicate;
use crate::store::outcomes::{self as rows, OutcomeRow};
use crate::store::projects::{self as project_rows, ProjectRow};
use crate::store::{diesel_error, follow_ups};

/// Registers an outcome of a project. One that other projects share waits for their teams, then for the commissioner.
///
/// # Errors
/// Denied to all but the team; the project takes no outcomes now; everything that is wrong with it; this number is registered already.
pub fn register(act: &mut Act<'_>, id: ProjectId, input: &OutcomeInput) -> Result<Done<Outcome>, AppError> {
    let project = projects::load(act, id)?;
    let permit =
        act.permit(Action::OutcomeRegister, &Object::record(&project, team_tie(act, &project)).read_as(projects::tie(act, &project)))?;
    let ended_on = open(act, &project)?;
    let (owners, others) = checked(act, &project, input)?;
    let mut row = OutcomeRow::new(id, input, stage(&others), act.user()?, act.now);
    row.next_due_on = ended_on.and_then(|ended_on| Tracking { ended_on, registered_on: act.now.date() }.next_due(&[]));
    rows::insert(act.conn, &row, &owners, &input.all_shares(id)).map_err(known)?;
    let made = Object::record(&row, team_tie(act, &project));
    let recorded = act.record_plain(permit, made, to_hear(&row, &project, others))?;
    Ok(recorded.with(one(act, row, project)?))
}

/// Puts another text in the place of one that is not confirmed yet. What others agreed on before is void.
///
/// # Errors
/// Denied to all but the team that registered it, stale, confirmed already; as for [`register`].
pub fn edit(act: &mut Act<'_>, id: OutcomeId, input: &OutcomeInput) -> Result<Done<Outcome>, AppError> {
    let (row, project, shares) = load(act, id)?;
    let object = Object::record(&row, team_tie(act, &project)).read_as(reading_tie(act, &project, &shares));
    let to = if input.shares.len() > 1 { OutcomeStage::Sharing } else { OutcomeStage::Registered };
    let step = act.step_to(Action::OutcomeEdit, &row, object, to)?;
    open(act, &project)?;
    let (owners, others) = checked(act, &project, input)?;
    let row = rows::edit(act.conn, (&row, step.to), input, &owners, act.user()?, act.now).map_err(known)?;
    let recorded = act.record(step, to_hear(&row, &project, others))?;
    Ok(recorded.with(one(act, row, project)?))
}

const fn stage(others: &[OrganizationId]) -> OutcomeStage {
    if others.is_empty() { OutcomeStage::Registered } else { OutcomeStage::Sharing }
}

/// Who hears of it: the teams that are asked, or else the commissioner.
fn to_hear(row: &OutcomeRow, project: &ProjectRow, others: Vec<OrganizationId>) -> About {
    let about = about(row, project);
    let commissioner = about.commissioner.filter(|_| others.is_empty());
    About { commissioner, partners: others, ..about }
}

/// Reads a unique violation as "this one is registered already".
fn known(error: diesel_error::Error) -> AppError {
    if is_duplicate(&error) { Refusal::OutcomeKnown.into() } else { error.into() }
}

/// That a project takes outcomes now. Answers when it ended, if it has.
fn open(act: &mut Act<'_>, project: &ProjectRow) -> Result<Option<Date>, AppError> {
    let ended_on = follow_ups::find(act.conn, project.id)?.and_then(|row| row.ended_on);
    let closed = ended_on.is_some_and(|ended_on| over(ended_on, act.now.date()));
    if REGISTERING.contains(&project.stage) && !closed { Ok(ended_on) } else { Err(Refusal::OutcomesClosed.into()) }
}

/// The owners' ids, and who leads the other projects that share it.
fn checked(act: &mut Act<'_>, project: &ProjectRow, input: &OutcomeInput) -> Result<(Vec<OrganizationId>, Vec<OrganizationId>), AppError> {
    let mut faults = input.check(project.id, project.starts_on, act.now.date()).err().unwrap_or_default();
    let owners = owners(act, input, &mut faults)?;
    let asked: Vec<ProjectId> = input.shares.iter().map(|share| share.project_id).filter(|id| *id != project.id).collect();
    let found = project_rows::these(act.conn, &asked)?;
    for (index, share) in input.shares.iter().enumerate().filter(|(_, share)| share.project_id != project.id) {
        let takes = found.iter().any(|other| other.id == share.project_id && REGISTERING.contains(&other.stage));
        faults.check(!takes, &format!("shares[{index}].project_id"), || {
            Fault::new("unknown_project", "不是可登记成果的项目", "is no project that takes outcomes")
        });
    }
    faults.or(())?;
    Ok((owners, found.iter().map(|other| other.lead_org_id).collect()))
}

fn owners(act: &mut Act<'_>, input: &OutcomeInput, faults: &mut Faults) -> Result<Vec<OrganizationId>, AppError> {
    let refs: Vec<_> = input.owners.iter().collect();
    let known = organizations::named(act, &refs)?;
    let mut owners = Vec::new();
    for (index, named) in input.owners.iter().enumerate() {
        let field = format!("owners[{index}]");
        match known(named) {
            None => faults.check(true, &field, || Fault::new("unknown_organization", "单位未登记", "no such organisation is registered")),
            Some(id) if owners.contains(&id) => faults.check(true, &field, repeated),
            Some(id) => owners.push(id),
        }
    }
    Ok(owners)
}
