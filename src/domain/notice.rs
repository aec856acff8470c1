//! Notices: which action writes which letter to whom.
//!
//! One row of [`LETTERS`] is all it takes: `app::act` sends the letters of an action when the action is recorded, in the
//! same transaction. The text stands in `mail/templates/<notice>/`. A golden test shows every change of this table.

use crate::domain::codes::codes;
use crate::domain::policy::Action::{self, self as A};

codes! {
    /// A letter, named after what happened.
    pub enum Notice {
        AccountCreated = "account_created" "账户开立",
        RolesChanged = "roles_changed" "角色变更",
        RolesGivenOnHost = "roles_given_on_host" "主机端授予角色",
        GrantProposed = "grant_proposed" "授权待批",
        GrantDeclined = "grant_declined" "授权未获批准",
        GrantLapsed = "grant_lapsed" "授权建议失效",
        AccountGuessed = "account_guessed" "密码被反复猜测",
        AccountDisabled = "account_disabled" "账户停用",
        AccountErased = "account_erased" "账户注销",
        AccountEnabled = "account_enabled" "账户启用",
        PasswordChanged = "password_changed" "密码修改",
        ParticularsChanged = "particulars_changed" "个人信息变更",
        PasswordReset = "password_reset" "重置密码",
        AccountInvited = "account_invited" "账户邀请",
        InvitationWithdrawn = "invitation_withdrawn" "邀请撤回",
        SessionRevoked = "session_revoked" "登录被终止",
        SessionEnded = "session_ended" "登录被管理员终止",
        NewPlace = "new_place" "新地点登录",
        SecondFactorOn = "second_factor_on" "第二因素启用",
        SecondFactorOff = "second_factor_off" "第二因素停用",
        SecondFactorReset = "second_factor_reset" "第二因素被重置",
        RecoveryCodeUsed = "recovery_code_used" "恢复码已使用",
        KeyCreated = "key_created" "机器密钥开立",
        KeyRotated = "key_rotated" "机器密钥轮换",
        KeyRevoked = "key_revoked" "机器密钥吊销",
        KeyExpiring = "key_expiring" "机器密钥将到期",
        OrganizationVerified = "organization_verified" "单位核验",
        OrganizationSuspended = "organization_suspended" "单位暂停",
        OrganizationReinstated = "organization_reinstated" "单位恢复",
        ChallengeSubmitted = "challenge_submitted" "榜单报批",
        ChallengeReturned = "challenge_returned" "榜单退回",
        ChallengeRejected = "challenge_rejected" "榜单不予发榜",
        ChallengeApproved = "challenge_approved" "榜单获批",
        ChallengePublished = "challenge_published" "发榜",
        ChallengeClosed = "challenge_closed" "揭榜截止",
        CustodianAppointed = "custodian_appointed" "指定密钥保管人",
        SharesWanted = "shares_wanted" "待交出密钥份额",
        ShareReleased = "share_released" "密钥份额已交出",
        ShareLost = "share_lost" "密钥份额失效",
        CustodySet = "custody_set" "保管口令变更",
        BidsOpened = "bids_opened" "启封",
        ReviewStarted = "review_started" "评审启动",
        DecisionProposed = "decision_proposed" "立项决定报批",
        DecisionApproved = "decision_approved" "立项决定获批",
        DecisionReturned = "decision_returned" "立项决定退回",
        PublicityOpened = "publicity_opened" "公示",
        ChallengeAwarded = "challenge_awarded" "立项",
        ChallengeFailed = "challenge_failed" "流标",
        ChallengeAdjusted = "challenge_adjusted" "流标后调整",
        ChallengeWithdrawn = "challenge_withdrawn" "撤榜",
        ChallengeFinished = "challenge_finished" "榜单办结",
        AmendmentProposed = "amendment_proposed" "延期或更正待批",
        AmendmentDeclined = "amendment_declined" "延期或更正未获批准",
        ChallengeExtended = "challenge_extended" "揭榜延期",
        ChallengeCorrected = "challenge_corrected" "榜单更正",
        ChallengeSuspended = "challenge_suspended" "揭榜暂停",
        ChallengeResumed = "challenge_resumed" "揭榜恢复",
        BidNeedsReconfirmation = "bid_needs_reconfirmation" "揭榜申请待确认",
        BidLapsed = "bid_lapsed" "揭榜申请未确认失效",
        QuestionAsked = "question_asked" "收到提问",
        QuestionAnswered = "question_answered" "公开答疑",
        QuestionDeclined = "question_declined" "提问不予公开答复",
        PartnershipAsked = "partnership_asked" "联合体合作待确认",
        PartnershipDropped = "partnership_dropped" "不再作为合作单位",
        PartnershipConfirmed = "partnership_confirmed" "合作单位已确认",
        PartnershipDeclined = "partnership_declined" "合作单位谢绝",
        RestrictionProposed = "restriction_proposed" "限制申报待批",
        RestrictionDeclined = "restriction_declined" "不予限制申报",
        RestrictionInForce = "restriction_in_force" "限制申报",
        RestrictionLifted = "restriction_lifted" "解除限制申报",
        BidReceived = "bid_received" "揭榜回执",
        BidFlawed = "bid_flawed" "揭榜申请无法启封",
        BidUnopened = "bid_unopened" "揭榜申请未能启封",
        BidMemberAdded = "bid_member_added" "获得揭榜申请权限",
        BidMemberRemoved = "bid_member_removed" "失去揭榜申请权限",
        BidWithdrawn = "bid_withdrawn" "揭榜撤回",
        BidEligible = "bid_eligible" "形式审查通过",
        BidIneligible = "bid_ineligible" "形式审查不通过",
        BidDoubted = "bid_doubted" "形式审查待复核",
        CorrectionRequested = "correction_requested" "补正通知",
        BidCorrected = "bid_corrected" "已补正",
        ExaminationReturned = "examination_returned" "形式审查退回",
        AppealReceived = "appeal_received" "复核申请",
        AppealUpheld = "appeal_upheld" "复核成立",
        AppealDismissed = "appeal_dismissed" "复核维持",
        BidShortlisted = "bid_shortlisted" "入围",
        BidNotShortlisted = "bid_not_shortlisted" "未入围",
        BidRecommended = "bid_recommended" "拟立项",
        BidReserve = "bid_reserve" "备选",
        BidDeclined = "bid_declined" "未入选",
        BidAwarded = "bid_awarded" "中榜",
        ExpertEnlisted = "expert_enlisted" "专家入库",
        ExpertReminded = "expert_reminded" "专家信息待确认",
        ExpertPaused = "expert_paused" "专家暂停",
        ExpertResumed = "expert_resumed" "专家恢复",
        ExpertRemoved = "expert_removed" "专家出库",
        DrawPrepared = "draw_prepared" "抽取待监督",
        PanelDrawn = "panel_drawn" "专家组已抽取",
        DrawVoided = "draw_voided" "抽取作废",
        PanelChanged = "panel_changed" "专家递补",
        PanelInvited = "panel_invited" "专家组评审邀请",
        ReviewReleased = "review_released" "不再需要评审",
        ReviewAssigned = "review_assigned" "评审邀请",
        ReviewDeclared = "review_declared" "评审接受",
        ReviewDeclined = "review_declined" "评审谢绝",
        ReviewReceived = "review_received" "评审意见回执",
        RecusalRecorded = "recusal_recorded" "回避登记",
        PanelComplete = "panel_complete" "评审齐备",
        CommissionerAssigned = "commissioner_assigned" "指派专员",
        ProjectActivated = "project_activated" "任务书生效",
        AcceptanceApplied = "acceptance_applied" "验收申请",
        ProjectCompleted = "project_completed" "通过验收",
        ProjectConcluded = "project_concluded" "结题",
        ProjectFailed = "project_failed" "验收不通过",
        MilestoneStarted = "milestone_started" "里程碑启动",
        MilestoneSubmitted = "milestone_submitted" "里程碑待认定",
        MilestoneMet = "milestone_met" "里程碑达标",
        MilestoneReturned = "milestone_returned" "里程碑限期整改",
        MilestoneFailed = "milestone_failed" "里程碑未达标",
        PaymentDue = "payment_due" "可申请拨付",
        PaymentRequested = "payment_requested" "拨付申请",
        PaymentChecked = "payment_checked" "拨付已审核",
        PaymentApproved = "payment_approved" "拨付已批准",
        PaymentPaid = "payment_paid" "拨付到账",
        PaymentReturned = "payment_returned" "拨付退回",
        PaymentCancelled = "payment_cancelled" "停拨",
    }
}

