//! Changes 变更: asked for, heard, decided, signed; the plan stays as it is until then, and every text stays readable.

use crate::support::{Reply, Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

/// Asks for a change of a story's project.
async fn asks(app: &TestApp, story: &Story<'_>, fields: Value) -> Reply {
    app.team("keda").await.post(&format!("/projects/{}/changes", story.project), inputs::change(app, fields)).await
}

/// Asks for a change that is taken; answers its path.
pub async fn asked(app: &TestApp, story: &Story<'_>, fields: Value) -> String {
    format!("/changes/{}", asks(app, story, fields).await.is(201)["id"].as_str().unwrap())
}

/// The commissioner's word.
pub async fn advised(app: &TestApp, change: &str, verdict: &str) -> Reply {
    app.commissioner().await.post(&format!("{change}/advise"), json!({"verdict": verdict, "opinion": "情况属实"})).await
}

async fn approved(app: &TestApp, change: &str) -> Reply {
    advised(app, change, "support").await.is(200);
    app.director().await.post(&format!("{change}/approve"), json!({"opinion": "同意变更"})).await
}

pub async fn signed_by(app: &TestApp, change: &str, party: &str) -> Value {
    let who = match party {
        "department" => app.director().await,
        "team" => app.team("keda").await,
        _ => app.sponsor().await,
    };
    who.post(&format!("{change}/sign"), inputs::signature(party)).await.is(200)
}

/// From the asking to the last signature.
pub async fn effective(app: &TestApp, story: &Story<'_>, fields: Value) -> String {
    let change = asked(app, story, fields).await;
    approved(app, &change).await.is(200);
    for party in ["team", "sponsor", "department"] {
        signed_by(app, &change, party).await;
    }
    change
}

async fn project(app: &TestApp, story: &Story<'_>) -> Value {
    app.officer().await.get(&format!("/projects/{}", story.project)).await.is(200)
}

/// The letters that left since the last look, without the domain of their addresses.
async fn letters(app: &TestApp) -> Vec<String> {
    app.mail().await.into_iter().map(|(letter, to)| format!("{letter} {}", to.trim_end_matches("@test.example"))).collect()
}

const TITLE: &str = "低浓度煤层气提浓成套技术与工程示范";

on_both! {
    async fn a_major_change_leaves_the_plan_as_it_is_until_all_have_signed(app: TestApp) {
        let story = Story::active(&app).await;
        let before = project(&app, &story).await["title"].clone();
        app.mail().await;
        let change = asked(&app, &story, json!({"kind": "title", "title": TITLE})).await;
        assert_eq!(letters(&app).await, ["change_submitted commissioner", "change_submitted officer", "change_submitted sponsor"]);
        app.sponsor().await.post(&format!("{change}/comment"), json!({"opinion": "需求方无异议"})).await.is(200);
        advised(&app, &change, "support").await.is(200);
        assert_eq!(letters(&app).await, ["change_advised director"]);
        let kept = app.director().await.post(&format!("{change}/approve"), json!({"opinion": "同意"})).await.is(200);
        assert_eq!(letters(&app).await, [
            "change_approved commissioner", "change_approved director", "change_approved officer", "change_approved sponsor", "change_approved team-keda",
        ]);
        assert_eq!((&kept["stage"], &kept["number"], &kept["sponsor_opinion"]), (&json!("approved"), &json!(2), &json!("需求方无异议")));
        assert_eq!(kept["differences"], json!([{"field": "title", "before": before, "after": TITLE}]));
        signed_by(&app, &change, "team").await;
        signed_by(&app, &change, "sponsor").await;
        assert_eq!(project(&app, &story).await["title"], before, "not all have signed");
        app.mail().await;
        assert_eq!(signed_by(&app, &change, "department").await["stage"], "effective");
        assert_eq!(letters(&app).await, [
            "change_in_effect commissioner", "change_in_effect officer", "change_in_effect sponsor", "change_in_effect team-keda",
            "commitment_signed officer", "commitment_signed sponsor", "commitment_signed team-keda",
        ]);
        assert_eq!(project(&app, &story).await["title"], TITLE);
        let versions = app.team("keda").await.get(&format!("/projects/{}/versions", story.project)).await.is(200);
        let [first, second] = versions["items"].as_array().unwrap().as_slice() else { panic!("two texts") };
        assert_eq!((&first["content"]["title"], &second["content"]["title"]), (&before, &json!(TITLE)));
        assert_eq!((&first["change_id"], second["change_id"].as_str().unwrap()), (&Value::Null, change.trim_start_matches("/changes/")));
        assert!(first["effective_at"].is_string() && second["effective_at"].is_string());
        let page = app.sponsor().await.get(&format!("/projects/{}/commitment/page", story.project)).await;
        assert!(page.text.contains("补充任务书"), "{}", page.text);
    }

    async fn a_minor_change_is_filed_and_in_effect_with_the_commissioners_notice(app: TestApp) {
        let story = Story::active(&app).await;
        let route = json!({"kind": "technical_route", "technical_route": "改用三段变压吸附。"});
        let change = asked(&app, &story, route.clone()).await;
        app.mail().await;
        assert_eq!(advised(&app, &change, "support").await.is(200)["stage"], "effective");
        assert_eq!(letters(&app).await, [
            "change_in_effect director", "change_in_effect officer", "change_in_effect sponsor", "change_in_effect team-keda",
        ]);
        let text = app.team("keda").await.get(&format!("/projects/{}/commitment", story.project)).await.is(200);
        assert_eq!((&text["number"], &text["content"]["technical_route"]), (&json!(2), &json!("改用三段变压吸附。")));
        assert!(text["effective_at"].is_string());
        // What a commissioner opposes waits for a director, and for signatures.
        let opposed = asked(&app, &story, json!({"kind": "technical_route", "technical_route": "改用深冷分离。"})).await;
        assert_eq!(advised(&app, &opposed, "oppose").await.is(200)["stage"], "advised");
        app.mail().await;
        let no = json!({"reason": "技术路线不成熟"});
        assert_eq!(app.director().await.post(&format!("{opposed}/reject"), no).await.is(200)["stage"], "rejected");
        assert_eq!(letters(&app).await, [
            "change_rejected commissioner", "change_rejected officer", "change_rejected sponsor", "change_rejected team-keda",
        ]);
    }

    async fn a_change_holds_what_its_kind_asks_for_and_comes_in_time(app: TestApp) {
        let story = Story::active(&app).await;
        asks(&app, &story, json!({"kind": "title", "account": "某银行 尾号1234"})).await.has_faults(&[("title", "required"), ("account", "not_here")]);
        for account in ["某银行 6222000000000000000", "某银行 ６２２２ ０２００ ０００１"] {
            asks(&app, &story, json!({"kind": "account", "account": account})).await.has_faults(&[("account", "whole_number")]);
        }
        let now = project(&app, &story).await["title"].clone();
        asks(&app, &story, json!({"kind": "title", "title": now})).await.has_faults(&[("kind", "no_change")]);
        let old = app.app.clock.now().date().plus_days(-31).to_string();
        asks(&app, &story, json!({"kind": "title", "title": TITLE, "cause_on": old})).await.has_faults(&[("cause_on", "too_late")]);
        asks(&app, &story, json!({"kind": "budget_line", "budget": [{"item": "equipment", "fiscal_fen": 1}]})).await
            .has_faults(&[("budget", "totals_differ"), ("budget", "totals_differ"), ("budget", "totals_differ")]);
        let mut budget = app.officer().await.get(&format!("/projects/{}/commitment", story.project)).await.is(200)["content"]["budget"].clone();
        let moved = budget[1]["fiscal_fen"].as_i64().unwrap();
        budget[1]["fiscal_fen"] = json!(0);
        budget[3]["fiscal_fen"] = json!(budget[3]["fiscal_fen"].as_i64().unwrap() + moved);
        asks(&app, &story, json!({"kind": "budget_line", "budget": budget})).await.has_faults(&[("budget.indirect", "over_cap")]);
        app.at("2029-02-20T00:00:00Z");
        asks(&app, &story, json!({"kind": "title", "title": TITLE})).await.has_faults(&[("kind", "too_late")]);
        asks(&app, &story, json!({"kind": "extension", "ends_on": "2029-10-15"})).await.has_faults(&[("kind", "too_late")]);
    }

    async fn a_project_is_extended_once_for_a_year_at_most(app: TestApp) {
        let story = Story::active(&app).await;
        asks(&app, &story, json!({"kind": "extension", "ends_on": "2029-04-15"})).await.has_faults(&[("ends_on", "not_later")]);
        asks(&app, &story, json!({"kind": "extension", "ends_on": "2030-04-16"})).await.has_faults(&[("ends_on", "too_late")]);
        let dropped = asked(&app, &story, json!({"kind": "extension", "ends_on": "2029-10-15"})).await;
        asks(&app, &story, json!({"kind": "extension", "ends_on": "2030-04-15"})).await.is_refused(409, "extension_pending");
        app.team("keda").await.does(&format!("{dropped}/drop")).await.is(200);
        let change = effective(&app, &story, json!({"kind": "extension", "ends_on": "2030-04-15"})).await;
        let kept = app.team("keda").await.get(&change).await.is(200);
        assert_eq!(kept["differences"], json!([{"field": "ends_on", "before": "2029-04-15", "after": "2030-04-15"}]));
        assert_eq!(project(&app, &story).await["ends_on"], "2030-04-15");
        asks(&app, &story, json!({"kind": "extension", "ends_on": "2030-10-15"})).await.is_refused(409, "extended_before");
    }

    async fn a_target_is_lowered_by_force_majeure_alone(app: TestApp) {
        let story = Story::active(&app).await;
        let lower = json!({"kind": "indicator", "indicators": [{"code": "K1", "value": "95"}, {"code": "K2", "value": "0.6"}]});
        asks(&app, &story, lower.clone()).await
            .has_faults(&[("indicators.K1", "weaker_than_committed"), ("indicators.K2", "weaker_than_committed")]);
        let mut excused = lower;
        let panel = inputs::node_assessment("pass")["assessors"].clone();
        excused["force_majeure"] = json!({"panel": panel, "opinion": "矿区停产，气源浓度变化属不可抗力。", "notice": "公告〔2026〕3号"});
        effective(&app, &story, excused).await;
        let node = app.team("keda").await.get(&format!("/milestones/{}", story.milestones[1])).await.is(200);
        let targets: Vec<&Value> = node["indicators"].as_array().unwrap().iter().map(|indicator| &indicator["target"]).collect();
        assert_eq!(targets, [&json!("95"), &json!("0.6")]);
        // Raised, a target needs no excuse.
        effective(&app, &story, json!({"kind": "indicator", "indicators": [{"code": "K2", "value": "0.45"}]})).await;
        let text = app.team("keda").await.get(&format!("/projects/{}/commitment", story.project)).await.is(200);
        assert_eq!((&text["number"], &text["content"]["indicators"][1]["target"]), (&json!(3), &json!("0.45")));
    }

    async fn a_milestone_is_waived_by_an_approved_change_and_no_pledge_with_it(app: TestApp) {
        let story = Story::active(&app).await;
        let waive = |number: i64| json!({"kind": "milestone", "milestones": [{"number": number, "waive": true}]});
        asks(&app, &story, waive(2)).await.has_faults(&[("indicators.K1", "weaker_than_committed"), ("indicators.K2", "weaker_than_committed")]);
        asks(&app, &story, json!({"kind": "milestone", "milestones": [{"number": 1, "weight_bps": 3000}, {"number": 7}]})).await
            .has_faults(&[("milestones[1]", "unknown_milestone"), ("milestones", "weights")]);
        asks(&app, &story, json!({"kind": "milestone", "milestones": [{"number": 1, "waive": true}, {"number": 1, "due_on": "2027-03-01"}]})).await
            .has_faults(&[("milestones[1].number", "repeated_code"), ("milestones[1]", "milestone_concluded")]);
        let twice = json!([{"code": "K2", "value": "0.45"}, {"code": "K2", "value": "0.4"}]);
        asks(&app, &story, json!({"kind": "indicator", "indicators": twice})).await.has_faults(&[("indicators.K2", "repeated_code")]);
        asks(&app, &story, json!({"kind": "milestone", "milestones": [{"number": 1, "due_on": "2027-05-01"}]})).await
            .has_faults(&[("milestones[0].due_on", "first_too_late")]);
        effective(&app, &story, waive(1)).await;
        let team = app.team("keda").await;
        let path = format!("/milestones/{}", story.milestones[0]);
        assert_eq!(team.get(&path).await.is(200)["stage"], "waived");
        let history = team.get(&format!("{path}/history")).await.is(200);
        assert_eq!((&history["items"][0]["action"], &history["items"][0]["to_stage"]), (&json!("milestone.waive"), &json!("waived")));
        team.does(&format!("{path}/start")).await.is_refused(409, "wrong_stage");
        assert_eq!(team.get(&format!("/payments/{}", story.payments[1])).await.is(200)["stage"], "due");
        effective(&app, &story, json!({"kind": "milestone", "milestones": [{"number": 2, "due_on": "2028-01-31"}]})).await;
        assert_eq!(team.get(&format!("/milestones/{}", story.milestones[1])).await.is(200)["due_on"], "2028-01-31");
        story.met(1, &[("K1", "97"), ("K2", "0.49")]).await;
        asks(&app, &story, json!({"kind": "milestone", "milestones": [{"number": 2, "due_on": "2028-01-10"}]})).await
            .has_faults(&[("milestones[0]", "milestone_concluded")]);
        story.applied().await;
        story.assessed("pass", "pass").await;
        let done = json!({"conclusion": "completed", "opinion": "通过"});
        app.director().await.post(&format!("/projects/{}/conclude", story.project), done).await.is(200);
    }

    async fn a_new_principal_is_neither_bound_elsewhere_nor_restricted(app: TestApp) {
        let (one, two) = (Story::active(&app).await, Story::active(&app).await);
        let identity = inputs::identity("19801105");
        let person = |months: i64| json!({"name": "周接任", "role": "pi", "identity": identity, "person_months": months});
        let change = effective(&app, &one, json!({"kind": "pi", "principal": person(8)})).await;
        let kept = app.team("keda").await.get(&change).await.is(200);
        assert_eq!(kept["differences"], json!([{"field": "principal", "before": "李挂帅", "after": "周接任"}]));
        assert!(!kept.to_string().contains(&identity));
        asks(&app, &two, json!({"kind": "pi", "principal": person(6)})).await
            .has_faults(&[("principal.identity", "limit_leads"), ("principal.person_months", "person_months")]);
        let other = inputs::identity("19790303");
        let restriction = json!({
            "person": {"name": "吴受限", "identity": other}, "gravity": "minor", "basis": "提供虚假材料。",
            "decision_no": "示科诚〔2026〕9号", "starts_on": "2026-01-01", "ends_on": "2028-12-31"
        });
        let made = app.supervisor().await.post("/restrictions", restriction).await.is(201);
        app.director().await.does(&format!("/restrictions/{}/approve", made["id"].as_str().unwrap())).await.is(200);
        let restricted = json!({"name": "吴受限", "role": "pi", "identity": other, "person_months": 6});
        asks(&app, &two, json!({"kind": "pi", "principal": restricted})).await.has_faults(&[("principal.identity", "restricted")]);
        asks(&app, &two, json!({"kind": "pi", "principal": {"name": "郑无号", "role": "member", "person_months": 6}})).await
            .has_faults(&[("principal", "no_pi")]);
    }

    async fn a_member_of_the_consortium_takes_over_the_lead_with_its_consent(app: TestApp) {
        let story = crate::measures::in_consortium(&app).await;
        let (yuan, path) = (app.organization("yuan").await.to_string(), format!("/projects/{}", story.project));
        let lead = |id: &str| json!({"kind": "lead_org", "lead": {"organization_id": id, "consent_no": "函〔2026〕8号"}});
        let stranger = app.organization("far-east").await.to_string();
        asks(&app, &story, lead(&stranger)).await.has_faults(&[("lead.organization_id", "not_of_the_consortium")]);
        let change = asked(&app, &story, lead(&yuan)).await;
        approved(&app, &change).await.is(200);
        for party in ["team", "sponsor"] {
            signed_by(&app, &change, party).await;
        }
        app.team("yuan").await.get(&path).await.is_refused(404, "not_found");
        signed_by(&app, &change, "department").await;
        assert_eq!(app.team("yuan").await.get(&path).await.is(200)["lead_org_id"], yuan.as_str());
        app.team("keda").await.get(&path).await.is_refused(404, "not_found");
        let text = app.officer().await.get(&format!("{path}/commitment")).await.is(200)["content"].clone();
        assert_eq!((&text["parties"][1]["organization"], &text["members"]), (&json!("yuan 单位"), &json!([])));
    }

    async fn members_of_the_consortium_change_with_their_shares_which_bind_what_is_passed_on(app: TestApp) {
        let story = Story::active(&app).await;
        story.paid(0).await;
        let (far, keda) = (app.organization("far-east").await.to_string(), app.organization("keda").await.to_string());
        let member = |id: &str, bps: i64| crate::partners::member(id, bps);
        let members = |list: Vec<Value>| json!({"kind": "member", "members": list});
        asks(&app, &story, members(vec![member(&keda, 100), member(&far, 6_000), member(&far, 4_000)])).await.has_faults(&[
            ("members", "shares"), ("members[0].organization_id", "organization_not_verified"), ("members[2].organization_id", "repeated_code"),
        ]);
        let change = asked(&app, &story, members(vec![member(&far, 2_500)])).await;
        let share = json!({
            "organization": far, "amount_fen": 65 * inputs::WAN, "forwarded_on": app.app.clock.now().date().to_string(), "voucher_no": "ZB-2026-2"
        });
        let forward = format!("/payments/{}/forward", story.payments[0]);
        app.team("keda").await.post(&forward, share.clone()).await.has_faults(&[("organization", "not_a_partner")]);
        assert_eq!(advised(&app, &change, "support").await.is(200)["stage"], "effective");
        // A quarter of the 260 that were paid.
        let mut more = share.clone();
        more["amount_fen"] = json!(65 * inputs::WAN + 1);
        app.team("keda").await.post(&forward, more).await.has_faults(&[("amount_fen", "over_the_share")]);
        app.team("keda").await.post(&forward, share).await.is(200);
    }

    async fn a_change_that_was_sent_back_is_mended_or_dropped(app: TestApp) {
        let story = Story::active(&app).await;
        let change = asked(&app, &story, json!({"kind": "title", "title": TITLE})).await;
        app.mail().await;
        assert_eq!(advised(&app, &change, "return").await.is(200)["stage"], "returned");
        assert_eq!(letters(&app).await, ["change_returned team-keda"]);
        let team = app.team("keda").await;
        let anew = |fields: Value| inputs::change(&app, fields);
        team.post(&format!("{change}/resubmit"), anew(json!({"kind": "account", "account": "某银行 尾号1234"}))).await
            .has_faults(&[("kind", "another_kind")]);
        let kept = team.post(&format!("{change}/resubmit"), anew(json!({"kind": "title", "title": format!("{TITLE}（二期）")}))).await.is(200);
        assert_eq!((&kept["stage"], &kept["commissioner_opinion"]), (&json!("submitted"), &Value::Null));
        advised(&app, &change, "support").await.is(200);
        app.mail().await;
        app.director().await.post(&format!("{change}/return"), json!({"reason": "名称过长"})).await.is(200);
        assert_eq!(letters(&app).await, ["change_returned commissioner", "change_returned team-keda"]);
        assert_eq!(team.does(&format!("{change}/drop")).await.is(200)["stage"], "dropped");
        assert_eq!(letters(&app).await, [
            "change_dropped commissioner", "change_dropped director", "change_dropped officer", "change_dropped sponsor",
        ]);
        team.does(&format!("{change}/drop")).await.is_refused(409, "wrong_stage");
        // Nor does a supplement that was dropped stand as the commitment.
        let second = asked(&app, &story, json!({"kind": "title", "title": TITLE})).await;
        approved(&app, &second).await.is(200);
        signed_by(&app, &second, "team").await;
        let commitment = format!("/projects/{}/commitment", story.project);
        assert_eq!(team.get(&commitment).await.is(200)["number"], 2);
        team.does(&format!("{second}/drop")).await.is(200);
        assert_eq!(team.get(&commitment).await.is(200)["number"], 1);
    }

    async fn one_supplement_at_a_time_however_many_are_approved_at_once(app: TestApp) {
        let story = Story::active(&app).await;
        let title = asked(&app, &story, json!({"kind": "title", "title": TITLE})).await;
        let account = asked(&app, &story, json!({"kind": "account", "account": "某银行 尾号1234"})).await;
        for change in [&title, &account] {
            advised(&app, change, "support").await.is(200);
        }
        let director = app.director().await;
        director.token().await;
        let (paths, yes) = ([format!("{title}/approve"), format!("{account}/approve")], json!({"opinion": "同意"}));
        let replies = futures_util::future::join_all((0..8).map(|n| director.post(&paths[n % 2], yes.clone()))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 409)));
        assert_eq!(app.count("changes WHERE stage = 'approved'").await, 1);
        assert_eq!(app.count("commitments").await, 2);
        // Nor does what is only filed slip in between: it would not stand in the supplement.
        let filed = asked(&app, &story, json!({"kind": "technical_route", "technical_route": "改用三段变压吸附。"})).await;
        advised(&app, &filed, "support").await.is_refused(409, "supplement_waits");
    }
}
