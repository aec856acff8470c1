//! Erasure: a person's data are removed on request; what they did stays, under their id.

use crate::support::{Story, TestApp, on_both};
use serde_json::json;

on_both! {
    async fn an_erased_person_leaves_no_name_and_no_address_behind(app: TestApp) {
        let (sysadmin, leaver) = (app.sysadmin().await, app.team("leaver").await);
        leaver.post("/me/subscriptions", json!({"sectors": ["energy_env"]})).await.is(200);
        let story = Story::open(&app).await;
        let bid = story.submitted("leaver").await;
        app.letters().await;
        let path = format!("/users/{}", leaver.id());
        sysadmin.does(&format!("{path}/anonymise")).await.is_refused(409, "account_in_use");
        sysadmin.does(&format!("{path}/disable")).await.is(200);
        app.officer().await.does(&format!("{path}/anonymise")).await.is_refused(403, "forbidden");
        app.letters().await;
        let erased = sysadmin.does(&format!("{path}/anonymise")).await.is(200);
        assert_eq!((&erased["status"], &erased["roles"], &erased["allowed_actions"]), (&json!("erased"), &json!([]), &json!([])));
        assert!(erased["name"].as_str().unwrap().starts_with("已注销用户 "));
        let id = leaver.id();
        for table in ["sessions", "subscriptions", "user_roles", "account_links", "known_places", "second_factors", "idempotency"] {
            assert_eq!(app.count(&format!("{table} WHERE user_id = '{id}'")).await, 0, "{table}");
        }
        assert_eq!(app.mail().await, [("account_erased".to_owned(), leaver.email.clone())], "the last letter");
        app.app.tidy().await.unwrap();
        let (email, name) = (&leaver.email, "team-leaver 某");
        for (table, column) in [("users", "email"), ("outbox", "recipient"), ("outbox", "facts"), ("audit", "detail")] {
            assert_eq!(app.count(&format!("{table} WHERE {column} LIKE '%{email}%'")).await, 0, "{table}.{column}");
        }
        for (table, column) in [("users", "name"), ("outbox", "recipient_name")] {
            assert_eq!(app.count(&format!("{table} WHERE {column} LIKE '%{name}%'")).await, 0, "{table}.{column}");
        }
        let rows = format!("audit WHERE actor_id = '{id}' AND action = 'bid.submit' AND object_id = '{bid}'");
        assert_eq!(app.count(&rows).await, 1, "what the person did stays");
        assert_eq!(app.count(&format!("bids WHERE created_by = '{id}'")).await, 1);
    }

    async fn erasure_is_for_good(app: TestApp) {
        let (sysadmin, leaver) = (app.sysadmin().await, app.team("leaver").await);
        let path = format!("/users/{}", leaver.id());
        sysadmin.does(&format!("{path}/disable")).await.is(200);
        sysadmin.does(&format!("{path}/anonymise")).await.is(200);
        for verb in ["anonymise", "enable", "disable"] {
            sysadmin.does(&format!("{path}/{verb}")).await.is_refused(409, "account_erased");
        }
        sysadmin.does(&format!("{path}/invite")).await.is_refused(409, "not_invitable");
        sysadmin.post(&format!("{path}/grants"), json!({"roles": ["team"], "reason": "返聘"})).await.is_refused(409, "account_erased");
    }

    async fn whoever_has_open_duties_is_not_erased(app: TestApp) {
        let story = Story::active(&app).await;
        let _ = &story.project;
        let sysadmin = app.sysadmin().await;
        let path = format!("/users/{}", app.commissioner().await.id());
        sysadmin.does(&format!("{path}/disable")).await.is(200);
        sysadmin.does(&format!("{path}/anonymise")).await.is_refused(409, "open_duties");
        let path = format!("/users/{}", app.expert(1).await.id());
        sysadmin.does(&format!("{path}/disable")).await.is(200);
        sysadmin.does(&format!("{path}/anonymise")).await.is(200);
    }

    async fn erasing_needs_a_fresh_proof(app: TestApp) {
        let (sysadmin, leaver) = (app.sysadmin().await, app.team("leaver").await);
        let token = sysadmin.token().await.unwrap();
        let bare = app.anyone().with("Authorization", format!("Bearer {token}"));
        app.later(chrono::TimeDelta::seconds(301));
        bare.does(&format!("/users/{}/disable", leaver.id())).await.is(200);
        bare.does(&format!("/users/{}/anonymise", leaver.id())).await.is_refused(401, "step_up_required");
    }
}
