//! The desk before an award: what waits for directors, officers, partners, experts, the sponsor and supervision.

use crate::desk::{clears, waits};
use crate::support::{Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role::{Director, Officer, Supervisor};
use serde_json::{Value, json};

on_both! {
    async fn a_challenge_goes_from_desk_to_desk_until_it_is_open(app: TestApp) {
        let story = Story::draft(&app).await;
        let (officer, director) = (app.officer().await, app.director().await);
        assert!(!waits(&director, "challenge_to_approve").await, "a draft");
        officer.does(&story.path("submit")).await.is(200);
        let both = app.person("both", "department", None, &[Officer, Director]).await;
        assert!(waits(&both, "challenge_to_approve").await);
        assert!(!waits(&officer, "challenge_to_approve").await && !waits(&app.team("keda").await, "challenge_to_approve").await);
        clears(&director, "challenge_to_approve", Value::Null).await;
        clears(&officer, "challenge_to_publish", story.window()).await;
        app.team("keda").await.post(&story.path("questions"), inputs::question()).await.is(201);
        clears(&officer, "question_to_answer", json!({"answer": "可以。"})).await;
        officer.post(&story.path("amendments"), inputs::extension(&app, 40)).await.is(201);
        assert!(!waits(&officer, "amendment_to_approve").await, "they proposed it");
        clears(&director, "amendment_to_approve", Value::Null).await;
        let bid = app.team("keda").await.post(&story.path("bids"), inputs::with_partner(&app.organization("yuan").await.to_string())).await.is(201);
        assert!(!waits(&app.team("keda").await, "partnership_to_confirm").await, "{bid}");
        clears(&app.team("yuan").await, "partnership_to_confirm", Value::Null).await;
        let supervisor = app.person("supervisor", "department", Some("机关纪委"), &[Supervisor]).await;
        let other = app.organization("restricted").await.to_string();
        supervisor.post("/restrictions", inputs::restriction(&other)).await.is(201);
        clears(&director, "restriction_to_approve", Value::Null).await;
        // The round ends with a question and a partnership open: nobody can do anything about them any more.
        app.team("keda").await.post(&story.path("questions"), inputs::question()).await.is(201);
        app.days_later(60);
        app.tick().await;
        assert!(!waits(&officer, "question_to_answer").await);
    }

    async fn a_round_is_judged_from_desk_to_desk(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let (officer, director, expert) = (app.officer().await, app.director().await, app.expert(1).await);
        story.assigned(&story.bid, 1).await;
        assert!(!waits(&app.expert(2).await, "review_to_declare").await);
        clears(&expert, "review_to_declare", json!({"no_conflict": true})).await;
        clears(&expert, "review_to_submit", inputs::scores("26")).await;
        let due = app.app.clock.now().plus(chrono::TimeDelta::days(5)).to_string();
        officer.post(&story.path("ask_sponsor"), json!({"due_at": due})).await.is(200);
        clears(&app.sponsor().await, "satisfaction_to_give", inputs::grade("satisfied")).await;
        officer.post(&story.path("propose"), story.proposal()).await.is(201);
        assert!(!waits(&officer, "decision_to_approve").await);
        clears(&director, "decision_to_approve", Value::Null).await;
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        app.days_later(1);
        app.team("yuan").await.post(&story.path("objections"), inputs::objection()).await.is(201);
        let handler = app.person("supervisor2", "department", Some("机关纪委"), &[Supervisor]).await;
        let part = app.person("supervisor3", "department", Some("业务一处"), &[Supervisor]).await;
        assert!(!waits(&part, "objection_to_admit").await, "of the division that owns the challenge");
        clears(&handler, "objection_to_admit", Value::Null).await;
        clears(&handler, "objection_to_answer", json!({"verdict": "dismissed", "reply": "经核查，反映的问题不属实。"})).await;
        assert!(!waits(&director, "objection_to_answer").await);
    }
}
