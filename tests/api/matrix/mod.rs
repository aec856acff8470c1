//! The matrix: every route, for everyone, at every stage of the story, against a table written by hand.
//!
//! What is permitted is asked with `dry_run`, so that one world serves all its cells; what is refused is asked in earnest.
//! `tests/house` fails on a route without a row.

mod bodies;
mod delivery;
mod table;
pub mod world;

use crate::support::{Caller, Reply, TestApp, on_both};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use table::{HIDDEN, NOT_YET, OWN, On, PEOPLE, PUBLIC, Row, WORLDS};
use world::World;

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split_whitespace()
}

/// Every row there is.
fn rows() -> impl Iterator<Item = &'static Row> {
    table::ROWS.iter().chain(delivery::ROWS)
}

/// The rows of one route: each with its worlds and people.
type Rows = Vec<(&'static str, &'static str)>;

/// Every route that has a record, with its rows.
fn routes() -> BTreeMap<(&'static str, &'static str), (On, Rows)> {
    let mut routes: BTreeMap<(&str, &str), (On, Rows)> = BTreeMap::new();
    for row in rows() {
        let (method, path) = row.0.split_once(' ').unwrap();
        routes.entry((method, path)).or_insert((row.1, Vec::new())).1.push((row.2, row.3));
    }
    routes
}

fn among(people: &str, who: &str) -> bool {
    people == "*" || names(people).any(|name| name == who)
}

/// Whether somebody may read the record of `on` at `world`, by the row of the route that shows it.
fn reads(on: On, who: &str, world: &str) -> bool {
    let path = match on {
        // Which ledgers there are is no secret.
        On::Nothing | On::Ledger => return true,
        On::Session => return false,
        On::Organization => "/organizations/{id}",
        On::User => "/users/{id}",
        On::Grant => "/grants/{id}",
        On::Key => "/keys/{id}",
        On::Batch => "/batches/{id}",
        On::Challenge => "/challenges/{id}",
        On::Bid => "/bids/{id}",
        On::Disqualification => "/disqualifications/{id}",
        On::File => "/files/{id}",
        On::Question => "/questions/{id}",
        On::Amendment => "/amendments/{id}",
        On::Partnership => "/partnerships/{id}",
        On::Restriction => "/restrictions/{id}",
        On::Review => "/reviews/{id}",
        On::Scheme => "/schemes/{id}",
        On::Satisfaction => "/satisfactions/{id}",
        On::Expert => "/experts/{id}",
        On::Draw => "/draws/{id}",
        On::Recusal => "/recusals/{id}",
        On::Objection => "/objections/{id}",
        On::Decision => "/decisions/{id}",
        On::Project => "/projects/{id}",
        On::Acceptance => "/acceptances/{id}",
        On::Outcome => "/outcomes/{id}",
        On::Measure => "/measures/{id}",
        On::RaceGate => "/race_gates/{id}",
        On::Clawback => "/clawbacks/{id}",
        On::Milestone => "/milestones/{id}",
        On::Evidence => "/evidence/{id}",
        On::Change => "/changes/{id}",
        On::Visit => "/visits/{id}",
        On::Problem => "/problems/{id}",
        On::Report => "/reports/{id}",
        On::Payment => "/payments/{id}",
        On::Target => "/targets/{id}",
    };
    may("GET", path, who, world).0
}

/// Whether somebody may do it at this world, and whether they may at some other.
fn may(method: &str, path: &str, who: &str, world: &str) -> (bool, bool) {
    let rows: Vec<_> = rows().filter(|row| row.0.split_once(' ') == Some((method, path)) && among(row.3, who)).collect();
    let bystander = !path.ends_with("/recusals")
        && !path.ends_with("/objections")
        && NOT_YET.iter().any(|(name, worlds)| *name == who && among(worlds, world));
    let now = rows.iter().any(|row| among(row.2, world)) && !(bystander && method != "GET");
    (now, !rows.is_empty() && !bystander)
}

