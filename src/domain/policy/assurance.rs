//! How sure the service must be of who acts: what needs a fresh proof, and whose account needs a second factor.

use super::action::Action;
use super::kind::Kind;
use super::role::Role;
use crate::domain::policy::action::Action as A;

/// What is done only by someone who proved within the last five minutes who they are: by signing in, or by a step-up.
pub const FRESH: &[Action] = &[
    A::ChallengeReleaseShare,
    A::ChallengeOpenBids,
    A::ChallengeAward,
    A::DecisionApprove,
    A::ProjectCountersign,
    A::ChangeCountersign,
    A::ProjectConclude,
    A::PaymentApprove,
    A::PaymentPay,
    A::PaymentRelease,
    A::PaymentReverse,
    A::DisqualificationApprove,
    A::MeasureApprove,
    A::ClawbackApprove,
    A::ClawbackApproveWriteOff,
    A::GrantPropose,
    A::GrantApprove,
    A::UserResetSecondFactor,
    A::UserAnonymise,
    A::SecondFactorEnrol,
    A::CustodyEnrol,
    A::CustodyChangePassphrase,
    A::CustodyRenew,
    A::MeSetIdentity,
    A::KeyCreate,
    A::KeyRotate,
];

/// Roles that move money, decide, or administrate: the profile `dengbao3` asks them for a second factor.
pub const PRIVILEGED: &[Role] = &[Role::Director, Role::Finance, Role::Supervisor, Role::Auditor, Role::Sysadmin, Role::Secadmin];

/// Whether `action` is one of [`FRESH`].
#[must_use]
pub fn needs_fresh_proof(action: Action) -> bool {
    FRESH.contains(&action)
}

/// Whether `action` may be done by someone who has yet to set up the second factor that their role needs.
#[must_use]
pub fn may_without_factor(action: Action) -> bool {
    matches!(action.kind(), Kind::Session | Kind::Me | Kind::SecondFactor)
}
