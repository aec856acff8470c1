//! What a key may do, what it never may, and who makes one.

use super::{ALL, Program, bearer, colleague, wish};
use crate::matrix::world::World;
use crate::support::{Reply, Story, TestApp, inputs, on_both};
use chrono::TimeDelta;
use jiebang::domain::policy::{Action, KeyScope, Role};
use jiebang::http::routes::routes;
use serde_json::{Value, json};

fn action_of(route: &str) -> Action {
    routes().iter().find(|known| format!("{} {}", known.method, known.path) == route).unwrap().action
}

on_both! {
    async fn a_key_bids_from_draft_to_withdrawal_and_what_it_did_is_recorded_as_the_keys(app: TestApp) {
        let story = Story::open(&app).await;
        let program = Program::new(&app, wish(&["bid"])).await;
        let key = &program.caller;
        let bid = key.post(&story.path("bids"), inputs::bid()).await.is(201);
        let team = app.team("keda").await;
        let path = format!("/bids/{}", bid["id"].as_str().unwrap());
        assert_eq!(bid["allowed_actions"], json!(["bid.edit", "file.add", "file.remove", "bid.submit"]));
        key.put(&path, 1, inputs::bid()).await.is(200);
        key.does(&format!("{path}/submit")).await.is(200);
        key.does(&format!("{path}/withdraw")).await.is(200);
        key.does(&format!("{path}/resubmit")).await.is(200);
        assert_eq!(key.get(&path).await.is(200)["stage"], "submitted");
        assert_eq!(team.get(&path).await.is(200)["stage"], "submitted");
        let rows = format!("audit WHERE object_id = '{}' AND key_id = '{}' AND actor_id = '{}' AND role = 'team'",
            bid["id"].as_str().unwrap(), program.id, team.id());
        assert_eq!(app.count(&rows).await, 5);
        // The round is opened: now the auditor sees who it was.
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        let log = app.auditor().await.get(&format!("/audit?action=bid.submit&object_id={}", bid["id"].as_str().unwrap())).await.is(200);
        assert_eq!((&log["items"][0]["key_id"], &log["items"][0]["actor_name"]), (&json!(program.id), &json!("team-keda 某")));
    }

    async fn a_key_reports_a_milestone_and_asks_for_a_payment(app: TestApp) {
        let story = Story::active(&app).await;
        let key = Program::new(&app, wish(&["report"])).await.caller;
        let milestone = format!("/milestones/{}", story.milestones[0]);
        key.does(&format!("{milestone}/start")).await.is(200);
        let handed_in = key.evidence(&story.project, &[("K1", "91")]).await;
        let handed_in = key.post(&format!("{milestone}/submit"), handed_in).await.is(200);
        assert_eq!((&handed_in["stage"], &handed_in["allowed_actions"]), (&json!("submitted"), &json!([])));
        key.does(&format!("/payments/{}/request", story.payments[0])).await.is(200);
        assert_eq!(key.get("/payments").await.is(200)["items"].as_array().unwrap().len(), 3);
        // The team's own people may also sign and apply for acceptance; no program may.
        let project = format!("/projects/{}", story.project);
        assert_eq!(key.get(&project).await.is(200)["allowed_actions"], json!([]));
        key.post(&format!("{project}/apply_acceptance"), inputs::acceptance()).await.is_refused(403, "insufficient_scope");
    }

    async fn what_no_scope_names_is_refused_on_every_route_and_changes_nothing(app: TestApp) {
        let world = World::at(&app, "active").await;
        let program = Program::new(&app, wish(ALL)).await;
        let (before, mut refused) = (app.written().await, 0);
        let denied = format!("audit WHERE outcome = 'denied' AND key_id = '{}'", program.id);
        for (route, on, id) in world.routes() {
            if KeyScope::ALL.iter().any(|scope| scope.actions().contains(&action_of(route))) {
                continue;
            }
            let reply = world.ask(&program.caller, route, on, &id, false).await;
            assert_eq!(reply.status, 403, "{route}: {}", reply.text);
            reply.is_refused(403, "insufficient_scope");
            refused += 1;
            assert_eq!(app.count(&denied).await, refused, "{route}");
        }
        assert!(refused > 60, "{refused}");
        assert_eq!(app.written().await, before);
    }

    async fn each_scope_opens_what_it_names_and_nothing_of_the_others(app: TestApp) {
        let world = World::at(&app, "active").await;
        for scope in KeyScope::ALL {
            let key = Program::new(&app, wish(&[scope.code()])).await.caller;
            for (route, on, id) in world.routes() {
                let action = action_of(route);
                if !KeyScope::ALL.iter().any(|any| any.actions().contains(&action)) {
                    continue;
                }
                let reply = world.ask(&key, route, on, &id, false).await;
                let named = scope.actions().contains(&action);
                assert_eq!(reply.text.contains("\"code\":\"insufficient_scope\""), !named, "{scope} {route}: {}", reply.text);
                assert!(!named || reply.status != 403, "{scope} {route}: {}", reply.text);
            }
        }
    }

    async fn what_a_key_may_do_is_what_it_is_told(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let path = format!("/bids/{}", story.bid);
        assert_eq!(app.team("keda").await.get(&path).await.is(200)["allowed_actions"], json!(["bid.edit", "file.add", "file.remove", "bid.appoint", "bid.resubmit", "bid.withdraw", "bid.leave"]));
        let reader = Program::new(&app, wish(&["read"])).await.caller;
        assert_eq!(reader.get(&path).await.is(200)["allowed_actions"], json!([]));
        assert_eq!(reader.get("/bids").await.is(200)["items"][0]["allowed_actions"], json!([]));
        reader.does(&format!("{path}/withdraw")).await.is_refused(403, "insufficient_scope");
        let bidder = Program::new(&app, wish(&["bid"])).await.caller;
        assert_eq!(bidder.get(&path).await.is(200)["allowed_actions"], json!(["bid.edit", "file.add", "file.remove", "bid.resubmit", "bid.withdraw"]));
        // Of another team's bid a key knows as little as that team's rivals do.
        let rival = app.team("yuan").await.post("/me/keys", wish(ALL)).await.is(201);
        Program::of(&app, &rival).caller.get(&path).await.is_refused(404, "not_found");
    }

    async fn a_key_acts_as_the_team_even_when_its_creator_is_more(app: TestApp) {
        let story = Story::draft(&app).await;
        let both = app.person("both", "sponsor-works", None, &[Role::Team, Role::Sponsor]).await;
        let path = format!("/challenges/{}", story.challenge);
        both.get(&path).await.is(200);
        let key = Program::of(&app, &both.post("/me/keys", wish(ALL)).await.is(201)).caller;
        key.get(&path).await.is_refused(404, "not_found");
    }

    async fn a_key_says_how_long_from_where_how_often_and_what_for_and_all_faults_come_at_once(app: TestApp) {
        let (team, now) = (app.team("keda").await, app.app.clock.now());
        let days = |days: i64| now.plus(TimeDelta::days(days)).to_string();
        let input = json!({
            "name": "一", "scopes": ["award"], "networks": ["10.1.2.3/8", "somewhere"], "expires_at": "tomorrow", "rate_per_minute": 6001,
        });
        team.post("/me/keys", input).await.has_faults(&[
            ("name", "too_short"), ("scopes[0]", "unknown_code"), ("networks[0]", "not_a_network"), ("networks[1]", "not_a_network"),
            ("expires_at", "not_an_instant"), ("rate_per_minute", "out_of_range"),
        ]);
        let many: Vec<String> = (0..21).map(|number| format!("10.0.{number}.0/24")).collect();
        team.post("/me/keys", json!({"name": "投标系统", "scopes": [], "networks": many}))
            .await
            .has_faults(&[("scopes", "required"), ("networks", "too_many")]);
        for wrong in [now.to_string(), days(-1), now.plus(TimeDelta::days(365) + TimeDelta::microseconds(1)).to_string()] {
            let input = json!({"name": "投标系统", "scopes": ["bid"], "expires_at": wrong});
            team.post("/me/keys", input).await.has_faults(&[("expires_at", "out_of_range")]);
        }
        let input = json!({
            "name": "投标系统", "scopes": ["report", "bid", "bid"], "networks": ["2001:DB8::/32", "198.51.100.7"], "expires_at": days(365),
        });
        let made = team.post("/me/keys", input).await;
        assert_eq!(made.header("location"), format!("/api/v1/keys/{}", made.json()["id"].as_str().unwrap()));
        let made = made.is(201);
        assert_eq!(made["scopes"], json!(["bid", "report"]));
        assert_eq!(made["networks"], json!(["2001:db8::/32", "198.51.100.7/32"]));
        assert_eq!((&made["state"], &made["rate_per_minute"], &made["last_used_at"]), (&json!("active"), &json!(600), &Value::Null));
        assert_eq!(made["allowed_actions"], json!(["key.rotate", "key.revoke"]));
        assert!(made["token"].as_str().unwrap().starts_with(&format!("jbk_{}.", made["id"].as_str().unwrap())));
        app.officer().await.post("/me/keys", wish(ALL)).await.is_refused(403, "forbidden");
        app.sponsor().await.post("/me/keys", wish(ALL)).await.is_refused(403, "forbidden");
        app.sysadmin().await.post("/me/keys", wish(ALL)).await.is_refused(403, "forbidden");
    }

    async fn a_team_sees_and_ends_its_own_keys_and_no_others(app: TestApp) {
        let program = Program::new(&app, wish(ALL)).await;
        let (foreign, path) = (app.team("yuan").await, format!("/keys/{}", program.id));
        assert_eq!(foreign.get("/keys").await.is(200)["items"], json!([]));
        foreign.get(&path).await.is_refused(404, "not_found");
        foreign.does(&format!("{path}/revoke")).await.is_refused(404, "not_found");
        assert!(program.lives().await);
        assert_eq!(colleague(&app).await.get("/keys").await.is(200)["items"][0]["id"], json!(program.id));
        // The auditor sees, the system administrator sees and ends.
        let (auditor, sysadmin) = (app.auditor().await, app.sysadmin().await);
        assert_eq!(auditor.get("/keys").await.is(200)["items"][0]["allowed_actions"], json!([]));
        auditor.does(&format!("{path}/revoke")).await.is_refused(403, "forbidden");
        sysadmin.does(&format!("{path}/rotate")).await.is_refused(403, "forbidden");
        assert_eq!(sysadmin.get(&path).await.is(200)["allowed_actions"], json!(["key.revoke"]));
        let revoked = sysadmin.does(&format!("{path}/revoke")).await.is(200);
        assert_eq!((&revoked["state"], &revoked["revoked_at"]), (&json!("revoked"), &json!(app.app.clock.now().to_string())));
        sysadmin.does(&format!("{path}/revoke")).await.is_refused(409, "key_not_live");
    }

    async fn a_key_is_made_and_rotated_by_someone_who_just_proved_who_they_are(app: TestApp) {
        let team = app.team("keda").await;
        let old = bearer(&app, team.log_in().await["access_token"].as_str().unwrap());
        app.later(TimeDelta::seconds(300));
        let made = old.post("/me/keys", wish(ALL)).await.is(201);
        app.later(TimeDelta::seconds(1));
        old.post("/me/keys", wish(ALL)).await.is_refused(401, "step_up_required");
        let path = format!("/keys/{}", made["id"].as_str().unwrap());
        old.does(&format!("{path}/rotate")).await.is_refused(401, "step_up_required");
        old.get("/keys").await.is(200);
        // Whoever wants to end one need not wait.
        old.does(&format!("{path}/revoke")).await.is(200);
    }

    async fn an_idempotency_key_of_a_program_is_not_that_of_its_creator(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let (team, program) = (app.team("keda").await.with("Idempotency-Key", "1"), Program::new(&app, wish(&["bid"])).await);
        let withdraw = format!("/bids/{}/withdraw", story.bid);
        let submit = format!("/bids/{}/resubmit", story.bid);
        let again = |reply: &Reply| reply.header("idempotency-replayed") == "true";
        let key = program.caller.with("Idempotency-Key", "1");
        let (first, second) = (key.does(&withdraw).await, key.does(&withdraw).await);
        assert_eq!((first.is(200), again(&first), again(&second)), (second.is(200), false, true));
        // For a person the same word is free, and means something else.
        let resubmitted = team.does(&submit).await;
        assert!(resubmitted.is(200)["stage"] == "submitted" && !again(&resubmitted));
        key.does(&submit).await.is_refused(422, "idempotency_key_reused");
        // A program that has taken up the next key repeats what it asked for with the one before.
        let rotated = program.rotated(&app, json!({})).await.caller.with("Idempotency-Key", "1");
        assert!(again(&rotated.does(&withdraw).await));
        // But not what its scopes do not name.
        let reader = Program::new(&app, wish(&["read"])).await.caller.with("Idempotency-Key", "1");
        reader.does(&withdraw).await.is_refused(403, "insufficient_scope");
    }

    async fn one_person_has_so_many_live_keys_and_no_more(app: TestApp) {
        let team = app.team("keda").await;
        let mut last = String::new();
        for _ in 0..20 {
            last = Program::new(&app, wish(&["read"])).await.id;
        }
        team.post("/me/keys", wish(&["read"])).await.is_refused(409, "too_many_keys");
        team.does(&format!("/keys/{last}/revoke")).await.is(200);
        team.post("/me/keys", wish(&["read"])).await.is(201);
    }
}