/// What the table says.
fn expected(method: &str, path: &str, on: On, who: &str, world: &str) -> u16 {
    // Whoever may not read decisions or scores is told so once the challenge is public.
    let known = if path.ends_with("/decisions")
        || path.ends_with("/scores")
        || (method == "GET"
            && (["/recusals", "/draws", "/objections", "/papers", "/satisfactions"].iter().any(|list| path.ends_with(list))))
    {
        among(PUBLIC, world)
    } else {
        reads(on, who, world)
    };
    match may(method, path, who, world) {
        (true, _) => 200,
        _ if who == "anyone" && !open_to_all(method, path) => 401,
        (false, true) if (method != "GET" || path.ends_with("/certificate")) && known => 409,
        _ if known => 403,
        _ => 404,
    }
}

/// Whether nobody need sign in to ask.
fn open_to_all(method: &str, path: &str) -> bool {
    if method == "POST" {
        return path == "/challenges/{id}/objections";
    }
    method == "GET"
        && [
            "/challenges/{id}",
            "/challenges/{id}/rounds",
            "/challenges/{id}/scheme",
            "/schemes/{id}",
            "/challenges/{id}/publicity",
            "/challenges/{id}/publicity/page",
            "/challenges/{id}/questions",
            "/challenges/{id}/amendments",
            "/questions/{id}",
            "/amendments/{id}",
        ]
        .contains(&path)
}

/// That a refusal by the stage says where the record stands and what can be done instead.
fn tells_the_stage(reply: &Reply, cell: &str) {
    let problem = reply.json();
    if problem["code"] == "wrong_stage" {
        assert!(problem["stage"].is_string() && problem["allowed_actions"].is_array(), "{cell}: {problem}");
    }
}

/// The fields of an answer that hold something; those of its content with the path.
fn filled(answer: &Value, within: &str, found: &mut BTreeSet<String>) {
    for (name, value) in answer.as_object().into_iter().flatten() {
        let path = format!("{within}{name}");
        if value.is_object() {
            filled(value, &format!("{path}."), found);
        } else if !value.is_null() {
            found.insert(path);
        }
    }
}

/// What the readers of one record see: all the same, but for what [`HIDDEN`] names.
fn see_the_same(path: &str, at: &str, seen: &[(&str, BTreeSet<String>)], wrong: &mut Vec<String>) {
    let all: BTreeSet<&String> = seen.iter().flat_map(|(_, fields)| fields).collect();
    for field in all {
        let row = HIDDEN.iter().find(|(route, name, ..)| *route == path && *name == field);
        for (who, fields) in seen {
            let wanted = row.is_none_or(|(_, _, worlds, people)| !among(worlds, at) || among(people, who));
            if wanted != fields.contains(field) {
                wrong.push(format!("{at}: {who} GET {path}: {field} {}", if wanted { "is missing" } else { "is shown" }));
            }
        }
    }
}

/// Asks every cell of one world. Answers how many there were.
async fn cells_of(app: &TestApp, at: &str) -> usize {
    let world = World::at(app, at).await;
    let mut people = Vec::new();
    for name in names(PEOPLE) {
        let caller = world.person(name).await;
        caller.token().await;
        people.push((name, caller));
    }
    people.push(("anyone", app.anyone()));
    let before = world.written().await;
    let (mut cells, mut wrong) = (0, Vec::new());
    for ((method, path), (on, _)) in routes() {
        let Some(id) = world.id(on) else { continue };
        let mut seen = Vec::new();
        for (name, caller) in &people {
            let denied = world.denied().await;
            let wanted = expected(method, path, on, name, at);
            let reply = world.ask(caller, &format!("{method} {path}"), on, id, wanted == 200).await;
            let status = reply.status.as_u16();
            match status {
                // A download is no record.
                200 if method == "GET"
                    && on != On::Nothing
                    && !path.ends_with("/page")
                    && !["/files/{id}", "/evidence/{id}", "/challenges/{id}/papers", "/ledgers/{id}/file"].contains(&path) =>
                {
                    let mut fields = BTreeSet::new();
                    filled(&reply.json(), "", &mut fields);
                    seen.push((*name, fields));
                }
                409 => tells_the_stage(&reply, &format!("{at}: {name} {method} {path}")),
                _ => {}
            }
            if !(status == wanted || wanted == 200 && status == 201) {
                wrong.push(format!("{at}: {name} {method} {path}: {status} instead of {wanted}: {}", reply.text));
            }
            // A denied act leaves one row, whoever has an account.
            let rows = i64::from(*name != "anyone" && (status == 403 || status == 404));
            assert_eq!(world.denied().await, denied + rows, "{at}: {name} {method} {path}");
            cells += 1;
        }
        see_the_same(path, at, &seen, &mut wrong);
        if !matches!(on, On::Nothing | On::Ledger) && at == "active" {
            cells += unknown(&world, &people, method, path, on, at, &mut wrong).await;
        }
    }
    assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(world.written().await, before, "{at}: nothing is changed by what is denied or only tried");
    cells
}

