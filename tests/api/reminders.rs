//! Reminders: each once, on its day, to those whom it concerns; none of what is done.

use crate::support::{Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::json;

/// What the hourly job wrote, as `letter address`; letters of other acts were taken before. Of visits and reports their own tests tell.
async fn told(app: &TestApp) -> Vec<String> {
    app.app.tidy().await.unwrap();
    let short = |to: String| to.trim_end_matches("@test.example").to_owned();
    let mail =
        app.mail().await.into_iter().filter(|(notice, _)| !["visit_", "report_", "yellow_"].iter().any(|other| notice.starts_with(other)));
    mail.map(|(notice, to)| format!("{notice} {}", short(to))).collect()
}

/// On each of these days, in Beijing at nine, what is written.
async fn told_on(app: &TestApp, days: &[(&str, &[&str])]) {
    for (day, letters) in days {
        app.at(&format!("{day}T01:00:00Z"));
        assert_eq!(told(app).await, *letters, "{day}");
        assert!(told(app).await.is_empty(), "{day}, once more");
    }
}

const DUE: &[&str] = &["milestone_due commissioner", "milestone_due team-keda"];
const LATE: &[&str] = &["milestone_overdue commissioner", "milestone_overdue officer", "milestone_overdue team-keda"];
const ESCALATED: &[&str] = &[
    "milestone_overdue commissioner",
    "milestone_overdue director",
    "milestone_overdue officer",
    "milestone_overdue supervisor",
    "milestone_overdue team-keda",
];
const RED: &[&str] = &["light_red commissioner", "light_red director", "light_red officer", "light_red team-keda"];

on_both! {
    async fn a_milestone_is_spoken_of_before_its_day_and_goes_up_when_it_is_late(app: TestApp) {
        app.supervisor().await;
        let _story = Story::active(&app).await;
        app.mail().await;
        told_on(&app, &[
            ("2026-12-02", &[]), ("2026-12-03", DUE), ("2027-01-01", &[]), ("2027-01-02", DUE), ("2027-01-25", DUE), ("2027-01-30", &[]),
            ("2027-01-31", DUE), ("2027-02-01", DUE), ("2027-02-02", LATE), ("2027-02-15", &[]), ("2027-02-16", LATE),
            ("2027-03-02", &[]), ("2027-03-03", ESCALATED), ("2027-03-17", &[]), ("2027-03-18", RED), ("2027-05-20", &[]),
        ]).await;
    }

    async fn whoever_starts_the_service_late_hears_of_each_matter_once(app: TestApp) {
        let _story = Story::active(&app).await;
        app.mail().await;
        app.at("2027-02-17T01:00:00Z");
        assert_eq!(told(&app).await, LATE);
    }

    async fn what_is_handed_in_is_not_spoken_of_until_it_is_to_be_mended(app: TestApp) {
        let story = Story::active(&app).await;
        app.at("2027-01-30T01:00:00Z");
        story.handed_in(0, &[("K1", "89")]).await;
        told(&app).await;
        told_on(&app, &[("2027-01-31", &[]), ("2027-02-02", &[]), ("2027-03-03", &[])]).await;
        let order = json!({"opinion": "浓度不足", "rectify_by": "2027-05-03"});
        app.commissioner().await.post(&format!("/milestones/{}/return", story.milestones[0]), order).await.is(200);
        app.mail().await;
        told_on(&app, &[("2027-04-25", &[]), ("2027-04-26", DUE), ("2027-05-03", &[]), ("2027-05-04", LATE)]).await;
    }

    async fn a_date_that_moves_is_spoken_of_anew(app: TestApp) {
        let story = Story::planned(&app).await;
        app.at("2026-04-20T01:00:00Z");
        let officer = app.officer().await;
        let path = format!("/projects/{}", story.project);
        let plan = |due: &str| {
            let mut plan = inputs::plan(650 * inputs::WAN);
            plan["milestones"][0]["due_on"] = json!(due);
            plan
        };
        // A project that is not signed yet is not spoken of but for its signing.
        let version = officer.get(&path).await.is(200)["version"].as_i64().unwrap();
        officer.put(&format!("{path}/plan"), version, plan("2026-05-20")).await.is(200);
        app.mail().await;
        assert!(told(&app).await.is_empty());
        // Signed: from now on the milestones count.
        for party in ["team", "sponsor", "department"] { story.signed_by(party).await; }
        app.mail().await;
        assert_eq!(told(&app).await, ["milestone_due team-keda"]);
        let milestone = officer.get(&format!("{path}/milestones")).await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        moved(&app, &milestone, "2026-05-21").await;
        assert_eq!(told(&app).await, ["milestone_due team-keda"]);
        assert!(told(&app).await.is_empty());
    }

    async fn signing_is_spoken_of_ten_and_three_days_before_it_is_over(app: TestApp) {
        let story = Story::planned(&app).await;
        app.mail().await;
        let sign_by = app.officer().await.get(&format!("/projects/{}", story.project)).await.is(200)["sign_by"].clone();
        assert_eq!(sign_by, "2026-05-15");
        told_on(&app, &[("2026-05-04", &[]), ("2026-05-05", &["signing_due team-keda"])]).await;
        told_on(&app, &[("2026-05-12", &["signing_due officer", "signing_due team-keda"]), ("2026-05-16", &[])]).await;
    }

    async fn nothing_is_said_of_signing_once_all_have_signed(app: TestApp) {
        let _story = Story::active(&app).await;
        app.mail().await;
        told_on(&app, &[("2026-05-05", &[]), ("2026-05-12", &[])]).await;
    }

    async fn the_end_of_a_project_opens_the_window_of_extension_and_then_asks_for_acceptance(app: TestApp) {
        app.supervisor().await;
        let story = Story::active(&app).await;
        story.met(0, &[("K1", "91")]).await;
        story.met(1, &[("K1", "96.5"), ("K2", "0.49")]).await;
        app.mail().await;
        let window: &[&str] = &["extension_window commissioner", "extension_window team-keda"];
        let late: &[&str] = &[
            "acceptance_overdue commissioner", "acceptance_overdue director", "acceptance_overdue officer", "acceptance_overdue supervisor",
            "acceptance_overdue team-keda",
        ];
        let ends_on = app.officer().await.get(&format!("/projects/{}", story.project)).await.is(200)["ends_on"].clone();
        assert_eq!(ends_on, "2029-04-15");
        told_on(&app, &[
            ("2028-10-16", &[]), ("2028-10-17", window), ("2029-01-14", &[]), ("2029-01-15", window), ("2029-04-16", &[]),
            ("2029-07-14", &[]), ("2029-07-15", late), ("2029-09-15", late),
        ]).await;
        let apply = format!("/projects/{}/apply_acceptance", story.project);
        app.team("keda").await.post(&apply, inputs::acceptance()).await.is(200);
        app.mail().await;
        told_on(&app, &[("2029-10-15", &[])]).await;
    }

    async fn of_a_draft_its_own_team_alone_hears_and_the_officer_finds_no_trace(app: TestApp) {
        let story = Story::open(&app).await;
        let bid = story.drafted("keda").await;
        story.submitted("yuan").await;
        app.mail().await;
        // It closes on 2026-04-01.
        told_on(&app, &[("2026-03-21", &[]), ("2026-03-22", &["bid_unsent team-keda"]), ("2026-03-29", &["bid_unsent team-keda"])]).await;
        app.officer().await.get(&format!("/bids/{bid}")).await.is_refused(404, "not_found");
        let log = app.auditor().await.get("/audit?action=bid.remind").await.is(200);
        assert_eq!(log["items"], json!([]), "the audit log keeps the seal, too");
        app.team("keda").await.does(&format!("/bids/{bid}/submit")).await.is(200);
        app.mail().await;
        told_on(&app, &[("2026-03-31", &[]), ("2026-04-02", &[])]).await;
    }

    async fn an_objection_is_spoken_of_after_five_and_thirty_working_days(app: TestApp) {
        let story = Story::publicity(&app).await;
        let handler = app.supervisor().await;
        app.days_later(1);
        let objection = app.team("yuan").await.post(&story.path("objections"), inputs::objection()).await.is(201);
        let path = format!("/objections/{}", objection["id"].as_str().unwrap());
        let shown = handler.get(&path).await.is(200);
        assert_eq!((&shown["admit_by"], &shown["answer_by"]), (&json!("2026-04-13"), &json!("2026-05-20")));
        app.mail().await;
        told_on(&app, &[("2026-04-12", &[]), ("2026-04-13", &["objection_due supervisor"])]).await;
        handler.does(&format!("{path}/admit")).await.is(200);
        app.mail().await;
        told_on(&app, &[("2026-05-19", &[]), ("2026-05-20", &["objection_due supervisor"]), ("2026-05-29", &[])]).await;
    }

    async fn a_year_without_a_table_of_working_days_keeps_only_its_own_rules_quiet(app: TestApp) {
        let _story = Story::active(&app).await;
        app.mail().await;
        app.at("2028-01-14T01:00:00Z");
        assert_eq!(told(&app).await, DUE, "the second milestone, although 2028 has no table");
    }

    async fn two_processes_at_once_say_nothing_twice(app: TestApp) {
        let _story = Story::active(&app).await;
        app.mail().await;
        app.at("2027-01-02T01:00:00Z");
        let (one, two, three) = tokio::join!(app.app.tidy(), app.app.tidy(), app.app.tidy());
        one.and(two).and(three).unwrap();
        assert_eq!(told(&app).await, DUE);
        assert_eq!(app.count("reminders WHERE rule LIKE 'milestone%'").await, 1);
        assert_eq!(app.count("audit WHERE action = 'milestone.remind'").await, 1);
    }

    async fn hundreds_are_told_in_one_run(app: TestApp) {
        let story = Story::active(&app).await;
        copies(&app, &story.milestones[0], 250).await;
        app.mail().await;
        app.at("2027-01-02T01:00:00Z");
        let both = app.person("second", "keda", None, &[Role::Team]).await;
        assert_eq!(told(&app).await.len(), 251 * 3, "{}", both.id());
        assert!(told(&app).await.is_empty());
    }
}

/// Moves a milestone's day, as an approved change will: there is no other way than SQL here.
async fn moved(app: &TestApp, milestone: &str, due_on: &str) {
    sql(app, format!("UPDATE milestones SET due_on = '{due_on}' WHERE id = '{milestone}'")).await;
}

/// So many more milestones like this one.
async fn copies(app: &TestApp, milestone: &str, count: u32) {
    for number in 1..=count {
        let id = uuid::Uuid::now_v7();
        let columns = "project_id, name, due_on, weight_bps, stage, indicators, panel_required, version, created_at, updated_at";
        let values = format!(
            "INSERT INTO milestones (id, number, {columns}) SELECT '{id}', {} , {columns} FROM milestones WHERE id = '{milestone}'",
            number + 100
        );
        sql(app, values).await;
    }
}

async fn sql(app: &TestApp, text: String) {
    use diesel::RunQueryDsl;
    app.app.db.write(move |conn| diesel::sql_query(text).execute(conn).map(|_| ()), |_, _| Ok(())).await.unwrap().unwrap();
}
