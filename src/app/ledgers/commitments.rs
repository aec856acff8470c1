//! 任务书及军令状签订台账: who signed for which pledges, and when.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::indicator::Indicator;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::domain::project::ProjectStage;
use crate::store::Json;
use crate::store::ledgers::commitments::CommitmentLine;

impl Ledger for CommitmentLine {
    const KIND: LedgerKind = LedgerKind::Commitments;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::code("stage", "状态"),
        Column::day("sign_until_on", "签订期限"),
        Column::day("signed_on", "签订日"),
        Column::day("effective_on", "生效日"),
        Column::text("team_signer", "军令状签署人"),
        Column::text("legal_representative", "法定代表人"),
        Column::text("department_signer", "甲方签署人"),
        Column::text("sponsor_signer", "需求方签署人"),
        Column::text("pledges", "承诺指标"),
        Column::text("clauses", "违约责任"),
        Column::code("is_late", "是否逾期签订"),
        Column::count("supplements", "补充任务书次数"),
    ];

    fn values(self, act: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let text = self.commitment.as_ref().map(Json::read).transpose()?;
        let clauses = text.iter().flat_map(|text| &text.clauses).map(|clause| clause.heading.clone());
        let waits = self.stage == ProjectStage::Signing && act.now.date() > self.sign_by;
        let late = self.signed_at.map_or(waits, |at| at.date() > self.sign_by);
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            self.stage.into(),
            self.sign_by.into(),
            self.signed_at.into(),
            self.effective_at.into(),
            self.team_signer.into(),
            self.legal_representative.into(),
            self.department_signer.into(),
            self.sponsor_signer.into(),
            Value::list(text.iter().flat_map(|text| &text.indicators).map(pledge)),
            Value::list(clauses),
            Value::yes(late),
            self.supplements.into(),
        ])
    }
}

/// A target in words: `产品甲烷浓度≥95%`.
pub(super) fn pledge(indicator: &Indicator) -> String {
    let unit = indicator.unit.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{}{}{}{unit}", indicator.name, indicator.comparator.zh(), indicator.target)
}
