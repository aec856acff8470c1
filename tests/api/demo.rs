//! The demo's portfolio, on both databases: every turn of the story is found in its records, and the figures hold together.

use crate::portfolio::WRONG;
use crate::support::app::PASSWORD;
use crate::support::{Caller, TestApp, on_both};
use jiebang::cli::seed;
use jiebang::domain::id::UserId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the demo shows: in words, as rows of the database, and how many of them.
const MIX: &[(&str, &str, i64)] = &[
    ("an objection is dismissed", "objections WHERE stage = 'dismissed'", 1),
    ("an objection is upheld", "objections WHERE stage = 'upheld'", 1),
    ("an anonymous objection is not admitted", "objections WHERE stage = 'inadmissible' AND ground = 'anonymous'", 1),
    ("an expert steps aside", "recusals", 1),
    ("a winner gives up", "projects WHERE stage = 'forfeited'", 1),
    (
        "and the reserve moves up",
        "projects lost JOIN projects won ON won.challenge_id = lost.challenge_id AND won.id <> lost.id WHERE lost.stage = 'forfeited'",
        1,
    ),
    ("a challenge failed and is open again", "challenges WHERE stage = 'open' AND round = 2", 1),
    ("a challenge failed and was withdrawn", "challenges WHERE stage = 'withdrawn'", 1),
    ("the principal changed, with all signatures", "changes WHERE kind = 'pi' AND stage = 'effective'", 1),
    ("a project is extended, with all signatures", "changes WHERE kind = 'extension' AND stage = 'effective'", 1),
    ("a lower target is refused", "changes WHERE kind = 'indicator' AND stage = 'rejected'", 1),
    (
        "where the commissioner is a director, too, somebody else approved",
        "changes JOIN projects ON projects.id = changes.project_id JOIN user_roles ON user_roles.user_id = projects.commissioner_id \
         WHERE user_roles.role = 'director' AND changes.kind = 'extension' AND changes.decided_by <> projects.commissioner_id",
        1,
    ),
    (
        "a milestone was sent back, and met then",
        "milestones WHERE stage = 'met' AND id IN (SELECT milestone_id FROM milestone_events WHERE to_stage = 'rectifying')",
        1,
    ),
    (
        "a milestone was sent back, not met, and the project terminated",
        "milestones JOIN projects ON projects.id = milestones.project_id WHERE milestones.stage = 'not_met' AND projects.stage = 'terminated' \
         AND milestones.id IN (SELECT milestone_id FROM milestone_events WHERE to_stage = 'rectifying')",
        1,
    ),
    ("a milestone is being mended", "milestones WHERE stage = 'rectifying'", 1),
    (
        "a project was terminated without fault, and what it did not spend is back",
        "clawbacks JOIN measures ON measures.project_id = clawbacks.project_id WHERE measures.cause = 'not_feasible' \
         AND clawbacks.stage = 'settled' AND clawbacks.cause = 'unspent' AND clawbacks.received_fen > 0",
        1,
    ),
    (
        "a project was revoked, and pays back with interest, not all of it yet",
        "clawbacks JOIN projects ON projects.id = clawbacks.project_id WHERE projects.stage = 'revoked' AND clawbacks.stage = 'partial' \
         AND clawbacks.interest_fen > 0 AND clawbacks.received_fen > 0",
        1,
    ),
    ("money is called for", "clawbacks WHERE stage = 'notified'", 1),
    ("a project is suspended", "projects WHERE stage = 'suspended'", 1),
    ("a project is accepted", "acceptances WHERE result = 'passed'", 1),
    ("another one after a rectification", "acceptances WHERE result = 'passed_after_rectification'", 1),
    ("a project is concluded", "acceptances WHERE result = 'concluded'", 1),
    ("a project waits for its acceptance", "acceptances WHERE stage = 'applied'", 1),
    ("a payment is held", "payments WHERE stage = 'held'", 1),
    ("a payment came back", "payments WHERE stage = 'returned'", 1),
    (
        "another one was paid again",
        "transfers AS one JOIN transfers AS two ON two.payment_id = one.payment_id WHERE one.number = 1 AND two.number = 2",
        1,
    ),
    ("a commissioner handed over, with a note", "assignments WHERE ends_at IS NULL AND note IS NOT NULL", 1),
    ("a visit found a problem that is open", "problems WHERE stage = 'open' AND visit_id IS NOT NULL", 1),
    ("another one is solved", "problems WHERE stage = 'closed'", 1),
    ("gates of races were decided", "race_gates WHERE stage = 'approved'", 2),
    (
        "a lane was cut, and settled",
        "clawbacks JOIN projects ON projects.id = clawbacks.project_id WHERE projects.stage = 'eliminated' AND clawbacks.stage = 'settled'",
        1,
    ),
    ("a lane was merged", "projects WHERE stage = 'merged'", 1),
    ("and the survivor has all signatures", "changes WHERE kind = 'race' AND stage = 'effective'", 1),
    ("one project is silent", "yellow_cards", 1),
    ("two of its quarters and a year are missing, and nobody else's", "reports WHERE stage <> 'commented' AND due_on < '2023-03-20'", 3),
    (
        "nobody who ran all last year went unvisited",
        "follow_ups WHERE began_on < '2022-06-01' AND project_id NOT IN (SELECT project_id FROM visits WHERE mode = 'onsite')",
        0,
    ),
    ("everyone who runs was spoken of in February", "status_reports WHERE month_on = '2023-02-01'", RUNNING_IN_FEBRUARY),
];

