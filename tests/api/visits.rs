//! The service log, the problems found there, and the light of what is followed.

use crate::support::{Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// A visit on a day, made in a way.
fn visit_on(app: &TestApp, day: &str, mode: &str) -> Value {
    let mut input = inputs::visit(app);
    input["held_at"] = json!(format!("{day}T02:00:00Z"));
    input["mode"] = json!(mode);
    input
}

/// What the hourly job writes on a day, as `letter address`.
async fn told_on(app: &TestApp, day: &str) -> Vec<String> {
    app.at(&format!("{day}T03:00:00Z"));
    app.app.tidy().await.unwrap();
    let short = |to: String| to.trim_end_matches("@test.example").to_owned();
    let mail = app.mail().await.into_iter().filter(|(notice, _)| notice.starts_with("visit_") || notice.starts_with("problem_"));
    mail.map(|(notice, to)| format!("{notice} {}", short(to))).collect()
}

on_both! {
    async fn a_visit_is_written_down_by_the_projects_commissioner_alone_and_the_team_reads_it_but_for_the_note(app: TestApp) {
        let story = Story::active(&app).await;
        app.mail().await;
        let path = format!("/projects/{}/visits", story.project);
        let other = app.person("commissioner2", "department", None, &[Role::Commissioner]).await;
        other.post(&path, inputs::visit(&app)).await.is_refused(403, "forbidden");
        app.officer().await.post(&path, inputs::visit(&app)).await.is_refused(403, "forbidden");
        let mut input = inputs::visit(&app);
        input["problems"] = json!([inputs::problem(&app)]);
        let visit = app.commissioner().await.post(&path, input).await.is(201);
        assert_eq!((&visit["mode"], &visit["backdated"]), (&json!("onsite"), &json!(false)));
        assert_eq!(app.mail().await, [
            ("problem_raised".to_owned(), "officer@test.example".to_owned()), ("problem_raised".to_owned(), "team-keda@test.example".to_owned()),
            ("visit_logged".to_owned(), "team-keda@test.example".to_owned()),
        ]);
        let shared = app.team("keda").await.get(&path).await.is(200)["items"][0].clone();
        assert_eq!((&shared["findings"], &shared["note"]), (&visit["findings"], &Value::Null));
        assert_eq!(app.officer().await.get(&path).await.is(200)["items"][0]["note"], "团队人手偏紧，需留意。");
        app.sponsor().await.get(&path).await.is_refused(403, "forbidden");
    }

    async fn everything_that_is_wrong_with_a_record_is_said_at_once(app: TestApp) {
        let story = Story::active(&app).await;
        let path = format!("/projects/{}/visits", story.project);
        let mut input = visit_on(&app, "2026-04-10", "onsite");
        input["place"] = Value::Null;
        input["participants"] = json!([]);
        input["next_visit_on"] = json!("2026-04-01");
        input["problems"] = json!([{"summary": "关键设备尚未到货", "owner": "李挂帅", "due_on": "2026-04-01"}]);
        let commissioner = app.commissioner().await;
        commissioner.post(&path, input).await.has_faults(&[
            ("held_at", "before_the_project"), ("place", "required"), ("participants", "required"), ("next_visit_on", "in_the_past"),
            ("problems[0].due_on", "in_the_past"),
        ]);
        commissioner.post(&path, visit_on(&app, "2027-04-10", "phone")).await.has_faults(&[("held_at", "in_the_future")]);
        assert_eq!(app.count("visits").await, 0);
    }

    async fn a_record_is_changed_for_a_day_and_then_stands_whoever_holds_the_connection(app: TestApp) {
        let story = Story::active(&app).await;
        let commissioner = app.commissioner().await;
        app.at("2026-05-20T01:00:00Z");
        let visit = commissioner.post(&format!("/projects/{}/visits", story.project), visit_on(&app, "2026-05-11", "phone")).await.is(201);
        assert_eq!(visit["backdated"], true, "nine days later");
        let path = format!("/visits/{}", id(&visit));
        app.at("2026-05-21T00:59:59Z");
        let mut input = inputs::visit(&app);
        input["findings"] = json!("补充：已查看原始记录。");
        let changed = commissioner.put(&path, 1, input.clone()).await.is(200);
        assert_eq!((&changed["findings"], &changed["version"]), (&json!("补充：已查看原始记录。"), &json!(2)));
        commissioner.put(&path, 1, input.clone()).await.is_refused(412, "stale_version");
        app.at("2026-05-21T01:00:00Z");
        assert_eq!(commissioner.get(&path).await.is(200)["allowed_actions"], json!([]));
        commissioner.put(&path, 2, input).await.is_refused(409, "log_closed");
        for change in ["UPDATE visits SET findings = 'x', updated_at = '2026-05-21 02:00:00'", "DELETE FROM visits"] {
            use diesel::RunQueryDsl;
            let tried = app.app.db.write(move |conn| diesel::sql_query(change).execute(conn).map(|_| ()), |_, _| Ok(())).await.unwrap();
            assert!(tried.is_err(), "{change}");
        }
    }

    async fn a_missing_visit_is_told_to_the_commissioner_and_then_to_the_directors(app: TestApp) {
        let story = Story::active(&app).await;
        let commissioner = app.commissioner().await;
        let path = format!("/projects/{}/visits", story.project);
        app.mail().await;
        let missing = ["visit_missing commissioner", "visit_missing director", "visit_missing officer"];
        // It came into force in April: the first visit is due in the third quarter, the first on site in the second half of the year.
        assert!(told_on(&app, "2026-09-14").await.is_empty());
        assert_eq!(told_on(&app, "2026-09-15").await, ["visit_due commissioner"]);
        assert_eq!(told_on(&app, "2026-10-01").await, missing);
        assert_eq!(told_on(&app, "2026-10-30").await, missing);
        app.at("2026-11-02T01:00:00Z");
        commissioner.post(&path, visit_on(&app, "2026-11-01", "online")).await.is(201);
        app.mail().await;
        // A call is a visit of the quarter, but not one on site.
        assert_eq!(told_on(&app, "2026-12-01").await, ["visit_due commissioner"]);
        app.at("2026-12-20T01:00:00Z");
        commissioner.post(&path, visit_on(&app, "2026-12-19", "onsite")).await.is(201);
        app.mail().await;
        for quiet in ["2026-12-31", "2027-01-01", "2027-03-15"] {
            assert!(told_on(&app, quiet).await.is_empty(), "{quiet}");
        }
        assert_eq!(told_on(&app, "2027-03-16").await, ["visit_due commissioner"]);
    }

    async fn a_problem_is_closed_by_whoever_raised_it_or_by_supervision(app: TestApp) {
        let story = Story::active(&app).await;
        let path = format!("/projects/{}/problems", story.project);
        let first = app.commissioner().await;
        app.team("keda").await.post(&path, inputs::problem(&app)).await.is_refused(403, "forbidden");
        let (one, two) = (first.post(&path, inputs::problem(&app)).await.is(201), first.post(&path, inputs::problem(&app)).await.is(201));
        let second = app.person("commissioner2", "department", None, &[Role::Commissioner]).await;
        let assign = format!("/projects/{}/assign", story.project);
        app.officer().await.post(&assign, json!({"commissioner_id": second.id(), "note": "岗位调整，移交。"})).await.is(200);
        let close = |problem: &Value| format!("/problems/{}/close", id(problem));
        let solved = json!({"resolution": "设备已到货并验收"});
        for other in [&second, &app.officer().await, &app.director().await, &app.team("keda").await] {
            other.post(&close(&one), solved.clone()).await.is_refused(403, "forbidden");
        }
        app.mail().await;
        assert_eq!(first.post(&close(&one), solved.clone()).await.is(200)["stage"], "closed");
        assert_eq!(app.mail().await.len(), 3, "the team, the officer and who follows the project by now");
        first.post(&close(&one), solved.clone()).await.is_refused(409, "wrong_stage");
        let closed = app.supervisor().await.post(&close(&two), solved).await.is(200);
        assert_eq!(closed["closed_by"], app.supervisor().await.id());
        assert_eq!(app.team("keda").await.get("/problems?stage=closed").await.is(200)["items"].as_array().unwrap().len(), 2);
        assert_eq!(app.team("yuan").await.get("/problems").await.is(200)["items"], json!([]));
    }

    async fn a_problem_that_stays_unsolved_goes_up(app: TestApp) {
        let story = Story::active(&app).await;
        app.at("2026-05-01T01:00:00Z");
        app.commissioner().await.post(&format!("/projects/{}/problems", story.project), inputs::problem(&app)).await.is(201);
        app.mail().await;
        assert!(told_on(&app, "2026-05-31").await.is_empty());
        assert_eq!(told_on(&app, "2026-06-01").await, ["problem_overdue commissioner", "problem_overdue officer", "problem_overdue team-keda"]);
        assert_eq!(told_on(&app, "2026-06-15").await.len(), 4, "the directors, too");
    }

    async fn the_light_follows_from_dates_and_results_and_red_goes_up_after_two_weeks(app: TestApp) {
        let story = Story::planned(&app).await;
        let path = format!("/projects/{}", story.project);
        let milestone = format!("/milestones/{}", story.milestones[0]);
        let officer = app.officer().await;
        assert_eq!(officer.get(&path).await.is(200)["light"], Value::Null, "it does not run yet");
        for party in ["team", "sponsor", "department"] { story.signed_by(party).await; }
        officer.post(&format!("{path}/assign"), json!({"commissioner_id": app.commissioner().await.id()})).await.is(200);
        for (day, light, overdue) in [
            ("2026-12-31", "green", 0), ("2027-01-02", "yellow", 0), ("2027-02-02", "yellow", 1), ("2027-03-03", "yellow", 30), ("2027-03-04", "red", 31),
        ] {
            app.at(&format!("{day}T01:00:00Z"));
            let shown = officer.get(&milestone).await.is(200);
            assert_eq!((&shown["light"], &shown["overdue_days"]), (&json!(light), &json!(overdue)), "{day}");
            let project = officer.get(&path).await.is(200);
            assert_eq!((&project["light"], &project["overdue_milestones"]), (&json!(light), &json!(i32::from(overdue > 0))), "{day}");
            assert_eq!(app.team("keda").await.get("/projects").await.is(200)["items"][0]["light"], light);
        }
        app.mail().await;
        app.at("2027-03-18T01:00:00Z");
        app.app.tidy().await.unwrap();
        let told: Vec<_> = app.mail().await.into_iter().filter(|(notice, _)| notice == "light_red").map(|(_, to)| to).collect();
        assert_eq!(told, ["commissioner", "director", "officer", "team-keda"].map(|name| format!("{name}@test.example")));
        story.handed_in(0, &[("K1", "91")]).await;
        assert_eq!(officer.get(&path).await.is(200)["light"], "yellow", "handed in, but two reports are missing");
        app.commissioner().await.post(&format!("{milestone}/fail"), json!({"opinion": "检测报告无效"})).await.is(200);
        assert_eq!(officer.get(&path).await.is(200)["light"], "red");
    }
}
