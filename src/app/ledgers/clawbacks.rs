//! 终止撤销与资金追回台账: how a project ended, what goes back of its money, and what came.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::domain::money::Fen;
use crate::store::ledgers::clawbacks::ClawbackLine;

impl Ledger for ClawbackLine {
    const KIND: LedgerKind = LedgerKind::Clawbacks;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::code("stage", "类型"),
        Column::code("cause", "原因"),
        Column::text("reason", "说明"),
        Column::text("decision_no", "决定文号"),
        Column::day("decided_on", "决定日"),
        Column::money("award_fen", "财政"),
        Column::money("paid_fen", "已拨").summed(),
        Column::code("clawback_cause", "追回事由"),
        Column::text("clawback_no", "追回决定文号"),
        Column::money("principal_fen", "应退本金").summed(),
        Column::money("interest_fen", "利息").summed(),
        Column::money("due_fen", "应退合计").summed(),
        Column::money("received_fen", "已退").summed(),
        Column::money("written_off_fen", "核销").summed(),
        Column::money("outstanding_fen", "未退").summed(),
        Column::day("due_on", "截止日"),
        Column::count("overdue_days", "逾期天数"),
        Column::code("clawback_stage", "状态"),
    ];

    fn values(self, act: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let owed = self.outstanding_fen.is_some_and(|fen| fen > Fen::ZERO);
        let late = self.due_on.map(|by| if owed { (act.now.date().0 - by.0).num_days().max(0) } else { 0 });
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            self.stage.into(),
            self.cause.into(),
            self.reason.into(),
            self.decision_no.into(),
            self.decided_on.into(),
            self.award_fen.into(),
            self.paid_fen.into(),
            self.clawback_cause.into(),
            self.clawback_no.into(),
            self.principal_fen.into(),
            self.interest_fen.into(),
            self.due_fen.into(),
            self.received_fen.into(),
            self.written_off_fen.into(),
            self.outstanding_fen.into(),
            self.due_on.into(),
            late.into(),
            self.clawback_stage.into(),
        ])
    }
}
