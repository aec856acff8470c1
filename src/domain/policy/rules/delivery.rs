//! Who may do what with projects, and everything that follows an award.

use super::{ANY, DESK, MINE, OTHER, OWN, Rule, SELF, STAFF, rule};
use crate::domain::policy::action::Action as A;
use crate::domain::policy::role::Role::{Commissioner, Director, Finance, Officer, Sponsor, Supervisor, System, Team};
use crate::domain::policy::tie::Tie::{Author, Stranger};

/// Its rows.
pub const RULES: &[Rule] = &[
    // 项目: the commissioner keeps milestones true; whoever follows a project never approves for it (dual-hat guard).
    rule(A::ProjectRead, STAFF, ANY),
    rule(A::ProjectRead, &[Team, Sponsor], OWN),
    rule(A::ProjectReadLanes, STAFF, ANY),
    rule(A::ProjectPlan, &[Officer], DESK),
    rule(A::ProjectCountersign, &[Director], OTHER),
    rule(A::ProjectSign, &[Team, Sponsor], OWN),
    rule(A::ProjectAssign, &[Officer], DESK),
    // 放弃: given up by its team, or found too late by a director.
    rule(A::ProjectForfeit, &[Team], OWN),
    rule(A::ProjectForfeit, &[Director], OTHER),
    rule(A::ProjectActivate, &[System], ANY),
    rule(A::ProjectRemind, &[System], ANY),
    rule(A::ProjectApplyAcceptance, &[Team], OWN),
    rule(A::ProjectConclude, &[Director], OTHER),
    // 验收: the panel's findings are written down by an officer who does not follow the project, and concluded by somebody else.
    rule(A::AcceptanceRead, STAFF, ANY),
    rule(A::AcceptanceRead, &[Team, Sponsor], OWN),
    rule(A::AcceptanceAssess, &[Officer], &[Stranger, Author]),
    rule(A::AcceptanceDecide, &[System], ANY),
    // 处置: proposed for the department, as an alert by the commissioner; decided by a director without a part in it.
    rule(A::MeasureRead, STAFF, ANY),
    rule(A::MeasureRead, &[Team, Sponsor], OWN),
    rule(A::MeasurePropose, &[Officer], DESK),
    rule(A::MeasurePropose, &[Supervisor], OTHER),
    rule(A::MeasurePropose, &[Commissioner], MINE),
    rule(A::MeasureApprove, &[Director], OTHER),
    rule(A::MeasureDecline, &[Director], OTHER),
    rule(A::MeasureRemind, &[System], ANY),
    rule(A::ProjectSuspend, &[System], ANY),
    rule(A::ProjectResume, &[System], ANY),
    rule(A::ProjectTerminate, &[System], ANY),
    rule(A::ProjectRevoke, &[System], ANY),
    // 追回: whoever proposes it does not decide it (SD13), nor what is written off.
    rule(A::ClawbackRead, STAFF, ANY),
    rule(A::ClawbackRead, &[Team], OWN),
    rule(A::ClawbackPropose, &[Officer], DESK),
    rule(A::ClawbackPropose, &[Supervisor], OTHER),
    rule(A::ClawbackApprove, &[Director], OTHER),
    rule(A::ClawbackDecline, &[Director], OTHER),
    rule(A::ClawbackRemind, &[System], ANY),
    rule(A::ClawbackReceive, &[Finance], &[Stranger, Author]),
    rule(A::ClawbackProposeWriteOff, &[Officer, Finance], DESK),
    rule(A::ClawbackApproveWriteOff, &[Director], OTHER),
    rule(A::ClawbackDeclineWriteOff, &[Director], OTHER),
    rule(A::MilestoneRead, STAFF, ANY),
    rule(A::MilestoneRead, &[Team, Sponsor], OWN),
    rule(A::MilestoneStart, &[Team], OWN),
    rule(A::MilestoneSubmit, &[Team], OWN),
    rule(A::MilestoneRemind, &[System], ANY),
    rule(A::MilestoneVerify, &[Commissioner], MINE),
    rule(A::MilestoneReturn, &[Commissioner], MINE),
    rule(A::MilestoneFail, &[Commissioner], MINE),
    rule(A::ProjectReadCandidates, &[Officer], DESK),
    rule(A::ProjectReportStatus, &[Commissioner], MINE),
    rule(A::MeReadDesk, &[Commissioner], ANY),
    // 执行情况报告: by the team, commented by the commissioner; what is missing shows a card.
    rule(A::ReportRead, STAFF, ANY),
    rule(A::ReportRead, &[Team, Sponsor], OWN),
    rule(A::ReportSubmit, &[Team], OWN),
    rule(A::ReportComment, &[Commissioner], MINE),
    rule(A::ReportRemind, &[System], ANY),
    rule(A::ProjectCard, &[System], ANY),
    // 服务记录: the commissioner's own; a problem is closed by whoever raised it, or by supervision.
    rule(A::VisitRead, STAFF, ANY),
    rule(A::VisitRead, &[Team], OWN),
    rule(A::VisitLog, &[Commissioner], MINE),
    rule(A::VisitEdit, &[Commissioner], SELF),
    rule(A::ProblemRead, STAFF, ANY),
    rule(A::ProblemRead, &[Team], OWN),
    rule(A::ProblemRaise, &[Commissioner], MINE),
    rule(A::ProblemClose, &[Commissioner], SELF),
    rule(A::ProblemClose, &[Supervisor], OTHER),
    rule(A::ProblemRemind, &[System], ANY),
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
    // 缓拨: stopped by whoever sees a reason, also at a desk; set free by somebody else.
    rule(A::PaymentHold, &[Commissioner], MINE),
    rule(A::PaymentHold, &[Director], OTHER),
    rule(A::PaymentHold, &[Finance], &[Stranger, Author]),
    rule(A::PaymentRelease, &[Director, Finance], OTHER),
    // 退汇: recorded by another finance officer than the one who paid, and paid again by a third hand.
    rule(A::PaymentReverse, &[Finance], OTHER),
    // 转拨: the lead says what it passed on to its partners.
    rule(A::PaymentForward, &[Team], OWN),
    rule(A::PaymentCancel, &[System], ANY),
];
