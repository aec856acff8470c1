//! Who is of the consortium by a change: members with their shares, a member that takes over the lead, the leads of merged lanes.

use super::{Surroundings, twice};
use crate::domain::change::{ChangeInput, RaceChange};
use crate::domain::commitment::{Commitment, ConsortiumMember, Instalment, held_to_award};
use crate::domain::fault::{Fault, Faults};
use crate::domain::money::{Fen, WHOLE_BPS, split};
use crate::domain::payment::Source;
use crate::domain::project::SigningParty;

impl ChangeInput {
    pub(super) fn consortium(&self, base: &Commitment, around: &Surroundings, faults: &mut Faults) -> Vec<ConsortiumMember> {
        let asked = self.members.as_deref().unwrap_or_default();
        let shares: i64 = asked.iter().map(|member| member.fiscal_share_bps.0).sum();
        faults.check(shares > WHOLE_BPS, "members", too_many_shares);
        let mut members = Vec::with_capacity(asked.len());
        for (index, member) in asked.iter().enumerate() {
            let field = format!("members[{index}].organization_id");
            let again = asked.iter().take(index).any(|other| other.organization_id == member.organization_id);
            faults.check(again, &field, twice);
            let got = Fen::total(around.passed_on.iter().filter(|(to, _)| *to == member.organization_id).map(|(_, fen)| *fen));
            faults.check(share(base.award_fen, member.fiscal_share_bps.0) < got, &format!("members[{index}].fiscal_share_bps"), || {
                let (zh, en) = (format!("低于已转拨的{}分", got.0), format!("comes to less than the {} fen that it got", got.0));
                Fault::new("below_what_it_got", zh, en)
            });
            let new = base.members.iter().all(|known| known.organization_id != member.organization_id);
            faults.check(new && member.consent_no.is_none(), &format!("members[{index}].consent_no"), Fault::missing);
            match around.organizations.iter().find(|known| known.organization_id == member.organization_id) {
                None => faults.check(true, &field, || {
                    Fault::new(
                        "organization_not_verified",
                        "该单位尚未核验、已暂停或为牵头单位",
                        "is not verified, is suspended, or is the lead",
                    )
                }),
                Some(known) => members.push(ConsortiumMember {
                    tasks: member.tasks.to_string(),
                    fiscal_share_bps: member.fiscal_share_bps.0,
                    self_fund_fen: member.self_fund_fen,
                    ..known.clone()
                }),
            }
        }
        members
    }
}

impl RaceChange {
    /// Takes in the leads of merged lanes, and the money that goes on: the budget grows by it in the shares of its lines.
    pub(super) fn follow(&self, text: &mut Commitment, around: &Surroundings, faults: &mut Faults) {
        for member in &self.members {
            let known = around.organizations.iter().find(|known| known.organization_id == member.organization_id);
            let there = text.members.iter().any(|other| other.organization_id == member.organization_id);
            faults.check(there || known.is_none(), "members", || {
                Fault::new(
                    "organization_not_verified",
                    "合并方未核验、已暂停或已是合作单位",
                    "the lead of a merged lane is not verified, is suspended, or is a partner already",
                )
            });
            text.members.extend(known.map(|known| ConsortiumMember {
                tasks: member.tasks.to_string(),
                fiscal_share_bps: member.fiscal_share_bps.0,
                self_fund_fen: member.self_fund_fen,
                ..known.clone()
            }));
        }
        let shares: i64 = text.members.iter().map(|member| member.fiscal_share_bps).sum();
        faults.check(shares > WHOLE_BPS, "members", too_many_shares);
        for (line, number) in self.added.iter().zip(text.payments.len().saturating_add(1)..) {
            let milestone = line.milestone.as_ref().and_then(|number| i32::try_from(number.0).ok());
            let open =
                |number| text.milestones.iter().any(|node| node.number == number && !node.waived) && !around.concluded.contains(&number);
            faults.check(milestone.is_some_and(|number| !open(number)), "added.milestone", || {
                Fault::new("milestone_not_open", "里程碑不存在或已办结", "is no milestone that is still to be reached")
            });
            text.payments.push(Instalment {
                number: i32::try_from(number).unwrap_or(i32::MAX),
                source: Source::Fiscal,
                gate: line.gate,
                milestone,
                amount_fen: line.amount_fen,
            });
        }
        text.award_fen = Fen::total([text.award_fen, self.added_fen()]);
        text.budget = held_to_award(&text.budget, text.award_fen);
    }
}

pub(super) fn take_over(text: &mut Commitment, around: &Surroundings, faults: &mut Faults) {
    let Some(lead) = &around.lead else {
        faults.check(true, "lead.organization_id", || {
            Fault::new(
                "not_of_the_consortium",
                "新牵头单位须为已核验的合作单位",
                "the new lead must be a verified member of the consortium",
            )
        });
        return;
    };
    text.parties.iter_mut().filter(|party| party.party == SigningParty::Team).for_each(|party| *party = lead.clone());
    text.members.retain(|member| member.organization != lead.organization);
}

/// A share of the award, to the nearest fen.
fn share(award: Fen, bps: i64) -> Fen {
    split(award, &[bps, WHOLE_BPS.saturating_sub(bps)]).first().copied().unwrap_or(Fen::ZERO)
}

fn too_many_shares() -> Fault {
    Fault::new("shares", "合作单位经费比例合计超过10000", "the shares sum to more than 10,000")
}
