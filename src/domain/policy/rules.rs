//! The permission table: which role may do what, standing how to the object. Everything else is denied.
//!
//! `docs/permissions.md` is generated from this table, and a golden test shows every change of it.

use super::action::Action;
use super::role::Role::{self, Account, Auditor, Commissioner, Director, Examiner, Expert, Finance, Leader, Officer, Public};
use super::role::Role::{Secadmin, Sponsor, Supervisor, Sysadmin, System, Team};
use super::tie::Tie::{self, Assigned, Author, Conflicted, Custodian, Editor, Party, Stranger, Submitter};
use crate::domain::policy::action::Action as A;

/// One row: these roles may do this, standing so to the object.
pub struct Rule {
    /// What may be done.
    pub action: Action,
    /// By whom.
    pub roles: &'static [Role],
    /// Standing how to the object.
    pub ties: &'static [Tie],
}

/// However one stands to it: for reading, and for things that concern nobody else.
const ANY: &[Tie] = &[Stranger, Party, Editor, Submitter, Assigned, Author, Conflicted, Custodian];
/// The department's own work: done for it, by whoever prepared it or a colleague, but not with an interest in it.
const DESK: &[Tie] = &[Stranger, Author, Assigned];
/// A second pair of eyes: never one's own work, nor where one is assigned or has an interest.
const OTHER: &[Tie] = &[Stranger];
/// One's own organisation's.
const OWN: &[Tie] = &[Party];
/// One's own organisation's, whatever one may do with it.
const TEAM: &[Tie] = &[Party, Editor, Submitter];
/// One's own.
const SELF: &[Tie] = &[Author];
/// What one was appointed to by name.
const MINE: &[Tie] = &[Assigned];

/// That of which one holds a share of the key.
const SHARE: &[Tie] = &[Custodian];
/// The owning division's: by whoever prepared it, or a colleague of the division.
const DIVISION: &[Tie] = &[Author, Assigned];

/// Everyone with an account, whatever roles they have.
const EVERYONE: &[Role] = &[Account];
/// The department's staff that reads the portfolio.
const STAFF: &[Role] = &[Officer, Examiner, Director, Finance, Supervisor, Commissioner, Leader, Auditor];
/// Those who may hold a share of a round's key.
const KEEPERS: &[Role] = &[Supervisor, Examiner, Leader];
/// Those who may read opened bids, reviews and decisions.
const JUDGING: &[Role] = &[Officer, Examiner, Director, Supervisor, Auditor];

/// Those who may have an interest in what they judge, or follow.
pub const JUDGES: &[Role] = &[Officer, Examiner, Director, Finance, Supervisor, Commissioner, Expert];

const fn rule(action: Action, roles: &'static [Role], ties: &'static [Tie]) -> Rule {
    Rule { action, roles, ties }
}

