//! The worked example of docs/delivery.md: one race of three lanes, from the award to one acceptance. The table there is what this walk finds.

use crate::measures::decision;
use crate::support::race::running;
use crate::support::{Story, TestApp, inputs, on_both};
use jiebang::domain::money::Fen;
use serde_json::{Value, json};
use std::fmt::Write as _;

const PAGE: &str = include_str!("../../docs/delivery.md");
const WAN: i64 = inputs::WAN;

/// The walk, and what it found so far.
struct Walk<'a> {
    lanes: Vec<Story<'a>>,
    table: String,
}

impl Walk<'_> {
    /// A row of the table: what happened, where each lane stands with its money, and what the portfolio counts.
    async fn note(&mut self, what: &str) {
        let officer = self.lanes[0].app.officer().await;
        let wan = |value: &Value| Fen(value.as_i64().unwrap()).in_wan().trim_end_matches('0').trim_end_matches('.').to_owned();
        let mut cells = String::new();
        for lane in &self.lanes {
            let project = officer.get(&format!("/projects/{}", lane.project)).await.is(200);
            let money = officer.get(&format!("/projects/{}/payments", lane.project)).await.is(200)["sources"][0].clone();
            let parts = ["planned_fen", "paid_fen", "cancelled_fen"].map(|part| wan(&money[part])).join(" / ");
            write!(cells, " `{}` {parts} |", project["stage"].as_str().unwrap()).unwrap();
        }
        let total = officer.get("/portfolio/summary").await.is(200)["total"].clone();
        writeln!(self.table, "| {what} |{cells} {} / {} |", wan(&total["awarded_fen"]), wan(&total["paid_fen"])).unwrap();
    }

    /// Signs the supplement that a gate ordered for a lane.
    async fn supplemented(&self, lane: usize) {
        let (lane, app) = (&self.lanes[lane], self.lanes[lane].app);
        let all = app.officer().await.get(&format!("/projects/{}/changes", lane.project)).await.is(200);
        let change = all["items"][0]["id"].as_str().unwrap().to_owned();
        for (party, who) in [("team", app.team(lane.team).await), ("sponsor", app.sponsor().await), ("department", app.director().await)] {
            who.post(&format!("/changes/{change}/sign"), inputs::signature(party)).await.is(200);
        }
    }

    /// Settles a lane that ended: so much of what was paid to it was spent.
    async fn settled(&self, lane: usize, spent_fen: i64) -> Value {
        let (lane, app) = (&self.lanes[lane], self.lanes[lane].app);
        let audit = json!({"audit_no": format!("审字〔2027〕{}号", app.next()), "spent_fen": spent_fen, "reason": "审计结论见报告。"});
        let made = app.officer().await.post(&format!("/projects/{}/clawbacks", lane.project), audit).await.is(201);
        let path = format!("/clawbacks/{}", made["id"].as_str().unwrap());
        app.director().await.post(&format!("{path}/approve"), decision()).await.is(200)
    }
}

