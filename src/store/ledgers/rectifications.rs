//! The query of the ledger of rectifications: milestones and acceptances that were sent back, and yellow cards.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::id::ProjectId;
use crate::domain::ledger::RectificationSource;
use crate::domain::time::{Date, Timestamp};
use diesel::sql_types::{BigInt, Date as SqlDate, Nullable, Text, Timestamp as SqlTimestamp};

line! {
    /// Something that is to be mended.
    pub struct RectificationLine {
        project_id: ProjectId = Text,
        // Of the record that it comes from.
        id: String = Text,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        source: RectificationSource = Text,
        // Which milestone, application or period.
        which: String = Text,
        problem: Option<String> = Nullable<Text>,
        // An instant, or for what keeps no instant its day.
        began_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        began_on: Option<Date> = Nullable<SqlDate>,
        mend_by: Option<Date> = Nullable<SqlDate>,
        done_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        done_on: Option<Date> = Nullable<SqlDate>,
        // Code of what it came to, by its source.
        outcome: Option<String> = Nullable<Text>,
        cards: i64 = BigInt,
    }
}

impl Line for RectificationLine {
    // A milestone and an acceptance are sent back once at most.
    const SHAPE: Shape = Shape {
        select: "x.project_id AS project_id, x.id AS id, p.code AS code, p.title AS title, o.name AS lead_organization, x.source AS source,
            x.which AS which, x.problem AS problem, x.began_at AS began_at, x.began_on AS began_on, x.mend_by AS mend_by, x.done_at AS done_at,
            x.done_on AS done_on, x.outcome AS outcome, (SELECT COUNT(*) FROM yellow_cards e WHERE e.project_id = p.id) AS cards",
        join: "JOIN (
            SELECT m.project_id AS project_id, m.id AS id, 'milestone' AS source, m.name AS which,
                (SELECT MAX(e.opinion) FROM milestone_events e WHERE e.milestone_id = m.id AND e.action = 'milestone.return') AS problem,
                (SELECT MAX(e.at) FROM milestone_events e WHERE e.milestone_id = m.id AND e.action = 'milestone.return') AS began_at,
                CAST(NULL AS DATE) AS began_on, m.rectify_by AS mend_by,
                (SELECT MAX(e.at) FROM milestone_events e WHERE e.milestone_id = m.id AND e.from_stage = 'rectifying'
                    AND e.action = 'milestone.submit') AS done_at,
                CAST(NULL AS DATE) AS done_on, m.stage AS outcome
            FROM milestones m WHERE m.rectify_by IS NOT NULL
            UNION ALL
            SELECT q.project_id, q.id, 'acceptance', CAST(q.number AS TEXT), q.opinion, NULL, q.decided_on, q.rectify_by, NULL, n.applied_on, n.result
            FROM acceptances q LEFT JOIN acceptances n ON n.project_id = q.project_id AND n.number = q.number + 1 WHERE q.rectify_by IS NOT NULL
            UNION ALL
            SELECT y.project_id, y.report_id, 'report', r.period, NULL, NULL, y.issued_on, NULL, r.submitted_at, NULL, r.stage
            FROM yellow_cards y JOIN reports r ON r.id = y.report_id
        ) x ON x.project_id = p.id",
        keep: "",
        order: Order::Pair("p.id", "x.id"),
    };

    fn mark(&self) -> String {
        format!("{}/{}", self.project_id, self.id)
    }

    fn origin(&self) -> Origin {
        Origin::of(self.project_id, &self.id)
    }
}
