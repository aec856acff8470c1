//! Who may do what with accounts, organisations, sessions, keys and calendars.

use super::{ANY, DESK, EVERYONE, KEEPERS, OTHER, OWN, Rule, SELF, STAFF, rule};
use crate::domain::policy::action::Action as A;
use crate::domain::policy::role::Role::{Auditor, Officer, Public, Secadmin, Sysadmin, System, Team};
use crate::domain::policy::tie::Tie::{Author, Party};

/// Its rows.
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
];
