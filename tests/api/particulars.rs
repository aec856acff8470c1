//! Particulars: a phone and an identity number are one's own; others see stars, and the database no identity number.

use crate::support::{TestApp, on_both};
use serde_json::{Value, json};

const NUMBER: &str = "11010519491231002X";

fn identity(number: &str) -> Value {
    json!({"identity_number": number})
}

on_both! {
    async fn a_phone_is_shown_in_full_to_its_owner_and_masked_to_others(app: TestApp) {
        let (team, sysadmin) = (app.team("keda").await, app.sysadmin().await);
        team.post("/me/phone", json!({"phone": "138 0013 8000"})).await.is(200);
        assert_eq!(team.get("/me").await.is(200)["phone"], "13800138000");
        let path = format!("/users/{}", team.id());
        assert_eq!(sysadmin.get(&path).await.is(200)["phone"], "138****8000");
        let listed = sysadmin.get("/users?role=team").await.is(200);
        assert_eq!(listed["items"][0]["phone"], "138****8000");
        let log = format!("audit WHERE action = 'me.set_phone' AND object_id = '{}' AND detail = 'given'", team.id());
        assert_eq!(app.count(&log).await, 1);
        assert!(app.mail().await.contains(&("particulars_changed".to_owned(), team.email.clone())));
        team.post("/me/phone", json!({"phone": null})).await.is(200);
        assert_eq!(sysadmin.get(&path).await.is(200)["phone"], Value::Null);
    }

    async fn an_identity_number_is_kept_as_a_keyed_hash_and_shown_with_stars(app: TestApp) {
        let (team, sysadmin) = (app.team("keda").await, app.sysadmin().await);
        let shown = team.post("/me/identity_number", identity(&NUMBER.to_lowercase())).await.is(200);
        assert_eq!(shown["identity_number"], "110***********002X");
        assert_eq!(sysadmin.get(&format!("/users/{}", team.id())).await.is(200)["identity_number"], "110***********002X");
        app.letters().await;
        for (table, columns) in [
            ("users", &["id_mark", "id_masked", "name", "email"][..]), ("audit", &["detail", "object_id", "actor_name"][..]),
            ("outbox", &["facts", "recipient_name"][..]), ("idempotency", &["body", "fingerprint"][..]),
        ] {
            for column in columns {
                let rows = format!("{table} WHERE LOWER({column}) LIKE '%19491231002%'");
                assert_eq!(app.count(&rows).await, 0, "{table}.{column}");
            }
        }
        // A plain hash of it could be found by trying all numbers there are.
        let plain = jiebang::app::sha256_hex(NUMBER.as_bytes());
        assert_eq!(app.count(&format!("users WHERE id_mark = '{plain}'")).await, 0);
        assert_eq!(app.count("users WHERE LENGTH(id_mark) = 64").await, 1);
    }

    async fn one_person_has_one_account(app: TestApp) {
        let (team, other) = (app.team("keda").await, app.team("yuan").await);
        team.post("/me/identity_number", identity(NUMBER)).await.is(200);
        team.post("/me/identity_number", identity(NUMBER)).await.is(200);
        other.post("/me/identity_number", identity(NUMBER)).await.is_refused(409, "already_exists");
        team.post("/me/identity_number", json!({"identity_number": null})).await.is(200);
        other.post("/me/identity_number", identity(NUMBER)).await.is(200);
        // Whoever is erased leaves nothing of either.
        other.post("/me/phone", json!({"phone": "+44 20 7946 0958"})).await.is(200);
        let (sysadmin, path) = (app.sysadmin().await, format!("/users/{}", other.id()));
        sysadmin.does(&format!("{path}/disable")).await.is(200);
        sysadmin.does(&format!("{path}/anonymise")).await.is(200);
        let left = format!("users WHERE id = '{}' AND phone IS NULL AND id_mark IS NULL AND id_masked IS NULL", other.id());
        assert_eq!(app.count(&left).await, 1);
    }

    async fn what_is_no_phone_and_no_identity_number_is_refused_and_not_repeated(app: TestApp) {
        let team = app.team("keda").await;
        for (number, code) in [
            ("110105194912310021", "identity_number_check_digit"), ("1101051949123100", "identity_number"),
            ("440524188001010014", "identity_number_birth_date"),
        ] {
            let refused = team.post("/me/identity_number", identity(number)).await;
            refused.has_faults(&[("identity_number", code)]);
            assert!(!refused.text.contains(number), "{}", refused.text);
        }
        let unborn = "11010520991231002";
        let check = jiebang::domain::person::IdentityNumber::check_character(unborn).unwrap();
        team.post("/me/identity_number", identity(&format!("{unborn}{check}"))).await
            .has_faults(&[("identity_number", "identity_number_birth_date")]);
        team.post("/me/identity_number", json!({"identity_number": 7})).await.has_faults(&[("identity_number", "wrong_type")]);
        team.post("/me/phone", json!({"phone": "12345"})).await.has_faults(&[("phone", "phone")]);
        team.post("/me/phone", json!({"phone": "13800138000\n"})).await.is(200);
        team.post("/me/phone", json!({"telephone": "13800138000"})).await.has_faults(&[("telephone", "unknown_field"), ("phone", "required")]);
    }

    async fn an_identity_number_needs_a_fresh_proof(app: TestApp) {
        let team = app.team("keda").await;
        let token = team.token().await.unwrap();
        let bare = app.anyone().with("Authorization", format!("Bearer {token}"));
        app.later(chrono::TimeDelta::seconds(301));
        bare.post("/me/identity_number", identity(NUMBER)).await.is_refused(401, "step_up_required");
        bare.post("/me/phone", json!({"phone": "13800138000"})).await.is(200);
    }
}
