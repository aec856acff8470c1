//! Challenges 榜单: their stages, and what a draft must hold.

use crate::domain::codes::codes;
use crate::domain::custody::SealingInput;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{BatchId, OrganizationId, SchemeId};
use crate::domain::indicator::{Indicator, repeated};
use crate::domain::input::Whole;
use crate::domain::money::Fen;
use crate::domain::policy::Action as A;
use crate::domain::text::{Prose, Reason, Title};
use crate::domain::time::Timestamp;
use crate::domain::user::Sector;
use crate::domain::workflow::{path, stage_table};
use deserr::ValuePointerRef;

codes! {
    /// Where a challenge stands.
    pub enum ChallengeStage {
        Draft = "draft" "起草",
        InApproval = "in_approval" "审批中",
        Rejected = "rejected" "不予发榜",
        Approved = "approved" "已批准",
        Open = "open" "揭榜中",
        Suspended = "suspended" "已暂停",
        Closed = "closed" "已截止",
        Screening = "screening" "形式审查",
        Reviewing = "reviewing" "评审中",
        Deciding = "deciding" "拟立项",
        Publicity = "publicity" "公示中",
        Awarded = "awarded" "已立项",
        Finished = "finished" "已完成",
        Failed = "failed" "流标",
        Withdrawn = "withdrawn" "撤榜",
    }
}

use ChallengeStage as S;
stage_table!(
    S,
    &[
        path(S::Draft, A::ChallengeEdit, &[S::Draft]),
        path(S::Draft, A::ChallengeSubmit, &[S::InApproval]),
        path(S::Draft, A::ChallengeWithdraw, &[S::Withdrawn]),
        path(S::InApproval, A::ChallengeReturn, &[S::Draft]),
        path(S::InApproval, A::ChallengeReject, &[S::Rejected]),
        path(S::InApproval, A::ChallengeApprove, &[S::Approved]),
        path(S::InApproval, A::ChallengeWithdraw, &[S::Withdrawn]),
        path(S::Approved, A::ChallengePublish, &[S::Open]),
        path(S::Approved, A::ChallengeWithdraw, &[S::Withdrawn]),
        path(S::Open, A::BidCreate, &[S::Open]),
        path(S::Open, A::QuestionAsk, &[S::Open]),
        path(S::Open, A::ChallengeClose, &[S::Closed]),
        path(S::Open, A::AmendmentPropose, &[S::Open]),
        path(S::Open, A::ChallengeExtend, &[S::Open]),
        path(S::Open, A::ChallengeCorrect, &[S::Open]),
        path(S::Open, A::ChallengeSuspend, &[S::Suspended]),
        path(S::Open, A::ChallengeWithdraw, &[S::Withdrawn]),
        path(S::Closed, A::ChallengeReleaseShare, &[S::Closed]),
        path(S::Suspended, A::ChallengeResume, &[S::Open]),
        path(S::Suspended, A::ChallengeWithdraw, &[S::Withdrawn]),
        path(S::Closed, A::ChallengeOpenBids, &[S::Screening]),
        path(S::Closed, A::ChallengeFail, &[S::Failed]),
        path(S::Closed, A::ChallengeWithdraw, &[S::Withdrawn]),
        path(S::Screening, A::ChallengeStartReview, &[S::Reviewing]),
        path(S::Screening, A::DrawPrepare, &[S::Screening]),
        path(S::Screening, A::ChallengeAskSponsor, &[S::Screening]),
        path(S::Screening, A::ChallengeFail, &[S::Failed]),
        path(S::Screening, A::ChallengeWithdraw, &[S::Withdrawn]),
        path(S::Reviewing, A::DrawPrepare, &[S::Reviewing]),
        path(S::Reviewing, A::ChallengeAskSponsor, &[S::Reviewing]),
        path(S::Reviewing, A::ChallengeNextPhase, &[S::Reviewing]),
        path(S::Reviewing, A::ChallengePropose, &[S::Deciding]),
        path(S::Reviewing, A::ChallengeFail, &[S::Failed]),
        path(S::Reviewing, A::ChallengeWithdraw, &[S::Withdrawn]),
        path(S::Deciding, A::DecisionReturn, &[S::Reviewing]),
        path(S::Deciding, A::ChallengePublicise, &[S::Publicity]),
        path(S::Deciding, A::ChallengeFail, &[S::Failed]),
        path(S::Deciding, A::ChallengeWithdraw, &[S::Withdrawn]),
        path(S::Publicity, A::DecisionReopen, &[S::Reviewing]),
        // A decision lost a winner that left: another stands in its place, or it is taken anew, or nobody is left.
        path(S::Deciding, A::DecisionReplace, &[S::Deciding]),
        path(S::Deciding, A::DecisionLapse, &[S::Reviewing, S::Awarded]),
        path(S::Deciding, A::ChallengeForfeit, &[S::Failed]),
        path(S::Publicity, A::DecisionReplace, &[S::Deciding]),
        path(S::Publicity, A::DecisionLapse, &[S::Reviewing, S::Awarded]),
        path(S::Publicity, A::ChallengeForfeit, &[S::Failed]),
        path(S::Awarded, A::BidCallUp, &[S::Deciding]),
        path(S::Awarded, A::ChallengeForfeit, &[S::Failed]),
        path(S::Publicity, A::ChallengeAward, &[S::Awarded]),
        path(S::Publicity, A::ChallengeWithdraw, &[S::Withdrawn]),
        path(S::Awarded, A::ChallengeFinish, &[S::Finished]),
        path(S::Failed, A::ChallengeRepublish, &[S::Open]),
        path(S::Failed, A::ChallengeAdjust, &[S::Draft]),
        path(S::Failed, A::ChallengeWithdraw, &[S::Withdrawn]),
    ]
);