/// The table.
pub const RULES: &[Rule] = &[
    rule(A::SessionLogin, &[Public], ANY),
    rule(A::SessionRefresh, &[Public], ANY),
    rule(A::SessionLogout, EVERYONE, ANY),
    rule(A::SessionChallenge, &[System], ANY),
    rule(A::SessionVerify, &[Public], ANY),
    rule(A::SessionStepUp, EVERYONE, ANY),
    // One's own sessions; an administrator sees and ends anyone's.
    rule(A::SessionRead, EVERYONE, SELF),
    rule(A::SessionRead, &[Sysadmin], OTHER),
    rule(A::SessionEnd, EVERYONE, SELF),
    rule(A::SessionEnd, &[Sysadmin], OTHER),
    rule(A::SessionEndOthers, EVERYONE, SELF),
    rule(A::SessionRevoke, &[System], ANY),
    rule(A::SessionGuessed, &[System], ANY),
    rule(A::SessionAdoptKeys, &[System], ANY),
    rule(A::SessionNewPlace, &[System], ANY),
    rule(A::SecondFactorRead, EVERYONE, SELF),
    rule(A::SecondFactorEnrol, EVERYONE, SELF),
    rule(A::SecondFactorConfirm, EVERYONE, SELF),
    rule(A::SecondFactorRegenerate, EVERYONE, SELF),
    rule(A::SecondFactorDisable, EVERYONE, SELF),
    rule(A::SecondFactorRecover, &[System], ANY),
    // 保管: the keys of those who hold shares.
    rule(A::CustodyRead, KEEPERS, SELF),
    rule(A::CustodyEnrol, KEEPERS, SELF),
    rule(A::CustodyChangePassphrase, KEEPERS, SELF),
    rule(A::CustodyRenew, KEEPERS, SELF),
    rule(A::MeRead, EVERYONE, ANY),
    rule(A::MeSubscribe, EVERYONE, ANY),
    rule(A::MeChangePassword, EVERYONE, ANY),
    rule(A::MeSetPhone, EVERYONE, SELF),
    rule(A::MeSetIdentity, EVERYONE, SELF),
    rule(A::MeForgotPassword, &[Public], ANY),
    rule(A::MeResetPassword, &[Public], ANY),
    rule(A::OrganizationCreate, &[Officer, Sysadmin], DESK),
    // The operator on the host makes the first accounts.
    rule(A::OrganizationCreate, &[System], ANY),
    rule(A::OrganizationVerify, &[System], ANY),
    rule(A::UserCreate, &[System], ANY),
    rule(A::UserGrantRoles, &[System], ANY),
    // Two people of the department: one registers, another one verifies.
    rule(A::OrganizationVerify, &[Officer], OTHER),
    rule(A::OrganizationSuspend, &[Officer], OTHER),
    rule(A::OrganizationReinstate, &[Officer], OTHER),
    rule(A::OrganizationRead, STAFF, ANY),
    rule(A::OrganizationRead, &[Sysadmin, Secadmin], ANY),
    rule(A::OrganizationRead, EVERYONE, OWN),
    rule(A::UserCreate, &[Sysadmin], OTHER),
    rule(A::UserInvite, &[Sysadmin], OTHER),
    rule(A::UserWithdrawInvitation, &[Sysadmin], OTHER),
    rule(A::UserRead, &[Officer, Auditor, Sysadmin, Secadmin], ANY),
    // 授权: proposed by one administrator, decided by another one; roles are the security administrators' (SD5).
    rule(A::GrantPropose, &[Sysadmin, Secadmin], OTHER),
    rule(A::GrantRead, &[Auditor, Sysadmin, Secadmin], ANY),
    rule(A::GrantApprove, &[Secadmin], OTHER),
    rule(A::GrantDecline, &[Secadmin], OTHER),
    rule(A::GrantLapse, &[System], ANY),
    rule(A::UserDisable, &[Sysadmin], OTHER),
    rule(A::UserEnable, &[Sysadmin], OTHER),
    rule(A::UserAnonymise, &[Sysadmin], OTHER),
    rule(A::UserResetSecondFactor, &[Sysadmin], OTHER),
    rule(A::UserResetSecondFactor, &[System], ANY),
    // 机器密钥: a team's own; only its creator takes over a new secret, anyone of the team ends it.
    rule(A::KeyCreate, &[Team], OWN),
    rule(A::KeyRead, &[Team], &[Party, Author]),
    rule(A::KeyRead, &[Auditor, Sysadmin], ANY),
    rule(A::KeyRotate, &[Team], SELF),
    rule(A::KeyRevoke, &[Team], &[Party, Author]),
    rule(A::KeyRevoke, &[Sysadmin], OTHER),
    rule(A::KeyRevoke, &[System], ANY),
    rule(A::KeyRemind, &[System], ANY),
    rule(A::CalendarImport, &[Sysadmin], OTHER),
    rule(A::CalendarRead, EVERYONE, ANY),
    rule(A::BatchCreate, &[Officer], DESK),
    rule(A::BatchRead, STAFF, ANY),
    // 榜单: officers write, directors approve what others wrote, the clock closes.
    rule(A::ChallengeCreate, &[Officer], DESK),
    rule(A::ChallengeRead, STAFF, ANY),
    rule(A::ChallengeRead, &[Sponsor], OWN),
    rule(A::ChallengeReadPublished, &[Public], ANY),
    rule(A::ChallengeEdit, &[Officer], DESK),
    rule(A::ChallengeSubmit, &[Officer], DESK),
    rule(A::ChallengeReturn, &[Director], OTHER),
    rule(A::ChallengeReject, &[Director], OTHER),
    rule(A::ChallengeApprove, &[Director], OTHER),
    rule(A::ChallengePublish, &[Officer], DESK),
    rule(A::ChallengeClose, &[System], ANY),
    rule(A::ChallengeReleaseShare, KEEPERS, SHARE),
    rule(A::ChallengeLoseShare, &[System], ANY),
    rule(A::ChallengeOpenBids, &[Officer], DESK),
    rule(A::ChallengeStartReview, &[Officer], DESK),
    rule(A::ChallengePropose, &[Officer], DESK),
    rule(A::ChallengePublicise, &[Officer], DESK),
    rule(A::ChallengeAward, &[Director], OTHER),
    rule(A::ChallengeFail, &[Director], OTHER),
    rule(A::ChallengeForfeit, &[System], ANY),
    rule(A::ChallengeAdjust, &[Officer], DESK),
    rule(A::ChallengeRepublish, &[Director], OTHER),
    rule(A::ChallengeWithdraw, &[Director], OTHER),
    rule(A::ChallengeFinish, &[Officer], DESK),
    // 暂停: by supervision or a director, who did not prepare the challenge.
    rule(A::ChallengeSuspend, &[Supervisor, Director], OTHER),
    rule(A::ChallengeResume, &[Supervisor, Director], OTHER),
    // 延期、更正: proposed by the owning division, put into effect by a director who did not propose it.
    rule(A::ChallengeExtend, &[System], ANY),
    rule(A::ChallengeCorrect, &[System], ANY),
    rule(A::AmendmentRead, STAFF, ANY),
    rule(A::AmendmentReadInEffect, &[Public], ANY),
    rule(A::AmendmentPropose, &[Officer], DIVISION),
    rule(A::AmendmentApprove, &[Director], OTHER),
    rule(A::AmendmentDecline, &[Director], OTHER),
    rule(A::DecisionRead, JUDGING, ANY),
    rule(A::DecisionRead, &[Finance, Leader], ANY),
    rule(A::DecisionApprove, &[Director], OTHER),
    rule(A::DecisionReturn, &[Director], OTHER),
    rule(A::DecisionReopen, &[System], ANY),
    rule(A::DecisionReplace, &[System], ANY),
    // 异议: by anyone; whole only to supervision without a part in the case, and to whoever made it.
    rule(A::ObjectionFile, &[Public], &[Stranger, Party, Author, Assigned]),
    rule(A::ObjectionConfirm, &[Public], SELF),
    rule(A::ObjectionReceive, &[System], ANY),
    rule(A::ObjectionRead, &[Officer, Director, Supervisor, Auditor], ANY),
    rule(A::ObjectionReadWhole, &[Supervisor], OTHER),
    rule(A::ObjectionRead, EVERYONE, SELF),
    rule(A::ObjectionReadWhole, EVERYONE, SELF),
    rule(A::ObjectionAdmit, &[Supervisor], OTHER),
    rule(A::ObjectionRuleOut, &[Supervisor], OTHER),
    rule(A::ObjectionExtend, &[Supervisor], OTHER),
    rule(A::ObjectionAnswer, &[Supervisor], OTHER),
    // 揭榜申请: the team's own until it is opened (the seal is `domain::bid::sealed`).
    // 答疑: asked privately, answered publicly; who asked is shown to nobody else.
    rule(A::QuestionAsk, &[Team], OTHER),
    rule(A::QuestionRead, &[Officer, Director, Supervisor], ANY),
    rule(A::QuestionRead, &[Team], OWN),
    rule(A::QuestionReadAnswered, &[Public], ANY),
    rule(A::QuestionAnswer, &[Officer], OTHER),
    rule(A::QuestionDecline, &[Officer], OTHER),
    rule(A::BidCreate, &[Team], OTHER),
    rule(A::BidRead, &[Team], TEAM),
    rule(A::BidRead, JUDGING, ANY),
    rule(A::BidRead, &[Expert], MINE),
    rule(A::BidEdit, &[Team], &[Editor, Submitter]),
    rule(A::BidSubmit, &[Team], &[Submitter]),
    rule(A::BidReceipt, &[Team], TEAM),
    rule(A::BidUnseal, &[System], ANY),
    rule(A::BidFlaw, &[System], ANY),
    rule(A::BidResubmit, &[Team], &[Submitter]),
    rule(A::BidWithdraw, &[Team], &[Submitter]),
    rule(A::BidAskAgain, &[System], ANY),
    rule(A::BidExpire, &[System], ANY),
    // 附件: part of the bid's content, for whoever edits and whoever reads that.
    rule(A::FileAdd, &[Team], &[Editor, Submitter]),
    rule(A::FileRemove, &[Team], &[Editor, Submitter]),
    rule(A::FileRead, &[Team], TEAM),
    rule(A::FileRead, JUDGING, ANY),
    rule(A::FileRead, &[Expert], MINE),
    // 联合体: each partner confirms its own part; it reads nothing else of the bid.
    rule(A::PartnershipRead, &[Team], OWN),
    rule(A::PartnershipRead, JUDGING, ANY),
    rule(A::PartnershipAsk, &[System], ANY),
    rule(A::PartnershipDrop, &[System], ANY),
    rule(A::PartnershipConfirm, &[Team], OWN),
    rule(A::PartnershipRefuse, &[Team], OWN),
    // 限制申报: proposed by supervision, put into force by someone else.
    rule(A::RestrictionRead, JUDGING, ANY),
    rule(A::RestrictionPropose, &[Supervisor], DESK),
    rule(A::RestrictionApprove, &[Director], OTHER),
    rule(A::RestrictionDecline, &[Director], OTHER),
    rule(A::RestrictionLift, &[Director], OTHER),
    rule(A::BidAppoint, &[Team], &[Submitter]),
    rule(A::BidAdmit, &[System], ANY),
    rule(A::BidDismiss, &[System], ANY),
    // Whoever examined it examines it again after a correction; a failure is confirmed by another, an appeal decided by supervision.
    rule(A::BidExamine, &[Examiner], &[Stranger, Author]),
    rule(A::BidRequestCorrection, &[Examiner], &[Stranger, Author]),
    rule(A::BidCorrect, &[Team], &[Submitter]),
    rule(A::BidConfirmFailure, &[Examiner], OTHER),
    rule(A::BidReturnExamination, &[Examiner], OTHER),
    rule(A::BidAppeal, &[Team], &[Submitter]),
    rule(A::BidDecideAppeal, &[Supervisor], OTHER),
    rule(A::BidShortlist, &[Officer], DESK),
    rule(A::BidSelect, &[System], ANY),
    rule(A::BidDecline, &[System], ANY),
    rule(A::BidHandBack, &[System], ANY),
    rule(A::BidReopen, &[System], ANY),
    rule(A::BidAward, &[System], ANY),
    rule(A::BidSign, &[System], ANY),
    rule(A::BidForfeit, &[System], ANY),
    rule(A::BidCallUp, &[System], ANY),
    // 专家库: kept by officers; each expert confirms the own profile.
    rule(A::ExpertEnlist, &[Officer], DESK),
    rule(A::ExpertRead, &[Officer, Director, Supervisor, Auditor], ANY),
    rule(A::ExpertRead, &[Expert], SELF),
    rule(A::ExpertEdit, &[Officer], OTHER),
    rule(A::ExpertConfirm, &[Expert], SELF),
    rule(A::ExpertRemind, &[System], ANY),
    rule(A::ExpertPause, &[Officer], OTHER),
    rule(A::ExpertResume, &[Officer], OTHER),
    rule(A::ExpertRemove, &[Officer], OTHER),
    // 抽取: by an officer who is not of the owning division (SD2), before a witness of supervision.
    rule(A::DrawPrepare, &[Officer], OTHER),
    rule(A::DrawRead, &[Officer, Director, Supervisor, Auditor], ANY),
    rule(A::DrawReadExcluded, &[Supervisor, Auditor], ANY),
    rule(A::DrawWitness, &[Supervisor], OTHER),
    rule(A::DrawVoid, &[Supervisor], OTHER),
    rule(A::DrawReplace, &[Officer], &[Stranger, Author]),
    rule(A::DrawInvite, &[Officer], DESK),
    rule(A::ReviewInvite, &[System], ANY),
    rule(A::ReviewRelease, &[System], ANY),
    rule(A::ReviewRemind, &[System], ANY),
    rule(A::ReviewMiss, &[System], ANY),
    rule(A::ReviewAssign, &[Officer], DESK),
    rule(A::ReviewRead, &[Officer, Director, Supervisor, Auditor], ANY),
    // With an interest of their own they see that the review is there, and may decline it.
    rule(A::ReviewRead, &[Expert], &[Assigned, Conflicted]),
    rule(A::ReviewDeclare, &[Expert], MINE),
    rule(A::ReviewSubmit, &[Expert], MINE),
    rule(A::ReviewDecline, &[Expert], &[Assigned, Conflicted]),
    rule(A::ReviewRecuse, &[System], ANY),
    rule(A::ReviewComplete, &[System], ANY),
    // 回避: declared by anyone who works on the challenge, or ordered by supervision; what follows for reviews is the service's.
    rule(A::RecusalDeclare, JUDGES, DESK),
    rule(A::RecusalDeclare, &[System], ANY),
    rule(A::RecusalOrder, &[Supervisor], OTHER),
    rule(A::RecusalRead, &[Supervisor, Auditor], ANY),
    rule(A::ReviewReadScores, &[Officer, Director, Supervisor, Auditor], ANY),
    // 项目: the commissioner keeps milestones true; whoever follows a project never approves for it (dual-hat guard).
    rule(A::ProjectRead, STAFF, ANY),
    rule(A::ProjectRead, &[Team, Sponsor], OWN),
    rule(A::ProjectPlan, &[Officer], DESK),
    rule(A::ProjectCountersign, &[Director], OTHER),
    rule(A::ProjectSign, &[Team, Sponsor], OWN),
    rule(A::ProjectAssign, &[Officer], DESK),
    // 放弃: given up by its team, or found too late by a director.
    rule(A::ProjectForfeit, &[Team], OWN),
    rule(A::ProjectForfeit, &[Director], OTHER),
    rule(A::ProjectActivate, &[System], ANY),
    rule(A::ProjectApplyAcceptance, &[Team], OWN),
    rule(A::ProjectConclude, &[Director], OTHER),
    rule(A::MilestoneRead, STAFF, ANY),
    rule(A::MilestoneRead, &[Team, Sponsor], OWN),
    rule(A::MilestoneStart, &[Team], OWN),
    rule(A::MilestoneSubmit, &[Team], OWN),
    rule(A::MilestoneVerify, &[Commissioner], MINE),
    rule(A::MilestoneReturn, &[Commissioner], MINE),
    rule(A::MilestoneFail, &[Commissioner], MINE),
    // 拨付: request, check, approve, pay: four desks, no person at two of them.
    rule(A::PaymentRead, STAFF, ANY),
    rule(A::PaymentRead, &[Team, Sponsor], OWN),
    rule(A::PaymentUnlock, &[System], ANY),
    rule(A::PaymentRequest, &[Team], OWN),
    rule(A::PaymentCheck, &[Commissioner], MINE),
    rule(A::PaymentApprove, &[Finance], OTHER),
    rule(A::PaymentPay, &[Finance], OTHER),
    rule(A::PaymentReturn, &[Commissioner], MINE),
    rule(A::PaymentReturn, &[Finance], &[Stranger, Author]),
    rule(A::PaymentCancel, &[System], ANY),
    rule(A::PaperRead, JUDGING, ANY),
    rule(A::AuditRead, &[Auditor], ANY),
    rule(A::PortfolioRead, STAFF, ANY),
    rule(A::NotaryRead, &[Public], ANY),
];