codes! {
    /// People concerned, as seen from the record that changed.
    pub enum Audience {
        Person = "person" "本人",
        Members = "members" "本单位人员",
        Author = "author" "榜单经办人",
        Directors = "directors" "处长/分管领导",
        Finance = "finance" "资金管理",
        Supervisors = "supervisors" "监督与诚信处",
        Secadmins = "secadmins" "安全管理员",
        Subscribers = "subscribers" "领域订阅者",
        Sponsor = "sponsor" "需求方",
        Team = "team" "本揭榜团队",
        Bidders = "bidders" "本轮在评的揭榜团队",
        DraftHolders = "draft_holders" "持有草稿的团队",
        Expert = "expert" "评审专家",
        Commissioner = "commissioner" "项目专员",
        Custodians = "custodians" "本轮密钥保管人",
    }
}

/// One row: after this action (with this outcome, where it has several) these people get this letter.
pub struct LetterRule {
    /// What was done.
    pub action: Action,
    /// Code of the stage that it led to; empty for any.
    pub outcome: &'static str,
    /// The letter.
    pub notice: Notice,
    /// Who gets it. A person in several audiences gets one.
    pub to: &'static [Audience],
}

const fn row(action: Action, outcome: &'static str, notice: Notice, to: &'static [Audience]) -> LetterRule {
    LetterRule { action, outcome, notice, to }
}

