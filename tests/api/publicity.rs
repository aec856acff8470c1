//! Publicity: as a page to print and as a feed, and what a decision says of its meeting.

use crate::support::{Story, TestApp, on_both};
use serde_json::json;

on_both! {
    async fn what_runs_stands_in_the_feed_and_on_a_page_to_print(app: TestApp) {
        let story = Story::publicity(&app).await;
        let (anyone, page) = (app.anyone(), format!("{}/page", story.path("publicity")));
        let feed = async || {
            let reply = anyone.get("/publicity.atom").await;
            assert!(reply.status == 200 && reply.header("content-type").starts_with("application/atom+xml"));
            reply.text
        };
        assert!(!feed().await.contains("<entry>"), "it begins tomorrow");
        app.days_later(1);
        let text = feed().await;
        assert!(text.contains("煤层气提浓成套技术") && text.contains("keda 单位（李挂帅）") && text.contains(&page), "{text}");
        let shown = anyone.get(&page).await;
        assert!(shown.status == 200 && shown.text.contains("公示中") && shown.text.contains("李挂帅") && shown.text.contains("SHA-256"), "{}", shown.text);
        assert!(shown.header("content-security-policy").contains("sandbox"));
        let draft = Story::draft(&app).await;
        anyone.get(&format!("{}/page", draft.path("publicity"))).await.is_refused(404, "not_found");
        app.days_later(12);
        assert!(!feed().await.contains("<entry>"), "it is over");
        assert!(anyone.get(&page).await.text.contains("已结束"));
    }

    async fn a_decision_says_which_meeting_took_it_and_who_stepped_aside(app: TestApp) {
        let story = Story::reviewing(&app).await;
        story.scored(&story.bid, 1, "26").await;
        let mut input = story.proposal();
        input["meeting"] = json!("2026年第6次厅党组会");
        input["recused_members"] = json!(["周回避", "某\n人"]);
        story.satisfied().await;
        app.officer().await.post(&story.path("propose"), input.clone()).await.has_faults(&[("recused_members[1]", "forbidden_character")]);
        input["recused_members"] = json!(["周回避"]);
        let kept = app.officer().await.post(&story.path("propose"), input).await.is(201);
        assert_eq!((&kept["meeting"], &kept["recused_members"]), (&json!("2026年第6次厅党组会"), &json!(["周回避"])));
    }
}
