//! Roles: what a person is in the department, or to it.

use crate::domain::codes::codes;

codes! {
    /// A role. A person may hold several where [`clash`] does not forbid it.
    pub enum Role {
        Public = "public" "公众",
        Account = "account" "有账户者",
        Officer = "officer" "业务处室经办",
        Examiner = "examiner" "形式审查员",
        Director = "director" "处长/分管领导",
        Finance = "finance" "资金管理",
        Supervisor = "supervisor" "监督与诚信处",
        Commissioner = "commissioner" "项目专员",
        Sponsor = "sponsor" "需求方",
        Team = "team" "揭榜团队",
        Expert = "expert" "评审专家",
        Leader = "leader" "厅领导",
        Auditor = "auditor" "审计/纪检",
        Sysadmin = "sysadmin" "系统管理员",
        Secadmin = "secadmin" "安全管理员",
        System = "system" "系统",
    }
}

impl Role {
    /// Whether the role can be given to a person: everyone is [`Role::Public`], whoever has an account [`Role::Account`], and
    /// nobody [`Role::System`].
    #[must_use]
    pub const fn grantable(self) -> bool {
        !matches!(self, Self::Public | Self::Account | Self::System)
    }

    /// The role in both languages, for letters.
    #[must_use]
    pub fn named(self) -> String {
        format!("{} ({})", self.zh(), self.code())
    }

    /// Whether whoever has the role decides or pays for the department: people of its own, whose organisation never bids.
    #[must_use]
    pub const fn decides(self) -> bool {
        matches!(self, Self::Officer | Self::Director | Self::Finance)
    }

    /// Whether whoever has the role may hold a share of a round's key: people of the department who neither prepare a
    /// challenge nor decide on it. Auditors change nothing here, and administrators have the machine.
    #[must_use]
    pub const fn keeps_shares(self) -> bool {
        matches!(self, Self::Supervisor | Self::Examiner | Self::Leader)
    }

    /// The roles that exist once in a person's life here: three administrators that never meet in one person and hold
    /// no business role (GB/T 22239, three-administrator separation).
    const fn stands_alone(self) -> bool {
        matches!(self, Self::Sysadmin | Self::Secadmin | Self::Auditor)
    }

    /// The roles of people outside the department's own staff.
    const fn outside(self) -> bool {
        matches!(self, Self::Sponsor | Self::Team | Self::Expert)
    }
}

/// Whether one person may not hold all of `roles`.
///
/// An administrator or auditor holds nothing else; staff of the department hold no outside role.
#[must_use]
pub fn clash(roles: &[Role]) -> bool {
    let alone = roles.iter().any(|role| role.stands_alone()) && roles.len() > 1;
    let outside = roles.iter().any(|role| role.outside());
    let staff = roles.iter().any(|role| !role.outside());
    alone || (outside && staff)
}

#[cfg(test)]
mod tests {
    use super::{Role, clash};

    #[test]
    fn administrators_and_auditors_hold_no_second_role() {
        assert!(clash(&[Role::Sysadmin, Role::Secadmin]));
        assert!(clash(&[Role::Auditor, Role::Officer]));
        assert!(!clash(&[Role::Commissioner, Role::Director]));
    }

    #[test]
    fn staff_of_the_department_do_not_bid_or_sponsor_or_score() {
        for outside in [Role::Team, Role::Sponsor, Role::Expert] {
            assert!(clash(&[Role::Officer, outside]));
        }
        assert!(!clash(&[Role::Team, Role::Sponsor]));
    }
}
