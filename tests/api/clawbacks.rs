//! Clawbacks: a project is settled to the fen, and its money goes back until nothing is outstanding.

use crate::measures::{decided, decision, in_consortium, measure};
use crate::support::upload::pdf;
use crate::support::{Story, TestApp, inputs, on_both};
use futures_util::future::join_all;
use jiebang::domain::clawback::interest;
use jiebang::domain::money::Fen;
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

/// What the audit says: of 2,600,000.00 yuan, 1,987,654.33 were spent, 12,345.67 of it against the rules.
fn audit() -> Value {
    json!({"audit_no": "审字〔2026〕5号", "spent_fen": 198_765_433, "irregular_fen": 1_234_567, "reason": "审计结论见报告第三章。"})
}

fn receipt(app: &TestApp, fen: i64, voucher: &str) -> Value {
    json!({"amount_fen": fen, "received_on": app.app.clock.now().date().to_string(), "voucher_no": voucher})
}

/// Terminated with the first payment spent in part, settled and told; answers the path of the clawback.
pub async fn told(story: Story<'_>) -> (Story<'_>, String) {
    story.paid(0).await;
    decided(&story, measure("terminate", "not_feasible")).await;
    let made = story.app.officer().await.post(&format!("/projects/{}/clawbacks", story.project), audit()).await.is(201);
    let path = format!("/clawbacks/{}", made["id"].as_str().unwrap());
    story.app.director().await.post(&format!("{path}/approve"), decision()).await.is(200);
    (story, path)
}

pub async fn notified(app: &TestApp) -> (Story<'_>, String) {
    told(Story::active(app).await).await
}

/// The letter of this kind that the hourly job writes now, and to whom.
pub async fn reminded(app: &TestApp, kind: &str) -> (String, String) {
    app.app.tidy().await.unwrap();
    let mut letters: Vec<(String, String)> = app.mail().await.into_iter().filter(|(notice, _)| notice.starts_with(kind)).collect();
    letters.sort();
    let who: Vec<&str> = letters.iter().map(|(_, to)| to.trim_end_matches("@test.example")).collect();
    (letters.first().map(|(notice, _)| notice.clone()).unwrap_or_default(), who.join(" "))
}

/// A draft of `team`'s on a new challenge, perhaps with a partner; answers the path of the bid.
async fn new_bid(app: &TestApp, team: &str, partner: Option<&str>) -> String {
    let story = Story::open(app).await;
    let content = match partner {
        Some(partner) => inputs::with_partner(&app.organization(partner).await.to_string()),
        None => inputs::bid(),
    };
    let bid = app.team(team).await.post(&story.path("bids"), content).await.is(201)["id"].as_str().unwrap().to_owned();
    if let Some(partner) = partner {
        let list = app.team(partner).await.get("/partnerships?sort=-id").await.json();
        let list = if list["items"].is_array() { list } else { app.team(partner).await.get("/partnerships").await.is(200) };
        let asked = list["items"].as_array().unwrap().iter().find(|row| row["bid_id"] == bid.as_str()).unwrap();
        app.team(partner).await.does(&format!("/partnerships/{}/confirm", asked["id"].as_str().unwrap())).await.is(200);
        app.team(team).await.uploads(&bid, "agreement", "协议.pdf", &pdf("协议", 100)).await.is(201);
    }
    format!("/bids/{bid}")
}

