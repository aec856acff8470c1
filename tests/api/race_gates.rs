//! Gates of a race: lanes go on, are cut, or are merged; nobody is at fault, and the money follows to the fen.

use crate::mail::{everyone, golden, note};
use crate::measures::decision;
use crate::portfolio::WRONG;
use crate::support::race::running;
use crate::support::{Story, TestApp, inputs, on_both};
use futures_util::future::join_all;
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

const WAN: i64 = inputs::WAN;

/// Who hears what of a gate that keeps one lane, merges one and cuts one.
const GATE: &str = "\
race_gate.propose: race_gate_proposed -> director
race_gate.decline: race_gate_declined -> officer
race_gate.approve: change_approved -> commissioner, director, officer, sponsor, team-keda; \
payment_cancelled -> finance2, finance2, finance2, finance2, finance2, finance, finance, finance, finance, finance, team-far-east, team-far-east, team-yuan, team-yuan, team-yuan; \
project_eliminated -> commissioner, director, finance2, finance, officer, sponsor, supervisor, team-far-east; \
project_merged -> commissioner, director, finance2, finance, officer, sponsor, supervisor, team-yuan; \
race_gate_passed -> commissioner, officer, sponsor, team-keda; race_gate_proposed -> director
change.sign: change_in_effect -> commissioner, finance2, finance, officer, sponsor, team-keda; \
commitment_signed -> director, director, officer, officer, officer, sponsor, team-keda; payment_due -> commissioner, team-keda
";

fn lane(story: &Story<'_>, outcome: &str) -> Value {
    json!({"project_id": story.project, "outcome": outcome, "reason": "依据专家组对本队共同指标的考核。"})
}

fn merged(story: &Story<'_>, into: &Story<'_>) -> Value {
    let mut lane = lane(story, "merge");
    lane["merger"] = json!({"into": into.project, "agreement_no": "合字2026-7", "tasks": "承担膜分离单元。", "fiscal_share_bps": 2_500});
    lane
}

fn gate(app: &TestApp, lanes: &[Value]) -> Value {
    let panel = inputs::node_assessment("pass");
    let today = app.app.clock.now().date().to_string();
    json!({"met_on": today, "assessors": panel["assessors"], "opinion": "三队共同指标对照见考核表。", "lanes": lanes})
}

async fn proposed(story: &Story<'_>, lanes: &[Value]) -> String {
    let made = story.app.officer().await.post(&story.path("race_gates"), gate(story.app, lanes)).await.is(201);
    format!("/race_gates/{}", made["id"].as_str().unwrap())
}

async fn decided(story: &Story<'_>, lanes: &[Value]) {
    let path = proposed(story, lanes).await;
    story.app.director().await.post(&format!("{path}/approve"), decision()).await.is(200);
}

/// Signs the supplement of a lane by all parties.
async fn supplemented(story: &Story<'_>) {
    let app = story.app;
    let change = waiting(story).await;
    for party in ["team", "sponsor", "department"] {
        let who = match party {
            "team" => app.team(story.team).await,
            "sponsor" => app.sponsor().await,
            _ => app.director().await,
        };
        who.post(&format!("{change}/sign"), inputs::signature(party)).await.is(200);
    }
}

/// The change of a lane that waits for its signatures.
async fn waiting(story: &Story<'_>) -> String {
    let all = story.app.officer().await.get(&format!("/projects/{}/changes", story.project)).await.is(200);
    let waits = all["items"].as_array().unwrap().iter().find(|change| change["stage"] == "approved").unwrap();
    assert_eq!((&waits["kind"], &waits["major"]), (&json!("race"), &json!(true)));
    format!("/changes/{}", waits["id"].as_str().unwrap())
}

async fn project(story: &Story<'_>) -> Value {
    story.app.officer().await.get(&format!("/projects/{}", story.project)).await.is(200)
}

/// What the department's money of a lane is: planned, locked, underway, paid, cancelled.
async fn money(story: &Story<'_>) -> Vec<i64> {
    let all = story.app.officer().await.get(&format!("/projects/{}/payments", story.project)).await.is(200);
    let fiscal = &all["sources"][0];
    ["planned_fen", "locked_fen", "underway_fen", "paid_fen", "cancelled_fen"].map(|part| fiscal[part].as_i64().unwrap()).to_vec()
}

