//! Disqualifications: proposed by supervision, decided by a director, with the same consequences as when a bid leaves.

use crate::leaving::{decided, leaves, publicised};
use crate::objections::{answer, filed};
use crate::reviews::race;
use crate::satisfactions::due;
use crate::support::{Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

pub fn decision() -> Value {
    json!({"decision_no": "示科发〔2026〕31号"})
}

/// Supervision proposes it; answers its path.
pub async fn proposed(app: &TestApp, bid: &str) -> String {
    let kept = app.supervisor().await.post(&format!("/bids/{bid}/disqualifications"), inputs::disqualification()).await.is(201);
    format!("/disqualifications/{}", kept["id"].as_str().unwrap())
}

/// Proposed and decided.
pub async fn disqualified(app: &TestApp, bid: &str) {
    let path = proposed(app, bid).await;
    app.letters().await;
    assert_eq!(app.director().await.post(&format!("{path}/approve"), decision()).await.is(200)["stage"], "approved");
}

async fn told(app: &TestApp) -> Vec<String> {
    app.mail().await.into_iter().map(|(name, to)| format!("{name} {}", to.trim_end_matches("@test.example"))).collect()
}

async fn stage(app: &TestApp, path: &str) -> String {
    app.officer().await.get(path).await.is(200)["stage"].as_str().unwrap().to_owned()
}

on_both! {
    async fn supervision_proposes_and_a_director_without_a_part_in_it_decides(app: TestApp) {
        let story = Story::screening(&app).await;
        let bid = format!("/bids/{}", story.bid);
        let path = format!("{bid}/disqualifications");
        let (supervisor, director, team) = (app.supervisor().await, app.director().await, app.team("keda").await);
        for other in [app.officer().await, director.clone(), team.clone(), app.auditor().await] {
            other.post(&path, inputs::disqualification()).await.is_refused(403, "forbidden");
        }
        app.team("yuan").await.post(&path, inputs::disqualification()).await.is_refused(404, "not_found");
        supervisor.post(&path, json!({"finding": "bad", "finding_no": "1", "secret": 1})).await.has_faults(&[
            ("finding", "unknown_code"), ("finding_no", "too_short"), ("reason", "required"), ("secret", "unknown_field"),
        ]);
        // Whoever has a part in the case does not propose it: of the bidder, of the sponsor, stepped aside.
        for organization in ["keda", "sponsor-works"] {
            let near = app.person(&format!("near-{organization}"), organization, None, &[Role::Supervisor]).await;
            near.post(&path, inputs::disqualification()).await.is_refused(403, "forbidden");
        }
        let aside = app.person("aside", "department", None, &[Role::Supervisor, Role::Director]).await;
        aside.post(&story.path("recusals"), json!({"reason": "亲属在申请单位任职"})).await.is(201);
        aside.post(&path, inputs::disqualification()).await.is_refused(403, "forbidden");
        let both = app.person("both", "department", Some("办公室"), &[Role::Supervisor, Role::Director]).await;
        app.letters().await;
        let kept = both.post(&path, inputs::disqualification()).await.is(201);
        let case = format!("/disqualifications/{}", kept["id"].as_str().unwrap());
        assert!(told(&app).await.iter().all(|letter| letter.starts_with("disqualification_proposed ")));
        supervisor.post(&path, inputs::disqualification()).await.is_refused(409, "disqualification_waits");
        // What is only proposed is nothing for the team or the officer.
        assert_eq!(team.get(&path).await.is(200)["items"], json!([]));
        team.get(&case).await.is_refused(404, "not_found");
        app.officer().await.get(&case).await.is_refused(404, "not_found");
        app.officer().await.get(&path).await.is_refused(403, "forbidden");
        assert_eq!(app.auditor().await.get(&path).await.is(200)["items"][0]["finding"], "false_statement");
        // It lies on the desk of whoever may decide it, and on no other.
        for (who, count) in [(&director, 1), (&both, 0), (&aside, 0)] {
            let desk = who.get("/me/desk").await.is(200);
            let waits = desk["items"].as_array().unwrap().iter().filter(|item| item["path"] == case.as_str()).count();
            assert_eq!(waits, count, "{desk}");
        }
        // Two people, and neither of them with a part in it.
        for one in [both.clone(), aside, supervisor.clone()] {
            one.post(&format!("{case}/approve"), decision()).await.is_refused(403, "forbidden");
        }
        director.post(&format!("{case}/approve"), json!({})).await.has_faults(&[("decision_no", "required")]);
        director.post(&format!("{case}/decline"), json!({"reason": "证据不足"})).await.is(200);
        assert_eq!(told(&app).await, ["disqualification_declined both"]);
        assert_eq!(stage(&app, &bid).await, "submitted");
        director.post(&format!("{case}/approve"), decision()).await.is_refused(409, "wrong_stage");
        let case = proposed(&app, &story.bid).await;
        app.letters().await;
        assert_eq!(director.post(&format!("{case}/approve"), decision()).await.is(200)["decision_no"], "示科发〔2026〕31号");
        let mut letters = app.letters().await;
        letters.sort_by_key(|letter| letter.to.clone());
        let heard: Vec<String> = letters.iter().map(|letter| format!("{} {}", letter.notice, letter.to)).collect();
        assert_eq!(heard, ["bid_disqualified officer@test.example", "bid_disqualified team-keda@test.example"]);
        assert!(letters[1].text.contains("所附检测报告系伪造") && letters[1].text.contains("示科发〔2026〕31号"));
        assert_eq!(stage(&app, &bid).await, "disqualified");
        assert_eq!(team.get(&path).await.is(200)["items"][0]["stage"], "approved");
        team.get(&case).await.is(200);
        // It is no restriction, and the round fails as if it had never come.
        assert_eq!(app.count("restrictions").await, 0);
        team.post(&format!("{bid}/leave"), inputs::leave(&app)).await.is_refused(409, "wrong_stage");
        supervisor.post(&path, inputs::disqualification()).await.is_refused(409, "wrong_stage");
        let none = json!({"reason_code": "no_bids", "reason": "唯一申请被取消资格"});
        assert_eq!(director.post(&story.path("fail"), none).await.is(200)["stage"], "failed");
        assert_eq!(app.count(crate::portfolio::WRONG).await, 0);
    }

    async fn before_the_opening_and_after_the_award_nobody_is_disqualified(app: TestApp) {
        let story = Story::closed(&app).await;
        let path = format!("/bids/{}/disqualifications", story.bid);
        app.supervisor().await.post(&path, inputs::disqualification()).await.is_refused(404, "not_found");
        app.supervisor().await.get(&path).await.is_refused(404, "not_found");
        let story = Story::awarded(&app).await;
        let path = format!("/bids/{}/disqualifications", story.bid);
        app.supervisor().await.post(&path, inputs::disqualification()).await.is_refused(409, "wrong_stage");
    }

    async fn reviews_and_the_sponsors_word_are_asked_for_no_more(app: TestApp) {
        let (story, lanes, mut proposal) = race(&app, [inputs::bid(), inputs::bid()]).await;
        app.officer().await.post(&story.path("ask_sponsor"), due(&app)).await.is(200);
        let review = story.assigned(&lanes[1], 4).await;
        disqualified(&app, &lanes[1]).await;
        assert_eq!(told(&app).await, [
            "bid_disqualified officer", "bid_disqualified team-yuan", "panel_complete officer", "review_released expert4", "satisfaction_dropped sponsor",
        ]);
        app.expert(4).await.post(&format!("/reviews/{review}/declare"), json!({"no_conflict": true})).await.is_refused(409, "wrong_stage");
        story.satisfied().await;
        proposal["selections"].as_array_mut().unwrap().pop();
        app.officer().await.post(&story.path("propose"), proposal).await.is(201);
    }

    async fn a_decision_by_which_it_was_to_win_lapses(app: TestApp) {
        let (story, lanes) = decided(&app).await;
        disqualified(&app, &lanes[0]).await;
        assert_eq!(told(&app).await, [
            "bid_disqualified officer", "bid_disqualified team-keda", "decision_lapsed director", "decision_lapsed officer",
        ]);
        assert_eq!(stage(&app, &format!("/decisions/{}", story.decision)).await, "lapsed");
        assert_eq!(stage(&app, &format!("/challenges/{}", story.challenge)).await, "reviewing");
    }

    async fn nothing_is_awarded_while_it_waits_and_a_winner_makes_room_for_the_reserve_without_a_word_to_rivals(app: TestApp) {
        let (story, lanes) = publicised(&app).await;
        let (officer, director) = (app.officer().await, app.director().await);
        let case = proposed(&app, &lanes[0]).await;
        app.days_later(13);
        director.does(&story.path("award")).await.is_refused(409, "disqualification_waits");
        app.letters().await;
        director.post(&format!("{case}/approve"), decision()).await.is(200);
        let letters = app.letters().await;
        let heard: Vec<String> = letters.iter().map(|letter| format!("{} {}", letter.notice, letter.to.trim_end_matches("@test.example"))).collect();
        let expected = ["bid_disqualified team-keda", "bid_disqualified officer", "publicity_replaced sponsor", "reserve_called team-yuan", "reserve_called officer"];
        assert!(heard.len() == 5 && expected.iter().all(|letter| heard.iter().any(|one| one == letter)), "{heard:?}");
        let others = letters.iter().filter(|letter| letter.to.starts_with("team-yuan") || letter.to.starts_with("sponsor"));
        assert!(others.into_iter().all(|letter| !letter.text.contains("取消资格") && !letter.text.contains("检测报告") && !letter.text.contains("keda")));
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        let public = app.anyone().get(&story.path("publicity")).await.text + &app.anyone().get(&story.path("rounds")).await.text;
        assert!(!public.contains("disqualif") && !public.contains("取消资格"));
        for rival in [app.team("yuan").await, app.sponsor().await, app.anyone()] {
            assert!(rival.get(&case).await.status.as_u16() >= 401);
        }
        app.days_later(13);
        director.does(&story.path("award")).await.is(200);
        assert_eq!(officer.get("/projects").await.is(200)["items"][0]["bid_id"], json!(lanes[1]));
    }

    async fn whoever_was_declined_or_waits_in_reserve_can_be_disqualified_and_the_publicity_goes_on(app: TestApp) {
        let (story, lanes) = publicised(&app).await;
        disqualified(&app, &lanes[2]).await;
        disqualified(&app, &lanes[1]).await;
        assert_eq!(stage(&app, &format!("/challenges/{}", story.challenge)).await, "publicity");
        app.days_later(13);
        app.director().await.does(&story.path("award")).await.is(200);
        let project = app.team("keda").await.get("/projects").await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        app.team("keda").await.post(&format!("/projects/{project}/forfeit"), crate::forfeits::why()).await.is(200);
        assert_eq!(stage(&app, &format!("/challenges/{}", story.challenge)).await, "failed", "nobody is called up");
    }

    async fn it_may_name_the_upheld_objection_by_which_it_came_to_light(app: TestApp) {
        let story = crate::objections::running(&app).await;
        let supervisor = app.supervisor().await;
        let (first, second) = (filed(&app, &story).await, filed(&app, &story).await);
        for (path, verdict) in [(&first, "dismissed"), (&second, "upheld")] {
            supervisor.does(&format!("{path}/admit")).await.is(200);
            supervisor.post(&format!("{path}/answer"), answer(verdict)).await.is(200);
        }
        let naming = |path: &str| {
            let mut input = inputs::disqualification();
            input["objection_id"] = json!(path.trim_start_matches("/objections/"));
            input
        };
        let path = format!("/bids/{}/disqualifications", story.bid);
        supervisor.post(&path, naming(&first)).await.has_faults(&[("objection_id", "not_upheld")]);
        supervisor.post(&path, naming(&uuid::Uuid::now_v7().to_string())).await.has_faults(&[("objection_id", "not_upheld")]);
        let kept = supervisor.post(&path, naming(&second)).await.is(201);
        app.director().await.post(&format!("/disqualifications/{}/approve", kept["id"].as_str().unwrap()), decision()).await.is(200);
        assert!(supervisor.get(&path).await.text.contains(second.trim_start_matches("/objections/")));
        assert_eq!(app.team("keda").await.get(&path).await.is(200)["items"][0]["objection_id"], json!(null), "the team does not learn that somebody objected");
    }

    async fn a_team_that_leaves_and_a_director_who_decides_at_once_leave_one_of_them(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let case = proposed(&app, &story.bid).await;
        let (director, team) = (app.director().await, app.team("keda").await);
        director.token().await;
        team.token().await;
        let (approve, leave) = (format!("{case}/approve"), format!("/bids/{}/leave", story.bid));
        let (approved, left) = tokio::join!(director.post(&approve, decision()), team.post(&leave, inputs::leave(&app)));
        let both = [approved.status.as_u16(), left.status.as_u16()];
        assert!(both == [200, 409] || both == [409, 200], "{both:?}: {} {}", approved.text, left.text);
        assert_eq!(stage(&app, &format!("/bids/{}", story.bid)).await, if both[0] == 200 { "disqualified" } else { "left" });
        // What came too late is declined.
        if both[0] == 409 {
            director.post(&format!("{case}/decline"), json!({"reason": "已退出"})).await.is(200);
        }
    }

    async fn a_bid_that_left_is_not_disqualified_as_well(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let case = proposed(&app, &story.bid).await;
        leaves(&app, "keda", &story.bid).await;
        app.director().await.post(&format!("{case}/approve"), decision()).await.is_refused(409, "wrong_stage");
        app.director().await.post(&format!("{case}/decline"), json!({"reason": "已退出"})).await.is(200);
        let path = format!("/bids/{}/disqualifications", story.bid);
        app.supervisor().await.post(&path, inputs::disqualification()).await.is_refused(409, "wrong_stage");
    }
}
