//! People: invited with the roles proposed for them, by a link that only they get; invitations run out and are withdrawn.

use crate::support::{TestApp, on_both};
use jiebang::mail::Letter;
use serde_json::{Value, json};

const NEW: &str = "a new one for today";

/// The token of the invitation among these letters.
fn token_of(letters: &[Letter]) -> String {
    let letter = letters.iter().find(|letter| letter.notice.code() == "account_invited").unwrap();
    letter.text.split_once("reset_password#token=").unwrap().1.split_whitespace().next().unwrap().to_owned()
}

async fn accept(app: &TestApp, token: &str) -> crate::support::Reply {
    app.anyone().post("/auth/reset_password", json!({"token": token, "password": NEW})).await
}

async fn invitation(app: &TestApp, valid_days: i64) -> Value {
    let organization = app.organization("department").await.to_string();
    let grant = json!({"roles": ["officer"], "reason": "新入职"});
    json!({"organization_id": organization, "email": "new@test.example", "name": "新人", "grant": grant, "valid_days": valid_days})
}

on_both! {
    async fn accounts_are_found_by_organisation_and_by_address(app: TestApp) {
        let (team, other, sysadmin) = (app.team("keda").await, app.team("yuan").await, app.sysadmin().await);
        let found = async |query: String| {
            let users = sysadmin.get(&format!("/users?{query}")).await.is(200);
            users["items"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found(format!("organization_id={}", app.organization("keda").await)).await, [team.id()]);
        assert_eq!(found(format!("email={}", other.email.to_uppercase())).await, [other.id()]);
        assert!(found(format!("email={}&role=officer", other.email)).await.is_empty());
    }

    async fn a_person_is_invited_with_roles_that_a_second_person_approves(app: TestApp) {
        let (sysadmin, secadmin) = (app.sysadmin().await, app.secadmin().await);
        let made = sysadmin.post("/users", invitation(&app, 3).await).await.is(201);
        assert_eq!((&made["status"], &made["roles"], &made["invited_until"]), (&json!("invited"), &json!([]), &json!("2026-03-05T01:00:00Z")));
        let letters = app.letters().await;
        let mut sent: Vec<_> = letters.iter().map(|letter| letter.notice.code()).collect();
        sent.sort_unstable();
        assert_eq!(sent, ["account_invited", "grant_proposed"]);
        let waiting = secadmin.get("/grants?stage=proposed").await.is(200);
        let grant = &waiting["items"][0];
        assert_eq!((&grant["user_id"], &grant["roles"], &grant["reason"]), (&made["id"], &json!(["officer"]), &json!("新入职")));
        let path = format!("/grants/{}/approve", grant["id"].as_str().unwrap());
        sysadmin.does(&path).await.is_refused(403, "forbidden");
        secadmin.does(&path).await.is(200);
        let listed = sysadmin.get("/users?status=invited").await.is(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["allowed_actions"], json!(["grant.propose", "user.invite", "user.withdraw_invitation", "user.disable"]));
        accept(&app, &token_of(&letters)).await.is(204);
        let login = app.anyone().post("/auth/login", json!({"email": "new@test.example", "password": NEW})).await.is(200);
        let person = app.anyone().with("Authorization", format!("Bearer {}", login["access_token"].as_str().unwrap()));
        let me = person.get("/me").await.is(200);
        assert_eq!((&me["status"], &me["roles"]), (&json!("active"), &json!(["officer"])));
        assert_eq!(sysadmin.get("/users?status=invited").await.is(200)["items"], json!([]));
    }

    async fn nobody_sets_the_password_of_another_person(app: TestApp) {
        let sysadmin = app.sysadmin().await;
        let mut input = invitation(&app, 7).await;
        input["password"] = json!("long enough to be taken");
        sysadmin.post("/users", input).await.has_faults(&[("password", "unknown_field")]);
        assert_eq!(app.count("users WHERE email = 'new@test.example'").await, 0);
    }

    async fn what_is_wrong_with_the_grant_undoes_the_invitation(app: TestApp) {
        let sysadmin = app.sysadmin().await;
        let rows = app.count("audit").await;
        for (roles, code) in [(json!(["officer", "team"]), "roles_clash"), (json!(["secadmin", "officer"]), "roles_clash")] {
            let mut input = invitation(&app, 7).await;
            input["grant"]["roles"] = roles;
            sysadmin.post("/users", input).await.is_refused(409, code);
        }
        let mut input = invitation(&app, 7).await;
        input["grant"]["roles"] = json!(["public"]);
        sysadmin.post("/users", input).await.has_faults(&[("grant.roles", "not_grantable")]);
        for days in [0, 31] {
            sysadmin.post("/users", invitation(&app, days).await).await.has_faults(&[("valid_days", "out_of_range")]);
        }
        assert_eq!(app.count("users WHERE email = 'new@test.example'").await, 0);
        assert_eq!((app.count("grants").await, app.mail().await.len()), (0, 0));
        assert_eq!(app.count("audit").await, rows + 1, "the sign-in alone");
    }

    async fn proposing_roles_with_an_invitation_needs_a_fresh_proof(app: TestApp) {
        let sysadmin = app.sysadmin().await;
        let token = sysadmin.token().await.unwrap();
        let bare = app.anyone().with("Authorization", format!("Bearer {token}"));
        app.later(chrono::TimeDelta::seconds(301));
        let mut input = invitation(&app, 7).await;
        bare.post("/users", input.clone()).await.is_refused(401, "step_up_required");
        input.as_object_mut().unwrap().remove("grant");
        bare.post("/users", input).await.is(201);
    }

    async fn an_invitation_runs_out_when_it_was_said_to(app: TestApp) {
        let sysadmin = app.sysadmin().await;
        let made = sysadmin.post("/users", invitation(&app, 1).await).await.is(201);
        let first = token_of(&app.letters().await);
        app.days_later(1);
        accept(&app, &first).await.is_refused(410, "dead_link");
        let path = format!("/users/{}/invite", made["id"].as_str().unwrap());
        sysadmin.post(&path, json!({"valid_days": 31})).await.has_faults(&[("valid_days", "out_of_range")]);
        let again = sysadmin.post(&path, json!({"valid_days": 30})).await.is(200);
        assert_eq!(again["invited_until"], "2026-04-02T01:00:00Z");
        let second = token_of(&app.letters().await);
        app.later(chrono::TimeDelta::days(30) - chrono::TimeDelta::microseconds(1));
        accept(&app, &second).await.is(204);
    }

    async fn a_withdrawn_invitation_is_dead_and_what_was_proposed_lapses(app: TestApp) {
        let (sysadmin, secadmin) = (app.sysadmin().await, app.secadmin().await);
        let made = sysadmin.post("/users", invitation(&app, 7).await).await.is(201);
        let path = format!("/users/{}", made["id"].as_str().unwrap());
        let token = token_of(&app.letters().await);
        app.officer().await.does(&format!("{path}/withdraw_invitation")).await.is_refused(403, "forbidden");
        let withdrawn = sysadmin.does(&format!("{path}/withdraw_invitation")).await.is(200);
        assert_eq!((&withdrawn["status"], &withdrawn["allowed_actions"]), (&json!("disabled"), &json!(["grant.propose", "user.enable", "user.anonymise"])));
        accept(&app, &token).await.is_refused(410, "dead_link");
        let sent = [("grant_lapsed", "sysadmin@test.example"), ("invitation_withdrawn", "new@test.example")];
        assert_eq!(app.mail().await, sent.map(|(letter, to)| (letter.to_owned(), to.to_owned())));
        let grant = &secadmin.get("/grants?stage=lapsed").await.is(200)["items"][0];
        secadmin.does(&format!("/grants/{}/approve", grant["id"].as_str().unwrap())).await.is_refused(409, "wrong_stage");
        sysadmin.does(&format!("{path}/withdraw_invitation")).await.is_refused(409, "not_invitable");
        sysadmin.does(&format!("{path}/invite")).await.is_refused(409, "not_invitable");
        // Opened again, the person is invited still, and has no password.
        assert_eq!(sysadmin.does(&format!("{path}/enable")).await.is(200)["status"], "invited");
        sysadmin.does(&format!("{path}/invite")).await.is(200);
        app.letters().await;
        let officer = app.officer().await.id();
        sysadmin.does(&format!("/users/{officer}/withdraw_invitation")).await.is_refused(409, "not_invitable");
    }
}
