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
use crate::store::milestones::MilestoneRow;
use crate::store::projects::ProjectRow;
use crate::store::{bids, challenges as challenge_rows, milestones, organizations, payments, projects};

/// What a team promised of an indicator, and what it reached last.
pub type Value = (Option<Decimal>, Option<Decimal>);

/// One lane.
#[derive(Debug)]
pub struct Lane {
    /// The project.
    pub project: ProjectRow,
    /// Its lead organisation.
    pub organization: String,
    /// What was paid so far.
    pub paid_fen: Fen,
    /// How many of its milestones are met,
    pub met: usize,
    /// and how many there are.
    pub milestones: usize,
    /// Its milestones that are late today.
    pub late: usize,
    /// For each indicator of the challenge, in its order, what the team promised and what it reached last.
    pub values: Vec<Value>,
}

/// The lanes of a challenge, with the indicators that they have in common.
#[derive(Debug)]
pub struct Comparison {
    /// The challenge's indicators.
    pub indicators: Vec<Indicator>,
    /// One lane for each project.
    pub lanes: Vec<Lane>,
}

/// Compares the lanes of a challenge.
///
/// # Errors
/// Denied to all but the department; no such challenge.
pub fn compare(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Comparison>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ProjectReadLanes, &Object { kind: Kind::Project, ..challenges::object(act, &challenge) })?;
    let indicators = challenge_rows::content(act.conn, id)?.indicators;
    let rows = projects::of_challenge(act.conn, id)?;
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.id).collect();
    let nodes = milestones::of_projects(act.conn, &ids)?;
    let paid = payments::paid_of(act.conn, &ids)?;
    let names = organizations::of_ids(act.conn, &rows.iter().map(|row| row.lead_org_id).collect::<Vec<_>>())?;
    let mut lanes = Vec::with_capacity(rows.len());
    for project in rows {
        let own: Vec<&MilestoneRow> = nodes.iter().filter(|node| node.project_id == project.id).collect();
        let values = values(act, &project, &own, &indicators)?;
        lanes.push(Lane {
            organization: names.iter().find(|found| found.id == project.lead_org_id).map(|found| found.name.clone()).unwrap_or_default(),
            paid_fen: Fen::total(paid.iter().filter(|(of, _)| *of == project.id).map(|(_, fen)| *fen)),
            met: own.iter().filter(|node| node.stage == MilestoneStage::Met).count(),
            milestones: own.len(),
            late: own.iter().filter(|node| late(node.stage, node.due_on, node.rectify_by, act.now.date())).count(),
            values,
            project,
        });
    }
    Ok(Seen::by(permit, Comparison { indicators, lanes }))
}

/// What a team promised of each indicator, and the latest value that it handed in.
fn values(act: &mut Act<'_>, project: &ProjectRow, own: &[&MilestoneRow], indicators: &[Indicator]) -> Result<Vec<Value>, AppError> {
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