on_both! {
    async fn a_terminated_project_is_settled_to_the_fen_and_pays_back_until_nothing_is_outstanding(app: TestApp) {
        let story = Story::active(&app).await;
        let (officer, director, finance, team) = (app.officer().await, app.director().await, app.finance().await, app.team("keda").await);
        let settle = format!("/projects/{}/clawbacks", story.project);
        story.paid(0).await;
        officer.post(&settle, audit()).await.is_refused(409, "not_settled_here");
        decided(&story, measure("terminate", "not_feasible")).await;
        let mut wrong = audit();
        wrong["spent_fen"] = json!(260 * inputs::WAN + 1);
        wrong["irregular_fen"] = json!(260 * inputs::WAN + 2);
        wrong["interest_rate_bps"] = json!(345);
        officer.post(&settle, wrong).await
            .has_faults(&[("spent_fen", "more_than_was_paid"), ("irregular_fen", "more_than_was_spent"), ("interest_rate_bps", "not_here")]);
        let made = officer.post(&settle, audit()).await.is(201);
        let fen = |row: &Value, part: &str| row[format!("{part}_fen")].as_i64().unwrap();
        let sheet = ["awarded", "paid", "spent", "unspent", "irregular", "principal", "interest", "outstanding"].map(|part| fen(&made, part));
        assert_eq!(sheet, [650 * inputs::WAN, 260 * inputs::WAN, 198_765_433, 61_234_567, 1_234_567, 62_469_134, 0, 0]);
        officer.post(&settle, audit()).await.is_refused(409, "settled_already");
        let path = format!("/clawbacks/{}", made["id"].as_str().unwrap());
        team.get(&path).await.is_refused(404, "not_found");
        finance.post(&format!("{path}/receive"), receipt(&app, 1, "TK-0")).await.is_refused(409, "wrong_stage");
        let told = director.post(&format!("{path}/approve"), decision()).await.is(200);
        assert_eq!((fen(&told, "outstanding"), &told["stage"], &told["cause"]), (62_469_134, &json!("notified"), &json!("irregular")));
        assert_eq!(told["due_on"], app.app.clock.now().date().plus_days(30).to_string());
        assert_eq!(team.get(&path).await.is(200)["decision_no"], "示科发〔2026〕31号");
        let part = finance.post(&format!("{path}/receive"), receipt(&app, 60_000_000, "TK-1")).await.is(200);
        assert_eq!((fen(&part, "outstanding"), &part["stage"]), (2_469_134, &json!("partial")));
        finance.post(&format!("{path}/receive"), receipt(&app, 2_469_135, "TK-2")).await.has_faults(&[("amount_fen", "more_than_outstanding")]);
        finance.post(&format!("{path}/receive"), receipt(&app, 1, "TK-1")).await.is_refused(409, "already_exists");
        let done = finance.post(&format!("{path}/receive"), receipt(&app, 2_469_134, "TK-2")).await.is(200);
        assert_eq!((fen(&done, "outstanding"), fen(&done, "received"), &done["stage"]), (0, 62_469_134, &json!("settled")));
        assert_eq!(team.get(&path).await.is(200)["receipts"].as_array().unwrap().len(), 2);
        // What the sheet counted as paid stays so.
        let back = json!({"reason": "账户已注销", "returned_on": app.app.clock.now().date().to_string()});
        finance.post(&format!("/payments/{}/reverse", story.payments[0]), back).await.is_refused(409, "settled_already");
        assert_eq!(team.get("/clawbacks?stage=settled").await.is(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(app.team("yuan").await.get("/clawbacks").await.is(200)["items"], json!([]));
    }

    async fn a_revoked_project_pays_everything_back_with_interest(app: TestApp) {
        let story = Story::active(&app).await;
        story.paid(0).await;
        app.days_later(200);
        decided(&story, measure("revoke", "fraud")).await;
        let officer = app.officer().await;
        let settle = format!("/projects/{}/clawbacks", story.project);
        officer.post(&settle, audit()).await.has_faults(&[("interest_rate_bps", "required")]);
        let mut input = audit();
        input["interest_rate_bps"] = json!(0);
        officer.post(&settle, input.clone()).await.has_faults(&[("interest_rate_bps", "out_of_range")]);
        input["interest_rate_bps"] = json!(345);
        let made = officer.post(&settle, input).await.is(201);
        let paid = 260 * inputs::WAN;
        assert_eq!((&made["principal_fen"], &made["cause"]), (&json!(paid), &json!("fraud")));
        assert_eq!(made["interest_fen"], interest(Fen(paid), 345, 200).0);
        let path = format!("/clawbacks/{}", made["id"].as_str().unwrap());
        let told = app.director().await.post(&format!("{path}/approve"), decision()).await.is(200);
        assert_eq!(told["outstanding_fen"], paid + interest(Fen(paid), 345, 200).0);
    }

    async fn who_spent_everything_properly_owes_nothing_and_open_payments_wait(app: TestApp) {
        let story = Story::in_acceptance(&app).await;
        story.paid(0).await;
        let step = |verb: &str| format!("/payments/{}/{verb}", story.payments[1]);
        app.team("keda").await.does(&step("request")).await.is(200);
        app.commissioner().await.does(&step("check")).await.is(200);
        app.finance().await.does(&step("approve")).await.is(200);
        let conclude = format!("/projects/{}/conclude", story.project);
        story.assessed("fail", "pass").await;
        app.director().await.post(&conclude, json!({"conclusion": "concluded", "opinion": "尽职未达标，结题"})).await.is(200);
        let settle = format!("/projects/{}/clawbacks", story.project);
        let sheet = json!({"audit_no": "审字1号", "spent_fen": 455 * inputs::WAN, "reason": "支出合规。"});
        // What finance has approved is on its way.
        app.officer().await.post(&settle, sheet.clone()).await.is_refused(409, "payments_open");
        let voucher = json!({"voucher_no": "PZ-455", "paid_on": app.app.clock.now().date().to_string()});
        app.second_finance().await.post(&step("pay"), voucher).await.is(200);
        let made = app.officer().await.post(&settle, sheet).await.is(201);
        let path = format!("/clawbacks/{}/approve", made["id"].as_str().unwrap());
        let done = app.director().await.post(&path, decision()).await.is(200);
        assert_eq!((&done["stage"], &done["principal_fen"]), (&json!("settled"), &json!(0)));
    }

    async fn money_that_should_be_back_keeps_lead_and_partners_from_bidding_and_from_being_paid(app: TestApp) {
        let (_, path) = told(in_consortium(&app).await).await;
        let (keda, yuan) = (app.team("keda").await, app.team("yuan").await);
        let due = app.app.clock.now().date().plus_days(30).to_string();
        app.at(&format!("{due}T15:59:59Z"));
        let bid = new_bid(&app, "keda", None).await;
        keda.does(&format!("{bid}/submit?dry_run=true")).await.is(200);
        app.at(&format!("{due}T16:00:00Z"));
        keda.does(&format!("{bid}/submit")).await.has_faults(&[("lead_org_id", "clawback_overdue")]);
        let bid = new_bid(&app, "yuan", None).await;
        yuan.does(&format!("{bid}/submit")).await.has_faults(&[("lead_org_id", "clawback_overdue")]);
        let other = new_bid(&app, "third", Some("yuan")).await;
        app.team("third").await.does(&format!("{other}/submit")).await.has_faults(&[("partners[0].organization", "clawback_overdue")]);
        let early = json!({"amount_fen": 1, "received_on": "1999-01-01", "voucher_no": "TK-0"});
        app.finance().await.post(&format!("{path}/receive"), early).await.has_faults(&[("received_on", "too_early")]);
        // A part of it is not enough.
        app.finance().await.post(&format!("{path}/receive"), receipt(&app, 62_469_133, "TK-1")).await.is(200);
        yuan.does(&format!("{bid}/submit")).await.has_faults(&[("lead_org_id", "clawback_overdue")]);
        app.finance().await.post(&format!("{path}/receive"), receipt(&app, 1, "TK-2")).await.is(200);
        yuan.does(&format!("{bid}/submit")).await.is(200);
    }

    async fn money_that_comes_due_after_the_submission_keeps_a_bid_from_the_proposal_and_the_award(app: TestApp) {
        let proposed = Story::reviewing(&app).await;
        proposed.scored(&proposed.bid, 1, "26").await;
        proposed.satisfied().await;
        let announced = Story::publicity(&app).await;
        app.days_later(13);
        let (_, path) = notified(&app).await;
        app.days_later(31);
        let field = |story: &Story<'_>| format!("bids.{}.lead_org_id", story.bid);
        app.officer().await.post(&proposed.path("propose"), proposed.proposal()).await.has_faults(&[(&field(&proposed), "clawback_overdue")]);
        app.director().await.does(&announced.path("award")).await.has_faults(&[(&field(&announced), "clawback_overdue")]);
        app.finance().await.post(&format!("{path}/receive"), receipt(&app, 62_469_134, "TK-9")).await.is(200);
        app.officer().await.post(&proposed.path("propose"), proposed.proposal()).await.is(201);
        app.director().await.does(&announced.path("award")).await.is(200);
    }

    async fn who_owes_money_is_reminded_before_and_after_its_day_each_once(app: TestApp) {
        app.person("supervisor", "department", Some("机关纪委"), &[Role::Supervisor]).await;
        let (_, path) = notified(&app).await;
        app.mail().await;
        let overdue = "finance2 finance officer supervisor team-keda";
        for (days, notice, who) in [
            (22, "", ""), (1, "clawback_due", "team-keda"), (7, "", ""), (1, "clawback_overdue", overdue), (1, "", ""),
            (28, "clawback_overdue", "director finance2 finance officer supervisor team-keda"), (1, "", ""),
        ] {
            app.days_later(days);
            assert_eq!(reminded(&app, "clawback").await, (notice.to_owned(), who.to_owned()), "{days}");
        }
        app.finance().await.post(&format!("{path}/receive"), receipt(&app, 62_469_134, "TK-1")).await.is(200);
    }

    async fn a_write_off_is_proposed_by_one_and_decided_by_another(app: TestApp) {
        let (_, path) = notified(&app).await;
        let both = app.person("both", "department", Some("业务二处"), &[Role::Officer, Role::Director]).await;
        let verb = |verb: &str| format!("{path}/{verb}");
        app.team("keda").await.post(&verb("propose_write_off"), json!({"reason": "无力偿还"})).await.is_refused(403, "forbidden");
        let asked = both.post(&verb("propose_write_off"), json!({"reason": "单位已注销，无财产可供执行"})).await.is(200);
        assert_eq!((&asked["stage"], &asked["outstanding_fen"]), (&json!("write_off"), &json!(62_469_134)));
        both.post(&verb("approve_write_off"), decision()).await.is_refused(403, "forbidden");
        // Money that comes in meanwhile is taken.
        let part = app.finance().await.post(&verb("receive"), receipt(&app, 469_134, "TK-1")).await.is(200);
        assert_eq!((&part["stage"], &part["outstanding_fen"]), (&json!("write_off"), &json!(62_000_000)));
        let declined = app.director().await.post(&verb("decline_write_off"), json!({"reason": "继续追索"})).await.is(200);
        assert_eq!(declined["stage"], "partial");
        app.finance().await.post(&verb("propose_write_off"), json!({"reason": "法院裁定终结执行"})).await.is(200);
        let open = app.finance().await.get(&path).await.is(200);
        assert_eq!((&open["written_off_fen"], &open["write_off_no"], &open["written_off_on"]), (&json!(0), &Value::Null, &Value::Null));
        app.days_later(3);
        let done = app.director().await.post(&verb("approve_write_off"), decision()).await.is(200);
        assert_eq!((&done["stage"], &done["outstanding_fen"]), (&json!("written_off"), &json!(0)));
        // What was written off, by which decision, by whom and when stays with the record.
        let kept = app.auditor().await.get(&path).await.is(200);
        assert_eq!((&kept["written_off_fen"], &kept["received_fen"]), (&json!(62_000_000), &json!(469_134)));
        assert_eq!((&kept["write_off_no"], &kept["written_off_by"]), (&json!("示科发〔2026〕31号"), &json!(app.director().await.id())));
        assert_eq!(kept["written_off_on"], app.app.clock.now().date().to_string());
    }

    async fn letters_and_the_ledger_speak_of_each_fen_until_the_rest_is_written_off(app: TestApp) {
        let story = Story::active(&app).await;
        story.paid(0).await;
        decided(&story, measure("terminate", "not_feasible")).await;
        let mut sheet = audit();
        (sheet["spent_fen"], sheet["irregular_fen"]) = (json!(260 * inputs::WAN - 12_690), json!(0));
        let officer = app.officer().await;
        let made = officer.post(&format!("/projects/{}/clawbacks", story.project), sheet).await.is(201);
        let path = format!("/clawbacks/{}", made["id"].as_str().unwrap());
        // What the letter to the team says.
        let said = async |words: &str| {
            let letters = app.letters().await;
            let letter = letters.iter().find(|letter| letter.to.contains("team-keda")).unwrap();
            assert!(letter.subject.contains(words) || letter.text.contains(words), "{words}: {} {}", letter.subject, letter.text);
        };
        app.letters().await;
        app.director().await.post(&format!("{path}/approve"), decision()).await.is(200);
        said("应退财政资金0.01269万元").await;
        app.finance().await.post(&format!("{path}/receive"), receipt(&app, 10_000, "TK-1")).await.is(200);
        said("尚有0.00269万元未退").await;
        app.finance().await.post(&format!("{path}/propose_write_off"), json!({"reason": "单位已注销，无财产可供执行"})).await.is(200);
        app.letters().await;
        app.director().await.post(&format!("{path}/approve_write_off"), decision()).await.is(200);
        said("未退的0.00269万元已核销").await;
        let ledger = officer.get("/ledgers/clawbacks").await.is(200);
        for row in [&ledger["items"][0], &ledger["totals"]] {
            let parts = ["due", "received", "written_off", "outstanding"].map(|part| row[format!("{part}_fen")].as_i64().unwrap());
            assert_eq!(parts, [12_690, 10_000, 2_690, 0], "{row}");
        }
    }

    async fn whoever_settles_a_project_or_follows_it_does_not_decide(app: TestApp) {
        let story = Story::active(&app).await;
        story.paid(0).await;
        decided(&story, measure("terminate", "breach")).await;
        let settle = format!("/projects/{}/clawbacks", story.project);
        for who in [app.commissioner().await, app.finance().await, app.director().await, app.team("keda").await] {
            who.post(&settle, audit()).await.is_refused(403, "forbidden");
        }
        let both = app.person("both", "department", Some("业务二处"), &[Role::Officer, Role::Director]).await;
        let path = format!("/clawbacks/{}", both.post(&settle, audit()).await.is(201)["id"].as_str().unwrap());
        both.post(&format!("{path}/approve"), decision()).await.is_refused(403, "forbidden");
        app.officer().await.post(&format!("{path}/approve"), decision()).await.is_refused(403, "forbidden");
        app.sponsor().await.get(&path).await.is_refused(404, "not_found");
        app.sysadmin().await.get(&path).await.is_refused(404, "not_found");
        app.auditor().await.get(&path).await.is(200);
        app.director().await.post(&format!("{path}/approve"), decision()).await.is(200);
    }

    async fn twenty_receipts_at_once_settle_a_clawback_once(app: TestApp) {
        let (_, path) = notified(&app).await;
        let finance = app.finance().await;
        finance.token().await;
        let path = format!("{path}/receive");
        let replies = join_all((0..20).map(|number| finance.post(&path, receipt(&app, 62_469_134, &format!("TK-{number}"))))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 409 | 422)));
        assert_eq!(app.count("clawback_receipts").await, 1);
    }
}
