//! The sponsor's satisfaction: asked before anything is decided, and decisive where it is missing.

use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

pub fn due(app: &TestApp) -> Value {
    json!({"due_at": app.app.clock.now().plus(chrono::TimeDelta::days(5)).to_string()})
}

pub async fn first(story: &Story<'_>) -> String {
    let listed = story.app.sponsor().await.get(&story.path("satisfactions")).await.is(200);
    format!("/satisfactions/{}", listed["items"][0]["id"].as_str().unwrap())
}

on_both! {
    async fn nothing_is_decided_before_the_sponsor_has_answered_on_every_bid(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let officer = app.officer().await;
        officer.post(&story.path("ask_sponsor"), due(&app)).await.is_refused(409, "reviews_missing");
        story.scored(&story.bid, 1, "26").await;
        officer.post(&story.path("propose"), story.proposal()).await.is_refused(409, "satisfaction_missing");
        app.letters().await;
        officer.post(&story.path("ask_sponsor"), due(&app)).await.is(200);
        assert_eq!(app.mail().await, [("satisfaction_asked".to_owned(), "sponsor@test.example".to_owned())]);
        officer.post(&story.path("ask_sponsor"), due(&app)).await.is_refused(409, "nothing_to_ask");
        officer.post(&story.path("propose"), story.proposal()).await.is_refused(409, "satisfaction_missing");
        let sponsor = app.sponsor().await;
        let path = first(&story).await;
        let seen = sponsor.get(&path).await.is(200);
        // The name and what is new: no score, no amount.
        assert_eq!(seen["summary"], "吸附剂与工艺均为自主研发。");
        assert!(seen.as_object().unwrap().keys().all(|key| !key.contains("score") && !key.contains("fen")), "{seen}");
        sponsor.get(&story.path("scores")).await.is_refused(403, "forbidden");
        sponsor.post(&format!("{path}/give"), json!({"grade": "splendid", "reasons": "好"})).await.has_faults(&[
            ("grade", "unknown_code"), ("reasons", "too_short"),
        ]);
        officer.post(&format!("{path}/give"), inputs::grade("satisfied")).await.is_refused(403, "forbidden");
        app.team("keda").await.get(&path).await.is_refused(404, "not_found");
        sponsor.post(&format!("{path}/give"), inputs::grade("satisfied")).await.is(200);
        sponsor.post(&format!("{path}/give"), inputs::grade("unsatisfied")).await.is_refused(409, "wrong_stage");
        assert_eq!(app.mail().await, [("satisfaction_given".to_owned(), "officer@test.example".to_owned())]);
        officer.post(&story.path("propose"), story.proposal()).await.is(201);
    }

    async fn a_bid_that_the_sponsor_is_not_satisfied_with_cannot_win_and_the_round_may_fail(app: TestApp) {
        let story = Story::reviewing(&app).await;
        story.scored(&story.bid, 1, "26").await;
        let officer = app.officer().await;
        officer.post(&story.path("ask_sponsor"), due(&app)).await.is(200);
        let fail = json!({"reason_code": "sponsor_unsatisfied", "reason": "需求方认为方案不适用"});
        app.director().await.post(&story.path("fail"), fail.clone()).await.is_refused(409, "reason_does_not_hold");
        app.sponsor().await.post(&format!("{}/give", first(&story).await), inputs::grade("unsatisfied")).await.is(200);
        let field = format!("selections.{}", story.bid);
        officer.post(&story.path("propose"), story.proposal()).await.has_faults(&[(&field, "sponsor_unsatisfied")]);
        assert_eq!(app.director().await.post(&story.path("fail"), fail).await.is(200)["stage"], "failed");
    }

    async fn an_answer_that_is_overdue_is_no_longer_waited_for_by_a_director_who_has_no_part_in_it(app: TestApp) {
        let story = Story::reviewing(&app).await;
        story.scored(&story.bid, 1, "26").await;
        let (officer, director) = (app.officer().await, app.director().await);
        officer.post(&story.path("ask_sponsor"), due(&app)).await.is(200);
        let waive = format!("{}/waive", first(&story).await);
        let reason = json!({"reason": "两次函催未复"});
        director.post(&waive, reason.clone()).await.is_refused(409, "not_overdue");
        app.days_later(5);
        officer.post(&waive, reason.clone()).await.is_refused(403, "forbidden");
        assert_eq!(director.post(&waive, reason).await.is(200)["stage"], "waived");
        app.sponsor().await.post(&format!("{}/give", first(&story).await), inputs::grade("satisfied")).await.is_refused(409, "wrong_stage");
        officer.post(&story.path("propose"), story.proposal()).await.is(201);
    }

    async fn where_the_sponsor_comes_first_only_what_satisfies_it_goes_to_the_panel(app: TestApp) {
        let mut scheme = inputs::scheme();
        scheme["sponsor"] = json!("sponsor_first");
        let mut story = Story::judged_by(&app, scheme).await;
        let (officer, sponsor) = (app.officer().await, app.sponsor().await);
        officer.does(&story.path("submit")).await.is(200);
        app.director().await.does(&story.path("approve")).await.is(200);
        officer.post(&story.path("publish"), story.window()).await.is(200);
        story.bid = story.submitted("keda").await;
        let other = story.submitted("yuan").await;
        story.close().await;
        officer.does(&story.path("open_bids")).await.is(200);
        officer.post(&story.path("ask_sponsor"), due(&app)).await.is_refused(409, "bids_not_examined");
        for bid in [&story.bid, &other] {
            story.examined(bid, &[]).await;
        }
        officer.does(&story.path("start_review")).await.is_refused(409, "satisfaction_missing");
        officer.post(&story.path("ask_sponsor"), due(&app)).await.is(200);
        for item in sponsor.get(&story.path("satisfactions")).await.is(200)["items"].as_array().unwrap() {
            let grade = if item["bid_id"] == other { "unsatisfied" } else { "basically" };
            sponsor.post(&format!("/satisfactions/{}/give", item["id"].as_str().unwrap()), inputs::grade(grade)).await.is(200);
        }
        officer.does(&story.path("start_review")).await.is(200);
        let stage = |bid: Value| bid["stage"].clone();
        assert_eq!(stage(officer.get(&format!("/bids/{other}")).await.is(200)), "declined");
        story.scored(&story.bid, 1, "26").await;
        officer.post(&story.path("propose"), story.proposal()).await.is(201);
    }

    async fn department_first_does_not_ask_before_the_panel_and_a_challenge_without_a_sponsor_asks_nobody(app: TestApp) {
        let story = Story::screening(&app).await;
        story.examined(&story.bid, &[]).await;
        app.officer().await.post(&story.path("ask_sponsor"), due(&app)).await.is_refused(409, "sponsor_later");
    }
}
