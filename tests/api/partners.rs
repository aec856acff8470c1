//! Partners of a project that runs: they come in with their consent and by a change, and are partners for everything from then on.

use crate::changes::{advised, asked, effective};
use crate::clawbacks::told;
use crate::measures::in_consortium;
use crate::support::{Caller, Reply, Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

/// A member of the consortium as it shall be.
pub fn member(id: &str, bps: i64) -> Value {
    json!({"organization_id": id, "tasks": "承担膜分离试验。", "fiscal_share_bps": bps, "consent_no": "函〔2026〕9号"})
}

fn members(list: &[Value]) -> Value {
    json!({"kind": "member", "members": list})
}

async fn asks(story: &Story<'_>, fields: Value) -> Reply {
    story.app.team("keda").await.post(&format!("/projects/{}/changes", story.project), inputs::change(story.app, fields)).await
}

async fn parts(caller: &Caller) -> Vec<Value> {
    caller.get("/partnerships").await.is(200)["items"].as_array().unwrap().iter().map(|row| row["stage"].clone()).collect()
}

on_both! {
    async fn who_comes_in_by_a_change_is_a_partner_for_the_whole_house_and_who_leaves_is_none(app: TestApp) {
        let story = Story::active(&app).await;
        story.paid(0).await;
        let (far, yuan) = (app.organization("far-east").await.to_string(), app.organization("yuan").await.to_string());
        let mut unasked = member(&far, 2_500);
        unasked["consent_no"] = Value::Null;
        asks(&story, members(&[unasked])).await.has_faults(&[("members[0].consent_no", "required")]);
        let change = asked(&app, &story, members(&[member(&far, 2_500)])).await;
        assert_eq!(parts(&app.team("far-east").await).await, Vec::<Value>::new());
        assert_eq!(advised(&app, &change, "support").await.is(200)["stage"], "effective");
        assert_eq!(parts(&app.team("far-east").await).await, ["confirmed"]);
        let input = json!({
            "organization": far, "amount_fen": 65 * inputs::WAN, "forwarded_on": app.app.clock.now().date().to_string(), "voucher_no": "ZB-1"
        });
        app.team("keda").await.post(&format!("/payments/{}/forward", story.payments[0]), input).await.is(200);
        // A tenth of 650: not even the 65 that it got; a fen less is too little.
        asks(&story, members(&[member(&far, 999)])).await.has_faults(&[("members[0].fiscal_share_bps", "below_what_it_got")]);
        let mut known = member(&far, 1_000);
        known["consent_no"] = Value::Null;
        let change = asked(&app, &story, members(&[known, member(&yuan, 500)])).await;
        advised(&app, &change, "support").await.is(200);
        let change = asked(&app, &story, members(&[member(&yuan, 500)])).await;
        advised(&app, &change, "support").await.is(200);
        assert_eq!(parts(&app.team("far-east").await).await, Vec::<Value>::new());
        assert_eq!(parts(&app.team("yuan").await).await, ["confirmed"]);
        // The officer in charge of the project has an interest in whatever its partner bids for; the partner's people are told when it ends.
        app.mail().await;
        crate::measures::decided(&story, crate::measures::measure("terminate", "breach")).await;
        assert!(app.mail().await.iter().any(|(letter, to)| letter == "project_terminated" && to.starts_with("team-yuan")));
    }

    async fn the_sponsor_does_not_become_the_lead_of_its_own_challenge(app: TestApp) {
        let story = Story::active(&app).await;
        let sponsor = app.organization("sponsor-works").await.to_string();
        let change = asked(&app, &story, members(&[member(&sponsor, 1_000)])).await;
        advised(&app, &change, "support").await.is(200);
        asks(&story, json!({"kind": "lead_org", "lead": {"organization_id": sponsor, "consent_no": "函〔2026〕8号"}})).await
            .has_faults(&[("lead.organization_id", "is_the_sponsor")]);
    }

    async fn who_owes_money_or_is_restricted_comes_into_no_project(app: TestApp) {
        let story = Story::active(&app).await;
        let (yuan, far) = (app.organization("yuan").await.to_string(), app.organization("far-east").await.to_string());
        let early = asked(&app, &story, members(&[member(&yuan, 1_000)])).await;
        // keda and its partner yuan owe money of another project.
        told(in_consortium(&app).await).await;
        app.days_later(31);
        asks(&story, members(&[member(&far, 500), member(&yuan, 1_000)])).await.has_faults(&[("members[1].organization_id", "clawback_overdue")]);
        advised(&app, &early, "support").await.has_faults(&[("members[0].organization_id", "clawback_overdue")]);
        let late = asked(&app, &story, members(&[member(&far, 1_000)])).await;
        let restriction = app.supervisor().await.post("/restrictions", inputs::restriction(&far)).await.is(201);
        app.director().await.does(&format!("/restrictions/{}/approve", restriction["id"].as_str().unwrap())).await.is(200);
        advised(&app, &late, "support").await.is_refused(409, "restricted");
        asks(&story, members(&[member(&far, 1_000)])).await.is_refused(409, "restricted");
    }

    async fn what_a_waived_milestone_alone_pledged_is_not_judged_at_acceptance(app: TestApp) {
        let mut plan = inputs::plan(650 * inputs::WAN);
        plan["milestones"][0]["indicators"] = json!([{"code": "K1", "value": "90"}, {"code": "K3", "value": "1000"}]);
        let story = crate::milestones::active_with(&app, plan).await;
        effective(&app, &story, json!({"kind": "milestone", "milestones": [{"number": 1, "waive": true}]})).await;
        story.met(1, &[("K1", "97"), ("K2", "0.49")]).await;
        story.applied().await;
        story.assessed("pass", "pass").await;
        let shown = app.officer().await.get(&format!("/acceptances/{}", story.acceptance().await)).await.is(200);
        let judged: Vec<&str> = shown["panel"]["results"].as_array().unwrap().iter().map(|result| result["code"].as_str().unwrap()).collect();
        assert_eq!(judged, ["K1", "K2"]);
    }
}
