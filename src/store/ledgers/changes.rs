//! The query of the ledger of changes.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::amendment::Change;
use crate::domain::change::{ChangeInput, ChangeKind, ChangeStage};
use crate::domain::id::{ChangeId, ProjectId};
use crate::domain::time::Timestamp;
use crate::store::Json;
use diesel::sql_types::{Integer, Nullable, Text, Timestamp as SqlTimestamp};

line! {
    /// A change.
    pub struct ChangeLine {
        project_id: ProjectId = Text,
        id: ChangeId = Text,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        kind: ChangeKind = Text,
        input: Json<ChangeInput> = Text,
        differences: Json<Vec<Change>> = Text,
        stage: ChangeStage = Text,
        submitted_at: Timestamp = SqlTimestamp,
        approved_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        approver: Option<String> = Nullable<Text>,
        number: Option<i32> = Nullable<Integer>,
        effective_at: Option<Timestamp> = Nullable<SqlTimestamp>,
    }
}

impl Line for ChangeLine {
    const SHAPE: Shape = Shape {
        select: "p.id AS project_id, h.id AS id, p.code AS code, p.title AS title, o.name AS lead_organization, h.kind AS kind, h.input AS input,
            h.differences AS differences, h.stage AS stage, h.created_at AS submitted_at,
            (SELECT MAX(CASE WHEN a.action = 'change.approve' AND a.outcome = 'accepted' THEN a.at END)
                FROM audit a WHERE a.object_id = h.id) AS approved_at,
            CASE WHEN h.stage IN ('approved', 'effective') THEN u.name END AS approver, h.number AS number, h.effective_at AS effective_at",
        join: "JOIN changes h ON h.project_id = p.id LEFT JOIN users u ON u.id = h.decided_by",
        keep: "",
        order: Order::Pair("p.id", "h.id"),
    };

    fn mark(&self) -> String {
        format!("{}/{}", self.project_id, self.id)
    }

    fn origin(&self) -> Origin {
        Origin::of(self.project_id, self.id)
    }
}
