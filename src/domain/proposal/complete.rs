//! What a submission must have: everything that keeps a bid from being submitted, at once.
//!
//! Here is what the bid and its challenge tell by themselves. What depends on others (organisations, running projects, restrictions)
//! is asked in `app::bids::eligibility`.

use crate::domain::challenge::{ChallengeClass, Demands};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::OrganizationId;
use crate::domain::money::{Fen, WHOLE_BPS};
use crate::domain::proposal::team::{TeamMember, TeamRole, YouthRule};
use crate::domain::proposal::{BidInput, budget};
use crate::domain::time::Date;

/// What a department sets for all its challenges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BidRules {
    /// Who is young.
    pub youth: YouthRule,
    /// The least number of stages in a milestone plan.
    pub least_stages: usize,
    /// 限项: running projects that one person may lead; 0 for no limit.
    pub leads: usize,
    /// 限项: running projects that one person may lead and join; 0 for no limit.
    pub joins: usize,
}

impl Default for BidRules {
    /// Four stages, one project led, three joined.
    fn default() -> Self {
        Self { youth: YouthRule::default(), least_stages: 4, leads: 1, joins: 3 }
    }
}

/// A promised or planned value is weaker than the target it answers.
#[must_use]
pub fn weaker_than_target(sign: &str, target: &str) -> Fault {
    Fault::new(
        "weaker_than_target",
        format!("不得低于榜单要求（{sign}{target}）"),
        format!("may not be weaker than the target ({sign}{target})"),
    )
}

impl BidInput {
    /// Everything that keeps this bid of `lead` on a challenge with these `demands` from being submitted on `today`.
    #[must_use]
    pub fn complete_for(&self, demands: &Demands, rules: &BidRules, lead: OrganizationId, today: Date) -> Faults {
        let mut faults = Faults::default();
        let enterprise = demands.class == ChallengeClass::EnterpriseTech;
        for (missing, field) in [
            (self.technical_plan.is_none(), "technical_plan"),
            (self.innovation.is_none(), "innovation"),
            (self.risks.is_none(), "risks"),
            (enterprise && self.market_plan.is_none(), "market_plan"),
            (self.self_fund_fen.is_none(), "self_fund_fen"),
            (matches!(self.requested_fen, None | Some(Fen::ZERO)), "requested_fen"),
        ] {
            faults.check(missing, field, Fault::missing);
        }
        faults.check(self.requested_fen.is_some_and(|amount| amount > demands.fiscal_cap_fen), "requested_fen", || {
            Fault::new("over_cap", "不得超过榜单资助上限", "may not exceed the cap of the challenge")
        });
        budget::check(self, demands.sponsor_fund_fen, &mut faults);
        self.affirm(&mut faults);
        self.share_out(lead, &mut faults);
        self.name_people(rules.youth, lead, today, &mut faults);
        self.answer_indicators(demands, &mut faults);
        self.plan_stages(demands, rules.least_stages, &mut faults);
        faults
    }

    fn affirm(&self, faults: &mut Faults) {
        let given = self.commitments;
        for (affirmed, field) in [
            (given.integrity, "commitments.integrity"),
            (given.truthful, "commitments.truthful"),
            (given.ethics, "commitments.ethics"),
            (given.no_double_funding, "commitments.no_double_funding"),
        ] {
            faults.check(!affirmed, field, || Fault::new("not_affirmed", "须作出承诺", "must be affirmed"));
        }
    }

    fn share_out(&self, lead: OrganizationId, faults: &mut Faults) {
        for (index, partner) in self.partners.iter().enumerate() {
            faults.check(partner.organization.is(lead), &format!("partners[{index}].organization"), || {
                Fault::new("is_the_lead", "牵头单位不能同时为合作单位", "is the lead of this bid itself")
            });
        }
        let shares: i64 = self.partners.iter().map(|partner| partner.fiscal_share_bps.0).sum();
        faults.check(shares.saturating_add(self.lead_share_bps.0) != WHOLE_BPS, "lead_share_bps", || {
            Fault::new("shares", "牵头与合作单位经费比例合计应为10000", "the shares of lead and partners must sum to 10,000")
        });
    }

