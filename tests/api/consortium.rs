//! Consortia: each partner confirms its own part; other terms are asked anew.

use crate::support::upload::pdf;
use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

/// A draft of keda's with the partner yuan, and the path of what yuan is asked.
async fn asked(app: &TestApp) -> (Story<'_>, String) {
    let mut story = Story::open(app).await;
    let partner = app.organization("yuan").await.to_string();
    app.team("yuan").await;
    let bid = app.team("keda").await.post(&story.path("bids"), inputs::with_partner(&partner)).await.is(201);
    bid["id"].as_str().unwrap().clone_into(&mut story.bid);
    let list = app.team("yuan").await.get("/partnerships").await.is(200);
    assert_eq!(list["items"][0]["bid_id"], story.bid.as_str());
    let path = format!("/partnerships/{}", list["items"][0]["id"].as_str().unwrap());
    app.team("keda").await.uploads(&story.bid, "agreement", "协议.pdf", &pdf("协议", 100)).await.is(201);
    (story, path)
}

/// The working copy as it is shown, to be changed and sent back.
async fn content(app: &TestApp, bid: &str) -> (i64, Value) {
    let shown = app.team("keda").await.get(&format!("/bids/{bid}")).await.is(200);
    (shown["version"].as_i64().unwrap(), shown["content"].clone())
}

