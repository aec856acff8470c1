//! Letters: which action writes which letter to whom.
//!
//! One row of [`LETTERS`] is all it takes: `app::act` sends the letters of an action when the action is recorded, in the
//! same transaction. The text stands in `mail/templates/<notice>/`. A golden test shows every change of this table.

use crate::domain::notice::{Audience, Notice};
use crate::domain::policy::Action::{self, self as A};

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
    Author, Bidders, Commissioner, Custodians, Directors, DraftHolders, Expert, Finance, Members, Objector, Partners, Person, Secadmins,
    Sponsor, Subscribers, Supervisors, Team,
};
use Notice as N;

/// Whom it concerns that an open challenge changes: everyone who may have planned with it.
const CONCERNED: &[Audience] = &[Bidders, DraftHolders, Subscribers, Sponsor, Author, Person];

/// Whom it concerns that a project stops, for a time or for good: all parties, and those who keep its money and its peace.
const ALL_PARTIES: &[Audience] = &[Team, Partners, Sponsor, Commissioner, Author, Person, Directors, Finance, Supervisors];

/// Whom it concerns that money goes back.
const OF_CLAWBACK: &[Audience] = &[Team, Partners, Author, Person, Finance, Supervisors];

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
    row(A::ChallengeAskSponsor, "", N::SatisfactionAsked, &[Sponsor]),
    row(A::SatisfactionGive, "", N::SatisfactionGiven, &[Author]),
    row(A::SatisfactionWaive, "", N::SatisfactionWaived, &[Sponsor, Author]),
    row(A::ChallengeNextPhase, "", N::PhaseStarted, &[Bidders]),
    row(A::ChallengePropose, "", N::DecisionProposed, &[Directors]),
    row(A::DecisionApprove, "proposed", N::DecisionSigned, &[Directors]),
    row(A::DecisionApprove, "approved", N::DecisionApproved, &[Author]),
    row(A::DecisionReturn, "", N::DecisionReturned, &[Author]),
    row(A::ChallengePublicise, "", N::PublicityOpened, &[Author, Directors, Sponsor]),
    row(A::ChallengeAward, "", N::ChallengeAwarded, &[Author, Directors, Sponsor]),
    row(A::ChallengeFail, "", N::ChallengeFailed, &[Author, Directors, Sponsor]),
    row(A::ChallengeForfeit, "", N::ChallengeFailed, &[Author, Directors, Sponsor]),
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
    row(A::DecisionReopen, "", N::PublicityInterrupted, &[Bidders, Author, Directors, Sponsor]),
    row(A::ObjectionFile, "", N::ObjectionToConfirm, &[Objector]),
    // Who objects is told by a letter of their own; the others hear of the fact alone.
    row(A::ObjectionReceive, "", N::ObjectionFiled, &[Objector]),
    row(A::ObjectionReceive, "", N::ObjectionReceived, &[Supervisors, Directors, Author]),
    row(A::ObjectionAdmit, "", N::ObjectionAdmitted, &[Objector]),
    row(A::ObjectionRuleOut, "", N::ObjectionRuledOut, &[Objector]),
    row(A::ObjectionRuleOut, "", N::ObjectionConcluded, &[Author, Directors]),
    row(A::ObjectionExtend, "", N::ObjectionExtended, &[Objector]),
    row(A::ObjectionAnswer, "", N::ObjectionAnswered, &[Objector]),
    row(A::ObjectionAnswer, "", N::ObjectionConcluded, &[Bidders, Author, Directors]),
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
    row(A::BidCallUp, "", N::ReserveCalled, &[Team, Author]),
    row(A::ProjectForfeit, "", N::ProjectForfeited, &[Team, Sponsor, Author, Directors]),
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
    row(A::ReviewRemind, "", N::ReviewDue, &[Expert]),
    row(A::ReviewMiss, "", N::ReviewOverdue, &[Expert, Author]),
    row(A::ReviewDeclare, "", N::ReviewDeclared, &[Author]),
    row(A::ReviewDecline, "", N::ReviewDeclined, &[Author]),
    row(A::ReviewSubmit, "", N::ReviewReceived, &[Expert]),
    row(A::RecusalDeclare, "", N::RecusalRecorded, &[Person, Author, Supervisors]),
    row(A::RecusalOrder, "", N::RecusalRecorded, &[Person, Author, Supervisors]),
    row(A::ReviewComplete, "", N::PanelComplete, &[Author]),
    row(A::ProjectAssign, "", N::CommissionerAssigned, &[Commissioner, Person, Team, Author]),
    row(A::ProjectActivate, "", N::ProjectActivated, &[Team, Sponsor, Author, Directors, Commissioner, Finance]),
    row(A::ProjectApplyAcceptance, "", N::AcceptanceApplied, &[Commissioner, Author, Directors, Sponsor]),
    row(A::AcceptanceAssess, "", N::AcceptanceAssessed, &[Directors, Commissioner, Author]),
    row(A::ProjectConclude, "rectifying", N::ProjectRectifying, &[Team, Sponsor, Commissioner, Author]),
    row(A::ProjectConclude, "completed", N::ProjectCompleted, &[Team, Sponsor, Commissioner, Author]),
    row(A::ProjectConclude, "concluded", N::ProjectConcluded, &[Team, Sponsor, Commissioner, Author]),
    row(A::ProjectConclude, "failed", N::ProjectFailed, &[Team, Sponsor, Commissioner, Author]),
    row(A::MeasurePropose, "", N::MeasureProposed, &[Directors]),
    row(A::MeasureDecline, "", N::MeasureDeclined, &[Person]),
    row(A::ProjectSuspend, "", N::ProjectSuspended, ALL_PARTIES),
    row(A::ProjectResume, "", N::ProjectResumed, ALL_PARTIES),
    row(A::ProjectTerminate, "", N::ProjectTerminated, ALL_PARTIES),
    row(A::ProjectRevoke, "", N::ProjectRevoked, ALL_PARTIES),
    row(A::ClawbackPropose, "", N::ClawbackProposed, &[Directors]),
    row(A::ClawbackDecline, "", N::ClawbackDeclined, &[Person]),
    row(A::ClawbackApprove, "notified", N::ClawbackNotified, OF_CLAWBACK),
    row(A::ClawbackApprove, "settled", N::ClawbackSettled, OF_CLAWBACK),
    // Before the row for every receipt: whoever hears that it is settled gets no second letter.
    row(A::ClawbackReceive, "settled", N::ClawbackSettled, OF_CLAWBACK),
    row(A::ClawbackReceive, "", N::ClawbackReceived, OF_CLAWBACK),
    row(A::ClawbackProposeWriteOff, "", N::WriteOffProposed, &[Directors]),
    row(A::ClawbackDeclineWriteOff, "", N::WriteOffDeclined, &[Person]),
    row(A::ClawbackApproveWriteOff, "", N::ClawbackWrittenOff, OF_CLAWBACK),
    row(A::MilestoneStart, "", N::MilestoneStarted, &[Commissioner]),
    row(A::MilestoneSubmit, "", N::MilestoneSubmitted, &[Commissioner]),
    row(A::MilestoneVerify, "", N::MilestoneMet, &[Team, Author]),
    row(A::MilestoneReturn, "", N::MilestoneReturned, &[Team]),
    row(A::MilestoneFail, "", N::MilestoneFailed, &[Team, Author, Directors]),
    row(A::ReportSubmit, "", N::ReportSubmitted, &[Commissioner]),
    row(A::ReportComment, "", N::ReportCommented, &[Team]),
    row(A::ProjectCard, "", N::YellowCard, &[Team, Commissioner, Author, Directors]),
    row(A::VisitLog, "", N::VisitLogged, &[Team]),
    row(A::ProblemRaise, "", N::ProblemRaised, &[Team, Author]),
    row(A::ProblemClose, "", N::ProblemClosed, &[Team, Author, Commissioner]),
    row(A::PaymentUnlock, "", N::PaymentDue, &[Team, Commissioner]),
    row(A::PaymentRequest, "", N::PaymentRequested, &[Commissioner]),
    row(A::PaymentCheck, "", N::PaymentChecked, &[Finance]),
    row(A::PaymentApprove, "", N::PaymentApproved, &[Team, Finance]),
    row(A::PaymentPay, "", N::PaymentPaid, &[Team, Commissioner]),
    row(A::PaymentReturn, "", N::PaymentReturned, &[Team]),
    row(A::PaymentForward, "", N::PaymentForwarded, &[Members, Commissioner]),
    row(A::PaymentHold, "", N::PaymentHeld, &[Team, Commissioner, Finance]),
    row(A::PaymentRelease, "", N::PaymentReleased, &[Team, Commissioner, Finance]),
    row(A::PaymentReverse, "", N::PaymentReversed, &[Team, Commissioner, Finance]),
    row(A::PaymentCancel, "", N::PaymentCancelled, &[Team, Finance]),
];

/// Steps that change a stage and write no letter of their own, with the step whose letter tells the same people.
pub const TOLD_BY_ANOTHER: &[(Action, Action)] = &[
    // What a decided measure does to the project is what everyone hears of.
    (A::MeasureApprove, A::ProjectTerminate),
    (A::BidSign, A::ProjectActivate),
    (A::BidForfeit, A::ProjectForfeit),
    (A::AcceptanceDecide, A::ProjectConclude),
    (A::DecisionReplace, A::BidCallUp),
    (A::BidAskAgain, A::ChallengeCorrect),
    (A::ReviewRecuse, A::RecusalOrder),
    (A::ObjectionConfirm, A::ObjectionReceive),
    (A::BidReopen, A::DecisionReopen),
    (A::AmendmentApprove, A::ChallengeExtend),
];

/// The letters of `action` that led to `outcome`.
pub fn letters(action: Action, outcome: &str) -> impl Iterator<Item = &'static LetterRule> {
    LETTERS.iter().filter(move |rule| rule.action == action && (rule.outcome.is_empty() || rule.outcome == outcome))
}
