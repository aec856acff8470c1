//! The formal examination: what the service computes, the correction of form, the second person, the appeal.

use crate::support::upload::pdf;
use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

fn found<'a>(shown: &'a Value, list: &str, code: &str) -> &'a Value {
    shown[list].as_array().unwrap().iter().find(|item| item["code"] == code).unwrap()
}

fn wrong_form() -> Value {
    json!({"items": [{"code": "F3", "finding": "fail", "reason": "承诺书缺法定代表人签字"}, {"code": "F10", "finding": "fail", "reason": "协议缺公章"}]})
}

on_both! {
    async fn what_can_be_computed_the_service_fills_in(app: TestApp) {
        let story = Story::screening(&app).await;
        let (examiner, path) = (app.examiner().await, format!("/bids/{}", story.bid));
        let shown = examiner.get(&format!("{path}/examination")).await.is(200);
        for code in ["F1", "F4", "F5", "F7", "F8", "F9", "F11", "F12", "F13"] {
            assert_eq!(found(&shown, "computed", code)["finding"], "pass", "{code}");
        }
        assert_eq!(found(&shown, "computed", "F6")["finding"], "na", "only public challenges need a partner of the province");
        assert_eq!(shown["items"], Value::Null);
        // The rest is papers and judgement: nobody answers it but a person.
        examiner.post(&format!("{path}/examine"), json!({"items": []})).await.has_faults(&[
            ("items.F2", "required"), ("items.F3", "required"), ("items.F10", "required"), ("items.F14", "required"),
            ("items.F15", "required"), ("items.F16", "required"),
        ]);
        let papers: Vec<Value> = ["F2", "F3", "F10", "F14", "F15", "F16"].iter().map(|code| json!({"code": code, "finding": "pass"})).collect();
        let done = examiner.post(&format!("{path}/examine"), json!({"items": papers})).await.is(200);
        assert_eq!(done["stage"], "eligible");
        assert_eq!(done["examination"].as_array().unwrap().len(), 16);
        let after = examiner.get(&format!("{path}/examination")).await.is(200);
        assert_eq!(after["computed"], json!([]), "what was found stands; it is not computed anew");
        assert_eq!(after["items"].as_array().unwrap().len(), 16);
    }

    async fn another_finding_than_the_computed_one_needs_a_reason(app: TestApp) {
        let story = Story::screening(&app).await;
        app.supervisor().await.post("/restrictions", inputs::restriction(&app.organization("keda").await.to_string())).await.is(201);
        let restriction = app.director().await.get("/restrictions").await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        app.director().await.does(&format!("/restrictions/{restriction}/approve")).await.is(200);
        let (examiner, path) = (app.examiner().await, format!("/bids/{}", story.bid));
        let shown = examiner.get(&format!("{path}/examination")).await.is(200);
        assert_eq!(found(&shown, "computed", "F12")["finding"], "fail");
        let examine = format!("{path}/examine");
        examiner.post(&examine, inputs::examination(&[])).await.has_faults(&[("items.F12.reason", "differs_from_computed")]);
        let mut input = inputs::examination(&[]);
        input["items"][11]["reason"] = json!("限制已于昨日解除，文号待录入。");
        assert_eq!(examiner.post(&examine, input).await.is(200)["stage"], "eligible");
    }

    async fn a_failure_is_confirmed_by_a_second_person_or_returned(app: TestApp) {
        let story = Story::screening(&app).await;
        let (first, second) = (app.examiner().await, app.second_examiner().await);
        let path = |verb: &str| format!("/bids/{}/{verb}", story.bid);
        app.mail().await;
        assert_eq!(first.post(&path("examine"), inputs::examination(&["F3"])).await.is(200)["stage"], "doubted");
        assert!(!app.mail().await.iter().any(|(_, to)| to.starts_with("team-")), "the team hears of it once it is confirmed");
        first.does(&path("confirm_failure")).await.is_refused(403, "forbidden");
        app.officer().await.does(&story.path("start_review")).await.is_refused(409, "bids_not_examined");
        let reason = json!({"reason": "公章在附件第二页"});
        first.post(&path("return_examination"), reason.clone()).await.is_refused(403, "forbidden");
        assert_eq!(second.post(&path("return_examination"), reason).await.is(200)["stage"], "submitted");
        assert_eq!(app.mail().await, [("examination_returned".to_owned(), "examiner@test.example".to_owned())]);
        first.post(&path("examine"), inputs::examination(&["F3"])).await.is(200);
        assert_eq!(second.does(&path("confirm_failure")).await.is(200)["stage"], "ineligible");
        let letters = app.letters().await;
        let letter = letters.iter().find(|letter| letter.notice.to_string() == "bid_ineligible").unwrap();
        assert!(letter.to.starts_with("team-keda") && letter.text.contains("F3 签字盖章"), "{}", letter.text);
        // Whoever confirmed it has examined it, too.
        let seen = app.second_examiner().await.get(&format!("/bids/{}", story.bid)).await.is(200);
        assert_eq!(seen["stage"], "ineligible");
    }

    async fn what_is_wrong_in_form_is_corrected_once_within_five_working_days(app: TestApp) {
        let story = Story::screening(&app).await;
        let (examiner, team) = (app.examiner().await, app.team("keda").await);
        let path = |verb: &str| format!("/bids/{}/{verb}", story.bid);
        examiner.post(&path("request_correction"), json!({"items": [{"code": "F7", "finding": "fail", "reason": "指标偏低"}]})).await
            .has_faults(&[("items.F7", "not_of_form")]);
        examiner.post(&path("request_correction"), json!({"items": []})).await.has_faults(&[("items", "required")]);
        app.mail().await;
        assert_eq!(examiner.post(&path("request_correction"), wrong_form()).await.is(200)["stage"], "in_correction");
        let due = team.get(&path("examination")).await.is(200)["correction"]["due_on"].as_str().unwrap().to_owned();
        let letters = app.letters().await;
        assert!(letters.len() == 1 && letters[0].text.contains(&due) && letters[0].text.contains("协议缺公章"), "{letters:?}");
        examiner.post(&path("examine"), inputs::examination(&[])).await.is_refused(409, "correction_running");
        team.put(&format!("/bids/{}", story.bid), 3, inputs::bid()).await.is_refused(409, "wrong_stage");
        assert_eq!(team.post(&path("correct"), json!({"statement": "已补签字与公章。"})).await.is(200)["stage"], "submitted");
        let told = app.mail().await;
        assert_eq!(told, [("bid_corrected".to_owned(), "examiner@test.example".to_owned()), ("bid_corrected".into(), "officer@test.example".into())]);
        assert_eq!(examiner.get(&path("examination")).await.is(200)["correction"]["statement"], "已补签字与公章。");
        examiner.post(&path("request_correction"), wrong_form()).await.is_refused(409, "corrected_once");
        assert_eq!(examiner.post(&path("examine"), inputs::examination(&[])).await.is(200)["stage"], "eligible");
    }

    async fn the_papers_of_a_correction_are_handed_in_beside_what_was_sealed(app: TestApp) {
        let mut story = Story::open(&app).await;
        let (team, examiner) = (app.team("keda").await, app.examiner().await);
        story.bid = story.drafted("keda").await;
        let name = |file: &Value| file["name"].as_str().unwrap().to_owned();
        let sealed = team.uploads(&story.bid, "commitment", "承诺书.pdf", &pdf("无签字", 100)).await.is(201);
        let path = |verb: &str| format!("/bids/{}/{verb}", story.bid);
        team.does(&path("submit")).await.is(200);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        team.uploads(&story.bid, "commitment", "承诺书 签字.pdf", &pdf("有签字", 100)).await.is_refused(409, "deadline_passed");
        examiner.post(&path("request_correction"), wrong_form()).await.is(200);
        team.uploads(&story.bid, "technical_plan", "新方案.pdf", &pdf("新方案", 100)).await.has_faults(&[("kind", "not_of_form")]);
        let wrong = team.uploads(&story.bid, "commitment", "传错了.pdf", &pdf("传错了", 100)).await.is(201);
        team.does(&format!("/files/{}/remove", wrong["id"].as_str().unwrap())).await.is(200);
        let added = team.uploads(&story.bid, "commitment", "承诺书 签字.pdf", &pdf("有签字", 100)).await.is(201);
        let seen = examiner.get(&path("files")).await.is(200);
        assert_eq!(seen["items"].as_array().unwrap().iter().map(name).collect::<Vec<_>>(), ["承诺书.pdf"], "not before it is handed in");
        examiner.get(&format!("/files/{}", added["id"].as_str().unwrap())).await.is_refused(404, "not_found");
        team.does(&format!("/files/{}/remove", sealed["id"].as_str().unwrap())).await.is(200);
        team.post(&path("correct"), json!({"statement": "已补法定代表人签字。"})).await.is(200);
        let seen = examiner.get(&path("files")).await.is(200);
        assert_eq!(seen["items"].as_array().unwrap().iter().map(name).collect::<Vec<_>>(), ["承诺书.pdf", "承诺书 签字.pdf"], "what was sealed stays");
        assert_eq!(examiner.downloads(added["id"].as_str().unwrap()).await.2, pdf("有签字", 100));
        team.uploads(&story.bid, "commitment", "又一份.pdf", &pdf("又一份", 100)).await.is_refused(409, "deadline_passed");
    }

    async fn after_the_time_to_correct_it_is_examined_as_it_stands(app: TestApp) {
        let story = Story::screening(&app).await;
        let (examiner, team) = (app.examiner().await, app.team("keda").await);
        let path = |verb: &str| format!("/bids/{}/{verb}", story.bid);
        examiner.post(&path("request_correction"), wrong_form()).await.is(200);
        let due: jiebang::domain::time::Date =
            team.get(&path("examination")).await.is(200)["correction"]["due_on"].as_str().unwrap().parse().unwrap();
        app.app.clock.set(due.ends_at().plus(chrono::TimeDelta::microseconds(-1)));
        team.post(&path("correct?dry_run=true"), json!({"statement": "已补签字与公章。"})).await.is(200);
        examiner.post(&path("examine"), inputs::examination(&["F3"])).await.is_refused(409, "correction_running");
        app.app.clock.set(due.ends_at());
        team.post(&path("correct"), json!({"statement": "已补签字与公章。"})).await.is_refused(409, "correction_over");
        assert_eq!(examiner.post(&path("examine"), inputs::examination(&["F3"])).await.is(200)["stage"], "doubted");
    }

    async fn a_failure_is_appealed_once_and_decided_by_supervision(app: TestApp) {
        let story = Story::screening(&app).await;
        let (team, supervisor) = (app.team("keda").await, app.supervisor().await);
        let path = |verb: &str| format!("/bids/{}/{verb}", story.bid);
        story.examined(&story.bid, &["F3"]).await;
        let grounds = json!({"grounds": "公章在协议第三页，材料齐全。"});
        let fail = json!({"reason_code": "no_eligible_bid", "reason": "均未通过形式审查"});
        app.director().await.post(&story.path("fail"), fail.clone()).await.is_refused(409, "appeals_pending");
        app.mail().await;
        assert_eq!(team.post(&path("appeal"), grounds.clone()).await.is(200)["stage"], "in_appeal");
        assert!(app.mail().await.contains(&("appeal_received".into(), "supervisor@test.example".into())));
        let answer = |upheld: bool| json!({"upheld": upheld, "reason": "经核，公章齐全与否已查明。"});
        app.examiner().await.post(&path("decide_appeal"), answer(true)).await.is_refused(403, "forbidden");
        assert_eq!(supervisor.post(&path("decide_appeal?dry_run=true"), answer(true)).await.is(200)["stage"], "eligible");
        assert_eq!(supervisor.post(&path("decide_appeal"), answer(false)).await.is(200)["stage"], "ineligible");
        assert!(app.mail().await.contains(&("appeal_dismissed".into(), "team-keda@test.example".into())));
        team.post(&path("appeal"), grounds).await.is_refused(409, "appeal_over");
        assert_eq!(app.director().await.post(&story.path("fail"), fail).await.is(200)["stage"], "failed");
    }

    async fn the_time_to_appeal_ends_with_the_fifth_working_day_and_a_decision_waits_for_it(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let failed = story.submitted("yuan").await;
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        story.examined(&story.bid, &[]).await;
        story.examined(&failed, &["F3"]).await;
        app.officer().await.does(&story.path("start_review")).await.is(200);
        story.scored(&story.bid, 1, "26").await;
        app.officer().await.post(&story.path("propose"), story.proposal()).await.is_refused(409, "appeals_pending");
        let appeal = app.team("yuan").await.get(&format!("/bids/{failed}/examination")).await.is(200)["appeal"]["until"].clone();
        let until: jiebang::domain::time::Date = appeal.as_str().unwrap().parse().unwrap();
        app.app.clock.set(until.ends_at());
        app.team("yuan").await.post(&format!("/bids/{failed}/appeal"), json!({"grounds": "公章在协议第三页，材料齐全。"})).await
            .is_refused(409, "appeal_over");
        story.satisfied().await;
        app.officer().await.post(&story.path("propose"), story.proposal()).await.is(201);
    }

    async fn an_upheld_appeal_brings_the_bid_before_the_panel(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let failed = story.submitted("yuan").await;
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        story.examined(&story.bid, &[]).await;
        story.examined(&failed, &["F3"]).await;
        app.officer().await.does(&story.path("start_review")).await.is(200);
        app.team("yuan").await.post(&format!("/bids/{failed}/appeal"), json!({"grounds": "公章在协议第三页，材料齐全。"})).await.is(200);
        story.scored(&story.bid, 1, "26").await;
        app.officer().await.post(&story.path("propose"), story.proposal()).await.is_refused(409, "appeals_pending");
        app.supervisor().await.post(&format!("/bids/{failed}/decide_appeal"), json!({"upheld": true, "reason": "公章齐全"})).await.is(200);
        app.officer().await.post(&story.path("propose"), story.proposal()).await.is_refused(409, "reviews_missing");
        story.assigned(&failed, 2).await;
    }
}
