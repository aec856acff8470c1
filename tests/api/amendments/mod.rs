//! Amendments of an open challenge: extended, corrected, suspended, resumed. The deadline never moves to an earlier instant.

mod reconfirmation;

use crate::support::{Reply, Story, TestApp, inputs, on_both};
use chrono::TimeDelta;
use jiebang::domain::policy::Role;
use jiebang::domain::time::Timestamp;
use serde_json::{Value, json};

/// A correction that asks for more than the bids of these tests promise.
fn correction(target: &str) -> Value {
    let mut indicators = inputs::challenge("", "", 0)["indicators"].clone();
    indicators[0]["target"] = json!(target);
    json!({"changes": {"indicators": indicators}, "reason": "检测标准更新", "notice": "产品甲烷浓度指标更正，请各单位重新确认。"})
}

async fn asked(story: &Story<'_>, input: Value) -> String {
    let made = story.app.officer().await.post(&story.path("amendments"), input).await.is(201);
    format!("/amendments/{}", made["id"].as_str().unwrap())
}

async fn approved(story: &Story<'_>, path: &str) -> Reply {
    story.app.director().await.does(&format!("{path}/approve")).await
}

/// Proposed by the officer and approved by the director.
async fn amended(story: &Story<'_>, input: Value) -> String {
    let path = asked(story, input).await;
    approved(story, &path).await.is(200);
    path
}

async fn seen(story: &Story<'_>) -> Value {
    story.app.anyone().get(&format!("/challenges/{}", story.challenge)).await.is(200)
}

