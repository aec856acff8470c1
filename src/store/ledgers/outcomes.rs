//! The query of the ledger of outcomes: each that is confirmed, once for every project that counts it, with what its share comes to.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::id::{OutcomeId, ProjectId};
use crate::domain::money::Fen;
use crate::domain::outcome::{AwardPart, Maturity, OutcomeKind, TransferMode};
use crate::domain::time::Date;
use diesel::sql_types::{BigInt, Date as SqlDate, Integer, Nullable, Text};

line! {
    /// A project's share of an outcome.
    pub struct OutcomeLine {
        project_id: ProjectId = Text,
        outcome_id: OutcomeId = Text,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        kind: OutcomeKind = Text,
        award_part: Option<AwardPart> = Nullable<Text>,
        name: String = Text,
        number: Option<String> = Nullable<Text>,
        owners: Option<String> = Nullable<Text>,
        dated_on: Date = SqlDate,
        maturity: Option<Maturity> = Nullable<Text>,
        transfer_mode: Option<TransferMode> = Nullable<Text>,
        contract_no: Option<String> = Nullable<Text>,
        share_bps: i32 = Integer,
        transfer_fen: Fen = BigInt,
        sales_fen: Fen = BigInt,
        next_due_on: Option<Date> = Nullable<SqlDate>,
    }
}

impl Line for OutcomeLine {
    // How it was transferred is what the last word that speaks of a transfer says.
    const SHAPE: Shape = Shape {
        select: "p.id AS project_id, y.id AS outcome_id, p.code AS code, p.title AS title, o.name AS lead_organization, y.kind AS kind,
            y.award_part AS award_part, y.title AS name, y.number AS number,
            (SELECT string_agg(w.name, '、' ORDER BY w.name) FROM outcome_owners u JOIN organizations w ON w.id = u.organization_id
                WHERE u.outcome_id = y.id) AS owners,
            y.dated_on AS dated_on, y.maturity_now AS maturity,
            COALESCE((SELECT z.transfer_mode FROM outcome_years z WHERE z.outcome_id = y.id AND z.transfer_mode IS NOT NULL
                ORDER BY z.number DESC LIMIT 1), y.transfer_mode) AS transfer_mode,
            COALESCE((SELECT z.contract_no FROM outcome_years z WHERE z.outcome_id = y.id AND z.transfer_mode IS NOT NULL
                ORDER BY z.number DESC LIMIT 1), y.contract_no) AS contract_no,
            s.share_bps AS share_bps, s.transfer_fen AS transfer_fen, s.sales_fen AS sales_fen, y.next_due_on AS next_due_on",
        join: "JOIN outcome_shares s ON s.project_id = p.id JOIN outcomes y ON y.id = s.outcome_id",
        keep: "y.stage = 'confirmed'",
        order: Order::Pair("p.id", "y.id"),
    };

    fn mark(&self) -> String {
        format!("{}/{}", self.project_id, self.outcome_id)
    }

    fn origin(&self) -> Origin {
        Origin::of(self.project_id, self.outcome_id)
    }
}