codes! {
    /// The four plan categories of the "3+1" system.
    pub enum PlanCategory {
        MajorSpecial = "major_special" "科技重大专项计划",
        KeyRd = "key_rd" "重点研发计划",
        BasicResearch = "basic_research" "基础研究计划",
        ServiceSupport = "service_support" "创新生态服务支撑专项",
    }
}

codes! {
    /// Whose problem a challenge is.
    pub enum ChallengeClass {
        EnterpriseTech = "enterprise_tech" "企业重大技术攻关",
        FrontierPublic = "frontier_public" "重大基础前沿与民生公益",
    }
}

codes! {
    /// How the team is chosen.
    pub enum SelectionMode {
        OpenChallenge = "open_challenge" "揭榜挂帅",
        Competitive = "competitive" "竞争择优",
        Directed = "directed" "定向委托",
    }
}

codes! {
    /// Why a round ended without an award.
    pub enum FailReason {
        NoBids = "no_bids" "无有效揭榜",
        NoEligibleBid = "no_eligible_bid" "均未通过形式审查",
        SponsorUnsatisfied = "sponsor_unsatisfied" "需求方均不满意",
        BelowThreshold = "below_threshold" "评审均未达到要求",
        SealLost = "seal_lost" "密钥份额不足，无法启封",
        Forfeited = "forfeited" "中榜单位均放弃签约",
        Other = "other" "其他",
    }
}

/// Days before the closing in which no questions are taken, unless the publication says otherwise.
const QUIET_DAYS: i64 = 5;
/// The least time between opening and closing, in days (a floor; the department sets longer ones).
pub const LEAST_OPEN_DAYS: i64 = 20;

