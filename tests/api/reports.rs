//! Progress reports: who owes which when, what they hold, and what comes of missing ones.

use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

/// A project that runs, at the beginning of its first whole quarter, with the report that it owes.
pub async fn owing(app: &TestApp) -> (Story<'_>, String) {
    let story = Story::active(app).await;
    at(app, "2026-07-01").await;
    let reports = app.team("keda").await.get(&format!("/projects/{}/reports", story.project)).await.is(200);
    assert_eq!(reports["items"].as_array().unwrap().len(), 1, "none for the quarter in which it began");
    let report = reports["items"][0]["id"].as_str().unwrap().to_owned();
    app.mail().await;
    (story, format!("/reports/{report}"))
}

/// The hourly job on a day.
async fn at(app: &TestApp, day: &str) {
    app.at(&format!("{day}T01:00:00Z"));
    app.app.tidy().await.unwrap();
}

/// What it wrote on reports, as `letter address`.
async fn told_on(app: &TestApp, day: &str) -> Vec<String> {
    at(app, day).await;
    let short = |to: String| to.trim_end_matches("@test.example").to_owned();
    let mail = app.mail().await.into_iter().filter(|(notice, _)| notice.starts_with("report_") || notice == "yellow_card");
    mail.map(|(notice, to)| format!("{notice} {}", short(to))).collect()
}

const DUE: [&str; 2] = ["report_due commissioner", "report_due team-keda"];
const LATE: [&str; 3] = ["report_overdue commissioner", "report_overdue officer", "report_overdue team-keda"];

