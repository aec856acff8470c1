//! Passwords: which are taken, how they are hashed, how often they may be guessed, and how a flood is met.

use crate::support::app::PASSWORD;
use crate::support::{Caller, Reply, TestApp, door, on_both};
use futures_util::future::join_all;
use jiebang::app::{App, Cost};
use jiebang::auth::Hasher;
use jiebang::domain::password::Profile;
use jiebang::http::Edge;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn log_in(caller: &Caller, email: &str, password: &str) -> Reply {
    caller.post("/auth/login", json!({"email": email, "password": password})).await
}

fn change(current: &str, new: &str) -> Value {
    json!({"current": current, "new": new})
}

/// Someone at another address of this machine.
fn elsewhere(app: &TestApp, address: &str) -> Caller {
    let client = reqwest::Client::builder().local_address(Some(address.parse().unwrap())).build().unwrap();
    app.anyone().by(client)
}

on_both! {
    async fn a_new_password_is_long_uncommon_and_not_ones_own_name(app: TestApp) {
        let officer = app.officer().await;
        for (new, code) in [
            ("fourteen chars", "password_too_short"), ("qwertyuiop123456", "password_common"), ("officer@Jiebang1", "password_personal"),
        ] {
            officer.post("/me/password", change(PASSWORD, new)).await.has_faults(&[("new", code)]);
        }
        officer.post("/me/password", change(PASSWORD, "x".repeat(257).as_str())).await.has_faults(&[("new", "password_length")]);
        officer.post("/me/password", change(PASSWORD, "no rule of composition here")).await.is(204);
    }

    async fn dengbao3_asks_for_twelve_characters_of_three_classes(app: TestApp) {
        let officer = app.officer().await.at(&door(App { profile: Profile::Dengbao3, ..app.app.clone() }, Edge::default()));
        officer.post("/me/password", change(PASSWORD, "wolke+bruch")).await
            .has_faults(&[("new", "password_too_short"), ("new", "password_too_simple")]);
        officer.post("/me/password", change(PASSWORD, "all small letters here")).await.has_faults(&[("new", "password_too_simple")]);
        officer.post("/me/password", change(PASSWORD, "Wolke7morgens")).await.is(204);
    }

    async fn a_new_password_is_another_one(app: TestApp) {
        let officer = app.officer().await;
        officer.post("/me/password", change(PASSWORD, PASSWORD)).await.has_faults(&[("new", "password_unchanged")]);
    }

    async fn dengbao3_wants_a_new_password_every_ninety_days_and_modern_never(app: TestApp) {
        let door = door(App { profile: Profile::Dengbao3, ..app.app.clone() }, Edge::default());
        let (officer, anyone) = (app.officer().await, app.anyone().at(&door));
        let signs_in = async |password: &str| log_in(&anyone, &officer.email, password).await;
        app.later(chrono::TimeDelta::days(90) - chrono::TimeDelta::seconds(1));
        signs_in(PASSWORD).await.is(200);
        app.later(chrono::TimeDelta::seconds(1));
        signs_in(PASSWORD).await.is_refused(403, "password_expired");
        // Whoever does not know it is not told.
        signs_in("Not+this+one1").await.is_refused(401, "wrong_credentials");
        assert_eq!(app.count("audit WHERE action = 'session.login' AND outcome = 'denied'").await, 2);
        log_in(&app.anyone(), &officer.email, PASSWORD).await.is(200);
        // The way on is the link, and the same one does not do.
        app.letters().await;
        anyone.post("/auth/forgot_password", json!({"email": officer.email})).await.is(204);
        let letters = app.letters().await;
        let token = letters[0].text.split_once("reset_password#token=").unwrap().1.split_whitespace().next().unwrap();
        let reset = async |new: &str| anyone.post("/auth/reset_password", json!({"token": token, "password": new})).await;
        app.anyone().post("/auth/reset_password", json!({"token": token, "password": PASSWORD})).await
            .has_faults(&[("password", "password_unchanged")]);
        reset("Wolke7morgens").await.is(204);
        signs_in("Wolke7morgens").await.is(200);
    }

    async fn a_password_typed_with_a_full_width_keyboard_is_the_same(app: TestApp) {
        let officer = app.officer().await;
        log_in(&app.anyone(), &officer.email, "ｃｏｒｒｅｃｔ　ｈｏｒｓｅ　ｂａｔｔｅｒｙ").await.is(200);
        // Nothing is cut: what differs in the last of 256 bytes differs.
        let long = format!("{} end", "pebble ".repeat(36));
        officer.post("/me/password", change(PASSWORD, &long)).await.is(204);
        assert_eq!(long.len(), 256);
        log_in(&app.anyone(), &officer.email, &long.replace("end", "eno")).await.is_refused(401, "wrong_credentials");
        log_in(&app.anyone(), &officer.email, &long).await.is(200);
    }

    async fn a_weak_hash_is_replaced_at_the_next_sign_in_and_never_by_a_weaker_one(app: TestApp) {
        let officer = app.officer().await;
        let strong = app.anyone().at(&door(App { hasher: Hasher::new(Cost::Full, 2).unwrap(), ..app.app.clone() }, Edge::default()));
        let kept = "users WHERE email = 'officer@test.example' AND password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'";
        let tokens = officer.log_in().await;
        assert_eq!(app.count(kept).await, 0);
        log_in(&strong, &officer.email, "not this one").await.is_refused(401, "wrong_credentials");
        assert_eq!(app.count(kept).await, 0, "a wrong password changes nothing");
        let both = join_all((0..3).map(|_| log_in(&strong, &officer.email, PASSWORD))).await;
        assert!(both.iter().all(|reply| reply.status == 200), "sign-ins at the same moment all come in");
        assert_eq!(app.count(kept).await, 1);
        officer.log_in().await;
        assert_eq!(app.count(kept).await, 1, "a service with weaker parameters leaves it");
        let earlier = app.anyone().with("Authorization", format!("Bearer {}", tokens["access_token"].as_str().unwrap()));
        earlier.get("/me").await.is(200);
        assert_eq!(app.mail().await, []);
    }

    async fn five_wrong_guesses_are_followed_by_pauses_that_double(app: TestApp) {
        let officer = app.officer().await;
        let anyone = app.anyone().with("X-Request-Id", "same-request");
        for email in [officer.email.as_str(), "nobody@test.example"] {
            for _ in 0..5 {
                log_in(&anyone, email, "not this one").await.is_refused(401, "wrong_credentials");
            }
        }
        let known = log_in(&anyone, &officer.email, PASSWORD).await;
        let unknown = log_in(&anyone, "nobody@test.example", PASSWORD).await;
        known.is_refused(429, "too_many_attempts");
        assert_eq!((&known.text, known.header("retry-after")), (&unknown.text, unknown.header("retry-after")));
        assert_eq!(known.header("retry-after"), "900");
        for pause in [900, 1_800, 3_600] {
            app.later(chrono::TimeDelta::seconds(pause - 1));
            let reply = log_in(&anyone, &officer.email, PASSWORD).await;
            reply.is_refused(429, "too_many_attempts");
            assert_eq!(reply.header("retry-after"), "1");
            app.later(chrono::TimeDelta::seconds(1));
            for _ in 0..5 {
                log_in(&anyone, &officer.email, "not this one").await.is_refused(401, "wrong_credentials");
            }
        }
        assert_eq!(app.mail().await, [("account_guessed".to_owned(), officer.email.clone())], "once a day, however many pauses");
        app.later(chrono::TimeDelta::seconds(3_600));
        log_in(&anyone, &officer.email, PASSWORD).await.is(200);
        assert_eq!(app.count("audit WHERE action = 'session.login' AND outcome = 'denied'").await, 25);
    }

    async fn guessing_in_parallel_gains_nothing(app: TestApp) {
        let officer = app.officer().await;
        let anyone = app.anyone();
        let replies = join_all((0..20).map(|_| log_in(&anyone, &officer.email, "not this one"))).await;
        let looked_at = replies.iter().filter(|reply| reply.status == 401).count();
        assert!(looked_at <= 5 && replies.iter().all(|reply| reply.status == 401 || reply.status == 429), "{looked_at}");
    }

    async fn a_stranger_elsewhere_locks_nobody_out(app: TestApp) {
        let officer = app.officer().await;
        let stranger = elsewhere(&app, "127.0.0.2");
        for _ in 0..5 {
            log_in(&stranger, &officer.email, "not this one").await.is_refused(401, "wrong_credentials");
        }
        log_in(&stranger, &officer.email, PASSWORD).await.is_refused(429, "too_many_attempts");
        // A header that names another address is nobody's proof.
        let disguised = stranger.with("X-Forwarded-For", "127.0.0.1").with("Forwarded", "for=127.0.0.1");
        log_in(&disguised, &officer.email, PASSWORD).await.is_refused(429, "too_many_attempts");
        log_in(&app.anyone(), &officer.email, PASSWORD).await.is(200);
    }

    async fn a_wrong_present_password_counts_and_is_remembered(app: TestApp) {
        let officer = app.officer().await;
        for _ in 0..5 {
            officer.post("/me/password", change("not this one", "another good one")).await.is_refused(401, "wrong_credentials");
        }
        officer.post("/me/password", change(PASSWORD, "another good one")).await.is_refused(429, "too_many_attempts");
        officer.post("/auth/step_up", json!({"password": PASSWORD})).await.is_refused(429, "too_many_attempts");
        log_in(&app.anyone(), &officer.email, PASSWORD).await.is_refused(429, "too_many_attempts");
        let rows = format!("audit WHERE action = 'me.change_password' AND outcome = 'denied' AND actor_id = '{}'", officer.id());
        assert_eq!(app.count(&rows).await, 5);
        officer.get("/me").await.is(200);
    }

    async fn a_right_password_forgives_the_wrong_ones_before(app: TestApp) {
        let officer = app.officer().await;
        for _ in 0..3 {
            for _ in 0..4 {
                log_in(&app.anyone(), &officer.email, "not this one").await.is_refused(401, "wrong_credentials");
            }
            log_in(&app.anyone(), &officer.email, PASSWORD).await.is(200);
        }
    }

    async fn a_flood_of_sign_ins_is_turned_away_at_once_and_others_do_not_wait(app: TestApp) {
        let officer = app.officer().await;
        let token = officer.token().await.unwrap();
        let slow = door(App { hasher: Hasher::new(Cost::Full, 1).unwrap(), ..app.app.clone() }, Edge::default());
        let (anyone, reader) = (app.anyone().at(&slow), app.anyone().at(&slow).with("Authorization", format!("Bearer {token}")));
        let emails: Vec<String> = (0..200).map(|number| format!("nobody{number}@test.example")).collect();
        let flood = join_all(emails.iter().map(|email| log_in(&anyone, email, "not this one")));
        let others = async {
            let mut slowest = Duration::ZERO;
            for _ in 0..40 {
                let begun = Instant::now();
                reader.get("/me").await.is(200);
                slowest = slowest.max(begun.elapsed());
            }
            slowest
        };
        let (replies, slowest) = tokio::join!(flood, others);
        let away: Vec<_> = replies.iter().filter(|reply| reply.status == 503).collect();
        let looked_at = replies.iter().filter(|reply| reply.status == 401).count();
        assert_eq!(away.len() + looked_at, 200);
        assert!(looked_at >= 65 && !away.is_empty(), "{looked_at} were looked at");
        for reply in away {
            // By the queue before hashing, or before that by the places for callers without a token.
            let code = reply.is(503)["code"].clone();
            assert!(code == "overloaded" || code == "busy", "{code}");
            assert_eq!(reply.header("retry-after"), "2");
        }
        assert!(slowest < Duration::from_secs(5), "{slowest:?}");
        // The log is not flooded along: thirty one by one, and the rest in one row.
        app.later(chrono::TimeDelta::minutes(1));
        app.app.tell_floods().await.unwrap();
        assert_eq!(app.count("audit WHERE action = 'session.login' AND outcome = 'denied'").await, 31);
        assert_eq!(app.count(&format!("audit WHERE detail LIKE '{looked_at} times since %'")).await, 1);
    }
}