/// The content of a challenge: written as a draft, fixed by publication.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = ChallengeInput::check -> Faults)]
pub struct ChallengeInput {
    /// The batch that it belongs to.
    pub batch_id: BatchId,
    /// 榜单名称, unique in the batch.
    pub title: Title,
    /// Class 类别.
    pub class: ChallengeClass,
    /// Plan category 计划类别.
    pub plan_category: PlanCategory,
    /// Selection mode 立项方式.
    pub selection_mode: SelectionMode,
    /// Sector 领域.
    pub sector: Sector,
    /// Sponsor 需求方: needed for `enterprise_tech`.
    #[deserr(default)]
    pub sponsor_id: Option<OrganizationId>,
    /// The judging scheme 评审方案, by the id of its version; left out, the standard one.
    #[deserr(default)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme_id: Option<SchemeId>,
    /// How many teams may run side by side; above 1 it is a race 赛马.
    pub max_parallel_teams: Whole<1, 5>,
    /// Background and the problem to be solved.
    pub background: Prose<1, 4_000>,
    /// What is to be researched.
    pub research_content: Prose<1, 8_000>,
    /// Conditions for bidders 揭榜条件. No degree, title, age or years since registration may be asked for.
    #[deserr(default)]
    pub conditions: Option<Prose<1, 2_000>>,
    /// 2 to 12 indicators, at least 2 of them mandatory.
    pub indicators: Vec<Indicator>,
    /// Cap of the department's money in fen.
    pub fiscal_cap_fen: Fen,
    /// The sponsor's own money in fen: above 0 for `enterprise_tech`.
    pub sponsor_fund_fen: Fen,
    /// Duration in months.
    pub duration_months: Whole<1, 72>,
    /// 密级: `public` only; classified projects are handled offline.
    pub secrecy: Secrecy,
}

/// What a challenge demands of a bid: the part of its content that a submission is held against.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Demands {
    /// Class, by which a plan for the use is asked for, or a partner of the province.
    pub class: ChallengeClass,
    /// Sponsor: no lead of a bid on its own challenge.
    pub sponsor_id: Option<OrganizationId>,
    /// The sponsor's money in fen.
    pub sponsor_fund_fen: Fen,
    /// Selection mode, by which the limit of projects to lead is counted.
    pub selection_mode: SelectionMode,
    /// The indicators to be answered.
    pub indicators: Vec<Indicator>,
    /// Cap of the department's money in fen.
    pub fiscal_cap_fen: Fen,
    /// Duration in months.
    pub duration_months: Whole<1, 72>,
}

impl Demands {
    /// Whether the challenge has an indicator of this code.
    #[must_use]
    pub fn asks(&self, code: &str) -> bool {
        self.indicators.iter().any(|asked| asked.code.as_str() == code)
    }
}

codes! {
    /// Classification level. Anything else than `public` is handled offline.
    pub enum Secrecy {
        Public = "public" "公开",
        Secret = "secret" "秘密",
        Confidential = "confidential" "机密",
    }
}

/// Words that show a condition on degree, title, age or years since registration, which 揭榜挂帅 does not admit.
const FORBIDDEN_CONDITIONS: &[&str] = &[
    "学历",
    "学位",
    "博士",
    "硕士",
    "本科",
    "职称",
    "院士",
    "教授",
    "研究员",
    "高级工程师",
    "年龄",
    "周岁",
    "岁以下",
    "注册年限",
    "成立满",
    "注册满",
    "成立年限",
    "注册时间",
];

fn forbidden_condition(word: &str) -> Fault {
    Fault::new(
        "forbidden_condition",
        format!("揭榜挂帅不设学历、职称、年龄、注册年限门槛（“{word}”）"),
        format!("an open challenge admits no condition on degree, title, age or years since registration (“{word}”)"),
    )
}

