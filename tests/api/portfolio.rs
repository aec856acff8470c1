//! The portfolio: figures that are correct to the fen.

use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::json;

/// What the figures should be, counted afresh from the records, and subtracted from what was added up as they changed.
pub const WRONG: &str = "(
    SELECT kind, year, plan_category, sector, stage, region FROM (
        SELECT kind, year, plan_category, sector, stage, region, n, fen FROM figures
        UNION ALL SELECT 'challenges', year, plan_category, sector, stage, '', -1, -fiscal_cap_fen FROM challenges
        UNION ALL SELECT 'awarded', c.year, c.plan_category, c.sector, c.stage, '', 0, p.ceded_fen - p.award_fen
            FROM projects p JOIN challenges c ON c.id = p.challenge_id
        UNION ALL SELECT 'paid', c.year, c.plan_category, c.sector, c.stage, '', 0, -y.amount_fen
            FROM payments y JOIN projects p ON p.id = y.project_id JOIN challenges c ON c.id = p.challenge_id WHERE y.stage = 'paid' AND y.source = 'fiscal'
        UNION ALL SELECT 'milestones', c.year, '', '', m.stage, '', -1, 0
            FROM milestones m JOIN projects p ON p.id = m.project_id JOIN challenges c ON c.id = p.challenge_id
        UNION ALL SELECT 'bids', c.year, c.plan_category, c.sector, b.stage, o.region, -1, 0
            FROM bids b JOIN challenges c ON c.id = b.challenge_id JOIN organizations o ON o.id = b.lead_org_id
            WHERE b.round <= c.opened_round AND b.stage NOT IN ('draft', 'withdrawn', 'needs_reconfirmation', 'lapsed')
    ) added GROUP BY kind, year, plan_category, sector, stage, region HAVING SUM(n) <> 0 OR SUM(fen) <> 0) wrong";

on_both! {
    async fn the_figures_that_are_added_up_are_those_of_counting_afresh_at_every_stage(app: TestApp) {
        let story = Story::with_bid(&app).await;
        assert_eq!(app.count(WRONG).await, 0, "open");
        let other = story.submitted("far-east").await;
        app.team("far-east").await.does(&format!("/bids/{other}/withdraw")).await.is(200);
        assert_eq!(app.count(WRONG).await, 0, "withdrawn");
        app.team("far-east").await.does(&format!("/bids/{other}/resubmit")).await.is(200);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert_eq!(app.count(WRONG).await, 0, "opened");
        story.examined(&story.bid, &[]).await;
        story.examined(&other, &["F1"]).await;
        assert_eq!(app.count(WRONG).await, 0, "examined");

        let active = Story::active(&app).await;
        assert_eq!(app.count(WRONG).await, 0, "signed");
        app.app.tidy().await.unwrap();
        assert_eq!(app.count(WRONG).await, 0, "settled");
        active.paid(0).await;
        active.met(0, &[("K1", "91")]).await;
        assert_eq!(app.count(WRONG).await, 0, "paid");
        let figures = app.count("figures").await;
        app.app.tidy().await.unwrap();
        assert!(app.count("figures").await < figures, "settling makes fewer rows of them");
        assert_eq!(app.count(WRONG).await, 0, "settled again");

        let ending = Story::in_acceptance(&app).await;
        ending.assessed("fail", "pass").await;
        let conclusion = json!({"conclusion": "concluded", "opinion": "尽职未达标，结题"});
        app.director().await.post(&format!("/projects/{}/conclude", ending.project), conclusion).await.is(200);
        assert_eq!(app.count(WRONG).await, 0, "concluded");
    }

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
            {"region": "in_province", "bids": 1, "awarded": 0}, {"region": "domestic", "bids": 1, "awarded": 0},
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
