//! Bids: drafting, submission to the second, the seal, the formal examination.

use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

on_both! {
    async fn a_draft_may_be_incomplete_and_submitting_it_tells_everything_that_is_missing(app: TestApp) {
        let story = Story::open(&app).await;
        let team = app.team("keda").await;
        let bid = team.post(&story.path("bids"), json!({})).await.is(201);
        let path = format!("/bids/{}", bid["id"].as_str().unwrap());
        team.does(&format!("{path}/submit")).await.has_faults(&[
            ("technical_plan", "required"), ("innovation", "required"), ("risks", "required"), ("market_plan", "required"),
            ("self_fund_fen", "required"), ("requested_fen", "required"), ("budget", "required"),
            ("commitments.integrity", "not_affirmed"), ("commitments.truthful", "not_affirmed"), ("commitments.ethics", "not_affirmed"),
            ("commitments.no_double_funding", "not_affirmed"), ("team", "no_pi"),
            ("indicators.K1", "required"), ("indicators.K2", "required"), ("milestones", "wrong_length"), ("milestones", "weights"),
        ]);
        assert_eq!(team.get(&path).await.is(200)["stage"], "draft");
    }

    async fn a_promise_weaker_than_a_mandatory_target_is_refused_in_either_direction(app: TestApp) {
        let story = Story::open(&app).await;
        let team = app.team("keda").await;
        let mut input = inputs::bid();
        input["indicators"] = json!([{"code": "K1", "value": "94.9"}, {"code": "K2", "value": "0.56"}, {"code": "K9", "value": "1"}]);
        input["requested_fen"] = json!(801 * inputs::WAN);
        input["budget"][0]["fiscal_fen"] = json!(401 * inputs::WAN);
        input["milestones"][0]["month"] = json!(34);
        let bid = team.post(&story.path("bids"), input).await.is(201);
        team.does(&format!("/bids/{}/submit", bid["id"].as_str().unwrap())).await.has_faults(&[
            ("indicators.K1", "weaker_than_target"), ("indicators.K2", "weaker_than_target"), ("indicators.K9", "unknown_indicator"),
            ("requested_fen", "over_cap"), ("milestones", "not_increasing"),
        ]);
    }

    async fn a_submission_has_a_receipt_and_a_resubmission_is_a_new_version(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let team = app.team("keda").await;
        let path = format!("/bids/{}", story.bid);
        let first = team.get(&path).await.is(200);
        assert_eq!(first["receipt"]["submission"], 1);
        assert_eq!(first["receipt"]["received_at"], app.app.clock.now().to_string());
        let mut input = inputs::bid();
        input["requested_fen"] = json!(600 * inputs::WAN);
        input["budget"][0]["fiscal_fen"] = json!(200 * inputs::WAN);
        team.put(&path, first["version"].as_i64().unwrap(), input).await.is(200);
        let second = team.does(&format!("{path}/resubmit")).await.is(200);
        assert_eq!(second["receipt"]["submission"], 2);
        assert_ne!(second["receipt"]["sha256"], first["receipt"]["sha256"]);
        assert_eq!(app.count("bid_submissions").await, 2);
    }

    async fn a_withdrawn_bid_can_be_submitted_again(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let team = app.team("keda").await;
        let path = |verb: &str| format!("/bids/{}/{verb}", story.bid);
        assert_eq!(team.does(&path("withdraw")).await.is(200)["stage"], "withdrawn");
        team.does(&path("withdraw")).await.is_refused(409, "wrong_stage");
        assert_eq!(team.does(&path("resubmit")).await.is(200)["stage"], "submitted");
    }

    async fn an_organisation_has_one_live_bid_in_a_round(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let team = app.team("keda").await;
        team.post(&story.path("bids"), inputs::bid()).await.is_refused(409, "live_bid_exists");
        team.does(&format!("/bids/{}/withdraw", story.bid)).await.is(200);
        team.post(&story.path("bids"), inputs::bid()).await.is(201);
        team.does(&format!("/bids/{}/resubmit", story.bid)).await.is_refused(409, "live_bid_exists");
    }

    async fn the_same_bid_from_thirty_two_clients_is_taken_once(app: TestApp) {
        let story = Story::open(&app).await;
        let team = app.team("keda").await;
        team.token().await;
        let path = story.path("bids");
        let tries = (0..32).map(|_| team.post(&path, inputs::bid()));
        let replies = futures_util::future::join_all(tries).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 201 | 409)));
        assert_eq!(app.count("bids").await, 1);
    }

    async fn the_deadline_holds_to_the_microsecond_even_before_the_clock_has_closed_the_challenge(app: TestApp) {
        let story = Story::open(&app).await;
        let (early, late) = (story.drafted("keda").await, story.drafted("yuan").await);
        let closes_at = app.app.clock.now().plus(chrono::TimeDelta::days(30));
        app.app.clock.set(closes_at.plus(chrono::TimeDelta::microseconds(-1)));
        app.team("keda").await.does(&format!("/bids/{early}/submit")).await.is(200);
        app.app.clock.set(closes_at);
        app.team("yuan").await.does(&format!("/bids/{late}/submit")).await.is_refused(409, "deadline_passed");
        app.team("keda").await.does(&format!("/bids/{early}/withdraw")).await.is_refused(409, "deadline_passed");
        app.team("third").await.post(&story.path("bids"), inputs::bid()).await.is_refused(409, "deadline_passed");
    }

    async fn nobody_bids_before_the_window_opens(app: TestApp) {
        let story = Story::approved(&app).await;
        let window = json!({"opens_at": "2026-03-09T09:00:00+08:00", "closes_at": "2026-04-20T17:00:00+08:00"});
        app.officer().await.post(&story.path("publish"), window).await.is(200);
        app.team("keda").await.post(&story.path("bids"), inputs::bid()).await.is_refused(409, "not_yet_open");
        app.at("2026-03-09T01:00:00Z");
        app.team("keda").await.post(&story.path("bids"), inputs::bid()).await.is(201);
    }

    async fn a_sponsor_may_not_bid_on_its_own_challenge(app: TestApp) {
        use jiebang::domain::policy::Role::{Sponsor, Team};
        let story = Story::open(&app).await;
        let both = app.person("sponsor-team", "sponsor-works", None, &[Sponsor, Team]).await;
        both.post(&story.path("bids"), inputs::bid()).await.is_refused(403, "forbidden");
    }

    async fn before_the_opening_nobody_but_the_team_can_tell_that_a_bid_exists(app: TestApp) {
        let story = Story::open(&app).await;
        let watchers = [
            app.officer().await, app.examiner().await, app.director().await, app.auditor().await, app.leader().await,
            app.sponsor().await, app.team("yuan").await, app.expert(1).await, app.commissioner().await, app.anyone(),
        ];
        let places = [
            "/bids".to_owned(), format!("/bids?challenge_id={}", story.challenge), "/audit?outcome=accepted&limit=100".into(), "/portfolio/summary".into(),
            format!("/challenges/{}", story.challenge), story.path("rounds"), "/challenges".into(), "/projects".into(), "/reviews".into(),
        ];
        let teams = ["keda", "t2", "t3", "t4", "t5", "t6", "t7"];
        let mut seen = Vec::new();
        for bids in [0, teams.len()] {
            // The watchers sign in before, so that the log holds the same either way.
            for watcher in &watchers { watcher.token().await; }
            for team in teams { app.team(team).await.token().await; }
            for team in teams.iter().take(bids) {
                let bid = story.submitted(team).await;
                for watcher in watchers.iter().take(9) {
                    watcher.get(&format!("/bids/{bid}")).await.is_refused(404, "not_found");
                    watcher.does(&format!("/bids/{bid}/submit")).await.is_refused(404, "not_found");
                }
            }
            let mut answers = Vec::new();
            for watcher in &watchers {
                for place in &places {
                    let reply = watcher.with("X-Request-Id", "watching").get(place).await;
                    let own = place.starts_with("/audit") && watcher.email.starts_with("auditor");
                    let tag = if own { String::new() } else { reply.header("ETag") };
                    let body = if own { business(&reply.text) } else { reply.text };
                    answers.push((watcher.email.clone(), place.clone(), reply.status.as_u16(), tag, body));
                }
            }
            seen.push(answers);
        }
        for (without, with) in seen[0].iter().zip(&seen[1]) {
            assert_eq!(without, with);
        }
        story.close().await;
        assert_eq!(app.officer().await.get("/bids").await.is(200)["items"], json!([]));
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert_eq!(app.officer().await.get("/bids").await.is(200)["items"].as_array().unwrap().len(), teams.len());
        let log = app.auditor().await.get("/audit?action=bid.submit&outcome=accepted").await.is(200);
        assert_eq!(log["items"].as_array().unwrap().len(), teams.len());
    }

    async fn drafts_and_withdrawn_bids_stay_the_teams_own_after_the_opening(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let draft = story.drafted("yuan").await;
        app.team("keda").await.does(&format!("/bids/{}/withdraw", story.bid)).await.is(200);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        for bid in [&draft, &story.bid] {
            app.officer().await.get(&format!("/bids/{bid}")).await.is_refused(404, "not_found");
        }
        assert_eq!(app.officer().await.get("/bids").await.is(200)["items"], json!([]));
        app.team("yuan").await.get(&format!("/bids/{draft}")).await.is(200);
    }

    async fn the_department_reads_what_was_submitted_and_not_the_working_copy(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let team = app.team("keda").await;
        let path = format!("/bids/{}", story.bid);
        let version = team.get(&path).await.is(200)["version"].as_i64().unwrap();
        let mut input = inputs::bid();
        input["technical_plan"] = json!("事后修改");
        team.put(&path, version, input).await.is(200);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert_eq!(app.officer().await.get(&path).await.is(200)["content"]["technical_plan"], "两段变压吸附耦合膜分离。");
    }

    async fn an_examination_answers_every_item_and_one_failed_item_makes_a_bid_doubted(app: TestApp) {
        let story = Story::screening(&app).await;
        let examiner = app.examiner().await;
        let path = format!("/bids/{}/examine", story.bid);
        let mut short = inputs::examination(&["F2"]);
        short["items"].as_array_mut().unwrap().pop();
        short["items"][1]["reason"] = Value::Null;
        examiner.post(&path, short).await.has_faults(&[("items.F16", "required"), ("items.F2.reason", "required")]);
        let done = examiner.post(&path, inputs::examination(&["F3"])).await.is(200);
        assert_eq!(done["stage"], "doubted");
        examiner.post(&path, inputs::examination(&[])).await.is_refused(409, "wrong_stage");
    }

    async fn an_examiner_of_the_owning_division_steps_aside(app: TestApp) {
        use jiebang::domain::policy::Role::Examiner;
        let story = Story::screening(&app).await;
        let near = app.person("near", "department", Some("业务一处"), &[Examiner]).await;
        let problem = near.post(&format!("/bids/{}/examine", story.bid), inputs::examination(&[])).await.is_refused(403, "forbidden");
        assert_eq!(problem["detail"], "您与本事项存在利益关系，应当回避");
    }

    async fn a_review_starts_only_when_every_bid_is_examined(app: TestApp) {
        let story = Story::with_bid(&app).await;
        story.submitted("yuan").await;
        story.close().await;
        let officer = app.officer().await;
        officer.does(&story.path("open_bids")).await.is(200);
        story.examined(&story.bid, &[]).await;
        officer.does(&story.path("start_review")).await.is_refused(409, "bids_not_examined");
    }
}

/// The rows of an audit page that are not about signing in.
fn business(page: &str) -> String {
    let page: Value = serde_json::from_str(page).unwrap();
    let rows = page["items"].as_array().unwrap().iter().filter(|row| row["object_kind"] != "session" && row["object_kind"] != "audit");
    rows.map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
