//! Leaving: a team takes its bid out after the closing, and what waited for it waits no longer.

use crate::reviews::race;
use crate::satisfactions::due;
use crate::sealing::keys;
use crate::support::race::judged;
use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

async fn stage(app: &TestApp, path: &str) -> String {
    app.officer().await.get(path).await.is(200)["stage"].as_str().unwrap().to_owned()
}

/// Leaves with a bid of a team, by a letter of today.
pub async fn leaves(app: &TestApp, team: &str, bid: &str) -> Value {
    app.team(team).await.post(&format!("/bids/{bid}/leave"), inputs::leave(app)).await.is(200)
}

async fn told(app: &TestApp) -> Vec<String> {
    app.mail().await.into_iter().map(|(name, to)| format!("{name} {}", to.trim_end_matches("@test.example"))).collect()
}

/// Decided and approved: keda wins, yuan is the first reserve, fan is declined. Answers the bids.
pub async fn decided(app: &TestApp) -> (Story<'_>, Vec<String>) {
    app.supervisor().await;
    let bids = [("keda", inputs::bid()), ("yuan", inputs::bid()), ("fan", inputs::bid())];
    let (mut story, lanes, mut proposal) = judged(app, &bids, 400).await;
    proposal["selections"] = json!([
        {"bid_id": lanes[0], "choice": "recommended", "award_fen": 400 * inputs::WAN},
        {"bid_id": lanes[1], "choice": "reserve", "reserve_order": 1},
        {"bid_id": lanes[2], "choice": "declined"},
    ]);
    story.satisfied().await;
    let decision = app.officer().await.post(&story.path("propose"), proposal).await.is(201);
    decision["id"].as_str().unwrap().clone_into(&mut story.decision);
    app.director().await.does(&format!("/decisions/{}/approve", story.decision)).await.is(200);
    story.bid.clone_from(&lanes[0]);
    app.letters().await;
    (story, lanes)
}

/// As [`decided`], in publicity.
pub async fn publicised(app: &TestApp) -> (Story<'_>, Vec<String>) {
    let (story, lanes) = decided(app).await;
    app.officer().await.post(&story.path("publicise"), story.publicity_window()).await.is(200);
    app.days_later(2);
    app.letters().await;
    (story, lanes)
}

