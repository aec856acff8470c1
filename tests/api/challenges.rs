//! Challenges: drafting, approval, rounds, endings.

use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

fn spoiled(input: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut input = input.clone();
    change(&mut input);
    input
}

on_both! {
    async fn a_batch_and_a_sponsor_that_are_not_there_are_told_together_and_what_is_read_can_be_put_back(app: TestApp) {
        let story = Story::draft(&app).await;
        let officer = app.officer().await;
        let nobody = "00000000-0000-7000-8000-000000000000";
        officer.post("/challenges", inputs::challenge(nobody, nobody, 7)).await.has_faults(&[("batch_id", "unknown_record"), ("sponsor_id", "unknown_record")]);
        let path = format!("/challenges/{}", story.challenge);
        let seen = officer.get(&path).await.is(200);
        let mut back = inputs::challenge(&story.batch, &app.organization("sponsor-works").await.to_string(), 1);
        for (field, value) in back.as_object_mut().unwrap() {
            assert!(field == "title" || seen[field.as_str()] == *value, "{field}: {seen}");
            *value = seen[field.as_str()].clone();
        }
        officer.put(&path, seen["version"].as_i64().unwrap(), back).await.is(200);
    }

    async fn a_challenge_lives_its_whole_life(app: TestApp) {
        let story = Story::in_acceptance(&app).await;
        story.paid(0).await;
        story.paid(1).await;
        let conclude = format!("/projects/{}/conclude", story.project);
        app.director().await.post(&conclude, json!({"conclusion": "completed", "opinion": "通过验收"})).await.is(200);
        story.paid(2).await;
        let finished = app.officer().await.does(&story.path("finish")).await.is(200);
        assert_eq!(finished["stage"], "finished");
        let total = &app.leader().await.get("/portfolio/summary").await.is(200)["total"];
        assert_eq!(total["paid_fen"], 650 * inputs::WAN);
        assert_eq!(total["awarded_fen"], 650 * inputs::WAN);
    }

    async fn nobody_approves_their_own_challenge(app: TestApp) {
        use jiebang::domain::policy::Role::{Director, Officer};
        let both = app.person("both", "department", None, &[Officer, Director]).await;
        let story = Story::draft(&app).await;
        let sponsor = app.organization("sponsor-works").await.to_string();
        let own = both.post("/challenges", inputs::challenge(&story.batch, &sponsor, app.next())).await.is(201);
        let path = format!("/challenges/{}", own["id"].as_str().unwrap());
        both.does(&format!("{path}/submit")).await.is(200);
        both.does(&format!("{path}/approve")).await.is_refused(403, "forbidden");
        app.director().await.does(&format!("{path}/approve")).await.is(200);
    }

    async fn a_returned_challenge_can_be_edited_and_submitted_again(app: TestApp) {
        let story = Story::draft(&app).await;
        let (officer, director) = (app.officer().await, app.director().await);
        officer.does(&story.path("submit")).await.is(200);
        let returned = director.post(&story.path("return"), json!({"reason": "指标不够量化"})).await.is(200);
        assert_eq!(returned["stage"], "draft");
        let sponsor = app.organization("sponsor-works").await.to_string();
        let path = format!("/challenges/{}", story.challenge);
        let input = inputs::challenge(&story.batch, &sponsor, 77);
        let edited = officer.put(&path, returned["version"].as_i64().unwrap(), input).await.is(200);
        assert_eq!(edited["title"], "煤层气提浓成套技术77");
        officer.does(&story.path("submit")).await.is(200);
        director.post(&story.path("reject"), json!({"reason": "需求不真实"})).await.is(200);
        officer.does(&story.path("submit")).await.is_refused(409, "wrong_stage");
    }

    async fn a_forbidden_step_tells_the_stage_and_what_may_be_done(app: TestApp) {
        let story = Story::draft(&app).await;
        let problem = app.officer().await.post(&story.path("publish"), story.window()).await.is_refused(409, "wrong_stage");
        assert_eq!(problem["stage"], "draft");
        assert_eq!(problem["allowed_actions"], json!(["challenge.edit", "challenge.submit"]));
    }

    async fn every_record_shows_what_this_caller_may_do(app: TestApp) {
        let story = Story::draft(&app).await;
        let path = format!("/challenges/{}", story.challenge);
        let allowed = |reply: Value| reply["allowed_actions"].clone();
        assert_eq!(allowed(app.officer().await.get(&path).await.is(200)), json!(["challenge.edit", "challenge.submit"]));
        assert_eq!(allowed(app.director().await.get(&path).await.is(200)), json!(["challenge.withdraw"]));
        assert_eq!(allowed(app.sponsor().await.get(&path).await.is(200)), json!([]));
    }

    async fn drafts_are_unknown_to_outsiders_and_published_challenges_are_public(app: TestApp) {
        let story = Story::approved(&app).await;
        let path = format!("/challenges/{}", story.challenge);
        app.anyone().get(&path).await.is_refused(404, "not_found");
        app.team("keda").await.get(&path).await.is_refused(404, "not_found");
        assert_eq!(app.anyone().get("/challenges").await.is(200)["items"], json!([]));
        assert_eq!(app.sponsor().await.get("/challenges").await.is(200)["items"].as_array().unwrap().len(), 1);
        app.officer().await.post(&story.path("publish"), story.window()).await.is(200);
        assert_eq!(app.anyone().get(&path).await.is(200)["indicators"].as_array().unwrap().len(), 3);
        assert_eq!(app.anyone().get("/challenges?year=2026").await.is(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(app.anyone().get("/challenges?year=2025").await.is(200)["items"], json!([]));
    }

    async fn a_draft_that_breaks_rules_is_told_all_of_them(app: TestApp) {
        let story = Story::draft(&app).await;
        let sponsor = app.organization("sponsor-works").await.to_string();
        let right = inputs::challenge(&story.batch, &sponsor, app.next());
        let officer = app.officer().await;
        let shape = spoiled(&right, |input| {
            input["title"] = json!("短\u{202e}");
            input["fiscal_cap_fen"] = json!(1.5);
            input["sponsor_fund_fen"] = json!(-1);
            input["duration_months"] = json!("36");
            input["sector"] = json!("space");
            input["stage"] = json!("open");
            input["indicators"][0]["target"] = json!("1e9");
            input["batch_id"] = json!("7");
        });
        officer.post("/challenges", shape).await.has_faults(&[
            ("title", "forbidden_character"), ("fiscal_cap_fen", "not_an_amount"), ("sponsor_fund_fen", "not_an_amount"),
            ("duration_months", "out_of_range"), ("sector", "unknown_code"), ("stage", "unknown_field"),
            ("indicators[0].target", "not_a_number"), ("batch_id", "not_an_id"),
        ]);
        let meaning = spoiled(&right, |input| {
            input["sponsor_id"] = Value::Null;
            input["sponsor_fund_fen"] = json!(0);
            input["secrecy"] = json!("secret");
            input["conditions"] = json!("负责人须具有博士学位，年龄不超过45周岁");
            input["indicators"][1]["code"] = json!("K1");
            input["indicators"][1]["mandatory"] = json!(false);
        });
        officer.post("/challenges", meaning).await.has_faults(&[
            ("sponsor_id", "required"), ("sponsor_fund_fen", "too_small"), ("secrecy", "classified"),
            ("conditions", "forbidden_condition"), ("indicators", "repeated_code"), ("indicators", "too_few_mandatory"),
        ]);
        assert_eq!(app.count("challenges").await, 1);
    }

    async fn the_caps_of_a_batch_stay_within_its_budget(app: TestApp) {
        let story = Story::draft(&app).await;
        let sponsor = app.organization("sponsor-works").await.to_string();
        let officer = app.officer().await;
        for _ in 0..5 {
            officer.post("/challenges", inputs::challenge(&story.batch, &sponsor, app.next())).await.is(201);
        }
        officer.post("/challenges", inputs::challenge(&story.batch, &sponsor, app.next())).await.is_refused(409, "over_batch_budget");
        let batch = officer.get(&format!("/batches/{}", story.batch)).await.is(200);
        assert_eq!(batch["committed_fen"], 4_800 * inputs::WAN);
    }

    async fn a_title_stands_once_in_a_batch(app: TestApp) {
        let story = Story::draft(&app).await;
        let sponsor = app.organization("sponsor-works").await.to_string();
        let officer = app.officer().await;
        let input = inputs::challenge(&story.batch, &sponsor, 9);
        officer.post("/challenges", input.clone()).await.is(201);
        let problem = officer.post("/challenges", input).await.is_refused(409, "already_exists");
        assert_eq!(problem["errors"][0]["field"], "title");
    }

    async fn a_window_is_at_least_twenty_days_and_not_over_yet(app: TestApp) {
        let story = Story::approved(&app).await;
        let officer = app.officer().await;
        let short = json!({"opens_at": "2026-03-02T09:00:00+08:00", "closes_at": "2026-03-21T17:00:00+08:00"});
        officer.post(&story.path("publish"), short).await.has_faults(&[("closes_at", "window_too_short")]);
        let past = json!({"opens_at": "2026-01-02T09:00:00+08:00", "closes_at": "2026-02-21T17:00:00+08:00"});
        officer.post(&story.path("publish"), past).await.has_faults(&[("closes_at", "in_the_past")]);
        let local = json!({"opens_at": "2026-03-02T09:00:00", "closes_at": "2026-04-21 17:00:00+08:00Z"});
        officer.post(&story.path("publish"), local).await.has_faults(&[("opens_at", "not_an_instant"), ("closes_at", "not_an_instant")]);
    }

    async fn the_clock_closes_a_challenge_once_its_time_is_over(app: TestApp) {
        let story = Story::open(&app).await;
        assert_eq!(app.tick().await, 0);
        app.days_later(30);
        assert_eq!(app.tick().await, 1);
        assert_eq!(app.tick().await, 0);
        let path = format!("/challenges/{}", story.challenge);
        assert_eq!(app.anyone().get(&path).await.is(200)["stage"], "closed");
    }

    async fn a_round_without_bids_fails_and_is_published_anew(app: TestApp) {
        let story = Story::open(&app).await;
        let (officer, director) = (app.officer().await, app.director().await);
        story.close().await;
        officer.does(&story.path("open_bids")).await.is(200);
        officer.does(&story.path("start_review")).await.is_refused(409, "no_eligible_bid");
        let wrong = json!({"reason_code": "below_threshold", "reason": "得分不够"});
        director.post(&story.path("fail"), wrong).await.is_refused(409, "reason_does_not_hold");
        let failed = director.post(&story.path("fail"), json!({"reason_code": "no_bids", "reason": "无人揭榜"})).await.is(200);
        assert_eq!(failed["stage"], "failed");
        let again = director.post(&story.path("republish"), story.window()).await.is(200);
        assert_eq!((again["stage"].as_str(), again["round"].as_i64()), (Some("open"), Some(2)));
        let rounds = app.anyone().get(&format!("/challenges/{}/rounds", story.challenge)).await.is(200);
        assert_eq!(rounds["items"][0]["fail_reason"], "no_bids");
        assert_eq!(rounds["items"][0]["bids"], 0);
        assert_eq!(rounds["items"][1]["bids"], Value::Null);
        story.submitted("keda").await;
    }

    async fn a_failed_challenge_is_adjusted_approved_and_published_as_its_next_round(app: TestApp) {
        let story = Story::open(&app).await;
        let (officer, director) = (app.officer().await, app.director().await);
        let path = format!("/challenges/{}", story.challenge);
        let reason = json!({"reason": "指标偏高，无人揭榜"});
        officer.post(&story.path("adjust"), reason.clone()).await.is_refused(409, "wrong_stage");
        story.close().await;
        officer.does(&story.path("open_bids")).await.is(200);
        director.post(&story.path("fail"), json!({"reason_code": "no_bids", "reason": "无人揭榜"})).await.is(200);
        director.post(&story.path("adjust"), reason.clone()).await.is_refused(403, "forbidden");
        app.mail().await;
        assert_eq!(officer.post(&story.path("adjust"), reason).await.is(200)["stage"], "draft");
        assert!(app.mail().await.contains(&("challenge_adjusted".into(), "sponsor@test.example".into())));
        app.anyone().get(&path).await.is_refused(404, "not_found");
        app.team("keda").await.get(&path).await.is_refused(404, "not_found");
        let shown = officer.get(&path).await.is(200);
        let mut content = inputs::challenge(&story.batch, &app.organization("sponsor-works").await.to_string(), app.next());
        content["indicators"][0]["target"] = json!("90");
        content["scheme_id"] = json!(story.scheme);
        officer.put(&path, shown["version"].as_i64().unwrap(), content).await.is(200);
        officer.does(&story.path("submit")).await.is(200);
        director.does(&story.path("approve")).await.is(200);
        let again = officer.post(&story.path("publish"), story.window()).await.is(200);
        assert_eq!((again["stage"].as_str(), again["round"].as_i64()), (Some("open"), Some(2)));
        let rounds = app.anyone().get(&story.path("rounds")).await.is(200);
        assert_eq!(rounds["items"][0]["fail_reason"], "no_bids", "the history is kept");
        story.submitted("keda").await;
    }

    async fn a_round_whose_bids_are_all_ineligible_fails(app: TestApp) {
        let story = Story::screening(&app).await;
        story.examined(&story.bid, &["F3"]).await;
        app.officer().await.does(&story.path("start_review")).await.is_refused(409, "no_eligible_bid");
        let input = json!({"reason_code": "no_eligible_bid", "reason": "均未通过形式审查"});
        app.director().await.post(&story.path("fail"), input.clone()).await.is_refused(409, "appeals_pending");
        app.days_later(10);
        app.director().await.post(&story.path("fail"), input).await.is(200);
    }

    async fn a_withdrawn_challenge_takes_nothing_more(app: TestApp) {
        let story = Story::with_bid(&app).await;
        app.director().await.post(&story.path("withdraw"), json!({"reason": "需求取消"})).await.is(200);
        app.team("yuan").await.post(&story.path("bids"), inputs::bid()).await.is_refused(409, "wrong_stage");
        app.officer().await.get(&format!("/bids/{}", story.bid)).await.is_refused(404, "not_found");
        app.team("keda").await.get(&format!("/bids/{}", story.bid)).await.is(200);
    }

    async fn a_challenge_finishes_only_when_its_projects_have_ended(app: TestApp) {
        let story = Story::awarded(&app).await;
        app.officer().await.does(&story.path("finish")).await.is_refused(409, "projects_open");
    }
}
