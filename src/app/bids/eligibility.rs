//! Whether a bid may stand 揭榜资格: what depends on others — its organisations, running projects, restrictions. Asked when it is
//! submitted, when it is proposed, and again at the award.

use crate::app::act::Act;
use crate::app::error::AppError;
use crate::app::organizations as registered;
use crate::domain::challenge::{ChallengeClass, Demands, SelectionMode};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{OrganizationId, ProjectId};
use crate::domain::organization::{OrganizationStage, Region};
use crate::domain::partnership::PartnershipStage;
use crate::domain::proposal::BidInput;
use crate::domain::proposal::team::{Part, TeamMember, TeamRole};
use crate::store::bids::BidRow;
use crate::store::people::{self, BoundRow};
use crate::store::{clawbacks, organizations, partnerships, restrictions};

/// Months of work that one person has in a year.
const MONTHS: i64 = 12;

/// Everything that keeps the bid of `row` with this content from standing; `besides` are the people of bids that are chosen with it.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn check(
    act: &mut Act<'_>,
    row: &BidRow,
    demands: &Demands,
    content: &BidInput,
    besides: &[BoundRow],
    faults: &mut Faults,
) -> Result<(), AppError> {
    faults.check(demands.sponsor_id == Some(row.lead_org_id), "lead_org_id", is_the_sponsor);
    consortium(act, row, demands, content, faults)?;
    let known: Vec<(usize, String)> = positions(content).collect();
    let identities: Vec<String> = known.iter().map(|(_, identity)| identity.clone()).collect();
    restricted(act, row, content, &known, &identities, faults)?;
    owing(act, row, content, faults)?;
    let mut bound = people::running(act.conn, &identities)?;
    bound.extend_from_slice(besides);
    limits(act, demands, content, &known, &bound, faults);
    Ok(())
}

/// What is said of a sponsor who would lead.
pub(in crate::app) fn is_the_sponsor() -> Fault {
    Fault::new("is_the_sponsor", "需求方不得牵头揭自己的榜", "the sponsor may not lead on its own challenge")
}

/// What is said of an organisation that owes.
pub(in crate::app) fn owes() -> Fault {
    Fault::new("clawback_overdue", "有逾期未退的财政资金", "owes money of an earlier project that should be back by now")
}

/// Where in the team each known identity stands.
fn positions(content: &BidInput) -> impl Iterator<Item = (usize, String)> {
    content.team.iter().enumerate().filter_map(|(at, member)| Some((at, member.kept_identity()?)))
}

/// Lead and partners are verified and no government agency, and one of them is of the province where the challenge asks for it.
fn consortium(act: &mut Act<'_>, row: &BidRow, demands: &Demands, content: &BidInput, faults: &mut Faults) -> Result<(), AppError> {
    let partners = content.partner_ids().enumerate().map(|(index, id)| (format!("partners[{index}].organization"), id));
    let members: Vec<(String, OrganizationId)> = std::iter::once(("lead_org_id".to_owned(), row.lead_org_id)).chain(partners).collect();
    let ids: Vec<OrganizationId> = members.iter().map(|(_, id)| *id).collect();
    let known = organizations::of_ids(act.conn, &ids)?;
    for (at, id) in &members {
        let member = known.iter().find(|member| member.id == *id);
        faults.check(member.is_none_or(|member| member.stage != OrganizationStage::Verified), at, || {
            Fault::new("organization_not_verified", "该单位尚未核验或已暂停", "the organisation is not verified, or is suspended")
        });
        faults.check(member.is_some_and(|member| !member.kind.may_lead_a_bid()), at, || {
            Fault::new("not_a_bidder", "政府机关不得参与揭榜", "a government agency takes no part in a bid")
        });
    }
    let near = known.iter().any(|member| member.region == Region::InProvince);
    faults.check(demands.class == ChallengeClass::FrontierPublic && !near, "partners", || {
        Fault::new("no_in_province_partner", "省外单位牵头须有省内合作单位", "a lead from elsewhere needs a partner in the province")
    });
    Ok(())
}

/// That every partner has confirmed its part: asked at the submission, and on the checklist, for a partner may refuse later.
///
/// # Errors
/// The database does not answer.
pub(super) fn confirmed(act: &mut Act<'_>, row: &BidRow, content: &BidInput, faults: &mut Faults) -> Result<(), AppError> {
    let asked = if content.partners.is_empty() { Vec::new() } else { partnerships::of_bid(act.conn, row.id)? };
    for (index, id) in content.partner_ids().enumerate() {
        let confirmed = asked.iter().any(|row| row.organization_id == id && row.stage == PartnershipStage::Confirmed);
        faults.check(!confirmed, &format!("partners[{index}].organization"), || {
            Fault::new("not_confirmed", "合作单位尚未确认", "the partner has not confirmed its part")
        });
    }
    Ok(())
}

