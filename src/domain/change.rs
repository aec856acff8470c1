//! Changes 变更/备案 of a project that is under way: their kinds, which of them are major, their stages, and what is asked for.

use crate::domain::assessment::Assessor;
use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::OrganizationId;
use crate::domain::indicator::IndicatorValue;
use crate::domain::input::Whole;
use crate::domain::money::Fen;
use crate::domain::policy::Action as A;
use crate::domain::proposal::budget::BudgetLine;
use crate::domain::proposal::team::{TeamMember, TeamRole};
use crate::domain::race::AddedPayment;
use crate::domain::text::{Line, LongText, Prose, Reason, Title};
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};
use unicode_normalization::UnicodeNormalization;

codes! {
    /// What changes.
    pub enum ChangeKind {
        Pi = "pi" "挂帅人",
        LeadOrg = "lead_org" "牵头单位",
        Member = "member" "合作单位",
        Indicator = "indicator" "考核指标",
        BudgetLine = "budget_line" "预算科目",
        TechnicalRoute = "technical_route" "技术路线",
        Extension = "extension" "延期",
        Title = "title" "项目名称",
        Milestone = "milestone" "里程碑",
        Account = "account" "收款账户",
        Race = "race" "赛马考核",
    }
}

/// Major changes 重大变更: a director approves them, and all parties sign the supplement. The others are filed 备案, and in effect
/// with the commissioner's notice.
pub const MAJOR: &[ChangeKind] = &[
    ChangeKind::Pi,
    ChangeKind::LeadOrg,
    ChangeKind::Indicator,
    ChangeKind::Extension,
    ChangeKind::Title,
    ChangeKind::Milestone,
    // Where the money goes is no small matter.
    ChangeKind::Account,
    ChangeKind::Race,
];

impl ChangeKind {
    /// Whether it is a major one.
    #[must_use]
    pub fn is_major(self) -> bool {
        MAJOR.contains(&self)
    }
}

codes! {
    /// Where a change stands.
    pub enum ChangeStage {
        Submitted = "submitted" "待专员意见",
        Advised = "advised" "待审批",
        Returned = "returned" "已退回",
        Approved = "approved" "待签补充任务书",
        Rejected = "rejected" "不予批准",
        Dropped = "dropped" "已撤回",
        Effective = "effective" "已生效",
    }
}

use ChangeStage as S;
stage_table!(
    S,
    &[
        path(S::Submitted, A::ChangeComment, &[S::Submitted]),
        path(S::Submitted, A::ChangeAdvise, &[S::Advised, S::Effective, S::Returned]),
        path(S::Submitted, A::ChangeDrop, &[S::Dropped]),
        path(S::Advised, A::ChangeComment, &[S::Advised]),
        path(S::Advised, A::ChangeApprove, &[S::Approved]),
        path(S::Advised, A::ChangeReject, &[S::Rejected]),
        path(S::Advised, A::ChangeReturn, &[S::Returned]),
        path(S::Advised, A::ChangeDrop, &[S::Dropped]),
        path(S::Returned, A::ChangeResubmit, &[S::Submitted]),
        path(S::Returned, A::ChangeDrop, &[S::Dropped]),
        path(S::Approved, A::ChangeSign, &[S::Approved]),
        path(S::Approved, A::ChangeCountersign, &[S::Approved]),
        path(S::Approved, A::ChangeTakeEffect, &[S::Effective]),
        path(S::Approved, A::ChangeDrop, &[S::Dropped]),
    ]
);

codes! {
    /// What a commissioner says of a change.
    pub enum Verdict {
        Support = "support" "同意",
        Oppose = "oppose" "不同意",
        Return = "return" "退回补充",
    }
}

impl Verdict {
    /// Where it leads a change of this kind. One that is filed takes effect with the commissioner's notice; one that is opposed waits for
    /// a director all the same.
    #[must_use]
    pub fn leads(self, kind: ChangeKind) -> ChangeStage {
        match self {
            Self::Return => S::Returned,
            Self::Support if !kind.is_major() => S::Effective,
            Self::Support | Self::Oppose => S::Advised,
        }
    }
}

/// A major change is applied for within so many days of its cause.
pub const DAYS_AFTER_CAUSE: i64 = 30;
/// A major change is applied for so many days before the project ends.
pub const DAYS_BEFORE_END: i64 = 60;
/// An extension is applied for so many months before the project ends.
pub const MONTHS_BEFORE_END: u32 = 3;
/// An extension adds at most so many months.
pub const LONGEST_EXTENSION_MONTHS: u32 = 12;

/// Why a target may be lowered all the same: force majeure 不可抗力, heard by a panel and made known.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ForceMajeure {
    /// The panel: at least three people.
    pub panel: Vec<Assessor>,
    /// Its opinion.
    pub opinion: Reason,
    /// Where it was made known: number of the notice.
    pub notice: Line<2, 200>,
}

