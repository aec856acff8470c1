//! Links to a new password: asked for by whoever forgot theirs, sent to whoever is invited; good once and for a while.

use crate::support::app::PASSWORD;
use crate::support::{Caller, TestApp, on_both};
use futures_util::future::join_all;
use jiebang::mail::Letter;
use serde_json::{Value, json};

const NEW: &str = "a new one for today";

/// The token of the link in a letter.
fn token_of(letter: &Letter) -> String {
    let (_, after) = letter.text.split_once("https://jiebang.example/api/v1/auth/reset_password#token=").unwrap();
    after.split_whitespace().next().unwrap().to_owned()
}

async fn forgot(app: &TestApp, email: &str) {
    app.anyone().post("/auth/forgot_password", json!({"email": email})).await.is(204);
}

/// Asks for a link and reads it from the letter.
async fn link(app: &TestApp, email: &str) -> String {
    forgot(app, email).await;
    let letters: Vec<Letter> = app.letters().await.into_iter().filter(|letter| letter.notice.code() == "password_reset").collect();
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), [email]);
    token_of(&letters[0])
}

fn with(token: &str, password: &str) -> Value {
    json!({"token": token, "password": password})
}

async fn invited(app: &TestApp) -> (Caller, String) {
    let sysadmin = app.sysadmin().await;
    let organization = app.organization("department").await.to_string();
    let input = json!({"organization_id": organization, "email": "new@test.example", "name": "新人"});
    let made = sysadmin.post("/users", input).await.is(201);
    assert_eq!(made["status"], "invited");
    (sysadmin, format!("/users/{}/invite", made["id"].as_str().unwrap()))
}

/// Eight people use one link at once, so many times: an hour lies between two of them, as between letters.
async fn races(app: TestApp, rounds: i64) {
    let officer = app.officer().await;
    for round in 0..rounds {
        app.later(chrono::TimeDelta::minutes(61));
        let token = link(&app, &officer.email).await;
        let anyone = app.anyone();
        let new = |number: usize| format!("a new one for round {round}, number {number}");
        let replies = join_all((0..8).map(|number| {
            let (anyone, body) = (anyone.clone(), with(&token, &new(number)));
            async move { anyone.post("/auth/reset_password", body).await }
        }))
        .await;
        let won: Vec<usize> = (0..8).filter(|number| replies[*number].status == 204).collect();
        assert_eq!(won.len(), 1, "{:?}", replies.iter().map(|reply| reply.status).collect::<Vec<_>>());
        for reply in replies.iter().filter(|reply| reply.status != 204) {
            reply.is_refused(410, "dead_link");
        }
        anyone.post("/auth/login", json!({"email": officer.email, "password": new(won[0])})).await.is(200);
        assert_eq!(app.count("audit WHERE action = 'me.reset_password' AND outcome = 'accepted'").await, round + 1);
        assert_eq!(app.mail().await, [("password_changed".to_owned(), officer.email.clone())]);
    }
}