fn instant(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

fn after(app: &TestApp, days: i64) -> String {
    app.app.clock.now().plus(TimeDelta::days(days)).to_string()
}

on_both! {
    async fn an_extension_takes_two_people_a_reason_and_a_later_deadline(app: TestApp) {
        let story = Story::open(&app).await;
        let (officer, director, path) = (app.officer().await, app.director().await, story.path("amendments"));
        officer.post(&path, json!({"closes_at": after(&app, 40)})).await.has_faults(&[("reason", "required")]);
        officer.post(&path, json!({"reason": "无"})).await.has_faults(&[("reason", "too_short")]);
        officer.post(&path, json!({"reason": "节假日顺延"})).await.has_faults(&[("closes_at", "required")]);
        for shorter in [29, 30] {
            officer.post(&path, inputs::extension(&app, shorter)).await.has_faults(&[("closes_at", "shortens")]);
        }
        officer.post(&path, inputs::extension(&app, 211)).await.has_faults(&[("closes_at", "too_far")]);
        let elsewhere = app.person("elsewhere", "department", Some("业务二处"), &[Role::Officer]).await;
        elsewhere.post(&path, inputs::extension(&app, 40)).await.is_refused(403, "forbidden");
        for other in [director.clone(), app.team("keda").await, app.sponsor().await] {
            other.post(&path, inputs::extension(&app, 40)).await.is_refused(403, "forbidden");
        }
        let amendment = asked(&story, inputs::extension(&app, 40)).await;
        officer.post(&path, inputs::extension(&app, 41)).await.is_refused(409, "amendment_waits");
        // Nobody outside the department knows what is proposed.
        for outside in [app.anyone(), app.team("keda").await, app.sponsor().await] {
            outside.get(&amendment).await.is_refused(404, "not_found");
            assert_eq!(outside.get(&path).await.is(200)["items"], json!([]));
        }
        officer.does(&format!("{amendment}/approve")).await.is_refused(403, "forbidden");
        director.with("If-Match", "\"7\"").does(&format!("{amendment}/approve")).await.is_refused(412, "stale_version");
        let before = seen(&story).await;
        let done = approved(&story, &amendment).await.is(200);
        assert_eq!((&done["stage"], &done["closes_before"], &done["closes_after"]), (&json!("in_effect"), &before["closes_at"], &json!(after(&app, 40))));
        let now = seen(&story).await;
        assert_eq!((&now["closes_at"], &now["questions_until"]), (&json!(after(&app, 40)), &json!(after(&app, 35))));
        assert_eq!(app.anyone().get(&story.path("rounds")).await.is(200)["items"][0]["closes_at"], now["closes_at"]);
        approved(&story, &amendment).await.is_refused(409, "wrong_stage");
        for reader in [app.anyone(), app.team("keda").await] {
            assert_eq!(reader.get(&amendment).await.is(200)["reason"], "节假日顺延");
            assert_eq!(reader.get(&path).await.is(200)["items"].as_array().unwrap().len(), 1);
        }
        app.days_later(35);
        story.submitted("keda").await;
        // A colleague of the division proposes as well.
        let colleague = app.person("colleague", "department", Some("业务一处"), &[Role::Officer]).await;
        let shown = colleague.get(&format!("/challenges/{}", story.challenge)).await.is(200);
        assert!(shown["allowed_actions"].as_array().unwrap().contains(&json!("amendment.propose")));
        colleague.post(&path, inputs::extension(&app, 40)).await.is(201);
    }

    async fn nobody_approves_or_declines_what_they_proposed(app: TestApp) {
        let story = Story::open(&app).await;
        let both = app.person("both", "department", Some("业务一处"), &[Role::Officer, Role::Director]).await;
        let made = both.post(&story.path("amendments"), inputs::extension(&app, 40)).await.is(201);
        let path = format!("/amendments/{}", made["id"].as_str().unwrap());
        assert_eq!(made["allowed_actions"], json!([]));
        both.does(&format!("{path}/approve")).await.is_refused(403, "forbidden");
        both.post(&format!("{path}/decline"), json!({"reason": "收回"})).await.is_refused(403, "forbidden");
        app.director().await.post(&format!("{path}/decline"), json!({"reason": "无须延期"})).await.is(200);
        assert_eq!(seen(&story).await["closes_at"], after(&app, 30).as_str());
        app.anyone().get(&path).await.is_refused(404, "not_found");
        asked(&story, inputs::extension(&app, 41)).await;
    }

    async fn nothing_is_amended_at_the_deadline_or_after_it(app: TestApp) {
        let story = Story::open(&app).await;
        let closes_at = instant(&seen(&story).await["closes_at"]);
        let waiting = asked(&story, inputs::extension(&app, 40)).await;
        app.app.clock.set(closes_at);
        approved(&story, &waiting).await.is_refused(409, "deadline_passed");
        app.officer().await.post(&story.path("amendments"), inputs::extension(&app, 40)).await.is_refused(409, "deadline_passed");
        app.director().await.post(&story.path("suspend"), json!({"reason": "收到举报"})).await.is_refused(409, "deadline_passed");
        let other = Story::open(&app).await;
        let last = asked(&other, inputs::extension(&app, 40)).await;
        app.app.clock.set(app.app.clock.now().plus(TimeDelta::days(30)).plus(TimeDelta::microseconds(-1)));
        approved(&other, &last).await.is(200);
        assert_eq!(app.tick().await, 1);
        app.officer().await.post(&story.path("amendments"), inputs::extension(&app, 40)).await.is_refused(409, "wrong_stage");
        approved(&story, &waiting).await.is_refused(409, "deadline_passed");
    }

    async fn everyone_concerned_is_told_once(app: TestApp) {
        let story = Story::with_bid(&app).await;
        story.drafted("yuan").await;
        app.team("idle").await;
        for subscriber in [app.team("fan").await, app.team("keda").await, app.officer().await, app.sponsor().await] {
            subscriber.post("/me/subscriptions", json!({"sectors": ["energy_env"]})).await.is(200);
        }
        let supervisor = app.person("supervisor", "department", Some("机关纪委"), &[Role::Supervisor]).await;
        app.letters().await;
        let told = |notice: &str| {
            let people = ["officer", "sponsor", "team-fan", "team-keda", "team-yuan"];
            people.map(|name| (notice.to_owned(), format!("{name}@test.example"))).to_vec()
        };
        let path = asked(&story, inputs::extension(&app, 40)).await;
        assert_eq!(app.mail().await, [("amendment_proposed".to_owned(), "director@test.example".to_owned())]);
        approved(&story, &path).await.is(200);
        assert_eq!(app.mail().await, told("challenge_extended"));
        supervisor.post(&story.path("suspend"), json!({"reason": "收到举报"})).await.is(200);
        assert_eq!(app.mail().await, told("challenge_suspended"));
        supervisor.post(&story.path("resume"), json!({"reason": "核查完毕"})).await.is(200);
        assert_eq!(app.mail().await, told("challenge_resumed"));
        let path = asked(&story, correction("95.5")).await;
        app.director().await.post(&format!("{path}/decline"), json!({"reason": "指标合适"})).await.is(200);
        app.letters().await;
        let path = asked(&story, correction("95.5")).await;
        app.letters().await;
        approved(&story, &path).await.is(200);
        let letters = app.letters().await;
        let mut mail: Vec<_> = letters.iter().map(|letter| (letter.notice.to_string(), letter.to.clone())).collect();
        mail.sort();
        let mut expected = told("challenge_corrected");
        expected.retain(|(_, to)| !to.starts_with("team-keda"));
        expected.insert(0, ("bid_needs_reconfirmation".into(), "team-keda@test.example".into()));
        assert_eq!(mail, expected);
        assert!(letters.iter().all(|letter| letter.text.contains("产品甲烷浓度指标更正") && !letter.text.contains("keda 单位")));
        app.days_later(60);
        assert_eq!(app.tick().await, 1);
        let closed = |name: &str| ("challenge_closed".to_owned(), format!("{name}@test.example"));
        assert_eq!(app.mail().await, [("bid_lapsed".into(), "team-keda@test.example".into()), closed("officer"), closed("team-yuan")]);
    }

    async fn while_a_challenge_is_suspended_nothing_is_taken_and_the_time_lost_is_given_back(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let draft = story.drafted("yuan").await;
        let (team, director) = (app.team("keda").await, app.director().await);
        team.post(&story.path("suspend"), json!({"reason": "收到举报"})).await.is_refused(403, "forbidden");
        director.post(&story.path("suspend"), json!({})).await.has_faults(&[("reason", "required")]);
        director.post(&story.path("resume"), json!({"reason": "核查完毕"})).await.is_refused(409, "wrong_stage");
        let waiting = asked(&story, inputs::extension(&app, 40)).await;
        app.days_later(20);
        let suspended = director.post(&story.path("suspend"), json!({"reason": "收到举报"})).await.is(200);
        assert_eq!((&suspended["stage"], &suspended["suspended_at"]), (&json!("suspended"), &json!(after(&app, 0))));
        // The deadline would have come and gone.
        app.days_later(15);
        assert_eq!(app.tick().await, 0);
        let (team, yuan, officer, director) = (app.team("keda").await, app.team("yuan").await, app.officer().await, app.director().await);
        let bid = |verb: &str| format!("/bids/{}{verb}", story.bid);
        let version = team.get(&bid("")).await.is(200)["version"].as_i64().unwrap();
        for refused in [
            team.put(&bid(""), version, inputs::bid()).await,
            team.does(&bid("/resubmit")).await,
            team.does(&bid("/withdraw")).await,
            yuan.does(&format!("/bids/{draft}/submit")).await,
            app.team("third").await.post(&story.path("bids"), inputs::bid()).await,
            yuan.post(&story.path("questions"), inputs::question()).await,
            officer.post(&story.path("amendments"), inputs::extension(&app, 90)).await,
            director.does(&format!("{waiting}/approve")).await,
        ] {
            refused.is_refused(409, "suspended");
        }
        director.post(&story.path("suspend"), json!({"reason": "再次"})).await.is_refused(409, "wrong_stage");
        let less = json!({"reason": "核查完毕", "closes_at": after(&app, 9)});
        director.post(&story.path("resume"), less).await.has_faults(&[("closes_at", "shortens")]);
        let open = director.post(&story.path("resume"), json!({"reason": "核查完毕"})).await.is(200);
        assert_eq!((&open["stage"], &open["closes_at"], &open["suspended_at"]), (&json!("open"), &json!(after(&app, 10)), &Value::Null));
        assert_eq!(open["questions_until"], after(&app, 5).as_str());
        team.does(&bid("/resubmit")).await.is(200);
        yuan.does(&format!("/bids/{draft}/submit")).await.is(200);
        // What was asked for before is no extension any more.
        director.does(&format!("{waiting}/approve")).await.is_refused(409, "not_later");
        let list = app.anyone().get(&story.path("amendments?sort=created_at")).await.is(200);
        let public: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| (&item["kind"], &item["reason"])).collect();
        assert_eq!(public, [(&json!("suspension"), &json!("收到举报")), (&json!("resumption"), &json!("核查完毕"))]);
        app.days_later(10);
        assert_eq!(app.tick().await, 1);
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert_eq!(app.officer().await.get("/bids").await.is(200)["items"].as_array().unwrap().len(), 2);
    }

    async fn a_suspended_challenge_can_be_withdrawn_and_resumed_with_more_time(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let supervisor = app.person("supervisor", "department", Some("机关纪委"), &[Role::Supervisor]).await;
        supervisor.post(&story.path("suspend"), json!({"reason": "收到举报"})).await.is(200);
        app.director().await.post(&format!("{}?dry_run=true", story.path("withdraw")), json!({"reason": "需求取消"})).await.is(200);
        let more = json!({"reason": "核查完毕", "closes_at": after(&app, 50)});
        assert_eq!(supervisor.post(&story.path("resume"), more).await.is(200)["closes_at"], after(&app, 50).as_str());
        app.director().await.post(&story.path("suspend"), json!({"reason": "需求有变"})).await.is(200);
        let gone = app.director().await.post(&story.path("withdraw"), json!({"reason": "需求取消"})).await.is(200);
        assert_eq!(gone["stage"], "withdrawn");
        app.officer().await.get(&format!("/bids/{}", story.bid)).await.is_refused(404, "not_found");
    }

    async fn a_correction_says_what_it_changes_and_only_what_bidders_work_to(app: TestApp) {
        let story = Story::open(&app).await;
        let (officer, path) = (app.officer().await, story.path("amendments"));
        let changes = |changes: Value| json!({"changes": changes, "reason": "核对有误", "notice": "更正如下。"});
        officer.post(&path, json!({"changes": {"duration_months": 40}, "reason": "核对有误"})).await.has_faults(&[("notice", "required")]);
        officer.post(&path, changes(json!({"title": "另一个榜单", "sector": "energy_env"}))).await
            .has_faults(&[("changes.title", "unknown_field"), ("changes.sector", "unknown_field")]);
        officer.post(&path, changes(json!({"duration_months": 36}))).await.has_faults(&[("changes", "nothing_changes")]);
        officer.post(&path, changes(json!({"sponsor_fund_fen": 799 * inputs::WAN, "conditions": "负责人须有博士学位"}))).await
            .has_faults(&[("changes.conditions", "forbidden_condition"), ("changes.sponsor_fund_fen", "lowered")]);
        let mut earlier = correction("97");
        earlier["closes_at"] = json!(after(&app, 29));
        officer.post(&path, earlier).await.has_faults(&[("closes_at", "shortens")]);
        let rich = asked(&story, changes(json!({"fiscal_cap_fen": 5_001 * inputs::WAN}))).await;
        approved(&story, &rich).await.is_refused(409, "over_batch_budget");
        app.director().await.post(&format!("{rich}/decline"), json!({"reason": "超出预算"})).await.is(200);
        amended(&story, changes(json!({"fiscal_cap_fen": 600 * inputs::WAN, "conditions": "须具备中试条件", "duration_months": 40}))).await;
        let now = seen(&story).await;
        assert_eq!((&now["fiscal_cap_fen"], &now["conditions"], &now["duration_months"]), (&json!(600 * inputs::WAN), &json!("须具备中试条件"), &json!(40)));
        assert_eq!(now["closes_at"], after(&app, 30).as_str(), "ten days are there already");
        let batch = officer.get(&format!("/batches/{}", story.batch)).await.is(200);
        assert_eq!(batch["committed_fen"], json!(600 * inputs::WAN));
        let list = app.anyone().get(&path).await.is(200);
        let fields: Vec<&Value> = list["items"][0]["changes"].as_array().unwrap().iter().map(|change| &change["field"]).collect();
        assert_eq!(fields, ["fiscal_cap_fen", "duration_months", "conditions"]);
    }

    async fn with_no_bid_and_with_seven_amending_looks_the_same_to_everyone_but_the_teams(app: TestApp) {
        let story = Story::open(&app).await;
        amended(&story, inputs::extension(&app, 40)).await;
        let waiting = asked(&story, correction("97")).await;
        let watchers = [
            app.officer().await, app.director().await, app.auditor().await, app.leader().await, app.sponsor().await,
            app.team("yuan").await, app.examiner().await, app.anyone(),
        ];
        let places = [
            story.path("amendments"), waiting.clone(), format!("/challenges/{}", story.challenge), story.path("rounds"), "/bids".into(),
            "/portfolio/summary".into(),
        ];
        let teams = ["keda", "t2", "t3", "t4", "t5", "t6", "t7"];
        let mut bids = Vec::new();
        let (mut seen, mut after) = (Vec::new(), String::new());
        for count in [0, teams.len()] {
            for team in teams.iter().take(count) {
                bids.push(story.submitted(team).await);
            }
            let mut answers = Vec::new();
            for watcher in &watchers {
                for place in &places {
                    let reply = watcher.with("X-Request-Id", "watching").get(place).await;
                    answers.push((place.clone(), reply.status.as_u16(), reply.header("ETag"), reply.text));
                }
            }
            let director = app.director().await;
            for (path, body) in [(format!("{waiting}/approve"), json!({})), (story.path("suspend"), json!({"reason": "收到举报"}))] {
                let reply = director.post(&format!("{path}?dry_run=true"), body).await;
                after = if path == waiting { after } else { reply.text.clone() };
                answers.push((path, reply.status.as_u16(), String::new(), reply.text));
            }
            seen.push(answers);
        }
        assert_eq!(seen[0], seen[1]);
        assert!(after.contains("suspended"));
        // It really takes effect as it was shown when there was none.
        let real = approved(&story, &waiting).await;
        assert_eq!(real.text, seen[0][seen[0].len() - 2].3);
        for watcher in watchers.iter().take(7) {
            for bid in &bids {
                watcher.get(&format!("/bids/{bid}")).await.is_refused(404, "not_found");
            }
        }
        assert_eq!(app.officer().await.get("/bids?stage=needs_reconfirmation").await.is(200)["items"], json!([]));
        let log = app.auditor().await.get("/audit?limit=100").await.text;
        assert!(log.contains("challenge.correct") && !log.contains("bid.ask_again"));
    }

    async fn whatever_is_done_in_whatever_order_the_deadline_never_moves_to_an_earlier_instant(app: TestApp) {
        for order in ["ECSRECSR", "SRSRCE", "CCSRE", "ESRCC"] {
            let story = Story::open(&app).await;
            let mut deadline = instant(&seen(&story).await["closes_at"]);
            for (step, number) in order.chars().zip(1..) {
                app.days_later(2);
                match step {
                    'E' => {
                        let ahead = deadline.plus(TimeDelta::days(1)).to_string();
                        amended(&story, json!({"closes_at": ahead, "reason": "节假日顺延"})).await;
                    }
                    'C' => { amended(&story, correction(&format!("{}.5", 90 + number))).await; }
                    'S' => { app.director().await.post(&story.path("suspend"), json!({"reason": "收到举报"})).await.is(200); }
                    _ => { app.director().await.post(&story.path("resume"), json!({"reason": "核查完毕"})).await.is(200); }
                }
                let now = instant(&seen(&story).await["closes_at"]);
                assert!(now >= deadline && (now > deadline || matches!(step, 'C' | 'S')), "{order}: {step}");
                deadline = now;
            }
            let list = app.anyone().get(&story.path("amendments?sort=created_at")).await.is(200);
            let history = list["items"].as_array().unwrap();
            assert_eq!(history.len(), order.len());
            for pair in history.windows(2) {
                assert_eq!(pair[0]["closes_after"], pair[1]["closes_before"], "{order}");
            }
        }
    }
}
