//! The draw of a panel: prepared by one, witnessed by another, drawn in an order that nobody could choose, computed anew by anyone.

use crate::support::{Caller, Story, TestApp, inputs, on_both};
use jiebang::app::draws::proof::verify;
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

/// An officer of another division than the one that owns the challenges of the story.
pub async fn operator(app: &TestApp) -> Caller {
    app.person("operator", "department", Some("资源配置处"), &[Role::Officer]).await
}

/// Fills the pool: technical experts in the province and outside it, and some for the money.
pub async fn pool(app: &TestApp, inside: u32, outside: u32, money: u32) {
    for number in 1..=inside {
        inputs::enlisted(app, &app.expert(number).await, "technical").await;
    }
    for number in 1..=outside {
        let far = app.person(&format!("far{number}"), &format!("far-academy{number}"), None, &[Role::Expert]).await;
        inputs::enlisted(app, &far, "technical").await;
    }
    for number in 1..=money {
        let auditor = app.person(&format!("money{number}"), &format!("far-bureau{number}"), None, &[Role::Expert]).await;
        inputs::enlisted(app, &auditor, "finance").await;
    }
}

pub fn terms() -> Value {
    json!({"size": 5, "substitutes": 3, "outside_bps": 10_000, "finance": 1})
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// A draw of a round under review, witnessed.
async fn drawn(app: &TestApp, terms: Value) -> (Story<'_>, String, Value) {
    let story = Story::reviewing(app).await;
    let draw = operator(app).await.post(&story.path("draws"), terms).await.is(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/draws/{draw}");
    let shown = app.supervisor().await.post(&format!("{path}/witness"), json!({"contribution": "骰子：3 5 1"})).await.is(200);
    (story, path, shown)
}

on_both! {
    async fn a_panel_is_drawn_before_a_witness_and_anyone_computes_it_anew(app: TestApp) {
        pool(&app, 2, 7, 2).await;
        let story = Story::reviewing(&app).await;
        let (operator, supervisor) = (operator(&app).await, app.supervisor().await);
        app.letters().await;
        let prepared = operator.post(&story.path("draws"), terms()).await.is(201);
        assert_eq!((&prepared["seed"], &prepared["drawn"], prepared["pool"].as_array().unwrap().len()), (&json!(null), &json!(null), 11));
        assert_eq!(app.mail().await, [("draw_prepared".to_owned(), supervisor.email.clone())]);
        let path = format!("/draws/{}", prepared["id"].as_str().unwrap());
        let said = json!({"contribution": "骰子：3 5 1"});
        operator.post(&format!("{path}/witness"), said.clone()).await.is_refused(403, "forbidden");
        operator.post(&format!("{path}/replace"), json!({"expert_id": app.expert(1).await.id(), "reason": "因病不能参加"})).await.is_refused(409, "wrong_stage");
        operator.post(&story.path("draws"), terms()).await.is_refused(409, "draw_stands");
        let shown = supervisor.post(&format!("{path}/witness"), said.clone()).await.is(200);
        supervisor.post(&format!("{path}/witness"), said).await.is_refused(409, "wrong_stage");
        let told: Vec<_> = app.mail().await;
        assert_eq!(told, [("panel_drawn".to_owned(), "officer@test.example".to_owned()), ("panel_drawn".to_owned(), operator.email.clone())]);
        let (panel, substitutes) = (ids(&shown["drawn"]["panel"]), ids(&shown["drawn"]["substitutes"]));
        assert_eq!((panel.len(), substitutes.len()), (5, 3));
        let of = |id: &String| shown["pool"].as_array().unwrap().iter().find(|one| one["expert_id"] == id.as_str()).unwrap();
        assert!(panel.iter().all(|id| of(id)["outside"] == true));
        assert_eq!(panel.iter().filter(|id| of(id)["finance"] == true).count(), 1);
        // What the log was bound to when it was prepared is what was revealed.
        let log = app.auditor().await.get("/audit?action=draw.prepare").await.is(200)["items"][0]["detail"].as_str().unwrap().to_owned();
        assert!(log.contains(shown["commitment"].as_str().unwrap()) && log.contains(shown["pool_sha256"].as_str().unwrap()));
        assert_eq!(jiebang::app::sha256_hex(shown["seed"].as_str().unwrap().as_bytes()), shown["commitment"].as_str().unwrap());
        let (_, now) = verify(&shown.to_string()).unwrap();
        assert_eq!(now.panel.iter().map(ToString::to_string).collect::<Vec<_>>(), panel);
        for (field, spoilt) in [
            ("contribution", json!("骰子：3 5 2")), ("seed", json!("00")), ("commitment", json!("00")), ("drawn", json!({"panel": substitutes, "substitutes": panel})),
            ("pool", json!(shown["pool"].as_array().unwrap()[1..])), ("seed", json!(null)), ("terms", json!({"size": 5, "substitutes": 2, "outside_bps": 10_000, "finance": 1, "fields": []})),
        ] {
            let mut other = shown.clone();
            other[field] = spoilt;
            assert!(verify(&other.to_string()).is_err(), "{field}");
        }
        // The program says the same, on any machine.
        let file = app.folder().join("draw.json");
        let verified = |record: &Value| {
            std::fs::write(&file, record.to_string()).unwrap();
            std::process::Command::new(env!("CARGO_BIN_EXE_jiebang")).args(["draw", "verify"]).arg(&file).output().unwrap()
        };
        let sound = verified(&shown);
        assert!(sound.status.success() && String::from_utf8_lossy(&sound.stdout).contains(&panel.join(", ")), "{sound:?}");
        assert_eq!(verified(&prepared).status.code(), Some(65));
        let expert = operator.get(&format!("/experts/{}", panel[0])).await.is(200);
        assert_eq!(expert["last_drawn_at"], shown["witnessed_at"]);
    }

    async fn the_owning_division_does_not_draw_and_nobody_witnesses_the_own_draw(app: TestApp) {
        pool(&app, 0, 6, 0).await;
        let story = Story::reviewing(&app).await;
        let mut asked = terms();
        asked["finance"] = json!(0);
        app.officer().await.post(&story.path("draws"), asked.clone()).await.is_refused(403, "forbidden");
        let colleague = app.person("colleague", "department", Some("业务一处"), &[Role::Officer]).await;
        colleague.post(&story.path("draws"), asked.clone()).await.is_refused(403, "forbidden");
        // Eight million of public money: somebody judges it.
        operator(&app).await.post(&story.path("draws"), asked.clone()).await.has_faults(&[("finance", "finance_expert")]);
        let mut odd = terms();
        odd["size"] = json!(4);
        odd["fields"] = json!(["astrology"]);
        operator(&app).await.post(&story.path("draws"), odd).await.has_faults(&[("fields[0]", "unknown_code")]);
        let both = app.person("both", "department", Some("资源配置处"), &[Role::Officer, Role::Supervisor]).await;
        pool(&app, 0, 0, 1).await;
        let draw = both.post(&story.path("draws"), terms()).await.is(201)["id"].as_str().unwrap().to_owned();
        both.post(&format!("/draws/{draw}/witness"), json!({"contribution": "骰子：3 5 1"})).await.is_refused(403, "forbidden");
        app.expert(1).await.get(&format!("/draws/{draw}")).await.is_refused(404, "not_found");
        app.team("keda").await.get(&story.path("draws")).await.is_refused(403, "forbidden");
    }

    async fn who_was_kept_out_and_why_is_shown_to_supervision_and_audit_alone(app: TestApp) {
        pool(&app, 1, 6, 1).await;
        let near = app.person("near", "keda", None, &[Role::Expert]).await;
        inputs::enlisted(&app, &near, "technical").await;
        let former = app.person("former", "far-other", None, &[Role::Expert]).await;
        inputs::enlisted(&app, &former, "technical").await;
        let officer = app.officer().await;
        let mut profile = inputs::profile("technical");
        profile["affiliations"] = json!([{"organization_id": app.organization("sponsor-works").await.to_string(), "until": "2024-06-30"}]);
        let path = format!("/experts/{}", former.id());
        officer.put(&path, officer.get(&path).await.is(200)["version"].as_i64().unwrap(), profile).await.is(200);
        former.does(&format!("{path}/confirm")).await.is(200);
        // Not confirmed, paused, another field, without an account in use: not even looked at.
        let idle = app.person("idle", "far-idle", None, &[Role::Expert]).await;
        officer.post("/experts", json!({"user_id": idle.id(), "profile": inputs::profile("technical")})).await.is(201);
        let gone = app.person("gone", "far-gone", None, &[Role::Expert]).await;
        inputs::enlisted(&app, &gone, "technical").await;
        app.sysadmin().await.does(&format!("/users/{}/disable", gone.id())).await.is(200);
        let (_, path, shown) = drawn(&app, terms()).await;
        let pool: Vec<&Value> = shown["pool"].as_array().unwrap().iter().map(|one| &one["expert_id"]).collect();
        for out in [&near, &former, &idle, &gone] {
            assert!(!pool.contains(&&json!(out.id())));
        }
        let excluded = shown["excluded"].as_array().unwrap();
        let found = |who: &Caller| excluded.iter().find(|one| one["expert_id"] == who.id()).map(|one| one["interests"].clone());
        assert_eq!((found(&near), found(&former)), (Some(json!(["same_organization"])), Some(json!(["former_organization"]))));
        assert_eq!(excluded.len(), 2);
        assert_eq!(app.auditor().await.get(&path).await.is(200)["excluded"], shown["excluded"]);
        for reader in [operator(&app).await, app.director().await, officer] {
            assert!(reader.get(&path).await.is(200).get("excluded").is_none());
        }
    }

    async fn a_pool_that_does_not_hold_such_a_panel_is_said_so_at_once(app: TestApp) {
        pool(&app, 6, 3, 1).await;
        let story = Story::reviewing(&app).await;
        let operator = operator(&app).await;
        operator.post(&story.path("draws"), terms()).await.is_refused(409, "pool_too_small");
        let mut asked = terms();
        asked["outside_bps"] = json!(6_000);
        let kept = operator.post(&story.path("draws"), asked).await.is(201);
        let path = format!("/draws/{}", kept["id"].as_str().unwrap());
        let supervisor = app.supervisor().await;
        operator.post(&format!("{path}/void"), json!({"reason": "条件有误"})).await.is_refused(403, "forbidden");
        supervisor.post(&format!("{path}/void"), json!({"reason": "条件有误"})).await.is(200);
        supervisor.post(&format!("{path}/witness"), json!({"contribution": "骰子：3 5 1"})).await.is_refused(409, "wrong_stage");
        let mut fewer = terms();
        fewer["size"] = json!(3);
        operator.post(&story.path("draws"), fewer).await.is(201);
    }

    async fn a_panel_is_invited_to_every_bid_and_only_those_drawn_are_asked(app: TestApp) {
        pool(&app, 2, 7, 2).await;
        let (story, path, shown) = drawn(&app, terms()).await;
        let officer = app.officer().await;
        let stranger = json!({"expert_id": app.expert(1).await.id(), "due_at": "2027-01-01T00:00:00Z"});
        officer.post(&format!("/bids/{}/reviews", story.bid), stranger).await.is_refused(409, "not_drawn");
        officer.post(&format!("{path}/invite"), json!({"due_at": "2020-01-01T00:00:00Z"})).await.has_faults(&[("due_at", "in_the_past")]);
        app.letters().await;
        officer.post(&format!("{path}/invite"), json!({"due_at": "2027-01-01T00:00:00Z"})).await.is(200);
        let mail = app.mail().await;
        assert!(mail.len() == 5 && mail.iter().all(|(name, _)| name == "panel_invited"), "{mail:?}");
        let reviews = officer.get("/reviews").await.is(200)["items"].clone();
        let mut asked: Vec<String> = reviews.as_array().unwrap().iter().map(|review| review["expert_id"].as_str().unwrap().to_owned()).collect();
        let mut panel = ids(&shown["drawn"]["panel"]);
        asked.sort();
        panel.sort();
        assert_eq!(asked, panel);
        // Asked again, nobody is asked twice.
        officer.post(&format!("{path}/invite"), json!({"due_at": "2027-01-01T00:00:00Z"})).await.is(200);
        assert_eq!((app.count("reviews").await, app.mail().await), (5, vec![]));
        app.supervisor().await.post(&format!("{path}/void"), json!({"reason": "条件有误"})).await.is_refused(409, "panel_begun");
    }

    async fn a_substitute_takes_the_place_in_order_and_whoever_leaves_reads_nothing_more(app: TestApp) {
        pool(&app, 0, 9, 2).await;
        let (story, path, shown) = drawn(&app, terms()).await;
        let (officer, operator) = (app.officer().await, operator(&app).await);
        officer.post(&format!("{path}/invite"), json!({"due_at": "2027-01-01T00:00:00Z"})).await.is(200);
        let of = |id: &String| shown["pool"].as_array().unwrap().iter().find(|one| one["expert_id"] == id.as_str()).unwrap();
        let leaves = ids(&shown["drawn"]["panel"]).into_iter().find(|id| of(id)["finance"] == false).unwrap();
        let first = ids(&shown["drawn"]["substitutes"])[0].clone();
        let input = |id: &str| json!({"expert_id": id, "reason": "因病不能参加"});
        officer.post(&format!("{path}/replace"), input(&leaves)).await.is_refused(403, "forbidden");
        operator.post(&format!("{path}/replace"), input(&first)).await.has_faults(&[("expert_id", "not_of_the_panel")]);
        let mut who = app.expert(1).await;
        for number in 1..=9 {
            let far = app.person(&format!("far{number}"), "", None, &[]).await;
            if far.id() == leaves {
                who = far;
            }
        }
        let review = who.get("/reviews").await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        who.post(&format!("/reviews/{review}/declare"), json!({"no_conflict": true})).await.is(200);
        who.get(&format!("/bids/{}", story.bid)).await.is(200);
        app.letters().await;
        let after = operator.post(&format!("{path}/replace"), input(&leaves)).await.is(200);
        assert_eq!((&after["replaced"][0]["leaves"], &after["replaced"][0]["comes"]), (&json!(leaves), &json!(first)));
        who.get(&format!("/bids/{}", story.bid)).await.is_refused(404, "not_found");
        assert_eq!(who.get(&format!("/reviews/{review}")).await.is(200)["stage"], "declined");
        let mail: Vec<String> = app.mail().await.into_iter().map(|(name, to)| format!("{name} {to}")).collect();
        assert_eq!(mail, ["panel_changed officer@test.example".to_owned(), "panel_changed supervisor@test.example".into(), format!("review_released {}", who.email)]);
        officer.post(&format!("{path}/invite"), json!({"due_at": "2027-01-01T00:00:00Z"})).await.is(200);
        assert_eq!(app.count(&format!("reviews WHERE expert_id = '{first}'")).await, 1);
        let (_, now) = verify(&operator.get(&path).await.is(200).to_string()).unwrap();
        assert!(now.panel.iter().any(|id| id.to_string() == first) && !now.panel.iter().any(|id| id.to_string() == leaves));
        // A substitute who has an interest by now is passed over; with nobody left, it is said so.
        let next = ids(&shown["drawn"]["substitutes"])[1].clone();
        app.supervisor().await.post(&story.path("recusals"), json!({"user_id": next, "ground": "detected", "reason": "比对发现共同项目"})).await.is(201);
        let again = operator.post(&format!("{path}/replace"), input(&first)).await.is(200);
        assert_eq!(again["replaced"][1]["passed_over"], json!([next]));
        let (_, now) = verify(&again.to_string()).unwrap();
        let last = now.panel.last().unwrap().to_string();
        operator.post(&format!("{path}/replace"), input(&last)).await.is_refused(409, "no_substitute");
    }
}