/// An id that nobody has: not found, for everyone, and byte for byte what one gets for a record that is not theirs to know.
async fn unknown(
    world: &World<'_>,
    people: &[(&str, Caller)],
    method: &str,
    path: &str,
    on: On,
    at: &str,
    wrong: &mut Vec<String>,
) -> usize {
    for (name, caller) in people {
        let caller = caller.with("X-Request-Id", "the-same-request");
        let route = format!("{method} {path}");
        let absent = world.ask(&caller, &route, on, &uuid::Uuid::now_v7().to_string(), false).await;
        let wanted = if *name == "anyone" && !open_to_all(method, path) { 401 } else { 404 };
        if absent.status != wanted {
            wrong.push(format!("{name} {method} {path}, unknown id: {} instead of {wanted}", absent.status));
        }
        if expected(method, path, on, name, at) == 404 {
            let hidden = world.ask(&caller, &route, on, world.id(on).unwrap(), false).await;
            assert_eq!((hidden.status, hidden.text), (absent.status, absent.text), "{name} {method} {path}");
        }
        let odd = world.ask(&caller, &route, on, "17", false).await;
        if may(method, path, name, at).1 {
            odd.has_faults(&[("id", "not_an_id")]);
        } else {
            assert!(odd.status == 422 || odd.status == wanted || odd.status == 403, "{name} {route}, no id: {}", odd.status);
        }
    }
    people.len()
}

macro_rules! worlds {
    ($($world:ident),+) => {
        on_both! {$(
            async fn $world(app: TestApp) {
                // 57 routes that are there from the beginning, for 21 callers; each record of the story adds its own.
                let cells = cells_of(&app, stringify!($world)).await;
                assert!(cells >= 1_100, "{cells} cells");
            }
        )+}

        #[test]
        fn every_world_is_tested() {
            assert_eq!([$(stringify!($world)),+].join(" "), WORLDS);
        }
    };
}
worlds!(draft, in_approval, approved, open, closed, screening, reviewing, deciding, publicity, awarded, active, acceptance);

on_both! {
    async fn without_a_token_only_public_routes_answer(app: TestApp) {
        let world = World::at(&app, "draft").await;
        let before = world.written().await;
        for (route, public) in OWN {
            let reply = world.ask(&app.anyone(), route, On::Nothing, "", false).await;
            if *public {
                assert_ne!(reply.status, 403, "{route}");
            } else {
                reply.is_refused(401, "unauthenticated");
                assert_eq!(reply.header("www-authenticate"), "Bearer", "{route}");
            }
            let broken = app.anyone().with("Authorization", "Bearer a.b.c");
            world.ask(&broken, route, On::Nothing, "", false).await.is_refused(401, "invalid_token");
        }
        assert_eq!(world.written().await, before);
    }

    async fn lists_show_what_a_get_would_show_and_nothing_else(app: TestApp) {
        let _world = World::at(&app, "active").await;
        let (team, foreign) = (app.team("keda").await, app.team("yuan").await);
        for list in ["/bids", "/projects", "/payments"] {
            assert_eq!(foreign.get(list).await.is(200)["items"], json!([]), "{list}");
            assert_ne!(team.get(list).await.is(200)["items"], json!([]), "{list}");
        }
        let own = foreign.get("/organizations").await.is(200);
        assert_eq!(own["items"].as_array().unwrap().len(), 1);
        assert_eq!(app.expert(2).await.get("/reviews").await.is(200)["items"], json!([]));
        assert_eq!(app.expert(1).await.get("/reviews").await.is(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(app.expert(1).await.get("/bids").await.is(200)["items"], json!([]), "the review is over");
    }
}
