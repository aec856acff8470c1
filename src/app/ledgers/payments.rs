//! 经费拨付台账: every payment of every project, with its days and what its source had paid up to it.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::domain::money::Fen;
use crate::domain::payment::Gate;
use crate::store::ledgers::payments::PaymentLine;

impl Ledger for PaymentLine {
    const KIND: LedgerKind = LedgerKind::Payments;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::count("number", "期次"),
        Column::code("source", "资金来源"),
        Column::money("amount_fen", "应拨").summed(),
        Column::text("gate", "条件"),
        Column::code("stage", "状态"),
        Column::day("requested_on", "申请日"),
        Column::day("checked_on", "审核日"),
        Column::day("approved_on", "批准日"),
        Column::day("paid_on", "拨付日"),
        Column::money("paid_fen", "实拨").summed(),
        Column::money("fiscal_paid_fen", "其中财政实拨").summed(),
        Column::text("voucher_no", "凭证号"),
        Column::money("cumulative_fen", "累计拨付"),
        Column::share("cumulative_bps", "拨付率"),
        Column::money("remaining_fen", "结余"),
        Column::count("returned", "退汇次数"),
        Column::text("hold_reason", "缓拨事由"),
    ];

    fn values(self, _: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let gate = match (self.gate, self.milestone) {
            (Gate::Milestone, Some(number)) => format!("第{number}个里程碑达标"),
            (gate, _) => gate.zh().to_owned(),
        };
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            self.number.into(),
            self.source.into(),
            self.amount_fen.into(),
            gate.into(),
            self.stage.into(),
            self.requested_at.into(),
            self.checked_at.into(),
            self.approved_at.into(),
            self.paid_on.into(),
            self.paid_fen.into(),
            self.fiscal_paid_fen.into(),
            self.voucher_no.into(),
            self.cumulative_fen.into(),
            Value::share(self.cumulative_fen.0, self.planned_fen.0),
            Fen(self.planned_fen.0.saturating_sub(self.cumulative_fen.0)).into(),
            self.returned.into(),
            self.hold_reason.into(),
        ])
    }
}
