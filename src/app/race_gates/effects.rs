//! What a decided gate does: to the lanes that end, to those that go on, and to the money that is left.

use super::RaceGateRow;
use crate::app::act::{About, Act};
use crate::app::changes::ordering;
use crate::app::error::AppError;
use crate::app::{payments, projects as project_cases};
use crate::domain::change::{ChangeInput, ChangeKind, MemberChange, RaceChange};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::ChallengeId;
use crate::domain::measure::DAYS_TO_SETTLE;
use crate::domain::money::Fen;
use crate::domain::policy::Action;
use crate::domain::project::ProjectStage;
use crate::domain::race::{LaneInput, LaneOutcome, taken_from};
use crate::domain::refusal::Refusal;
use crate::store::projects::{self, ProjectRow};
use crate::store::{changes, payments as payment_rows};

/// Whether a lane ended at a gate.
pub(super) fn cut(lane: &ProjectRow) -> bool {
    matches!(lane.stage, ProjectStage::Eliminated | ProjectStage::Merged)
}

/// What each of these lanes leaves of its award: what was not paid to it, and has not gone on to another one yet.
fn left(act: &mut Act<'_>, lanes: &[&ProjectRow]) -> Result<Vec<Fen>, AppError> {
    let ids: Vec<_> = lanes.iter().map(|lane| lane.id).collect();
    let paid = payment_rows::paid_of(act.conn, &ids)?;
    let paid = |lane: &ProjectRow| Fen::total(paid.iter().filter(|(of, _)| *of == lane.id).map(|(_, fen)| *fen));
    Ok(lanes.iter().map(|lane| Fen(lane.award_fen.0.saturating_sub(paid(lane).0).saturating_sub(lane.ceded_fen.0))).collect())
}

/// That the lanes that ended, or end now, leave what is to go on, beside what waits for the signatures of supplements.
pub(super) fn enough(act: &mut Act<'_>, lanes: &[ProjectRow], decided: &[LaneInput]) -> Result<(), AppError> {
    let Some(first) = lanes.first() else { return Ok(()) };
    let mut wanted: Vec<Fen> = decided.iter().map(LaneInput::added_fen).collect();
    for waits in changes::ordered(act.conn, first.challenge_id)? {
        wanted.extend(waits.input.read()?.race.map(|race| race.added_fen()));
    }
    let ends = |lane: &&ProjectRow| cut(lane) || decided.iter().any(|of| of.project_id == lane.id && of.outcome != LaneOutcome::Keep);
    let ended: Vec<&ProjectRow> = lanes.iter().filter(ends).collect();
    let left = left(act, &ended)?;
    taken_from(&left, Fen::total(wanted)).map(|_| ()).ok_or_else(|| Refusal::NotSoMuchLeft.into())
}

/// Takes what goes on to a lane from those that ended, in their order.
///
/// # Errors
/// They do not leave so much any more.
pub(in crate::app) fn cede(act: &mut Act<'_>, challenge: ChallengeId, wanted: Fen) -> Result<(), AppError> {
    let lanes = projects::of_challenge(act.conn, challenge)?;
    let ended: Vec<&ProjectRow> = lanes.iter().filter(|lane| cut(lane)).collect();
    let left = left(act, &ended)?;
    let parts = taken_from(&left, wanted).ok_or(Refusal::NotSoMuchLeft)?;
    for (lane, part) in ended.into_iter().zip(parts).filter(|(_, part)| *part > Fen::ZERO) {
        projects::cede(act.conn, lane, Fen::total([lane.ceded_fen, part]), act.now)?;
    }
    Ok(())
}

/// Brings each lane where the gate leads it.
pub(super) fn take(act: &mut Act<'_>, row: &RaceGateRow, lanes: &[ProjectRow], decided: &[LaneInput]) -> Result<(), AppError> {
    let lane = |of: &LaneInput| lanes.iter().find(|lane| lane.id == of.project_id).ok_or(AppError::NotFound);
    for of in decided.iter().filter(|of| of.outcome != LaneOutcome::Keep) {
        let into = of.merger.as_ref().and_then(|merger| lanes.iter().find(|lane| lane.id == merger.into));
        end(act, row, lane(of)?, of, into)?;
    }
    for of in decided.iter().filter(|of| of.outcome == LaneOutcome::Keep) {
        let project = lane(of)?;
        let step = act.follow(Action::ProjectPassGate, project, None)?;
        let kept = projects::advance(act.conn, project, step.to, act.now)?;
        let about = told(act, row, project, of)?;
        let _recorded = act.record(step, about)?;
        let members = mergers(lanes, decided, of);
        if !members.is_empty() || !of.added.is_empty() {
            let race = RaceChange { members, added: of.added.clone() };
            ordering::order(act, &kept, &as_change(row, of, race), row.created_by)?;
        }
    }
    Ok(())
}

