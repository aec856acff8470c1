//! Sessions: staying in, being seen, ending; stolen refresh tokens; dead tokens stay dead.

use crate::support::app::PASSWORD;
use crate::support::{Caller, Reply, TestApp, on_both};
use serde_json::{Value, json};

async fn renew(app: &TestApp, tokens: &Value) -> Reply {
    app.anyone().post("/auth/refresh", json!({"refresh_token": tokens["refresh_token"]})).await
}

fn bearer(app: &TestApp, tokens: &Value) -> Caller {
    app.anyone().with("Authorization", format!("Bearer {}", tokens["access_token"].as_str().unwrap()))
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Value {
    app.anyone().post("/auth/login", json!({"email": email, "password": password})).await.is(200)
}

/// Signs in, ends that access in one of the four ways, and shows access and refresh token again.
async fn dead_tokens(app: TestApp, rounds: usize) {
    let (officer, sysadmin) = (app.officer().await, app.sysadmin().await);
    let path = format!("/users/{}", officer.id());
    let mut password = PASSWORD.to_owned();
    let mut alive = Vec::new();
    for round in 0..rounds {
        // Administrators sign in anew in time, and nobody's letters or rate limits pile up at one instant.
        app.later(chrono::TimeDelta::seconds(60));
        let tokens = sign_in(&app, &officer.email, &password).await;
        let caller = bearer(&app, &tokens);
        caller.get("/me").await.is(200);
        match round % 4 {
            0 => drop(caller.does("/auth/logout").await.is(204)),
            1 => {
                sysadmin.does(&format!("{path}/disable")).await.is(200);
                sysadmin.does(&format!("{path}/enable")).await.is(200);
            }
            2 => {
                let role = if round % 8 == 2 { "examiner" } else { "officer" };
                app.granted(&officer.id(), json!([role])).await;
            }
            _ => {
                let new = format!("another good one {round}");
                let elsewhere = sign_in(&app, &officer.email, &password).await;
                let change = json!({"current": password, "new": new});
                bearer(&app, &elsewhere).post("/me/password", change).await.is(204);
                password = new;
            }
        }
        let (access, refresh) = (caller.get("/me").await.status, renew(&app, &tokens).await.status);
        if access != 401 || refresh != 401 {
            alive.push((round, access, refresh));
        }
    }
    assert!(alive.is_empty(), "{} of {rounds}: {alive:?}", alive.len());
}

/// Eight renewals at once with one token, so many times.
async fn races(app: TestApp, rounds: usize) {
    let officer = app.officer().await;
    for _ in 0..rounds {
        let tokens = officer.log_in().await;
        let replies = futures_util::future::join_all((0..8).map(|_| renew(&app, &tokens))).await;
        assert!(replies.iter().all(|reply| reply.status == 200), "{:?}", replies.iter().map(|r| r.status).collect::<Vec<_>>());
        let session = bearer(&app, &replies[0].json()).get("/me/sessions").await.is(200);
        let id = session["items"].as_array().unwrap().iter().find(|s| s["current"] == true).unwrap()["id"].as_str().unwrap().to_owned();
        // All eight are shown once more: the live one, if it comes first, goes on; the first dead one ends it all.
        let mut renewed = 0;
        for reply in &replies {
            renewed += usize::from(renew(&app, &reply.json()).await.status == 200);
        }
        assert!(renewed <= 1, "{renewed} lines lived");
        assert_eq!(app.count(&format!("sessions WHERE id = '{id}' AND ended_at IS NOT NULL")).await, 1);
    }
}

on_both! {
    async fn a_refresh_token_is_good_once_and_shown_again_it_ends_the_session_with_a_letter(app: TestApp) {
        let officer = app.officer().await;
        let first = officer.log_in().await;
        let second = renew(&app, &first).await.is(200);
        assert_ne!(second["refresh_token"], first["refresh_token"]);
        bearer(&app, &second).get("/me").await.is(200);
        let third = renew(&app, &second).await.is(200);
        app.letters().await;
        renew(&app, &first).await.is_refused(401, "invalid_token");
        bearer(&app, &third).get("/me").await.is_refused(401, "expired_token");
        renew(&app, &third).await.is_refused(401, "invalid_token");
        assert_eq!(app.count("audit WHERE action = 'session.revoke'").await, 1);
        assert_eq!(app.mail().await, [("session_revoked".to_owned(), "officer@test.example".to_owned())]);
    }

    async fn a_lost_answer_is_given_again_for_half_a_minute_and_no_longer(app: TestApp) {
        let officer = app.officer().await;
        let first = officer.log_in().await;
        let lost = renew(&app, &first).await.is(200);
        app.later(chrono::TimeDelta::seconds(30));
        let again = renew(&app, &first).await.is(200);
        bearer(&app, &again).get("/me").await.is(200);
        let next = renew(&app, &again).await.is(200);
        // The answer that was lost is dead: whoever has it is not the one who goes on.
        renew(&app, &lost).await.is_refused(401, "invalid_token");
        renew(&app, &next).await.is_refused(401, "invalid_token");
        let first = officer.log_in().await;
        let next = renew(&app, &first).await.is(200);
        app.later(chrono::TimeDelta::seconds(31));
        renew(&app, &first).await.is_refused(401, "invalid_token");
        bearer(&app, &next).get("/me").await.is_refused(401, "expired_token");
        assert_eq!(app.count("audit WHERE action = 'session.revoke'").await, 2);
    }

    async fn of_many_renewals_at_once_one_line_lives(app: TestApp) {
        races(app, 8).await;
    }

    #[ignore = "the full form: cargo test --test api full_form -- --ignored"]
    async fn full_form_of_many_renewals_at_once_one_line_lives_a_thousand_times(app: TestApp) {
        races(app, 1_000).await;
    }

    async fn a_made_up_refresh_token_ends_nobodys_session(app: TestApp) {
        let officer = app.officer().await;
        let tokens = officer.log_in().await;
        let sessions = bearer(&app, &tokens).get("/me/sessions").await.is(200);
        let id = sessions["items"][0]["id"].as_str().unwrap();
        let own = tokens["refresh_token"].as_str().unwrap();
        for made_up in [
            format!("{id}.{}", "A".repeat(64)), format!("{id}."), id.to_owned(), "guessed".into(), format!("{own}A"),
            own[..own.len() - 1].to_owned(), own.replace('.', ".A"), own.to_uppercase(),
        ] {
            let reply = app.anyone().post("/auth/refresh", json!({"refresh_token": made_up})).await;
            reply.is_refused(401, "invalid_token");
        }
        renew(&app, &tokens).await.is(200);
    }

    async fn a_sign_in_ends_after_three_days_idle_and_after_fourteen_days_anyway(app: TestApp) {
        let officer = app.officer().await;
        let idle = officer.log_in().await;
        let mut kept = officer.log_in().await;
        app.later(chrono::TimeDelta::hours(72) - chrono::TimeDelta::seconds(1));
        kept = renew(&app, &kept).await.is(200);
        app.later(chrono::TimeDelta::seconds(1));
        renew(&app, &idle).await.is_refused(401, "invalid_token");
        for _ in 0..5 {
            app.days_later(2);
            kept = renew(&app, &kept).await.is(200);
        }
        app.days_later(1);
        renew(&app, &kept).await.is_refused(401, "invalid_token");
        bearer(&app, &kept).get("/me").await.is_refused(401, "expired_token");
    }

    async fn people_see_their_own_sessions_and_end_them(app: TestApp) {
        let officer = app.officer().await;
        let login = json!({"email": officer.email, "password": PASSWORD});
        let laptop = app.anyone().with("User-Agent", "laptop/1.0").post("/auth/login", login).await.is(200);
        app.later(chrono::TimeDelta::seconds(9));
        let phone = officer.log_in().await;
        let seen = bearer(&app, &phone).get("/me/sessions").await.is(200);
        let seen = seen["items"].as_array().unwrap();
        assert_eq!(seen.iter().map(|s| s["current"].as_bool().unwrap()).collect::<Vec<_>>(), [true, false]);
        assert_eq!((seen[1]["user_agent"].as_str(), seen[1]["address"].as_str()), (Some("laptop/1.0"), Some("127.0.0.1")));
        assert_eq!(seen[1]["created_at"], "2026-03-02T01:00:00Z");
        assert!(!serde_json::to_string(seen).unwrap().contains("hash"));
        let path = format!("/sessions/{}/end", seen[1]["id"].as_str().unwrap());
        app.team("keda").await.does(&path).await.is_refused(404, "not_found");
        bearer(&app, &laptop).get("/me").await.is(200);
        app.letters().await;
        bearer(&app, &phone).does(&path).await.is(200);
        assert_eq!(app.mail().await, [], "of one's own doing nobody is told");
        bearer(&app, &laptop).get("/me").await.is_refused(401, "expired_token");
        bearer(&app, &phone).does(&path).await.is_refused(404, "not_found");
        let third = officer.log_in().await;
        let left = bearer(&app, &phone).does("/me/sessions/end_others").await.is(200);
        assert_eq!(left["items"].as_array().unwrap().len(), 1);
        bearer(&app, &third).get("/me").await.is_refused(401, "expired_token");
        bearer(&app, &phone).get("/me").await.is(200);
    }

    async fn a_system_administrator_sees_and_ends_anyones_sessions(app: TestApp) {
        let (officer, sysadmin) = (app.officer().await, app.sysadmin().await);
        let tokens = officer.log_in().await;
        let list = format!("/users/{}/sessions", officer.id());
        app.secadmin().await.get(&list).await.is_refused(403, "forbidden");
        let seen = sysadmin.get(&list).await.is(200);
        let id = seen["items"][0]["id"].as_str().unwrap();
        app.letters().await;
        sysadmin.does(&format!("/sessions/{id}/end")).await.is(200);
        assert_eq!(app.mail().await, [("session_ended".to_owned(), officer.email.clone())]);
        bearer(&app, &tokens).get("/me").await.is_refused(401, "expired_token");
        assert_eq!(sysadmin.get(&list).await.is(200)["items"], json!([]));
        assert_eq!(app.count(&format!("audit WHERE action = 'session.end' AND object_id = '{id}' AND role = 'sysadmin'")).await, 1);
    }

    async fn whoever_has_no_role_yet_can_still_look_after_their_own_account(app: TestApp) {
        let nobody = app.person("nobody", "keda", None, &[]).await;
        assert_eq!(nobody.get("/me").await.is(200)["roles"], json!([]));
        nobody.get("/me/sessions").await.is(200);
        nobody.post("/me/password", json!({"current": PASSWORD, "new": "another good one"})).await.is(204);
        nobody.does("/auth/logout").await.is(204);
        app.anyone().post("/auth/login", json!({"email": nobody.email, "password": "another good one"})).await.is(200);
    }

    async fn a_sign_in_from_a_new_place_is_told_to_its_owner(app: TestApp) {
        let officer = app.officer().await;
        let from = |agent: &'static str| app.anyone().with("User-Agent", agent);
        let login = json!({"email": officer.email, "password": PASSWORD});
        from("first").post("/auth/login", login.clone()).await.is(200);
        from("first").post("/auth/login", login.clone()).await.is(200);
        assert_eq!(app.mail().await, []);
        from("second").post("/auth/login", login.clone()).await.is(200);
        let letters = app.letters().await;
        assert_eq!(letters.len(), 1);
        assert!(letters[0].text.contains("127.0.0.1") && letters[0].text.contains("2026-03-02 09:00"), "{}", letters[0].text);
        from("second").post("/auth/login", login.clone()).await.is(200);
        let wrong = json!({"email": officer.email, "password": "not this one"});
        from("third").post("/auth/login", wrong).await.is_refused(401, "wrong_credentials");
        assert_eq!(app.mail().await, []);
    }

    async fn a_token_that_should_be_dead_is_dead(app: TestApp) {
        dead_tokens(app, 12).await;
    }

    #[ignore = "the full form: cargo test --test api full_form -- --ignored"]
    async fn full_form_a_token_that_should_be_dead_is_dead_a_thousand_times(app: TestApp) {
        dead_tokens(app, 1_000).await;
    }

    async fn what_moves_money_or_opens_bids_needs_a_proof_of_the_last_five_minutes(app: TestApp) {
        let (secadmin, officer) = (app.secadmin().await, app.officer().await);
        let tokens = secadmin.log_in().await;
        let path = format!("/users/{}/grants", officer.id());
        let grant = json!({"roles": ["examiner"], "reason": "岗位调整"});
        let old = bearer(&app, &tokens).with("Accept-Language", "en");
        app.later(chrono::TimeDelta::seconds(300));
        let first = old.post(&path, grant.clone()).await.is(201);
        app.later(chrono::TimeDelta::seconds(1));
        let refused = old.post(&path, grant.clone()).await;
        refused.is_refused(401, "step_up_required");
        assert!(refused.header("www-authenticate").starts_with("Bearer error=\"insufficient_user_authentication\""));
        old.get("/me").await.is(200);
        // A renewal proves nothing; the password does.
        let renewed = renew(&app, &tokens).await.is(200);
        let caller = bearer(&app, &renewed);
        caller.post(&path, grant.clone()).await.is_refused(401, "step_up_required");
        caller.post("/auth/step_up", json!({})).await.has_faults(&[("password", "required")]);
        caller.post("/auth/step_up", json!({"password": "not this one"})).await.is_refused(401, "wrong_credentials");
        caller.post(&path, grant.clone()).await.is_refused(401, "step_up_required");
        assert_eq!(caller.post("/auth/step_up", json!({"password": PASSWORD})).await.is(200)["fresh_until"], "2026-03-02T01:10:01Z");
        // One's own proposal waits for somebody else, whose proof must be fresh as well.
        caller.post(&path, grant.clone()).await.is_refused(409, "already_exists");
        let second = app.person("secadmin2", "department", None, &[jiebang::domain::policy::Role::Secadmin]).await;
        let late = bearer(&app, &second.log_in().await);
        app.later(chrono::TimeDelta::seconds(301));
        let approve = format!("/grants/{}/approve", first["id"].as_str().unwrap());
        late.does(&approve).await.is_refused(401, "step_up_required");
        second.does(&approve).await.is(200);
        // Whoever may not do it at all is told that, whatever proof they have.
        let leader = bearer(&app, &sign_in(&app, &app.leader().await.email, PASSWORD).await);
        app.later(chrono::TimeDelta::seconds(301));
        leader.post(&path, grant).await.is_refused(404, "not_found");
    }
}
