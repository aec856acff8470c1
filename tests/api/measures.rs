//! Measures: a project is suspended and goes on, is terminated or revoked, as one proposes and another decides.

use crate::mail::{everyone, golden, note};
use crate::portfolio::WRONG;
use crate::support::upload::pdf;
use crate::support::{Story, TestApp, inputs, on_both};
use futures_util::future::join_all;
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

/// Who gets which letter when a project ends early and its money goes back.
const ENDING: &str = "\
measure.propose: measure_proposed -> director
measure.decline: measure_declined -> commissioner
measure.approve suspend: project_suspended -> commissioner, director, finance2, finance, officer, sponsor, supervisor, team-keda
measure.approve resume: project_resumed -> commissioner, director, finance2, finance, officer, sponsor, supervisor, team-keda
measure.approve terminate: payment_cancelled -> finance2, finance2, finance2, finance, finance, finance, team-keda, team-keda, team-keda; \
project_terminated -> commissioner, director, finance2, finance, officer, sponsor, supervisor, team-keda
measure.approve revoke: payment_cancelled -> finance2, finance2, finance, finance, team-keda, team-keda; \
project_revoked -> commissioner, director, finance2, finance, officer, sponsor, supervisor, team-keda
clawback.propose: clawback_proposed -> director
clawback.decline: clawback_declined -> officer
clawback.approve: clawback_notified -> finance2, finance, officer, supervisor, team-keda
clawback.receive partial: clawback_received -> finance2, finance, officer, supervisor, team-keda
clawback.propose_write_off: write_off_proposed -> director
clawback.decline_write_off: write_off_declined -> finance
clawback.receive settled: clawback_settled -> finance2, finance, officer, supervisor, team-keda
clawback.approve_write_off: clawback_written_off -> finance2, finance, officer, supervisor, team-keda
";

pub fn measure(kind: &str, cause: &str) -> Value {
    json!({"kind": kind, "cause": cause, "reason": "依据任务书第九条及核查情况。"})
}

/// A suspension for a hundred days from now.
fn suspension(app: &TestApp, clock_stops: bool) -> Value {
    let mut input = measure("suspend", "investigation");
    input["clock_stops"] = json!(clock_stops);
    input["until_on"] = json!(app.app.clock.now().date().plus_days(100).to_string());
    input
}

pub fn decision() -> Value {
    json!({"decision_no": "示科发〔2026〕31号"})
}

/// An officer proposes a measure; answers its path.
async fn proposed(story: &Story<'_>, input: Value) -> String {
    let made = story.app.officer().await.post(&format!("/projects/{}/measures", story.project), input).await.is(201);
    format!("/measures/{}", made["id"].as_str().unwrap())
}

/// An officer proposes, a director decides.
pub async fn decided(story: &Story<'_>, input: Value) {
    let path = proposed(story, input).await;
    story.app.director().await.post(&format!("{path}/approve"), decision()).await.is(200);
}

/// A project of keda's with the partner yuan, who has a fifth of the money: active, with a commissioner.
pub async fn in_consortium(app: &TestApp) -> Story<'_> {
    let mut story = Story::open(app).await;
    let team = app.team("keda").await;
    let partner = app.organization("yuan").await.to_string();
    let bid = team.post(&story.path("bids"), inputs::with_partner(&partner)).await.is(201);
    bid["id"].as_str().unwrap().clone_into(&mut story.bid);
    let asked = app.team("yuan").await.get("/partnerships").await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
    app.team("yuan").await.does(&format!("/partnerships/{asked}/confirm")).await.is(200);
    team.uploads(&story.bid, "agreement", "协议.pdf", &pdf("协议", 100)).await.is(201);
    team.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
    signed(story, inputs::plan(650 * inputs::WAN)).await
}