/// That what comes to each lane that goes on can be ordered: its supplement is made, and not kept.
///
/// # Errors
/// Everything that stands in the way, under the lane; a supplement that waits for its signatures.
pub(super) fn can_be_taken(act: &mut Act<'_>, row: &RaceGateRow, lanes: &[ProjectRow], decided: &[LaneInput]) -> Result<(), AppError> {
    let mut all = Faults::default();
    for (index, of) in decided.iter().enumerate().filter(|(_, of)| of.outcome == LaneOutcome::Keep) {
        let members = mergers(lanes, decided, of);
        let Some(project) = lanes.iter().find(|lane| lane.id == of.project_id) else { continue };
        if members.is_empty() && of.added.is_empty() {
            continue;
        }
        let race = RaceChange { members, added: of.added.clone() };
        match ordering::possible(act, project, &as_change(row, of, race)) {
            Err(AppError::Faults(faults)) => {
                all.0.extend(faults.0.into_iter().map(|fault| Fault { field: format!("lanes[{index}].{}", fault.field), ..fault }));
            }
            other => drop(other?),
        }
    }
    Ok(all.or(())?)
}

fn end(act: &mut Act<'_>, row: &RaceGateRow, project: &ProjectRow, of: &LaneInput, into: Option<&ProjectRow>) -> Result<(), AppError> {
    let action = if of.outcome == LaneOutcome::Merge { Action::ProjectMerge } else { Action::ProjectEliminate };
    let step = act.follow(action, project, None)?;
    let mut about = told(act, row, project, of)?;
    about.facts.until = act.now.date().plus_days(DAYS_TO_SETTLE).to_string();
    about.facts.name = into.map(|project| project.code.clone()).unwrap_or_default();
    let ended = projects::conclude(act.conn, project, step.to, of.reason.as_str(), act.now)?;
    let _recorded = act.record(step, about)?;
    payments::cancel_open(act, &ended, of.reason.as_str())
}

fn told(act: &mut Act<'_>, row: &RaceGateRow, project: &ProjectRow, of: &LaneInput) -> Result<About, AppError> {
    let mut about = project_cases::about(project);
    about.person = Some(row.created_by);
    about.partners = project_cases::partners(act, project)?;
    about.facts.from = act.now.date().to_string();
    about.facts.proof = row.decision_no.clone().unwrap_or_default();
    about.facts.reason = of.reason.to_string();
    about.detail = format!("gate {} {}: {}", row.id, of.outcome, of.reason);
    Ok(about)
}

/// The leads of the lanes that are merged into this one.
fn mergers(lanes: &[ProjectRow], decided: &[LaneInput], kept: &LaneInput) -> Vec<MemberChange> {
    let here =
        decided.iter().filter_map(|of| of.merger.as_ref().filter(|merger| merger.into == kept.project_id).map(|merger| (of, merger)));
    here.filter_map(|(of, merger)| {
        let lane = lanes.iter().find(|lane| lane.id == of.project_id)?;
        Some(MemberChange {
            organization_id: lane.lead_org_id,
            tasks: merger.tasks.clone(),
            fiscal_share_bps: merger.fiscal_share_bps,
            self_fund_fen: Fen::ZERO,
            consent_no: None,
        })
    })
    .collect()
}

/// The change that the gate orders for a lane that goes on.
fn as_change(row: &RaceGateRow, of: &LaneInput, race: RaceChange) -> ChangeInput {
    ChangeInput {
        kind: ChangeKind::Race,
        cause: of.reason.clone(),
        cause_on: row.met_on,
        unit_opinion: of.reason.clone(),
        title: None,
        ends_on: None,
        principal: None,
        lead: None,
        members: None,
        indicators: None,
        milestones: None,
        budget: None,
        technical_route: None,
        account: None,
        force_majeure: None,
        race: Some(race),
    }
}
