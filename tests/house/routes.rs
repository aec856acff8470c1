//! Routes: each stands once, is named after its action, and has its cases.

use crate::source::read;
use jiebang::http::routes::routes;
use std::collections::BTreeSet;

#[test]
fn no_route_stands_twice() {
    let mut seen = Vec::new();
    for route in routes() {
        let key = (route.method.clone(), route.path);
        assert!(!seen.contains(&key), "{} {}", route.method, route.path);
        seen.push(key);
    }
}

#[test]
fn a_verb_in_a_path_is_the_verb_of_its_action() {
    // Paths that name what is made or read instead of what is done.
    let nouns = [
        "bids",
        "files",
        "evidence",
        "members",
        "questions",
        "amendments",
        "changes",
        "restrictions",
        "recusals",
        "measures",
        "outcomes",
        "targets",
        "race_gates",
        "clawbacks",
        "disqualifications",
        "experts",
        "draws",
        "objections",
        "reviews",
        "grants",
        "keys",
        "password",
        "phone",
        "identity_number",
        "subscriptions",
        "users",
        "organizations",
        "batches",
        "challenges",
        "schemes",
        "visits",
        "problems",
        "status_reports",
    ];
    for route in routes().iter().filter(|route| route.method == "POST" || route.method == "PUT") {
        let last = route.path.rsplit('/').next().unwrap();
        assert!(nouns.contains(&last) || last == "{id}" || last == route.action.verb(), "{} does {}", route.path, route.action);
    }
}

#[test]
fn every_route_has_its_authorisation_cases() {
    let table = ["table", "delivery"].map(|part| read(&format!("tests/api/matrix/{part}.rs"))).concat();
    let named: BTreeSet<&str> =
        table.split('"').filter(|text| text.starts_with("GET /") || text.starts_with('P')).filter(|text| text.contains(" /")).collect();
    let live: Vec<String> = routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    for route in &live {
        assert!(named.contains(route.as_str()), "{route} is not in the matrix");
    }
    for route in named {
        assert!(live.iter().any(|known| known == route), "the matrix names {route}, which is none");
    }
}