/// Projects that ran on the day on which commissioners spoke of February.
const RUNNING_IN_FEBRUARY: i64 = 24;

/// Someone of the demo, at its door.
fn person(app: &TestApp, name: &str) -> Caller {
    let mut caller = Caller::new(app, name, UserId::new(app.app.clock.now()));
    caller.email = format!("{name}@demo.jiebang.example");
    caller
}

fn by<'a>(items: &'a [Value], field: &str) -> BTreeMap<&'a str, i64> {
    let mut found = BTreeMap::new();
    for item in items {
        *found.entry(item[field].as_str().unwrap_or("none")).or_default() += 1;
    }
    found
}

async fn items(caller: &Caller, path: &str) -> Vec<Value> {
    caller.get(path).await.is(200)["items"].as_array().unwrap().clone()
}

on_both! {
    async fn every_turn_of_the_demo_is_found_in_its_records(app: TestApp) {
        let loaded = seed::load(&app.app, PASSWORD).await.unwrap();
        for (what, rows, expected) in MIX {
            assert_eq!(app.count(rows).await, *expected, "{what}");
        }
        assert_eq!(app.count(WRONG).await, 0, "figures that do not hold together");

        let officer = person(&app, "officer");
        let projects = items(&officer, "/projects?limit=100").await;
        assert_eq!(projects.len(), loaded.projects);
        // Lights: nearly all are green, and one is red for a milestone that is overdue by 45 days or more.
        let lights = by(&projects, "light");
        assert!(lights["red"] == 1 && lights["green"] >= 15 && lights["yellow"] <= 4, "{lights:?}");
        let red = projects.iter().find(|project| project["light"] == "red").unwrap();
        let nodes = items(&officer, &format!("/projects/{}/milestones", red["id"].as_str().unwrap())).await;
        assert!(nodes.iter().any(|node| node["overdue_days"].as_i64().is_some_and(|days| days >= 45)), "{nodes:?}");
        assert_eq!(red["overdue_milestones"], json!(1));
        // Races: three were awarded to several teams, and all of them still run.
        let lanes = by(&projects, "challenge_id");
        let races: Vec<&str> = lanes.iter().filter(|(_, lanes)| **lanes > 1).map(|(id, _)| *id).collect();
        let running = |race: &&&str| projects.iter().any(|project| project["challenge_id"] == **race && project["stage"] == "active");
        assert_eq!(races.iter().filter(running).count(), 3, "{races:?}");
    }
}