/// From a bid that was submitted to a project that runs by this plan, with a commissioner.
pub async fn signed(mut story: Story<'_>, plan: Value) -> Story<'_> {
    let (app, officer) = (story.app, story.app.officer().await);
    story.close().await;
    officer.does(&story.path("open_bids")).await.is(200);
    story.examined(&story.bid, &[]).await;
    officer.does(&story.path("start_review")).await.is(200);
    story.scored(&story.bid, 1, "26").await;
    story.satisfied().await;
    let decision = officer.post(&story.path("propose"), story.proposal()).await.is(201)["id"].as_str().unwrap().to_owned();
    app.director().await.does(&format!("/decisions/{decision}/approve")).await.is(200);
    officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
    app.days_later(13);
    app.director().await.does(&story.path("award")).await.is(200);
    let projects = officer.get(&format!("/projects?challenge_id={}", story.challenge)).await.is(200);
    projects["items"][0]["id"].as_str().unwrap().clone_into(&mut story.project);
    crate::payments::replanned(&mut story, plan).await;
    for party in ["team", "sponsor", "department"] {
        story.signed_by(party).await;
    }
    let input = json!({"commissioner_id": app.commissioner().await.id()});
    officer.post(&format!("/projects/{}/assign", story.project), input).await.is(200);
    story
}

/// The dates of a project: its milestones' and its end.
async fn dates(story: &Story<'_>) -> Vec<String> {
    let officer = story.app.officer().await;
    let path = format!("/projects/{}", story.project);
    let milestones = officer.get(&format!("{path}/milestones")).await.is(200);
    let mut dates: Vec<String> =
        milestones["items"].as_array().unwrap().iter().map(|row| row["due_on"].as_str().unwrap().to_owned()).collect();
    dates.push(officer.get(&path).await.is(200)["ends_on"].as_str().unwrap().to_owned());
    dates
}

fn later(dates: &[String], days: i64) -> Vec<String> {
    dates.iter().map(|day| day.parse::<jiebang::domain::time::Date>().unwrap().plus_days(days).to_string()).collect()
}

/// Ends a project that is suspended, one in acceptance, and one that was sent to rectify.
async fn ended_from_every_stage(app: &TestApp, input: Value, stage: &str) {
    let director = app.director().await;
    let suspended = Story::active(app).await;
    decided(&suspended, suspension(app, true)).await;
    let rectifying = Story::in_acceptance(app).await;
    rectifying.assessed("fail", "pass").await;
    let by = app.app.clock.now().date().plus_days(60).to_string();
    let rectify = json!({"conclusion": "rectify", "opinion": "补充长周期运行", "rectify_by": by});
    director.post(&format!("/projects/{}/conclude", rectifying.project), rectify).await.is(200);
    for story in [suspended, Story::in_acceptance(app).await, rectifying] {
        decided(&story, input.clone()).await;
        let path = format!("/projects/{}", story.project);
        assert_eq!(director.get(&path).await.is(200)["stage"], stage);
        let open = format!("payments WHERE project_id = '{}' AND stage NOT IN ('paid', 'cancelled')", story.project);
        assert_eq!(app.count(&open).await, 0);
        let conclusion = json!({"conclusion": "failed", "opinion": "未通过"});
        director.post(&format!("{path}/conclude"), conclusion).await.is_refused(409, "wrong_stage");
    }
    assert_eq!(app.count(WRONG).await, 0);
}

on_both! {
    async fn a_suspended_project_stands_still_and_goes_on_with_its_dates_moved_as_decided(app: TestApp) {
        let story = Story::active(&app).await;
        let team = app.team("keda").await;
        for (clock_stops, days) in [(true, 30), (false, 0)] {
            let before = dates(&story).await;
            decided(&story, suspension(&app, clock_stops)).await;
            assert_eq!(team.get(&format!("/projects/{}", story.project)).await.is(200)["stage"], "suspended");
            team.does(&format!("/milestones/{}/start", story.milestones[0])).await.is_refused(409, "project_not_active");
            let payment = format!("/payments/{}", story.payments[0]);
            assert_eq!(team.get(&payment).await.is(200)["blocked_by"], json!(["project_suspended"]));
            let problem = team.does(&format!("{payment}/request")).await.is_refused(409, "payment_blocked");
            assert_eq!((&problem["detail"], &problem["blocked_by"]), (&json!("该笔拨付暂不能办理：项目暂停"), &json!(["project_suspended"])));
            app.days_later(30);
            decided(&story, measure("resume", "cause_gone")).await;
            assert_eq!(dates(&story).await, later(&before, days), "clock stops: {clock_stops}");
            assert_eq!(team.get(&payment).await.is(200)["blocked_by"], json!([]));
            app.later(chrono::TimeDelta::minutes(1));
        }
        team.does(&format!("/milestones/{}/start", story.milestones[0])).await.is(200);
        story.paid(0).await;
        let list = team.get(&format!("/projects/{}/measures", story.project)).await.is(200);
        let kinds: Vec<&str> = list["items"].as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["suspend", "resume", "suspend", "resume"]);
        assert!(list["items"][0]["over_on"].is_string());
    }

    async fn a_suspension_that_comes_to_its_end_is_spoken_of_until_the_project_goes_on(app: TestApp) {
        let story = Story::active(&app).await;
        decided(&story, suspension(&app, true)).await;
        app.mail().await;
        for (days, notice, who) in [
            (84, "", ""), (1, "suspension_due", "commissioner officer"), (15, "", ""), (1, "suspension_overdue", "commissioner director officer"),
            (1, "", ""),
        ] {
            app.days_later(days);
            let told = crate::clawbacks::reminded(&app, "suspension").await;
            assert_eq!(told, (notice.to_owned(), who.to_owned()), "{days}");
        }
        decided(&story, measure("resume", "cause_gone")).await;
    }

    async fn a_measure_is_told_all_that_is_wrong_with_it(app: TestApp) {
        let story = Story::active(&app).await;
        let officer = app.officer().await;
        let path = format!("/projects/{}/measures", story.project);
        officer.post(&path, measure("suspend", "fraud")).await
            .has_faults(&[("cause", "cause_does_not_fit"), ("clock_stops", "required"), ("until_on", "required")]);
        let mut input = suspension(&app, true);
        input["until_on"] = json!(app.app.clock.now().date().plus_days(190).to_string());
        officer.post(&path, input.clone()).await.has_faults(&[("until_on", "too_late")]);
        input["until_on"] = json!(app.app.clock.now().date().to_string());
        officer.post(&path, input.clone()).await.has_faults(&[("until_on", "in_the_past")]);
        input["kind"] = json!("terminate");
        officer.post(&path, input).await.has_faults(&[("cause", "cause_does_not_fit"), ("clock_stops", "not_here"), ("until_on", "not_here")]);
        officer.post(&path, measure("resume", "cause_gone")).await.is_refused(409, "wrong_stage");
        proposed(&story, measure("terminate", "breach")).await;
        officer.post(&path, measure("revoke", "fraud")).await.is_refused(409, "measure_waits");
    }

    async fn a_cause_that_the_records_can_tell_is_so_and_nothing_is_left_to_do_in_a_project_that_ended(app: TestApp) {
        let story = Story::active(&app).await;
        let (officer, director) = (app.officer().await, app.director().await);
        let path = format!("/projects/{}/measures", story.project);
        officer.post(&path, measure("terminate", "suspended_too_long")).await.has_faults(&[("cause", "cause_does_not_hold")]);
        story.handed_in(0, &[("K1", "91")]).await;
        officer.post(&path, measure("revoke", "never_started")).await.has_faults(&[("cause", "cause_does_not_hold")]);
        let change = crate::changes::asked(&app, &story, json!({"kind": "title", "title": "低浓度煤层气提浓技术与工程示范"})).await;
        crate::changes::advised(&app, &change, "support").await.is(200);
        // A suspension that is decided on too late is proposed anew.
        let late = proposed(&story, suspension(&app, true)).await;
        app.days_later(100);
        director.post(&format!("{late}/approve"), decision()).await.is_refused(409, "suspension_over");
        director.post(&format!("{late}/decline"), json!({"reason": "已过期限"})).await.is(200);
        decided(&story, suspension(&app, false)).await;
        app.days_later(100);
        officer.post(&path, measure("terminate", "suspended_too_long")).await.has_faults(&[("cause", "cause_does_not_hold")]);
        app.days_later(1);
        decided(&story, measure("terminate", "suspended_too_long")).await;
        for node in app.commissioner().await.get(&format!("/projects/{}/milestones", story.project)).await.is(200)["items"].as_array().unwrap() {
            let told = (&node["allowed_actions"], &node["light"], &node["late"], &node["overdue_days"]);
            assert_eq!(told, (&json!([]), &Value::Null, &json!(false), &json!(0)), "{node}");
        }
        assert_eq!(director.get(&change).await.is(200)["allowed_actions"], json!(["change.reject", "change.return"]));
        director.post(&format!("{change}/approve"), json!({"opinion": "同意"})).await.is_refused(409, "project_not_active");
        director.post(&format!("{change}/reject"), json!({"reason": "项目已终止"})).await.is(200);
    }

    async fn whoever_proposes_a_measure_or_follows_the_project_does_not_decide_it(app: TestApp) {
        let story = Story::active(&app).await;
        let path = format!("/projects/{}/measures", story.project);
        let both = app.person("both", "department", Some("业务二处"), &[Role::Officer, Role::Director]).await;
        let made = both.post(&path, measure("terminate", "not_feasible")).await.is(201);
        let own = format!("/measures/{}", made["id"].as_str().unwrap());
        both.post(&format!("{own}/approve"), decision()).await.is_refused(403, "forbidden");
        // What is only proposed may never come: the parties do not hear of it.
        let team = app.team("keda").await;
        team.get(&own).await.is_refused(404, "not_found");
        assert_eq!(team.get(&path).await.is(200)["items"], json!([]));
        app.director().await.post(&format!("{own}/decline"), json!({"reason": "可调整路线继续实施"})).await.is(200);
        let dual = app.person("dual", "department", None, &[Role::Commissioner, Role::Director]).await;
        let assign = format!("/projects/{}/assign", story.project);
        app.officer().await.post(&assign, json!({"commissioner_id": dual.id(), "note": "岗位调整，移交。"})).await.is(200);
        // The commissioner raises the alarm; neither they nor the one before decides.
        app.commissioner().await.post(&path, measure("revoke", "never_started")).await.is_refused(403, "forbidden");
        let alert = dual.post(&path, measure("revoke", "never_started")).await.is(201);
        let alert = format!("/measures/{}", alert["id"].as_str().unwrap());
        dual.post(&format!("{alert}/approve"), decision()).await.is_refused(403, "forbidden");
        team.post(&path, measure("terminate", "applied")).await.is_refused(403, "forbidden");
        let before = app.person("before", "department", None, &[Role::Commissioner, Role::Director]).await;
        app.officer().await.post(&assign, json!({"commissioner_id": before.id(), "note": "岗位调整，移交。"})).await.is(200);
        app.officer().await.post(&assign, json!({"commissioner_id": app.commissioner().await.id(), "note": "岗位调整，移交。"})).await.is(200);
        before.post(&format!("{alert}/approve"), decision()).await.is_refused(403, "forbidden");
        app.director().await.post(&format!("{alert}/approve"), decision()).await.is(200);
        assert_eq!(team.get(&alert).await.is(200)["decision_no"], "示科发〔2026〕31号");
    }

    async fn a_terminated_project_gets_no_more_money_whatever_desk_it_lay_on(app: TestApp) {
        let story = Story::active(&app).await;
        story.paid(0).await;
        story.met(0, &[("K1", "91")]).await;
        app.team("keda").await.does(&format!("/payments/{}/request", story.payments[1])).await.is(200);
        let hold = format!("/payments/{}/hold", story.payments[1]);
        app.finance().await.post(&hold, json!({"reason": "待核"})).await.is(200);
        decided(&story, measure("terminate", "not_feasible")).await;
        let list = app.officer().await.get(&format!("/projects/{}/payments", story.project)).await.is(200);
        let stages: Vec<&str> = list["items"].as_array().unwrap().iter().map(|row| row["stage"].as_str().unwrap()).collect();
        assert_eq!(stages, ["paid", "cancelled", "cancelled"]);
        let fen = |part: &str| list["sources"][0][part].as_i64().unwrap() / inputs::WAN;
        assert_eq!([fen("planned_fen"), fen("paid_fen"), fen("cancelled_fen")], [650, 260, 390]);
        assert_eq!(app.count("assignments WHERE ends_at IS NULL").await, 0);
        // Its milestones are nobody's delay any more.
        app.days_later(2_000);
        let summary = app.leader().await.get("/portfolio/summary").await.is(200);
        assert!(summary["milestones"].as_array().unwrap().iter().all(|row| row["late"] == 0), "{summary}");
        assert_eq!(summary["total"]["paid_fen"], 260 * inputs::WAN);
        // Money that the bank sends back now stays where it is.
        let back = json!({"reason": "账户已注销", "returned_on": app.app.clock.now().date().to_string()});
        let back = app.finance().await.post(&format!("/payments/{}/reverse", story.payments[0]), back).await.is(200);
        assert_eq!(back["stage"], "cancelled");
        assert_eq!(app.count(WRONG).await, 0);
        assert_eq!(app.officer().await.does(&story.path("finish")).await.is(200)["stage"], "finished");
    }

    async fn a_project_is_terminated_from_every_stage_of_its_work(app: TestApp) {
        ended_from_every_stage(&app, measure("terminate", "conditions_lost"), "terminated").await;
    }

    async fn a_project_is_revoked_from_every_stage_of_its_work(app: TestApp) {
        ended_from_every_stage(&app, measure("revoke", "fraud"), "revoked").await;
    }

    async fn twenty_decisions_at_once_end_a_project_once(app: TestApp) {
        let story = Story::active(&app).await;
        let path = format!("{}/approve", proposed(&story, measure("terminate", "breach")).await);
        let director = app.director().await;
        director.token().await;
        let replies = join_all((0..20).map(|_| director.post(&path, decision()))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 409)));
        assert_eq!(app.count("audit WHERE action = 'project.terminate'").await, 1);
        assert_eq!(app.count("outbox WHERE template = 'project_terminated' AND recipient = 'team-keda@test.example'").await, 1);
    }

    async fn when_a_project_ends_early_and_its_money_goes_back_the_people_concerned_get_one_letter(app: TestApp) {
        everyone(&app).await;
        app.person("supervisor", "department", Some("机关纪委"), &[Role::Supervisor]).await;
        let mut record = String::new();
        let (officer, director, finance) = (app.officer().await, app.director().await, app.finance().await);
        let story = Story::active(&app).await;
        app.mail().await;
        let alert = app.commissioner().await.post(&format!("/projects/{}/measures", story.project), measure("terminate", "breach")).await.is(201);
        note(&app, &mut record, "measure.propose").await;
        let decline = format!("/measures/{}/decline", alert["id"].as_str().unwrap());
        director.post(&decline, json!({"reason": "整改后继续"})).await.is(200);
        note(&app, &mut record, "measure.decline").await;
        for (step, input) in [
            ("suspend", suspension(&app, true)), ("resume", measure("resume", "cause_gone")), ("terminate", measure("terminate", "breach")),
        ] {
            let path = proposed(&story, input).await;
            app.mail().await;
            director.post(&format!("{path}/approve"), decision()).await.is(200);
            note(&app, &mut record, &format!("measure.approve {step}")).await;
        }
        let story = Story::active(&app).await;
        story.paid(0).await;
        let path = proposed(&story, measure("revoke", "fraud")).await;
        app.mail().await;
        director.post(&format!("{path}/approve"), decision()).await.is(200);
        note(&app, &mut record, "measure.approve revoke").await;
        let settle = format!("/projects/{}/clawbacks", story.project);
        let sheet = json!({"audit_no": "审字1号", "spent_fen": 0, "interest_rate_bps": 345, "reason": "全额追回。"});
        let id = async || officer.post(&settle, sheet.clone()).await.is(201)["id"].as_str().unwrap().to_owned();
        let first = id().await;
        note(&app, &mut record, "clawback.propose").await;
        director.post(&format!("/clawbacks/{first}/decline"), json!({"reason": "利率有误"})).await.is(200);
        note(&app, &mut record, "clawback.decline").await;
        let own = id().await;
        app.mail().await;
        director.post(&format!("/clawbacks/{own}/approve"), decision()).await.is(200);
        note(&app, &mut record, "clawback.approve").await;
        let receipt = |fen: i64, voucher: &str| json!({"amount_fen": fen, "received_on": app.app.clock.now().date().to_string(), "voucher_no": voucher});
        finance.post(&format!("/clawbacks/{own}/receive"), receipt(100, "TK-1")).await.is(200);
        note(&app, &mut record, "clawback.receive partial").await;
        finance.post(&format!("/clawbacks/{own}/propose_write_off"), json!({"reason": "已破产"})).await.is(200);
        note(&app, &mut record, "clawback.propose_write_off").await;
        director.post(&format!("/clawbacks/{own}/decline_write_off"), json!({"reason": "尚有财产可供执行"})).await.is(200);
        note(&app, &mut record, "clawback.decline_write_off").await;
        let left = officer.get(&format!("/clawbacks/{own}")).await.is(200)["outstanding_fen"].as_i64().unwrap();
        finance.post(&format!("/clawbacks/{own}/receive"), receipt(left, "TK-2")).await.is(200);
        note(&app, &mut record, "clawback.receive settled").await;
        let story = crate::clawbacks::notified(&app).await;
        finance.post(&format!("{}/propose_write_off", story.1), json!({"reason": "已破产"})).await.is(200);
        app.mail().await;
        director.post(&format!("{}/approve_write_off", story.1), decision()).await.is(200);
        note(&app, &mut record, "clawback.approve_write_off").await;
        golden(&record, ENDING);
    }
}
