//! The query of the ledger of ends: projects that were terminated or revoked, lanes that were cut or merged, and those whose money goes
//! back.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::clawback::{ClawbackCause, ClawbackStage};
use crate::domain::id::{ClawbackId, ProjectId};
use crate::domain::measure::Cause;
use crate::domain::money::Fen;
use crate::domain::project::ProjectStage;
use crate::domain::time::Date;
use diesel::sql_types::{BigInt, Date as SqlDate, Nullable, Text};

line! {
    /// A project that ended early, or gives money back.
    pub struct ClawbackLine {
        id: ProjectId = Text,
        clawback_id: Option<ClawbackId> = Nullable<Text>,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        stage: ProjectStage = Text,
        cause: Option<Cause> = Nullable<Text>,
        reason: Option<String> = Nullable<Text>,
        decision_no: Option<String> = Nullable<Text>,
        decided_on: Option<Date> = Nullable<SqlDate>,
        award_fen: Fen = BigInt,
        paid_fen: Fen = BigInt,
        clawback_cause: Option<ClawbackCause> = Nullable<Text>,
        clawback_no: Option<String> = Nullable<Text>,
        principal_fen: Option<Fen> = Nullable<BigInt>,
        interest_fen: Option<Fen> = Nullable<BigInt>,
        due_fen: Option<Fen> = Nullable<BigInt>,
        received_fen: Option<Fen> = Nullable<BigInt>,
        written_off_fen: Option<Fen> = Nullable<BigInt>,
        outstanding_fen: Option<Fen> = Nullable<BigInt>,
        due_on: Option<Date> = Nullable<SqlDate>,
        clawback_stage: Option<ClawbackStage> = Nullable<Text>,
    }
}

impl Line for ClawbackLine {
    // A project ends once and is settled once. What is proposed, or was declined, is owed by nobody. What is outstanding is what
    // `ClawbackRow::outstanding` says of one; a test holds the two against each other.
    const SHAPE: Shape = Shape {
        select: "p.id AS id, w.id AS clawback_id, p.code AS code, p.title AS title, o.name AS lead_organization, p.stage AS stage, z.cause AS cause, z.reason AS reason,
            z.decision_no AS decision_no, z.decided_on AS decided_on, p.award_fen - p.ceded_fen AS award_fen,
            (SELECT COALESCE(CAST(SUM(CASE WHEN y.stage = 'paid' AND y.source = 'fiscal' THEN y.amount_fen ELSE 0 END) AS BIGINT), 0)
                FROM payments y WHERE y.project_id = p.id) AS paid_fen,
            w.cause AS clawback_cause, w.decision_no AS clawback_no, w.principal_fen AS principal_fen, w.interest_fen AS interest_fen,
            w.principal_fen + w.interest_fen AS due_fen, w.received_fen AS received_fen,
            w.written_off_fen AS written_off_fen,
            CASE WHEN w.stage IN ('notified', 'partial', 'write_off') THEN w.principal_fen + w.interest_fen - w.received_fen
                WHEN w.id IS NOT NULL THEN 0 END AS outstanding_fen,
            w.due_on AS due_on, w.stage AS clawback_stage",
        join: "LEFT JOIN measures z ON z.project_id = p.id AND z.kind IN ('terminate', 'revoke') AND z.stage = 'approved'
            LEFT JOIN clawbacks w ON w.project_id = p.id AND w.stage NOT IN ('proposed', 'declined')",
        keep: "(z.id IS NOT NULL OR w.id IS NOT NULL OR p.stage IN ('eliminated', 'merged'))",
        order: Order::Id("p.id"),
    };

    fn mark(&self) -> String {
        self.id.to_string()
    }

    fn origin(&self) -> Origin {
        Origin { id: self.clawback_id.map(|id| id.to_string()), project_id: Some(self.id.to_string()) }
    }
}
