//! The query of the ledger of milestones.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::milestone::{MilestoneStage, NodeIndicator};
use crate::domain::project::ProjectStage;
use crate::domain::time::{Date, Timestamp};
use crate::store::Json;
use diesel::sql_types::{Date as SqlDate, Integer, Nullable, Text, Timestamp as SqlTimestamp};

line! {
    /// A milestone.
    pub struct MilestoneLine {
        project_id: ProjectId = Text,
        id: MilestoneId = Text,
        project_stage: ProjectStage = Text,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        number: i32 = Integer,
        name: String = Text,
        indicators: Json<Vec<NodeIndicator>> = Text,
        due_on: Date = SqlDate,
        submitted_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        // When it was last met, found not met, or sent back.
        judged_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        stage: MilestoneStage = Text,
        rectify_by: Option<Date> = Nullable<SqlDate>,
    }
}

impl Line for MilestoneLine {
    const SHAPE: Shape = Shape {
        select: "m.project_id AS project_id, m.id AS id, p.stage AS project_stage, p.code AS code, p.title AS title, o.name AS lead_organization,
            m.number AS number, m.name AS name, m.indicators AS indicators, m.due_on AS due_on, m.submitted_at AS submitted_at,
            (SELECT MAX(e.at) FROM milestone_events e WHERE e.milestone_id = m.id
                AND e.action IN ('milestone.verify', 'milestone.fail', 'milestone.return')) AS judged_at,
            m.stage AS stage, m.rectify_by AS rectify_by",
        join: "JOIN milestones m ON m.project_id = p.id",
        keep: "",
        order: Order::Place("p.id", "m.number"),
    };

    fn mark(&self) -> String {
        format!("{}/{}", self.project_id, self.number)
    }

    fn origin(&self) -> Origin {
        Origin::of(self.project_id, self.id)
    }
}