on_both! {
    async fn a_cut_lane_ends_without_fault_and_gives_back_what_it_did_not_spend(app: TestApp) {
        let lanes = running(&app, &["keda", "yuan"], 400).await;
        let [keda, yuan] = &lanes[..] else { unreachable!() };
        yuan.paid(0).await;
        app.mail().await;
        decided(keda, &[lane(keda, "keep"), lane(yuan, "cut")]).await;
        // Its letter says that nobody is at fault, and nothing of the other lane.
        let letters = app.letters().await;
        let cut = letters.iter().find(|letter| letter.to.contains("team-yuan") && letter.subject.contains("淘汰")).unwrap();
        assert!(cut.text.contains("不属于过错") && !cut.text.contains("keda"), "{}", cut.text);
        assert_eq!((&project(keda).await["stage"], &project(yuan).await["stage"]), (&json!("active"), &json!("eliminated")));
        assert_eq!(money(yuan).await, [400 * WAN, 0, 0, 160 * WAN, 240 * WAN]);
        // Properly spent money stays; the unspent comes back, without interest.
        let audit = json!({"audit_no": "审字〔2026〕9号", "spent_fen": 150 * WAN, "reason": "审计结论见报告第二章。"});
        let mut rate = audit.clone();
        rate["interest_rate_bps"] = json!(345);
        let path = format!("/projects/{}/clawbacks", yuan.project);
        app.officer().await.post(&path, rate).await.has_faults(&[("interest_rate_bps", "not_here")]);
        let made = app.officer().await.post(&path, audit).await.is(201);
        assert_eq!((&made["cause"], &made["principal_fen"], &made["interest_fen"]), (&json!("eliminated_balance"), &json!(10 * WAN), &json!(0)));
        // No record: the team may bid again.
        assert_eq!(app.count("restrictions").await, 0);
        app.officer().await.does(&format!("/projects/{}/clawbacks", keda.project)).await.is_refused(422, "invalid");
        // What ended has ended.
        let team = app.team("yuan").await;
        team.does(&format!("/milestones/{}/start", yuan.milestones[0])).await.is_refused(409, "project_not_active");
        let input = json!({"kind": "suspend", "cause": "investigation", "reason": "核查。", "clock_stops": false, "until_on": app.app.clock.now().date().plus_days(30).to_string()});
        app.officer().await.post(&format!("/projects/{}/measures", yuan.project), input).await.is_refused(409, "wrong_stage");
        assert_eq!(app.officer().await.get(&format!("/projects/{}/commissioners", keda.project)).await.is(200)["items"][0]["load"], 1);
        assert_eq!(app.count(WRONG).await, 0);
    }

    async fn the_money_of_a_cut_lane_goes_on_to_the_one_that_is_kept_when_its_supplement_is_signed(app: TestApp) {
        let lanes = running(&app, &["keda", "yuan"], 400).await;
        let [keda, yuan] = &lanes[..] else { unreachable!() };
        yuan.paid(0).await;
        let mut kept = lane(keda, "keep");
        kept["added"] = json!([
            {"gate": "signing", "amount_fen": 100 * WAN}, {"gate": "milestone", "milestone": 2, "amount_fen": 140 * WAN}
        ]);
        let mut more = kept.clone();
        more["added"][0]["amount_fen"] = json!(100 * WAN + 1);
        let officer = app.officer().await;
        officer.post(&keda.path("race_gates"), gate(&app, &[more, lane(yuan, "cut")])).await.is_refused(409, "not_so_much_left");
        decided(keda, &[kept, lane(yuan, "cut")]).await;
        // Until all have signed, the plan stands as it is.
        assert_eq!(money(keda).await, [400 * WAN, 240 * WAN, 160 * WAN, 0, 0]);
        let change = waiting(keda).await;
        app.team("keda").await.does(&format!("{change}/drop")).await.is_refused(409, "ordered_by_a_gate");
        supplemented(keda).await;
        assert_eq!(money(keda).await, [640 * WAN, 380 * WAN, 260 * WAN, 0, 0]);
        let (keda_now, yuan_now) = (project(keda).await, project(yuan).await);
        assert_eq!((&keda_now["award_fen"], &keda_now["ceded_fen"]), (&json!(640 * WAN), &json!(0)));
        assert_eq!((&yuan_now["award_fen"], &yuan_now["ceded_fen"]), (&json!(400 * WAN), &json!(240 * WAN)));
        let text = officer.get(&format!("/projects/{}/commitment", keda.project)).await.is(200);
        let budget: i64 = text["content"]["budget"].as_array().unwrap().iter().map(|line| line["fiscal_fen"].as_i64().unwrap()).sum();
        assert_eq!((&text["content"]["award_fen"], budget), (&json!(640 * WAN), 640 * WAN));
        // The portfolio counts no fen twice.
        assert_eq!(app.count(WRONG).await, 0);
        let summary = officer.get("/portfolio/summary").await.is(200);
        assert_eq!(summary["total"]["awarded_fen"], 800 * WAN, "{summary}");
        let ledger = officer.get("/ledgers/projects").await.is(200);
        assert_eq!(ledger["totals"]["award_fen"], 800 * WAN, "{}", ledger["totals"]);
        // The added money is paid like the rest.
        let payments = officer.get(&format!("/projects/{}/payments", keda.project)).await.is(200);
        let mut paying = keda.clone();
        paying.payments = payments["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        paying.paid(3).await;
        assert_eq!(money(keda).await, [640 * WAN, 380 * WAN, 160 * WAN, 100 * WAN, 0]);
    }

    async fn a_merged_lane_goes_on_as_a_partner_of_the_survivor(app: TestApp) {
        let lanes = running(&app, &["keda", "yuan", "far-east"], 250).await;
        let [keda, yuan, far] = &lanes[..] else { unreachable!() };
        let mut kept = lane(keda, "keep");
        kept["added"] = json!([{"gate": "signing", "amount_fen": 200 * WAN}]);
        decided(keda, &[kept, merged(yuan, keda), lane(far, "cut")]).await;
        assert_eq!((&project(yuan).await["stage"], &project(far).await["stage"]), (&json!("merged"), &json!("eliminated")));
        supplemented(keda).await;
        let text = app.officer().await.get(&format!("/projects/{}/commitment", keda.project)).await.is(200);
        let member = &text["content"]["members"][0];
        assert_eq!((&member["organization_id"], &member["fiscal_share_bps"]), (&json!(app.organization("yuan").await.to_string()), &json!(2_500)));
        // Its share of what is paid is passed on to it.
        let payments = app.officer().await.get(&format!("/projects/{}/payments", keda.project)).await.is(200);
        let mut paying = keda.clone();
        paying.payments = payments["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        paying.paid(3).await;
        let today = app.app.clock.now().date().to_string();
        let partner = app.organization("yuan").await.to_string();
        let input = |fen: i64| json!({"organization": partner, "amount_fen": fen, "forwarded_on": today, "voucher_no": "ZB-2026-1"});
        let path = format!("/payments/{}/forward", paying.payments[3]);
        app.team("keda").await.post(&path, input(50 * WAN + 1)).await.has_faults(&[("amount_fen", "over_the_share")]);
        app.team("keda").await.post(&path, input(50 * WAN)).await.is(200);
        assert_eq!(app.count(WRONG).await, 0);
        // A lane that ended can be settled, and its challenge finished when the survivor has ended.
        app.officer().await.does(&keda.path("finish")).await.is_refused(409, "projects_open");
    }

    async fn a_gate_names_every_active_lane_once_and_all_its_faults_are_told(app: TestApp) {
        let lanes = running(&app, &["keda", "yuan"], 400).await;
        let [keda, yuan] = &lanes[..] else { unreachable!() };
        let officer = app.officer().await;
        let path = keda.path("race_gates");
        officer.post(&path, gate(&app, &[lane(keda, "keep")])).await.has_faults(&[("lanes", "lane_missing")]);
        officer.post(&path, gate(&app, &[lane(keda, "cut"), lane(yuan, "cut")])).await.has_faults(&[("lanes", "none_kept")]);
        let mut wrong = gate(&app, &[lane(keda, "keep"), lane(keda, "merge"), merged(yuan, yuan)]);
        wrong["met_on"] = json!(app.app.clock.now().date().plus_days(1).to_string());
        wrong["assessors"] = json!([{"name": "钱专家", "organization": "某大学"}]);
        wrong["lanes"][0]["merger"] = merged(yuan, keda)["merger"].clone();
        wrong["lanes"][1]["added"] = json!([{"gate": "milestone", "amount_fen": 0}]);
        officer.post(&path, wrong).await.has_faults(&[
            ("assessors", "no_user"), ("assessors", "wrong_length"), ("lanes[0].merger", "not_here"), ("lanes[1].added", "not_here"),
            ("lanes[1].added[0].amount_fen", "too_small"), ("lanes[1].added[0].milestone", "required"), ("lanes[1].merger", "required"),
            ("lanes[1].project_id", "repeated_code"), ("lanes[2].merger.into", "not_kept"), ("met_on", "in_the_future"),
        ]);
        let stranger = Story::active(&app).await;
        let foreign = gate(&app, &[lane(keda, "keep"), lane(yuan, "cut"), lane(&stranger, "cut")]);
        officer.post(&path, foreign).await.has_faults(&[("lanes[2].project_id", "not_a_lane")]);
        officer.post(&stranger.path("race_gates"), gate(&app, &[lane(&stranger, "keep")])).await.is_refused(409, "not_a_race");
        let mut commissioner = gate(&app, &[lane(keda, "keep"), lane(yuan, "cut")]);
        let me = app.commissioner().await.get("/me").await.is(200)["name"].clone();
        commissioner["assessors"][0]["name"] = me;
        officer.post(&path, commissioner).await.has_faults(&[("assessors[0].name", "is_the_commissioner")]);
        // A team asks for no such change by itself.
        let input = inputs::change(&app, json!({"kind": "race"}));
        app.team("keda").await.post(&format!("/projects/{}/changes", keda.project), input).await.has_faults(&[("kind", "ordered_by_a_gate")]);
    }

    async fn one_proposes_and_another_decides_who_follows_no_lane(app: TestApp) {
        let lanes = running(&app, &["keda", "yuan"], 400).await;
        let [keda, yuan] = &lanes[..] else { unreachable!() };
        let both = app.person("both", "department", None, &[Role::Officer, Role::Director]).await;
        let made = both.post(&keda.path("race_gates"), gate(&app, &[lane(keda, "keep"), lane(yuan, "cut")])).await.is(201);
        let path = format!("/race_gates/{}", made["id"].as_str().unwrap());
        both.post(&format!("{path}/approve"), decision()).await.is_refused(403, "forbidden");
        app.officer().await.post(&keda.path("race_gates"), gate(&app, &[lane(keda, "keep"), lane(yuan, "keep")])).await.is_refused(409, "race_gate_waits");
        // The dual hat: whoever follows a lane decides on none.
        let hat = app.person("hat", "department", None, &[Role::Commissioner, Role::Director]).await;
        let input = json!({"commissioner_id": hat.id(), "note": "交接。"});
        let asked = app.officer().await.post(&format!("/projects/{}/assign", yuan.project), input).await;
        asked.is(200);
        hat.post(&format!("{path}/approve"), decision()).await.is_refused(403, "forbidden");
        // No team reads it, not even its own part.
        app.team("keda").await.get(&path).await.is_refused(404, "not_found");
        app.team("keda").await.get(&keda.path("race_gates")).await.is_refused(403, "forbidden");
        let shown = app.officer().await.get(&path).await.is(200);
        assert_eq!(shown["comparison"]["indicators"][0]["values"][1]["promised"], "96");
        // A lane that ended meanwhile makes another race of it.
        crate::measures::decided(yuan, crate::measures::measure("terminate", "applied")).await;
        app.director().await.post(&format!("{path}/approve"), decision()).await.is_refused(409, "lanes_changed");
        app.director().await.post(&format!("{path}/decline"), json!({"reason": "各队情况已变。"})).await.is(200);
        app.officer().await.post(&keda.path("race_gates"), gate(&app, &[lane(keda, "keep")])).await.is_refused(409, "not_a_race");
    }

    async fn of_twenty_who_approve_at_once_one_does(app: TestApp) {
        let lanes = running(&app, &["keda", "yuan"], 400).await;
        let [keda, yuan] = &lanes[..] else { unreachable!() };
        let mut kept = lane(keda, "keep");
        kept["added"] = json!([{"gate": "signing", "amount_fen": 400 * WAN}]);
        let path = format!("{}/approve", proposed(keda, &[kept, lane(yuan, "cut")]).await);
        let director = app.director().await;
        director.token().await;
        let answers = join_all((0..20).map(|_| director.post(&path, decision()))).await;
        let codes: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(codes.iter().filter(|code| **code == 200).count(), 1, "{codes:?}");
        assert!(codes.iter().all(|code| matches!(code, 200 | 409)), "{codes:?}");
        assert_eq!(app.count("changes").await, 1);
        supplemented(keda).await;
        assert_eq!((money(keda).await[0], app.count(WRONG).await), (800 * WAN, 0));
    }

    async fn everyone_concerned_hears_of_a_gate_and_no_team_of_another(app: TestApp) {
        everyone(&app).await;
        app.supervisor().await;
        let lanes = running(&app, &["keda", "yuan", "far-east"], 250).await;
        let [keda, yuan, far] = &lanes[..] else { unreachable!() };
        far.paid(0).await;
        app.mail().await;
        let mut record = String::new();
        let all = [lane(keda, "keep"), merged(yuan, keda), lane(far, "cut")];
        let path = proposed(keda, &all).await;
        note(&app, &mut record, "race_gate.propose").await;
        app.director().await.post(&format!("{path}/decline"), json!({"reason": "请补充检测报告。"})).await.is(200);
        note(&app, &mut record, "race_gate.decline").await;
        let mut kept = lane(keda, "keep");
        kept["added"] = json!([{"gate": "signing", "amount_fen": 50 * WAN}]);
        decided(keda, &[kept, merged(yuan, keda), lane(far, "cut")]).await;
        note(&app, &mut record, "race_gate.approve").await;
        supplemented(keda).await;
        note(&app, &mut record, "change.sign").await;
        golden(&record, GATE);
    }
}
