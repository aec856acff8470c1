//! Bids 揭榜申请: their stages, their seal, and what a complete bid holds.

use crate::domain::challenge::Demands;
use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::indicator::{IndicatorValue, repeated};
use crate::domain::input::Whole;
use crate::domain::money::{Fen, WHOLE_BPS};
use crate::domain::policy::Action as A;
use crate::domain::text::{LongText, Name, Reason, Title};
use crate::domain::workflow::{path, stage_table};
use deserr::ValuePointerRef;

codes! {
    /// Where a bid stands.
    pub enum BidStage {
        Draft = "draft" "起草",
        Submitted = "submitted" "已提交",
        Withdrawn = "withdrawn" "已撤回",
        Eligible = "eligible" "形式审查通过",
        Ineligible = "ineligible" "形式审查不通过",
        Shortlisted = "shortlisted" "入围",
        NotShortlisted = "not_shortlisted" "未入围",
        Recommended = "recommended" "拟立项",
        Reserve = "reserve" "备选",
        Declined = "declined" "未入选",
        Awarded = "awarded" "中榜",
        Signed = "signed" "已签约",
    }
}

use BidStage as S;
stage_table!(
    S,
    &[
        path(S::Draft, A::BidEdit, &[S::Draft]),
        path(S::Draft, A::BidAppoint, &[S::Draft]),
        path(S::Draft, A::BidSubmit, &[S::Submitted]),
        path(S::Submitted, A::BidEdit, &[S::Submitted]),
        path(S::Submitted, A::BidAppoint, &[S::Submitted]),
        path(S::Submitted, A::BidResubmit, &[S::Submitted]),
        path(S::Submitted, A::BidWithdraw, &[S::Withdrawn]),
        path(S::Submitted, A::BidExamine, &[S::Eligible, S::Ineligible]),
        path(S::Submitted, A::BidDecline, &[S::Declined]),
        path(S::Submitted, A::BidLapse, &[S::Withdrawn]),
        path(S::Withdrawn, A::BidEdit, &[S::Withdrawn]),
        path(S::Withdrawn, A::BidResubmit, &[S::Submitted]),
        path(S::Eligible, A::BidShortlist, &[S::Shortlisted, S::NotShortlisted]),
        path(S::Eligible, A::ReviewAssign, &[S::Eligible]),
        path(S::Eligible, A::BidSelect, &[S::Recommended, S::Reserve, S::Declined]),
        path(S::Eligible, A::BidDecline, &[S::Declined]),
        path(S::Shortlisted, A::ReviewAssign, &[S::Shortlisted]),
        path(S::Shortlisted, A::BidSelect, &[S::Recommended, S::Reserve, S::Declined]),
        path(S::Shortlisted, A::BidDecline, &[S::Declined]),
        path(S::Recommended, A::BidAward, &[S::Awarded]),
        path(S::Awarded, A::BidSign, &[S::Signed]),
    ]
);

/// Stages that count as the one live bid of a lead organisation in a round.
pub const LIVE: &[BidStage] = &[S::Draft, S::Submitted, S::Eligible, S::Shortlisted, S::Recommended, S::Reserve, S::Awarded, S::Signed];

/// Stages in which the department still has the bid before it: their teams hear what happens to the challenge.
pub const BEFORE_THE_DEPARTMENT: &[BidStage] =
    &[S::Submitted, S::Eligible, S::Shortlisted, S::Recommended, S::Reserve, S::Awarded, S::Signed];

/// The seal: before a round is opened nobody but the team may know a bid, not even that it exists.
///
/// `round` is the bid's, `opened_round` the last round of the challenge that was opened. Every read path asks here, and
/// the list's filter in `store::bids` says the same in SQL. A bid that was never submitted, or was withdrawn, stays the
/// team's own for ever.
#[must_use]
pub fn sealed(stage: BidStage, round: i32, opened_round: i32) -> bool {
    round > opened_round || matches!(stage, S::Draft | S::Withdrawn)
}

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
}

/// The content of a bid. A draft may leave out anything; what is missing is listed when it is submitted.
#[derive(Clone, Debug, Default, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = BidInput::check -> Faults)]
#[serde(default)]
pub struct BidInput {
    /// 挂帅人, the principal investigator.
    #[deserr(default)]
    pub pi_name: Option<Name>,
    /// Technical plan.
    #[deserr(default)]
    pub technical_plan: Option<LongText>,
    /// Money asked of the department, in fen; not above the challenge's cap.
    #[deserr(default)]
    pub requested_fen: Option<Fen>,
    /// The team's own money, in fen.
    #[deserr(default)]
    pub self_fund_fen: Option<Fen>,
    /// Promised value for each indicator of the challenge; none weaker than a mandatory target.
    #[deserr(default)]
    pub indicators: Vec<IndicatorValue>,
    /// Milestone plan: 2 to 20 stages, months strictly increasing.
    #[deserr(default)]
    pub milestones: Vec<PlannedStage>,
    /// 诚信承诺: everything stated is true.
    #[deserr(default)]
    pub truthful: bool,
}

