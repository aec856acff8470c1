//! Who may do what: roles × actions × ties, decided in one table.
//!
//! [`permit`] is the only maker of a [`Permit`], and every accepted act consumes one (see `app::act`), so a use case that
//! forgets the check does not compile. Lists take a [`Scope`] from the same table, so a list cannot show what a get hides.

pub mod action;
pub mod assurance;
pub mod kind;
pub mod role;
pub mod rules;
pub mod scopes;
pub mod tie;

pub use action::Action;
pub use assurance::{may_without_factor, needs_fresh_proof};
pub use kind::Kind;
pub use role::Role;
pub use scopes::KeyScope;
pub use tie::{Standing, Tie};

pub use rules::JUDGES;
use rules::Rule;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Whether `role` may do `action` standing so to the object.
#[must_use]
pub fn allows(action: Action, role: Role, tie: Tie) -> bool {
    rules_of(action).iter().any(|rule| rule.roles.contains(&role) && rule.ties.contains(&tie))
}

/// The rows of the table that speak of `action`. A list asks for each of its records what the caller may do with it.
fn rules_of(action: Action) -> &'static [&'static Rule] {
    static BY_ACTION: LazyLock<HashMap<Action, Vec<&'static Rule>>> = LazyLock::new(|| {
        let mut rows: HashMap<Action, Vec<&'static Rule>> = HashMap::new();
        for rule in rules::all() {
            rows.entry(rule.action).or_default().push(rule);
        }
        rows
    });
    BY_ACTION.get(&action).map(Vec::as_slice).unwrap_or_default()
}

/// Proof that a check was made and passed. Cannot be built outside this module, nor copied.
#[derive(Debug)]
#[must_use = "a permit that no act consumes leaves no trace in the audit log"]
pub struct Permit {
    action: Action,
    role: Role,
    tie: Tie,
}

impl Permit {
    /// What was permitted.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// The role that allowed it.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// How the actor stood to the object.
    #[must_use]
    pub const fn tie(&self) -> Tie {
        self.tie
    }
}

/// Permits `action` when one of `roles` allows it for `tie`. Everyone is also [`Role::Public`].
#[must_use]
pub fn permit(action: Action, roles: &[Role], tie: Tie) -> Option<Permit> {
    let role = roles.iter().copied().chain([Role::Public]).find(|role| allows(action, *role, tie))?;
    Some(Permit { action, role, tie })
}

/// Whether any tie at all would let one of `roles` do `action`.
#[must_use]
pub fn conceivable(action: Action, roles: &[Role]) -> bool {
    Tie::ALL.iter().any(|tie| permit(action, roles, *tie).is_some())
}

/// Which records of a kind a caller may see in a list: none, by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Every record.
    pub all: bool,
    /// Those to which the caller's organisation is a party.
    pub party: bool,
    /// Those to which the caller is assigned by name.
    pub assigned: bool,
}

/// The scope of `roles` for `action`, from the same table that decides a single record.
#[must_use]
pub fn scope(action: Action, roles: &[Role]) -> Scope {
    let may = |tie| permit(action, roles, tie).is_some();
    Scope { all: may(Tie::Stranger), party: may(Tie::Party), assigned: may(Tie::Assigned) }
}
