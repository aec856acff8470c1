//! The portfolio: figures that are correct to the fen.

use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::json;

on_both! {
    async fn the_summary_counts_money_milestones_and_bidders(app: TestApp) {
        let story = Story::with_bid(&app).await;
        story.submitted("far-east").await;
        let summary = app.leader().await.get("/portfolio/summary?year=2026").await.is(200);
        assert_eq!(summary["bidders"], json!([]), "sealed bids are not counted");
        assert_eq!(summary["challenges"][0], json!({
            "year": 2026, "plan_category": "major_special", "sector": "energy_env", "stage": "open",
            "challenges": 1, "budgeted_fen": 800 * inputs::WAN, "awarded_fen": 0, "paid_fen": 0,
        }));
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        let bidders = &app.leader().await.get("/portfolio/summary").await.is(200)["bidders"];
        assert_eq!(*bidders, json!([
            {"region": "domestic", "bids": 1, "awarded": 0}, {"region": "in_province", "bids": 1, "awarded": 0},
        ]));
        assert_eq!(app.leader().await.get("/portfolio/summary?year=2025").await.is(200)["total"]["challenges"], 0);
    }

    async fn awarded_and_paid_follow_the_projects(app: TestApp) {
        let story = Story::active(&app).await;
        story.paid(0).await;
        let summary = app.leader().await.get("/portfolio/summary").await.is(200);
        assert_eq!(summary["total"], json!({
            "challenges": 1, "budgeted_fen": 800 * inputs::WAN, "awarded_fen": 650 * inputs::WAN, "paid_fen": 260 * inputs::WAN,
        }));
        assert_eq!(summary["bidders"], json!([{"region": "in_province", "bids": 1, "awarded": 1}]));
    }

    async fn late_milestones_are_those_that_the_rule_calls_late(app: TestApp) {
        use jiebang::domain::milestone::late;
        let story = Story::active(&app).await;
        story.handed_in(0, &[("K1", "89")]).await;
        let today = app.app.clock.now().date();
        let order = json!({"opinion": "限期整改", "rectify_by": today.plus_days(30).to_string()});
        app.commissioner().await.post(&format!("/milestones/{}/return", story.milestones[0]), order).await.is(200);
        for days in [30, 1, 2_000] {
            app.days_later(days);
            let today = app.app.clock.now().date();
            let path = format!("/projects/{}/milestones", story.project);
            let list = app.officer().await.get(&path).await.is(200);
            let by_rule = list["items"].as_array().unwrap().iter().filter(|row| {
                let date = |name: &str| row[name].as_str().map(|text| text.parse().unwrap());
                late(row["stage"].as_str().unwrap().parse().unwrap(), date("due_on").unwrap(), date("rectify_by"), today)
            }).count();
            let summary = app.leader().await.get("/portfolio/summary").await.is(200);
            let by_sql: i64 = summary["milestones"].as_array().unwrap().iter().map(|row| row["late"].as_i64().unwrap()).sum();
            assert_eq!(by_sql, i64::try_from(by_rule).unwrap(), "after {days} days");
        }
    }
}
