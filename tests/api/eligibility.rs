//! Who may stand: people, limits, restrictions and the province, at the submission and at the award.

use crate::support::upload::pdf;
use crate::support::{Caller, Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

/// Drafts a bid and tries to submit it.
async fn tried(story: &Story<'_>, team: &Caller, input: Value) -> crate::support::Reply {
    let bid = team.post(&story.path("bids"), input).await.is(201);
    team.does(&format!("/bids/{}/submit", bid["id"].as_str().unwrap())).await
}

/// A restriction that is in force.
async fn restricted(app: &TestApp, input: Value) -> String {
    let supervisor = app.supervisor().await;
    let path = format!("/restrictions/{}", supervisor.post("/restrictions", input).await.is(201)["id"].as_str().unwrap());
    app.director().await.does(&format!("{path}/approve")).await.is(200);
    path
}

on_both! {
    async fn a_team_has_one_lead_each_person_once_and_is_of_the_consortium(app: TestApp) {
        let story = Story::open(&app).await;
        let team = app.team("keda").await;
        let mut two = inputs::bid();
        two["team"][1]["role"] = json!("pi");
        team.post(&story.path("bids"), two).await.has_faults(&[("team", "one_only")]);
        let mut wrong = inputs::bid();
        let same = wrong["team"][0]["identity"].clone();
        let elsewhere = app.organization("yuan").await.to_string();
        wrong["team"] = json!([
            {"name": "甲某", "role": "backbone", "identity": same, "person_months": 1},
            {"name": "乙某", "role": "member", "identity": same, "person_months": 12, "organization": elsewhere},
            {"name": "丙某", "role": "member", "identity": "E12345678", "person_months": 1},
            {"name": "丁某", "role": "member", "person_months": 1}
        ]);
        tried(&story, &team, wrong).await.has_faults(&[
            ("team", "no_pi"), ("team[1].identity", "repeated_person"), ("team[1].organization", "not_of_the_consortium"),
            ("team[2].identity", "identity"), ("team[3].identity", "required"),
        ]);
    }

    async fn identities_are_kept_as_hashes_and_taken_back(app: TestApp) {
        let story = Story::open(&app).await;
        let team = app.team("keda").await;
        let input = inputs::bid();
        let number = input["team"][0]["identity"].as_str().unwrap().to_owned();
        let id = team.post(&story.path("bids"), input).await.is(201)["id"].as_str().unwrap().to_owned();
        let shown = team.get(&format!("/bids/{id}")).await.is(200);
        let kept = shown["content"]["team"][0]["identity"].as_str().unwrap();
        assert!(kept.starts_with("resident:") && !shown.to_string().contains(&number));
        assert_eq!(shown["content"]["team"][0]["birth_date"], "1974-05-12", "read from the number");
        team.put(&format!("/bids/{id}"), 1, shown["content"].clone()).await.is(200);
        assert_eq!(team.get(&format!("/bids/{id}")).await.is(200)["content"], shown["content"]);
        let mut lie = inputs::bid();
        lie["team"][0]["birth_date"] = json!("1990-01-01");
        lie["team"][1]["identity"] = json!("110105194912310021");
        team.put(&format!("/bids/{id}"), 2, lie).await.has_faults(&[
            ("team[0].birth_date", "contradiction"), ("team[1].identity", "identity_number_check_digit"),
        ]);
    }

    async fn a_young_co_lead_is_counted_by_the_cut_off_of_the_birth_date(app: TestApp) {
        // The tests' clock stands in 2026: men born on 1 January 1991 or later, women on 1 January 1986.
        let story = Story::open(&app).await;
        for (number, (order, born, young)) in
            [(1, "19910101", true), (3, "19901231", false), (2, "19860101", true), (4, "19851231", false)].into_iter().enumerate()
        {
            let team = app.team(&format!("young{number}")).await;
            let mut input = inputs::bid();
            let identity = inputs::identity_of(&format!("110105{born}{order:03}"));
            input["team"][1] = json!({"name": "张青年", "role": "youth_co_lead", "identity": identity, "person_months": 9});
            let reply = tried(&story, &team, input).await;
            if young { reply.is(200); } else { reply.has_faults(&[("team[1].birth_date", "not_young")]); }
        }
    }

    async fn a_budget_adds_up_and_keeps_its_caps(app: TestApp) {
        let story = Story::open(&app).await;
        let team = app.team("keda").await;
        let mut twice = inputs::bid();
        twice["budget"][1]["item"] = json!("equipment");
        team.post(&story.path("bids"), twice).await.has_faults(&[("budget", "repeated_code")]);
        let mut wrong = inputs::bid();
        wrong["requested_fen"] = json!(701 * inputs::WAN);
        wrong["self_fund_fen"] = json!(99 * inputs::WAN);
        wrong["budget"][0] = json!({"item": "equipment", "fiscal_fen": 250 * inputs::WAN, "sponsor_fen": 751 * inputs::WAN});
        wrong["budget"][3] = json!({"item": "indirect", "fiscal_fen": 120 * inputs::WAN});
        tried(&story, &team, wrong).await.has_faults(&[
            ("requested_fen", "totals_differ"), ("self_fund_fen", "totals_differ"), ("budget", "over_cap"), ("budget.indirect", "over_cap"),
        ]);
    }

    async fn a_stage_of_the_plan_measures_indicators_and_there_are_four(app: TestApp) {
        let story = Story::open(&app).await;
        let mut input = inputs::bid();
        input["milestones"].as_array_mut().unwrap().pop();
        input["milestones"][0]["indicators"] = json!([]);
        input["milestones"][1]["indicators"] = json!(["K9"]);
        tried(&story, &app.team("keda").await, input).await.has_faults(&[
            ("milestones", "wrong_length"), ("milestones", "weights"),
            ("milestones[0].indicators", "required"), ("milestones[1].indicators", "unknown_indicator"),
        ]);
    }

    async fn whoever_leads_a_running_project_leads_no_second_one(app: TestApp) {
        let running = Story::awarded(&app).await;
        let content = app.team("keda").await.get(&format!("/bids/{}", running.bid)).await.is(200)["content"].clone();
        let story = Story::open(&app).await;
        let team = app.team("yuan").await;
        let mut input = inputs::bid();
        input["team"][0]["identity"] = content["team"][0]["identity"].clone();
        let reply = tried(&story, &team, input.clone()).await;
        reply.has_faults(&[("team[0].identity", "limit_leads"), ("team[0].person_months", "person_months")]);
        // Another leads; the first joins with the months that are left.
        let mut joined = inputs::bid();
        joined["team"][1] = json!({"name": "李挂帅", "role": "backbone", "identity": input["team"][0]["identity"], "person_months": 4});
        let bid = team.get("/bids").await.is(200)["items"][0].clone();
        let path = format!("/bids/{}", bid["id"].as_str().unwrap());
        team.put(&path, bid["version"].as_i64().unwrap(), joined).await.is(200);
        team.does(&format!("{path}/submit")).await.is(200);
    }

    async fn a_restriction_is_put_into_force_by_another_and_keeps_a_bid_out(app: TestApp) {
        let story = Story::open(&app).await;
        let (team, auditor) = (app.team("keda").await, app.auditor().await);
        let own = app.organization("keda").await.to_string();
        let supervisor = app.supervisor().await;
        let path = format!("/restrictions/{}", supervisor.post("/restrictions", inputs::restriction(&own)).await.is(201)["id"].as_str().unwrap());
        let bid = story.drafted("keda").await;
        let dry = format!("/bids/{bid}/submit?dry_run=true");
        team.does(&dry).await.is(200);
        supervisor.does(&format!("{path}/approve")).await.is_refused(403, "forbidden");
        app.director().await.does(&format!("{path}/approve")).await.is(200);
        team.does(&dry).await.has_faults(&[("lead_org_id", "restricted")]);
        app.director().await.post(&format!("{path}/lift"), json!({"reason": "申诉成立"})).await.is(200);
        team.does(&dry).await.is(200);
        let person = json!({
            "person": {"name": "李挂帅", "identity": team.get(&format!("/bids/{bid}")).await.is(200)["content"]["team"][0]["identity"]},
            "gravity": "grave", "basis": "伪造数据。", "decision_no": "示科诚〔2026〕2号", "starts_on": "2026-01-01"
        });
        let path = restricted(&app, person).await;
        assert!(!auditor.get(&path).await.text.contains("resident:"), "of a person only the name is shown");
        team.does(&dry).await.has_faults(&[("team[0].identity", "restricted")]);
        let told = app.mail().await;
        for letter in ["restriction_in_force", "restriction_lifted"] {
            assert!(told.contains(&(letter.into(), "team-keda@test.example".into())), "{told:?}");
        }
    }

    async fn the_time_of_a_restriction_fits_its_gravity(app: TestApp) {
        let supervisor = app.supervisor().await;
        let own = app.organization("keda").await.to_string();
        for (gravity, ends_on, fits) in [
            ("minor", json!("2029-01-01"), true), ("minor", json!("2029-01-02"), false), ("minor", Value::Null, false), ("minor", json!("2025-12-31"), false),
            ("serious", json!("2028-12-31"), false), ("serious", json!("2031-01-01"), true), ("serious", Value::Null, false),
            ("grave", json!("2030-12-31"), false), ("grave", json!("2031-01-01"), true), ("grave", Value::Null, true),
        ] {
            let mut input = inputs::restriction(&own);
            input["gravity"] = json!(gravity);
            input["ends_on"] = ends_on.clone();
            let reply = supervisor.post("/restrictions?dry_run=true", input).await;
            if fits { reply.is(201); } else { reply.has_faults(&[("ends_on", "gravity_term")]); }
        }
        let mut nobody = inputs::restriction(&own);
        nobody["organization"] = Value::Null;
        supervisor.post("/restrictions", nobody).await.has_faults(&[("organization", "one_of_two")]);
        supervisor.post("/restrictions", inputs::restriction("91140100990000017F")).await.has_faults(&[("organization", "unknown_organization")]);
    }

    async fn what_came_to_light_after_the_submission_keeps_a_bid_from_the_award(app: TestApp) {
        let story = Story::publicity(&app).await;
        app.days_later(13);
        let own = app.organization("keda").await.to_string();
        let path = restricted(&app, inputs::restriction(&own)).await;
        let field = format!("bids.{}.lead_org_id", story.bid);
        app.director().await.does(&story.path("award")).await.has_faults(&[(field.as_str(), "restricted")]);
        app.director().await.post(&format!("{path}/lift"), json!({"reason": "申诉成立"})).await.is(200);
        app.officer().await.post(&format!("/organizations/{own}/suspend"), json!({"reason": "整改中"})).await.is(200);
        app.director().await.does(&story.path("award")).await.has_faults(&[(field.as_str(), "organization_not_verified")]);
        app.officer().await.does(&format!("/organizations/{own}/reinstate")).await.is(200);
        app.director().await.does(&story.path("award")).await.is(200);
    }

    async fn a_restricted_bid_is_not_proposed(app: TestApp) {
        let story = Story::reviewing(&app).await;
        story.scored(&story.bid, 1, "26").await;
        restricted(&app, inputs::restriction(&app.organization("keda").await.to_string())).await;
        let field = format!("bids.{}.lead_org_id", story.bid);
        story.satisfied().await;
        app.officer().await.post(&story.path("propose"), story.proposal()).await.has_faults(&[(field.as_str(), "restricted")]);
    }

    async fn a_lead_from_elsewhere_needs_a_partner_of_the_province_on_a_public_challenge(app: TestApp) {
        let officer = app.officer().await;
        let draft = Story::draft(&app).await;
        let mut input = inputs::challenge(&draft.batch, &app.organization("sponsor-works").await.to_string(), app.next());
        input["class"] = json!("frontier_public");
        input["scheme_id"] = json!(draft.scheme);
        input["sponsor_id"] = Value::Null;
        input["sponsor_fund_fen"] = json!(0);
        let mut story = draft;
        officer.post("/challenges", input).await.is(201)["id"].as_str().unwrap().clone_into(&mut story.challenge);
        officer.does(&story.path("submit")).await.is(200);
        app.director().await.does(&story.path("approve")).await.is(200);
        officer.post(&story.path("publish"), story.window()).await.is(200);
        let plain = |mut input: Value| {
            input["market_plan"] = Value::Null;
            input["budget"][1]["sponsor_fen"] = json!(0);
            input
        };
        tried(&story, &app.team("keda").await, plain(inputs::bid())).await.is(200);
        let far = app.team("far-away").await;
        tried(&story, &far, plain(inputs::bid())).await.has_faults(&[("partners", "no_in_province_partner")]);
        let bid = far.get("/bids").await.is(200)["items"][0].clone();
        let path = format!("/bids/{}", bid["id"].as_str().unwrap());
        far.uploads(bid["id"].as_str().unwrap(), "agreement", "协议.pdf", &pdf("协议", 100)).await.is(201);
        for (number, (partner, fits)) in [("far-too", false), ("near", true)].into_iter().enumerate() {
            let version = bid["version"].as_i64().unwrap() + i64::try_from(number).unwrap();
            far.put(&path, version, plain(inputs::with_partner(&app.organization(partner).await.to_string()))).await.is(200);
            let asked = app.team(partner).await.get("/partnerships").await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
            app.team(partner).await.does(&format!("/partnerships/{asked}/confirm")).await.is(200);
            let reply = far.does(&format!("{path}/submit")).await;
            if fits { reply.is(200); } else { reply.has_faults(&[("partners", "no_in_province_partner")]); }
        }
    }

    async fn experts_do_not_read_whom_the_team_would_be_spared(app: TestApp) {
        let mut story = Story::open(&app).await;
        let mut input = inputs::bid();
        input["avoid_experts"] = json!([{"name": "某专家", "organization": "某研究院", "reason": "学术分歧"}]);
        let team = app.team("keda").await;
        team.post(&story.path("bids"), input).await.is(201)["id"].as_str().unwrap().clone_into(&mut story.bid);
        team.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        story.examined(&story.bid, &[]).await;
        app.officer().await.does(&story.path("start_review")).await.is(200);
        let review = format!("/reviews/{}", story.assigned(&story.bid, 1).await);
        let expert = app.expert(1).await;
        expert.post(&format!("{review}/declare"), json!({"no_conflict": true})).await.is(200);
        let (bid, path) = (expert.get(&review).await.is(200)["bid"].clone(), format!("/bids/{}", story.bid));
        for shown in [bid, expert.get(&path).await.is(200)["content"].clone()] {
            assert_eq!(shown["avoid_experts"], json!([]));
            assert_eq!(shown["team"][0]["identity"], Value::Null);
            assert_eq!(shown["team"][0]["birth_date"], Value::Null);
            assert_eq!(shown["team"][0]["name"], "李挂帅");
        }
        assert_eq!(app.officer().await.get(&path).await.is(200)["content"]["avoid_experts"][0]["name"], "某专家");
    }
}