on_both! {
    async fn a_report_is_handed_in_by_the_team_and_commented_by_the_commissioner(app: TestApp) {
        let (story, path) = owing(&app).await;
        let (team, commissioner) = (app.team("keda").await, app.commissioner().await);
        let owed = team.get(&path).await.is(200);
        assert_eq!((&owed["period"], &owed["due_on"], &owed["stage"]), (&json!("2026Q3"), &json!("2026-10-15"), &json!("due")));
        commissioner.post(&format!("{path}/comment"), json!({"comment": "先交再说"})).await.is_refused(409, "wrong_stage");
        app.sponsor().await.post(&format!("{path}/submit"), inputs::report()).await.is_refused(403, "forbidden");
        assert_eq!(team.post(&format!("{path}/submit"), inputs::report()).await.is(200)["stage"], "submitted");
        assert_eq!(app.mail().await, [("report_submitted".to_owned(), commissioner.email.clone())]);
        team.post(&format!("{path}/submit"), inputs::report()).await.is_refused(409, "wrong_stage");
        let desk = commissioner.get("/me/desk").await.is(200);
        assert!(desk["items"].as_array().unwrap().iter().any(|item| item["what"] == "report_to_comment" && item["name"] == "2026Q3"), "{desk}");
        app.officer().await.post(&format!("{path}/comment"), json!({"comment": "代阅"})).await.is_refused(403, "forbidden");
        commissioner.post(&format!("{path}/comment"), json!({"comment": "进展符合计划"})).await.is(200);
        assert_eq!(app.mail().await, [("report_commented".to_owned(), "team-keda@test.example".to_owned())]);
        assert_eq!(app.sponsor().await.get(&path).await.is(200)["comment"], "进展符合计划");
        app.team("yuan").await.get(&format!("/projects/{}/reports", story.project)).await.is_refused(404, "not_found");
    }

    async fn everything_that_is_wrong_with_a_report_is_said_at_once(app: TestApp) {
        let (_story, path) = owing(&app).await;
        let mut input = inputs::report();
        input["indicators"] = json!([{"code": "K1", "value": "88"}, {"code": "K1", "value": "89"}, {"code": "K9", "value": "1"}]);
        input["spending"] = json!([{"item": "business", "fiscal_fen": 1, "self_fen": 20 * inputs::WAN}, {"item": "business", "fiscal_fen": 0}]);
        input["staff_months"] = json!("-1");
        app.team("keda").await.post(&format!("{path}/submit"), input).await.has_faults(&[
            ("indicators[1].code", "repeated_code"), ("indicators[2].code", "unknown_indicator"), ("indicators.K2", "required"),
            ("spending[1].item", "repeated"), ("spending.fiscal_fen", "overspent"), ("staff_months", "negative"),
        ]);
    }

    async fn of_each_source_no_more_is_spent_than_there_is_of_it(app: TestApp) {
        let (story, path) = owing(&app).await;
        let team = app.team("keda").await;
        let (submit, paid) = (format!("{path}/submit"), 260 * inputs::WAN);
        let report = |fiscal: i64, sponsor: i64, own: i64, put_in: i64| {
            let mut input = inputs::report();
            input["spending"] = json!([{"item": "equipment", "fiscal_fen": fiscal, "sponsor_fen": sponsor}, {"item": "business", "fiscal_fen": 0, "self_fen": own}]);
            input["self_fund_fen"] = json!(put_in);
            input
        };
        team.post(&submit, report(1, 0, 0, 20 * inputs::WAN)).await.has_faults(&[("spending.fiscal_fen", "overspent")]);
        story.paid(0).await;
        // Own money does not make up for the department's, nor the department's for the own.
        team.post(&submit, report(paid + 1, 0, 0, 900 * inputs::WAN)).await.has_faults(&[("spending.fiscal_fen", "overspent")]);
        team.post(&submit, report(0, 0, 20 * inputs::WAN + 1, 20 * inputs::WAN)).await.has_faults(&[("spending.self_fen", "overspent")]);
        // The plan leaves the sponsor's money out: of it there is what the commitment says.
        team.post(&submit, report(paid, 50 * inputs::WAN + 1, 1, 0)).await
            .has_faults(&[("spending.sponsor_fen", "overspent"), ("spending.self_fen", "overspent")]);
        team.post(&submit, report(paid, 50 * inputs::WAN, 20 * inputs::WAN, 20 * inputs::WAN)).await.is(200);
    }

    async fn payments_of_the_others_money_count_once(app: TestApp) {
        let story = crate::payments::with_all_sources(&app).await;
        at(&app, "2026-07-01").await;
        let team = app.team("keda").await;
        let reports = team.get(&format!("/projects/{}/reports", story.project)).await.is(200);
        let submit = format!("/reports/{}/submit", reports["items"][0]["id"].as_str().unwrap());
        let mut input = inputs::report();
        input["spending"] = json!([{"item": "business", "fiscal_fen": 0, "sponsor_fen": 1, "self_fen": 60 * inputs::WAN + 1}]);
        input["self_fund_fen"] = json!(60 * inputs::WAN);
        // Of the sponsor's money nothing was paid yet; of the own 60 are paid, and put in once.
        story.paid(3).await;
        team.post(&submit, input.clone()).await.has_faults(&[("spending.sponsor_fen", "overspent"), ("spending.self_fen", "overspent")]);
        story.paid(2).await;
        input["spending"][0]["self_fen"] = json!(60 * inputs::WAN);
        team.post(&submit, input).await.is(200);
    }

    async fn what_was_spent_falls_only_with_a_correction_by_source_and_kind_of_cost(app: TestApp) {
        let (story, path) = owing(&app).await;
        story.paid(0).await;
        let team = app.team("keda").await;
        let mut input = inputs::report();
        input["spending"] = json!([
            {"item": "equipment", "fiscal_fen": 200 * inputs::WAN}, {"item": "business", "fiscal_fen": 10, "self_fen": 10 * inputs::WAN}
        ]);
        team.post(&format!("{path}/submit"), input.clone()).await.is(200);
        at(&app, "2026-10-01").await;
        let reports = team.get(&format!("/projects/{}/reports", story.project)).await.is(200);
        let owed = reports["items"].as_array().unwrap().iter().find(|one| one["stage"] == "due").unwrap();
        let next = format!("/reports/{}/submit", owed["id"].as_str().unwrap());
        // More of one kind of cost does not make up for another, and a line that is left out is nothing.
        input["spending"] = json!([{"item": "business", "fiscal_fen": 250 * inputs::WAN, "self_fen": 10 * inputs::WAN - 1}]);
        input["self_fund_fen"] = json!(15 * inputs::WAN);
        team.post(&next, input.clone()).await
            .has_faults(&[("spending[0].self_fen", "fell"), ("spending.equipment", "fell"), ("self_fund_fen", "fell")]);
        input["spending"][0]["correction"] = json!("上次误计了委托测试费");
        input["spending"].as_array_mut().unwrap().push(json!({"item": "equipment", "fiscal_fen": 100, "correction": "设备退货"}));
        input["spending"][0]["fiscal_fen"] = json!(10);
        input["self_fund_correction"] = json!("部分配套转入下年");
        let given = team.post(&next, input).await.is(200);
        assert_eq!(given["content"]["spending"][1]["correction"], "设备退货");
        let ledger = app.officer().await.get("/ledgers/spending").await.is(200);
        let line = ledger["items"].as_array().unwrap().iter().find(|line| line["item"] == "equipment").unwrap();
        assert_eq!(line["fiscal_spent_fen"], 100);
    }

    async fn a_value_falls_only_with_a_correction(app: TestApp) {
        let (story, path) = owing(&app).await;
        let team = app.team("keda").await;
        team.post(&format!("{path}/submit"), inputs::report()).await.is(200);
        at(&app, "2026-10-01").await;
        let reports = team.get(&format!("/projects/{}/reports", story.project)).await.is(200);
        let owed: Vec<&Value> = reports["items"].as_array().unwrap().iter().filter(|one| one["stage"] == "due").collect();
        let mut periods: Vec<&str> = owed.iter().map(|one| one["period"].as_str().unwrap()).collect();
        periods.sort_unstable();
        assert_eq!(periods, ["2026", "2026Q4"], "with the last quarter the year's");
        let next = format!("/reports/{}/submit", owed[0]["id"].as_str().unwrap());
        let mut input = inputs::report();
        // K1 is to rise, K2 to fall: each falls behind in its own direction.
        input["indicators"] = json!([{"code": "K1", "value": "87"}, {"code": "K2", "value": "0.61"}]);
        team.post(&next, input.clone()).await.has_faults(&[("indicators[0].value", "fell"), ("indicators[1].value", "fell")]);
        input["indicators"][0]["correction"] = json!("上次误用了小试数据");
        input["indicators"][1]["value"] = json!("0.59");
        let given = team.post(&next, input).await.is(200);
        assert_eq!(given["content"]["indicators"][0]["correction"], "上次误用了小试数据");
    }

    async fn a_report_that_is_sent_back_is_handed_in_anew_and_what_it_held_is_kept(app: TestApp) {
        let (story, path) = owing(&app).await;
        let (team, commissioner) = (app.team("keda").await, app.commissioner().await);
        let (submit, back) = (format!("{path}/submit"), format!("{path}/return"));
        let why = json!({"reason": "自筹支出与凭证不符"});
        commissioner.post(&back, why.clone()).await.is_refused(409, "wrong_stage");
        team.post(&submit, inputs::report()).await.is(200);
        for other in [app.officer().await, team.clone()] {
            other.post(&back, why.clone()).await.is_refused(403, "forbidden");
        }
        let due = commissioner.post(&back, why.clone()).await.is(200);
        assert_eq!((&due["stage"], &due["due_on"], &due["content"]), (&json!("due"), &json!("2026-10-15"), &Value::Null));
        // What was wrong binds nobody: less needs no correction.
        let mut input = inputs::report();
        input["spending"][0]["self_fen"] = json!(9 * inputs::WAN);
        team.post(&submit, input).await.is(200);
        let shown = app.sponsor().await.get(&path).await.is(200);
        let before = &shown["returns"][0];
        assert_eq!((&before["reason"], &before["returned_by"]), (&why["reason"], &json!(commissioner.id())));
        let own = |content: &Value| content["spending"][0]["self_fen"].as_i64().unwrap() / inputs::WAN;
        assert_eq!((own(&before["content"]), own(&shown["content"])), (10, 9));
        // Once a later one was handed in, the next one corrects it.
        at(&app, "2026-10-01").await;
        let reports = team.get(&format!("/projects/{}/reports", story.project)).await.is(200);
        let owed = reports["items"].as_array().unwrap().iter().find(|one| one["stage"] == "due").unwrap();
        team.post(&format!("/reports/{}/submit", owed["id"].as_str().unwrap()), inputs::report()).await.is(200);
        commissioner.post(&back, why).await.is_refused(409, "report_followed");
    }

    async fn one_that_was_sent_back_is_overdue_but_not_missing(app: TestApp) {
        let (story, path) = owing(&app).await;
        let team = app.team("keda").await;
        team.does(&format!("/milestones/{}/start", story.milestones[0])).await.is(200);
        team.post(&format!("{path}/submit"), inputs::report()).await.is(200);
        at(&app, "2026-10-16").await;
        app.commissioner().await.post(&format!("{path}/return"), json!({"reason": "支出与凭证不符"})).await.is(200);
        assert_eq!(team.get(&path).await.is(200)["overdue"], true);
        at(&app, "2027-01-16").await;
        // The next quarter's is missing, but not two in a row.
        assert_eq!(app.count("yellow_cards").await, 0);
    }

    async fn one_that_is_missing_is_a_reminder_and_two_in_a_row_a_yellow_card(app: TestApp) {
        let (story, _) = owing(&app).await;
        let path = format!("/projects/{}", story.project);
        app.team("keda").await.does(&format!("/milestones/{}/start", story.milestones[0])).await.is(200);
        assert!(told_on(&app, "2026-09-29").await.is_empty());
        assert_eq!(told_on(&app, "2026-09-30").await, DUE);
        assert_eq!(told_on(&app, "2026-10-12").await, DUE);
        assert!(told_on(&app, "2026-10-15").await.is_empty());
        assert_eq!(told_on(&app, "2026-10-16").await, LATE);
        let leader = app.leader().await;
        assert_eq!(leader.get(&path).await.is(200)["light"], "green");
        assert_eq!(leader.get(&format!("{path}/yellow_cards")).await.is(200)["items"], json!([]));
        // The year's report, and the next quarter's.
        assert_eq!(told_on(&app, "2026-11-15").await, DUE);
        assert_eq!(told_on(&app, "2026-12-01").await, LATE);
        assert_eq!(told_on(&app, "2027-01-12").await, DUE);
        let told = told_on(&app, "2027-01-16").await;
        let cards: Vec<&str> = told.iter().map(String::as_str).filter(|letter| letter.starts_with("yellow")).collect();
        assert_eq!(cards, ["yellow_card commissioner", "yellow_card director", "yellow_card officer", "yellow_card team-keda"]);
        assert!(told_on(&app, "2027-01-17").await.is_empty(), "one card");
        let shown = leader.get(&format!("{path}/yellow_cards")).await.is(200);
        assert_eq!(shown["items"][0]["issued_on"], "2027-01-16");
        assert_eq!(leader.get(&path).await.is(200)["light"], "yellow");
    }

    async fn two_processes_at_once_open_and_card_once(app: TestApp) {
        let (story, _) = owing(&app).await;
        app.at("2027-01-16T01:00:00Z");
        let (one, two, three) = tokio::join!(app.app.tidy(), app.app.tidy(), app.app.tidy());
        one.and(two).and(three).unwrap();
        let reports = app.team("keda").await.get(&format!("/projects/{}/reports", story.project)).await.is(200);
        assert_eq!(reports["items"].as_array().unwrap().len(), 4);
        assert_eq!((app.count("yellow_cards").await, app.count("audit WHERE action = 'project.card'").await), (1, 1));
    }
}
