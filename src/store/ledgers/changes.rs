//! The query of the ledger of changes.

use super::{Line, Order, Shape, line};
use crate::domain::amendment::Change;
use crate::domain::change::{ChangeInput, ChangeKind, ChangeStage};
use crate::domain::id::ChangeId;
use crate::domain::time::Timestamp;
use crate::store::Json;
use diesel::sql_types::{Integer, Nullable, Text, Timestamp as SqlTimestamp};

line! {
    /// A change.
    pub struct ChangeLine {
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
        select: "h.id AS id, p.code AS code, p.title AS title, o.name AS lead_organization, h.kind AS kind, h.input AS input,
            h.differences AS differences, h.stage AS stage, h.created_at AS submitted_at,
            (SELECT MAX(a.at) FROM audit a WHERE a.object_id = h.id AND a.action = 'change.approve' AND a.outcome = 'accepted') AS approved_at,
            CASE WHEN h.stage IN ('approved', 'effective') THEN u.name END AS approver, h.number AS number, h.effective_at AS effective_at",
        join: "JOIN changes h ON h.project_id = p.id LEFT JOIN users u ON u.id = h.decided_by",
        keep: "",
        order: Order::Id("h.id"),
    };

    fn mark(&self) -> String {
        self.id.to_string()
    }
}
