//! What a bid holds 揭榜方案: a draft may leave out anything, a submission nothing.
//!
//! Here are the fields and what is wrong in any draft; what only a submission must have stands in [`complete`].

pub mod budget;
pub mod complete;
pub mod consortium;
pub mod identity;
pub mod team;

use crate::domain::fault::{Fault, Faults};
use crate::domain::id::OrganizationId;
use crate::domain::indicator::{IndicatorValue, repeated};
use crate::domain::input::Whole;
use crate::domain::money::{Fen, WHOLE_BPS};
use crate::domain::proposal::budget::BudgetLine;
use crate::domain::proposal::consortium::{OrganizationRef, Partner};
use crate::domain::proposal::team::{TeamMember, TeamRole};
use crate::domain::text::{Line, LongText, Name, Prose, Title};
use deserr::ValuePointerRef;

/// Members of a consortium beside the lead.
pub const MOST_PARTNERS: usize = 9;
/// People in a team.
const MOST_PEOPLE: usize = 60;
/// Stages of a milestone plan.
const MOST_STAGES: usize = 20;
/// Experts that a team may ask to be spared.
const MOST_AVOIDED: usize = 3;

/// A dated stage of the work that a bid promises.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PlannedStage {
    /// What is reached.
    pub name: Title,
    /// Months after the start.
    pub month: Whole<1, 72>,
    /// Weight in basis points; all stages together weigh 10,000.
    pub weight_bps: Whole<0, 10_000>,
    /// Codes of the indicators that are measured then: at least one.
    #[deserr(default)]
    #[schema(required = false)]
    pub indicators: Vec<Line<1, 20>>,
}

/// An expert whom the team asks to be spared 回避专家. No expert ever reads it.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AvoidedExpert {
    /// The expert's name.
    pub name: Name,
    /// Where the expert works.
    pub organization: Name,
    /// Why.
    pub reason: Prose<2, 500>,
}

/// What the lead organisation affirms 承诺: each must be `true`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "independent affirmations")]
pub struct Commitments {
    /// 科研诚信: research integrity.
    #[deserr(default)]
    #[schema(required = false)]
    pub integrity: bool,
    /// 真实性: everything stated is true.
    #[deserr(default)]
    #[schema(required = false)]
    pub truthful: bool,
    /// 科研伦理: ethics and biosafety are kept.
    #[deserr(default)]
    #[schema(required = false)]
    pub ethics: bool,
    /// 不重复资助: nobody pays for the same work already.
    #[deserr(default)]
    #[schema(required = false)]
    pub no_double_funding: bool,
}

/// The content of a bid. A draft may leave out anything; what is missing is listed when it is submitted.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = BidInput::check -> Faults)]
#[serde(default)]
pub struct BidInput {
    /// The lead's own share of the department's money in basis points: with the partners' it makes 10,000.
    #[deserr(default = Whole(WHOLE_BPS))]
    #[schema(required = false)]
    pub lead_share_bps: Whole<0, 10_000>,
    /// 联合体: up to 9 organisations beside the lead. Each confirms its part.
    #[deserr(default)]
    #[schema(required = false)]
    pub partners: Vec<Partner>,
    /// The team: one `pi` 挂帅人, perhaps a `youth_co_lead` 青年技术挂帅人, and the others, each person once.
    #[deserr(default)]
    #[schema(required = false)]
    pub team: Vec<TeamMember>,
    /// Technical plan 技术方案.
    #[deserr(default)]
    pub technical_plan: Option<LongText>,
    /// What is new 创新点.
    #[deserr(default)]
    pub innovation: Option<LongText>,
    /// What may go wrong, and what is done about it 风险分析.
    #[deserr(default)]
    pub risks: Option<LongText>,
    /// How it comes into use 转化应用: needed for `enterprise_tech`.
    #[deserr(default)]
    pub market_plan: Option<LongText>,
    /// Promised value for each indicator of the challenge; none weaker than a mandatory target.
    #[deserr(default)]
    #[schema(required = false)]
    pub indicators: Vec<IndicatorValue>,
    /// Milestone plan: 4 to 20 stages (or as the department demands), months strictly increasing.
    #[deserr(default)]
    #[schema(required = false)]
    pub milestones: Vec<PlannedStage>,
    /// Budget: one line a kind of cost, by source.
    #[deserr(default)]
    #[schema(required = false)]
    pub budget: Vec<BudgetLine>,
    /// Money asked of the department, in fen: what the budget's lines make; not above the challenge's cap.
    #[deserr(default)]
    pub requested_fen: Option<Fen>,
    /// The consortium's own money, in fen: what the budget's lines make.
    #[deserr(default)]
    pub self_fund_fen: Option<Fen>,
    /// Up to 3 experts to be spared.
    #[deserr(default)]
    #[schema(required = false)]
    pub avoid_experts: Vec<AvoidedExpert>,
    /// What the lead affirms.
    #[deserr(default)]
    #[schema(required = false)]
    pub commitments: Commitments,
}

