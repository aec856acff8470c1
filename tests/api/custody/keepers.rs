//! Those who hold shares: how they enrol, who may be appointed, and what they do not do.

use super::{PASSPHRASE, bids, canary_of, closed, keepers, releases, says, sealing, supervisor, window};
use crate::sealing::{everything, holds};
use crate::support::app::PASSWORD;
use crate::support::{Story, TestApp, on_both};
use jiebang::domain::policy::Role;
use serde_json::json;

on_both! {
    async fn a_passphrase_is_chosen_like_a_password_and_is_not_the_password(app: TestApp) {
        let keeper = supervisor(&app).await;
        keeper.post("/me/custody/enrol", says("Fünf Worte")).await.has_faults(&[("passphrase", "password_too_short")]);
        keeper.post("/me/custody/enrol", says(PASSWORD)).await.has_faults(&[("passphrase", "same_as_password")]);
        keeper.post("/me/custody/enrol", json!({})).await.has_faults(&[("passphrase", "required")]);
        keeper.post("/me/custody/renew", says(PASSPHRASE)).await.is_refused(409, "no_custody");
        let change = json!({"current": PASSPHRASE, "new": PASSPHRASE});
        keeper.post("/me/custody/change_passphrase", change.clone()).await.is_refused(409, "no_custody");
        keeper.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        assert_eq!(app.mail().await, [("custody_set".to_owned(), "supervisor@test.example".to_owned())]);
        keeper.post("/me/custody/enrol", says(PASSPHRASE)).await.is_refused(409, "custody_kept");
        keeper.post("/me/custody/change_passphrase", change).await.has_faults(&[("new", "password_unchanged")]);
        for other in [app.officer().await, app.auditor().await, app.sysadmin().await, app.secadmin().await, app.team("keda").await] {
            other.post("/me/custody/enrol", says(PASSPHRASE)).await.is_refused(403, "forbidden");
        }
        assert!(!holds(&everything(&app).await, PASSPHRASE));
        // The proof of who one is must be fresh.
        let token = keeper.token().await.unwrap();
        app.later(chrono::TimeDelta::seconds(301));
        let stale = app.anyone().with("Authorization", format!("Bearer {token}"));
        stale.post("/me/custody/renew", says(PASSPHRASE)).await.is_refused(401, "step_up_required");
    }

    async fn a_changed_passphrase_opens_the_same_share_and_the_old_one_does_not(app: TestApp) {
        let (story, three, bids) = closed(&app, 1).await;
        let next = "another passphrase altogether";
        let change = |current: &str| json!({"current": current, "new": next});
        three[0].post("/me/custody/change_passphrase", change("not the passphrase")).await.is_refused(401, "wrong_passphrase");
        three[0].post("/me/custody/change_passphrase", change(PASSPHRASE)).await.is(200);
        three[0].post(&story.path("release_share"), says(PASSPHRASE)).await.is_refused(401, "wrong_passphrase");
        three[0].post(&story.path("release_share"), says(next)).await.is(200);
        releases(&story, &three[1]).await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert!(canary_of(&app, &bids[0]).await);
    }

    async fn three_independent_people_of_two_divisions_hold_the_shares(app: TestApp) {
        let three = keepers(&app).await;
        let story = Story::approved(&app).await;
        let (officer, publish) = (app.officer().await, story.path("publish"));
        let [one, two, _] = [&three[0], &three[1], &three[2]];
        officer.post(&publish, window(&story, &[one, two])).await.has_faults(&[("sealing.custodians", "wrong_length")]);
        officer.post(&publish, window(&story, &[one, two, one])).await.has_faults(&[("sealing.custodians", "repeated")]);
        let mut none = window(&story, &[one]);
        none["sealing"]["mode"] = json!("server_key");
        officer.post(&publish, none).await.has_faults(&[("sealing.custodians", "not_for_this_mode")]);
        let mut nobody = window(&story, &[one, two]);
        nobody["sealing"]["custodians"].as_array_mut().unwrap().push(json!(uuid::Uuid::now_v7().to_string()));
        officer.post(&publish, nobody).await.has_faults(&[("sealing.custodians[2]", "unknown_record")]);
        // The publisher, an administrator, someone of the sponsor's: each with all that speaks against them, at once.
        let (admin, sponsor) = (app.sysadmin().await, app.sponsor().await);
        officer.post(&publish, window(&story, &[&officer, &admin, &sponsor])).await.has_faults(&[
            ("sealing.custodians[0]", "not_a_custodian"), ("sealing.custodians[0]", "not_enrolled"), ("sealing.custodians[0]", "not_independent"),
            ("sealing.custodians[1]", "not_a_custodian"), ("sealing.custodians[1]", "not_enrolled"),
            ("sealing.custodians[2]", "not_a_custodian"), ("sealing.custodians[2]", "not_enrolled"), ("sealing.custodians[2]", "not_independent"),
        ]);
        let academic = app.person("dean", "academy9", None, &[Role::Examiner]).await;
        academic.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        officer.post(&publish, window(&story, &[one, two, &academic])).await.has_faults(&[("sealing.custodians[2]", "not_independent")]);
        let mut same = Vec::new();
        for name in ["desk1", "desk2", "desk3"] {
            let person = app.person(name, "department", Some("评审中心"), &[Role::Examiner]).await;
            person.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
            same.push(person);
        }
        officer.post(&publish, window(&story, &[&same[0], &same[1], &same[2]])).await.has_faults(&[("sealing.custodians", "one_division")]);
        app.sysadmin().await.does(&format!("/users/{}/disable", same[0].id())).await.is(200);
        officer.post(&publish, window(&story, &[one, two, &same[0]])).await.has_faults(&[("sealing.custodians[2]", "not_a_custodian")]);
        officer.post(&publish, window(&story, &[one, two, &same[1]])).await.is(200);
        let round = sealing(&app, &story).await["sealing"].clone();
        assert_eq!((&round["mode"], &round["released"]), (&json!("custodians"), &json!(null)));
        assert_eq!(round["custodians"][0], json!({"organization": "department 单位", "division": "机关纪委"}), "where they are from, not who they are");
    }

    async fn a_custodian_does_nothing_else_with_the_challenge(app: TestApp) {
        let both = app.person("both", "department", Some("二处"), &[Role::Supervisor, Role::Officer, Role::Director]).await;
        both.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        let three = keepers(&app).await;
        let story = Story::approved(&app).await;
        app.officer().await.post(&story.path("publish"), window(&story, &[&three[0], &three[1], &both])).await.is(200);
        bids(&app, &story, 1).await;
        both.post(&story.path("withdraw"), json!({"reason": "不再需要"})).await.is_refused(403, "forbidden");
        story.close().await;
        releases(&story, &both).await;
        releases(&story, &three[1]).await;
        both.does(&story.path("open_bids")).await.is_refused(403, "forbidden");
        let shown = both.get(&format!("/challenges/{}", story.challenge)).await.is(200);
        assert_eq!(shown["allowed_actions"], json!(["challenge.release_share"]));
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        // Nor with its reviews.
        let bid = app.officer().await.get("/bids").await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        story.examined(&bid, &[]).await;
        app.officer().await.does(&story.path("start_review")).await.is(200);
        story.scored(&bid, 1, "26").await;
        let order = json!({"user_id": app.expert(1).await.id(), "ground": "requested", "reason": "有人反映曾共事"});
        both.post(&story.path("recusals"), order.clone()).await.is_refused(403, "forbidden");
        let other = app.person("supervisor9", "department", None, &[Role::Supervisor]).await;
        other.post(&story.path("recusals"), order).await.is(201);
    }
}
