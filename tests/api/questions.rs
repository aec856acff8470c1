//! Questions: asked privately, answered publicly, without the asker.

use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::json;

on_both! {
    async fn a_question_is_private_until_it_is_answered_and_nobody_learns_who_asked(app: TestApp) {
        let story = Story::open(&app).await;
        let (team, officer) = (app.team("keda").await, app.officer().await);
        let asked = team.post(&story.path("questions"), json!({"question": "我校煤层气实验室能否作为检测机构？"})).await.is(201);
        let path = format!("/questions/{}", asked["id"].as_str().unwrap());
        assert_eq!((&asked["own"], &asked["stage"]), (&json!(true), &json!("asked")));
        for other in [app.team("yuan").await, app.sponsor().await, app.auditor().await, app.anyone()] {
            other.get(&path).await.is_refused(404, "not_found");
            assert_eq!(other.get(&story.path("questions")).await.is(200)["items"], json!([]));
        }
        let seen = officer.get(&path).await;
        let id = app.organization("keda").await.to_string();
        assert!(!seen.text.contains(&id) && !seen.text.contains("keda"), "{}", seen.text);
        officer.post(&format!("{path}/answer"), json!({"question": "投标单位自有实验室能否作为检测机构？", "answer": "不能，须为第三方。"})).await.is(200);
        for reader in [app.team("yuan").await, app.anyone(), officer.clone()] {
            let list = reader.get(&story.path("questions")).await;
            let shown = &list.is(200)["items"][0];
            assert_eq!((&shown["question"], &shown["own"]), (&json!("投标单位自有实验室能否作为检测机构？"), &json!(false)));
            assert!(!list.text.contains("我校") && !list.text.contains(&id), "{}", list.text);
            reader.get(&path).await.is(200);
        }
        assert_eq!(team.get(&path).await.is(200)["question"], "我校煤层气实验室能否作为检测机构？");
        // Nor does the log tell before the bids are opened.
        let log = app.auditor().await.get("/audit?limit=100").await.text;
        assert!(!log.contains("question.ask") && !log.contains(asked["id"].as_str().unwrap()));
    }

    async fn everyone_who_prepares_a_bid_hears_of_an_answer_once(app: TestApp) {
        let story = Story::with_bid(&app).await;
        story.drafted("yuan").await;
        app.team("idle").await;
        app.letters().await;
        let ask = async |team: &str| {
            let question = app.team(team).await.post(&story.path("questions"), inputs::question()).await.is(201);
            format!("/questions/{}", question["id"].as_str().unwrap())
        };
        let path = ask("fan").await;
        assert_eq!(app.mail().await, [("question_asked".into(), "officer@test.example".into())]);
        app.officer().await.post(&format!("{path}/answer"), json!({"answer": "可以。"})).await.is(200);
        let letters = app.letters().await;
        let mut told: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
        told.sort_unstable();
        assert_eq!(told, ["team-fan@test.example", "team-keda@test.example", "team-yuan@test.example"]);
        assert!(letters.iter().all(|letter| letter.text.contains("可以。") && !letter.text.contains("fan 单位")));
        let path = ask("keda").await;
        app.letters().await;
        app.officer().await.post(&format!("{path}/decline"), json!({"reason": "与榜单无关"})).await.is(200);
        assert_eq!(app.mail().await, [("question_declined".into(), "team-keda@test.example".into())]);
        app.team("yuan").await.get(&path).await.is_refused(404, "not_found");
        app.officer().await.post(&format!("{path}/answer"), json!({"answer": "可以。"})).await.is_refused(409, "wrong_stage");
    }

    async fn questions_have_a_deadline_of_their_own(app: TestApp) {
        let story = Story::approved(&app).await;
        let now = app.app.clock.now();
        let at = |days| now.plus(chrono::TimeDelta::days(days)).to_string();
        let window = |until| json!({"opens_at": at(0), "closes_at": at(30), "questions_until": until});
        let officer = app.officer().await;
        for outside in [at(0), at(31)] {
            officer.post(&story.path("publish"), window(outside)).await.has_faults(&[("questions_until", "outside_the_window")]);
        }
        let open = officer.post(&story.path("publish"), window(at(10))).await.is(200);
        assert_eq!(open["questions_until"], at(10).as_str());
        let team = app.team("keda").await;
        let question = team.post(&story.path("questions"), inputs::question()).await.is(201);
        let other = team.post(&story.path("questions"), inputs::question()).await.is(201);
        app.days_later(10);
        app.team("keda").await.post(&story.path("questions"), inputs::question()).await.is_refused(409, "questions_closed");
        let path = |question: &serde_json::Value| format!("/questions/{}/answer", question["id"].as_str().unwrap());
        app.officer().await.post(&path(&question), json!({"answer": "可以。"})).await.is(200);
        app.days_later(20);
        app.officer().await.post(&path(&other), json!({"answer": "太晚了"})).await.is_refused(409, "deadline_passed");
    }

    async fn five_days_before_the_closing_are_quiet_unless_the_publication_says_otherwise(app: TestApp) {
        let story = Story::open(&app).await;
        app.days_later(25);
        app.team("keda").await.post(&story.path("questions"), inputs::question()).await.is_refused(409, "questions_closed");
    }

    async fn the_sponsor_does_not_ask_and_nobody_floods_the_officer(app: TestApp) {
        use jiebang::domain::policy::Role;
        let story = Story::open(&app).await;
        let both = app.person("asks-too", "sponsor-works", None, &[Role::Sponsor, Role::Team]).await;
        both.post(&story.path("questions"), inputs::question()).await.is_refused(403, "forbidden");
        let team = app.team("keda").await;
        for _ in 0..10 {
            team.post(&story.path("questions"), inputs::question()).await.is(201);
        }
        team.post(&story.path("questions"), inputs::question()).await.is_refused(409, "too_many_questions");
        app.team("yuan").await.post(&story.path("questions"), inputs::question()).await.is(201);
        team.post(&story.path("questions"), json!({"question": "?"})).await.has_faults(&[("question", "too_short")]);
    }
}
