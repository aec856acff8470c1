//! Role grants 授权: proposed by one administrator, decided by another.
//!
//! Separation of duties: nobody gives a role alone, and nobody to themselves.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::{Action as A, Role, role};
use crate::domain::refusal::Refusal;
use crate::domain::text::Reason;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a grant stands.
    pub enum GrantStage {
        Proposed = "proposed" "待批准",
        Granted = "granted" "已授予",
        Declined = "declined" "未获批准",
        Lapsed = "lapsed" "已失效",
    }
}

use GrantStage as S;
stage_table!(
    S,
    &[
        path(S::Proposed, A::GrantApprove, &[S::Granted]),
        path(S::Proposed, A::GrantDecline, &[S::Declined]),
        path(S::Proposed, A::GrantLapse, &[S::Lapsed]),
    ]
);

/// A proposal of the roles that a person shall have.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct GrantInput {
    /// All roles that the person shall have, and no others; none of them `public` or `system`.
    pub roles: Vec<Role>,
    /// Why.
    pub reason: Reason,
}

/// The roles of one person, each once and in order.
///
/// # Errors
/// One of them cannot be given to a person.
pub fn set_of(roles: &[Role]) -> Result<Vec<Role>, Faults> {
    let mut set = roles.to_vec();
    set.sort_unstable();
    set.dedup();
    let odd = set.iter().filter(|role| !role.grantable());
    let faults = odd.map(|odd| Fault::new("not_grantable", format!("不能授予：{odd}"), format!("cannot be granted: {odd}")).at("roles"));
    Faults(faults.collect()).or(set)
}

/// Whether one person may hold all of `roles`.
///
/// # Errors
/// They clash.
pub fn fits_one_person(roles: &[Role]) -> Result<(), Refusal> {
    if role::clash(roles) { Err(Refusal::RolesClash) } else { Ok(()) }
}
