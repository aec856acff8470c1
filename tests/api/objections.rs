//! Objections: made in time by anyone, known by name to supervision alone, and nothing is awarded while one is open.

use crate::sealing::{everything, holds};
use crate::support::{Story, TestApp, inputs, on_both};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// A challenge on the first day of its publicity.
pub async fn running(app: &TestApp) -> Story<'_> {
    let story = Story::publicity(app).await;
    app.days_later(1);
    app.supervisor().await;
    app.letters().await;
    story
}

pub fn from_outside() -> Value {
    let mut input = inputs::objection();
    input["email"] = json!("zhao@elsewhere.example");
    input
}

/// Files one with an account; answers its path.
pub async fn filed(app: &TestApp, story: &Story<'_>) -> String {
    let kept = app.team("yuan").await.post(&story.path("objections"), inputs::objection()).await.is(201);
    format!("/objections/{}", kept["id"].as_str().unwrap())
}

pub fn answer(verdict: &str) -> Value {
    json!({"verdict": verdict, "reply": "经核查，现答复如下：报告编号属实。"})
}

on_both! {
    async fn an_objection_is_admitted_and_dismissed_and_nothing_is_awarded_before(app: TestApp) {
        let story = running(&app).await;
        let (supervisor, director) = (app.supervisor().await, app.director().await);
        let path = filed(&app, &story).await;
        let told: Vec<String> = app.mail().await.into_iter().map(|(name, to)| format!("{name} {to}")).collect();
        assert_eq!(told, [
            "objection_filed team-yuan@test.example", "objection_received director@test.example", "objection_received officer@test.example",
            "objection_received supervisor@test.example",
        ]);
        let shown = supervisor.get(&path).await.is(200);
        assert_eq!((&shown["objection"]["name"], &shown["admit_by"], &shown["answer_by"]), (&json!("赵真名"), &json!("2026-04-13"), &json!("2026-05-20")));
        supervisor.post(&format!("{path}/answer"), answer("dismissed")).await.is_refused(409, "wrong_stage");
        app.days_later(20);
        director.does(&story.path("award")).await.is_refused(409, "objection_open");
        assert_eq!(supervisor.does(&format!("{path}/admit")).await.is(200)["handler_id"], json!(supervisor.id()));
        director.does(&story.path("award")).await.is_refused(409, "objection_open");
        let until = json!({"until": "2026-06-30", "reason": "需委托第三方检测机构复测。"});
        supervisor.post(&format!("{path}/extend"), json!({"until": "2026-05-20", "reason": "需委托第三方检测机构复测。"})).await.has_faults(&[("until", "out_of_range")]);
        supervisor.post(&format!("{path}/extend"), json!({"until": "2026-12-18", "reason": "需委托第三方检测机构复测。"})).await.has_faults(&[("until", "out_of_range")]);
        assert_eq!(supervisor.post(&format!("{path}/extend"), until.clone()).await.is(200)["answer_by"], "2026-06-30");
        supervisor.post(&format!("{path}/extend"), until).await.is_refused(409, "extended_once");
        app.letters().await;
        supervisor.post(&format!("{path}/answer"), answer("dismissed")).await.is(200);
        let mut letters = app.letters().await;
        letters.sort_by_key(|letter| (letter.notice.to_string(), letter.to.clone()));
        let told: Vec<String> = letters.iter().map(|letter| format!("{} {}", letter.notice, letter.to)).collect();
        assert_eq!(told, [
            "objection_answered team-yuan@test.example", "objection_concluded director@test.example", "objection_concluded officer@test.example",
            "objection_concluded team-keda@test.example",
        ]);
        assert!(letters[0].text.contains("经核查") && letters[1..].iter().all(|letter| !letter.text.contains("经核查") && letter.text.contains("不成立")));
        director.does(&story.path("award")).await.is(200);
    }

    async fn an_upheld_objection_interrupts_the_publicity_and_the_decision_is_taken_anew(app: TestApp) {
        let story = running(&app).await;
        let (supervisor, director, officer) = (app.supervisor().await, app.director().await, app.officer().await);
        let path = filed(&app, &story).await;
        supervisor.does(&format!("{path}/admit")).await.is(200);
        supervisor.post(&format!("{path}/answer"), json!({"verdict": "partly_upheld", "reply": "部分情况属实，另行处理。"})).await.has_faults(&[("reopens", "required")]);
        let mut against = answer("upheld");
        against["reopens"] = json!(false);
        supervisor.post(&format!("{path}/answer"), against).await.has_faults(&[("reopens", "not_here")]);
        app.letters().await;
        supervisor.post(&format!("{path}/answer"), answer("upheld")).await.is(200);
        let told: Vec<String> = app.mail().await.into_iter().map(|(name, to)| format!("{name} {to}")).collect();
        assert!(told.contains(&"publicity_interrupted team-keda@test.example".to_owned()) && told.contains(&"publicity_interrupted sponsor@test.example".to_owned()), "{told:?}");
        assert_eq!(app.anyone().get(&story.path("publicity")).await.is(200)["items"][0]["state"], "interrupted");
        assert_eq!(officer.get(&format!("/challenges/{}", story.challenge)).await.is(200)["stage"], "reviewing");
        let bid = officer.get(&format!("/bids/{}", story.bid)).await.is(200);
        assert_eq!((&bid["stage"], &bid["award_fen"]), (&json!("eligible"), &json!(null)));
        app.team("yuan").await.post(&story.path("objections"), inputs::objection()).await.is_refused(409, "no_publicity_now");
        director.does(&story.path("award")).await.is_refused(409, "wrong_stage");
        // A new decision, approved, with a new full window.
        story.satisfied().await;
        let again = officer.post(&story.path("propose"), story.proposal()).await.is(201)["id"].as_str().unwrap().to_owned();
        director.does(&format!("/decisions/{again}/approve")).await.is(200);
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        let all = app.anyone().get(&story.path("publicity")).await.is(200);
        assert_eq!((&all["items"][0]["state"], &all["items"][1]["state"]), (&json!("ahead"), &json!("interrupted")));
        app.days_later(13);
        director.does(&story.path("award")).await.is(200);
    }

    async fn an_objection_to_the_decision_before_holds_up_the_next_one_and_interrupts_it_if_upheld(app: TestApp) {
        let story = running(&app).await;
        let (supervisor, director, officer) = (app.supervisor().await, app.director().await, app.officer().await);
        let (first, second) = (filed(&app, &story).await, filed(&app, &story).await);
        for path in [&first, &second] {
            supervisor.does(&format!("{path}/admit")).await.is(200);
        }
        supervisor.post(&format!("{first}/answer"), answer("upheld")).await.is(200);
        let publicised = async || {
            story.satisfied().await;
            let next = officer.post(&story.path("propose"), story.proposal()).await.is(201)["id"].as_str().unwrap().to_owned();
            director.does(&format!("/decisions/{next}/approve")).await.is(200);
            officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
            app.days_later(13);
        };
        publicised().await;
        director.does(&story.path("award")).await.is_refused(409, "objection_open");
        supervisor.post(&format!("{second}/answer"), answer("upheld")).await.is(200);
        assert_eq!(officer.get(&format!("/challenges/{}", story.challenge)).await.is(200)["stage"], "reviewing");
        let states: Vec<Value> = app.anyone().get(&story.path("publicity")).await.is(200)["items"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, ["interrupted", "interrupted"]);
        publicised().await;
        director.does(&story.path("award")).await.is(200);
    }

    async fn the_last_microsecond_of_the_window_counts_and_the_next_one_does_not(app: TestApp) {
        let story = Story::deciding(&app).await;
        let (officer, director, team) = (app.officer().await, app.director().await, app.team("yuan").await);
        director.does(&format!("/decisions/{}/approve", story.decision)).await.is(200);
        app.at("2026-09-23T02:00:00Z");
        officer.post(&story.path("publicise"), inputs::publicity("2026-09-24", "2026-10-08")).await.is(200);
        let path = story.path("objections");
        app.at("2026-09-23T15:59:59.999999Z");
        team.post(&path, inputs::objection()).await.is_refused(409, "no_publicity_now");
        app.at("2026-09-23T16:00:00Z");
        team.post(&format!("{path}?dry_run=true"), inputs::objection()).await.is(201);
        app.at("2026-10-08T15:59:59.999999Z");
        director.does(&story.path("award")).await.is_refused(409, "publicity_running");
        team.post(&path, inputs::objection()).await.is(201);
        app.at("2026-10-08T16:00:00Z");
        team.post(&path, inputs::objection()).await.is_refused(409, "no_publicity_now");
        director.does(&story.path("award")).await.is_refused(409, "objection_open");
    }

    async fn without_an_account_it_is_confirmed_by_a_link_and_nobody_hears_of_it_before(app: TestApp) {
        let story = running(&app).await;
        let (anyone, path) = (app.anyone(), story.path("objections"));
        anyone.post(&path, inputs::objection()).await.has_faults(&[("email", "required")]);
        app.team("yuan").await.post(&path, from_outside()).await.has_faults(&[("email", "not_here")]);
        let kept = anyone.post(&path, from_outside()).await.is(201);
        assert_eq!(kept["stage"], "unconfirmed");
        let page = reqwest::get(format!("{}/api/v1/objections/confirm", app.address)).await.unwrap();
        assert_eq!((page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
        assert!(page.text().await.unwrap().contains("confirm.js"));
        let letters = app.letters().await;
        assert_eq!((letters.len(), letters[0].to.as_str(), letters[0].notice.to_string().as_str()), (1, "zhao@elsewhere.example", "objection_to_confirm"));
        let token = letters[0].text.split("#token=").nth(2).unwrap().split_whitespace().next().unwrap().to_owned();
        let shown = format!("/objections/{}", kept["id"].as_str().unwrap());
        for reader in [app.supervisor().await, app.officer().await, app.auditor().await] {
            assert_eq!(reader.get(&path).await.is(200)["items"], json!([]));
            reader.get(&shown).await.is_refused(404, "not_found");
        }
        app.supervisor().await.does(&format!("{shown}/admit")).await.is_refused(404, "not_found");
        anyone.post("/objections/confirm", json!({"token": "guessed"})).await.is_refused(410, "dead_link");
        assert_eq!(anyone.post("/objections/confirm", json!({"token": token})).await.is(200)["stage"], "received");
        anyone.post("/objections/confirm", json!({"token": token})).await.is_refused(410, "dead_link");
        assert!(app.mail().await.contains(&("objection_filed".to_owned(), "zhao@elsewhere.example".to_owned())));
        let supervisor = app.supervisor().await;
        supervisor.post(&format!("{shown}/rule_out"), json!({"ground": "anonymous", "reply": "所留姓名经核实并非本人。"})).await.is(200);
        let letters = app.letters().await;
        assert!(letters.iter().any(|letter| letter.to == "zhao@elsewhere.example" && letter.text.contains("所留姓名经核实并非本人")));
        // One that nobody confirms holds up the award until it is forgotten, three days later.
        anyone.post(&path, from_outside()).await.is(201);
        app.days_later(2);
        app.app.tidy().await.unwrap();
        assert_eq!(app.count("objections").await, 2);
        app.days_later(1);
        app.app.tidy().await.unwrap();
        assert_eq!(app.count("objections").await, 1);
    }

    async fn who_objects_is_known_to_supervision_alone(app: TestApp) {
        let story = running(&app).await;
        let path = filed(&app, &story).await;
        let secret = "赵真名";
        assert!(!holds(&everything(&app).await, secret) && !holds(&everything(&app).await, "检测报告与公开数据库"), "it lies sealed");
        for reader in [app.officer().await, app.director().await, app.auditor().await] {
            let shown = reader.get(&path).await.is(200);
            assert!(shown.get("objection").is_none() && shown.get("reply").is_none() && shown["allowed_actions"] == json!([]));
            assert!(!reader.get(&story.path("objections")).await.text.contains(secret));
        }
        for other in [app.team("keda").await, app.sponsor().await, app.expert(1).await, app.leader().await] {
            let known = other.with("X-Request-Id", "same-request").get(&path).await;
            let unknown = other.with("X-Request-Id", "same-request").get(&format!("/objections/{}", uuid::Uuid::now_v7())).await;
            assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
            assert_eq!(known.status, 404);
        }
        assert_eq!(app.team("yuan").await.get(&path).await.is(200)["objection"]["name"], secret);
        assert_eq!(app.supervisor().await.get(&path).await.is(200)["objection"]["name"], secret);
        assert!(!app.auditor().await.get("/audit?limit=100").await.text.contains(secret));
    }

    async fn whoever_has_a_part_in_the_case_does_not_handle_it(app: TestApp) {
        use jiebang::domain::policy::Role::{Director, Supervisor};
        let story = running(&app).await;
        let path = filed(&app, &story).await;
        let division = app.person("sup-division", "department", Some("业务一处"), &[Supervisor]).await;
        let aside = app.person("sup-aside", "department", None, &[Supervisor]).await;
        aside.post(&story.path("recusals"), json!({"reason": "与异议人系亲属"})).await.is(201);
        for handler in [division, aside] {
            handler.does(&format!("{path}/admit")).await.is_refused(403, "forbidden");
            assert!(handler.get(&path).await.is(200).get("objection").is_none(), "nor do they read who it was");
        }
        let own = app.person("sup-own", "department", None, &[Supervisor, Director]).await;
        let mine = own.post(&story.path("objections"), inputs::objection()).await.is(201);
        let mine = format!("/objections/{}", mine["id"].as_str().unwrap());
        own.does(&format!("{mine}/admit")).await.is_refused(403, "forbidden");
        app.supervisor().await.does(&format!("{mine}/admit")).await.is(200);
    }

    async fn everything_wrong_with_an_objection_is_told_at_once(app: TestApp) {
        let story = running(&app).await;
        let wrong = json!({"kind": "crowd", "name": "赵\n名", "email": "nowhere", "facts": "太短", "evidence": [], "secret": 1});
        app.anyone().post(&story.path("objections"), wrong).await.has_faults(&[
            ("kind", "unknown_code"), ("name", "forbidden_character"), ("email", "not_an_email"), ("facts", "too_short"), ("secret", "unknown_field"),
        ]);
        let mut none = from_outside();
        none["evidence"] = json!([]);
        app.anyone().post(&story.path("objections"), none).await.has_faults(&[("evidence", "required")]);
        assert_eq!(app.count("objections").await, 0);
    }

    async fn nobody_floods_an_address_or_the_department_with_objections(app: TestApp) {
        let story = running(&app).await;
        let path = story.path("objections");
        let by = |number: usize| {
            let mut input = from_outside();
            input["email"] = json!(format!("zhao{number}@elsewhere.example"));
            input
        };
        for _ in 0..3 {
            app.anyone().post(&path, by(0)).await.is(201);
        }
        app.anyone().post(&path, by(0)).await.is_refused(409, "too_many_unconfirmed");
        for number in 1..=16 {
            app.anyone().post(&path, by(number)).await.is(201);
        }
        app.anyone().post(&path, by(17)).await.is_refused(429, "too_many_attempts");
        assert_eq!(app.count("objections").await, 19);
        // Whoever signs in is not concerned, and the network is heard again after a while.
        app.team("yuan").await.post(&path, inputs::objection()).await.is(201);
        app.later(TimeDelta::minutes(16));
        app.anyone().post(&path, by(17)).await.is(201);
    }
}