use Audience::{
    Author, Bidders, Commissioner, Custodians, Directors, DraftHolders, Expert, Finance, Members, Person, Secadmins, Sponsor, Subscribers,
    Supervisors, Team,
};
use Notice as N;

/// Whom it concerns that an open challenge changes: everyone who may have planned with it.
const CONCERNED: &[Audience] = &[Bidders, DraftHolders, Subscribers, Sponsor, Author, Person];

/// Every letter of the service.
pub const LETTERS: &[LetterRule] = &[
    row(A::UserCreate, "", N::AccountCreated, &[Person]),
    // Also the host's own grants: whoever breaks the glass is seen by those who answer for roles.
    row(A::UserGrantRoles, "", N::RolesChanged, &[Person]),
    row(A::UserGrantRoles, "", N::RolesGivenOnHost, &[Secadmins]),
    row(A::GrantPropose, "", N::GrantProposed, &[Secadmins]),
    row(A::GrantApprove, "", N::RolesChanged, &[Person]),
    row(A::GrantDecline, "", N::GrantDeclined, &[Author]),
    row(A::UserDisable, "", N::AccountDisabled, &[Person]),
    row(A::UserEnable, "", N::AccountEnabled, &[Person]),
    row(A::UserAnonymise, "", N::AccountErased, &[Person]),
    row(A::MeChangePassword, "", N::PasswordChanged, &[Person]),
    row(A::MeSetPhone, "", N::ParticularsChanged, &[Person]),
    row(A::MeSetIdentity, "", N::ParticularsChanged, &[Person]),
    row(A::MeForgotPassword, "", N::PasswordReset, &[Person]),
    row(A::MeResetPassword, "", N::PasswordChanged, &[Person]),
    row(A::UserInvite, "", N::AccountInvited, &[Person]),
    row(A::UserWithdrawInvitation, "", N::InvitationWithdrawn, &[Person]),
    row(A::GrantLapse, "", N::GrantLapsed, &[Author]),
    // Whoever ends a session of their own knows it: then nobody is named.
    row(A::SessionEnd, "", N::SessionEnded, &[Person]),
    row(A::SessionRevoke, "", N::SessionRevoked, &[Person]),
    row(A::SessionGuessed, "", N::AccountGuessed, &[Person]),
    row(A::SessionNewPlace, "", N::NewPlace, &[Person]),
    row(A::SecondFactorConfirm, "", N::SecondFactorOn, &[Person]),
    row(A::SecondFactorDisable, "", N::SecondFactorOff, &[Person]),
    row(A::UserResetSecondFactor, "", N::SecondFactorOff, &[Person]),
    row(A::UserResetSecondFactor, "", N::SecondFactorReset, &[Secadmins]),
    row(A::SecondFactorRecover, "", N::RecoveryCodeUsed, &[Person]),
    row(A::KeyCreate, "", N::KeyCreated, &[Person, Team]),
    row(A::KeyRotate, "", N::KeyRotated, &[Person, Team]),
    row(A::KeyRevoke, "", N::KeyRevoked, &[Person, Team]),
    row(A::KeyRemind, "", N::KeyExpiring, &[Person, Team]),
    row(A::OrganizationVerify, "", N::OrganizationVerified, &[Members]),
    row(A::OrganizationSuspend, "", N::OrganizationSuspended, &[Members]),
    row(A::OrganizationReinstate, "", N::OrganizationReinstated, &[Members]),
    row(A::ChallengeSubmit, "", N::ChallengeSubmitted, &[Directors]),
    row(A::ChallengeReturn, "", N::ChallengeReturned, &[Author]),
    row(A::ChallengeReject, "", N::ChallengeRejected, &[Author, Sponsor]),
    row(A::ChallengeApprove, "", N::ChallengeApproved, &[Author]),
    // Before the row for everyone: one letter a person, and this one asks for something.
    row(A::ChallengePublish, "", N::CustodianAppointed, &[Custodians]),
    row(A::ChallengeRepublish, "", N::CustodianAppointed, &[Custodians]),
    row(A::ChallengePublish, "", N::ChallengePublished, &[Subscribers, Sponsor, Author]),
    row(A::ChallengeRepublish, "", N::ChallengePublished, &[Subscribers, Sponsor, Author]),
    row(A::ChallengeClose, "", N::SharesWanted, &[Custodians]),
    row(A::ChallengeReleaseShare, "", N::ShareReleased, &[Custodians, Author]),
    row(A::ChallengeLoseShare, "", N::ShareLost, &[Custodians, Author]),
    row(A::CustodyEnrol, "", N::CustodySet, &[Person]),
    row(A::CustodyChangePassphrase, "", N::CustodySet, &[Person]),
    row(A::CustodyRenew, "", N::CustodySet, &[Person]),
    row(A::ChallengeClose, "", N::ChallengeClosed, &[Author, Bidders, DraftHolders]),
    row(A::ChallengeOpenBids, "", N::BidsOpened, &[Author, Bidders]),
    row(A::ChallengeStartReview, "", N::ReviewStarted, &[Author, Bidders]),
    row(A::ChallengePropose, "", N::DecisionProposed, &[Directors]),
    row(A::DecisionApprove, "", N::DecisionApproved, &[Author]),
    row(A::DecisionReturn, "", N::DecisionReturned, &[Author]),
    row(A::ChallengePublicise, "", N::PublicityOpened, &[Author, Directors, Sponsor]),
    row(A::ChallengeAward, "", N::ChallengeAwarded, &[Author, Directors, Sponsor]),
    row(A::ChallengeFail, "", N::ChallengeFailed, &[Author, Directors, Sponsor]),
    row(A::ChallengeAdjust, "", N::ChallengeAdjusted, &[Author, Directors, Sponsor]),
    row(A::ChallengeWithdraw, "", N::ChallengeWithdrawn, &[Author, Sponsor, Bidders, DraftHolders]),
    row(A::ChallengeFinish, "", N::ChallengeFinished, &[Author, Directors, Sponsor]),
    row(A::AmendmentPropose, "", N::AmendmentProposed, &[Directors]),
    row(A::AmendmentDecline, "", N::AmendmentDeclined, &[Person]),
    row(A::ChallengeExtend, "", N::ChallengeExtended, CONCERNED),
    // Whoever has a bid is told what to do; nobody gets both letters.
    row(A::ChallengeCorrect, "", N::BidNeedsReconfirmation, &[Bidders]),
    row(A::ChallengeCorrect, "", N::ChallengeCorrected, CONCERNED),
    row(A::ChallengeSuspend, "", N::ChallengeSuspended, CONCERNED),
    row(A::ChallengeResume, "", N::ChallengeResumed, CONCERNED),
    row(A::BidExpire, "", N::BidLapsed, &[Team]),
    row(A::QuestionAsk, "", N::QuestionAsked, &[Author]),
    row(A::QuestionAnswer, "", N::QuestionAnswered, &[Team, DraftHolders, Bidders]),
    row(A::QuestionDecline, "", N::QuestionDeclined, &[Team]),
    row(A::PartnershipAsk, "", N::PartnershipAsked, &[Team]),
    row(A::PartnershipDrop, "", N::PartnershipDropped, &[Team]),
    row(A::PartnershipConfirm, "", N::PartnershipConfirmed, &[Team]),
    row(A::PartnershipRefuse, "", N::PartnershipDeclined, &[Team]),
    row(A::RestrictionPropose, "", N::RestrictionProposed, &[Directors]),
    row(A::RestrictionDecline, "", N::RestrictionDeclined, &[Author]),
    row(A::RestrictionApprove, "", N::RestrictionInForce, &[Author, Members]),
    row(A::RestrictionLift, "", N::RestrictionLifted, &[Author, Members]),
    row(A::BidSubmit, "", N::BidReceived, &[Team]),
    row(A::BidResubmit, "", N::BidReceived, &[Team]),
    row(A::BidFlaw, "", N::BidFlawed, &[Team, Author]),
    row(A::BidWithdraw, "", N::BidWithdrawn, &[Team]),
    row(A::BidAdmit, "", N::BidMemberAdded, &[Person]),
    row(A::BidDismiss, "", N::BidMemberRemoved, &[Person]),
    row(A::BidExamine, "eligible", N::BidEligible, &[Team]),
    row(A::BidExamine, "doubted", N::BidDoubted, &[Author]),
    row(A::BidRequestCorrection, "", N::CorrectionRequested, &[Team]),
    row(A::BidCorrect, "", N::BidCorrected, &[Person, Author]),
    row(A::BidConfirmFailure, "", N::BidIneligible, &[Team]),
    row(A::BidReturnExamination, "", N::ExaminationReturned, &[Person]),
    row(A::BidAppeal, "", N::AppealReceived, &[Supervisors, Author]),
    row(A::BidDecideAppeal, "eligible", N::AppealUpheld, &[Team, Author]),
    row(A::BidDecideAppeal, "ineligible", N::AppealDismissed, &[Team, Author]),
    row(A::BidShortlist, "shortlisted", N::BidShortlisted, &[Team]),
    row(A::BidShortlist, "not_shortlisted", N::BidNotShortlisted, &[Team]),
    row(A::BidSelect, "recommended", N::BidRecommended, &[Team]),
    row(A::BidSelect, "reserve", N::BidReserve, &[Team]),
    row(A::BidSelect, "declined", N::BidDeclined, &[Team]),
    row(A::BidDecline, "", N::BidDeclined, &[Team]),
    row(A::BidHandBack, "", N::BidUnopened, &[Team]),
    row(A::BidAward, "", N::BidAwarded, &[Team]),
    row(A::ExpertEnlist, "", N::ExpertEnlisted, &[Person]),
    row(A::ExpertEdit, "", N::ExpertReminded, &[Person]),
    row(A::ExpertRemind, "", N::ExpertReminded, &[Person]),
    row(A::ExpertPause, "", N::ExpertPaused, &[Person]),
    row(A::ExpertResume, "", N::ExpertResumed, &[Person]),
    row(A::ExpertRemove, "", N::ExpertRemoved, &[Person]),
    row(A::DrawPrepare, "", N::DrawPrepared, &[Supervisors]),
    row(A::DrawWitness, "", N::PanelDrawn, &[Author, Person]),
    row(A::DrawVoid, "", N::DrawVoided, &[Author, Person]),
    row(A::DrawReplace, "", N::PanelChanged, &[Author, Supervisors]),
    row(A::DrawInvite, "", N::PanelInvited, &[Expert]),
    row(A::ReviewRelease, "", N::ReviewReleased, &[Expert]),
    row(A::ReviewAssign, "", N::ReviewAssigned, &[Expert]),
    row(A::ReviewDeclare, "", N::ReviewDeclared, &[Author]),
    row(A::ReviewDecline, "", N::ReviewDeclined, &[Author]),
    row(A::ReviewSubmit, "", N::ReviewReceived, &[Expert]),
    row(A::RecusalDeclare, "", N::RecusalRecorded, &[Person, Author, Supervisors]),
    row(A::RecusalOrder, "", N::RecusalRecorded, &[Person, Author, Supervisors]),
    row(A::ReviewComplete, "", N::PanelComplete, &[Author]),
    row(A::ProjectAssign, "", N::CommissionerAssigned, &[Commissioner, Team, Author]),
    row(A::ProjectActivate, "", N::ProjectActivated, &[Team, Sponsor, Author, Directors, Commissioner, Finance]),
    row(A::ProjectApplyAcceptance, "", N::AcceptanceApplied, &[Commissioner, Author, Directors, Sponsor]),
    row(A::ProjectConclude, "completed", N::ProjectCompleted, &[Team, Sponsor, Commissioner, Author]),
    row(A::ProjectConclude, "concluded", N::ProjectConcluded, &[Team, Sponsor, Commissioner, Author]),
    row(A::ProjectConclude, "failed", N::ProjectFailed, &[Team, Sponsor, Commissioner, Author]),
    row(A::MilestoneStart, "", N::MilestoneStarted, &[Commissioner]),
    row(A::MilestoneSubmit, "", N::MilestoneSubmitted, &[Commissioner]),
    row(A::MilestoneVerify, "", N::MilestoneMet, &[Team, Author]),
    row(A::MilestoneReturn, "", N::MilestoneReturned, &[Team]),
    row(A::MilestoneFail, "", N::MilestoneFailed, &[Team, Author, Directors]),
    row(A::PaymentUnlock, "", N::PaymentDue, &[Team, Commissioner]),
    row(A::PaymentRequest, "", N::PaymentRequested, &[Commissioner]),
    row(A::PaymentCheck, "", N::PaymentChecked, &[Finance]),
    row(A::PaymentApprove, "", N::PaymentApproved, &[Team, Finance]),
    row(A::PaymentPay, "", N::PaymentPaid, &[Team, Commissioner]),
    row(A::PaymentReturn, "", N::PaymentReturned, &[Team]),
    row(A::PaymentCancel, "", N::PaymentCancelled, &[Team, Finance]),
];

