//! Accounts: signing in and out, roles, closing accounts.

use crate::support::app::{PASSWORD, credit_code};
use crate::support::{TestApp, on_both};
use jiebang::domain::policy::Role;
use reqwest::Method;
use serde_json::json;

on_both! {
    async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(app: TestApp) {
        app.officer().await;
        let anyone = app.anyone().with("X-Request-Id", "same-request");
        let wrong = anyone.post("/auth/login", json!({"email": "officer@test.example", "password": "not this one"})).await;
        let unknown = anyone.post("/auth/login", json!({"email": "nobody@test.example", "password": "not this one"})).await;
        wrong.is_refused(401, "wrong_credentials");
        assert_eq!(wrong.text, unknown.text);
        assert_eq!(app.count("audit WHERE action = 'session.login' AND outcome = 'denied'").await, 2);
    }

    async fn a_person_signs_in_reads_me_and_signs_out(app: TestApp) {
        let officer = app.officer().await;
        let me = officer.get("/me").await.is(200);
        assert_eq!(me["roles"], json!(["officer"]));
        assert_eq!(me["email"], "officer@test.example");
        assert!(me.get("password_hash").is_none());
        officer.does("/auth/logout").await.is(204);
        officer.get("/me").await.is_refused(401, "expired_token");
    }

    async fn an_access_token_lives_ten_minutes(app: TestApp) {
        let officer = app.officer().await;
        let token = officer.token().await.unwrap();
        let bare = app.anyone().with("Authorization", format!("Bearer {token}"));
        app.later(chrono::TimeDelta::seconds(599));
        bare.get("/me").await.is(200);
        app.later(chrono::TimeDelta::seconds(1));
        bare.get("/me").await.is_refused(401, "expired_token");
    }

    async fn a_new_role_or_a_closed_account_ends_access_at_once(app: TestApp) {
        let (officer, sysadmin) = (app.officer().await, app.sysadmin().await);
        app.secadmin().await;
        let token = officer.token().await.unwrap();
        let bare = app.anyone().with("Authorization", format!("Bearer {token}"));
        let path = format!("/users/{}", officer.id());
        app.granted(&officer.id(), json!(["examiner"])).await;
        bare.get("/me").await.is_refused(401, "expired_token");
        let letters = [("grant_proposed", "secadmin@test.example"), ("roles_changed", "officer@test.example")];
        assert_eq!(app.mail().await, letters.map(|(letter, to)| (letter.to_owned(), to.to_owned())));
        let again = officer.log_in().await;
        let bare = app.anyone().with("Authorization", format!("Bearer {}", again["access_token"].as_str().unwrap()));
        assert_eq!(bare.get("/me").await.is(200)["roles"], json!(["examiner"]));
        sysadmin.does(&format!("{path}/disable")).await.is(200);
        bare.get("/me").await.is_refused(401, "expired_token");
        let login = json!({"email": "officer@test.example", "password": PASSWORD});
        app.anyone().post("/auth/login", login.clone()).await.is_refused(401, "wrong_credentials");
        sysadmin.does(&format!("{path}/enable")).await.is(200);
        app.anyone().post("/auth/login", login).await.is(200);
    }

    async fn administrators_are_separate_and_the_last_one_stays(app: TestApp) {
        let (secadmin, sysadmin, officer) = (app.secadmin().await, app.sysadmin().await, app.officer().await);
        let grants = |who: String| format!("/users/{who}/grants");
        let wanted = |roles: &[&str]| json!({"roles": roles, "reason": "岗位调整"});
        secadmin.post(&grants(officer.id()), wanted(&["officer", "secadmin"])).await.is_refused(409, "roles_clash");
        secadmin.post(&grants(officer.id()), wanted(&["officer", "team"])).await.is_refused(409, "roles_clash");
        secadmin.post(&grants(officer.id()), wanted(&["system"])).await.has_faults(&[("roles", "not_grantable")]);
        secadmin.post(&grants(secadmin.id()), wanted(&["sysadmin"])).await.is_refused(403, "forbidden");
        sysadmin.post(&grants(sysadmin.id()), wanted(&["secadmin"])).await.is_refused(403, "forbidden");
        officer.post(&grants(secadmin.id()), wanted(&[])).await.is_refused(403, "forbidden");
        app.team("keda").await.post(&grants(secadmin.id()), wanted(&[])).await.is_refused(404, "not_found");
        let second = app.person("second.sysadmin", "department", None, &[Role::Sysadmin]).await;
        let last = second.post(&grants(secadmin.id()), wanted(&[])).await.is(201)["id"].as_str().unwrap().to_owned();
        secadmin.does(&format!("/grants/{last}/approve")).await.is_refused(403, "forbidden");
        sysadmin.does(&format!("/users/{}/disable", secadmin.id())).await.is_refused(409, "last_security_administrator");
        sysadmin.does(&format!("/users/{}/disable", sysadmin.id())).await.is_refused(403, "forbidden");
    }

    async fn a_role_is_given_by_two_people_and_never_to_oneself(app: TestApp) {
        let (officer, sysadmin, secadmin) = (app.officer().await, app.sysadmin().await, app.secadmin().await);
        let second = app.person("second.secadmin", "department", None, &[Role::Secadmin]).await;
        let path = format!("/users/{}/grants", officer.id());
        let input = json!({"roles": ["director", "officer"], "reason": "任副处长"});
        sysadmin.post(&path, json!({"roles": ["nobody"], "extra": 1})).await.is(422);
        let made = secadmin.post(&path, input.clone()).await.is(201);
        assert_eq!((&made["stage"], &made["roles"], &made["allowed_actions"]), (&json!("proposed"), &json!(["officer", "director"]), &json!([])));
        sysadmin.post(&path, input).await.is_refused(409, "already_exists");
        let grant = format!("/grants/{}", made["id"].as_str().unwrap());
        // Who proposed it does not decide on it, and system administrators decide on none.
        secadmin.does(&format!("{grant}/approve")).await.is_refused(403, "forbidden");
        secadmin.post(&format!("{grant}/decline"), json!({"reason": "不同意"})).await.is_refused(403, "forbidden");
        sysadmin.does(&format!("{grant}/approve")).await.is_refused(403, "forbidden");
        officer.get(&grant).await.is_refused(404, "not_found");
        assert_eq!(officer.get("/me").await.is(200)["roles"], json!(["officer"]), "nothing has changed yet");
        let waiting = second.get("/grants?stage=proposed").await.is(200);
        assert_eq!(waiting["items"][0]["allowed_actions"], json!(["grant.approve", "grant.decline"]));
        assert_eq!(second.does(&format!("{grant}/approve")).await.is(200)["decided_by"], json!(second.id()));
        officer.get("/me").await.is_refused(401, "expired_token");
        let again = officer.log_in().await;
        let again = app.anyone().with("Authorization", format!("Bearer {}", again["access_token"].as_str().unwrap()));
        assert_eq!(again.get("/me").await.is(200)["roles"], json!(["director", "officer"]));
        second.does(&format!("{grant}/approve")).await.is_refused(409, "wrong_stage");

        let declined = sysadmin.post(&path, json!({"roles": [], "reason": "离职"})).await.is(201);
        let grant = format!("/grants/{}", declined["id"].as_str().unwrap());
        secadmin.post(&format!("{grant}/decline"), json!({"reason": "尚未离职"})).await.is(200);
        assert_eq!(again.get("/me").await.is(200)["roles"], json!(["director", "officer"]));
        let mail = app.mail().await;
        assert!(mail.contains(&("grant_declined".to_owned(), "sysadmin@test.example".to_owned())), "{mail:?}");
    }

    async fn an_account_is_opened_without_roles_and_its_address_is_taken_once(app: TestApp) {
        let sysadmin = app.sysadmin().await;
        let organization = app.organization("department").await.to_string();
        let input = json!({"organization_id": organization, "email": "New.Person@Test.example", "name": "新人"});
        let reply = sysadmin.post("/users", input.clone()).await;
        let made = reply.is(201);
        assert_eq!(reply.header("location"), format!("/api/v1/users/{}", made["id"].as_str().unwrap()));
        assert_eq!((made["email"].as_str(), &made["roles"]), (Some("new.person@test.example"), &json!([])));
        assert_eq!(app.mail().await, [("account_invited".to_owned(), "new.person@test.example".to_owned())]);
        let problem = sysadmin.post("/users", input).await.is_refused(409, "already_exists");
        assert_eq!(problem["errors"][0]["field"], "email");
        let wrong = json!({"organization_id": organization, "email": "a@b\r\nBcc: c@d.cn", "name": "张\n三", "password": "long enough to be taken"});
        sysadmin.post("/users", wrong).await.has_faults(&[
            ("email", "not_an_email"), ("name", "forbidden_character"), ("password", "unknown_field"),
        ]);
    }

    async fn a_password_is_changed_by_its_owner_and_other_sessions_end(app: TestApp) {
        let officer = app.officer().await;
        let elsewhere = officer.log_in().await;
        let change = |current: &str, new: &str| json!({"current": current, "new": new});
        officer.post("/me/password", change("not this one", "another good one")).await.is_refused(401, "wrong_credentials");
        officer.post("/me/password", change(PASSWORD, "another good one")).await.is(204);
        officer.get("/me").await.is(200);
        let other = app.anyone().with("Authorization", format!("Bearer {}", elsewhere["access_token"].as_str().unwrap()));
        other.get("/me").await.is_refused(401, "expired_token");
        let old = json!({"email": "officer@test.example", "password": PASSWORD});
        app.anyone().post("/auth/login", old).await.is_refused(401, "wrong_credentials");
    }

    async fn an_organisation_needs_a_code_that_holds_or_a_number_abroad(app: TestApp) {
        let officer = app.officer().await;
        let code = credit_code(777_777).to_string();
        let input = |uscc: &str| json!({"name": "某研究院", "uscc": uscc, "kind": "research_institute", "region": "domestic"});
        officer.post("/organizations", input("91140100990000017X")).await.has_faults(&[("uscc", "credit_code_check_digit")]);
        officer.post("/organizations", input("91140100990000017f")).await.has_faults(&[("uscc", "not_a_credit_code")]);
        officer.post("/organizations", json!({"name": "某研究院", "kind": "foreign", "region": "overseas"})).await
            .has_faults(&[("country", "required"), ("foreign_reg_no", "required")]);
        officer.post("/organizations", input(&code)).await.is(201);
        officer.post("/organizations", input(&code)).await.is_refused(409, "already_exists");
    }

    async fn subscribers_of_a_field_hear_of_its_challenges(app: TestApp) {
        let team = app.team("keda").await;
        let me = team.post("/me/subscriptions", json!({"sectors": ["energy_env", "frontier"]})).await.is(200);
        assert_eq!(me["subscriptions"], json!(["energy_env", "frontier"]));
        team.request(Method::POST, "/me/subscriptions", Some(r#"{"sectors": ["space"]}"#.into())).await
            .has_faults(&[("sectors[0]", "unknown_code")]);
        crate::support::Story::open(&app).await;
        assert!(app.mail().await.contains(&("challenge_published".to_owned(), "team-keda@test.example".to_owned())));
    }
}
