//! Kinds: what can be acted on, and which action decides whether one may be known at all.

use super::action::Action;
use crate::domain::codes::codes;

codes! {
    /// Kinds of objects, as the audit log and the links name them.
    pub enum Kind {
        Session = "session" "登录",
        SecondFactor = "second_factor" "第二因素",
        Me = "me" "本人",
        Custody = "custody" "保管密钥",
        Organization = "organization" "单位",
        User = "user" "用户",
        Grant = "grant" "授权",
        Key = "key" "机器密钥",
        Calendar = "calendar" "放假调休安排",
        Batch = "batch" "批次",
        Challenge = "challenge" "榜单",
        Amendment = "amendment" "榜单变更",
        Decision = "decision" "立项决定",
        Objection = "objection" "异议",
        Question = "question" "答疑",
        Partnership = "partnership" "联合体合作",
        Restriction = "restriction" "限制申报",
        Bid = "bid" "揭榜申请",
        File = "file" "附件",
        Satisfaction = "satisfaction" "满意度评价",
        Scheme = "scheme" "评审方案",
        Expert = "expert" "评审专家",
        Draw = "draw" "专家抽取",
        Review = "review" "评审",
        Recusal = "recusal" "回避",
        Project = "project" "项目",
        Measure = "measure" "处置",
        Clawback = "clawback" "清算与追回",
        Milestone = "milestone" "里程碑",
        Change = "change" "变更",
        Visit = "visit" "服务记录",
        Report = "report" "执行情况报告",
        Problem = "problem" "跟踪问题",
        Payment = "payment" "拨付",
        Acceptance = "acceptance" "验收",
        Outcome = "outcome" "成果",
        Paper = "paper" "台账",
        Audit = "audit" "审计记录",
        Portfolio = "portfolio" "项目总览",
        Notary = "notary" "签名公钥",
    }
}

impl Kind {
    /// The action that decides whether a record of this kind may be known at all.
    #[must_use]
    pub const fn read(self) -> Action {
        match self {
            Self::Session => Action::SessionRead,
            Self::SecondFactor => Action::SecondFactorRead,
            Self::Me => Action::MeRead,
            Self::Custody => Action::CustodyRead,
            Self::Organization => Action::OrganizationRead,
            Self::User => Action::UserRead,
            Self::Grant => Action::GrantRead,
            Self::Key => Action::KeyRead,
            Self::Calendar => Action::CalendarRead,
            Self::Batch => Action::BatchRead,
            Self::Challenge => Action::ChallengeRead,
            Self::Amendment => Action::AmendmentRead,
            Self::Decision => Action::DecisionRead,
            Self::Objection => Action::ObjectionRead,
            Self::Question => Action::QuestionRead,
            Self::Bid => Action::BidRead,
            Self::File => Action::FileRead,
            Self::Partnership => Action::PartnershipRead,
            Self::Restriction => Action::RestrictionRead,
            Self::Satisfaction => Action::SatisfactionRead,
            Self::Scheme => Action::SchemeRead,
            Self::Expert => Action::ExpertRead,
            Self::Draw => Action::DrawRead,
            Self::Review => Action::ReviewRead,
            Self::Recusal => Action::RecusalRead,
            Self::Project => Action::ProjectRead,
            Self::Measure => Action::MeasureRead,
            Self::Clawback => Action::ClawbackRead,
            Self::Milestone => Action::MilestoneRead,
            Self::Change => Action::ChangeRead,
            Self::Visit => Action::VisitRead,
            Self::Report => Action::ReportRead,
            Self::Problem => Action::ProblemRead,
            Self::Payment => Action::PaymentRead,
            Self::Acceptance => Action::AcceptanceRead,
            Self::Outcome => Action::OutcomeRead,
            Self::Paper => Action::PaperRead,
            Self::Audit => Action::AuditRead,
            Self::Portfolio => Action::PortfolioRead,
            Self::Notary => Action::NotaryRead,
        }
    }
}
