//! The text of a commitment 任务书: drawn up from the bid, the decision and the plan, kept with its hash, and read.

use super::{ProjectRow, SignatureRow, object};
use crate::app::act::{Act, Seen};
use crate::app::bids::content::{self, Submitted};
use crate::app::error::AppError;
use crate::auth::token::sha256_hex;
use crate::domain::change::ChangeStage;
use crate::domain::commitment::{
    Agreement, Commitment, CommitmentNode, CommitmentParty, ConsortiumMember, Instalment, clauses, held_to_award,
};
use crate::domain::disbursement::sponsors_part;
use crate::domain::file::FileKind;
use crate::domain::id::{ChangeId, OrganizationId, ProjectId};
use crate::domain::indicator::{Indicator, IndicatorValue};
use crate::domain::money::Fen;
use crate::domain::policy::Action;
use crate::domain::project::SigningParty;
use crate::domain::proposal::BidInput;
use crate::domain::proposal::team::TeamRole;
use crate::domain::refusal::Refusal;
use crate::store::organizations::{self, OrganizationRow};
use crate::store::{Json, bids, challenges as challenge_rows, changes, commitments, milestones, payments, projects, users};

pub use crate::store::commitments::CommitmentRow;

/// Draws up the commitment of a project as it is planned, and keeps it as the next one.
///
/// # Errors
/// The database does not answer; the bid cannot be read.
pub(super) fn draw_up(act: &mut Act<'_>, row: &ProjectRow) -> Result<CommitmentRow, AppError> {
    let text = text(act, row)?;
    keep(act, row.id, &text, None)
}

/// Keeps a text as the next commitment of its project, the supplement of a change where one is named.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn keep(
    act: &mut Act<'_>,
    project: ProjectId,
    text: &Commitment,
    change: Option<ChangeId>,
) -> Result<CommitmentRow, AppError> {
    let number = commitments::latest(act.conn, project)?.map_or(1, |before| before.number.saturating_add(1));
    let content = Json::of(text)?;
    let sha256 = sha256_hex(content.text().as_bytes());
    let row = CommitmentRow {
        project_id: project,
        number,
        change_id: change,
        content,
        sha256,
        made_by: act.user()?,
        made_at: act.now,
        effective_at: None,
    };
    commitments::insert(act.conn, &row)?;
    Ok(row)
}

