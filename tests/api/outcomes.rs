//! Outcomes: registered, shared, confirmed, counted, and followed in the years after their project.

use crate::reviews::race;
use crate::support::{Story, TestApp, inputs, on_both};
use diesel::RunQueryDsl;
use serde_json::{Value, json};

fn path_of(value: &Value) -> String {
    format!("/outcomes/{}", value["id"].as_str().unwrap())
}

fn list(project: &str) -> String {
    format!("/projects/{project}/outcomes")
}

fn letter(notice: &str, who: &str) -> (String, String) {
    (notice.to_owned(), format!("{who}@test.example"))
}

/// The two projects of a race, keda's and yuan's, both in force, with their challenge.
pub async fn lanes(app: &TestApp) -> ([String; 2], String) {
    let (mut story, _, proposal) = race(app, [inputs::bid(), inputs::bid()]).await;
    story.satisfied().await;
    let (officer, director) = (app.officer().await, app.director().await);
    let proposed = officer.post(&story.path("propose"), proposal).await.is(201);
    proposed["id"].as_str().unwrap().clone_into(&mut story.decision);
    director.does(&format!("/decisions/{}/approve", story.decision)).await.is(200);
    officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
    app.days_later(13);
    director.does(&story.path("award")).await.is(200);
    let mut projects = Vec::new();
    for team in ["keda", "yuan"] {
        let found = app.team(team).await.get("/projects").await.is(200)["items"][0].clone();
        let (id, version) = (found["id"].as_str().unwrap().to_owned(), found["version"].as_i64().unwrap());
        officer.put(&format!("/projects/{id}/plan"), version, inputs::plan(400 * inputs::WAN)).await.is(200);
        for (who, party) in [(app.team(team).await, "team"), (app.sponsor().await, "sponsor"), (director.clone(), "department")] {
            who.post(&format!("/projects/{id}/sign"), inputs::signature(party)).await.is(200);
        }
        let commissioner = json!({"commissioner_id": app.commissioner().await.id()});
        officer.post(&format!("/projects/{id}/assign"), commissioner).await.is(200);
        projects.push(id);
    }
    app.mail().await;
    ([projects.remove(0), projects.remove(0)], story.challenge)
}

/// An outcome that two projects share, worth what does not divide evenly.
async fn shared(app: &TestApp, projects: &[String; 2]) -> Value {
    let mut input = inputs::outcome(app, "ZL9").await;
    input["transfer"]["value_fen"] = json!(100_001);
    input["sales_fen"] = json!(1);
    input["shares"] = json!([{"project_id": projects[0], "share_bps": 6667}, {"project_id": projects[1], "share_bps": 3333}]);
    input["share_note"] = json!("两项目共同完成，按贡献分割。");
    input
}

/// Such an outcome, registered and agreed on by both teams; answers its path.
pub async fn agreed(app: &TestApp, projects: &[String; 2]) -> String {
    let made = app.team("keda").await.post(&list(&projects[0]), shared(app, projects).await).await.is(201);
    let share = json!({"project_id": projects[1]});
    app.team("yuan").await.post(&format!("{}/confirm_share", path_of(&made)), share).await.is(200);
    path_of(&made)
}

/// A project that has ended, with a confirmed outcome; answers the outcome's path.
async fn ended(app: &TestApp) -> (Story<'_>, String) {
    let story = Story::in_acceptance(app).await;
    let made = app.team("keda").await.post(&list(&story.project), inputs::outcome(app, "ZL1").await).await.is(201);
    app.commissioner().await.does(&format!("{}/confirm", path_of(&made))).await.is(200);
    let conclusion = json!({"conclusion": "completed", "opinion": "同意专家组意见，通过验收。"});
    app.director().await.post(&format!("/projects/{}/conclude", story.project), conclusion).await.is(200);
    (story, path_of(&made))
}

/// What the hourly job writes about outcomes on a day.
async fn told_on(app: &TestApp, day: &str) -> Vec<(String, String)> {
    app.at(&format!("{day}T03:00:00Z"));
    app.app.tidy().await.unwrap();
    app.mail().await.into_iter().filter(|(notice, _)| notice.starts_with("follow_up_")).collect()
}