fn restricted(
    act: &mut Act<'_>,
    row: &BidRow,
    content: &BidInput,
    known: &[(usize, String)],
    identities: &[String],
    faults: &mut Faults,
) -> Result<(), AppError> {
    let organizations: Vec<OrganizationId> = std::iter::once(row.lead_org_id).chain(content.partner_ids()).collect();
    let today = act.now.date();
    for (organization, identity) in restrictions::holding(act.conn, &organizations, identities, today)? {
        let partner = content.partners.iter().position(|p| p.organization.id() == organization && organization.is_some());
        let member = known.iter().find(|(_, kept)| identity.as_deref() == Some(kept)).map(|(at, _)| at);
        let at = match (partner, member) {
            (Some(at), _) => format!("partners[{at}].organization"),
            (None, Some(at)) => format!("team[{at}].identity"),
            (None, None) => "lead_org_id".to_owned(),
        };
        faults.check(true, &at, || Fault::new("restricted", "处于科研诚信限制期内", "is restricted after a finding on integrity"));
    }
    Ok(())
}

/// Whoever owes money of an earlier project that should be back by now, as its lead or a partner, takes no part in another.
fn owing(act: &mut Act<'_>, row: &BidRow, content: &BidInput, faults: &mut Faults) -> Result<(), AppError> {
    let organizations: Vec<OrganizationId> = std::iter::once(row.lead_org_id).chain(content.partner_ids()).collect();
    let today = act.now.date();
    let owing = clawbacks::overdue(act.conn, &organizations, today)?;
    let partners = content.partner_ids().enumerate().map(|(index, id)| (format!("partners[{index}].organization"), id));
    for (at, id) in std::iter::once(("lead_org_id".to_owned(), row.lead_org_id)).chain(partners) {
        faults.check(owing.contains(&id), &at, owes);
    }
    Ok(())
}

fn limits(act: &Act<'_>, demands: &Demands, content: &BidInput, known: &[(usize, String)], bound: &[BoundRow], faults: &mut Faults) {
    let rules = act.app.bid_rules;
    for (at, identity) in known {
        let Some(member) = content.team.get(*at) else { continue };
        let theirs: Vec<&BoundRow> = bound.iter().filter(|row| row.identity == *identity).collect();
        let field = format!("team[{at}].identity");
        let open = demands.selection_mode == SelectionMode::OpenChallenge && member.role == TeamRole::Pi;
        let leads = theirs.iter().filter(|row| row.part == Part::Leads).count();
        faults.check(open && rules.leads > 0 && leads >= rules.leads, &field, || {
            Fault::new(
                "limit_leads",
                format!("在研牵头项目已达{}项", rules.leads),
                format!("leads {} running projects already", rules.leads),
            )
        });
        faults.check(rules.joins > 0 && theirs.len() >= rules.joins, &field, || {
            let (zh, en) = (format!("在研项目已达{}项", rules.joins), format!("is bound to {} running projects already", rules.joins));
            Fault::new("limit_joins", zh, en)
        });
        let months: i64 = theirs.iter().map(|row| i64::from(row.person_months)).sum();
        faults.check(months.saturating_add(member.person_months.0) > MONTHS, &format!("team[{at}].person_months"), || {
            Fault::new("person_months", "在研项目投入合计超过每年12个月", "is above 12 months a year together with running projects")
        });
    }
}

/// Everything that keeps a person from leading a project in the place of its principal: limits, and a restriction.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn may_lead(
    act: &mut Act<'_>,
    project: ProjectId,
    demands: &Demands,
    person: &TeamMember,
    faults: &mut Faults,
) -> Result<(), AppError> {
    let Some(identity) = person.kept_identity() else { return Ok(()) };
    let bound = people::running_besides(act.conn, &identity, project)?;
    let content = BidInput { team: vec![person.clone()], ..BidInput::default() };
    let mut found = Faults::default();
    limits(act, demands, &content, &[(0, identity.clone())], &bound, &mut found);
    let restricted = !restrictions::holding(act.conn, &[], &[identity], act.now.date())?.is_empty();
    found.check(restricted, "team[0].identity", || {
        Fault::new("restricted", "处于科研诚信限制期内", "is restricted after a finding on integrity")
    });
    let named = |fault: Fault| Fault { field: fault.field.replace("team[0]", "principal"), ..fault };
    faults.0.extend(found.0.into_iter().map(named));
    Ok(())
}

/// What a bid binds its people to, once it is awarded.
pub(in crate::app) fn bound_by(demands: &Demands, content: &BidInput) -> Vec<BoundRow> {
    let open = demands.selection_mode == SelectionMode::OpenChallenge;
    let person = |(at, identity): (usize, String)| {
        let member = content.team.get(at)?;
        let part = if open && member.role == TeamRole::Pi { Part::Leads } else { Part::Joins };
        Some(BoundRow { identity, part, person_months: i32::try_from(member.person_months.0).ok()? })
    };
    positions(content).filter_map(person).collect()
}

/// Puts ids in the place of credit codes.
///
/// # Errors
/// Organisations that are not registered.
pub(super) fn resolved(act: &mut Act<'_>, content: &BidInput) -> Result<BidInput, AppError> {
    if content.organizations().next().is_none() {
        return Ok(content.clone());
    }
    let named: Vec<_> = content.organizations().collect();
    Ok(content.clone().resolve(registered::named(act, &named)?)?)
}
