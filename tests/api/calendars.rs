//! Working days: a year without a table refuses to compute, and an administrator imports it when it is announced.

use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::json;

on_both! {
    async fn a_year_is_refused_until_its_table_is_imported(app: TestApp) {
        let story = Story::deciding(&app).await;
        app.director().await.does(&format!("/decisions/{}/approve", story.decision)).await.is(200);
        app.at("2026-12-25T01:00:00Z");
        let window = inputs::publicity("2026-12-28", "2027-01-04");
        let publicise = story.path("publicise");
        app.officer().await.post(&publicise, window.clone()).await.is_refused(409, "calendar_missing");
        let table = json!({"year": 2027, "off": "0101-03", "work": "-"});
        let known = app.officer().await.get("/calendars").await.is(200);
        assert!(known["years"].as_array().unwrap().contains(&json!(2026)) && !known["years"].as_array().unwrap().contains(&json!(2027)));
        app.officer().await.post("/calendars/import", table.clone()).await.is_refused(403, "forbidden");
        assert_eq!(app.sysadmin().await.post("/calendars/import", table).await.is(200)["version"], 1);
        assert!(app.officer().await.get("/calendars").await.is(200)["years"].as_array().unwrap().contains(&json!(2027)));
        // 28 to 31 December and 4 January: five working days.
        app.officer().await.post(&publicise, window).await.is(200);
        let log = app.auditor().await.get("/audit?action=calendar.import&outcome=accepted").await.is(200);
        assert_eq!(log["items"][0]["detail"], "off 0101-03 work ");
    }

    async fn a_table_that_is_imported_again_counts_from_then_on(app: TestApp) {
        let story = Story::deciding(&app).await;
        app.director().await.does(&format!("/decisions/{}/approve", story.decision)).await.is(200);
        let today = app.app.clock.now().date();
        let window = inputs::publicity(&today.plus_days(1).to_string(), &today.plus_days(7).to_string());
        // The whole year off, by a slip of the pen.
        let sysadmin = app.sysadmin().await;
        sysadmin.post("/calendars/import", json!({"year": 2026, "off": "0101-1231", "work": "-"})).await.is(200);
        app.officer().await.post(&story.path("publicise"), window.clone()).await.is_refused(409, "publicity_too_short");
        assert_eq!(sysadmin.post("/calendars/import", json!({"year": 2026, "off": "0101-03", "work": "0104"})).await.is(200)["version"], 2);
        app.officer().await.post(&story.path("publicise"), window).await.is(200);
    }

    async fn everything_wrong_with_a_table_is_told_at_once(app: TestApp) {
        let sysadmin = app.sysadmin().await;
        sysadmin.post("/calendars/import", json!({"year": 2027, "off": "0230", "work": "0104"})).await.has_faults(&[("off", "bad_days"), ("work", "not_a_weekend")]);
        sysadmin.post("/calendars/import", json!({"year": 2027, "off": "heute", "work": "1332-"})).await.has_faults(&[("off", "bad_days"), ("work", "bad_days")]);
        for (field, value) in [("year", json!(1999)), ("year", json!("2027")), ("off", json!("")), ("off", json!(null))] {
            let mut input = json!({"year": 2027, "off": "0101", "work": "-"});
            input[field] = value;
            assert_eq!(sysadmin.post("/calendars/import", input).await.status, 422, "{field}");
        }
        assert_eq!(app.count("calendars").await, 0);
    }
}
