//! What can wait: one row for each thing, with the action that does it and where it is found. Who may do the action, says the permission
//! table; a new row is all that it takes for something to lie on the desks of those people.

use super::found::Batch;
use super::{bidding, judging, money, running, signing, team};
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::desk::Waiting as W;
use crate::domain::policy::Action as A;

/// Looks for the records that wait for an action of the caller's.
pub type Find = fn(&mut Act<'_>, A) -> Result<Batch, AppError>;

/// One thing that can wait.
pub struct Matter {
    /// What it is,
    pub what: W,
    /// what is to be done,
    pub action: A,
    /// and where it is found.
    pub(super) find: Find,
}

const fn row(what: W, action: A, find: Find) -> Matter {
    Matter { what, action, find }
}

/// Everything that can wait.
pub const MATTERS: &[Matter] = &[
    // Before an award.
    row(W::ChallengeToApprove, A::ChallengeApprove, bidding::to_approve),
    row(W::ChallengeToPublish, A::ChallengePublish, bidding::to_publish),
    row(W::AmendmentToApprove, A::AmendmentApprove, bidding::amendments),
    row(W::RestrictionToApprove, A::RestrictionApprove, bidding::restrictions),
    row(W::DisqualificationToDecide, A::DisqualificationApprove, bidding::disqualifications),
    row(W::QuestionToAnswer, A::QuestionAnswer, bidding::questions),
    row(W::PartnershipToConfirm, A::PartnershipConfirm, bidding::partnerships),
    row(W::ReviewToDeclare, A::ReviewDeclare, bidding::reviews_to_declare),
    row(W::ReviewToSubmit, A::ReviewSubmit, bidding::reviews_to_submit),
    row(W::SatisfactionToGive, A::SatisfactionGive, bidding::satisfactions),
    row(W::DecisionToApprove, A::DecisionApprove, bidding::decisions),
    row(W::ObjectionToAdmit, A::ObjectionAdmit, bidding::objections_to_admit),
    row(W::ObjectionToAnswer, A::ObjectionAnswer, bidding::objections_to_answer),
    // Of a commissioner.
    row(W::RedLight, A::ProjectReportStatus, running::red_lights),
    row(W::StatusDue, A::ProjectReportStatus, running::statuses),
    row(W::VisitDue, A::VisitLog, running::visits),
    row(W::MilestoneToVerify, A::MilestoneVerify, judging::milestones),
    row(W::PaymentToCheck, A::PaymentCheck, money::to_check),
    row(W::ChangeToAdvise, A::ChangeAdvise, judging::changes_to_advise),
    row(W::ReportToComment, A::ReportComment, judging::reports),
    row(W::OutcomeToConfirm, A::OutcomeConfirm, judging::outcomes),
    row(W::ProblemOverdue, A::ProblemClose, running::problems),
    // Of a director.
    row(W::CommitmentToCountersign, A::ProjectCountersign, signing::commitments),
    row(W::SupplementToCountersign, A::ChangeCountersign, signing::supplements),
    row(W::ChangeToApprove, A::ChangeApprove, judging::changes_to_approve),
    row(W::RaceGateToDecide, A::RaceGateApprove, judging::race_gates),
    row(W::MeasureToDecide, A::MeasureApprove, judging::measures),
    row(W::ClawbackToDecide, A::ClawbackApprove, money::clawbacks),
    row(W::WriteOffToDecide, A::ClawbackApproveWriteOff, money::write_offs),
    row(W::ProjectToConclude, A::ProjectConclude, judging::to_conclude),
    // Of finance.
    row(W::PaymentToApprove, A::PaymentApprove, money::to_approve),
    row(W::PaymentToPay, A::PaymentPay, money::to_pay),
    row(W::PaymentToPayAgain, A::PaymentPay, money::to_pay_again),
    row(W::ReceiptDue, A::ClawbackReceive, money::owed),
    // Of an officer.
    row(W::PlanToMake, A::ProjectPlan, signing::plans),
    row(W::CommissionerMissing, A::ProjectAssign, running::unfollowed),
    row(W::PanelToHear, A::MilestoneAssess, judging::panels),
    row(W::AcceptanceToAssess, A::AcceptanceAssess, judging::acceptances),
    // Of a team, and of a sponsor.
    row(W::CommitmentToSign, A::ProjectSign, signing::commitments),
    row(W::SupplementToSign, A::ChangeSign, signing::supplements),
    row(W::ChangeToComment, A::ChangeComment, judging::changes_to_comment),
    row(W::MilestoneToStart, A::MilestoneStart, team::milestones_to_start),
    row(W::MilestoneDue, A::MilestoneSubmit, team::milestones),
    row(W::ReportDue, A::ReportSubmit, team::reports),
    row(W::PaymentToRequest, A::PaymentRequest, money::to_request),
    row(W::ChangeReturned, A::ChangeResubmit, team::changes),
    row(W::OutcomeReturned, A::OutcomeEdit, team::outcomes),
    row(W::ShareToConfirm, A::OutcomeConfirmShare, team::shares),
    row(W::FollowUpDue, A::OutcomeFollowUp, team::follow_ups),
    // Paid at the bank, and received by finance.
    row(W::ClawbackToPay, A::ClawbackRead, money::to_pay_back),
];
