//! Payments: sources and presets, what is held, blocked or sent back by the bank, and that no money goes twice.

use crate::portfolio::WRONG;
use crate::support::{Caller, Story, TestApp, inputs, on_both};
use futures_util::future::join_all;
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

/// The money of all three sources, the department's by a preset.
fn plan_of_all_sources(preset: &str) -> Value {
    let mut plan = inputs::plan(650 * inputs::WAN);
    plan["preset"] = json!(preset);
    plan["payments"] = json!([
        {"source": "sponsor", "gate": "signing", "amount_fen": 50 * inputs::WAN},
        {"source": "self", "gate": "signing", "amount_fen": 60 * inputs::WAN},
        {"source": "self", "gate": "acceptance", "amount_fen": 40 * inputs::WAN},
    ]);
    plan
}

/// Plans a project that is not signed yet anew.
pub async fn replanned(story: &mut Story<'_>, plan: Value) {
    let officer = story.app.officer().await;
    let path = format!("/projects/{}", story.project);
    let version = officer.get(&path).await.is(200)["version"].as_i64().unwrap();
    officer.put(&format!("{path}/plan"), version, plan).await.is(200);
    for (list, ids) in [("milestones", &mut story.milestones), ("payments", &mut story.payments)] {
        let items = officer.get(&format!("{path}/{list}")).await.is(200);
        *ids = items["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    }
}

/// Active, with the money of all three sources in five payments: at signing the department's, in the middle, then the others'.
pub async fn with_all_sources(app: &TestApp) -> Story<'_> {
    let mut story = Story::planned(app).await;
    replanned(&mut story, plan_of_all_sources("60_40")).await;
    for party in ["team", "sponsor", "department"] {
        story.signed_by(party).await;
    }
    let input = json!({"commissioner_id": app.commissioner().await.id()});
    app.officer().await.post(&format!("/projects/{}/assign", story.project), input).await.is(200);
    story
}

/// Where the money of the sources is.
async fn sources(app: &TestApp, story: &Story<'_>) -> Value {
    app.officer().await.get(&format!("/projects/{}/payments", story.project)).await.is(200)["sources"].clone()
}

/// That the parts of each source make what was planned of it. Answers what is paid of the department's money.
async fn adds_up(app: &TestApp, story: &Story<'_>, planned: &[(&str, i64)]) -> i64 {
    let sources = sources(app, story).await;
    let fen = |row: &Value, part: &str| row[format!("{part}_fen")].as_i64().unwrap();
    for (row, (source, planned)) in sources.as_array().unwrap().iter().zip(planned) {
        let parts: i64 = ["locked", "underway", "held", "paid", "cancelled"].iter().map(|part| fen(row, part)).sum();
        assert_eq!((row["source"].as_str().unwrap(), fen(row, "planned"), parts), (*source, *planned, *planned), "{row}");
    }
    assert_eq!(sources.as_array().unwrap().len(), planned.len());
    fen(&sources[0], "paid")
}

fn step(story: &Story<'_>, index: usize, verb: &str) -> String {
    format!("/payments/{}/{verb}", story.payments[index])
}

fn voucher(app: &TestApp, number: &str) -> Value {
    json!({"voucher_no": number, "paid_on": app.app.clock.now().date().to_string()})
}

fn came_back(app: &TestApp) -> Value {
    json!({"reason": "收款账户名称不符", "returned_on": app.app.clock.now().date().to_string()})
}

/// Twenty clients do the same at once: one comes through, the others are told that it is done, or that they did it.
async fn twenty(caller: &Caller, path: &str, body: impl Fn(usize) -> Value) {
    caller.token().await;
    let replies = join_all((0..20).map(|number| caller.post(path, body(number)))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1, "{path}");
    assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 403 | 409)), "{path}");
}

/// What nobody may say.
fn none(_: usize) -> Value {
    json!({})
}

