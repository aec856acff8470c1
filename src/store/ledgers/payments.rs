//! The query of the ledger of payments: each with its days from the audit log, and what its source had paid up to it.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::id::{PaymentId, ProjectId};
use crate::domain::money::Fen;
use crate::domain::payment::{Gate, PaymentStage, Source};
use crate::domain::time::{Date, Timestamp};
use diesel::sql_types::{BigInt, Date as SqlDate, Integer, Nullable, Text, Timestamp as SqlTimestamp};

line! {
    /// A payment.
    pub struct PaymentLine {
        project_id: ProjectId = Text,
        id: PaymentId = Text,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        number: i32 = Integer,
        source: Source = Text,
        gate: Gate = Text,
        milestone: Option<i32> = Nullable<Integer>,
        stage: PaymentStage = Text,
        amount_fen: Fen = BigInt,
        requested_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        checked_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        approved_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        paid_on: Option<Date> = Nullable<SqlDate>,
        paid_fen: Fen = BigInt,
        fiscal_paid_fen: Fen = BigInt,
        voucher_no: Option<String> = Nullable<Text>,
        // Of all payments of the project from the same source.
        planned_fen: Fen = BigInt,
        cumulative_fen: Fen = BigInt,
        returned: i64 = BigInt,
        hold_reason: Option<String> = Nullable<Text>,
    }
}

impl Line for PaymentLine {
    // A signature that was withdrawn with a returned request has no day any more.
    const SHAPE: Shape = Shape {
        select: "p.id AS project_id, y.id AS id, p.code AS code, p.title AS title, o.name AS lead_organization, y.number AS number,
            y.source AS source, y.gate AS gate, m.number AS milestone, y.stage AS stage, y.amount_fen AS amount_fen,
            CASE WHEN y.requested_by IS NOT NULL THEN (SELECT MAX(CASE WHEN a.action = 'payment.request' AND a.outcome = 'accepted' THEN a.at END)
                FROM audit a WHERE a.object_id = y.id) END AS requested_at,
            CASE WHEN y.checked_by IS NOT NULL THEN (SELECT MAX(CASE WHEN a.action = 'payment.check' AND a.outcome = 'accepted' THEN a.at END)
                FROM audit a WHERE a.object_id = y.id) END AS checked_at,
            CASE WHEN y.approved_by IS NOT NULL THEN (SELECT MAX(CASE WHEN a.action = 'payment.approve' AND a.outcome = 'accepted' THEN a.at END)
                FROM audit a WHERE a.object_id = y.id) END AS approved_at,
            y.paid_on AS paid_on,
            CASE WHEN y.stage = 'paid' THEN y.amount_fen ELSE 0 END AS paid_fen,
            CASE WHEN y.stage = 'paid' AND y.source = 'fiscal' THEN y.amount_fen ELSE 0 END AS fiscal_paid_fen,
            y.voucher_no AS voucher_no,
            (SELECT CAST(SUM(CASE WHEN q.source = y.source THEN q.amount_fen ELSE 0 END) AS BIGINT)
                FROM payments q WHERE q.project_id = y.project_id) AS planned_fen,
            (SELECT CAST(SUM(CASE WHEN q.stage = 'paid' AND q.source = y.source AND q.number <= y.number THEN q.amount_fen ELSE 0 END) AS BIGINT)
                FROM payments q WHERE q.project_id = y.project_id) AS cumulative_fen,
            (SELECT COUNT(*) FROM transfers t WHERE t.payment_id = y.id AND t.returned_on IS NOT NULL) AS returned,
            y.hold_reason AS hold_reason",
        join: "JOIN payments y ON y.project_id = p.id LEFT JOIN milestones m ON m.id = y.milestone_id",
        keep: "",
        order: Order::Place("p.id", "y.number"),
    };

    fn mark(&self) -> String {
        format!("{}/{}", self.project_id, self.number)
    }

    fn origin(&self) -> Origin {
        Origin::of(self.project_id, self.id)
    }
}