on_both! {
    async fn an_outcome_is_registered_by_its_team_and_confirmed_by_the_projects_commissioner_alone(app: TestApp) {
        let story = Story::active(&app).await;
        let (team, commissioner) = (app.team("keda").await, app.commissioner().await);
        app.mail().await;
        let made = team.post(&list(&story.project), inputs::outcome(&app, "ZL1").await).await.is(201);
        let path = path_of(&made);
        assert_eq!((&made["stage"], &made["transfer_fen"], &made["sales_fen"]), (&json!("registered"), &json!(100 * inputs::WAN), &json!(5 * inputs::WAN)));
        assert_eq!(made["shares"], json!([{"project_id": story.project, "share_bps": 10_000, "confirmed": true, "transfer_fen": 100 * inputs::WAN, "sales_fen": 5 * inputs::WAN}]));
        assert_eq!(app.mail().await, [letter("outcome_registered", "commissioner")]);
        let desk = commissioner.get("/me/desk").await.is(200);
        assert!(desk["items"].as_array().unwrap().iter().any(|item| item["what"] == "outcome_to_confirm" && item["path"] == path.as_str()), "{desk}");
        for other in [&team, &app.officer().await, &app.director().await, &app.sponsor().await] {
            other.does(&format!("{path}/confirm")).await.is_refused(403, "forbidden");
        }
        app.sponsor().await.post(&list(&story.project), inputs::outcome(&app, "ZL2").await).await.is_refused(403, "forbidden");
        app.team("yuan").await.get(&path).await.is_refused(404, "not_found");
        assert_eq!(app.team("yuan").await.get("/outcomes").await.is(200)["items"], json!([]));
        let back = commissioner.post(&format!("{path}/return"), json!({"reason": "请补充共有权人"})).await.is(200);
        assert_eq!((&back["stage"], &back["opinion"], &back["version"]), (&json!("returned"), &json!("请补充共有权人"), &json!(2)));
        assert_eq!(app.mail().await, [letter("outcome_returned", "team-keda")]);
        let mut better = inputs::outcome(&app, "ZL1").await;
        better["owners"].as_array_mut().unwrap().push(json!(app.organization("sponsor-works").await.to_string()));
        team.put(&path, 1, better.clone()).await.is_refused(412, "stale_version");
        let again = team.put(&path, 2, better.clone()).await.is(200);
        assert_eq!((&again["stage"], again["owners"].as_array().unwrap().len()), (&json!("registered"), 2));
        assert_eq!(app.mail().await, [letter("outcome_registered", "commissioner")]);
        let done = commissioner.does(&format!("{path}/confirm")).await.is(200);
        assert_eq!((&done["stage"], &done["confirmed_by"], &done["opinion"]), (&json!("confirmed"), &json!(commissioner.id()), &Value::Null));
        assert_eq!(app.mail().await, [letter("outcome_confirmed", "officer"), letter("outcome_confirmed", "team-keda")]);
        team.put(&path, 4, better).await.is_refused(409, "wrong_stage");
        commissioner.does(&format!("{path}/confirm")).await.is_refused(409, "wrong_stage");
        assert_eq!(app.sponsor().await.get(&path).await.is(200)["stage"], "confirmed");
    }

    async fn everything_that_is_wrong_with_an_outcome_is_said_at_once(app: TestApp) {
        let story = Story::active(&app).await;
        let team = app.team("keda").await;
        let nobody = uuid::Uuid::now_v7().to_string();
        let mut wrong = inputs::outcome(&app, "ZL1").await;
        wrong["number"] = Value::Null;
        wrong["dated_on"] = json!("2099-01-01");
        wrong["award_part"] = json!("lead");
        let keda = app.organization("keda").await.to_string();
        wrong["owners"] = json!([keda, keda, nobody]);
        wrong["transfer"]["value_fen"] = json!(0);
        wrong["shares"] = json!([{"project_id": nobody, "share_bps": 6000}, {"project_id": nobody, "share_bps": 3000}]);
        team.post(&list(&story.project), wrong).await.has_faults(&[
            ("number", "required"), ("dated_on", "in_the_future"), ("award_part", "not_here"), ("owners[1]", "repeated_code"),
            ("owners[2]", "unknown_organization"), ("transfer.value_fen", "too_small"), ("share_note", "required"), ("shares", "not_the_whole"),
            ("shares", "project_missing"), ("shares[1].project_id", "repeated_code"), ("shares[0].project_id", "unknown_project"),
            ("shares[1].project_id", "unknown_project"),
        ]);
        let prize = json!({"kind": "award", "title": "省科技进步一等奖", "dated_on": "2026-01-01", "owners": []});
        team.post(&list(&story.project), prize).await.has_faults(&[("award_part", "required"), ("owners", "wrong_length"), ("dated_on", "before_the_project")]);
        team.post(&list(&story.project), json!({"kind": "medal", "stage": "confirmed"})).await.has_faults(&[
            ("kind", "unknown_code"), ("stage", "unknown_field"), ("title", "required"), ("dated_on", "required"), ("owners", "required"),
        ]);
        assert_eq!(app.count("outcomes").await, 0);
    }

    async fn one_of_a_kind_and_number_is_registered_once_however_it_is_written(app: TestApp) {
        let story = Story::active(&app).await;
        let (team, path) = (app.team("keda").await, list(&story.project));
        let first = team.post(&path, inputs::outcome(&app, "ZL 2026 1 000001.1").await).await.is(201);
        team.post(&path, inputs::outcome(&app, "zl2026-1-000001.1").await).await.is_refused(409, "outcome_known");
        let mut software = inputs::outcome(&app, "ZL 2026 1 000001.1").await;
        software["kind"] = json!("software");
        team.post(&path, software).await.is(201);
        let other = team.post(&path, inputs::outcome(&app, "ZL2").await).await.is(201);
        team.put(&path_of(&other), 1, inputs::outcome(&app, "ZL202610000011").await).await.is(200);
        team.put(&path_of(&other), 2, inputs::outcome(&app, "ZL20261000001.1").await).await.is_refused(409, "outcome_known");
        // What was returned holds no number, until it comes back.
        app.commissioner().await.post(&format!("{}/return", path_of(&first)), json!({"reason": "登记有误"})).await.is(200);
        team.post(&path, inputs::outcome(&app, "ZL20261000001.1").await).await.is(201);
        team.put(&path_of(&first), 2, inputs::outcome(&app, "ZL20261000001.1").await).await.is_refused(409, "outcome_known");
        let twenty = (0..20).map(|_| { let (team, path) = (team.clone(), path.clone()); let app = &app; async move {
            team.post(&path, inputs::outcome(app, "ZL77").await).await.status.as_u16()
        } });
        let statuses = futures_util::future::join_all(twenty).await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
    }

    async fn an_outcome_counts_for_two_projects_only_when_both_teams_agree_and_the_parts_make_the_whole(app: TestApp) {
        let (projects, challenge) = lanes(&app).await;
        let (keda, yuan, commissioner) = (app.team("keda").await, app.team("yuan").await, app.commissioner().await);
        let made = keda.post(&list(&projects[0]), shared(&app, &projects).await).await.is(201);
        let path = path_of(&made);
        assert_eq!(made["stage"], "sharing");
        for share in made["shares"].as_array().unwrap() {
            assert_eq!(share["confirmed"], share["project_id"] == projects[0].as_str(), "whoever registers it agrees: {share}");
        }
        assert_eq!(app.mail().await, [letter("outcome_share_asked", "team-yuan")]);
        assert_eq!(made["allowed_actions"], json!(["outcome.edit"]));
        assert_eq!(yuan.get(&path).await.is(200)["allowed_actions"], json!(["outcome.confirm_share", "outcome.refuse_share"]));
        yuan.post(&list(&projects[1]), inputs::outcome(&app, "ZL9").await).await.is_refused(409, "outcome_known");
        commissioner.does(&format!("{path}/confirm")).await.is_refused(409, "wrong_stage");
        let share = json!({"project_id": projects[1]});
        keda.post(&format!("{path}/confirm_share"), share.clone()).await.is_refused(403, "forbidden");
        keda.post(&format!("{path}/confirm_share"), json!({"project_id": projects[0]})).await.has_faults(&[("project_id", "not_asked")]);
        let no = json!({"project_id": projects[1], "reason": "本项目贡献应为四成"});
        assert_eq!(yuan.post(&format!("{path}/refuse_share"), no).await.is(200)["stage"], "returned");
        assert_eq!(app.mail().await, [letter("outcome_share_refused", "team-keda")]);
        let input = shared(&app, &projects).await;
        assert_eq!(keda.put(&path, 2, input).await.is(200)["stage"], "sharing");
        assert_eq!(app.mail().await, [letter("outcome_share_asked", "team-yuan")]);
        assert_eq!(yuan.post(&format!("{path}/confirm_share"), share.clone()).await.is(200)["stage"], "registered");
        assert_eq!(app.mail().await, [letter("outcome_registered", "commissioner")]);
        // Another text asks anew.
        assert_eq!(keda.put(&path, 4, shared(&app, &projects).await).await.is(200)["stage"], "sharing");
        yuan.post(&format!("{path}/confirm_share"), share.clone()).await.is(200);
        app.mail().await;
        commissioner.does(&format!("{path}/confirm")).await.is(200);
        assert_eq!(app.mail().await, ["officer", "team-keda", "team-yuan"].map(|who| letter("outcome_confirmed", who)));
        yuan.post(&format!("{path}/confirm_share"), share).await.is_refused(409, "wrong_stage");

        let of = async |query: &str| app.leader().await.get(&format!("/outcomes/totals?{query}")).await.is(200)["items"].clone();
        let line = |key: &str, name: Value, bps: i64, transfer: i64, sales: i64| {
            json!({"key": key, "name": name, "outcomes": 1, "share_bps": bps, "transfer_fen": transfer, "sales_fen": sales})
        };
        assert_eq!(of("by=kind").await, json!([line("patent", Value::Null, 10_000, 100_001, 1)]));
        assert_eq!(of("by=year").await, json!([line("2026", Value::Null, 10_000, 100_001, 1)]));
        let title = app.officer().await.get(&format!("/challenges/{challenge}")).await.is(200)["title"].clone();
        assert_eq!(of("by=challenge&year=2026").await, json!([line(&challenge, title.clone(), 10_000, 100_001, 1)]));
        let mut parts = [line(&projects[0], title.clone(), 6667, 66_671, 1), line(&projects[1], title, 3333, 33_330, 0)];
        parts.sort_by_key(|part| part["key"].as_str().unwrap().to_owned());
        assert_eq!(of(&format!("by=project&challenge_id={challenge}")).await, json!(parts));
        assert_eq!(of(&format!("project_id={}", projects[1])).await, json!([line("patent", Value::Null, 3333, 33_330, 0)]));
        assert_eq!(of("year=2025").await, json!([]));
        assert_eq!(yuan.get("/outcomes/totals").await.is(200)["items"], json!([line("patent", Value::Null, 3333, 33_330, 0)]));
        app.leader().await.get("/outcomes/totals?by=project").await.has_faults(&[("year", "required")]);
    }

    async fn lists_are_narrowed_and_only_what_is_confirmed_counts(app: TestApp) {
        let story = Story::active(&app).await;
        let (team, leader) = (app.team("keda").await, app.leader().await);
        team.post(&list(&story.project), inputs::outcome(&app, "ZL1").await).await.is(201);
        let mut award = inputs::outcome(&app, "").await;
        for (field, value) in [("kind", json!("award")), ("number", Value::Null), ("award_part", json!("participate")), ("transfer", Value::Null)] {
            award[field] = value;
        }
        team.post(&list(&story.project), award).await.is(201);
        for (query, count) in [
            ("", 2), ("kind=award", 1), ("kind=paper", 0), ("stage=registered", 2), ("stage=confirmed", 0), ("year=2026", 2), ("year=2025", 0),
            ("follow_up=missing", 0),
        ] {
            assert_eq!(leader.get(&format!("/outcomes?{query}")).await.is(200)["items"].as_array().unwrap().len(), count, "{query}");
        }
        for (filter, id, count) in [("project_id", &story.project, 2), ("challenge_id", &story.challenge, 2), ("project_id", &story.batch, 0)] {
            assert_eq!(leader.get(&format!("/outcomes?{filter}={id}")).await.is(200)["items"].as_array().unwrap().len(), count, "{filter}");
        }
        assert_eq!(app.sponsor().await.get("/outcomes").await.is(200)["items"].as_array().unwrap().len(), 2);
        assert_eq!(leader.get("/outcomes/totals").await.is(200)["items"], json!([]));
        app.sysadmin().await.get("/outcomes").await.is_refused(403, "forbidden");
    }

    async fn a_project_takes_outcomes_from_its_first_day_until_three_years_after_its_end(app: TestApp) {
        let story = Story::planned(&app).await;
        let (team, path) = (app.team("keda").await, list(&story.project));
        team.post(&path, inputs::outcome(&app, "ZL1").await).await.is_refused(409, "outcomes_closed");
        for party in ["team", "sponsor", "department"] { story.signed_by(party).await; }
        team.post(&path, inputs::outcome(&app, "ZL1").await).await.is(201);
        let measure = json!({"kind": "terminate", "cause": "conditions_lost", "reason": "需求方停产。"});
        let measure = app.officer().await.post(&format!("/projects/{}/measures", story.project), measure).await.is(201);
        let decision = json!({"decision_no": "示科发〔2026〕1号"});
        app.director().await.post(&format!("/measures/{}/approve", measure["id"].as_str().unwrap()), decision).await.is(200);
        team.post(&path, inputs::outcome(&app, "ZL2").await).await.is_refused(409, "outcomes_closed");
    }

    async fn each_year_is_asked_of_and_missed_until_it_is_reported(app: TestApp) {
        let (story, path) = ended(&app).await;
        let (team, leader) = (app.team("keda").await, app.leader().await);
        let shown = team.get(&path).await.is(200);
        let days: Vec<_> = shown["follow_ups"].as_array().unwrap().iter().map(|year| year["due_on"].as_str().unwrap().to_owned()).collect();
        let end = app.app.clock.now().date().to_string();
        let day = |year: i32| format!("{}{}", 2026 + year, &end[4..]);
        assert_eq!(days, [1, 2, 3].map(day));
        app.mail().await;
        let due: jiebang::domain::time::Date = day(1).parse().unwrap();
        assert_eq!(told_on(&app, &due.plus_days(-31).to_string()).await, []);
        assert_eq!(told_on(&app, &due.plus_days(-30).to_string()).await, [letter("follow_up_due", "team-keda")]);
        assert_eq!(told_on(&app, &due.plus_days(-7).to_string()).await, [letter("follow_up_due", "team-keda")]);
        assert_eq!(told_on(&app, &day(1)).await, []);
        assert_eq!(leader.get("/outcomes?follow_up=due").await.is(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(leader.get("/outcomes?follow_up=missing").await.is(200)["items"], json!([]));
        let late = ["commissioner", "officer", "team-keda"].map(|who| letter("follow_up_missing", who));
        assert_eq!(told_on(&app, &due.plus_days(1).to_string()).await, late);
        let missing = leader.get("/outcomes?follow_up=missing").await.is(200)["items"][0].clone();
        assert_eq!((&missing["follow_ups"][0]["state"], &missing["follow_ups"][1]["state"]), (&json!("missing"), &json!("due")));
        assert_eq!(told_on(&app, &due.plus_days(30).to_string()).await.len(), 4, "the directors, too");
        team.post(&format!("{path}/follow_up"), json!({"year": 1, "sales_fen": 0})).await.is(200);
        assert_eq!(leader.get("/outcomes?follow_up=missing").await.is(200)["items"], json!([]));
        assert_eq!(told_on(&app, &due.plus_days(31).to_string()).await, []);
        // What is registered later is asked only of the years that are left.
        let made = team.post(&list(&story.project), inputs::outcome(&app, "ZL5").await).await.is(201);
        app.commissioner().await.does(&format!("{}/confirm", path_of(&made))).await.is(200);
        assert_eq!(team.get(&path_of(&made)).await.is(200)["follow_ups"].as_array().unwrap().len(), 2);
        app.at(&format!("{}T01:00:00Z", day(3).parse::<jiebang::domain::time::Date>().unwrap().plus_days(1)));
        team.post(&list(&story.project), inputs::outcome(&app, "ZL6").await).await.is_refused(409, "outcomes_closed");
    }

    async fn what_was_said_of_a_year_stays_and_the_last_word_counts(app: TestApp) {
        let running = Story::active(&app).await;
        let (team, commissioner) = (app.team("keda").await, app.commissioner().await);
        let early = team.post(&list(&running.project), inputs::outcome(&app, "ZL8").await).await.is(201);
        let year = |year: i64, sales: i64| json!({"year": year, "sales_fen": sales});
        team.post(&format!("{}/follow_up", path_of(&early)), year(1, 1)).await.is_refused(409, "wrong_stage");
        commissioner.does(&format!("{}/confirm", path_of(&early))).await.is(200);
        team.post(&format!("{}/follow_up", path_of(&early)), year(1, 1)).await.is_refused(409, "not_followed_yet");
        let (_, path) = ended(&app).await;
        let path = format!("{path}/follow_up");
        team.post(&path, year(1, 1)).await.has_faults(&[("year", "too_early")]);
        team.post(&path, year(4, 1)).await.has_faults(&[("year", "out_of_range")]);
        app.days_later(2 * 366);
        let mut first = year(1, 500);
        first["maturity"] = json!("product");
        first["transfer"] = json!({"mode": "equity", "value_fen": 40, "contract_no": "HT-2"});
        team.post(&path, first).await.is(200);
        let mut second = year(2, 900);
        second["maturity"] = json!("commodity");
        team.post(&path, second).await.is(200);
        let corrected = team.post(&path, year(1, 450)).await.is(200);
        assert_eq!((&corrected["sales_fen"], &corrected["transfer_fen"]), (&json!(5 * inputs::WAN + 1350), &json!(100 * inputs::WAN)));
        assert_eq!((&corrected["maturity"], corrected["years"].as_array().unwrap().len()), (&json!("commodity"), 3));
        assert_eq!(corrected["shares"][0]["sales_fen"], 5 * inputs::WAN + 1350);
        for other in [&commissioner, &app.officer().await, &app.sponsor().await] {
            other.post(&path, year(2, 1)).await.is_refused(403, "forbidden");
        }
        let totals = app.leader().await.get("/outcomes/totals").await.is(200)["items"][0].clone();
        assert_eq!((&totals["outcomes"], &totals["sales_fen"]), (&json!(2), &json!(10 * inputs::WAN + 1350)));
        for change in ["DELETE FROM outcome_years", "UPDATE outcome_years SET sales_fen = 0"] {
            let tried = app.app.db.write(move |conn| diesel::sql_query(change).execute(conn).map(|_| ()), |_, _| Ok(())).await.unwrap();
            assert!(tried.is_err(), "{change}");
        }
    }

    async fn what_is_not_shared_out_is_confirmed_by_nobody_whoever_holds_the_connection(app: TestApp) {
        let (projects, _) = lanes(&app).await;
        app.team("keda").await.post(&list(&projects[0]), shared(&app, &projects).await).await.is(201);
        let change = format!("UPDATE outcomes SET stage = 'confirmed', confirmed_by = '{}'", app.commissioner().await.id());
        let tried = app.app.db.write(move |conn| diesel::sql_query(change).execute(conn).map(|_| ()), |_, _| Ok(())).await.unwrap();
        assert!(tried.is_err());
    }
}