/// A milestone as it shall be. What is left out stays.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct MilestoneChange {
    /// Its number.
    pub number: Whole<1, 20>,
    /// When it is due.
    #[deserr(default)]
    #[serde(default)]
    pub due_on: Option<Date>,
    /// Its weight in basis points; all milestones together weigh 10,000.
    #[deserr(default)]
    #[serde(default)]
    pub weight_bps: Option<Whole<0, 10_000>>,
    /// Targets of indicators that it names.
    #[deserr(default)]
    #[serde(default)]
    pub indicators: Vec<IndicatorValue>,
    /// 豁免: whether it is waived.
    #[deserr(default)]
    #[serde(default)]
    pub waive: bool,
}

/// A member of the consortium as it shall be.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct MemberChange {
    /// The organisation: registered and verified, and not the lead.
    pub organization_id: OrganizationId,
    /// What it does.
    pub tasks: Prose<2, 2_000>,
    /// Its share of the department's money in basis points.
    pub fiscal_share_bps: Whole<0, 10_000>,
    /// Money of its own, in fen.
    #[deserr(default = Fen::ZERO)]
    #[schema(required = false)]
    pub self_fund_fen: Fen,
    /// Number of the paper in which it agrees to come in: for one that is new to the consortium.
    #[deserr(default)]
    #[serde(default)]
    pub consent_no: Option<Line<2, 100>>,
}

/// A lead organisation as it shall be.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct LeadChange {
    /// The organisation: a member of the consortium.
    pub organization_id: OrganizationId,
    /// Number of the paper in which it agrees to take over.
    pub consent_no: Line<2, 100>,
}

/// What a gate of the race ordered: who comes in from a merged lane, and the money that goes on from those that ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RaceChange {
    /// The leads of merged lanes.
    pub members: Vec<MemberChange>,
    /// Lines that are added to the plan.
    pub added: Vec<AddedPayment>,
}

impl RaceChange {
    /// The money that goes on to the project.
    #[must_use]
    pub fn added_fen(&self) -> Fen {
        Fen::total(self.added.iter().map(|line| line.amount_fen))
    }
}

/// What a team applies for, or files. Beside the cause it holds the one field that fits its kind.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ChangeInput {
    /// What changes.
    pub kind: ChangeKind,
    /// Why.
    pub cause: Reason,
    /// When the cause arose.
    pub cause_on: Date,
    /// 单位意见: what the lead organisation says to it.
    pub unit_opinion: Reason,
    /// `title`: the new one.
    #[deserr(default)]
    pub title: Option<Title>,
    /// `extension`: the new last day.
    #[deserr(default)]
    pub ends_on: Option<Date>,
    /// `pi`: the new principal investigator. Of the identity number only a keyed hash is kept.
    #[deserr(default)]
    pub principal: Option<TeamMember>,
    /// `lead_org`: the new lead organisation.
    #[deserr(default)]
    pub lead: Option<LeadChange>,
    /// `member`: the whole consortium beside the lead, as it shall be.
    #[deserr(default)]
    pub members: Option<Vec<MemberChange>>,
    /// `indicator`: new targets.
    #[deserr(default)]
    pub indicators: Option<Vec<IndicatorValue>>,
    /// `milestone`: dates, weights, targets, waivers.
    #[deserr(default)]
    pub milestones: Option<Vec<MilestoneChange>>,
    /// `budget_line`: the whole budget, as it shall be.
    #[deserr(default)]
    pub budget: Option<Vec<BudgetLine>>,
    /// `technical_route`: the new one.
    #[deserr(default)]
    pub technical_route: Option<LongText>,
    /// `account`: bank and last digits of the account, never its whole number.
    #[deserr(default)]
    pub account: Option<Line<4, 80>>,
    /// Why a target may be lowered all the same.
    #[deserr(default)]
    pub force_majeure: Option<ForceMajeure>,
    /// `race`: no team asks for it.
    #[deserr(skip)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub race: Option<RaceChange>,
}

