//! The lanes of a race 赛马: for the department, the projects of one challenge side by side on their common indicators. No team reads it.

use crate::app::act::{Act, Object, Seen};
use crate::app::bids::content;
use crate::app::challenges;
use crate::app::error::AppError;
use crate::domain::decimal::Decimal;
use crate::domain::id::{ChallengeId, ProjectId};
use crate::domain::indicator::Indicator;
use crate::domain::milestone::{MilestoneStage, late};
use crate::domain::money::Fen;
use crate::domain::policy::{Action, Kind};
use crate::domain::race::{ComparedIndicator, Comparison, Lane, LaneValue};
use crate::store::milestones::MilestoneRow;
use crate::store::projects::ProjectRow;
use crate::store::{bids, challenges as challenge_rows, milestones, organizations, payments, projects};

/// What a team promised of an indicator, and what it reached last.
type Value = (Option<Decimal>, Option<Decimal>);

/// Compares the lanes of a challenge.
///
/// # Errors
/// Denied to all but the department; no such challenge.
pub fn compare(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Comparison>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ProjectReadLanes, &Object { kind: Kind::Project, ..challenges::object(act, &challenge) })?;
    let rows = projects::of_challenge(act.conn, id)?;
    Ok(Seen::by(permit, side_by_side(act, id, &rows)?))
}

/// These projects of a challenge side by side, as they stand today.
pub(super) fn side_by_side(act: &mut Act<'_>, id: ChallengeId, rows: &[ProjectRow]) -> Result<Comparison, AppError> {
    let indicators = challenge_rows::content(act.conn, id)?.indicators;
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.id).collect();
    let nodes = milestones::of_projects(act.conn, &ids)?;
    let paid = payments::paid_of(act.conn, &ids)?;
    let names = organizations::of_ids(act.conn, &rows.iter().map(|row| row.lead_org_id).collect::<Vec<_>>())?;
    let mut lanes = Vec::with_capacity(rows.len());
    let mut values = Vec::with_capacity(rows.len());
    for project in rows {
        let own: Vec<&MilestoneRow> = nodes.iter().filter(|node| node.project_id == project.id).collect();
        values.push((project.id, reached(act, project, &own, &indicators)?));
        lanes.push(Lane {
            project_id: project.id,
            code: project.code.clone(),
            stage: project.stage,
            lead_org_id: project.lead_org_id,
            organization: names.iter().find(|found| found.id == project.lead_org_id).map(|found| found.name.clone()).unwrap_or_default(),
            commissioner_id: project.commissioner_id,
            award_fen: project.award_fen,
            paid_fen: Fen::total(paid.iter().filter(|(of, _)| *of == project.id).map(|(_, fen)| *fen)),
            milestones: own.len(),
            milestones_met: own.iter().filter(|node| node.stage == MilestoneStage::Met).count(),
            milestones_late: own.iter().filter(|node| late(node.stage, node.due_on, node.rectify_by, act.now.date())).count(),
        });
    }
    let compared = indicators.iter().enumerate().map(|(at, asked)| compared(asked, at, &values)).collect();
    Ok(Comparison { lanes, indicators: compared })
}

fn compared(asked: &Indicator, at: usize, lanes: &[(ProjectId, Vec<Value>)]) -> ComparedIndicator {
    let value = |(project_id, values): &(ProjectId, Vec<Value>)| {
        let (promised, reached) = values.get(at).copied().unwrap_or_default();
        let meets_target = reached.map(|reached| asked.comparator.reached(reached, asked.target));
        LaneValue { project_id: *project_id, promised, reached, meets_target }
    };
    ComparedIndicator {
        code: asked.code.to_string(),
        name: asked.name.to_string(),
        unit: asked.unit.as_ref().map(ToString::to_string),
        comparator: asked.comparator,
        target: asked.target,
        mandatory: asked.mandatory,
        values: lanes.iter().map(value).collect(),
    }
}

/// What a team promised of each indicator, and the latest value that it handed in.
fn reached(act: &mut Act<'_>, project: &ProjectRow, own: &[&MilestoneRow], indicators: &[Indicator]) -> Result<Vec<Value>, AppError> {
    let bid = bids::find(act.conn, project.bid_id)?.ok_or(AppError::NotFound)?;
    let promised = content::required(act, &bid)?.indicators;
    let mut reached = Vec::new();
    for node in own {
        reached.extend(node.indicators.read()?);
    }
    let value = |asked: &Indicator| {
        let promise = promised.iter().find(|value| value.code == asked.code).map(|value| value.value);
        let last = reached.iter().rev().filter(|node| node.indicator.code == asked.code).find_map(|node| node.actual);
        (promise, last)
    };
    Ok(indicators.iter().map(value).collect())
}
