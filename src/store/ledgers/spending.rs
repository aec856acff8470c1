//! The query of the ledger of spending: each project once for every kind of cost, with its budget and its last report.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::commitment::Commitment;
use crate::domain::id::ProjectId;
use crate::domain::report::ReportInput;
use crate::store::Json;
use diesel::sql_types::{Integer, Nullable, Text};

line! {
    /// A kind of cost of a project.
    pub struct SpendingLine {
        id: ProjectId = Text,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        // Which kind of cost, from 1, in the order of `BudgetItem::ALL`.
        number: i32 = Integer,
        commitment: Json<Commitment> = Text,
        period: Option<String> = Nullable<Text>,
        report: Option<Json<ReportInput>> = Nullable<Text>,
    }
}

impl Line for SpendingLine {
    // The outer join keeps the kinds of cost behind the projects: their order is found in an index, and not sorted.
    const SHAPE: Shape = Shape {
        select: "p.id AS id, p.code AS code, p.title AS title, o.name AS lead_organization, g.number AS number, k.content AS commitment,
            r.period AS period, r.content AS report",
        join: "LEFT JOIN (SELECT 1 AS number UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) g ON g.number > 0
            JOIN commitments k ON k.project_id = p.id AND k.number =
                (SELECT MAX(e.number) FROM commitments e WHERE e.project_id = p.id AND e.effective_at IS NOT NULL)
            LEFT JOIN reports r ON r.id = (SELECT e.id FROM reports e WHERE e.project_id = p.id AND e.submitted_at IS NOT NULL
                ORDER BY e.submitted_at DESC LIMIT 1)",
        keep: "",
        order: Order::Place("p.id", "g.number"),
    };

    fn mark(&self) -> String {
        format!("{}/{}", self.id, self.number)
    }

    fn origin(&self) -> Origin {
        Origin::of(self.id, self.id)
    }
}
