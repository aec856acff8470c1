//! The query of the ledger of acceptances: every application, with its panel.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::acceptance::{AcceptanceItem, AcceptanceResult, AcceptanceStage, PanelVerdict};
use crate::domain::id::{AcceptanceId, ProjectId};
use crate::domain::time::Date;
use crate::store::Json;
use diesel::sql_types::{Date as SqlDate, Integer, Nullable, Text};

line! {
    /// An application for acceptance.
    pub struct AcceptanceLine {
        project_id: ProjectId = Text,
        id: AcceptanceId = Text,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        ends_on: Date = SqlDate,
        number: i32 = Integer,
        applied_on: Date = SqlDate,
        rectifies_by: Option<Date> = Nullable<SqlDate>,
        stage: AcceptanceStage = Text,
        meeting_on: Option<Date> = Nullable<SqlDate>,
        panel: Option<String> = Nullable<Text>,
        task: Option<PanelVerdict> = Nullable<Text>,
        finance: Option<PanelVerdict> = Nullable<Text>,
        result: Option<AcceptanceResult> = Nullable<Text>,
        decided_on: Option<Date> = Nullable<SqlDate>,
        items: Json<Vec<AcceptanceItem>> = Text,
        certificate_no: Option<String> = Nullable<Text>,
    }
}

impl Line for AcceptanceLine {
    const SHAPE: Shape = Shape {
        select:
            "p.id AS project_id, q.id AS id, p.code AS code, p.title AS title, o.name AS lead_organization, p.ends_on AS ends_on, q.number AS number,
            q.applied_on AS applied_on, q.rectifies_by AS rectifies_by, q.stage AS stage, q.meeting_on AS meeting_on,
            (SELECT string_agg(u.name, '、' ORDER BY u.name) FROM acceptance_experts e JOIN users u ON u.id = e.expert_id
                WHERE e.acceptance_id = q.id) AS panel,
            q.task AS task, q.finance AS finance, q.result AS result, q.decided_on AS decided_on, q.items AS items,
            q.certificate_no AS certificate_no",
        join: "JOIN acceptances q ON q.project_id = p.id",
        keep: "",
        order: Order::Place("p.id", "q.number"),
    };

    fn mark(&self) -> String {
        format!("{}/{}", self.project_id, self.number)
    }

    fn origin(&self) -> Origin {
        Origin::of(self.project_id, self.id)
    }
}
