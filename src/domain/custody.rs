//! Custody 保管: people who hold a share each of the key of a round, so that no one alone can open it.

use crate::domain::fault::{Fault, Faults};
use crate::domain::id::UserId;
use crate::domain::organization::OrganizationKind;
use crate::domain::password::Password;
use crate::domain::policy::Role;
use crate::domain::seal::SealMode;
use std::collections::BTreeSet;

/// People who hold a share of a round's key.
pub const CUSTODIANS: usize = 3;
/// How many of them open it.
pub const NEEDED: usize = 2;

/// How a round is sealed: `server_key`, unless the publication says otherwise.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct SealingInput {
    /// Who could open it before its time.
    pub mode: SealMode,
    /// For `custodians`: three people who hold a share each; two of them open the round.
    #[deserr(default)]
    #[schema(required = false)]
    pub custodians: Vec<UserId>,
}

impl SealingInput {
    /// Notes what is wrong with it as it stands.
    pub(super) fn check(&self, faults: &mut Faults) {
        let field = "sealing.custodians";
        let many = self.mode == SealMode::Custodians;
        faults.check(!many && !self.custodians.is_empty(), field, || {
            Fault::new("not_for_this_mode", "该密封方式不设保管人", "this mode of sealing has no custodians")
        });
        faults.check(many && self.custodians.len() != CUSTODIANS, field, || {
            Fault::new("wrong_length", "应有3名保管人", "must name 3 custodians")
        });
        let different: BTreeSet<_> = self.custodians.iter().collect();
        faults.check(many && different.len() != self.custodians.len(), field, || {
            Fault::new("repeated", "保管人不得重复", "must name each person once")
        });
    }
}

/// Someone who is to hold a share.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Whether the account is in use.
    pub active: bool,
    /// The person's roles.
    pub roles: Vec<Role>,
    /// What a share would be sealed to, if the person has set a passphrase.
    pub public_key: Option<Vec<u8>>,
    /// Whether the person prepared or publishes the challenge, or is of the sponsor's organisation.
    pub concerned: bool,
    /// What the person's organisation is.
    pub organization: OrganizationKind,
    /// The person's organisation and division.
    pub desk: (String, Option<String>),
}

impl Candidate {
    /// Whether this person could hold a share: the account is in use, in a role that keeps shares.
    fn can_keep(&self) -> bool {
        self.active && self.roles.iter().any(|role| role.keeps_shares())
    }
}

/// Everything that speaks against these custodians; `None` stands for somebody who is not there.
///
/// # Errors
/// All faults at once.
pub fn check(candidates: &[Option<Candidate>]) -> Result<(), Faults> {
    let mut faults = Faults::default();
    for (index, candidate) in candidates.iter().enumerate() {
        let field = format!("sealing.custodians[{index}]");
        let Some(candidate) = candidate else {
            faults.0.push(Fault::new("unknown_record", "没有这个用户", "there is no such user").at(field));
            continue;
        };
        faults.check(!candidate.can_keep(), &field, || {
            let zh = "保管人须为在用的监督、形式审查或厅领导账户";
            Fault::new("not_a_custodian", zh, "must be an active supervisor, examiner or leader")
        });
        faults.check(candidate.public_key.is_none(), &field, || {
            Fault::new("not_enrolled", "该人员尚未设置保管口令", "this person has not set a custody passphrase yet")
        });
        let concerned = candidate.concerned || candidate.organization.may_lead_a_bid();
        faults.check(concerned, &field, || {
            let zh = "保管人不得为本榜单经办人、发布人，也不得来自需求方或可揭榜的单位";
            let en = "must not have prepared or publish the challenge, nor be of the sponsor's or of an organisation that may bid";
            Fault::new("not_independent", zh, en)
        });
    }
    let desks: BTreeSet<_> = candidates.iter().flatten().map(|candidate| &candidate.desk).collect();
    let all_there = candidates.iter().all(Option::is_some);
    faults.check(all_there && desks.len() < 2, "sealing.custodians", || {
        Fault::new("one_division", "保管人须来自至少两个单位或处室", "must come from at least two organisations or divisions")
    });
    faults.or(())
}

/// A passphrase of a custodian: shown to the service only when it is set and when a share is released, and never kept.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PassphraseInput {
    /// The passphrase: by the rules of passwords, and not the one for signing in.
    pub passphrase: Password,
}

/// A passphrase in place of another.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct NewPassphraseInput {
    /// The passphrase as it is.
    pub current: Password,
    /// The passphrase as it shall be.
    pub new: Password,
}

/// What a share is bound to.
#[must_use]
pub fn binding(challenge: impl std::fmt::Display, round: i32, number: i32, user: UserId) -> String {
    format!("jiebang share\n{challenge}\n{round}\n{number}\n{user}")
}

/// What is said of a passphrase that is the one for signing in.
#[must_use]
pub fn same_as_password(field: &str) -> Faults {
    let (zh, en) = ("保管口令不得与登录密码相同", "must be another one than your password");
    Fault::new("same_as_password", zh, en).at(field).into()
}
