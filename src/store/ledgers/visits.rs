//! The query of the ledger of visits: each visit once for every problem that was found there, or once without.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::id::{ProblemId, ProjectId, VisitId};
use crate::domain::problem::ProblemStage;
use crate::domain::time::{Date, Timestamp};
use crate::domain::visit::VisitMode;
use diesel::sql_types::{Date as SqlDate, Nullable, Text, Timestamp as SqlTimestamp};

line! {
    /// A visit, with one of its problems.
    pub struct VisitLine {
        id: VisitId = Text,
        project_id: ProjectId = Text,
        problem_id: Option<ProblemId> = Nullable<Text>,
        commissioner: String = Text,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        held_at: Timestamp = SqlTimestamp,
        logged_at: Timestamp = SqlTimestamp,
        mode: VisitMode = Text,
        place: Option<String> = Nullable<Text>,
        findings: String = Text,
        problem: Option<String> = Nullable<Text>,
        owner: Option<String> = Nullable<Text>,
        due_on: Option<Date> = Nullable<SqlDate>,
        problem_stage: Option<ProblemStage> = Nullable<Text>,
        // A problem that is closed does not change any more.
        closed_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        resolution: Option<String> = Nullable<Text>,
        next_visit_on: Option<Date> = Nullable<SqlDate>,
    }
}

impl Line for VisitLine {
    const SHAPE: Shape = Shape {
        select: "v.id AS id, p.id AS project_id, q.id AS problem_id, u.name AS commissioner, p.code AS code, p.title AS title, o.name AS lead_organization,
            v.held_at AS held_at, v.created_at AS logged_at, v.mode AS mode, v.place AS place, v.findings AS findings, q.summary AS problem,
            q.owner AS owner, q.due_on AS due_on, q.stage AS problem_stage, CASE WHEN q.stage = 'closed' THEN q.updated_at END AS closed_at,
            q.resolution AS resolution, v.next_visit_on AS next_visit_on",
        join: "JOIN visits v ON v.project_id = p.id JOIN users u ON u.id = v.author_id LEFT JOIN problems q ON q.visit_id = v.id",
        keep: "",
        order: Order::Pair("v.id", "COALESCE(q.id, '')"),
    };

    fn mark(&self) -> String {
        let problem = self.problem_id.map(|id| id.to_string()).unwrap_or_default();
        format!("{}/{problem}", self.id)
    }

    fn origin(&self) -> Origin {
        Origin::of(self.project_id, self.id)
    }
}
