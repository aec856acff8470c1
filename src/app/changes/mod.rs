//! Changes 变更 of a project: asked for by its team, heard by sponsor and commissioner, decided by a director, and in effect when all
//! parties have signed the supplement. Until then the plan stays as it is.

pub mod asking;
pub mod deciding;
pub mod effect;
pub mod ordering;

use crate::app::act::{About, Act, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::app::projects::{self, ProjectRow};
use crate::domain::change::{ChangeInput, ChangeKind, ChangeStage, MemberChange};
use crate::domain::commitment::{Commitment, CommitmentParty, ConsortiumMember};
use crate::domain::id::{ChangeId, OrganizationId, ProjectId};
use crate::domain::organization::OrganizationStage;
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::project::{ProjectStage, SigningParty};
use crate::domain::refusal::Refusal;
use crate::domain::revision::Surroundings;
use crate::domain::workflow::Stage;
use crate::store::dialect::Locked;
use crate::store::organizations::OrganizationRow;
use crate::store::projects as project_rows;
use crate::store::{Page, changes, commitments, milestones, organizations, sub_payments};

pub use crate::store::changes::ChangeRow;

impl Record for ChangeRow {
    type Stage = ChangeStage;
    const KIND: Kind = Kind::Change;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> ChangeStage {
        self.stage
    }
}

/// How the caller stands to a change that only the team works on.
fn of_team(act: &Act<'_>, row: &ChangeRow, project: &ProjectRow) -> Object {
    Object::record(row, projects::team_standing(act, project).tie()).read_as(projects::tie(act, project))
}

/// How the caller stands to a change as to its project.
fn object(act: &Act<'_>, row: &ChangeRow, project: &ProjectRow) -> Object {
    Object::record(row, projects::tie(act, project))
}

/// What needs an active project; a change that hangs when a project ends is still turned down, sent back or dropped.
const NEED_ACTIVE: &[Action] =
    &[Action::ChangeAdvise, Action::ChangeApprove, Action::ChangeResubmit, Action::ChangeSign, Action::ChangeCountersign];

fn shown(act: &Act<'_>, row: ChangeRow, project: &ProjectRow) -> Shown<ChangeRow> {
    let tie = match projects::team_standing(act, project).tie() {
        Tie::Stranger => projects::tie(act, project),
        tie => tie,
    };
    let mut allowed = act.allowed(&row, tie);
    if project.stage != ProjectStage::Active {
        allowed.retain(|action| !NEED_ACTIVE.contains(action));
    }
    Shown { allowed, record: row }
}

fn about(row: &ChangeRow, project: &ProjectRow) -> About {
    let mut about = projects::about(project);
    row.kind.zh().clone_into(&mut about.facts.name);
    row.kind.code().clone_into(&mut about.facts.by);
    about.facts.path = format!("/changes/{}", row.id);
    about.detail = format!("change {} {}", row.kind, row.id);
    about
}

fn with_words(mut about: About, words: &str) -> About {
    words.clone_into(&mut about.facts.reason);
    about.detail = format!("{}: {words}", about.detail);
    about
}

/// Reads a change for writing: its project is locked first.
fn load(act: &mut Act<'_>, id: ChangeId) -> Result<(ChangeRow, ProjectRow), AppError> {
    let found = changes::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    if found.kind == ChangeKind::Race {
        // Money comes over from other lanes: the challenge is locked before any of them.
        let project = project_rows::find(act.conn, found.project_id)?.ok_or(AppError::NotFound)?;
        act.lock(Locked::Challenge, project.challenge_id.as_str())?;
    }
    let project = projects::load(act, found.project_id)?;
    let row = changes::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, project))
}

fn active(project: &ProjectRow) -> Result<(), Refusal> {
    if project.stage == ProjectStage::Active { Ok(()) } else { Err(Refusal::ProjectNotActive) }
}

/// The text that a change would change: the one in force, with the dates as they stand after a suspension, if there was one.
fn base(act: &mut Act<'_>, project: &ProjectRow) -> Result<Commitment, AppError> {
    let mut text = commitments::in_force(act.conn, project.id)?.ok_or(Refusal::ProjectNotActive)?.content.read()?;
    text.ends_on = project.ends_on;
    for row in milestones::of_project(act.conn, project.id)? {
        text.milestones.iter_mut().filter(|node| node.number == row.number).for_each(|node| node.due_on = row.due_on);
    }
    Ok(text)
}

/// The text that a change makes of that, and the one before.
fn revised(act: &mut Act<'_>, project: &ProjectRow, input: &ChangeInput) -> Result<(Commitment, Commitment), AppError> {
    let before = base(act, project)?;
    let around = surroundings(act, project, &before, input)?;
    let after = input.revise(&before, &around)?;
    Ok((before, after))
}

/// What a change needs to know beside the text: the organisations that it names, and the milestones that are concluded.
fn surroundings(act: &mut Act<'_>, project: &ProjectRow, base: &Commitment, input: &ChangeInput) -> Result<Surroundings, AppError> {
    let named: Vec<OrganizationId> = named(input).map(|member| member.organization_id).collect();
    let lead = input.lead.as_ref().map(|lead| lead.organization_id);
    let ids: Vec<OrganizationId> = named.iter().copied().chain(lead).collect();
    let known = if ids.is_empty() { Vec::new() } else { organizations::of_ids(act.conn, &ids)? };
    let fit = |id: OrganizationId| {
        known.iter().find(|found| found.id == id && found.stage == OrganizationStage::Verified && found.kind.may_lead_a_bid())
    };
    let member = |id: &OrganizationId| fit(*id).filter(|found| found.id != project.lead_org_id).map(as_member);
    let of_consortium = |id: &OrganizationId| base.members.iter().any(|member| member.organization_id == *id);
    let party =
        |found: &OrganizationRow| CommitmentParty { party: SigningParty::Team, organization: found.name.clone(), uscc: found.uscc.clone() };
    let passed_on = if input.members.is_some() { sub_payments::of_project(act.conn, project.id)? } else { Vec::new() };
    let rows = milestones::of_project(act.conn, project.id)?;
    Ok(Surroundings {
        passed_on,
        organizations: named.iter().filter_map(member).collect(),
        lead: lead.filter(of_consortium).and_then(fit).map(party),
        concluded: rows.iter().filter(|row| row.stage.ended()).map(|row| row.number).collect(),
    })
}

/// The organisations that a change brings in, with their parts.
fn named(input: &ChangeInput) -> impl Iterator<Item = &MemberChange> {
    input.members.iter().flatten().chain(input.race.iter().flat_map(|race| &race.members))
}

fn as_member(found: &OrganizationRow) -> ConsortiumMember {
    ConsortiumMember {
        organization_id: found.id,
        organization: found.name.clone(),
        tasks: String::new(),
        fiscal_share_bps: 0,
        self_fund_fen: crate::domain::money::Fen::ZERO,
    }
}

/// Shows a change.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: ChangeId) -> Result<Seen<Shown<ChangeRow>>, AppError> {
    let row = changes::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ChangeRead, &object(act, &row, &project))?;
    Ok(Seen::by(permit, shown(act, row, &project)))
}

/// Lists the changes of a project.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn of_project(act: &mut Act<'_>, id: ProjectId, page: &Page) -> Result<Seen<Vec<Shown<ChangeRow>>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = Object::plain(Kind::Change, id, projects::tie(act, &project), project.version);
    let permit = act.permit(Action::ChangeRead, &object)?;
    let rows = changes::list(act.conn, id, page)?;
    let shown = rows.into_iter().map(|row| shown(act, row, &project)).collect();
    Ok(Seen::by(permit, shown))
}
