//! When a key is taken and when it is dead.

use super::{ALL, Program, colleague, wish};
use crate::support::{TestApp, on_both};
use chrono::TimeDelta;
use serde_json::json;

/// Ends a key in one of five ways, again and again, and shows it afterwards.
async fn dead_keys(app: TestApp, rounds: usize) {
    let (team, sysadmin, secadmin) = (app.team("keda").await, app.sysadmin().await, app.secadmin().await);
    let (colleague, user) = (colleague(&app).await, format!("/users/{}", team.id()));
    let mut alive = Vec::new();
    for round in 0..rounds {
        app.later(TimeDelta::seconds(60));
        let program = Program::new(&app, wish(ALL)).await;
        assert!(program.lives().await);
        let revoke = format!("/keys/{}/revoke", program.id);
        match round % 5 {
            0 => drop(team.does(&revoke).await.is(200)),
            1 => drop(colleague.does(&revoke).await.is(200)),
            2 => drop(sysadmin.does(&revoke).await.is(200)),
            3 => {
                sysadmin.does(&format!("{user}/disable")).await.is(200);
                if program.lives().await {
                    alive.push(round);
                }
                sysadmin.does(&format!("{user}/enable")).await.is(200);
            }
            _ => {
                app.granted(&team.id(), json!(["sponsor"])).await;
                if program.lives().await {
                    alive.push(round);
                }
                app.granted(&team.id(), json!(["sponsor", "team"])).await;
            }
        }
        // Sessions ended, too: sign in anew.
        app.later(TimeDelta::seconds(300));
        let _ = secadmin.token().await;
        if program.lives().await {
            alive.push(round);
        }
    }
    assert!(alive.is_empty(), "{} of {rounds}: {alive:?}", alive.len());
}

on_both! {
    async fn a_key_lives_until_its_end_and_not_in_it(app: TestApp) {
        let now = app.app.clock.now();
        let end = now.plus(TimeDelta::days(1));
        let mut input = wish(&["read"]);
        input["expires_at"] = json!(end.to_string());
        let program = Program::new(&app, input).await;
        assert_eq!(program.seen(&app).await["expires_at"], end.to_string());
        app.app.clock.set(end.plus(TimeDelta::microseconds(-1)));
        assert!(program.lives().await);
        app.app.clock.set(end);
        assert!(!program.lives().await);
        let seen = program.seen(&app).await;
        assert_eq!((&seen["state"], &seen["allowed_actions"]), (&json!("expired"), &json!([])));
        let other = Program::new(&app, wish(&["read"])).await;
        assert_eq!(other.seen(&app).await["expires_at"], end.plus(TimeDelta::days(90)).to_string());
    }

    async fn a_rotated_key_lives_on_for_the_overlap_and_never_beyond_its_own_end(app: TestApp) {
        let (team, begin) = (app.team("keda").await, app.app.clock.now());
        let input = json!({
            "name": "投标系统", "scopes": ["read"], "networks": ["127.0.0.1"], "rate_per_minute": 77,
            "expires_at": begin.plus(TimeDelta::days(10)).to_string(),
        });
        let first = Program::new(&app, input).await;
        app.days_later(2);
        let second = first.rotated(&app, json!({})).await;
        let (old, new) = (first.seen(&app).await, second.seen(&app).await);
        assert_eq!((&old["state"], &old["replaced_by"], &old["allowed_actions"]), (&json!("replaced"), &json!(second.id), &json!(["key.revoke"])));
        assert_eq!(old["expires_at"], begin.plus(TimeDelta::days(3)).to_string());
        assert_eq!(new["expires_at"], begin.plus(TimeDelta::days(12)).to_string(), "it lives as long as the one before was to");
        for same in ["name", "scopes", "networks", "rate_per_minute", "created_by", "organization_id"] {
            assert_eq!(old[same], new[same], "{same}");
        }
        assert!(first.lives().await && second.lives().await);
        team.does(&format!("/keys/{}/rotate", first.id)).await.is_refused(409, "key_not_live");
        app.app.clock.set(begin.plus(TimeDelta::days(3) + TimeDelta::microseconds(-1)));
        assert!(first.lives().await && second.lives().await);
        app.app.clock.set(begin.plus(TimeDelta::days(3)));
        assert!(!first.lives().await && second.lives().await);
        let third = second.rotated(&app, json!({"overlap_hours": 0})).await;
        assert!(!second.lives().await && third.lives().await);
        team.post(&format!("/keys/{}/rotate", third.id), json!({"overlap_hours": 169})).await.has_faults(&[("overlap_hours", "out_of_range")]);
        // Five days before its end, a week of overlap ends with it.
        app.days_later(5);
        let fourth = third.rotated(&app, json!({"overlap_hours": 168})).await;
        assert_eq!(third.seen(&app).await["expires_at"], begin.plus(TimeDelta::days(13)).to_string());
        assert!(third.lives().await && fourth.lives().await);
        // The one before can be ended at once, and the new one is not concerned.
        team.does(&format!("/keys/{}/revoke", third.id)).await.is(200);
        assert!(!third.lives().await && fourth.lives().await);
        // A colleague may end it, but the secret of a key goes to the one on whose behalf it acts.
        let colleague = colleague(&app).await;
        colleague.does(&format!("/keys/{}/rotate", fourth.id)).await.is_refused(403, "forbidden");
        assert_eq!(colleague.get(&format!("/keys/{}", fourth.id)).await.is(200)["allowed_actions"], json!(["key.revoke"]));
        app.team("yuan").await.does(&format!("/keys/{}/rotate", fourth.id)).await.is_refused(404, "not_found");
        fourth.caller.does(&format!("/keys/{}/rotate", fourth.id)).await.is_refused(403, "insufficient_scope");
    }

    async fn of_two_rotations_at_once_one_is_done(app: TestApp) {
        let (team, program) = (app.team("keda").await, Program::new(&app, wish(ALL)).await);
        let path = format!("/keys/{}/rotate", program.id);
        let replies = futures_util::future::join_all((0..6).map(|_| team.does(&path))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        assert!(replies.iter().all(|reply| [201, 409].contains(&reply.status.as_u16())), "{replies:?}");
        assert_eq!(app.count("api_keys").await, 2);
    }

    async fn a_key_that_should_be_dead_is_dead(app: TestApp) {
        dead_keys(app, 10).await;
    }

    #[ignore = "the full form: cargo test --test api full_form -- --ignored"]
    async fn full_form_a_key_that_should_be_dead_is_dead_a_thousand_times(app: TestApp) {
        dead_keys(app, 1_000).await;
    }

    async fn a_key_does_not_move_with_its_creator(app: TestApp) {
        let (team, other) = (app.team("keda").await, app.organization("yuan").await);
        let program = Program::new(&app, wish(ALL)).await;
        let sql = format!("UPDATE users SET organization_id = '{other}' WHERE id = '{}'", team.id());
        app.app.db.write(move |conn| diesel::RunQueryDsl::execute(diesel::sql_query(sql), conn), |_, _| Ok(())).await.unwrap().unwrap();
        assert!(!program.lives().await);
    }
}