fn text(act: &mut Act<'_>, row: &ProjectRow) -> Result<Commitment, AppError> {
    let bid_row = bids::find(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    let submission = match content::submitted(act, &bid_row)? {
        Submitted::Content(submission) => *submission,
        Submitted::NotYet => return Err(Refusal::BeingOpened.into()),
        Submitted::Flawed(_) => return Err(Refusal::BidFlawed.into()),
    };
    let bid = submission.bid;
    let known = known(act, row, &bid)?;
    let challenge = challenge_rows::content(act.conn, row.challenge_id)?;
    let person = |role| bid.team.iter().find(|member| member.role == role).map(|member| member.name.to_string());
    let agreements = submission.files.iter().filter(|file| file.kind == FileKind::Agreement);
    Ok(Commitment {
        code: row.code.clone(),
        title: row.title.clone(),
        parties: parties(act, row, &known)?,
        members: members(&bid, &known),
        agreements: agreements.map(|file| Agreement { name: file.content.name.to_string(), sha256: file.content.sha256.clone() }).collect(),
        principal: person(TeamRole::Pi).unwrap_or_default(),
        youth_co_lead: person(TeamRole::YouthCoLead),
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        award_fen: row.award_fen,
        sponsor_fund_fen: sponsors_part(&bid, &challenge),
        self_fund_fen: Fen::total(bid.budget.iter().map(|line| line.self_fen)),
        budget: held_to_award(&bid.budget, row.award_fen),
        technical_route: bid.technical_plan.as_ref().map(ToString::to_string).unwrap_or_default(),
        indicators: pledged(&challenge.indicators, &bid),
        milestones: nodes(act, row.id)?,
        payments: instalments(act, row.id)?,
        account: None,
        clauses: clauses(),
    })
}

/// The organisations that the text names.
fn known(act: &mut Act<'_>, row: &ProjectRow, bid: &BidInput) -> Result<Vec<OrganizationRow>, AppError> {
    let ids: Vec<OrganizationId> = [row.lead_org_id].into_iter().chain(row.sponsor_id).chain(bid.partner_ids()).collect();
    Ok(organizations::of_ids(act.conn, &ids)?)
}

fn parties(act: &mut Act<'_>, row: &ProjectRow, known: &[OrganizationRow]) -> Result<Vec<CommitmentParty>, AppError> {
    let department = match users::find(act.conn, row.author_id)? {
        Some(author) => organizations::find(act.conn, author.organization_id)?,
        None => None,
    };
    let of = |id: OrganizationId| known.iter().find(|found| found.id == id).cloned();
    let mut parties = vec![(SigningParty::Department, department), (SigningParty::Team, of(row.lead_org_id))];
    parties.extend(row.sponsor_id.map(|sponsor| (SigningParty::Sponsor, of(sponsor))));
    let named = |(party, found): (SigningParty, Option<OrganizationRow>)| {
        let (organization, uscc) = found.map(|found| (found.name, found.uscc)).unwrap_or_default();
        CommitmentParty { party, organization, uscc }
    };
    Ok(parties.into_iter().map(named).collect())
}

fn members(bid: &BidInput, known: &[OrganizationRow]) -> Vec<ConsortiumMember> {
    let member = |partner: &crate::domain::proposal::consortium::Partner| {
        let found = known.iter().find(|found| partner.organization.is(found.id))?;
        Some(ConsortiumMember {
            organization_id: found.id,
            organization: found.name.clone(),
            tasks: partner.tasks.to_string(),
            fiscal_share_bps: partner.fiscal_share_bps.0,
            self_fund_fen: partner.self_fund_fen,
        })
    };
    bid.partners.iter().filter_map(member).collect()
}

/// What was asked, with what the team promised in the place of the target.
fn pledged(asked: &[Indicator], bid: &BidInput) -> Vec<Indicator> {
    let promise = |asked: &Indicator| {
        let promised = bid.indicators.iter().find(|given| given.code == asked.code).map(|given| given.value);
        Indicator { target: promised.unwrap_or(asked.target), ..asked.clone() }
    };
    asked.iter().map(promise).collect()
}

fn nodes(act: &mut Act<'_>, id: ProjectId) -> Result<Vec<CommitmentNode>, AppError> {
    let mut nodes = Vec::new();
    for row in milestones::of_project(act.conn, id)? {
        let targets = row.indicators.read()?;
        let value =
            |node: crate::domain::milestone::NodeIndicator| IndicatorValue { code: node.indicator.code, value: node.indicator.target };
        nodes.push(CommitmentNode {
            number: row.number,
            name: row.name,
            due_on: row.due_on,
            weight_bps: row.weight_bps,
            indicators: targets.into_iter().map(value).collect(),
            waived: false,
        });
    }
    Ok(nodes)
}

fn instalments(act: &mut Act<'_>, id: ProjectId) -> Result<Vec<Instalment>, AppError> {
    let nodes = milestones::of_project(act.conn, id)?;
    let number = |milestone| nodes.iter().find(|node| Some(node.id) == milestone).map(|node| node.number);
    let all = payments::of_project(act.conn, id)?.into_iter();
    Ok(all
        .map(|row| Instalment {
            number: row.number,
            source: row.source,
            gate: row.gate,
            milestone: number(row.milestone_id),
            amount_fen: row.amount_fen,
        })
        .collect())
}

/// A commitment with its text and the signatures on it.
pub type Signed = (CommitmentRow, Commitment, Vec<SignatureRow>);

/// Shows the commitment of a project: the text that is laid before the parties, if one is, or else the one in force.
///
/// # Errors
/// No such project, not planned yet, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Signed>, AppError> {
    let project = projects::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ProjectRead, &object(act, &project))?;
    let newest = commitments::latest(act.conn, id)?.ok_or(AppError::NotFound)?;
    // A supplement that was dropped is no text any more.
    let waits = changes::stands(act.conn, id, None, &[ChangeStage::Approved])?;
    let row = if waits { newest } else { commitments::in_force(act.conn, id)?.unwrap_or(newest) };
    let signatures = commitments::signatures_on(act.conn, id, row.number)?;
    let text = row.content.read()?;
    Ok(Seen::by(permit, (row, text, signatures)))
}

/// Shows every version of a project's commitment, the oldest first: also what was in force before, for ever.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn versions(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Vec<Signed>>, AppError> {
    let project = projects::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ProjectRead, &object(act, &project))?;
    let rows = commitments::of_project(act.conn, id)?;
    let given = commitments::signatures(act.conn, id)?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let text = row.content.read()?;
        let on: Vec<SignatureRow> = given.iter().filter(|signature| signature.number == row.number).cloned().collect();
        all.push((row, text, on));
    }
    Ok(Seen::by(permit, all))
}