    fn name_people(&self, youth: YouthRule, lead: OrganizationId, today: Date, faults: &mut Faults) {
        faults.check(self.pi().is_none(), "team", || Fault::new("no_pi", "须有一名挂帅人", "must name the principal investigator"));
        let mut seen = std::collections::HashSet::new();
        for (index, member) in self.team.iter().enumerate() {
            let at = |field: &str| format!("team[{index}].{field}");
            faults.check(member.identity.is_none(), &at("identity"), Fault::missing);
            if let Some(identity) = &member.identity {
                faults.check(!identity.is_residents() && !member.is_from_abroad(), &at("identity"), || {
                    Fault::new("identity", "中国公民须填居民身份证号码", "a citizen of China is known by the resident identity number")
                });
                faults.check(!seen.insert(identity.to_string()), &at("identity"), || {
                    Fault::new("repeated_person", "同一人在团队中重复", "stands in the team already")
                });
            }
            let own = member
                .organization
                .as_ref()
                .is_none_or(|named| named.is(lead) || self.partners.iter().any(|partner| partner.organization == *named));
            faults.check(!own, &at("organization"), || {
                Fault::new("not_of_the_consortium", "不是牵头或合作单位", "is neither the lead nor a partner")
            });
            if member.role == TeamRole::YouthCoLead {
                youth_co_lead(member, youth, today, &at, faults);
            }
        }
    }

    fn answer_indicators(&self, demands: &Demands, faults: &mut Faults) {
        for asked in &demands.indicators {
            let field = format!("indicators.{}", asked.code);
            match self.indicators.iter().find(|given| given.code == asked.code) {
                None => faults.check(asked.mandatory, &field, Fault::missing),
                Some(given) => {
                    let weaker = asked.mandatory && !asked.comparator.reached(given.value, asked.target);
                    faults.check(weaker, &field, || weaker_than_target(asked.comparator.zh(), &asked.target.to_string()));
                }
            }
        }
        for given in &self.indicators {
            faults.check(!demands.asks(given.code.as_str()), &format!("indicators.{}", given.code), unknown_indicator);
        }
    }

    fn plan_stages(&self, demands: &Demands, least: usize, faults: &mut Faults) {
        let months: Vec<i64> = self.milestones.iter().map(|stage| stage.month.0).collect();
        faults.check(months.len() < least, "milestones", || {
            Fault::new("wrong_length", format!("至少{least}个阶段"), format!("must hold at least {least} stages"))
        });
        faults.check(months.windows(2).any(|pair| matches!(pair, [a, b] if a >= b)), "milestones", || {
            Fault::new("not_increasing", "各阶段时间应依次递增", "months must increase strictly")
        });
        faults.check(months.last().is_some_and(|last| *last > demands.duration_months.0), "milestones", || {
            Fault::new("after_the_end", "不得超出榜单实施期限", "may not lie after the end of the challenge's duration")
        });
        let weight: i64 = self.milestones.iter().map(|stage| stage.weight_bps.0).sum();
        faults.check(weight != WHOLE_BPS, "milestones", || Fault::new("weights", "权重合计应为10000", "weights must sum to 10,000"));
        for (index, stage) in self.milestones.iter().enumerate() {
            let field = format!("milestones[{index}].indicators");
            faults.check(stage.indicators.is_empty(), &field, Fault::missing);
            faults.check(stage.indicators.iter().any(|code| !demands.asks(code.as_str())), &field, unknown_indicator);
        }
    }
}

fn unknown_indicator() -> Fault {
    Fault::new("unknown_indicator", "榜单没有这项指标", "is no indicator of the challenge")
}

fn youth_co_lead(member: &TeamMember, rule: YouthRule, today: Date, at: &dyn Fn(&str) -> String, faults: &mut Faults) {
    faults.check(member.birth_date.is_none(), &at("birth_date"), Fault::missing);
    faults.check(member.gender.is_none(), &at("gender"), Fault::missing);
    let (Some(born), Some(gender)) = (member.birth_date, member.gender) else { return };
    faults.check(!rule.holds(gender, born, today), &at("birth_date"), || {
        let day = rule.cut_off(gender, today);
        Fault::new("not_young", format!("青年技术挂帅人应于{day}及以后出生"), format!("a young co-lead must be born on {day} or later"))
    });
}
