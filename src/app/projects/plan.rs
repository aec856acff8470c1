//! The plan of a project 项目计划: its milestones and payments, set before it is signed.

use super::{ProjectRow, about, commitment, load, object, shown};
use crate::app::act::{Act, Done, Shown};
use crate::app::bids as bid_cases;
use crate::app::error::AppError;
use crate::domain::disbursement::PlannedPayment;
use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::milestone::{MilestoneStage, NodeIndicator};
use crate::domain::plan::{PlanFrame, PlanInput};
use crate::domain::policy::Action;
use crate::store::Json;
use crate::store::milestones::{self, MilestoneRow};
use crate::store::payments::{self, PaymentRow};
use crate::store::{bids, challenges as challenge_rows, commitments, projects};

/// Sets the plan of milestones and payments, in place of one that was set before. Signatures given so far are void.
///
/// # Errors
/// Denied, stale, signed by all already; everything wrong with the plan.
pub fn plan(act: &mut Act<'_>, id: ProjectId, input: &PlanInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ProjectPlan, &row, object(act, &row))?;
    let challenge = challenge_rows::content(act.conn, row.challenge_id)?;
    let bid_row = bids::find(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    let bid = bid_cases::content::required(act, &bid_row)?;
    let frame = PlanFrame { starts_on: row.starts_on, ends_on: row.ends_on, award_fen: row.award_fen, challenge: &challenge, bid: &bid };
    input.check(frame)?;
    payments::clear(act.conn, id)?;
    milestones::clear(act.conn, id)?;
    commitments::void_signatures(act.conn, id)?;
    let nodes = plan_milestones(act, id, input, frame)?;
    plan_payments(act, id, &input.lines(frame), &nodes)?;
    let row = projects::plan(act.conn, &row, step.to, act.user()?, act.now)?;
    let drawn = commitment::draw_up(act, &row)?;
    let mut about = about(&row);
    about.facts.until = row.sign_by.to_string();
    about.facts.proof.clone_from(&drawn.sha256);
    about.detail = format!("commitment {} sha256 {}", drawn.number, drawn.sha256);
    Ok(act.record(step, about)?.with(shown(act, row)))
}

fn plan_milestones(act: &mut Act<'_>, id: ProjectId, input: &PlanInput, frame: PlanFrame<'_>) -> Result<Vec<MilestoneId>, AppError> {
    let mut ids = Vec::with_capacity(input.milestones.len());
    for (planned, number) in input.milestones.iter().zip(1..) {
        let mut nodes = Vec::with_capacity(planned.indicators.len());
        for value in &planned.indicators {
            let asked = frame.challenge.indicators.iter().find(|asked| asked.code == value.code).ok_or(AppError::NotFound)?;
            let mut indicator = asked.clone();
            indicator.target = value.value;
            nodes.push(NodeIndicator { indicator, actual: None, evidence: Vec::new(), correction: None });
        }
        let row = MilestoneRow {
            id: MilestoneId::new(act.now),
            project_id: id,
            number,
            name: planned.name.to_string(),
            due_on: planned.due_on,
            weight_bps: i32::try_from(planned.weight_bps.0).unwrap_or_default(),
            stage: MilestoneStage::Planned,
            indicators: Json::of(&nodes)?,
            summary: None,
            opinion: None,
            submitted_at: None,
            rectify_by: None,
            panel_required: i32::from(planned.panel_required),
            panel: None,
            version: 1,
            created_at: act.now,
            updated_at: act.now,
        };
        milestones::insert(act.conn, &row)?;
        ids.push(row.id);
    }
    Ok(ids)
}

fn plan_payments(act: &mut Act<'_>, id: ProjectId, lines: &[PlannedPayment], nodes: &[MilestoneId]) -> Result<(), AppError> {
    for (planned, number) in lines.iter().zip(1..) {
        let node = planned.milestone.and_then(|number| usize::try_from(number.0.saturating_sub(1)).ok());
        let milestone = node.and_then(|index| nodes.get(index).copied());
        let row = PaymentRow::locked(id, number, (planned.source, planned.amount_fen), (planned.gate, milestone), act.now);
        payments::insert(act.conn, &row)?;
    }
    Ok(())
}
