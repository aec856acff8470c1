//! 整改/黄牌台账: what was to be mended by when, and what became of it.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::acceptance::AcceptanceResult;
use crate::domain::ledger::{Column, LedgerKind, RectificationSource as Source, Value};
use crate::domain::milestone::MilestoneStage;
use crate::domain::report::ReportStage;
use crate::domain::time::{Date, Timestamp};
use crate::store::ledgers::rectifications::RectificationLine;

impl Ledger for RectificationLine {
    const KIND: LedgerKind = LedgerKind::Rectifications;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::code("source", "来源"),
        Column::text("about", "节点或期间"),
        Column::text("problem", "问题"),
        Column::day("began_on", "提出日"),
        Column::day("mend_until_on", "期限"),
        Column::day("done_on", "完成日"),
        Column::count("overdue_days", "逾期天数"),
        Column::code("outcome", "结论"),
        Column::count("cards", "黄牌次数"),
    ];

    fn values(self, act: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let outcome = self.outcome.as_deref().map(|code| outcome(self.source, code)).transpose()?;
        let about = if self.source == Source::Acceptance { format!("第{}次验收", self.which) } else { self.which };
        let done = self.done_at.map(Timestamp::date).or(self.done_on);
        let late = |by: Date| (done.unwrap_or_else(|| act.now.date()).0 - by.0).num_days().max(0);
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            self.source.into(),
            about.into(),
            self.problem.into(),
            self.began_at.map(Timestamp::date).or(self.began_on).into(),
            self.mend_by.into(),
            done.into(),
            self.mend_by.map(late).into(),
            outcome.into(),
            self.cards.into(),
        ])
    }
}

/// What it came to, in the words of its source.
fn outcome(source: Source, code: &str) -> Result<Value, AppError> {
    match source {
        Source::Milestone => code.parse::<MilestoneStage>().map(Into::into),
        Source::Acceptance => code.parse::<AcceptanceResult>().map(Into::into),
        Source::Report => code.parse::<ReportStage>().map(Into::into),
    }
    .map_err(|_| AppError::Internal(format!("unknown code {code}")))
}