on_both! {
    async fn a_preset_divides_the_award_and_the_others_money_makes_what_was_promised(app: TestApp) {
        let mut story = Story::planned(&app).await;
        for (preset, lines) in [
            ("60_40", json!([["signing", 390, null], ["milestone", 260, 1]])),
            ("40_30_30", json!([["signing", 260, null], ["milestone", 195, 1], ["acceptance", 195, null]])),
            ("after_acceptance", json!([["acceptance", 650, null]])),
        ] {
            replanned(&mut story, plan_of_all_sources(preset)).await;
            let milestones = app.officer().await.get(&format!("/projects/{}/milestones", story.project)).await.is(200);
            let list = app.officer().await.get(&format!("/projects/{}/payments", story.project)).await.is(200);
            let fiscal: Vec<&Value> = list["items"].as_array().unwrap().iter().filter(|row| row["source"] == "fiscal").collect();
            assert_eq!(fiscal.len(), lines.as_array().unwrap().len(), "{preset}");
            for (row, line) in fiscal.iter().zip(lines.as_array().unwrap()) {
                // The second milestone is the mid-term gate.
                let at = line[2].as_u64().map_or(json!(null), |at| milestones["items"][usize::try_from(at).unwrap()]["id"].clone());
                let amount = line[1].as_i64().unwrap() * inputs::WAN;
                assert_eq!((&row["gate"], &row["amount_fen"], &row["milestone_id"]), (&line[0], &json!(amount), &at), "{preset}");
            }
            adds_up(&app, &story, &[("fiscal", 650 * inputs::WAN), ("sponsor", 50 * inputs::WAN), ("self", 100 * inputs::WAN)]).await;
        }
        assert_eq!(app.count("payments WHERE source <> 'fiscal'").await, 3);
    }

    async fn a_plan_whose_sources_do_not_add_up_is_told_which(app: TestApp) {
        let story = Story::planned(&app).await;
        let officer = app.officer().await;
        let path = format!("/projects/{}", story.project);
        let version = officer.get(&path).await.is(200)["version"].as_i64().unwrap();
        let mut plan = plan_of_all_sources("40_30_30");
        plan["payments"][0]["amount_fen"] = json!(49 * inputs::WAN);
        plan["payments"][1]["amount_fen"] = json!(61 * inputs::WAN);
        plan["payments"].as_array_mut().unwrap().push(json!({"gate": "signing", "amount_fen": 1}));
        officer.put(&format!("{path}/plan"), version, plan.clone()).await.has_faults(&[
            ("payments[3].source", "computed"), ("payments", "not_the_award"), ("payments", "not_what_was_promised"), ("payments", "not_what_was_promised"),
        ]);
        plan["preset"] = json!(null);
        plan["payments"] = json!([]);
        officer.put(&format!("{path}/plan"), version, plan).await.has_faults(&[("payments", "wrong_length"), ("payments", "not_the_award")]);
    }

    async fn only_the_departments_money_counts_as_paid_in_the_portfolio(app: TestApp) {
        let story = with_all_sources(&app).await;
        story.paid(2).await;
        let paid = async || app.leader().await.get("/portfolio/summary").await.is(200)["total"]["paid_fen"].clone();
        assert_eq!(paid().await, 0);
        story.paid(0).await;
        assert_eq!(paid().await, 390 * inputs::WAN);
        assert_eq!(app.count(WRONG).await, 0);
    }

    async fn a_payment_is_held_for_a_reason_and_released_by_somebody_else(app: TestApp) {
        let story = Story::active(&app).await;
        let (finance, director, team) = (app.finance().await, app.director().await, app.team("keda").await);
        team.does(&step(&story, 0, "request")).await.is(200);
        app.commissioner().await.does(&step(&story, 0, "check")).await.is(200);
        team.post(&step(&story, 0, "hold"), json!({"reason": "账户待核"})).await.is_refused(403, "forbidden");
        let held = finance.post(&step(&story, 0, "hold"), json!({"reason": "账户信息待核实"})).await.is(200);
        assert_eq!((&held["stage"], &held["hold_reason"], &held["blocked_by"]), (&json!("held"), &json!("账户信息待核实"), &json!(["held"])));
        app.second_finance().await.does(&step(&story, 0, "approve")).await.is_refused(409, "wrong_stage");
        finance.post(&step(&story, 0, "release"), json!({"reason": "已核实"})).await.is_refused(403, "forbidden");
        let free = director.post(&step(&story, 0, "release"), json!({"reason": "账户已核实"})).await.is(200);
        assert_eq!((&free["stage"], &free["hold_reason"], &free["blocked_by"]), (&json!("checked"), &json!(null), &json!([])));
        assert_eq!(free["checked_by"], app.commissioner().await.id(), "the signatures stand");
        finance.does(&step(&story, 0, "approve")).await.is(200);
        app.second_finance().await.post(&step(&story, 0, "pay"), voucher(&app, "PZ-1")).await.is(200);
        finance.post(&step(&story, 0, "hold"), json!({"reason": "太晚了"})).await.is_refused(409, "wrong_stage");
        finance.post(&step(&story, 1, "hold"), json!({"reason": "条件未到"})).await.is_refused(409, "wrong_stage");
    }

    async fn no_money_moves_while_a_milestone_is_mended_or_the_lead_is_restricted(app: TestApp) {
        let story = Story::active(&app).await;
        let (team, finance) = (app.team("keda").await, app.finance().await);
        team.does(&step(&story, 0, "request")).await.is(200);
        story.handed_in(0, &[("K1", "89")]).await;
        let order = json!({"opinion": "限期整改", "rectify_by": app.app.clock.now().date().plus_days(30).to_string()});
        app.commissioner().await.post(&format!("/milestones/{}/return", story.milestones[0]), order).await.is(200);
        let seen = team.get(&format!("/payments/{}", story.payments[0])).await.is(200);
        assert_eq!(seen["blocked_by"], json!(["milestone_rectifying"]));
        let problem = app.commissioner().await.with("Accept-Language", "en").does(&step(&story, 0, "check")).await.is_refused(409, "payment_blocked");
        assert_eq!(problem["detail"], "Something stands in the way of this payment for now. (a milestone is being mended)");
        let supervisor = app.person("watch", "department", Some("机关纪委"), &[Role::Supervisor]).await;
        let own = app.organization("keda").await.to_string();
        let restriction = supervisor.post("/restrictions", inputs::restriction(&own)).await.is(201)["id"].as_str().unwrap().to_owned();
        app.director().await.does(&format!("/restrictions/{restriction}/approve")).await.is(200);
        let listed = team.get(&format!("/payments?project_id={}", story.project)).await.is(200);
        assert!(listed["items"].as_array().unwrap().iter().all(|row| row["blocked_by"] == json!(["milestone_rectifying", "restricted"])));
        team.post(&format!("/milestones/{}/submit", story.milestones[0]), story.evidence(&[("K1", "91")]).await).await.is(200);
        let problem = app.commissioner().await.does(&step(&story, 0, "check")).await.is_refused(409, "payment_blocked");
        assert_eq!(problem["blocked_by"], json!(["restricted"]));
        assert_eq!(problem["detail"], "该笔拨付暂不能办理：牵头单位处于科研诚信限制期内");
        app.director().await.post(&format!("/restrictions/{restriction}/lift"), json!({"reason": "申诉成立"})).await.is(200);
        app.commissioner().await.does(&step(&story, 0, "check")).await.is(200);
        finance.does(&step(&story, 0, "approve")).await.is(200);
    }

    async fn money_leaves_on_the_day_of_its_approval_at_the_earliest(app: TestApp) {
        let story = Story::active(&app).await;
        app.team("keda").await.does(&step(&story, 0, "request")).await.is(200);
        app.commissioner().await.does(&step(&story, 0, "check")).await.is(200);
        // Half past midnight of the eleventh in Beijing.
        app.at("2026-05-10T16:30:00Z");
        let approved = app.finance().await.does(&step(&story, 0, "approve")).await.is(200);
        assert_eq!(approved["approved_on"], "2026-05-11");
        app.days_later(3);
        let second = app.second_finance().await;
        let on = |day: &str| json!({"voucher_no": "PZ-1", "paid_on": day});
        second.post(&step(&story, 0, "pay"), on("2026-05-10")).await.has_faults(&[("paid_on", "too_early")]);
        second.post(&step(&story, 0, "pay"), on("2026-05-11")).await.is(200);
    }

    async fn what_the_sponsor_gives_is_the_same_in_the_plan_and_in_the_commitment(app: TestApp) {
        let mut story = Story::open(&app).await;
        let team = app.team("keda").await;
        let mut bid = inputs::bid();
        bid["budget"][1]["sponsor_fen"] = json!(0);
        let made = team.post(&story.path("bids"), bid).await.is(201);
        made["id"].as_str().unwrap().clone_into(&mut story.bid);
        team.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
        let mut plan = inputs::plan(650 * inputs::WAN);
        // What the challenge says, since the budget names none.
        plan["payments"].as_array_mut().unwrap().push(json!({"source": "sponsor", "gate": "signing", "amount_fen": 800 * inputs::WAN}));
        let story = crate::measures::signed(story, plan).await;
        let text = team.get(&format!("/projects/{}/commitment", story.project)).await.is(200)["content"].clone();
        assert_eq!((&text["sponsor_fund_fen"], &text["payments"][3]["amount_fen"]), (&json!(800 * inputs::WAN), &json!(800 * inputs::WAN)));
        // The lines of the budget are moved as ever.
        let mut budget = text["budget"].clone();
        let fiscal = |line: &Value| line["fiscal_fen"].as_i64().unwrap();
        (budget[0]["fiscal_fen"], budget[2]["fiscal_fen"]) = (json!(fiscal(&budget[0]) - 1), json!(fiscal(&budget[2]) + 1));
        crate::changes::asked(&app, &story, json!({"kind": "budget_line", "budget": budget})).await;
    }

    async fn money_that_the_bank_sends_back_is_paid_again_with_a_new_voucher(app: TestApp) {
        let story = Story::active(&app).await;
        let (finance, second) = (app.finance().await, app.second_finance().await);
        app.team("keda").await.does(&step(&story, 0, "request")).await.is(200);
        app.commissioner().await.does(&step(&story, 0, "check")).await.is(200);
        finance.does(&step(&story, 0, "approve")).await.is(200);
        let early = json!({"voucher_no": "PZ-1", "paid_on": "2021-01-01"});
        second.post(&step(&story, 0, "pay"), early).await.has_faults(&[("paid_on", "too_early")]);
        second.post(&step(&story, 0, "pay"), voucher(&app, "PZ-1")).await.is(200);
        second.post(&step(&story, 0, "reverse"), came_back(&app)).await.is_refused(403, "forbidden");
        finance.post(&step(&story, 0, "reverse"), json!({"reason": "账号有误", "returned_on": "2026-01-01"})).await
            .has_faults(&[("returned_on", "before_the_transfer")]);
        finance.post(&step(&story, 0, "reverse"), json!({"reason": "账号有误", "returned_on": "2036-01-01"})).await
            .has_faults(&[("returned_on", "in_the_future")]);
        let back = finance.post(&step(&story, 0, "reverse"), came_back(&app)).await.is(200);
        assert_eq!((&back["stage"], &back["voucher_no"], &back["paid_by"]), (&json!("returned"), &json!(null), &json!(null)));
        assert_eq!(app.leader().await.get("/portfolio/summary").await.is(200)["total"]["paid_fen"], 0);
        assert_eq!(app.count(WRONG).await, 0);
        // Whoever took it back does not send it again, and the old voucher is spent.
        finance.post(&step(&story, 0, "pay"), voucher(&app, "PZ-2")).await.is_refused(403, "forbidden");
        for spent in ["PZ-1", "pz-1", "ＰＺ－１", "PZ - 1"] {
            second.post(&step(&story, 0, "pay"), voucher(&app, spent)).await.is_refused(409, "already_exists");
        }
        app.days_later(1);
        let before = json!({"voucher_no": "PZ-2", "paid_on": app.app.clock.now().date().plus_days(-2).to_string()});
        second.post(&step(&story, 0, "pay"), before).await.has_faults(&[("paid_on", "too_early")]);
        second.post(&step(&story, 0, "pay"), voucher(&app, "PZ-2")).await.is(200);
        let seen = finance.get(&format!("/payments/{}", story.payments[0])).await.is(200);
        let sent: Vec<(&Value, &Value)> =
            seen["transfers"].as_array().unwrap().iter().map(|row| (&row["voucher_no"], &row["return_reason"])).collect();
        assert_eq!(sent, [(&json!("PZ-1"), &json!("收款账户名称不符")), (&json!("PZ-2"), &json!(null))]);
        assert_eq!(adds_up(&app, &story, &[("fiscal", 650 * inputs::WAN)]).await, 260 * inputs::WAN);
        assert_eq!(app.count(WRONG).await, 0);
    }

    async fn over_a_walk_the_parts_make_the_award_and_twenty_clients_move_a_payment_once(app: TestApp) {
        let story = with_all_sources(&app).await;
        let planned = [("fiscal", 650 * inputs::WAN), ("sponsor", 50 * inputs::WAN), ("self", 100 * inputs::WAN)];
        let (finance, second, director) = (app.finance().await, app.second_finance().await, app.director().await);
        twenty(&app.team("keda").await, &step(&story, 0, "request"), none).await;
        adds_up(&app, &story, &planned).await;
        twenty(&app.commissioner().await, &step(&story, 0, "check"), none).await;
        twenty(&finance, &step(&story, 0, "approve"), none).await;
        twenty(&finance, &step(&story, 0, "hold"), |_| json!({"reason": "待核"})).await;
        adds_up(&app, &story, &planned).await;
        twenty(&director, &step(&story, 0, "release"), |_| json!({"reason": "已核"})).await;
        twenty(&second, &step(&story, 0, "pay"), |number| voucher(&app, &format!("PZ-{number:03}"))).await;
        assert_eq!(adds_up(&app, &story, &planned).await, 390 * inputs::WAN);
        twenty(&finance, &step(&story, 0, "reverse"), |_| came_back(&app)).await;
        assert_eq!(adds_up(&app, &story, &planned).await, 0);
        assert_eq!(app.count("transfers").await, 1);
        twenty(&second, &step(&story, 0, "pay"), |number| voucher(&app, &format!("PZ-{:03}", 100 + number))).await;
        assert_eq!(adds_up(&app, &story, &planned).await, 390 * inputs::WAN);
        assert_eq!((app.count("transfers").await, app.count("transfers WHERE returned_on IS NULL").await), (2, 1));
        assert_eq!(app.count(WRONG).await, 0);
        // The other sources pass the same desks.
        story.paid(2).await;
        story.met(0, &[("K1", "91")]).await;
        story.met(1, &[("K1", "97"), ("K2", "0.4")]).await;
        story.paid(1).await;
        assert_eq!(adds_up(&app, &story, &planned).await, 650 * inputs::WAN);
    }
}
