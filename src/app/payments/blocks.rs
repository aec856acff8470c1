//! What stands in the way of payments although their gate is open: asked for all projects of a page at once.

use super::PaymentRow;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::id::{OrganizationId, ProjectId};
use crate::domain::measure::STOPPED;
use crate::domain::payment::{Block, PaymentStage};
use crate::domain::project::ProjectStage;
use crate::store::projects::ProjectRow;
use crate::store::{clawbacks, milestones, restrictions};
use std::collections::HashSet;

/// What blocks the payments of some projects.
pub(super) struct Blocks {
    rectifying: HashSet<ProjectId>,
    restricted: HashSet<OrganizationId>,
    owing: HashSet<OrganizationId>,
}

impl Blocks {
    /// Of these projects, now.
    pub(super) fn of<'p>(act: &mut Act<'_>, projects: impl IntoIterator<Item = &'p ProjectRow>) -> Result<Self, AppError> {
        let (ids, leads): (HashSet<ProjectId>, HashSet<OrganizationId>) =
            projects.into_iter().map(|project| (project.id, project.lead_org_id)).unzip();
        let (ids, leads): (Vec<_>, Vec<_>) = (ids.into_iter().collect(), leads.into_iter().collect());
        let today = act.now.date();
        let restricted = restrictions::holding(act.conn, &leads, &[], today)?;
        Ok(Self {
            owing: clawbacks::overdue(act.conn, &leads, today)?.into_iter().collect(),
            rectifying: milestones::rectifying(act.conn, &ids)?.into_iter().collect(),
            restricted: restricted.into_iter().filter_map(|(organization, _)| organization).collect(),
        })
    }

    /// What blocks a payment: nothing that is paid, or never will be.
    pub(super) fn on(&self, row: &PaymentRow, project: &ProjectRow) -> Vec<Block> {
        if matches!(row.stage, PaymentStage::Paid | PaymentStage::Cancelled) {
            return Vec::new();
        }
        let reasons = [
            (row.stage == PaymentStage::Held, Block::Held),
            (self.rectifying.contains(&project.id), Block::MilestoneRectifying),
            (project.stage == ProjectStage::Suspended, Block::ProjectSuspended),
            (STOPPED.contains(&project.stage), Block::ProjectEnded),
            (self.owing.contains(&project.lead_org_id), Block::ClawbackOverdue),
            (self.restricted.contains(&project.lead_org_id), Block::Restricted),
        ];
        reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, block)| block).collect()
    }
}
