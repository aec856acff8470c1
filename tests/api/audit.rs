//! The audit log: one row an act, for auditors, append-only.

use crate::support::{Story, TestApp, on_both};
use diesel::RunQueryDsl;

on_both! {
    async fn every_act_leaves_one_row_that_says_who_what_and_from_where_to_where(app: TestApp) {
        let story = Story::open(&app).await;
        let log = app.auditor().await.get(&format!("/audit?object_id={}&sort=created_at", story.challenge)).await.is(200);
        let rows: Vec<String> = log["items"].as_array().unwrap().iter()
            .map(|row| format!(
                "{} {} {} {}->{}", row["action"].as_str().unwrap(), row["outcome"].as_str().unwrap(), row["role"].as_str().unwrap_or("-"),
                row["from_stage"].as_str().unwrap_or("-"), row["to_stage"].as_str().unwrap_or("-"),
            ))
            .collect();
        let mut sorted = rows.clone();
        sorted.sort();
        assert_eq!(sorted, [
            "challenge.approve accepted director in_approval->approved",
            "challenge.create accepted officer -->-",
            "challenge.publish accepted officer approved->open",
            "challenge.submit accepted officer draft->in_approval",
        ]);
    }

    async fn a_denied_act_leaves_its_row_too_even_when_it_only_reads(app: TestApp) {
        let story = Story::active(&app).await;
        let foreign = app.team("yuan").await;
        foreign.get(&format!("/projects/{}", story.project)).await.is_refused(404, "not_found");
        foreign.does(&story.path("award")).await.is_refused(403, "forbidden");
        let log = app.auditor().await.get(&format!("/audit?outcome=denied&actor_id={}", foreign.id())).await.is(200);
        let actions: Vec<&str> = log["items"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
        assert_eq!(actions.len(), 2);
        assert!(actions.contains(&"challenge.award") && actions.contains(&"project.read"), "{actions:?}");
    }

    async fn the_log_can_be_narrowed_to_a_time(app: TestApp) {
        let (sysadmin, auditor) = (app.sysadmin().await, app.auditor().await);
        let path = format!("/users/{}", app.team("keda").await.id());
        let first = app.later(chrono::TimeDelta::milliseconds(7));
        sysadmin.does(&format!("{path}/disable")).await.is(200);
        let second = app.later(chrono::TimeDelta::microseconds(1));
        sysadmin.does(&format!("{path}/enable")).await.is(200);
        let third = app.later(chrono::TimeDelta::seconds(60));
        let log = async |from: &str, until: &str| {
            let log = auditor.get(&format!("/audit?from={from}&until={until}&sort=created_at")).await.is(200);
            let items = log["items"].as_array().unwrap().clone();
            // Within one millisecond the order of two records is that of their ids, which is chance.
            let actions = items.iter().map(|row| row["action"].as_str().unwrap().to_owned());
            actions.filter(|action| action.starts_with("user.")).collect::<std::collections::BTreeSet<_>>()
        };
        let set = |actions: &[&str]| actions.iter().map(|action| (*action).to_owned()).collect::<std::collections::BTreeSet<_>>();
        let (first, second, third) = (first.to_string(), second.to_string(), third.to_string());
        assert_eq!(log(&first, &third).await, set(&["user.disable", "user.enable"]));
        assert_eq!(log(&first, &second).await, set(&["user.disable"]), "before, not up to");
        assert_eq!(log(&second, &third).await, set(&["user.enable"]), "from, not after");
        auditor.get("/audit?from=yesterday").await.has_faults(&[("from", "not_an_instant")]);
    }

    async fn nobody_without_an_account_can_fill_the_log(app: TestApp) {
        let story = Story::draft(&app).await;
        let before = app.count("audit").await;
        app.anyone().get(&format!("/challenges/{}", story.challenge)).await.is_refused(404, "not_found");
        app.anyone().does(&story.path("submit")).await.is_refused(401, "unauthenticated");
        assert_eq!(app.count("audit").await, before);
    }

    async fn the_log_and_the_submissions_cannot_be_changed_by_sql_either(app: TestApp) {
        Story::with_bid(&app).await;
        for sql in [
            "UPDATE audit SET detail = 'nothing happened'", "DELETE FROM audit",
            "UPDATE bid_submissions SET digest = ''", "DELETE FROM bid_submissions",
        ] {
            let changed = app.app.db.write(
                move |conn| diesel::sql_query(sql).execute(conn).map_err(|e| e.to_string()),
                |_, _| Ok(()),
            ).await.unwrap();
            let words = changed.unwrap_err();
            assert!(words.contains("append-only") || words.contains("as received"), "{words}");
        }
    }

    async fn no_password_or_token_is_in_the_log(app: TestApp) {
        let tokens = app.officer().await.log_in().await;
        app.officer().await.does("/auth/logout").await.is(204);
        let secrets = [crate::support::app::PASSWORD, tokens["refresh_token"].as_str().unwrap(), "$argon2"];
        for secret in secrets {
            assert_eq!(app.count(&format!("audit WHERE detail LIKE '%{secret}%' OR object_id LIKE '%{secret}%'")).await, 0);
        }
    }
}