on_both! {
    async fn a_forgotten_password_is_replaced_by_a_link_that_is_good_once(app: TestApp) {
        let officer = app.officer().await;
        let before = officer.log_in().await;
        let token = link(&app, &officer.email).await;
        let anyone = app.anyone();
        anyone.post("/auth/reset_password", with(&token, "fourteen chars")).await.has_faults(&[("password", "password_too_short")]);
        anyone.post("/auth/reset_password", with(&token, NEW)).await.is(204);
        anyone.post("/auth/reset_password", with(&token, NEW)).await.is_refused(410, "dead_link");
        anyone.post("/auth/reset_password", with("guessed", NEW)).await.is_refused(410, "dead_link");
        assert_eq!(app.mail().await, [("password_changed".to_owned(), officer.email.clone())]);
        let bare = app.anyone().with("Authorization", format!("Bearer {}", before["access_token"].as_str().unwrap()));
        bare.get("/me").await.is_refused(401, "expired_token");
        let refresh = json!({"refresh_token": before["refresh_token"]});
        anyone.post("/auth/refresh", refresh).await.is_refused(401, "invalid_token");
        anyone.post("/auth/login", json!({"email": officer.email, "password": PASSWORD})).await.is_refused(401, "wrong_credentials");
        anyone.post("/auth/login", json!({"email": officer.email, "password": NEW})).await.is(200);
        let rows = format!("audit WHERE action = 'me.reset_password' AND outcome = 'accepted' AND actor_id = '{}'", officer.id());
        assert_eq!(app.count(&rows).await, 1);
    }

    async fn known_and_unknown_addresses_get_the_same_answer_and_only_the_known_a_letter(app: TestApp) {
        let officer = app.officer().await;
        let anyone = app.anyone().with("X-Request-Id", "same-request");
        let ask = |email: &str| json!({"email": email});
        let known = anyone.post("/auth/forgot_password", ask(&officer.email)).await;
        let unknown = anyone.post("/auth/forgot_password", ask("nobody@test.example")).await;
        assert_eq!((known.status, &known.text, known.headers.len()), (unknown.status, &unknown.text, unknown.headers.len()));
        assert_eq!(app.count("account_links").await, 0, "nothing is looked up before the answer");
        assert_eq!(app.mail().await, [("password_reset".to_owned(), officer.email.clone())]);
        app.sysadmin().await.does(&format!("/users/{}/disable", officer.id())).await.is(200);
        app.mail().await;
        forgot(&app, &officer.email).await;
        assert_eq!(app.mail().await, [], "closed accounts get none");
    }

    async fn the_token_stands_in_the_letter_and_nowhere_else(app: TestApp) {
        let officer = app.officer().await;
        let token = link(&app, &officer.email).await;
        for place in ["audit WHERE detail", "outbox WHERE facts", "account_links WHERE token_hash", "audit WHERE object_id"] {
            assert_eq!(app.count(&format!("{place} LIKE '%{token}%'")).await, 0, "{place}");
        }
        assert_eq!(app.count("account_links WHERE LENGTH(token_hash) = 64").await, 1);
    }

    async fn an_account_gets_three_letters_an_hour_at_most(app: TestApp) {
        let officer = app.officer().await;
        for _ in 0..5 {
            forgot(&app, &officer.email).await;
        }
        assert_eq!(app.mail().await.len(), 3);
        app.later(chrono::TimeDelta::minutes(59));
        forgot(&app, &officer.email).await;
        assert_eq!(app.mail().await.len(), 0);
        app.later(chrono::TimeDelta::minutes(1));
        forgot(&app, &officer.email).await;
        assert_eq!(app.mail().await.len(), 1);
    }

    async fn the_page_of_the_link_shows_a_form_and_takes_nothing(app: TestApp) {
        let officer = app.officer().await;
        let token = link(&app, &officer.email).await;
        let get = async |path: &str| reqwest::get(format!("{}{path}", app.address)).await.unwrap();
        let page = get("/api/v1/auth/reset_password").await;
        assert_eq!((page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        let text = page.text().await.unwrap();
        assert!(text.contains("reset_password.js") && !text.contains("onclick") && !text.contains("http://"), "{text}");
        let script = get("/api/v1/auth/reset_password.js").await;
        assert_eq!(script.headers()["content-type"].to_str().unwrap(), "text/javascript; charset=utf-8");
        app.anyone().post("/auth/reset_password", with(&token, NEW)).await.is(204);
    }

    async fn a_network_that_asks_all_the_time_is_told_to_wait(app: TestApp) {
        for number in 0..20 {
            forgot(&app, &format!("nobody{number}@test.example")).await;
        }
        let reply = app.anyone().post("/auth/forgot_password", json!({"email": "nobody@test.example"})).await;
        reply.is_refused(429, "too_many_attempts");
        assert_eq!(reply.header("retry-after"), "900");
    }

    async fn a_link_dies_after_half_an_hour_with_the_password_and_with_the_account(app: TestApp) {
        let officer = app.officer().await;
        let anyone = app.anyone();
        let late = link(&app, &officer.email).await;
        app.later(chrono::TimeDelta::minutes(30));
        anyone.post("/auth/reset_password", with(&late, NEW)).await.is_refused(410, "dead_link");
        let changed = link(&app, &officer.email).await;
        officer.post("/me/password", json!({"current": PASSWORD, "new": NEW})).await.is(204);
        app.mail().await;
        anyone.post("/auth/reset_password", with(&changed, NEW)).await.is_refused(410, "dead_link");
        let closed = link(&app, &officer.email).await;
        let path = format!("/users/{}", officer.id());
        app.sysadmin().await.does(&format!("{path}/disable")).await.is(200);
        anyone.post("/auth/reset_password", with(&closed, NEW)).await.is_refused(410, "dead_link");
        app.sysadmin().await.does(&format!("{path}/enable")).await.is(200);
        anyone.post("/auth/reset_password", with(&closed, NEW)).await.is_refused(410, "dead_link");
    }

    async fn the_same_link_eight_times_at_once_works_once(app: TestApp) {
        races(app, 1).await;
    }

    #[ignore = "the full form: cargo test --test api full_form -- --ignored"]
    async fn full_form_the_same_link_eight_times_at_once_works_once_a_thousand_times(app: TestApp) {
        races(app, 1_000).await;
    }

    async fn a_new_password_ends_the_pause_after_wrong_ones(app: TestApp) {
        let officer = app.officer().await;
        let login = |password: &str| json!({"email": officer.email, "password": password});
        for _ in 0..5 {
            app.anyone().post("/auth/login", login("not this one")).await.is_refused(401, "wrong_credentials");
        }
        app.anyone().post("/auth/login", login(PASSWORD)).await.is_refused(429, "too_many_attempts");
        let token = link(&app, &officer.email).await;
        app.anyone().post("/auth/reset_password", with(&token, NEW)).await.is(204);
        app.anyone().post("/auth/login", login(NEW)).await.is(200);
    }

    async fn whoever_has_no_password_yet_is_invited_to_set_one(app: TestApp) {
        let (sysadmin, invite) = invited(&app).await;
        let letters = app.letters().await;
        assert_eq!(letters.iter().map(|letter| letter.notice.code()).collect::<Vec<_>>(), ["account_invited"]);
        let first = token_of(&letters[0]);
        let login = |password: &str| json!({"email": "new@test.example", "password": password});
        for guess in ["12345678", "        ", NEW] {
            app.anyone().post("/auth/login", login(guess)).await.is_refused(401, "wrong_credentials");
        }
        app.days_later(6);
        sysadmin.does(&invite).await.is(200);
        let second = token_of(&app.letters().await[0]);
        app.anyone().post("/auth/reset_password", with(&first, NEW)).await.is_refused(410, "dead_link");
        app.days_later(7);
        app.anyone().post("/auth/reset_password", with(&second, NEW)).await.is_refused(410, "dead_link");
        sysadmin.does(&invite).await.is(200);
        let third = token_of(&app.letters().await[0]);
        app.anyone().post("/auth/reset_password", with(&third, NEW)).await.is(204);
        app.anyone().post("/auth/login", login(NEW)).await.is(200);
        sysadmin.does(&invite).await.is_refused(409, "not_invitable");
    }

    async fn an_account_opened_with_a_password_or_disabled_is_not_invited(app: TestApp) {
        let (sysadmin, invite) = invited(&app).await;
        let officer = app.officer().await;
        sysadmin.does(&format!("/users/{}/invite", officer.id())).await.is_refused(409, "not_invitable");
        officer.does(&invite).await.is_refused(403, "forbidden");
        app.letters().await;
        sysadmin.does(&invite.replace("invite", "disable")).await.is(200);
        sysadmin.does(&invite).await.is_refused(409, "not_invitable");
        app.anyone().does(&invite).await.is_refused(401, "unauthenticated");
    }
}