impl BidInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        if let Some(code) = repeated(self.indicators.iter().map(|value| value.code.as_str())) {
            faults.check(true, "indicators", || {
                Fault::new("repeated_code", format!("指标代码重复：{code}"), format!("indicator code stands twice: {code}"))
            });
        }
        faults
            .check(self.milestones.len() > 20, "milestones", || Fault::new("wrong_length", "最多20个阶段", "must hold at most 20 stages"));
        faults.or(self)
    }

    /// Everything that keeps this bid on `challenge` from being submitted.
    ///
    /// # Errors
    /// All faults at once, each at its field.
    pub fn complete_for(&self, challenge: &Demands) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.pi_name.is_none(), "pi_name", Fault::missing);
        faults.check(self.technical_plan.is_none(), "technical_plan", Fault::missing);
        faults.check(self.self_fund_fen.is_none(), "self_fund_fen", Fault::missing);
        match self.requested_fen {
            None | Some(Fen::ZERO) => faults.check(true, "requested_fen", Fault::missing),
            Some(amount) => faults.check(amount > challenge.fiscal_cap_fen, "requested_fen", || {
                Fault::new("over_cap", "不得超过榜单资助上限", "may not exceed the cap of the challenge")
            }),
        }
        faults.check(!self.truthful, "truthful", || Fault::new("not_affirmed", "须作出真实性承诺", "must be affirmed"));
        self.answer_indicators(challenge, &mut faults);
        self.plan_stages(challenge, &mut faults);
        faults.or(())
    }

    fn answer_indicators(&self, challenge: &Demands, faults: &mut Faults) {
        for asked in &challenge.indicators {
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
            let unknown = !challenge.indicators.iter().any(|asked| asked.code == given.code);
            faults.check(unknown, &format!("indicators.{}", given.code), || {
                Fault::new("unknown_indicator", "榜单没有这项指标", "is no indicator of the challenge")
            });
        }
    }

    fn plan_stages(&self, challenge: &Demands, faults: &mut Faults) {
        let months: Vec<i64> = self.milestones.iter().map(|stage| stage.month.0).collect();
        faults.check(months.len() < 2, "milestones", || Fault::new("wrong_length", "至少2个阶段", "must hold at least 2 stages"));
        faults.check(months.windows(2).any(|pair| matches!(pair, [a, b] if a >= b)), "milestones", || {
            Fault::new("not_increasing", "各阶段时间应依次递增", "months must increase strictly")
        });
        faults.check(months.last().is_some_and(|last| *last > challenge.duration_months.0), "milestones", || {
            Fault::new("after_the_end", "不得超出榜单实施期限", "may not lie after the end of the challenge's duration")
        });
        let weight: i64 = self.milestones.iter().map(|stage| stage.weight_bps.0).sum();
        faults.check(weight != WHOLE_BPS, "milestones", || Fault::new("weights", "权重合计应为10000", "weights must sum to 10,000"));
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

codes! {
    /// The items of the formal examination 形式审查.
    pub enum ExaminationItem {
        Deadline = "F1" "在截止时间前提交",
        Complete = "F2" "材料齐全",
        Signatures = "F3" "签字盖章",
        CreditCode = "F4" "统一社会信用代码有效",
        OrganizationKind = "F5" "单位性质符合",
        Partner = "F6" "省内合作单位",
        Indicators = "F7" "指标全部响应",
        Budget = "F8" "预算计算正确",
        Cap = "F9" "未超资助上限",
        Agreement = "F10" "联合体协议",
        Limits = "F11" "限项",
        Integrity = "F12" "科研诚信",
        Duplicates = "F13" "查重",
        NotClassified = "F14" "不涉密",
        Ethics = "F15" "伦理与生物安全",
        RoleConflict = "F16" "无角色冲突",
    }
}

codes! {
    /// What was found on one item.
    pub enum Finding {
        Pass = "pass" "通过",
        Fail = "fail" "不通过",
        NotApplicable = "na" "不适用",
    }
}

/// One item of the checklist with its finding.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ExaminedItem {
    /// Which item.
    pub code: ExaminationItem,
    /// What was found.
    pub finding: Finding,
    /// Why it fails: needed for `fail`, and told to the team.
    #[deserr(default)]
    pub reason: Option<Reason>,
}

/// A formal examination: every item of the checklist once.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = ExaminationInput::check -> Faults)]
pub struct ExaminationInput {
    /// F1 to F16, each once.
    pub items: Vec<ExaminedItem>,
}

impl ExaminationInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        for item in ExaminationItem::ALL {
            let times = self.items.iter().filter(|given| given.code == *item).count();
            faults.check(times == 0, &format!("items.{item}"), Fault::missing);
            faults.check(times > 1, &format!("items.{item}"), || Fault::new("repeated_code", "重复", "stands more than once"));
        }
        for item in &self.items {
            let mute = item.finding == Finding::Fail && item.reason.is_none();
            faults.check(mute, &format!("items.{}.reason", item.code), Fault::missing);
        }
        faults.or(self)
    }

    /// The conclusion: eligible when every item passes or does not apply.
    #[must_use]
    pub fn conclusion(&self) -> BidStage {
        let failed = self.items.iter().any(|item| item.finding == Finding::Fail);
        if failed { S::Ineligible } else { S::Eligible }
    }

    /// The reasons of the failed items, one a line.
    #[must_use]
    pub fn reasons(&self) -> String {
        let failed = self.items.iter().filter(|item| item.finding == Finding::Fail);
        let lines: Vec<String> = failed
            .map(|item| format!("{} {}：{}", item.code, item.code.zh(), item.reason.as_ref().map_or("", |reason| reason.as_str())))
            .collect();
        lines.join("\n")
    }
}

/// Whether a bid goes on to the panel.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ShortlistInput {
    /// `true` 入围, `false` 未入围.
    pub shortlisted: bool,
    /// The reason; the team will read it.
    pub reason: Reason,
}
