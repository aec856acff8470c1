//! How a team asks for a change, and what the sponsor says to it.

use super::{ChangeRow, about, active, load, named, object, of_team, ordering, revised, shown, with_words};
use crate::app::act::{Act, Done, Object, Shown};
use crate::app::bids::eligibility;
use crate::app::error::AppError;
use crate::app::projects::{self, ProjectRow};
use crate::domain::amendment::Change;
use crate::domain::change::{ChangeInput, ChangeKind, ChangeStage};
use crate::domain::fault::Faults;
use crate::domain::id::{ChangeId, ProjectId};
use crate::domain::milestone::OpinionInput;
use crate::domain::policy::{Action, Kind};
use crate::domain::refusal::Refusal;
use crate::domain::revision::differences;
use crate::store::{challenges as challenge_rows, changes, clawbacks, restrictions};

/// Everything that keeps a change from being asked for or approved; answers what it makes different.
///
/// # Errors
/// The project is not active; it was extended before; all that is wrong with what is asked for.
pub(super) fn examined(act: &mut Act<'_>, project: &ProjectRow, input: &ChangeInput) -> Result<Vec<Change>, AppError> {
    active(project)?;
    if input.kind == ChangeKind::Extension {
        let pending = [ChangeStage::Submitted, ChangeStage::Advised, ChangeStage::Approved];
        for (stages, refusal) in [(&[ChangeStage::Effective][..], Refusal::ExtendedBefore), (&pending, Refusal::ExtensionPending)] {
            if changes::stands(act.conn, project.id, Some(ChangeKind::Extension), stages)? {
                return Err(refusal.into());
            }
        }
    }
    may_take_part(act, project, input)?;
    let (before, after) = revised(act, project, input)?;
    Ok(differences(&before, &after))
}

/// A new principal passes the limits and is not restricted; nor is an organisation that comes in, nor does it owe money that should
/// be back by now. The sponsor leads no project of its own challenge.
pub(super) fn may_take_part(act: &mut Act<'_>, project: &ProjectRow, input: &ChangeInput) -> Result<(), AppError> {
    let mut faults = Faults::default();
    if let Some(person) = &input.principal {
        let demands = challenge_rows::demands(act.conn, project.challenge_id)?;
        eligibility::may_lead(act, project.id, &demands, person, &mut faults)?;
    }
    let lead = input.lead.as_ref().map(|lead| lead.organization_id);
    faults.check(lead.is_some() && lead == project.sponsor_id, "lead.organization_id", eligibility::is_the_sponsor);
    let organizations: Vec<_> = named(input).map(|member| member.organization_id).chain(lead).collect();
    let owing = if organizations.is_empty() { Vec::new() } else { clawbacks::overdue(act.conn, &organizations, act.now.date())? };
    let field = |index| if lead.is_some() { "lead.organization_id".to_owned() } else { format!("members[{index}].organization_id") };
    for (index, _) in organizations.iter().enumerate().filter(|(_, id)| owing.contains(id)) {
        faults.check(true, &field(index), eligibility::owes);
    }
    faults.or(())?;
    if organizations.is_empty() || restrictions::holding(act.conn, &organizations, &[], act.now.date())?.is_empty() {
        return Ok(());
    }
    Err(Refusal::Restricted.into())
}

/// Asks for a change, or files one.
///
/// # Errors
/// Denied; the project is not active; extended before; all that is wrong with it.
pub fn submit(act: &mut Act<'_>, id: ProjectId, input: ChangeInput) -> Result<Done<Shown<ChangeRow>>, AppError> {
    let project = projects::load(act, id)?;
    let target = Object::plain(Kind::Project, id, projects::team_standing(act, &project).tie(), project.version);
    let permit = act.permit(Action::ChangeSubmit, &target.read_as(projects::tie(act, &project)))?;
    active(&project)?;
    input.check(project.ends_on, act.now.date())?;
    let input = input.keep_identities(|number| act.app.keys.mark(number));
    let found = examined(act, &project, &input)?;
    let row = ChangeRow::new(id, &input, &found, act.user()?, act.now)?;
    changes::insert(act.conn, &row)?;
    let about = with_words(about(&row, &project), input.cause.as_str());
    Ok(act.record_plain(permit, of_team(act, &row, &project), about)?.with(shown(act, row, &project)))
}

/// Asks anew for a change that was sent back.
///
/// # Errors
/// Denied, stale, not sent back; another kind; as [`submit`].
pub fn resubmit(act: &mut Act<'_>, id: ChangeId, input: ChangeInput) -> Result<Done<Shown<ChangeRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::ChangeResubmit, &row, of_team(act, &row, &project))?;
    let mut faults = Faults::default();
    faults.check(input.kind != row.kind, "kind", || {
        crate::domain::fault::Fault::new("another_kind", "变更类型不得改变", "the kind of a change stays as it is")
    });
    faults.or(())?;
    input.check(project.ends_on, act.now.date())?;
    let input = input.keep_identities(|number| act.app.keys.mark(number));
    let found = examined(act, &project, &input)?;
    let row = changes::resubmit(act.conn, &row, step.to, &input, &found, act.now)?;
    let about = with_words(about(&row, &project), input.cause.as_str());
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Drops a change that is not in effect.
///
/// # Errors
/// Denied, stale, decided against or in effect; ordered by a gate of the race, and still to be signed.
pub fn drop(act: &mut Act<'_>, id: ChangeId) -> Result<Done<Shown<ChangeRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::ChangeDrop, &row, of_team(act, &row, &project))?;
    ordering::may_be_dropped(act, &row, &project)?;
    let row = changes::advance(act.conn, &row, step.to, act.now)?;
    Ok(act.record(step, about(&row, &project))?.with(shown(act, row, &project)))
}

/// Takes what the sponsor says to a change 需求方意见.
///
/// # Errors
/// Denied, stale, decided.
pub fn comment(act: &mut Act<'_>, id: ChangeId, input: &OpinionInput) -> Result<Done<Shown<ChangeRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::ChangeComment, &row, object(act, &row, &project))?;
    let row = changes::comment(act.conn, &row, step.to, input.opinion.as_str(), act.now)?;
    Ok(act.record(step, with_words(about(&row, &project), input.opinion.as_str()))?.with(shown(act, row, &project)))
}