impl ChangeInput {
    /// Whether it holds the field of its kind and no other, and comes in time for a project that ends on `ends_on`.
    ///
    /// # Errors
    /// All faults at once.
    pub fn check(&self, ends_on: Date, today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        for (given, kind, field) in [
            (self.title.is_some(), ChangeKind::Title, "title"),
            (self.ends_on.is_some(), ChangeKind::Extension, "ends_on"),
            (self.principal.is_some(), ChangeKind::Pi, "principal"),
            (self.lead.is_some(), ChangeKind::LeadOrg, "lead"),
            (self.members.is_some(), ChangeKind::Member, "members"),
            (self.indicators.is_some(), ChangeKind::Indicator, "indicators"),
            (self.milestones.is_some(), ChangeKind::Milestone, "milestones"),
            (self.budget.is_some(), ChangeKind::BudgetLine, "budget"),
            (self.technical_route.is_some(), ChangeKind::TechnicalRoute, "technical_route"),
            (self.account.is_some(), ChangeKind::Account, "account"),
        ] {
            faults.check(kind == self.kind && !given, field, Fault::missing);
            faults.check(kind != self.kind && given, field, || Fault::new("not_here", "此处不应填写", "does not belong here"));
        }
        faults.check(self.kind == ChangeKind::Race, "kind", || {
            Fault::new("ordered_by_a_gate", "由赛马考核决定，不接受申请", "is ordered by a gate of the race, not applied for")
        });
        faults.check(self.account.as_ref().is_some_and(|account| holds_a_number(account.as_str())), "account", || {
            Fault::new(
                "whole_number",
                "请只写开户行和账号后几位，不要写完整账号",
                "must name the bank and the last digits, never the whole number",
            )
        });
        self.check_days(ends_on, today, &mut faults);
        let pi = self.principal.as_ref().is_some_and(|person| person.role != TeamRole::Pi || person.identity.is_none());
        faults.check(pi, "principal", || Fault::new("no_pi", "须为挂帅人并填写证件号码", "must be a `pi` with an identity number"));
        if let Some(force) = &self.force_majeure {
            let lowers = matches!(self.kind, ChangeKind::Indicator | ChangeKind::Milestone);
            faults.check(!lowers, "force_majeure", || Fault::new("not_here", "此处不应填写", "does not belong here"));
            faults.check(!(3..=15).contains(&force.panel.len()), "force_majeure.panel", || {
                Fault::new("wrong_length", "论证专家应有3至15人", "must hold 3 to 15 people")
            });
        }
        faults.or(())
    }

    fn check_days(&self, ends_on: Date, today: Date, faults: &mut Faults) {
        faults.check(self.cause_on > today, "cause_on", || Fault::new("in_the_future", "不得晚于今天", "may not be after today"));
        let major = self.kind.is_major();
        faults.check(major && self.cause_on.plus_days(DAYS_AFTER_CAUSE) < today, "cause_on", || {
            Fault::new("too_late", "重大变更应在事由发生后30日内申请", "a major change is applied for within 30 days of its cause")
        });
        if self.kind == ChangeKind::Extension {
            self.check_extension(ends_on, today, faults);
            return;
        }
        faults.check(major && today.plus_days(DAYS_BEFORE_END) > ends_on, "kind", || {
            Fault::new("too_late", "重大变更应在项目结束60日前申请", "a major change is applied for 60 days before the end")
        });
    }

    fn check_extension(&self, ends_on: Date, today: Date, faults: &mut Faults) {
        let last = ends_on.0.checked_sub_months(chrono::Months::new(MONTHS_BEFORE_END)).map_or(ends_on, Date);
        faults.check(today > last, "kind", || {
            Fault::new("too_late", "延期应在项目结束3个月前申请", "an extension is applied for 3 months before the end")
        });
        let longest = ends_on.0.checked_add_months(chrono::Months::new(LONGEST_EXTENSION_MONTHS)).map_or(ends_on, Date);
        faults.check(self.ends_on.is_some_and(|day| day <= ends_on), "ends_on", || {
            Fault::new("not_later", "应晚于现结束日", "must be later than the present last day")
        });
        faults.check(self.ends_on.is_some_and(|day| day > longest), "ends_on", || {
            Fault::new("too_late", "延期最长12个月", "may be at most 12 months later")
        });
    }

    /// The same with what is kept of the identity number: what `hash` makes of it.
    #[must_use]
    pub fn keep_identities(mut self, hash: impl Fn(&str) -> String) -> Self {
        if let Some(person) = &mut self.principal {
            person.identity = person.identity.take().map(|identity| identity.kept(&hash));
        }
        self
    }
}

/// Whether text holds what may be the whole number of an account: more than six digits, spaces aside, of whatever width.
fn holds_a_number(text: &str) -> bool {
    let compact: String = text.nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
    compact.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 6)
}

/// A commissioner's word on a change.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AdviceInput {
    /// What they say.
    pub verdict: Verdict,
    /// Why; the team will read it.
    pub opinion: Reason,
}

#[cfg(test)]
mod tests {
    use super::{ChangeKind, ChangeStage, Verdict};

    #[test]
    fn a_major_change_is_never_in_effect_by_the_commissioners_word() {
        for kind in ChangeKind::ALL {
            for verdict in Verdict::ALL {
                assert!(!(kind.is_major() && verdict.leads(*kind) == ChangeStage::Effective), "{kind} {verdict}");
            }
        }
    }
}