impl Default for BidInput {
    fn default() -> Self {
        Self {
            lead_share_bps: Whole(WHOLE_BPS),
            partners: Vec::new(),
            team: Vec::new(),
            technical_plan: None,
            innovation: None,
            risks: None,
            market_plan: None,
            indicators: Vec::new(),
            milestones: Vec::new(),
            budget: Vec::new(),
            requested_fen: None,
            self_fund_fen: None,
            avoid_experts: Vec::new(),
            commitments: Commitments::default(),
        }
    }
}

fn too_many(most: usize) -> Fault {
    Fault::new("wrong_length", format!("最多{most}项"), format!("must hold at most {most}"))
}

fn twice(what: &str) -> Fault {
    Fault::new("repeated_code", format!("重复：{what}"), format!("stands twice: {what}"))
}

impl BidInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut count = |field: &str, length: usize, most: usize| faults.check(length > most, field, || too_many(most));
        count("partners", self.partners.len(), MOST_PARTNERS);
        count("team", self.team.len(), MOST_PEOPLE);
        count("milestones", self.milestones.len(), MOST_STAGES);
        count("avoid_experts", self.avoid_experts.len(), MOST_AVOIDED);
        if let Some(code) = repeated(self.indicators.iter().map(|value| value.code.as_str())) {
            faults.check(true, "indicators", || twice(code));
        }
        if let Some(item) = repeated(self.budget.iter().map(|line| line.item.code())) {
            faults.check(true, "budget", || twice(item));
        }
        for role in [TeamRole::Pi, TeamRole::YouthCoLead] {
            faults.check(self.team.iter().filter(|member| member.role == role).count() > 1, "team", || {
                Fault::new("one_only", format!("只能有一名{}", role.zh()), format!("there is one {role} at most"))
            });
        }
        faults.or(self)
    }

    /// Keeps of each identity only what `hash` makes of it.
    #[must_use]
    pub fn keep_identities(mut self, hash: impl Fn(&str) -> String) -> Self {
        for member in &mut self.team {
            member.identity = member.identity.take().map(|identity| identity.kept(&hash));
        }
        self
    }

    /// Puts the id in the place of every organisation that is named by its code; `known` tells whether there is one, and its id.
    ///
    /// # Errors
    /// Organisations that are not registered, all at once; one that is named twice.
    pub fn resolve(mut self, known: impl Fn(&OrganizationRef) -> Option<OrganizationId>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut find = |named: &mut OrganizationRef, field: String| match known(named) {
            Some(id) => *named = OrganizationRef::Id(id),
            None => faults.check(true, &field, || Fault::new("unknown_organization", "单位未登记", "no such organisation is registered")),
        };
        for (index, partner) in self.partners.iter_mut().enumerate() {
            find(&mut partner.organization, format!("partners[{index}].organization"));
        }
        for (index, member) in self.team.iter_mut().enumerate() {
            if let Some(named) = &mut member.organization {
                find(named, format!("team[{index}].organization"));
            }
        }
        let mut seen = std::collections::HashSet::new();
        let again = self.partners.iter().find(|partner| !seen.insert(&partner.organization));
        if let Some(partner) = again {
            faults.check(true, "partners", || twice(&partner.organization.to_string()));
        }
        faults.or(self)
    }

    /// Every organisation that it names.
    pub fn organizations(&self) -> impl Iterator<Item = &OrganizationRef> {
        self.partners.iter().map(|partner| &partner.organization).chain(self.team.iter().filter_map(|member| member.organization.as_ref()))
    }

    /// The partners' ids.
    pub fn partner_ids(&self) -> impl Iterator<Item = OrganizationId> {
        self.partners.iter().filter_map(|partner| partner.organization.id())
    }

    /// The principal investigator 挂帅人.
    #[must_use]
    pub fn pi(&self) -> Option<&TeamMember> {
        self.team.iter().find(|member| member.role == TeamRole::Pi)
    }

    /// What experts and others outside the department's desk may read of it: no experts to be spared, no birth dates, no identities.
    #[must_use]
    pub fn for_experts(mut self) -> Self {
        self.avoid_experts.clear();
        for member in &mut self.team {
            member.identity = None;
            member.birth_date = None;
        }
        self
    }

    /// What is left where experts are not to know whose it is: no people, no partners. What its texts say is the team's to mind.
    #[must_use]
    pub fn without_names(mut self) -> Self {
        self.team.clear();
        self.partners.clear();
        self
    }
}
