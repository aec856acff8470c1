//! Races 赛马 of the demo that come to a gate: the last lane is cut and settled, or merged into the first.

use crate::app::race_gates;
use crate::cli::seed::changing::panel;
use crate::cli::seed::forms::form;
use crate::cli::seed::stopping::StopDeed;
use crate::cli::seed::story::Story;
use crate::cli::seed::timeline::ChallengeDeed as D;
use crate::domain::id::ProjectId;
use crate::domain::race::{LaneOutcome, RaceGateInput};
use anyhow::Context;
use serde_json::{Value, json};

/// A race of which one lane is cut, and settled.
pub const CUT: &[(&str, D)] = &[
    ("2023-02-27", D::Gate(GateDeed::Propose(LaneOutcome::Cut))),
    ("2023-03-01", D::Gate(GateDeed::Decide)),
    ("2023-03-06", D::Gate(GateDeed::Last(StopDeed::Settle(None)))),
    ("2023-03-09", D::Gate(GateDeed::Last(StopDeed::Claim))),
    ("2023-03-16", D::Gate(GateDeed::Last(StopDeed::Receive(100)))),
];

/// A race of which one lane goes on as a part of another one.
pub const MERGED: &[(&str, D)] = &[
    ("2023-03-15", D::Gate(GateDeed::Propose(LaneOutcome::Merge))),
    ("2023-03-16", D::Gate(GateDeed::Decide)),
    ("2023-03-17", D::Gate(GateDeed::Sign)),
];

/// What is done about a gate.
#[derive(Clone, Copy, Debug)]
pub enum GateDeed {
    /// The officer writes down what the panel found, and what becomes of the last lane.
    Propose(LaneOutcome),
    /// The director decides.
    Decide,
    /// The parties of the first lane sign its supplement.
    Sign,
    /// The last lane is settled.
    Last(StopDeed),
}

impl Story<'_> {
    /// Something is done about the gate of a race.
    ///
    /// # Errors
    /// A rule says no.
    pub(super) async fn gate(&mut self, of: usize, deed: GateDeed) -> anyhow::Result<()> {
        let case = self.case(of)?;
        let (challenge, lanes) = (case.id()?, case.projects.values().map(|row| row.id).collect::<Vec<_>>());
        let (first, last) = (*lanes.first().context("no lanes")?, *lanes.last().context("no lanes")?);
        match deed {
            GateDeed::Propose(outcome) => {
                let lanes: Vec<Value> = lanes.iter().map(|id| lane(*id, outcome, first, last)).collect();
                let input: RaceGateInput = form(json!({
                    "met_on": self.app.clock.now().date(), "assessors": panel(), "lanes": lanes,
                    "opinion": "专家组按共同指标现场考核，各队指标完成情况见对照表，建议集中资源支持领先队伍。",
                }))?;
                self.by(self.desks.officer, move |act| race_gates::propose(act, challenge, &input)).await?;
            }
            GateDeed::Decide => {
                let gates = self.look(move |act| race_gates::of_challenge(act, challenge)).await?;
                let (id, input) = (gates.into_iter().next_back().context("no gate")?.record.id, self.decided("赛")?);
                self.by(self.desks.director, move |act| race_gates::approve(act, id, &input)).await?;
            }
            GateDeed::Sign => {
                let number = *case.projects.keys().next().context("no lanes")?;
                let work = self.work(of, number)?;
                let change = self.change_of(first).await?;
                self.supplement(&work, change).await?;
            }
            GateDeed::Last(deed) => self.stop(last, deed).await?,
        }
        Ok(())
    }
}

/// What becomes of a lane: the last has this outcome, and the first gets something of what that leaves.
fn lane(id: ProjectId, outcome: LaneOutcome, first: ProjectId, last: ProjectId) -> Value {
    let ends = id == last;
    let merger = json!({
        "into": first, "agreement_no": "赛马合并协议2023-1", "tasks": "承担样机关键部件的试制与联调。", "fiscal_share_bps": 1_500,
    });
    let mut lane = json!({
        "project_id": id, "outcome": if ends { outcome } else { LaneOutcome::Keep },
        "reason": if ends { "依据专家组对本队共同指标的考核意见，本赛道到此为止，不属于过错。" } else { "依据专家组对本队共同指标的考核意见，继续执行。" },
    });
    if let Some(fields) = lane.as_object_mut() {
        if ends && outcome == LaneOutcome::Merge {
            fields.insert("merger".into(), merger);
        } else if id == first && outcome == LaneOutcome::Merge {
            fields.insert("added".into(), json!([{"gate": "acceptance", "amount_fen": 100_000_000}]));
        }
    }
    lane
}
