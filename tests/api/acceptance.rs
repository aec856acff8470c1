//! Acceptance: what is handed in, who judges it, how it can end, and the certificate.

use crate::clawbacks::reminded;
use crate::support::{Caller, Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

/// A project with its milestones concluded.
async fn finished<'a>(app: &'a TestApp, last: &[(&str, &str)]) -> Story<'a> {
    let story = Story::active(app).await;
    story.met(0, &[("K1", "91")]).await;
    story.met(1, last).await;
    story
}

async fn project(story: &Story<'_>) -> Value {
    story.app.officer().await.get(&format!("/projects/{}", story.project)).await.is(200)
}

fn conclusion(what: &str) -> Value {
    json!({"conclusion": what, "opinion": "按专家组意见办理"})
}

fn rectify(app: &TestApp, days: i64) -> Value {
    let by = app.app.clock.now().date().plus_days(days).to_string();
    json!({"conclusion": "rectify", "opinion": "补充长周期运行数据", "rectify_by": by})
}

async fn page(caller: &Caller, path: &str) -> crate::support::Reply {
    caller.request(reqwest::Method::GET, path, None).await
}

on_both! {
    async fn an_application_without_its_papers_is_told_all_that_is_missing(app: TestApp) {
        let story = Story::active(&app).await;
        let team = app.team("keda").await;
        let apply = format!("/projects/{}/apply_acceptance", story.project);
        team.post(&apply, inputs::acceptance()).await.is_refused(409, "milestones_open");
        story.met(0, &[("K1", "91")]).await;
        story.met(1, &[("K1", "96.5"), ("K2", "0.49")]).await;
        let nothing = json!({"self_evaluation": "完成", "items": []});
        team.post(&apply, nothing).await.has_faults(&[
            ("items.self_evaluation", "required"), ("items.science_report", "required"), ("items.outcome_list", "required"), ("items.truth_statement", "required"),
            ("items.audit_report", "required"), ("items.third_party_test.K1", "required"), ("items.third_party_test.K2", "required"),
        ]);
        let mut wrong = inputs::acceptance();
        wrong["items"][0]["issued_on"] = json!("2099-01-01");
        wrong["items"][1] = wrong["items"][0].clone();
        wrong["items"][5]["indicators"] = json!(["K1", "K9"]);
        team.post(&apply, wrong).await.has_faults(&[
            ("items[0].issued_on", "in_the_future"), ("items[1].issued_on", "in_the_future"), ("items[1].reference", "repeated_code"),
            ("items[5].indicators", "unknown_indicator"), ("items.science_report", "required"), ("items.third_party_test.K2", "required"),
        ]);
        app.sponsor().await.post(&apply, inputs::acceptance()).await.is_refused(403, "forbidden");
        assert_eq!(team.post(&apply, inputs::acceptance()).await.is(200)["stage"], "in_acceptance");
        let shown = team.get(&format!("/acceptances/{}", story.acceptance().await)).await.is(200);
        assert_eq!((&shown["number"], &shown["late"], &shown["items"][1]["reference"]), (&json!(1), &json!(false), &json!("KJBG-2026-0077")));
    }

    async fn a_panel_says_nothing_of_a_project_that_was_ended_meanwhile(app: TestApp) {
        let story = Story::in_acceptance(&app).await;
        let panel = inputs::panel(&app).await;
        let path = format!("/acceptances/{}/assess", story.acceptance().await);
        crate::measures::decided(&story, crate::measures::measure("terminate", "conditions_lost")).await;
        let found = inputs::assessment(&panel, "pass", "pass");
        app.officer().await.post(&path, found).await.is_refused(409, "not_in_acceptance");
    }

    async fn an_application_after_six_months_is_taken_and_marked_as_late(app: TestApp) {
        let story = finished(&app, &[("K1", "96.5"), ("K2", "0.49")]).await;
        let ends_on = project(&story).await["ends_on"].as_str().unwrap().to_owned();
        app.at(&format!("{ends_on}T01:00:00Z"));
        app.days_later(190);
        story.applied().await;
        let shown = app.team("keda").await.get(&format!("/acceptances/{}", story.acceptance().await)).await.is(200);
        assert_eq!(shown["late"], true, "{shown}");
    }

    async fn a_panel_is_odd_of_the_pool_and_without_interests(app: TestApp) {
        let story = finished(&app, &[("K1", "96.5"), ("K2", "0.49")]).await;
        story.applied().await;
        let path = format!("/acceptances/{}/assess", story.acceptance().await);
        let panel = inputs::panel(&app).await;
        let officer = app.officer().await;
        let team_mate = app.person("near", "keda", None, &[Role::Expert]).await;
        inputs::enlisted(&app, &team_mate, "technical").await;
        let stranger = app.expert(40).await;
        let wrong = |experts: Vec<String>| { let mut input = inputs::assessment(&experts, "pass", "pass"); input["meeting_on"] = json!("2026-04-15"); input };
        officer.post(&path, wrong(panel[..2].to_vec())).await.has_faults(&[("experts", "wrong_length")]);
        let mut all = wrong(vec![panel[0].clone(), panel[0].clone(), team_mate.id(), stranger.id()]);
        all["meeting_on"] = json!("2026-03-01");
        all["corrections"] = json!([{"code": "K9", "actual": "1", "reason": "现场复测"}, {"code": "K9", "actual": "2", "reason": "现场复测"}]);
        officer.post(&path, all).await.has_faults(&[
            ("meeting_on", "too_early"), ("experts", "wrong_length"), ("experts[1]", "repeated_code"), ("experts[2]", "conflict_of_interest"),
            ("experts[3]", "not_in_the_pool"), ("corrections[0].code", "unknown_indicator"), ("corrections[1].code", "unknown_indicator"), ("corrections[1].code", "repeated_code"),
        ]);
        for caller in [app.director().await, app.commissioner().await, app.team("keda").await] {
            caller.post(&path, wrong(panel.clone())).await.is_refused(403, "forbidden");
        }
        assert_eq!(app.count("acceptance_experts").await, 0);
        let today = app.app.clock.now().date().to_string();
        let mut right = wrong(panel.clone());
        right["meeting_on"] = json!(today);
        assert_eq!(officer.post(&path, right.clone()).await.is(200)["stage"], "assessed");
        // Until there is a conclusion it can be mended; the parties do not see it before.
        right["finance"] = json!("fail");
        assert_eq!(officer.post(&path, right).await.is(200)["panel"]["finance"], "fail");
        let one = path.trim_end_matches("/assess").to_owned();
        assert_eq!(app.team("keda").await.get(&one).await.is(200)["panel"], json!(null));
        assert_eq!(app.director().await.get(&one).await.is(200)["panel"]["members"].as_array().unwrap().len(), 3);
        assert_eq!(app.count("acceptance_experts").await, 3);
    }

    async fn whoever_follows_or_wrote_it_down_neither_judges_nor_concludes(app: TestApp) {
        let story = finished(&app, &[("K1", "96.5"), ("K2", "0.49")]).await;
        let both = app.person("both", "department", Some("业务一处"), &[Role::Officer, Role::Director]).await;
        story.applied().await;
        let path = format!("/acceptances/{}/assess", story.acceptance().await);
        let mut input = inputs::assessment(&inputs::panel(&app).await, "pass", "pass");
        input["meeting_on"] = json!(app.app.clock.now().date().to_string());
        both.post(&path, input).await.is(200);
        let conclude = format!("/projects/{}/conclude", story.project);
        both.post(&conclude, conclusion("completed")).await.is_refused(403, "forbidden");
        let allowed = both.get(&format!("/projects/{}", story.project)).await.is(200)["allowed_actions"].clone();
        assert!(!allowed.as_array().unwrap().contains(&json!("project.conclude")), "{allowed}");
        app.director().await.post(&conclude, conclusion("completed")).await.is(200);
    }

    async fn a_project_passes_exactly_when_tasks_accounts_and_mandatory_targets_do(app: TestApp) {
        let story = Story::active(&app).await;
        story.met(0, &[("K1", "91")]).await;
        story.handed_in(1, &[("K1", "96"), ("K2", "0.6")]).await;
        app.commissioner().await.post(&format!("/milestones/{}/fail", story.milestones[1]), json!({"opinion": "电耗未达标"})).await.is(200);
        story.applied().await;
        let (officer, director) = (app.officer().await, app.director().await);
        let conclude = format!("/projects/{}/conclude", story.project);
        director.post(&conclude, conclusion("completed")).await.is_refused(409, "panel_missing");
        for (task, finance) in [("pass", "pass"), ("fail", "pass"), ("pass", "fail")] {
            story.assessed(task, finance).await;
            director.post(&conclude, conclusion("completed")).await.is_refused(409, "acceptance_not_passed");
        }
        // The panel measured anew, and says why it found otherwise.
        let mut input = inputs::assessment(&inputs::panel(&app).await, "pass", "pass");
        input["meeting_on"] = json!(app.app.clock.now().date().to_string());
        input["corrections"] = json!([{"code": "K2", "actual": "0.5", "reason": "现场复测，见检测报告2026-201"}]);
        let path = format!("/acceptances/{}", story.acceptance().await);
        let found = officer.post(&format!("{path}/assess"), input).await.is(200)["panel"]["results"].clone();
        assert_eq!((&found[1]["actual"], &found[1]["corrected_from"], &found[1]["reached"]), (&json!("0.5"), &json!("0.6"), &json!(true)));
        assert_eq!((&found[0]["target"], &found[0]["actual"], &found[0]["corrected_from"]), (&json!("96"), &json!("96"), &json!(null)));
        for other in [conclusion("concluded"), conclusion("failed"), rectify(&app, 30)] {
            director.post(&conclude, other).await.is_refused(409, "acceptance_passed");
        }
        assert_eq!(director.post(&conclude, conclusion("completed")).await.is(200)["stage"], "completed");
        let team = app.team("keda").await;
        let shown = team.get(&path).await.is(200);
        assert_eq!((&shown["result"], &shown["panel"]["task"], &shown["stage"]), (&json!("passed"), &json!("pass"), &json!("decided")));
        assert_eq!(team.get(&format!("/payments/{}", story.payments[2])).await.is(200)["stage"], "due");
    }

    async fn a_project_is_sent_to_rectify_once_and_applies_again(app: TestApp) {
        let story = finished(&app, &[("K1", "96.5"), ("K2", "0.49")]).await;
        story.applied().await;
        story.assessed("fail", "pass").await;
        let (director, team) = (app.director().await, app.team("keda").await);
        let conclude = format!("/projects/{}/conclude", story.project);
        director.post(&conclude, conclusion("rectify")).await.has_faults(&[("rectify_by", "required")]);
        director.post(&conclude, rectify(&app, 0)).await.has_faults(&[("rectify_by", "in_the_past")]);
        director.post(&conclude, rectify(&app, 93)).await.has_faults(&[("rectify_by", "too_late")]);
        let mut odd = rectify(&app, 60);
        odd["conclusion"] = json!("failed");
        director.post(&conclude, odd).await.has_faults(&[("rectify_by", "not_here")]);
        assert_eq!(director.post(&conclude, rectify(&app, 60)).await.is(200)["stage"], "rectifying");
        assert_eq!(team.get(&format!("/payments/{}", story.payments[2])).await.is(200)["stage"], "locked");
        assert_eq!(app.count("assignments WHERE ends_at IS NULL").await, 1, "the commissioner stays");
        director.post(&conclude, conclusion("concluded")).await.is_refused(409, "rectification_running");
        director.post(&conclude, conclusion("completed")).await.is_refused(409, "wrong_stage");
        app.days_later(60);
        story.applied().await;
        story.assessed("fail", "pass").await;
        director.post(&conclude, rectify(&app, 60)).await.is_refused(409, "acceptance_rectified");
        story.assessed("pass", "pass").await;
        director.post(&conclude, conclusion("completed")).await.is(200);
        let all = team.get(&format!("/projects/{}/acceptances", story.project)).await.is(200)["items"].clone();
        let told: Vec<&Value> = all.as_array().unwrap().iter().map(|one| &one["result"]).collect();
        assert_eq!(told, [&json!("rectify"), &json!("passed_after_rectification")]);
        assert_eq!((&all[0]["certificate_no"], &all[1]["late"]), (&json!(null), &json!(false)));
    }

    async fn a_rectification_that_is_not_used_ends_without_passing(app: TestApp) {
        let story = finished(&app, &[("K1", "96.5"), ("K2", "0.49")]).await;
        story.applied().await;
        story.assessed("fail", "fail").await;
        let director = app.director().await;
        let conclude = format!("/projects/{}/conclude", story.project);
        director.post(&conclude, rectify(&app, 30)).await.is(200);
        app.days_later(15);
        assert_eq!(reminded(&app, "rectification_").await, ("rectification_due".into(), "commissioner team-keda".into()));
        app.days_later(16);
        assert_eq!(reminded(&app, "rectification_").await, ("rectification_overdue".into(), "commissioner director officer team-keda".into()));
        assert_eq!(reminded(&app, "rectification_").await.0, "", "said once");
        let apply = format!("/projects/{}/apply_acceptance", story.project);
        app.team("keda").await.post(&apply, inputs::acceptance()).await.is_refused(409, "rectification_over");
        assert_eq!(director.post(&conclude, conclusion("failed")).await.is(200)["stage"], "failed");
        let team = app.team("keda").await;
        assert_eq!(team.get(&format!("/payments/{}", story.payments[2])).await.is(200)["stage"], "cancelled");
        assert_eq!(app.count("assignments WHERE ends_at IS NULL").await, 0);
        assert_eq!(app.officer().await.does(&story.path("finish")).await.is(200)["stage"], "finished");
    }

    async fn an_end_without_passing_stops_all_that_finance_has_not_approved_and_can_be_settled(app: TestApp) {
        let story = Story::in_acceptance(&app).await;
        story.assessed("fail", "pass").await;
        let (team, finance, commissioner, officer) = (app.team("keda").await, app.finance().await, app.commissioner().await, app.officer().await);
        let step = |index: usize, verb: &str| format!("/payments/{}/{verb}", story.payments[index]);
        for index in [0, 1] {
            team.does(&step(index, "request")).await.is(200);
        }
        commissioner.does(&step(0, "check")).await.is(200);
        finance.does(&step(0, "approve")).await.is(200);
        finance.post(&step(1, "hold"), json!({"reason": "账户待核"})).await.is(200);
        app.director().await.post(&format!("/projects/{}/conclude", story.project), conclusion("failed")).await.is(200);
        let payments = format!("/projects/{}/payments", story.project);
        let stages = async || {
            let list = officer.get(&payments).await.is(200);
            list["items"].as_array().unwrap().iter().map(|row| row["stage"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(stages().await, ["approved", "cancelled", "cancelled"]);
        let letters = app.letters().await;
        let stopped = letters.iter().filter(|letter| letter.subject.contains("停拨") && letter.to.contains("team-keda"));
        assert!(stopped.clone().all(|letter| letter.text.contains("按专家组意见办理")), "the conclusion is the reason");
        assert_eq!(stopped.count(), 2);
        let settle = format!("/projects/{}/clawbacks", story.project);
        let sheet = json!({"audit_no": "审字1号", "spent_fen": 0, "reason": "未拨付，无支出。"});
        officer.post(&settle, sheet.clone()).await.is_refused(409, "payments_open");
        // What is sent back now is stopped, too: nobody asks for it any more.
        assert_eq!(finance.post(&step(0, "return"), json!({"reason": "项目未通过验收"})).await.is(200)["stage"], "cancelled");
        let fiscal = officer.get(&payments).await.is(200)["sources"][0].clone();
        assert_eq!((&fiscal["cancelled_fen"], &fiscal["planned_fen"]), (&json!(650 * inputs::WAN), &json!(650 * inputs::WAN)));
        officer.post(&settle, sheet).await.is(201);
        assert_eq!(app.count(crate::portfolio::WRONG).await, 0);
    }

    async fn money_behind_a_milestone_that_was_not_met_is_stopped_and_a_completed_project_keeps_none_locked(app: TestApp) {
        let story = Story::active(&app).await;
        story.paid(0).await;
        story.handed_in(0, &[("K1", "80")]).await;
        app.letters().await;
        app.commissioner().await.post(&format!("/milestones/{}/fail", story.milestones[0]), json!({"opinion": "未达节点目标"})).await.is(200);
        let behind = format!("/payments/{}", story.payments[1]);
        let team = app.team("keda").await;
        assert_eq!(team.get(&behind).await.is(200)["stage"], "cancelled", "it never becomes met");
        let letters = app.letters().await;
        assert!(letters.iter().any(|letter| letter.to.contains("team-keda") && letter.subject.contains("停拨") && letter.text.contains("未达节点目标")));
        story.met(1, &[("K1", "96.5"), ("K2", "0.49")]).await;
        story.applied().await;
        story.assessed("pass", "pass").await;
        app.director().await.post(&format!("/projects/{}/conclude", story.project), conclusion("completed")).await.is(200);
        story.paid(2).await;
        let fiscal = team.get(&format!("/projects/{}/payments", story.project)).await.is(200)["sources"][0].clone();
        let parts = ["planned", "paid", "cancelled", "locked"].map(|part| fiscal[format!("{part}_fen")].as_i64().unwrap() / inputs::WAN);
        assert_eq!(parts, [650, 455, 195, 0]);
        assert_eq!(app.leader().await.get("/portfolio/summary").await.is(200)["total"]["paid_fen"], 455 * inputs::WAN);
        assert_eq!(app.count(crate::portfolio::WRONG).await, 0);
    }

    async fn a_project_that_passed_has_a_certificate_to_print(app: TestApp) {
        let story = Story::in_acceptance(&app).await;
        let team = app.team("keda").await;
        let path = format!("/acceptances/{}/certificate", story.acceptance().await);
        page(&team, &path).await.is_refused(409, "no_certificate");
        app.director().await.post(&format!("/projects/{}/conclude", story.project), conclusion("completed")).await.is(200);
        let printed = page(&team, &path).await;
        assert_eq!(printed.status, 200);
        assert_eq!(printed.headers["content-type"], "text/html; charset=utf-8");
        assert!(printed.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        let number = team.get(path.trim_end_matches("/certificate")).await.is(200)["certificate_no"].as_str().unwrap().to_owned();
        assert!(number.starts_with("YS2026-"), "{number}");
        for words in [number.as_str(), "科技计划项目验收证书", "煤层气提浓成套技术", "keda 单位", "通过验收", "expert21 某", "academy21 单位", "≥96%", "96.5%", "650"] {
            assert!(printed.text.contains(words), "{words}: {}", printed.text);
        }
        assert!(!printed.text.contains("@test.example"), "no addresses");
        page(&app.team("yuan").await, &path).await.is_refused(404, "not_found");
        page(&app.anyone(), &path).await.is_refused(401, "unauthenticated");
    }
}
