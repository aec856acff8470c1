//! 成果与转化台账: every confirmed outcome, once for each project that counts it, with its share and what that comes to.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::store::ledgers::outcomes::OutcomeLine;

impl Ledger for OutcomeLine {
    const KIND: LedgerKind = LedgerKind::Outcomes;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::code("kind", "成果类型"),
        Column::code("award_part", "主持/参与"),
        Column::text("name", "名称"),
        Column::text("number", "编号"),
        Column::text("owners", "权属"),
        Column::day("dated_on", "日期"),
        Column::code("maturity", "阶段"),
        Column::code("transfer_mode", "转化方式"),
        Column::text("contract_no", "合同登记号"),
        Column::share("share_bps", "份额"),
        Column::money("transfer_fen", "转化金额").summed(),
        Column::money("sales_fen", "销售收入").summed(),
        Column::day("next_due_on", "下次跟踪期限"),
    ];

    fn values(self, _: &Act<'_>) -> Result<Vec<Value>, AppError> {
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            self.kind.into(),
            self.award_part.into(),
            self.name.into(),
            self.number.into(),
            self.owners.into(),
            self.dated_on.into(),
            self.maturity.into(),
            self.transfer_mode.into(),
            self.contract_no.into(),
            Value::Share(Some(self.share_bps.into())),
            self.transfer_fen.into(),
            self.sales_fen.into(),
            self.next_due_on.into(),
        ])
    }
}
