//! Organisations: registered by one person of the department, verified by another; only then do they bid and pose problems.

use crate::support::app::credit_code;
use crate::support::{Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::json;

on_both! {
    async fn an_organisation_is_registered_by_one_and_verified_by_another(app: TestApp) {
        let officer = app.officer().await;
        let second = app.person("second.officer", "department", None, &[Role::Officer]).await;
        let input = json!({"name": "某研究院", "uscc": credit_code(777_777).to_string(), "kind": "research_institute", "region": "domestic"});
        let made = officer.post("/organizations", input).await.is(201);
        assert_eq!((&made["stage"], &made["allowed_actions"]), (&json!("registered"), &json!([])));
        let path = format!("/organizations/{}", made["id"].as_str().unwrap());
        officer.does(&format!("{path}/verify")).await.is_refused(403, "forbidden");
        app.director().await.does(&format!("{path}/verify")).await.is_refused(403, "forbidden");
        app.team("keda").await.does(&format!("{path}/verify")).await.is_refused(404, "not_found");
        let waiting = second.get("/organizations?stage=registered").await.is(200);
        assert_eq!(waiting["items"][0]["allowed_actions"], json!(["organization.verify"]));
        assert_eq!(second.does(&format!("{path}/verify")).await.is(200)["stage"], "verified");
        second.does(&format!("{path}/verify")).await.is_refused(409, "wrong_stage");
        second.post(&format!("{path}/suspend"), json!({})).await.has_faults(&[("reason", "required")]);
        second.post(&format!("{path}/suspend"), json!({"reason": "资质过期"})).await.is(200);
        officer.does(&format!("{path}/reinstate")).await.is_refused(403, "forbidden");
        assert_eq!(second.does(&format!("{path}/reinstate")).await.is(200)["stage"], "verified");
    }

    async fn nobody_verifies_their_own_organisation(app: TestApp) {
        let officer = app.officer().await;
        let path = format!("/organizations/{}", app.organization("department").await);
        officer.post(&format!("{path}/suspend"), json!({"reason": "试一试"})).await.is_refused(403, "forbidden");
    }

    async fn one_that_is_suspended_neither_drafts_nor_submits_nor_poses_problems(app: TestApp) {
        let story = Story::open(&app).await;
        let (officer, team) = (app.officer().await, app.team("keda").await);
        let bid = story.drafted("keda").await;
        let (keda, yuan) = (app.organization("keda").await, app.organization("yuan").await);
        app.letters().await;
        for (organization, person) in [(keda, "keda"), (yuan, "yuan")] {
            app.team(person).await;
            officer.post(&format!("/organizations/{organization}/suspend"), json!({"reason": "资质过期"})).await.is(200);
            assert_eq!(app.mail().await, [("organization_suspended".to_owned(), format!("team-{person}@test.example"))]);
        }
        team.does(&format!("/bids/{bid}/submit")).await.is_refused(409, "organization_not_verified");
        let bids = format!("/challenges/{}/bids", story.challenge);
        app.team("yuan").await.post(&bids, inputs::bid()).await.is_refused(409, "organization_not_verified");
        let challenge = inputs::challenge(&story.batch, &keda.to_string(), 998);
        officer.post("/challenges", challenge.clone()).await.is_refused(409, "organization_not_verified");
        officer.does(&format!("/organizations/{keda}/reinstate")).await.is(200);
        assert_eq!(app.mail().await, [("organization_reinstated".to_owned(), team.email.clone())]);
        team.does(&format!("/bids/{bid}/submit")).await.is(200);
        officer.post("/challenges", challenge).await.is(201);
    }
}
