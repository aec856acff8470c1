//! 验收台账: every application for acceptance with its panel, its conclusions and the numbers of its papers.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::acceptance::{AcceptanceItem, AcceptanceItemKind, apply_by};
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::store::ledgers::acceptances::AcceptanceLine;

impl Ledger for AcceptanceLine {
    const KIND: LedgerKind = LedgerKind::Acceptances;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::day("ends_on", "到期日"),
        Column::day("apply_until_on", "申请期限"),
        Column::count("number", "第几次申请"),
        Column::day("applied_on", "申请日"),
        Column::code("stage", "状态"),
        Column::day("meeting_on", "评议日"),
        Column::text("panel", "专家组"),
        Column::code("task", "任务结论"),
        Column::code("finance", "财务结论"),
        Column::code("result", "总体结论"),
        Column::day("decided_on", "结论日"),
        Column::text("science_report_no", "科技报告编号"),
        Column::text("audit_report_no", "审计报告号"),
        Column::text("certificate_no", "证书编号"),
    ];

    fn values(self, _: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let items = self.items.read()?;
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            self.ends_on.into(),
            self.rectifies_by.unwrap_or_else(|| apply_by(self.ends_on)).into(),
            self.number.into(),
            self.applied_on.into(),
            self.stage.into(),
            self.meeting_on.into(),
            self.panel.into(),
            self.task.into(),
            self.finance.into(),
            self.result.into(),
            self.decided_on.into(),
            numbers(&items, AcceptanceItemKind::ScienceReport),
            numbers(&items, AcceptanceItemKind::AuditReport),
            self.certificate_no.into(),
        ])
    }
}

/// The numbers of the papers of this kind.
fn numbers(items: &[AcceptanceItem], kind: AcceptanceItemKind) -> Value {
    Value::list(items.iter().filter(|item| item.kind == kind).map(|item| item.reference.to_string()))
}
