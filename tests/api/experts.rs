//! The pool of experts: who is in it, with which profile, confirmed until when.

use crate::support::{TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::json;

on_both! {
    async fn an_expert_joins_the_pool_and_confirms_the_profile_for_a_year(app: TestApp) {
        let (officer, expert, other) = (app.officer().await, app.expert(1).await, app.expert(2).await);
        let input = |id: String| json!({"user_id": id, "profile": inputs::profile("technical")});
        officer.post("/experts", input(officer.id())).await.is_refused(409, "not_an_expert");
        officer.post("/experts", input(uuid::Uuid::now_v7().to_string())).await.is_refused(409, "not_an_expert");
        let kept = officer.post("/experts", input(expert.id())).await.is(201);
        assert_eq!((&kept["confirmed_until"], &kept["name"], &kept["region"]), (&json!(null), &json!("expert1 某"), &json!("in_province")));
        assert!(!kept.to_string().contains(&expert.email), "no address is shown");
        officer.post("/experts", input(expert.id())).await.is_refused(409, "already_exists");
        let path = format!("/experts/{}", expert.id());
        officer.does(&format!("{path}/confirm")).await.is_refused(403, "forbidden");
        other.get(&path).await.is_refused(404, "not_found");
        other.get("/experts").await.is_refused(403, "forbidden");
        assert_eq!(expert.does(&format!("{path}/confirm")).await.is(200)["confirmed_until"], "2027-03-02");
        assert_eq!(app.mail().await, [("expert_enlisted".to_owned(), expert.email.clone())]);
        // What was confirmed was another profile.
        let other = app.organization("keda").await.to_string();
        let mut profile = inputs::profile("finance");
        profile["affiliations"] = json!([{"organization_id": other, "until": "2025-06-30"}]);
        let version = officer.get(&path).await.is(200)["version"].as_i64().unwrap();
        let edited = officer.put(&path, version, profile).await.is(200);
        assert_eq!((&edited["confirmed_until"], &edited["fields"], &edited["affiliations"][0]["until"]), (&json!(null), &json!([]), &json!("2025-06-30")));
        assert_eq!(app.mail().await, [("expert_reminded".to_owned(), expert.email.clone())]);
    }

    async fn whatever_is_wrong_with_a_profile_is_told_at_once(app: TestApp) {
        let (officer, expert) = (app.officer().await, app.expert(1).await);
        let home = app.organization("keda").await.to_string();
        let wrong = json!({"user_id": expert.id(), "profile": {"title": "", "speciality": "technical", "fields": ["astrology"], "age": 50}});
        officer.post("/experts", wrong).await.has_faults(&[("profile.title", "required"), ("profile.fields[0]", "unknown_code"), ("profile.age", "unknown_field")]);
        let one = json!({"organization_id": home, "until": "2025-06-30"});
        let twice = json!({"user_id": expert.id(), "profile": {"title": "教授", "speciality": "technical", "affiliations": [one, one]}});
        officer.post("/experts", twice).await.has_faults(&[("profile.fields", "required"), ("profile.affiliations[1]", "repeated_code")]);
        let mut nowhere = inputs::profile("technical");
        nowhere["affiliations"] = json!([{"organization_id": uuid::Uuid::now_v7().to_string(), "until": "2025-06-30"}]);
        officer.post("/experts", json!({"user_id": expert.id(), "profile": nowhere})).await
            .has_faults(&[("profile.affiliations[0].organization_id", "unknown_organization")]);
        assert_eq!(app.count("experts").await, 0);
    }

    async fn experts_are_paused_taken_back_and_removed_and_hear_of_it(app: TestApp) {
        let (officer, expert) = (app.officer().await, app.expert(1).await);
        inputs::enlisted(&app, &expert, "technical").await;
        app.letters().await;
        let path = |verb: &str| format!("/experts/{}/{verb}", expert.id());
        let reason = json!({"reason": "年内两次无故缺席"});
        officer.post(&path("resume"), reason.clone()).await.is_refused(409, "wrong_stage");
        for (verb, stage, told) in [("pause", "paused", "expert_paused"), ("resume", "listed", "expert_resumed"), ("remove", "removed", "expert_removed")] {
            assert_eq!(officer.post(&path(verb), reason.clone()).await.is(200)["stage"], stage);
            let letters = app.letters().await;
            assert_eq!((letters[0].notice.to_string().as_str(), letters.len()), (told, 1));
            assert!(letters[0].text.contains("年内两次无故缺席"));
        }
        expert.does(&path("confirm")).await.is_refused(409, "wrong_stage");
        let both = app.person("both", "academy9", None, &[Role::Expert]).await;
        inputs::enlisted(&app, &both, "technical").await;
        assert_eq!(officer.get("/experts?stage=listed").await.is(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(officer.get("/experts?field=health_biomed").await.is(200)["items"], json!([]));
        assert_eq!(officer.get("/experts?field=energy_env&speciality=technical").await.is(200)["items"].as_array().unwrap().len(), 2);
    }

    async fn a_month_before_the_confirmation_ends_the_expert_is_asked_once(app: TestApp) {
        let expert = app.expert(1).await;
        inputs::enlisted(&app, &expert, "technical").await;
        app.letters().await;
        app.days_later(334);
        app.app.tidy().await.unwrap();
        assert_eq!(app.mail().await, []);
        app.days_later(1);
        for _ in 0..2 {
            app.app.tidy().await.unwrap();
        }
        let letters = app.letters().await;
        assert_eq!(letters.len(), 1);
        assert!(letters[0].text.contains("有效期至2027-03-02"), "{}", letters[0].text);
    }
}
