//! Routes: each stands once, is named after its action, and has its cases.

use crate::source::read;
use jiebang::http::routes::routes;

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
    let nouns =
        ["bids", "members", "reviews", "grants", "keys", "password", "subscriptions", "users", "organizations", "batches", "challenges"];
    for route in routes().iter().filter(|route| route.method == "POST" || route.method == "PUT") {
        let last = route.path.rsplit('/').next().unwrap();
        assert!(nouns.contains(&last) || last == "{id}" || last == route.action.verb(), "{} does {}", route.path, route.action);
    }
}

#[test]
fn every_route_has_its_authorisation_cases() {
    let cases = read("tests/api/permissions.rs");
    let table = cases.split("const CASES").nth(1).unwrap().split("];").next().unwrap();
    let all = routes();
    for route in &all {
        let named = format!("Case(\"{} {}\",", route.method, route.path);
        assert_eq!(table.matches(&named).count(), 1, "{named}");
    }
    assert_eq!(table.matches("Case(\"").count(), all.len());
    let matrix = read("tests/api/matrix/table.rs");
    for route in &all {
        assert!(matrix.contains(&format!("\"{} {}\"", route.method, route.path)), "{} {} is not in the matrix", route.method, route.path);
    }
}
