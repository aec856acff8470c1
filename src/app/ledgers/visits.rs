//! 专员服务台账: what commissioners did, and what became of the problems that they found.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::domain::visit::backdated;
use crate::store::ledgers::visits::VisitLine;

impl Ledger for VisitLine {
    const KIND: LedgerKind = LedgerKind::Visits;
    const COLUMNS: &'static [Column] = &[
        Column::text("commissioner", "专员"),
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::day("held_on", "服务日"),
        Column::code("mode", "方式"),
        Column::text("place", "地点"),
        Column::text("findings", "服务情况"),
        Column::text("problem", "发现问题"),
        Column::text("owner", "责任人"),
        Column::day("due_on", "办结期限"),
        Column::code("problem_stage", "办理情况"),
        Column::day("closed_on", "办结日"),
        Column::text("resolution", "办理结果"),
        Column::day("next_visit_on", "下次计划"),
        Column::code("is_backdated", "是否补记"),
    ];

    fn values(self, _: &Act<'_>) -> Result<Vec<Value>, AppError> {
        Ok(vec![
            self.commissioner.into(),
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            self.held_at.into(),
            self.mode.into(),
            self.place.into(),
            self.findings.into(),
            self.problem.into(),
            self.owner.into(),
            self.due_on.into(),
            self.problem_stage.into(),
            self.closed_at.into(),
            self.resolution.into(),
            self.next_visit_on.into(),
            Value::yes(backdated(self.held_at, self.logged_at)),
        ])
    }
}
