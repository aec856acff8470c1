//! The query of the ledger of progress reports: those that were given, and those that are owed.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::commitment::Commitment;
use crate::domain::id::{ProjectId, ReportId};
use crate::domain::report::{ReportInput, ReportKind, ReportStage};
use crate::domain::time::{Date, Timestamp};
use crate::store::Json;
use diesel::sql_types::{Date as SqlDate, Nullable, Text, Timestamp as SqlTimestamp};

line! {
    /// A report.
    pub struct ReportLine {
        project_id: ProjectId = Text,
        id: ReportId = Text,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        kind: ReportKind = Text,
        period: String = Text,
        stage: ReportStage = Text,
        due_on: Date = SqlDate,
        submitted_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        content: Option<Json<ReportInput>> = Nullable<Text>,
        comment: Option<String> = Nullable<Text>,
        commitment: Option<Json<Commitment>> = Nullable<Text>,
    }
}

impl Line for ReportLine {
    const SHAPE: Shape = Shape {
        select: "p.id AS project_id, r.id AS id, p.code AS code, p.title AS title, o.name AS lead_organization, r.kind AS kind, r.period AS period, r.stage AS stage,
            r.due_on AS due_on, r.submitted_at AS submitted_at, r.content AS content, r.comment AS comment, k.content AS commitment",
        join: "JOIN reports r ON r.project_id = p.id
            LEFT JOIN commitments k ON k.project_id = p.id AND k.number =
                (SELECT MAX(e.number) FROM commitments e WHERE e.project_id = p.id AND e.effective_at IS NOT NULL)",
        keep: "",
        order: Order::Pair("p.id", "r.id"),
    };

    fn mark(&self) -> String {
        format!("{}/{}", self.project_id, self.id)
    }

    fn origin(&self) -> Origin {
        Origin::of(self.project_id, self.id)
    }
}