impl ChallengeInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        self.faults().or(self)
    }

    /// Everything that is wrong with it as a whole.
    #[must_use]
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        let enterprise = self.class == ChallengeClass::EnterpriseTech;
        faults.check(enterprise && self.sponsor_id.is_none(), "sponsor_id", Fault::missing);
        faults.check(enterprise && self.sponsor_fund_fen == Fen::ZERO, "sponsor_fund_fen", || {
            Fault::new("too_small", "企业类榜单须有需求方出资", "a challenge of class enterprise_tech needs the sponsor's money")
        });
        faults.check(self.fiscal_cap_fen == Fen::ZERO, "fiscal_cap_fen", || Fault::new("too_small", "应大于0", "must be above 0"));
        faults.check(self.secrecy != Secrecy::Public, "secrecy", || {
            Fault::new("classified", "涉密项目请离线办理", "classified projects are handled offline")
        });
        faults.check(!(2..=12).contains(&self.indicators.len()), "indicators", || {
            Fault::new("wrong_length", "应有2至12项考核指标", "must hold 2 to 12 indicators")
        });
        faults.check(self.indicators.iter().filter(|i| i.mandatory).count() < 2, "indicators", || {
            Fault::new("too_few_mandatory", "至少2项必达指标", "at least 2 indicators must be mandatory")
        });
        if let Some(code) = repeated(self.indicators.iter().map(|i| i.code.as_str())) {
            faults.check(true, "indicators", || {
                Fault::new("repeated_code", format!("指标代码重复：{code}"), format!("indicator code stands twice: {code}"))
            });
        }
        let conditions = self.conditions.as_ref().map_or("", |text| text.as_str());
        let open = self.selection_mode == SelectionMode::OpenChallenge;
        if let Some(word) = FORBIDDEN_CONDITIONS.iter().find(|word| open && conditions.contains(**word)) {
            faults.check(true, "conditions", || forbidden_condition(word));
        }
        faults
    }
}

/// The window in which teams may bid: half-open, `[opens_at, closes_at)`.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = Window::check -> Faults)]
pub struct Window {
    /// First instant at which bids are taken.
    pub opens_at: Timestamp,
    /// First instant at which bids are no longer taken; at least 20 days later.
    pub closes_at: Timestamp,
    /// First instant at which questions are no longer taken, before the window closes: five days before it, by default.
    #[deserr(default)]
    pub questions_until: Option<Timestamp>,
    /// How the bids are sealed: `server_key` by default.
    #[deserr(default)]
    pub sealing: Option<SealingInput>,
}

impl Window {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let least = self.opens_at.plus(chrono::TimeDelta::days(LEAST_OPEN_DAYS));
        faults.check(self.closes_at < least, "closes_at", || {
            Fault::new(
                "window_too_short",
                format!("揭榜期不得少于{LEAST_OPEN_DAYS}天"),
                format!("the time to bid must be at least {LEAST_OPEN_DAYS} days"),
            )
        });
        if let Some(sealing) = &self.sealing {
            sealing.check(&mut faults);
        }
        let until = self.questions_until();
        faults.check(until <= self.opens_at || until > self.closes_at, "questions_until", || {
            Fault::new("outside_the_window", "应在揭榜期内", "must lie within the time to bid")
        });
        faults.or(self)
    }

    /// Until when questions are taken.
    #[must_use]
    pub fn questions_until(&self) -> Timestamp {
        self.questions_until.unwrap_or_else(|| self.closes_at.plus(chrono::TimeDelta::days(-QUIET_DAYS)))
    }

    /// Faults that only the present instant shows: a window that is already over.
    ///
    /// # Errors
    /// `closes_at` is not in the future.
    pub fn still_ahead(self, now: Timestamp) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.check(self.closes_at <= now, "closes_at", || Fault::new("in_the_past", "应晚于现在", "must be in the future"));
        faults.or(self)
    }
}

/// The end of a round without an award.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct FailInput {
    /// Coded reason; it must fit the facts.
    pub reason_code: FailReason,
    /// The reason in words.
    pub reason: Reason,
}

/// Why something is returned, rejected or withdrawn.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ReasonInput {
    /// The reason in words; those concerned will read it.
    pub reason: Reason,
}

/// Nothing more needs to be said.
#[derive(Clone, Copy, Debug, Default, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct NoInput {}
