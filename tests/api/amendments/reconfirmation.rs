//! What a correction does to bids: confirmed by their teams, or never opened.

use super::{after, amended, asked, correction, seen};
use crate::support::{Caller, Reply, Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

async fn stage_of(story: &Story<'_>, team: &str, bid: &str) -> Value {
    story.app.team(team).await.get(&format!("/bids/{bid}")).await.is(200)["stage"].clone()
}

/// Submits a working copy anew whose first indicator is `value`.
async fn promises(team: &Caller, bid: &str, value: &str) -> Reply {
    let path = format!("/bids/{bid}");
    let mut input = inputs::bid();
    input["indicators"][0]["value"] = json!(value);
    team.put(&path, team.get(&path).await.is(200)["version"].as_i64().unwrap(), input).await.is(200);
    team.does(&format!("{path}/resubmit")).await
}

on_both! {
    async fn a_corrected_challenge_opens_those_bids_alone_that_were_confirmed(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let (silent, taken_back, draft) = (story.submitted("silent").await, story.submitted("back").await, story.drafted("yuan").await);
        app.days_later(25);
        let path = amended(&story, correction("97")).await;
        let now = seen(&story).await;
        assert_eq!(now["closes_at"], after(&app, 10).as_str());
        assert_eq!(now["indicators"][0]["target"], "97");
        let shown = app.anyone().get(&path).await.is(200);
        let change = &shown["changes"][0];
        assert_eq!((&change["field"], &change["before"][0]["target"], &change["after"][0]["target"]), (&json!("indicators"), &json!("95"), &json!("97")));
        let team = app.team("keda").await;
        assert_eq!(stage_of(&story, "keda", &story.bid).await, "needs_reconfirmation");
        assert_eq!(stage_of(&story, "yuan", &draft).await, "draft");
        app.team("back").await.does(&format!("/bids/{taken_back}/withdraw")).await.is(200);
        // It is still the organisation's one live bid, and is held against the amended demands.
        team.post(&story.path("bids"), inputs::bid()).await.is_refused(409, "live_bid_exists");
        team.does(&format!("/bids/{}/resubmit", story.bid)).await.has_faults(&[("indicators.K1", "weaker_than_target")]);
        app.team("yuan").await.does(&format!("/bids/{draft}/submit")).await.has_faults(&[("indicators.K1", "weaker_than_target")]);
        let confirmed = promises(&team, &story.bid, "97.5").await.is(200);
        assert_eq!((&confirmed["stage"], &confirmed["receipt"]["submission"]), (&json!("submitted"), &json!(2)));
        app.letters().await;
        app.days_later(10);
        assert_eq!(app.tick().await, 1);
        let mail = app.mail().await;
        assert_eq!(mail[0], ("bid_lapsed".to_owned(), "team-silent@test.example".to_owned()));
        assert_eq!(mail.iter().filter(|(_, to)| to == "team-silent@test.example").count(), 1);
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        let round = app.anyone().get(&story.path("rounds")).await.is(200)["items"][0].clone();
        assert_eq!((&round["bids"], &round["opening"]["intact"]), (&json!(1), &json!(true)));
        assert_eq!(round["opening"]["bids"].as_array().unwrap().len(), 1);
        assert_eq!(stage_of(&story, "silent", &silent).await, "lapsed");
        for bid in [&silent, &taken_back, &draft] {
            app.officer().await.get(&format!("/bids/{bid}")).await.is_refused(404, "not_found");
        }
        assert_eq!(app.officer().await.get("/bids").await.is(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(app.count("bid_openings").await, 1);
        assert_eq!(app.count("figures WHERE kind = 'bids' AND stage <> 'submitted'").await, 0);
        story.examined(&story.bid, &[]).await;
        app.officer().await.does(&story.path("start_review")).await.is(200);
    }

    async fn a_round_in_which_no_bid_was_confirmed_had_none(app: TestApp) {
        let story = Story::with_bid(&app).await;
        amended(&story, correction("97")).await;
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        let failed = json!({"reason_code": "no_bids", "reason": "无有效揭榜"});
        app.director().await.post(&story.path("fail"), failed).await.is(200);
        assert_eq!(stage_of(&story, "keda", &story.bid).await, "lapsed");
    }

    async fn a_submission_at_the_moment_of_a_correction_stands_only_if_it_met_the_amended_demands(app: TestApp) {
        let story = Story::open(&app).await;
        for number in 0..6 {
            let name = format!("bidder{number}");
            let bid = story.drafted(&name).await;
            let (team, director) = (app.team(&name).await, app.director().await);
            let path = asked(&story, correction(&format!("{}", 97 + number % 2))).await;
            team.token().await;
            director.token().await;
            let (submit, approve) = (format!("/bids/{bid}/submit"), format!("{path}/approve"));
            let (submitted, effected) = tokio::join!(team.does(&submit), director.does(&approve));
            effected.is(200);
            let stage = stage_of(&story, &name, &bid).await;
            if submitted.status == 200 {
                assert_eq!(stage, "needs_reconfirmation", "it was taken by the demands before");
            } else {
                submitted.has_faults(&[("indicators.K1", "weaker_than_target")]);
                assert_eq!(stage, "draft");
            }
            // The demands are those of before again.
            amended(&story, correction("95")).await;
        }
    }
}
