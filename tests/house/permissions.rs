//! Permissions: the whole table as one golden record (`docs/permissions.md`), and what must hold in any table.

use jiebang::app::desk::MATTERS;
use jiebang::domain::desk::Waiting;
use jiebang::domain::policy::{Action, Kind, Role, Tie, allows};
use jiebang::http::routes::routes;

fn somebody(action: Action, roles: impl Fn(Role) -> bool) -> bool {
    Role::ALL.iter().filter(|role| roles(**role)).any(|role| Tie::ALL.iter().any(|tie| allows(action, *role, *tie)))
}

#[test]
fn every_action_is_somebodys_and_has_a_route_or_is_the_services_own() {
    let routed: Vec<Action> = routes().iter().map(|route| route.action).collect();
    for action in Action::ALL {
        assert!(somebody(*action, |_| true), "{action} is nobody's");
        let covered = routed.iter().any(|route| route.covers(*action));
        let own = !somebody(*action, |role| role != Role::System);
        assert!(covered || own, "{action} has no route");
    }
}

#[test]
fn administrators_have_no_business_data_and_auditors_change_nothing() {
    let business = [
        Kind::Challenge,
        Kind::Bid,
        Kind::Disqualification,
        Kind::File,
        Kind::Review,
        Kind::Recusal,
        Kind::Expert,
        Kind::Draw,
        Kind::Objection,
        Kind::Decision,
        Kind::Satisfaction,
        Kind::Project,
        Kind::Acceptance,
        Kind::Outcome,
        Kind::Target,
        Kind::Milestone,
        Kind::Change,
        Kind::Payment,
        Kind::Measure,
        Kind::RaceGate,
        Kind::Clawback,
        Kind::Visit,
        Kind::Problem,
        Kind::Report,
        Kind::Portfolio,
        Kind::Paper,
        Kind::Ledger,
    ];
    for action in Action::ALL {
        if business.contains(&action.kind()) {
            let administrators = |role| matches!(role, Role::Sysadmin | Role::Secadmin);
            assert!(!somebody(*action, administrators), "{action}");
        }
        let harmless = action.verb().starts_with("read") || matches!(action.kind(), Kind::Me | Kind::Session | Kind::SecondFactor);
        assert!(harmless || !somebody(*action, |role| role == Role::Auditor), "{action}");
    }
}

#[test]
fn whoever_must_step_aside_may_read_at_most() {
    for action in Action::ALL {
        let reads = action.verb().starts_with("read") || matches!(action.kind(), Kind::Me | Kind::Session | Kind::SecondFactor);
        // Declining is how one steps aside.
        let reads = reads || *action == Action::ReviewDecline;
        for role in Role::ALL.iter().filter(|role| **role != Role::System) {
            assert!(reads || !allows(*action, *role, Tie::Conflicted), "{role} {action}");
        }
    }
}

#[test]
fn a_desk_is_for_those_for_whom_something_can_wait_and_nothing_waits_for_anybody_else() {
    for role in Role::ALL.iter().filter(|role| **role != Role::System) {
        let acts = |action: Action| !action.verb().starts_with("read") && somebody(action, |other| other == *role);
        let waits = MATTERS.iter().any(|matter| acts(matter.action));
        assert_eq!(somebody(Action::MeReadDesk, |other| other == *role), waits, "{role}");
    }
}

#[test]
fn what_can_wait_is_named_once_with_a_step_that_its_kind_knows() {
    let tables = jiebang::domain::stages::tables();
    let steps: Vec<Action> = tables.iter().flat_map(|table| table.rows.iter().map(|(_, action, _)| *action)).collect();
    // What has no stages of its own: what is read or written of a project.
    let stageless = [Action::ProjectReportStatus, Action::VisitLog, Action::ClawbackRead];
    for (number, matter) in MATTERS.iter().enumerate() {
        assert!(steps.contains(&matter.action) || stageless.contains(&matter.action), "{}", matter.action);
        assert!(MATTERS.iter().skip(number + 1).all(|other| other.what != matter.what), "{} stands twice", matter.what);
    }
    for what in Waiting::ALL {
        assert!(MATTERS.iter().any(|matter| matter.what == *what), "{what} is never found");
    }
}

/// Verbs that judge somebody's work: a new action with one of them is held to the rule below without being named.
const JUDGES: &[&str] =
    &["approve", "verify", "return", "reject", "award", "decline", "countersign", "conclude", "pay", "fail", "withdraw", "republish"];

#[test]
fn nobody_approves_what_they_wrote_or_follow() {
    // A commissioner judges what they follow, also a request for money; an expert declines what was assigned, a team
    // withdraws its own bid.
    let own = |action: Action| {
        matches!(action.kind(), Kind::Milestone | Kind::Review | Kind::Bid | Kind::Session)
            || matches!(action, Action::PaymentReturn | Action::OutcomeReturn | Action::ReportReturn)
    };
    let judges = |action: &&Action| JUDGES.contains(&action.verb()) && !own(**action) || **action == Action::GrantPropose;
    let judging: Vec<Action> = Action::ALL.iter().filter(judges).copied().collect();
    assert!(judging.len() >= 15, "{judging:?}");
    for action in judging {
        for role in Role::ALL.iter().filter(|role| **role != Role::System) {
            for tie in [Tie::Author, Tie::Assigned, Tie::Party, Tie::Conflicted] {
                assert!(!allows(action, *role, tie), "{role} {action} {tie}");
            }
        }
    }
}
