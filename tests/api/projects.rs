//! Projects, milestones and payments: signing, evidence, money.

use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

on_both! {
    async fn a_plan_that_breaks_rules_is_told_all_of_them(app: TestApp) {
        let story = Story::awarded(&app).await;
        let officer = app.officer().await;
        let path = format!("/projects/{}", story.project);
        let version = officer.get(&path).await.is(200)["version"].as_i64().unwrap();
        let mut plan = inputs::plan(650 * inputs::WAN);
        plan["milestones"][0]["weight_bps"] = json!(3999);
        plan["milestones"][0]["indicators"] = json!([]);
        plan["milestones"][1]["due_on"] = json!("2031-01-01");
        plan["milestones"][1]["indicators"] = json!([{"code": "K1", "value": "95.9"}, {"code": "K7", "value": "1"}]);
        plan["payments"][1]["milestone"] = json!(3);
        plan["payments"][0]["milestone"] = json!(1);
        plan["payments"][2]["amount_fen"] = json!(1);
        officer.put(&format!("{path}/plan"), version, plan).await.has_faults(&[
            ("milestones", "weights"), ("milestones", "no_mid_term_gate"), ("milestones[0].indicators", "required"),
            ("milestones[1].due_on", "after_the_end"),
            ("milestones[1].indicators", "unknown_indicator"), ("indicators.K1", "weaker_than_target"), ("indicators.K2", "required"),
            ("payments[1].milestone", "unknown_milestone"), ("payments[0].milestone", "not_here"), ("payments", "not_the_award"),
        ]);
    }

    async fn a_project_is_active_only_when_all_parties_have_signed(app: TestApp) {
        let story = Story::awarded(&app).await;
        let sign = format!("/projects/{}/sign", story.project);
        let team = app.team("keda").await;
        team.post(&sign, json!({"party": "team", "pledge": true, "legal_representative": "赵法人"})).await.is_refused(409, "plan_missing");
        let story = Story::planned(&app).await;
        let sign = format!("/projects/{}/sign", story.project);
        team.post(&sign, json!({"party": "team", "pledge": false, "legal_representative": "赵法人"})).await.has_faults(&[("pledge", "not_affirmed")]);
        team.post(&sign, json!({"party": "sponsor", "pledge": true})).await.is_refused(403, "forbidden");
        team.post(&sign, json!({"party": "department", "pledge": true})).await.is_refused(403, "forbidden");
        app.sponsor().await.post(&sign, json!({"party": "team", "pledge": true, "legal_representative": "赵法人"})).await.is_refused(403, "forbidden");
        app.director().await.post(&sign, json!({"party": "team", "pledge": true, "legal_representative": "赵法人"})).await.is_refused(403, "forbidden");
        story.signed_by("team").await;
        team.post(&sign, json!({"party": "team", "pledge": true, "legal_representative": "赵法人"})).await.is_refused(409, "already_signed");
        story.signed_by("sponsor").await;
        let path = format!("/projects/{}", story.project);
        assert_eq!(team.get(&path).await.is(200)["stage"], "signing");
        story.signed_by("department").await;
        let active = team.get(&path).await.is(200);
        assert_eq!(active["stage"], "active");
        assert_eq!(active["signatures"].as_array().unwrap().len(), 3);
        assert_eq!(team.get(&format!("/bids/{}", story.bid)).await.is(200)["stage"], "signed");
        assert_eq!(team.get(&format!("/payments/{}", story.payments[0])).await.is(200)["stage"], "due");
        assert_eq!(team.get(&format!("/payments/{}", story.payments[1])).await.is(200)["stage"], "locked");
    }

    async fn a_new_plan_voids_the_signatures_given_so_far(app: TestApp) {
        let story = Story::planned(&app).await;
        story.signed_by("team").await;
        let officer = app.officer().await;
        let path = format!("/projects/{}", story.project);
        let version = officer.get(&path).await.is(200)["version"].as_i64().unwrap();
        officer.put(&format!("{path}/plan"), version, inputs::plan(650 * inputs::WAN)).await.is(200);
        assert_eq!(officer.get(&path).await.is(200)["signatures"], json!([]));
    }

    async fn a_commissioner_is_one_and_has_no_interest_in_the_project(app: TestApp) {
        use jiebang::domain::policy::Role::Commissioner;
        let story = Story::planned(&app).await;
        let officer = app.officer().await;
        let path = format!("/projects/{}/assign", story.project);
        officer.post(&path, json!({"commissioner_id": officer.id()})).await.is_refused(409, "not_a_commissioner");
        let near = app.person("near", "keda", None, &[Commissioner]).await;
        officer.post(&path, json!({"commissioner_id": near.id()})).await.is_refused(409, "conflict_of_interest");
        let commissioner = app.commissioner().await.id();
        officer.post(&path, json!({"commissioner_id": commissioner})).await.is(200);
        officer.post(&path, json!({"commissioner_id": commissioner})).await.is_refused(409, "already_assigned");
        let other = app.person("commissioner2", "department", None, &[Commissioner]).await;
        let changed = officer.post(&path, json!({"commissioner_id": other.id(), "note": "移交"})).await.is(200);
        assert_eq!(changed["commissioner_id"], other.id());
        assert_eq!(app.count("assignments WHERE ends_at IS NULL").await, 1);
    }

    async fn whoever_follows_a_project_never_approves_for_it(app: TestApp) {
        use jiebang::domain::policy::Role::{Commissioner, Director};
        let story = Story::planned(&app).await;
        let both = app.person("dual", "department", None, &[Commissioner, Director]).await;
        app.officer().await.post(&format!("/projects/{}/assign", story.project), json!({"commissioner_id": both.id()})).await.is(200);
        let sign = json!({"party": "department", "pledge": true});
        both.post(&format!("/projects/{}/sign", story.project), sign).await.is_refused(403, "forbidden");
    }

    async fn a_milestone_is_met_only_when_its_mandatory_targets_are_reached(app: TestApp) {
        let story = Story::active(&app).await;
        let commissioner = app.commissioner().await;
        let path = |verb: &str| format!("/milestones/{}/{verb}", story.milestones[0]);
        story.handed_in(0, &[("K1", "89.9")]).await;
        commissioner.post(&path("verify"), json!({"opinion": "基本达到"})).await.is_refused(409, "target_not_reached");
        let today = app.app.clock.now().date();
        let order = |days: i64| json!({"opinion": "浓度不足，限期整改", "rectify_by": today.plus_days(days).to_string()});
        commissioner.post(&path("return"), order(0)).await.has_faults(&[("rectify_by", "in_the_past")]);
        commissioner.post(&path("return"), order(93)).await.has_faults(&[("rectify_by", "too_late")]);
        assert_eq!(commissioner.post(&path("return"), order(60)).await.is(200)["stage"], "rectifying");
        let team = app.team("keda").await;
        team.post(&path("submit"), story.evidence(&[("K1", "89.95")]).await).await.is(200);
        commissioner.post(&path("return"), order(60)).await.is_refused(409, "rectified_once");
        assert_eq!(commissioner.post(&path("fail"), json!({"opinion": "整改后仍不达标"})).await.is(200)["stage"], "not_met");
        assert_eq!(team.get(&format!("/payments/{}", story.payments[1])).await.is(200)["stage"], "cancelled");
    }

    async fn evidence_answers_each_indicator_of_the_milestone(app: TestApp) {
        let story = Story::active(&app).await;
        let team = app.team("keda").await;
        let path = |verb: &str| format!("/milestones/{}/{verb}", story.milestones[1]);
        team.post(&path("submit"), story.evidence(&[("K1", "96")]).await).await.is_refused(409, "wrong_stage");
        team.does(&path("start")).await.is(200);
        team.post(&path("submit"), story.evidence(&[("K1", "96"), ("K1", "97"), ("K5", "1")]).await).await.has_faults(&[
            ("actuals.K1", "repeated_code"), ("actuals.K1", "repeated_code"), ("actuals.K5", "unknown_indicator"), ("actuals.K2", "required"),
        ]);
    }

    async fn a_milestone_without_evidence_fails_only_after_its_date(app: TestApp) {
        let story = Story::active(&app).await;
        let commissioner = app.commissioner().await;
        let path = format!("/milestones/{}", story.milestones[0]);
        commissioner.post(&format!("{path}/fail"), json!({"opinion": "逾期未交"})).await.is_refused(409, "not_due_yet");
        app.at("2027-02-02T00:00:00Z");
        assert_eq!(commissioner.get(&path).await.is(200)["late"], true);
        commissioner.post(&format!("{path}/fail"), json!({"opinion": "逾期未交"})).await.is(200);
    }

    async fn another_commissioner_and_the_sponsor_cannot_touch_a_milestone(app: TestApp) {
        use jiebang::domain::policy::Role::Commissioner;
        let story = Story::active(&app).await;
        let path = |verb: &str| format!("/milestones/{}/{verb}", story.milestones[0]);
        app.sponsor().await.does(&path("start")).await.is_refused(403, "forbidden");
        story.handed_in(0, &[("K1", "91")]).await;
        let other = app.person("commissioner2", "department", None, &[Commissioner]).await;
        other.post(&path("verify"), json!({"opinion": "代为认定"})).await.is_refused(403, "forbidden");
    }

    async fn money_passes_four_desks_and_no_person_sits_at_two_of_them(app: TestApp) {
        use jiebang::domain::policy::Role::{Commissioner, Finance};
        let story = Story::planned(&app).await;
        for party in ["team", "sponsor", "department"] { story.signed_by(party).await; }
        let both = app.person("both", "department", None, &[Commissioner, Finance]).await;
        let path = |verb: &str| format!("/payments/{}/{verb}", story.payments[0]);
        let team = app.team("keda").await;
        team.does(&path("request")).await.is_refused(409, "commissioner_missing");
        app.officer().await.post(&format!("/projects/{}/assign", story.project), json!({"commissioner_id": both.id()})).await.is(200);
        team.does(&path("request")).await.is(200);
        both.does(&path("check")).await.is(200);
        both.does(&path("approve")).await.is_refused(403, "forbidden");
        let finance = app.finance().await;
        finance.does(&path("approve")).await.is(200);
        let voucher = |number: &str, on: &str| json!({"voucher_no": number, "paid_on": on});
        finance.post(&path("pay"), voucher("PZ-1", "2026-04-20")).await.is_refused(403, "forbidden");
        let second = app.second_finance().await;
        second.post(&path("pay"), voucher("PZ-1", "2030-01-01")).await.has_faults(&[("paid_on", "in_the_future")]);
        let paid = second.post(&path("pay"), voucher("PZ-1", "2026-04-15")).await.is(200);
        assert_eq!(paid["stage"], "paid");
        second.post(&path("pay"), voucher("PZ-2", "2026-04-15")).await.is_refused(409, "wrong_stage");
    }

    async fn a_voucher_is_used_once(app: TestApp) {
        let story = Story::active(&app).await;
        story.met(0, &[("K1", "91")]).await;
        for (index, status) in [(0, 200), (1, 409)] {
            let path = |verb: &str| format!("/payments/{}/{verb}", story.payments[index]);
            app.team("keda").await.does(&path("request")).await.is(200);
            app.commissioner().await.does(&path("check")).await.is(200);
            app.finance().await.does(&path("approve")).await.is(200);
            let input = json!({"voucher_no": "PZ-7", "paid_on": "2026-04-15"});
            app.second_finance().await.post(&path("pay"), input).await.is(status);
        }
    }

    async fn a_payment_is_made_once_however_many_clients_try(app: TestApp) {
        let story = Story::active(&app).await;
        let path = |verb: &str| format!("/payments/{}/{verb}", story.payments[0]);
        app.team("keda").await.does(&path("request")).await.is(200);
        app.commissioner().await.does(&path("check")).await.is(200);
        app.finance().await.does(&path("approve")).await.is(200);
        let second = app.second_finance().await;
        second.token().await;
        let url = path("pay");
        let tries = (0..20).map(|n| second.post(&url, json!({"voucher_no": format!("PZ-{n:03}"), "paid_on": "2026-04-15"})));
        let replies = futures_util::future::join_all(tries).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 409)));
        assert_eq!(app.count("payments WHERE stage = 'paid'").await, 1);
    }

    async fn a_returned_request_starts_anew_with_all_signatures_void(app: TestApp) {
        let story = Story::active(&app).await;
        let path = |verb: &str| format!("/payments/{}/{verb}", story.payments[0]);
        app.team("keda").await.does(&path("request")).await.is(200);
        app.commissioner().await.does(&path("check")).await.is(200);
        let back = app.finance().await.post(&path("return"), json!({"reason": "账户信息有误"})).await.is(200);
        assert_eq!(back["stage"], "due");
        assert_eq!((&back["requested_by"], &back["checked_by"]), (&Value::Null, &Value::Null));
        story.paid(0).await;
    }
}