on_both! {
    async fn the_race_of_three_lanes_in_the_docs_comes_to_these_figures(app: TestApp) {
        let lanes = running(&app, &["keda", "yuan", "far-east"], 250).await;
        let mut walk = Walk { lanes, table: String::new() };
        walk.note("three teams win 250 each; all commitments are signed").await;
        for lane in &walk.lanes {
            lane.paid(0).await;
        }
        walk.note("the first tranche of 40 % is paid to each").await;
        walk.lanes[0].met(0, &[("K1", "91")]).await;
        walk.lanes[1].met(0, &[("K1", "90.5")]).await;
        walk.lanes[2].handed_in(0, &[("K1", "86")]).await;
        let back = json!({"opinion": "浓度未达节点目标。", "rectify_by": app.app.clock.now().date().plus_days(30).to_string()});
        app.commissioner().await.post(&format!("/milestones/{}/return", walk.lanes[2].milestones[0]), back).await.is(200);
        walk.lanes[0].paid(1).await;
        walk.note("A and B meet the first milestone, C is sent back; A's second tranche is paid").await;

        let shown = app.officer().await.get(&walk.lanes[0].path("lanes")).await.is(200);
        let values = shown["indicators"][0]["values"].as_array().unwrap();
        let reached = |lane: &Story<'_>| values.iter().find(|value| value["project_id"] == lane.project.as_str()).unwrap()["reached"].clone();
        assert_eq!(walk.lanes.iter().map(reached).collect::<Vec<_>>(), ["91", "90.5", "86"], "the lanes compared");
        let [a, b, c] = [0, 1, 2].map(|lane: usize| walk.lanes[lane].project.clone());
        let gate = json!({
            "met_on": app.app.clock.now().date().to_string(), "assessors": inputs::node_assessment("pass")["assessors"],
            "opinion": "A队指标领先，B队膜分离单元可与之结合。", "lanes": [
                {"project_id": a, "outcome": "keep", "reason": "指标领先。", "added": [{"gate": "milestone", "milestone": 2, "amount_fen": 120 * WAN}]},
                {"project_id": b, "outcome": "merge", "reason": "膜分离单元并入。",
                    "merger": {"into": a, "agreement_no": "合字2027-1", "tasks": "承担膜分离单元。", "fiscal_share_bps": 2_500}},
                {"project_id": c, "outcome": "cut", "reason": "关键指标未达节点目标。"}
            ]
        });
        let made = app.officer().await.post(&walk.lanes[0].path("race_gates"), gate).await.is(201);
        app.director().await.post(&format!("/race_gates/{}/approve", made["id"].as_str().unwrap()), decision()).await.is(200);
        walk.note("the gate: A is kept, B merged into A, C cut").await;
        walk.supplemented(0).await;
        walk.note("A's supplement is signed: 120 of what B and C leave go on to A").await;

        let of_b = walk.settled(1, 100 * WAN).await;
        let of_c = walk.settled(2, 98 * WAN + WAN / 2).await;
        assert_eq!((&of_b["stage"], &of_b["principal_fen"]), (&json!("settled"), &json!(0)));
        assert_eq!((&of_c["stage"], &of_c["principal_fen"], &of_c["interest_fen"]), (&json!("notified"), &json!(WAN * 3 / 2), &json!(0)));
        let receipt = json!({"amount_fen": WAN * 3 / 2, "received_on": app.app.clock.now().date().to_string(), "voucher_no": "TK-2027-3"});
        let back = app.finance().await.post(&format!("/clawbacks/{}/receive", of_c["id"].as_str().unwrap()), receipt).await.is(200);
        assert_eq!(back["stage"], "settled");
        walk.note("B has spent its 100, C 98.5 of its 100: 1.5 come back, and both are settled").await;

        let payments = app.officer().await.get(&format!("/projects/{a}/payments")).await.is(200);
        walk.lanes[0].payments = payments["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        walk.lanes[0].met(1, &[("K1", "96.5"), ("K2", "0.49")]).await;
        walk.lanes[0].paid(3).await;
        let partner = app.organization("yuan").await.to_string();
        let today = app.app.clock.now().date().to_string();
        let share = json!({"organization": partner, "amount_fen": 73 * WAN + WAN * 3 / 4, "forwarded_on": today, "voucher_no": "ZB-2027-1"});
        app.team("keda").await.post(&format!("/payments/{}/forward", walk.lanes[0].payments[3]), share).await.is(200);
        walk.note("A meets the last milestone and gets the 120; a quarter of its 295, 73.75, is passed on to B").await;

        walk.lanes[0].applied().await;
        walk.lanes[0].assessed("pass", "pass").await;
        let conclusion = json!({"conclusion": "completed", "opinion": "通过验收。"});
        app.director().await.post(&format!("/projects/{a}/conclude"), conclusion).await.is(200);
        walk.lanes[0].paid(2).await;
        walk.note("A passes acceptance, and the last 75 are paid").await;
        assert_eq!(app.officer().await.does(&walk.lanes[0].path("finish")).await.is(200)["stage"], "finished");

        let (from, to) = ("<!-- race -->\n", "<!-- /race -->");
        let printed = PAGE.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map_or("", |(table, _)| table);
        let rows: Vec<&str> = printed.lines().skip(2).collect();
        assert_eq!(rows, walk.table.lines().collect::<Vec<_>>(), "the table of docs/delivery.md should hold:\n{}", walk.table);
    }
}
