//! The lanes of a race: the comparison for the department.

use crate::app::lanes::{self, Comparison, Lane};
use crate::app::{Act, AppError, Seen};
use crate::domain::decimal::Decimal;
use crate::domain::id::{ChallengeId, OrganizationId, ProjectId, UserId};
use crate::domain::indicator::{Comparator, Indicator};
use crate::domain::money::Fen;
use crate::domain::project::ProjectStage;
use crate::http::answer::View;

/// One lane of a race.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LaneView {
    project_id: ProjectId,
    code: String,
    stage: ProjectStage,
    lead_org_id: OrganizationId,
    organization: String,
    commissioner_id: Option<UserId>,
    award_fen: Fen,
    paid_fen: Fen,
    milestones: usize,
    milestones_met: usize,
    milestones_late: usize,
}

/// What one lane has to show for an indicator.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LaneValue {
    project_id: ProjectId,
    /// What the team promised.
    promised: Option<Decimal>,
    /// What it reached last.
    reached: Option<Decimal>,
    /// Whether that reaches the challenge's target.
    meets_target: Option<bool>,
}

/// An indicator across the lanes.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ComparedIndicator {
    code: String,
    name: String,
    unit: Option<String>,
    comparator: Comparator,
    /// The challenge's target.
    target: Decimal,
    mandatory: bool,
    /// One for each lane, in their order.
    values: Vec<LaneValue>,
}

/// The lanes of a race side by side.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ComparisonView {
    lanes: Vec<LaneView>,
    indicators: Vec<ComparedIndicator>,
}

impl View for ComparisonView {}

fn compared(asked: &Indicator, at: usize, lanes: &[Lane]) -> ComparedIndicator {
    let value = |lane: &Lane| {
        let (promised, reached) = lane.values.get(at).copied().unwrap_or_default();
        let meets_target = reached.map(|reached| asked.comparator.reached(reached, asked.target));
        LaneValue { project_id: lane.project.id, promised, reached, meets_target }
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

impl From<Comparison> for ComparisonView {
    fn from(Comparison { indicators, lanes }: Comparison) -> Self {
        let indicators = indicators.iter().enumerate().map(|(at, asked)| compared(asked, at, &lanes)).collect();
        let lane = |lane: Lane| LaneView {
            project_id: lane.project.id,
            code: lane.project.code,
            stage: lane.project.stage,
            lead_org_id: lane.project.lead_org_id,
            organization: lane.organization,
            commissioner_id: lane.project.commissioner_id,
            award_fen: lane.project.award_fen,
            paid_fen: lane.paid_fen,
            milestones: lane.milestones,
            milestones_met: lane.met,
            milestones_late: lane.late,
        };
        Self { lanes: lanes.into_iter().map(lane).collect(), indicators }
    }
}

/// `GET /challenges/{id}/lanes`
pub fn compare(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<ComparisonView>, AppError> {
    Ok(lanes::compare(act, id)?.map(Into::into))
}
