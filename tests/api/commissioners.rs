//! Commissioners: who could follow a project, handing over, the backup, the desk, the monthly status.

use crate::support::{Caller, Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role::{Commissioner, Director};
use serde_json::{Value, json};

async fn second(app: &TestApp) -> Caller {
    app.person("commissioner2", "department", Some("业务二处"), &[Commissioner]).await
}

fn waiting(desk: &Value) -> Vec<(String, String)> {
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    desk["items"].as_array().unwrap().iter().map(|item| (text(item, "what"), text(item, "due_on"))).collect()
}

on_both! {
    async fn handing_over_needs_a_note_and_whoever_takes_over_hears_what_is_open(app: TestApp) {
        let story = Story::active(&app).await;
        app.commissioner().await.post(&format!("/projects/{}/problems", story.project), inputs::problem(&app)).await.is(201);
        app.letters().await;
        let (officer, next) = (app.officer().await, second(&app).await);
        let path = format!("/projects/{}", story.project);
        app.days_later(1);
        officer.post(&format!("{path}/assign"), json!({"commissioner_id": next.id()})).await.has_faults(&[("note", "required")]);
        officer.post(&format!("{path}/assign"), json!({"commissioner_id": next.id(), "note": "岗位调整，注意设备到货。"})).await.is(200);
        let letters = app.letters().await;
        let mut told: Vec<&str> = letters.iter().map(|letter| letter.to.trim_end_matches("@test.example")).collect();
        told.sort_unstable();
        assert_eq!(told, ["commissioner", "commissioner2", "officer", "team-keda"], "also whoever followed it before");
        let letter = letters.iter().find(|letter| letter.to == next.email).unwrap();
        assert!(letter.text.contains("里程碑2个，问题1个，拨付3笔"), "{}", letter.text);
        let history = officer.get(&format!("{path}/assignments")).await.is(200);
        let spans: Vec<_> = history["items"].as_array().unwrap().iter().map(|one| (one["kind"].clone(), one["ends_at"].is_null())).collect();
        assert_eq!(spans, [(json!("primary"), false), (json!("primary"), true)]);
    }

    async fn a_backup_stands_in_for_the_commissioner_and_becomes_one(app: TestApp) {
        let story = Story::active(&app).await;
        let (officer, next) = (app.officer().await, second(&app).await);
        let path = format!("/projects/{}", story.project);
        let backup = json!({"commissioner_id": next.id(), "kind": "backup"});
        next.post(&format!("{path}/visits"), inputs::visit(&app)).await.is_refused(403, "forbidden");
        assert_eq!(officer.post(&format!("{path}/assign"), backup.clone()).await.is(200)["backup_id"], next.id());
        officer.post(&format!("{path}/assign"), backup).await.is_refused(409, "already_assigned");
        let present = json!({"commissioner_id": app.commissioner().await.id(), "kind": "backup", "note": "兼任"});
        officer.post(&format!("{path}/assign"), present).await.is_refused(409, "already_assigned");
        next.post(&format!("{path}/visits"), inputs::visit(&app)).await.is(201);
        let shown = officer.post(&format!("{path}/assign"), json!({"commissioner_id": next.id(), "note": "转为主责"})).await.is(200);
        assert_eq!((&shown["commissioner_id"], &shown["backup_id"]), (&json!(next.id()), &Value::Null));
        assert_eq!(app.count("assignments WHERE ends_at IS NULL").await, 1);
    }

    async fn candidates_come_the_best_first_and_why_somebody_may_not_is_not_said(app: TestApp) {
        let story = Story::planned(&app).await;
        let busy = app.commissioner().await;
        let free = second(&app).await;
        let near = app.person("near", "keda", None, &[Commissioner]).await;
        let signer = app.person("signer", "department", None, &[Commissioner, Director]).await;
        signer.post(&format!("/projects/{}/sign", story.project), json!({"party": "department", "pledge": true})).await.is(200);
        free.post("/me/subscriptions", json!({"sectors": ["energy_env"]})).await.is(200);
        let officer = app.officer().await;
        let path = format!("/projects/{}", story.project);
        let found = officer.get(&format!("{path}/commissioners")).await.is(200);
        let row = |who: &Caller| found["items"].as_array().unwrap().iter().find(|one| one["user_id"] == who.id()).unwrap().clone();
        assert_eq!(found["items"][0]["user_id"], free.id(), "knows the field");
        assert_eq!((&row(&free)["sector_match"], &row(&free)["load"], &row(&free)["at_cap"]), (&json!(true), &json!(0), &json!(false)));
        assert_eq!((&row(&busy)["eligible"], &row(&busy)["sector_match"]), (&json!(true), &json!(false)));
        for barred in [&near, &signer] {
            let shown = row(barred);
            assert_eq!(shown["eligible"], false);
            let fields: Vec<&String> = shown.as_object().unwrap().keys().collect();
            assert_eq!(fields.len(), 7, "{fields:?}");
        }
        officer.post(&format!("{path}/assign"), json!({"commissioner_id": free.id()})).await.is(200);
        let found = officer.get(&format!("{path}/commissioners")).await.is(200);
        let row = found["items"].as_array().unwrap().iter().find(|one| one["user_id"] == free.id()).unwrap().clone();
        assert_eq!((&row["load"], &row["eligible"]), (&json!(1), &json!(false)), "follows it already");
        busy.get(&format!("{path}/commissioners")).await.is_refused(403, "forbidden");
    }

    async fn the_desk_shows_what_waits_the_most_urgent_first(app: TestApp) {
        let story = Story::active(&app).await;
        let commissioner = app.commissioner().await;
        assert_eq!(waiting(&commissioner.get("/me/desk").await.is(200)), [("status_due".to_owned(), "2026-04-30".to_owned())]);
        commissioner.post("/me/status_reports", json!({"reports": [{"project_id": story.project, "note": "起步正常"}]})).await.is(200);
        assert_eq!(waiting(&commissioner.get("/me/desk").await.is(200)), []);
        commissioner.post(&format!("/projects/{}/problems", story.project), inputs::problem(&app)).await.is(201);
        app.team("keda").await.does(&format!("/payments/{}/request", story.payments[0])).await.is(200);
        story.handed_in(0, &[("K1", "91")]).await;
        app.at("2026-06-01T01:00:00Z");
        let expected = [("payment_to_check", "2026-04-25"), ("milestone_to_verify", "2026-05-15"), ("problem_overdue", "2026-05-15")];
        let expected = expected.map(|(what, due_on)| (what.to_owned(), due_on.to_owned()));
        assert_eq!(waiting(&commissioner.get("/me/desk").await.is(200)), expected);
        app.at("2027-05-01T01:00:00Z");
        commissioner.post(&format!("/milestones/{}/fail", story.milestones[0]), json!({"opinion": "检测报告无效"})).await.is(200);
        let desk = commissioner.get("/me/desk").await.is(200);
        assert!(waiting(&desk).contains(&("red_light".to_owned(), "2027-02-01".to_owned())), "{desk}");
        assert!(waiting(&desk).contains(&("visit_due".to_owned(), "2026-09-30".to_owned())), "{desk}");
        assert_eq!(second(&app).await.get("/me/desk").await.is(200)["items"], json!([]));
        app.auditor().await.get("/me/desk").await.is_refused(403, "forbidden");
    }

    async fn the_status_of_a_month_is_given_for_all_projects_at_once_and_as_said_last(app: TestApp) {
        let story = Story::active(&app).await;
        let (commissioner, path) = (app.commissioner().await, "/me/status_reports");
        let one = |note: &str| json!({"project_id": story.project, "note": note});
        app.at("2027-03-10T01:00:00Z");
        commissioner.post(path, json!({"month": "2027-01", "reports": []})).await.has_faults(&[("month", "not_this_month"), ("reports", "required")]);
        let foreign = json!({"project_id": uuid::Uuid::now_v7(), "note": "不存在"});
        commissioner.post(path, json!({"reports": [one("滞后"), foreign]})).await
            .has_faults(&[("reports[0].light_reason", "required"), ("reports[1].project_id", "not_yours")]);
        assert_eq!(app.count("status_reports").await, 0);
        second(&app).await.post(path, json!({"reports": [one("代填")]})).await.has_faults(&[("reports[0].project_id", "not_yours")]);
        app.officer().await.post(path, json!({"reports": [one("代填")]})).await.is_refused(403, "forbidden");
        let with_reason = |reason: &str| json!({"reports": [{"project_id": story.project, "light_reason": reason, "note": "滞后"}]});
        let said = commissioner.post(path, with_reason("设备到货延迟")).await.is(200);
        assert_eq!((&said["items"][0]["light"], &said["items"][0]["month_on"]), (&json!("red"), &json!("2027-03-01")));
        commissioner.post(path, with_reason("设备到货延迟，已换供应商")).await.is(200);
        assert_eq!(app.count("status_reports").await, 1);
        let shown = app.leader().await.get(&format!("/projects/{}", story.project)).await.is(200);
        assert_eq!((&shown["light"], &shown["light_reason"]), (&json!("red"), &json!("设备到货延迟，已换供应商")));
    }
}
