//! What is seen of a key: one answer for all that is wrong, no secret anywhere, its pace, its last use, its letters.

use super::{ALL, Program, bearer, colleague, wish};
use crate::support::{Backend, Story, TestApp, inputs, on_both};
use chrono::TimeDelta;
use serde_json::{Value, json};

on_both! {
    async fn whatever_is_wrong_with_a_key_the_answer_is_the_same(app: TestApp) {
        let good = Program::new(&app, wish(ALL)).await;
        let elsewhere = Program::new(&app, json!({"name": "别处", "scopes": ["read"], "networks": ["203.0.113.0/24", "2001:db8::/32"]})).await;
        let here = Program::new(&app, json!({"name": "本机", "scopes": ["read"], "networks": ["203.0.113.0/24", "127.0.0.0/8"]})).await;
        let revoked = Program::new(&app, wish(ALL)).await;
        app.team("keda").await.does(&format!("/keys/{}/revoke", revoked.id)).await.is(200);
        let input = json!({"name": "短期", "scopes": ["read"], "expires_at": app.app.clock.now().plus(TimeDelta::seconds(1)).to_string()});
        let expired = Program::new(&app, input).await;
        app.later(TimeDelta::seconds(1));
        let other = |id: &str, token: &str| format!("jbk_{id}.{}", token.split_once('.').unwrap().1);
        let mut answers = Vec::new();
        for token in [
            revoked.token.clone(),
            expired.token.clone(),
            elsewhere.token.clone(),
            other(&uuid::Uuid::now_v7().to_string(), &good.token),
            other(&good.id, &revoked.token),
            good.token[..good.token.len() - 1].to_owned(),
            format!("{}A", good.token),
            good.token.replace("jbk_", "JBK_"),
            good.token.to_uppercase(),
            "jbk_".to_owned(),
            format!("jbk_{}", good.id),
        ] {
            let reply = bearer(&app, &token).with("X-Request-Id", "same-request").get("/bids").await;
            reply.is_refused(401, "invalid_token");
            answers.push((reply.status, reply.text));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert!(good.lives().await && here.lives().await);
        // Nobody can fill the log, or use up a rate, with a key that is not taken.
        assert_eq!(app.count("audit WHERE outcome = 'denied'").await, 0);
    }

    async fn when_a_key_was_last_used_is_noted_to_the_minute(app: TestApp) {
        let (program, begin) = (Program::new(&app, wish(&["read"])).await, app.app.clock.now());
        assert_eq!(program.seen(&app).await["last_used_at"], Value::Null);
        for (seconds, noted) in [(5, 5), (30, 5), (64, 5), (65, 65), (66, 65), (300, 300)] {
            app.app.clock.set(begin.plus(TimeDelta::seconds(seconds)));
            assert!(program.lives().await);
            assert_eq!(program.seen(&app).await["last_used_at"], begin.plus(TimeDelta::seconds(noted)).to_string(), "after {seconds} s");
        }
        app.later(TimeDelta::seconds(60));
        bearer(&app, &format!("jbk_{}.{}", program.id, "A".repeat(43))).get("/bids").await.is_refused(401, "invalid_token");
        assert_eq!(program.seen(&app).await["last_used_at"], begin.plus(TimeDelta::seconds(300)).to_string(), "a wrong secret is no use");
    }

    async fn the_secret_of_a_key_is_shown_once_and_stands_nowhere(app: TestApp) {
        let log = crate::support::log::listen();
        let story = Story::open(&app).await;
        let team = app.team("keda").await;
        let made = team.with("Idempotency-Key", "make-it").post("/me/keys", wish(ALL)).await.is(201);
        let program = Program::of(&app, &made);
        program.caller.with("Idempotency-Key", "bid").post(&story.path("bids"), inputs::bid()).await.is(201);
        program.caller.get("/portfolio/summary").await.is_refused(403, "insufficient_scope");
        let second = program.rotated(&app, json!({})).await;
        for made in [&program, &second] {
            let secret = made.token.split_once('.').unwrap().1;
            for caller in [&team, &app.sysadmin().await, &app.auditor().await] {
                for path in ["/keys".to_owned(), format!("/keys/{}", made.id)] {
                    let reply = caller.get(&path).await;
                    assert_eq!(reply.status, 200);
                    assert!(!reply.text.contains(secret) && !reply.text.contains("hash"), "{path}");
                }
            }
            assert!(!app.auditor().await.get("/audit?limit=100").await.text.contains(secret));
            for letter in app.letters().await {
                assert!(!letter.text.contains(secret) && !letter.subject.contains(secret), "{}", letter.notice);
            }
            for (table, column) in [
                ("api_keys", "secret_hash"), ("audit", "detail"), ("outbox", "facts"), ("idempotency", "body"), ("idempotency", "key"),
            ] {
                assert_eq!(app.count(&format!("{table} WHERE {column} LIKE '%{secret}%'")).await, 0, "{table}.{column}");
            }
            if let (Backend::Sqlite, jiebang::app::Place::Sqlite(file)) = (app.backend, app.place()) {
                for entry in std::fs::read_dir(file.parent().unwrap()).unwrap() {
                    let Ok(bytes) = std::fs::read(entry.unwrap().path()) else { continue };
                    assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "in the database's files");
                }
            }
            assert!(log.holds(&made.id), "the log is read at all");
            assert!(!log.holds(secret), "in the log");
        }
    }

    async fn each_key_has_a_pace_of_its_own(app: TestApp) {
        let slow = Program::new(&app, json!({"name": "慢速程序", "scopes": ["read"], "rate_per_minute": 2})).await;
        let other = Program::new(&app, json!({"name": "另一程序", "scopes": ["read"], "rate_per_minute": 2})).await;
        // Wrong secrets do not use it up.
        for _ in 0..5 {
            bearer(&app, &format!("jbk_{}.{}", slow.id, "A".repeat(43))).get("/bids").await.is_refused(401, "invalid_token");
        }
        assert!(slow.lives().await && slow.lives().await);
        let refused = slow.caller.get("/bids").await;
        refused.is_refused(429, "too_many_requests");
        assert_eq!(refused.header("retry-after"), "30");
        assert!(other.lives().await);
        app.team("keda").await.get("/bids").await.is(200);
        app.later(TimeDelta::seconds(30));
        assert!(slow.lives().await);
        slow.caller.get("/bids").await.is_refused(429, "too_many_requests");
        app.later(TimeDelta::seconds(60));
        assert!(slow.lives().await && slow.lives().await);
        slow.caller.get("/bids").await.is_refused(429, "too_many_requests");
    }

    async fn the_team_hears_of_its_keys_and_a_week_before_one_ends(app: TestApp) {
        let (team, second) = (app.team("keda").await, colleague(&app).await);
        let told = |what: &str| vec![(what.to_owned(), second.email.clone()), (what.to_owned(), team.email.clone())];
        let first = Program::new(&app, wish(&["bid"])).await;
        let letters = app.letters().await;
        assert!(letters[0].text.contains("team-keda 某为本单位开立了机器密钥“投标系统”") && letters[0].text.contains("权限范围：揭榜"), "{}", letters[0].text);
        assert_eq!(letters.len(), 2);
        app.days_later(80);
        app.app.tidy().await.unwrap();
        let next = first.rotated(&app, json!({})).await;
        assert_eq!(app.mail().await, told("key_rotated"));
        team.does(&format!("/keys/{}/revoke", first.id)).await.is(200);
        assert_eq!(app.mail().await, told("key_revoked"));
        // It ends in 90 days: seven days before, and once.
        app.days_later(83);
        app.later(TimeDelta::microseconds(-1));
        app.app.tidy().await.unwrap();
        assert_eq!(app.mail().await, []);
        app.later(TimeDelta::microseconds(1));
        app.app.tidy().await.unwrap();
        let letters = app.letters().await;
        assert_eq!(letters.len(), 2);
        assert!(letters[0].text.contains("2026-08-19 09:00"), "{}", letters[0].text);
        app.days_later(1);
        app.app.tidy().await.unwrap();
        assert_eq!(app.mail().await, []);
        // A key of a few days reminds nobody; one that ends with its creator's account is told of.
        let input = json!({"name": "短期", "scopes": ["read"], "expires_at": app.app.clock.now().plus(TimeDelta::days(7)).to_string()});
        Program::new(&app, input).await;
        app.letters().await;
        app.app.tidy().await.unwrap();
        assert_eq!(app.mail().await, []);
        app.sysadmin().await.does(&format!("/users/{}/disable", team.id())).await.is(200);
        let mail = app.mail().await;
        assert_eq!(mail.iter().filter(|(notice, to)| notice == "key_revoked" && *to == second.email).count(), 2, "{mail:?}");
        assert!(!next.lives().await);
    }
}