/// Steps that change a stage and write no letter of their own, with the step whose letter tells the same people.
pub const TOLD_BY_ANOTHER: &[(Action, Action)] = &[
    (A::BidSign, A::ProjectActivate),
    (A::BidAskAgain, A::ChallengeCorrect),
    (A::ReviewRecuse, A::RecusalOrder),
    (A::AmendmentApprove, A::ChallengeExtend),
];

/// The letters of `action` that led to `outcome`.
pub fn letters(action: Action, outcome: &str) -> impl Iterator<Item = &'static LetterRule> {
    LETTERS.iter().filter(move |rule| rule.action == action && (rule.outcome.is_empty() || rule.outcome == outcome))
}

/// What a letter may say, beyond who it is for. Nothing sealed, no score, no rival's name goes in here.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// Title of the challenge.
    pub challenge: String,
    /// Code of the challenge, bid or project concerned.
    pub code: String,
    /// Round of the challenge.
    pub round: i32,
    /// A reason or opinion given.
    pub reason: String,
    /// An instant by which something must be done or was done, in Beijing time.
    pub at: String,
    /// A date, or the first day of a window.
    pub from: String,
    /// The last day of a window, or a due date.
    pub until: String,
    /// An amount in 万元.
    pub amount_wan: String,
    /// A count or an order: number of the version, the milestone, the reserve.
    pub number: i64,
    /// A name: of a milestone, an expert, a commissioner, an organisation.
    pub name: String,
    /// Who did it.
    pub by: String,
    /// A signed receipt, put in when the letter leaves.
    pub receipt: String,
    /// A proof: SHA-256 of what was received, number of a voucher.
    pub proof: String,
    /// Roles or scopes, for letters on accounts and keys.
    pub roles: String,
    /// Where a sign-in came from: a network address.
    pub place: String,
    /// Path of the record concerned, below the public address.
    pub path: String,
    /// The end of the path that only the recipient may know, sealed until the letter is written.
    pub sealed: String,
}