on_both! {
    async fn a_bid_is_submitted_when_every_partner_has_confirmed_its_part(app: TestApp) {
        let (story, path) = asked(&app).await;
        let (lead, partner) = (app.team("keda").await, app.team("yuan").await);
        let submit = format!("/bids/{}/submit", story.bid);
        lead.does(&submit).await.has_faults(&[("partners[0].organization", "not_confirmed")]);
        let shown = partner.get(&path).await.is(200);
        assert_eq!(shown["stage"], "asked");
        assert_eq!(shown["lead"], "keda 单位");
        assert_eq!(shown["terms"]["fiscal_share_bps"], 2_000);
        assert_eq!(partner.does(&format!("{path}/confirm")).await.is(200)["stage"], "confirmed");
        partner.does(&format!("{path}/confirm")).await.is_refused(409, "wrong_stage");
        assert_eq!(lead.get(&format!("/bids/{}", story.bid)).await.is(200)["partnerships"][0]["stage"], "confirmed");
        lead.does(&submit).await.is(200);
        let told = app.mail().await;
        assert!(told.contains(&("partnership_asked".into(), "team-yuan@test.example".into())), "{told:?}");
        assert!(told.contains(&("partnership_confirmed".into(), "team-keda@test.example".into())), "{told:?}");
    }

    async fn other_terms_are_asked_anew_and_the_same_terms_are_not(app: TestApp) {
        let (story, path) = asked(&app).await;
        let (lead, partner) = (app.team("keda").await, app.team("yuan").await);
        partner.does(&format!("{path}/confirm")).await.is(200);
        let bid = format!("/bids/{}", story.bid);
        let (version, mut input) = content(&app, &story.bid).await;
        input["technical_plan"] = json!("另一方案。");
        lead.put(&bid, version, input.clone()).await.is(200);
        assert_eq!(partner.get(&path).await.is(200)["stage"], "confirmed", "its own part is the same");
        input["partners"][0]["fiscal_share_bps"] = json!(1_000);
        input["lead_share_bps"] = json!(9_000);
        lead.put(&bid, version + 1, input.clone()).await.is(200);
        assert_eq!(partner.get(&path).await.is(200)["stage"], "asked");
        lead.does(&format!("{bid}/submit")).await.has_faults(&[("partners[0].organization", "not_confirmed")]);
        assert_eq!(partner.does(&format!("{path}/refuse")).await.is(200)["stage"], "declined");
        lead.does(&format!("{bid}/submit")).await.has_faults(&[("partners[0].organization", "not_confirmed")]);
        input["partners"] = json!([]);
        input["lead_share_bps"] = json!(10_000);
        lead.put(&bid, version + 2, input).await.is(200);
        partner.get(&path).await.is_refused(404, "not_found");
        lead.does(&format!("{bid}/submit")).await.is(200);
        let told = app.mail().await;
        assert!(told.contains(&("partnership_dropped".into(), "team-yuan@test.example".into())), "{told:?}");
        assert!(told.contains(&("partnership_declined".into(), "team-keda@test.example".into())), "{told:?}");
    }

    async fn a_partner_is_named_by_its_credit_code_and_must_be_registered_verified_and_another(app: TestApp) {
        let story = Story::open(&app).await;
        let lead = app.team("keda").await;
        let (own, other) = (app.organization("keda").await.to_string(), app.organization("yuan").await.to_string());
        let code = app.team("yuan").await.get(&format!("/organizations/{other}")).await.is(200)["uscc"].as_str().unwrap().to_owned();
        lead.post(&story.path("bids"), inputs::with_partner("91140100990000017F")).await.has_faults(&[("partners[0].organization", "unknown_organization")]);
        lead.post(&story.path("bids"), inputs::with_partner("91140100990000017A")).await.has_faults(&[("partners[0].organization", "credit_code_check_digit")]);
        let mut input = inputs::with_partner(&code);
        input["partners"] = json!([input["partners"][0].clone(), {"organization": other, "tasks": "重复的单位。", "fiscal_share_bps": 0}]);
        lead.post(&story.path("bids"), input.clone()).await.has_faults(&[("partners", "repeated_code")]);
        input["partners"][1]["organization"] = json!(own);
        let bid = lead.post(&story.path("bids"), input).await.is(201)["id"].as_str().unwrap().to_owned();
        let shown = lead.get(&format!("/bids/{bid}")).await.is(200);
        assert_eq!(shown["content"]["partners"][0]["organization"], other.as_str(), "kept as its id");
        app.officer().await.post(&format!("/organizations/{other}/suspend"), json!({"reason": "整改中"})).await.is(200);
        lead.does(&format!("/bids/{bid}/submit")).await.has_faults(&[
            ("partners[0].organization", "organization_not_verified"), ("partners[0].organization", "not_confirmed"),
            ("partners[1].organization", "is_the_lead"), ("partners[1].organization", "not_confirmed"), ("files", "agreement_missing"),
        ]);
    }

    async fn a_government_agency_is_no_partner_and_shares_make_a_whole(app: TestApp) {
        let story = Story::open(&app).await;
        let lead = app.team("keda").await;
        let agency = app.organization("department").await.to_string();
        let mut input = inputs::with_partner(&agency);
        input["lead_share_bps"] = json!(8_001);
        input["partners"][0]["self_fund_fen"] = json!(101 * inputs::WAN);
        let bid = lead.post(&story.path("bids"), input).await.is(201);
        lead.does(&format!("/bids/{}/submit", bid["id"].as_str().unwrap())).await.has_faults(&[
            ("lead_share_bps", "shares"), ("partners", "totals_differ"),
            ("partners[0].organization", "not_a_bidder"), ("partners[0].organization", "not_confirmed"), ("files", "agreement_missing"),
        ]);
    }

    async fn a_partner_reads_its_part_alone_and_nobody_else_reads_that(app: TestApp) {
        let (story, path) = asked(&app).await;
        let partner = app.team("yuan").await;
        partner.get(&format!("/bids/{}", story.bid)).await.is_refused(404, "not_found");
        for other in [app.team("third").await, app.officer().await, app.examiner().await, app.auditor().await] {
            other.get(&path).await.is_refused(404, "not_found");
            other.does(&format!("{path}/confirm")).await.is_refused(404, "not_found");
        }
        // The lead sees the answer on its bid, and cannot give it.
        app.team("keda").await.does(&format!("{path}/confirm")).await.is_refused(404, "not_found");
        partner.does(&format!("{path}/confirm")).await.is(200);
        app.team("keda").await.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
        app.officer().await.get(&path).await.is_refused(404, "not_found");
        story.close().await;
        partner.does(&format!("{path}/refuse")).await.is_refused(409, "deadline_passed");
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert_eq!(app.examiner().await.get(&path).await.is(200)["stage"], "confirmed");
    }

    async fn whoever_is_of_a_partner_neither_examines_nor_scores_nor_follows_it(app: TestApp) {
        use jiebang::domain::policy::Role::{Commissioner, Examiner, Expert};
        let (story, path) = asked(&app).await;
        app.team("yuan").await.does(&format!("{path}/confirm")).await.is(200);
        app.team("keda").await.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
        story.close().await;
        let officer = app.officer().await;
        officer.does(&story.path("open_bids")).await.is(200);
        let examiner = app.person("yuan-examiner", "yuan", None, &[Examiner]).await;
        let refused = examiner.post(&format!("/bids/{}/examine", story.bid), inputs::examination(&[])).await.is_refused(403, "forbidden");
        assert!(refused["detail"].as_str().unwrap().contains("回避"), "{refused}");
        let listed = examiner.get("/bids").await.is(200)["items"][0]["allowed_actions"].clone();
        assert_eq!(listed, examiner.get(&format!("/bids/{}", story.bid)).await.is(200)["allowed_actions"]);
        story.examined(&story.bid, &[]).await;
        officer.does(&story.path("start_review")).await.is(200);
        let expert = app.person("yuan-expert", "yuan", None, &[Expert]).await.id();
        let input = json!({"expert_id": expert, "due_at": "2027-01-01T00:00:00Z"});
        officer.post(&format!("/bids/{}/reviews", story.bid), input).await.is_refused(409, "conflict_of_interest");
        story.scored(&story.bid, 1, "26").await;
        story.satisfied().await;
        let decision = officer.post(&story.path("propose"), story.proposal()).await.is(201)["id"].as_str().unwrap().to_owned();
        app.director().await.does(&format!("/decisions/{decision}/approve")).await.is(200);
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        app.days_later(13);
        app.director().await.does(&story.path("award")).await.is(200);
        let project = officer.get("/projects").await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        let commissioner = app.person("yuan-commissioner", "yuan", None, &[Commissioner]).await.id();
        let assign = format!("/projects/{project}/assign");
        officer.post(&assign, json!({"commissioner_id": commissioner})).await.is_refused(409, "conflict_of_interest");
        officer.post(&assign, json!({"commissioner_id": app.commissioner().await.id()})).await.is(200);
    }

    async fn a_partner_that_refuses_after_the_submission_shows_on_the_checklist(app: TestApp) {
        let (story, path) = asked(&app).await;
        let partner = app.team("yuan").await;
        partner.does(&format!("{path}/confirm")).await.is(200);
        app.team("keda").await.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
        partner.does(&format!("{path}/refuse")).await.is(200);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        let examiner = app.examiner().await;
        let seen = examiner.get(&format!("/bids/{}/examination", story.bid)).await.is(200);
        let agreement = seen["computed"].as_array().unwrap().iter().find(|item| item["code"] == "F10").unwrap();
        assert_eq!(agreement["finding"], "fail");
        examiner.post(&format!("/bids/{}/examine", story.bid), inputs::examination(&[])).await
            .has_faults(&[("items.F10.reason", "differs_from_computed")]);
        examiner.post(&format!("/bids/{}/examine", story.bid), inputs::examination(&["F10"])).await.is(200);
    }
}
