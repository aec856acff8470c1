//! Milestones 里程碑: dates of the plan, evidence that fits, values that do not fall behind, panels, and the history of each step.

use crate::support::{Story, TestApp, inputs, on_both};
use futures_util::future::join_all;
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

/// Sets a plan in the place of the one before.
async fn planned_anew(app: &TestApp, story: &mut Story<'_>, plan: Value) -> crate::support::Reply {
    let officer = app.officer().await;
    let path = format!("/projects/{}", story.project);
    let version = officer.get(&path).await.is(200)["version"].as_i64().unwrap();
    let reply = officer.put(&format!("{path}/plan"), version, plan).await;
    let list = officer.get(&format!("{path}/milestones")).await.is(200);
    story.milestones = list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    reply
}

/// Active, with a plan of one's own.
pub async fn active_with(app: &TestApp, plan: Value) -> Story<'_> {
    let mut story = Story::awarded(app).await;
    planned_anew(app, &mut story, plan).await.is(200);
    for party in ["team", "sponsor", "department"] {
        story.signed_by(party).await;
    }
    let assign = json!({"commissioner_id": app.commissioner().await.id()});
    app.officer().await.post(&format!("/projects/{}/assign", story.project), assign).await.is(200);
    story
}

on_both! {
    async fn the_first_milestone_comes_within_a_year_and_one_lies_in_the_middle(app: TestApp) {
        let mut story = Story::awarded(&app).await;
        let mut plan = inputs::plan(650 * inputs::WAN);
        for (first, second, faults) in [
            ("2027-04-16", "2027-12-01", vec![("milestones[0].due_on", "first_too_late")]),
            ("2027-02-01", "2028-12-01", vec![("milestones", "no_mid_term_gate")]),
            ("2027-02-01", "2027-06-26", vec![("milestones", "no_mid_term_gate")]),
            ("2027-02-01", "2028-02-03", vec![("milestones", "no_mid_term_gate")]),
            ("2027-05-01", "2028-12-01", vec![("milestones[0].due_on", "first_too_late"), ("milestones", "no_mid_term_gate")]),
        ] {
            plan["milestones"][0]["due_on"] = json!(first);
            plan["milestones"][1]["due_on"] = json!(second);
            planned_anew(&app, &mut story, plan.clone()).await.has_faults(&faults);
        }
        for (first, second) in [("2027-04-15", "2027-06-28"), ("2027-02-01", "2028-02-01")] {
            plan["milestones"][0]["due_on"] = json!(first);
            plan["milestones"][1]["due_on"] = json!(second);
            planned_anew(&app, &mut story, plan.clone()).await.is(200);
        }
    }

    async fn evidence_fits_the_way_in_which_an_indicator_is_proven(app: TestApp) {
        let story = Story::active(&app).await;
        let team = app.team("keda").await;
        let path = |verb: &str| format!("/milestones/{}/{verb}", story.milestones[0]);
        team.does(&path("start")).await.is(200);
        let mut input = story.evidence(&[("K1", "91")]).await;
        let (user, certificate) = (team.proof(&story.project, "user_report").await, team.proof(&story.project, "certificate").await);
        let test = team.proof(&story.project, "test_report").await;
        input["actuals"][0]["evidence"] = json!([inputs::piece(&user), inputs::piece(&certificate)]);
        input["actuals"][0]["evidence"][1]["issued_on"] = json!("2030-01-01");
        team.post(&path("submit"), input.clone()).await
            .has_faults(&[("actuals.K1.evidence", "does_not_fit"), ("actuals.K1.evidence[1].issued_on", "in_the_future")]);
        input["actuals"][0]["evidence"] = json!([]);
        team.post(&path("submit"), input.clone()).await.has_faults(&[("actuals.K1.evidence", "wrong_length")]);
        input["actuals"][0]["evidence"] = json!([inputs::piece(&user), inputs::piece(&test)]);
        let kept = team.post(&path("submit"), input).await.is(200);
        assert_eq!(kept["indicators"][0]["evidence"][1]["issued_by"], "国家煤层气产品质检中心");
    }

    async fn what_was_reached_once_does_not_fall_behind_without_a_word(app: TestApp) {
        let story = Story::active(&app).await;
        story.met(0, &[("K1", "97")]).await;
        let team = app.team("keda").await;
        let path = |verb: &str| format!("/milestones/{}/{verb}", story.milestones[1]);
        team.does(&path("start")).await.is(200);
        let mut input = story.evidence(&[("K1", "96.9"), ("K2", "0.5")]).await;
        team.post(&path("submit"), input.clone()).await.has_faults(&[("actuals.K1.actual", "falls_behind")]);
        input["actuals"][0]["correction"] = json!("首个节点检测样品不具代表性，按复测结果更正。");
        input["actuals"][1]["correction"] = json!("没有变化");
        let kept = team.post(&path("submit"), input).await.is(200);
        let said: Vec<&Value> = kept["indicators"].as_array().unwrap().iter().map(|node| &node["correction"]).collect();
        assert_eq!(said, [&json!("首个节点检测样品不具代表性，按复测结果更正。"), &Value::Null]);
    }

    async fn every_step_of_a_milestone_is_kept_with_who_when_and_why(app: TestApp) {
        let story = Story::active(&app).await;
        let path = |verb: &str| format!("/milestones/{}/{verb}", story.milestones[0]);
        story.handed_in(0, &[("K1", "89")]).await;
        let commissioner = app.commissioner().await;
        let by = app.app.clock.now().date().plus_days(30).to_string();
        commissioner.post(&path("return"), json!({"opinion": "浓度不足", "rectify_by": by})).await.is(200);
        app.team("keda").await.post(&path("submit"), story.evidence(&[("K1", "91")]).await).await.is(200);
        commissioner.post(&path("verify"), json!({"opinion": "整改到位"})).await.is(200);
        let history = app.sponsor().await.get(&path("history")).await.is(200);
        let steps: Vec<_> = history["items"].as_array().unwrap().iter()
            .map(|step| (step["action"].as_str().unwrap(), step["from_stage"].as_str().unwrap(), step["to_stage"].as_str().unwrap(), &step["opinion"]))
            .collect();
        assert_eq!(steps, [
            ("milestone.start", "planned", "in_progress", &Value::Null),
            ("milestone.submit", "in_progress", "submitted", &Value::Null),
            ("milestone.return", "submitted", "rectifying", &json!("浓度不足")),
            ("milestone.submit", "rectifying", "submitted", &Value::Null),
            ("milestone.verify", "submitted", "met", &json!("整改到位")),
        ]);
        assert_eq!(history["items"][2]["by"], commissioner.id());
        assert_eq!(history["items"][2]["name"], "commissioner 某");
        app.team("yuan").await.get(&path("history")).await.is_refused(404, "not_found");
    }

    async fn of_all_who_judge_a_milestone_at_once_one_does_and_its_payment_follows_that_word(app: TestApp) {
        let story = Story::active(&app).await;
        story.handed_in(0, &[("K1", "91")]).await;
        let path = |verb: &str| format!("/milestones/{}/{verb}", story.milestones[0]);
        let (commissioner, word) = (app.commissioner().await, json!({"opinion": "经核查"}));
        commissioner.token().await;
        let verbs = [path("verify"), path("fail")];
        let replies = join_all((0..20).map(|number| commissioner.post(&verbs[number % 2], word.clone()))).await;
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
        assert_eq!(app.count("audit WHERE action IN ('milestone.verify', 'milestone.fail') AND outcome = 'accepted'").await, 1);
        let stage = |seen: Value| seen["stage"].as_str().unwrap().to_owned();
        let team = app.team("keda").await;
        let judged = stage(team.get(&format!("/milestones/{}", story.milestones[0])).await.is(200));
        let payment = stage(team.get(&format!("/payments/{}", story.payments[1])).await.is(200));
        assert!([("met", "due"), ("not_met", "cancelled")].contains(&(judged.as_str(), payment.as_str())), "{judged} {payment}");
        assert_eq!(app.count(&format!("audit WHERE object_id = '{}' AND action LIKE 'payment.%'", story.payments[1])).await, 1);
    }

    async fn where_the_plan_demands_a_panel_it_speaks_before_the_commissioner(app: TestApp) {
        let mut plan = inputs::plan(650 * inputs::WAN);
        plan["milestones"][0]["panel_required"] = json!(true);
        let story = active_with(&app, plan).await;
        let path = |verb: &str| format!("/milestones/{}/{verb}", story.milestones[0]);
        let (officer, commissioner, team) = (app.officer().await, app.commissioner().await, app.team("keda").await);
        let said = json!({"opinion": "同意"});
        team.does(&path("start")).await.is(200);
        officer.post(&path("assess"), inputs::node_assessment("pass")).await.is_refused(409, "wrong_stage");
        team.post(&path("submit"), story.evidence(&[("K1", "91")]).await).await.is(200);
        for (verb, input) in [("verify", said.clone()), ("fail", said.clone())] {
            commissioner.post(&path(verb), input).await.is_refused(409, "panel_missing");
        }
        let mut input = inputs::node_assessment("pass");
        input["assessors"] = json!([
            {"name": "commissioner 某", "organization": "省科技厅"}, {"name": "孙专家", "organization": "甲大学"}, {"name": "孙专家", "organization": "甲大学"},
        ]);
        input["met_on"] = json!("2030-01-01");
        officer.post(&path("assess"), input).await.has_faults(&[
            ("assessors", "no_user"), ("assessors[0].name", "is_the_commissioner"), ("assessors[2].name", "repeated_person"), ("met_on", "in_the_future"),
        ]);
        let mut two = inputs::node_assessment("pass");
        two["assessors"].as_array_mut().unwrap().remove(0);
        officer.post(&path("assess"), two).await.has_faults(&[("assessors", "wrong_length")]);
        commissioner.post(&path("assess"), inputs::node_assessment("pass")).await.is_refused(403, "forbidden");
        app.mail().await;
        officer.post(&path("assess"), inputs::node_assessment("rectify")).await.is(200);
        assert_eq!(app.mail().await, [("milestone_assessed".to_owned(), "commissioner@test.example".to_owned())]);
        commissioner.post(&path("verify"), said.clone()).await.is_refused(409, "panel_not_passed");
        let by = app.app.clock.now().date().plus_days(30).to_string();
        commissioner.post(&path("return"), json!({"opinion": "按考核组意见整改", "rectify_by": by})).await.is(200);
        let again = team.post(&path("submit"), story.evidence(&[("K1", "92")]).await).await.is(200);
        assert_eq!(again["panel"], Value::Null, "what the panel said was of what was handed in before");
        commissioner.post(&path("verify"), said.clone()).await.is_refused(409, "panel_missing");
        officer.post(&path("assess"), inputs::node_assessment("pass")).await.is(200);
        assert_eq!(commissioner.post(&path("verify"), said).await.is(200)["stage"], "met");
    }

    async fn a_panel_that_nobody_asked_for_is_not_written_down(app: TestApp) {
        let story = Story::active(&app).await;
        story.handed_in(0, &[("K1", "91")]).await;
        let path = format!("/milestones/{}/assess", story.milestones[0]);
        app.officer().await.post(&path, inputs::node_assessment("pass")).await.is_refused(409, "no_panel_asked");
        let other = app.person("officer9", "keda", None, &[Role::Team]).await;
        other.post(&path, inputs::node_assessment("pass")).await.is_refused(403, "forbidden");
    }
}