async fn states(story: &Story<'_>) -> Vec<Value> {
    let all = story.app.anyone().get(&story.path("publicity")).await.is(200);
    all["items"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect()
}

on_both! {
    async fn before_the_closing_a_bid_is_withdrawn_and_after_it_leaves_by_a_letter_for_good(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let (team, path) = (app.team("keda").await, format!("/bids/{}/leave", story.bid));
        team.post(&path, inputs::leave(&app)).await.is_refused(409, "still_open");
        app.director().await.post(&story.path("suspend"), json!({"reason": "核实情况"})).await.is(200);
        team.post(&path, inputs::leave(&app)).await.is_refused(409, "suspended");
        app.director().await.post(&story.path("resume"), json!({"reason": "核实完毕"})).await.is(200);
        story.close().await;
        team.does(&format!("/bids/{}/withdraw", story.bid)).await.is_refused(409, "deadline_passed");
        team.post(&path, json!({"letter_no": "1", "letter_on": "someday", "reason": "", "secret": 1})).await.has_faults(&[
            ("letter_no", "too_short"), ("letter_on", "not_a_date"), ("reason", "required"), ("secret", "unknown_field"),
        ]);
        team.post(&path, json!({})).await.has_faults(&[("letter_no", "required"), ("letter_on", "required"), ("reason", "required")]);
        let mut early = inputs::leave(&app);
        early["letter_on"] = json!(app.app.clock.now().date().plus_days(1).to_string());
        team.post(&path, early).await.has_faults(&[("letter_on", "in_the_future")]);
        app.person("colleague", "keda", None, &[jiebang::domain::policy::Role::Team]).await.post(&path, inputs::leave(&app)).await.is_refused(403, "forbidden");
        app.team("yuan").await.post(&path, inputs::leave(&app)).await.is_refused(404, "not_found");
        app.officer().await.post(&path, inputs::leave(&app)).await.is_refused(404, "not_found");
        app.letters().await;
        assert_eq!(leaves(&app, "keda", &story.bid).await["stage"], "left");
        assert_eq!(told(&app).await, ["bid_left colleague", "bid_left team-keda"], "sealed as it is, nobody else hears of it");
        let exit = team.get(&format!("/bids/{}", story.bid)).await.is(200)["exit"].clone();
        assert_eq!((&exit["letter_no"], &exit["from_stage"], &exit["given_up"]), (&json!("科大函〔2026〕8号"), &json!("submitted"), &json!(false)));
        for verb in ["leave", "withdraw", "resubmit"] {
            team.post(&format!("/bids/{}/{verb}", story.bid), if verb == "leave" { inputs::leave(&app) } else { json!({}) }).await.is_refused(409, "wrong_stage");
        }
    }

    async fn before_the_opening_nobody_but_the_team_can_tell_that_a_bid_left(app: TestApp) {
        let story = Story::open(&app).await;
        let (keda, yuan) = (story.submitted("keda").await, story.submitted("yuan").await);
        story.close().await;
        let watchers = [app.officer().await, app.director().await, app.supervisor().await, app.leader().await, app.team("yuan").await, app.anyone()];
        let places = [
            format!("/bids?challenge_id={}", story.challenge), "/portfolio/summary".into(), format!("/challenges/{}", story.challenge),
            story.path("rounds"), format!("/bids/{keda}"), "/partnerships".into(),
        ];
        let mut seen = Vec::new();
        for leaving in [false, true] {
            if leaving {
                leaves(&app, "keda", &keda).await;
            }
            let mut answers = Vec::new();
            for watcher in &watchers {
                for place in &places {
                    let reply = watcher.with("X-Request-Id", "watching").get(place).await;
                    answers.push((place.clone(), reply.status.as_u16(), reply.header("ETag"), reply.text));
                }
            }
            seen.push(answers);
        }
        assert_eq!(seen[0], seen[1]);
        assert!(!app.auditor().await.get("/audit?limit=100").await.text.contains("bid.leave"));
        // Opened, the round shows what was received, and opens what stayed.
        let officer = app.officer().await;
        officer.does(&story.path("open_bids")).await.is(200);
        let round = app.anyone().get(&story.path("rounds")).await.is(200)["items"][0].clone();
        assert_eq!((&round["bids"], &round["opening"]["intact"]), (&json!(1), &json!(true)));
        let lines = round["opening"]["bids"].as_array().unwrap();
        let flaw = |bid: &str| lines.iter().find(|line| line["bid_id"] == bid).map(|line| line["flaw"].clone());
        assert_eq!((lines.len(), flaw(&keda), flaw(&yuan)), (2, Some(json!("left")), Some(json!(null))));
        assert!(keys(&app).is_empty(), "the key is gone: nobody will ever read the one that left");
        let shown = officer.get(&format!("/bids/{keda}")).await.is(200);
        assert_eq!((&shown["stage"], &shown["content"], &shown["flaw"]), (&json!("left"), &json!(null), &json!("left")));
        assert_eq!(shown["exit"]["reason"], "挂帅人调离，团队无法承担");
        assert!(app.auditor().await.get("/audit?limit=100").await.text.contains("bid.leave"));
        app.second_examiner().await.post(&format!("/bids/{keda}/examine"), inputs::examination(&[])).await.is_refused(409, "wrong_stage");
        story.examined(&yuan, &[]).await;
        officer.does(&story.path("start_review")).await.is(200);
        assert_eq!(app.count(crate::portfolio::WRONG).await, 0);
    }

    async fn a_round_that_every_bid_has_left_fails_for_want_of_a_valid_one(app: TestApp) {
        let story = Story::screening(&app).await;
        let ineligible = json!({"reason_code": "no_eligible_bid", "reason": "无合格申请"});
        let none = json!({"reason_code": "no_bids", "reason": "全部退出"});
        let director = app.director().await;
        director.post(&story.path("fail"), none.clone()).await.is_refused(409, "reason_does_not_hold");
        app.letters().await;
        leaves(&app, "keda", &story.bid).await;
        assert_eq!(told(&app).await, ["bid_left team-keda", "bidder_left officer"]);
        app.officer().await.does(&story.path("start_review")).await.is_refused(409, "no_eligible_bid");
        director.post(&story.path("fail"), ineligible).await.is_refused(409, "reason_does_not_hold");
        assert_eq!(director.post(&story.path("fail"), none).await.is(200)["stage"], "failed");
        assert_eq!(stage(&app, &format!("/bids/{}", story.bid)).await, "left");
        // In the next round it may bid again.
        director.post(&story.path("republish"), story.window()).await.is(200);
        app.team("keda").await.post(&story.path("bids"), inputs::bid()).await.is(201);
        app.team("keda").await.post(&format!("/bids/{}/leave", story.bid), inputs::leave(&app)).await.is_refused(409, "wrong_stage");
        assert_eq!(app.count(crate::portfolio::WRONG).await, 0);
    }

    async fn with_the_ineligible_left_the_rest_counts_when_a_round_fails(app: TestApp) {
        let mut story = Story::open(&app).await;
        story.bid = story.submitted("keda").await;
        let yuan = story.submitted("yuan").await;
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        story.examined(&yuan, &["F3"]).await;
        leaves(&app, "keda", &story.bid).await;
        app.days_later(20);
        app.team("yuan").await.post(&format!("/bids/{yuan}/leave"), inputs::leave(&app)).await.is_refused(409, "wrong_stage");
        let failed = json!({"reason_code": "no_eligible_bid", "reason": "无合格申请"});
        assert_eq!(app.director().await.post(&story.path("fail"), failed).await.is(200)["stage"], "failed");
    }

    async fn reviews_of_a_bid_that_left_are_asked_for_no_more_and_the_panel_is_complete_without_it(app: TestApp) {
        let (story, lanes, mut proposal) = race(&app, [inputs::bid(), inputs::bid()]).await;
        let officer = app.officer().await;
        let review = story.assigned(&lanes[1], 4).await;
        let (expert, judge) = (app.expert(4).await, app.expert(2).await);
        expert.post(&format!("/reviews/{review}/declare"), json!({"no_conflict": true})).await.is(200);
        judge.get(&format!("/bids/{}", lanes[1])).await.is(200);
        officer.post(&story.path("ask_sponsor"), due(&app)).await.is_refused(409, "reviews_missing");
        app.letters().await;
        leaves(&app, "yuan", &lanes[1]).await;
        assert_eq!(told(&app).await, [
            "bid_left team-yuan", "bidder_left officer", "panel_complete officer", "review_released expert4",
        ]);
        assert_eq!(stage(&app, &format!("/reviews/{review}")).await, "declined");
        expert.post(&format!("/reviews/{review}/submit"), inputs::scores("26")).await.is_refused(409, "wrong_stage");
        // Whoever had scored it reads it no more either; the sheet stays on record and ranks nobody.
        judge.get(&format!("/bids/{}", lanes[1])).await.is_refused(404, "not_found");
        assert_eq!(judge.get("/bids").await.is(200)["items"], json!([]));
        let table = officer.get(&story.path("scores")).await.is(200);
        assert_eq!(table["items"].as_array().unwrap().iter().map(|line| &line["bid_id"]).collect::<Vec<_>>(), [&json!(lanes[0])]);
        officer.post(&format!("/bids/{}/reviews", lanes[1]), json!({"expert_id": app.expert(6).await.id(), "due_at": "2027-01-01T00:00:00Z"})).await.is_refused(409, "wrong_stage");
        story.satisfied().await;
        officer.post(&story.path("propose"), proposal.clone()).await.has_faults(&[(&format!("selections.{}", lanes[1]), "unknown_bid")]);
        proposal["selections"].as_array_mut().unwrap().pop();
        officer.post(&story.path("propose"), proposal).await.is(201);
    }

    async fn the_sponsor_is_not_asked_about_a_bid_that_left_any_more(app: TestApp) {
        let (story, lanes, mut proposal) = race(&app, [inputs::bid(), inputs::bid()]).await;
        let (officer, sponsor) = (app.officer().await, app.sponsor().await);
        officer.post(&story.path("ask_sponsor"), due(&app)).await.is(200);
        app.letters().await;
        leaves(&app, "yuan", &lanes[1]).await;
        assert_eq!(told(&app).await, ["bid_left team-yuan", "bidder_left officer", "satisfaction_dropped sponsor"]);
        for row in sponsor.get(&story.path("satisfactions")).await.is(200)["items"].as_array().unwrap() {
            let give = sponsor.post(&format!("/satisfactions/{}/give", row["id"].as_str().unwrap()), inputs::grade("satisfied")).await;
            if row["bid_id"] == lanes[1].as_str() {
                assert_eq!(row["stage"], "dropped");
                give.is_refused(409, "wrong_stage");
            } else {
                give.is(200);
            }
        }
        proposal["selections"].as_array_mut().unwrap().pop();
        officer.post(&story.path("propose"), proposal).await.is(201);
    }

    async fn a_decision_by_which_it_was_to_win_lapses_and_is_taken_anew(app: TestApp) {
        let (story, lanes) = decided(&app).await;
        let (officer, director) = (app.officer().await, app.director().await);
        leaves(&app, "keda", &lanes[0]).await;
        // Nobody knew that it was to win, so it has given up nothing; and no rival hears of it.
        assert_eq!(told(&app).await, ["bid_left team-keda", "bidder_left officer", "decision_lapsed director", "decision_lapsed officer"]);
        assert_eq!(officer.get(&format!("/bids/{}", lanes[0])).await.is(200)["exit"]["given_up"], false);
        assert_eq!(stage(&app, &format!("/challenges/{}", story.challenge)).await, "reviewing");
        assert_eq!(stage(&app, &format!("/decisions/{}", story.decision)).await, "lapsed");
        director.does(&format!("/decisions/{}/approve", story.decision)).await.is_refused(409, "wrong_stage");
        officer.post(&story.path("publicise"), story.publicity_window()).await.is_refused(409, "wrong_stage");
        let mut again = story.proposal();
        again["selections"] = json!([
            {"bid_id": lanes[1], "choice": "recommended", "award_fen": 300 * inputs::WAN}, {"bid_id": lanes[2], "choice": "declined"},
        ]);
        officer.post(&story.path("propose"), again).await.is(201);
    }

    async fn a_decision_stands_without_a_reserve_that_left(app: TestApp) {
        let (story, lanes) = decided(&app).await;
        leaves(&app, "yuan", &lanes[1]).await;
        leaves(&app, "fan", &lanes[2]).await;
        assert_eq!(stage(&app, &format!("/decisions/{}", story.decision)).await, "approved");
        app.letters().await;
        app.officer().await.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        assert!(told(&app).await.iter().all(|letter| !letter.ends_with("yuan") && !letter.ends_with("fan")));
        app.days_later(13);
        app.director().await.does(&story.path("award")).await.is(200);
        assert_eq!(app.count("projects").await, 1);
    }

    async fn a_winner_that_leaves_the_publicity_gives_up_and_the_reserve_moves_up_with_a_new_one(app: TestApp) {
        let (story, lanes) = publicised(&app).await;
        let (officer, director) = (app.officer().await, app.director().await);
        leaves(&app, "keda", &lanes[0]).await;
        let letters = app.letters().await;
        let rivals = letters.iter().filter(|letter| letter.to.starts_with("team-yuan") || letter.to.starts_with("sponsor"));
        assert!(rivals.clone().count() == 2 && rivals.into_iter().all(|letter| !letter.text.contains("keda") && !letter.text.contains("退出")));
        let mut heard: Vec<String> = letters.iter().map(|letter| format!("{} {}", letter.notice, letter.to.trim_end_matches("@test.example"))).collect();
        heard.sort();
        assert_eq!(heard, [
            "bid_given_up officer", "bid_given_up supervisor", "bid_left team-keda", "publicity_replaced sponsor", "reserve_called officer",
            "reserve_called team-yuan",
        ]);
        // It is noted, and restricts nobody.
        assert_eq!(app.supervisor().await.get(&format!("/bids/{}", lanes[0])).await.is(200)["exit"]["given_up"], true);
        assert!(app.auditor().await.get("/audit?action=bid.note_forfeit&outcome=accepted").await.is(200)["items"].as_array().unwrap().len() == 1);
        assert_eq!(app.count("restrictions").await, 0);
        assert_eq!(stage(&app, &format!("/challenges/{}", story.challenge)).await, "deciding");
        assert_eq!(states(&story).await, ["interrupted"]);
        director.does(&story.path("award")).await.is_refused(409, "wrong_stage");
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        // Who was declined before hears nothing twice.
        assert_eq!(told(&app).await, ["bid_recommended team-yuan", "publicity_opened director", "publicity_opened officer", "publicity_opened sponsor"]);
        assert_eq!(states(&story).await, ["ahead", "interrupted"]);
        assert!(!app.anyone().get(&story.path("publicity")).await.text.contains("given_up"));
        director.does(&story.path("award")).await.is_refused(409, "publicity_running");
        app.days_later(13);
        director.does(&story.path("award")).await.is(200);
        let project = officer.get("/projects").await.is(200)["items"][0].clone();
        assert_eq!((&project["bid_id"], &project["award_fen"]), (&json!(lanes[1]), &json!(400 * inputs::WAN)));
        app.team("keda").await.post(&format!("/bids/{}/leave", lanes[0]), inputs::leave(&app)).await.is_refused(409, "wrong_stage");
        app.team("yuan").await.post(&format!("/bids/{}/leave", lanes[1]), inputs::leave(&app)).await.is_refused(409, "wrong_stage");
        assert_eq!(app.count(crate::portfolio::WRONG).await, 0);
    }

    async fn a_reserve_that_moved_up_and_leaves_gives_up_too_and_the_others_come_back_before_the_panel(app: TestApp) {
        let (story, lanes) = publicised(&app).await;
        leaves(&app, "keda", &lanes[0]).await;
        app.letters().await;
        leaves(&app, "yuan", &lanes[1]).await;
        assert_eq!(told(&app).await, [
            "bid_given_up officer", "bid_given_up supervisor", "bid_left team-yuan", "decision_lapsed director", "decision_lapsed officer",
        ]);
        assert_eq!(stage(&app, &format!("/challenges/{}", story.challenge)).await, "reviewing");
        assert_eq!(stage(&app, &format!("/bids/{}", lanes[2])).await, "eligible");
        let mut again = story.proposal();
        again["selections"] = json!([{"bid_id": lanes[2], "choice": "recommended", "award_fen": 300 * inputs::WAN}]);
        app.officer().await.post(&story.path("propose"), again).await.is(201);
    }

    async fn a_lane_that_leaves_takes_the_publicity_of_the_others_with_it_and_they_stay_winners(app: TestApp) {
        let (story, lanes, proposal) = race(&app, [inputs::bid(), inputs::bid()]).await;
        let (officer, director) = (app.officer().await, app.director().await);
        story.satisfied().await;
        let decision = officer.post(&story.path("propose"), proposal).await.is(201)["id"].as_str().unwrap().to_owned();
        director.does(&format!("/decisions/{decision}/approve")).await.is(200);
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        app.letters().await;
        leaves(&app, "keda", &lanes[0]).await;
        assert_eq!(told(&app).await, ["bid_given_up officer", "bid_left team-keda", "publicity_replaced sponsor", "publicity_replaced team-yuan"]);
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        app.days_later(13);
        director.does(&story.path("award")).await.is(200);
        let projects = officer.get("/projects").await.is(200);
        assert_eq!(projects["items"].as_array().unwrap().iter().map(|row| &row["bid_id"]).collect::<Vec<_>>(), [&json!(lanes[1])]);
    }

    async fn when_the_last_winner_leaves_the_publicity_the_round_can_fail(app: TestApp) {
        let story = Story::publicity(&app).await;
        app.letters().await;
        leaves(&app, "keda", &story.bid).await;
        assert_eq!(told(&app).await, [
            "bid_given_up officer", "bid_left team-keda", "decision_lapsed director", "decision_lapsed officer", "decision_lapsed sponsor",
        ]);
        assert_eq!((stage(&app, &format!("/challenges/{}", story.challenge)).await.as_str(), states(&story).await), ("reviewing", vec![json!("interrupted")]));
        app.officer().await.post(&story.path("propose"), story.proposal()).await.is_refused(409, "reviews_missing");
        let none = json!({"reason_code": "no_bids", "reason": "拟立项单位退出"});
        for other in ["below_threshold", "sponsor_unsatisfied", "no_eligible_bid"] {
            app.director().await.post(&story.path("fail"), json!({"reason_code": other, "reason": "不符"})).await.is_refused(409, "reason_does_not_hold");
        }
        assert_eq!(app.director().await.post(&story.path("fail"), none).await.is(200)["stage"], "failed");
    }

    async fn after_an_award_a_reserve_that_was_called_up_and_leaves_ends_the_round_or_leaves_the_other_lane_alone(app: TestApp) {
        let (story, lanes, project) = crate::forfeits::with_reserve(&app).await;
        app.team("keda").await.post(&format!("/projects/{project}/forfeit"), crate::forfeits::why()).await.is(200);
        app.letters().await;
        leaves(&app, "yuan", &lanes[1]).await;
        assert_eq!(told(&app).await, [
            "bid_given_up officer", "bid_left team-yuan", "challenge_failed director", "challenge_failed officer", "challenge_failed sponsor",
            "decision_lapsed director", "decision_lapsed officer",
        ]);
        assert_eq!(stage(&app, &format!("/challenges/{}", story.challenge)).await, "failed");
        assert_eq!(app.anyone().get(&story.path("rounds")).await.is(200)["items"][0]["fail_reason"], "forfeited");
        assert_eq!(states(&story).await, ["over"], "what ran its time is not interrupted by it");
        // Two winners and a reserve: the other lane is not touched.
        let bids = [("t1", inputs::bid()), ("t2", inputs::bid()), ("t3", inputs::bid())];
        let (story, lanes, mut proposal) = judged(&app, &bids, 200).await;
        let (officer, director) = (app.officer().await, app.director().await);
        proposal["selections"][2] = json!({"bid_id": lanes[2], "choice": "reserve", "reserve_order": 1});
        story.satisfied().await;
        let decision = officer.post(&story.path("propose"), proposal).await.is(201)["id"].as_str().unwrap().to_owned();
        director.does(&format!("/decisions/{decision}/approve")).await.is(200);
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        app.days_later(13);
        director.does(&story.path("award")).await.is(200);
        let own = app.team("t1").await.get("/projects").await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        app.team("t1").await.post(&format!("/projects/{own}/forfeit"), crate::forfeits::why()).await.is(200);
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        leaves(&app, "t3", &lanes[2]).await;
        assert_eq!(stage(&app, &format!("/challenges/{}", story.challenge)).await, "awarded");
        let other = app.team("t2").await.get("/projects").await.is(200)["items"][0].clone();
        assert_eq!(other["stage"], "signing");
    }

    async fn a_reserve_leaves_also_while_the_winner_signs_and_is_not_called_up(app: TestApp) {
        let (story, lanes, project) = crate::forfeits::with_reserve(&app).await;
        assert_eq!(leaves(&app, "yuan", &lanes[1]).await["stage"], "left");
        app.team("keda").await.post(&format!("/projects/{project}/forfeit"), crate::forfeits::why()).await.is(200);
        assert_eq!(stage(&app, &format!("/challenges/{}", story.challenge)).await, "failed");
    }

    async fn an_award_and_a_winner_that_leaves_at_once_leave_one_of_them(app: TestApp) {
        let story = Story::publicity(&app).await;
        app.days_later(13);
        let (director, team) = (app.director().await, app.team("keda").await);
        director.token().await;
        team.token().await;
        let (award, leave) = (story.path("award"), format!("/bids/{}/leave", story.bid));
        let (awarded, left) = tokio::join!(director.does(&award), team.post(&leave, inputs::leave(&app)));
        let both = [awarded.status.as_u16(), left.status.as_u16()];
        assert!(both == [200, 409] || both == [409, 200], "{both:?}: {} {}", awarded.text, left.text);
        assert_eq!(app.count("projects").await, i64::from(both[0] == 200));
        let at = stage(&app, &format!("/challenges/{}", story.challenge)).await;
        assert_eq!(at, if both[0] == 200 { "awarded" } else { "reviewing" });
    }
}
