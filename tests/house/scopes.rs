//! Scopes of machine keys: what no key may ever do, whatever its scopes.

use jiebang::domain::policy::{Action, KeyScope, Kind, Role, Tie, allows, needs_fresh_proof};
use jiebang::http::routes::routes;

/// Kinds that are a person's own, or an administrator's.
const NEVER: &[Kind] = &[
    Kind::Session,
    Kind::SecondFactor,
    Kind::Me,
    Kind::User,
    Kind::Grant,
    Kind::Custody,
    Kind::Key,
    Kind::Batch,
    Kind::Decision,
    Kind::Review,
    Kind::Recusal,
    Kind::Expert,
    Kind::Draw,
    Kind::Objection,
    Kind::Audit,
    Kind::Disqualification,
    Kind::Measure,
    Kind::RaceGate,
    Kind::Clawback,
    Kind::Portfolio,
    Kind::Ledger,
];
/// Verbs that bind, decide, open or pay: a person's, of whatever kind.
const PERSONS: &[&str] = &[
    "open_bids",
    "release_share",
    "award",
    "approve",
    "sign",
    "countersign",
    "pay",
    "check",
    "verify",
    "conclude",
    "activate",
    "publish",
    "republish",
    "plan",
    "assign",
    "apply_acceptance",
    "fail",
    "return",
    "reject",
    "examine",
    "shortlist",
    "select",
    "propose",
    "publicise",
];

fn scoped() -> impl Iterator<Item = Action> {
    KeyScope::ALL.iter().flat_map(|scope| scope.actions().iter().copied())
}

#[test]
fn no_scope_holds_what_is_a_persons_act() {
    for action in scoped() {
        assert!(!NEVER.contains(&action.kind()), "{action}");
        assert!(!PERSONS.contains(&action.verb()), "{action}");
        assert!(!needs_fresh_proof(action), "{action}");
        let reads = action.verb().starts_with("read");
        let changes = matches!(action.kind(), Kind::Bid | Kind::File | Kind::Milestone | Kind::Evidence | Kind::Payment);
        assert!(reads || changes, "{action} changes what is not the team's own");
    }
}

#[test]
fn the_words_of_persons_acts_are_verbs_of_actions() {
    for verb in PERSONS {
        assert!(Action::ALL.iter().any(|action| action.verb() == *verb), "{verb}");
    }
}

#[test]
fn what_a_scope_holds_is_a_teams_and_has_a_route() {
    for action in scoped() {
        let held = [Role::Team, Role::Account, Role::Public];
        let teams = Tie::ALL.iter().any(|tie| held.iter().any(|role| allows(action, *role, *tie)));
        assert!(teams, "{action} is nothing that a team may do");
        assert!(routes().iter().any(|route| route.action == action), "{action} has no route");
    }
}

#[test]
fn the_scope_read_only_reads() {
    for action in KeyScope::Read.actions() {
        assert!(action.verb().starts_with("read"), "{action}");
    }
}
