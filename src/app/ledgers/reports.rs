//! 执行情况报告汇总: every report with its progress, held against the commitment in force, and what is still owed.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::commitment::Commitment;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::domain::money::Fen;
use crate::domain::report::{ReportInput, ReportStage};
use crate::domain::time::Timestamp;
use crate::store::Json;
use crate::store::ledgers::reports::ReportLine;

impl Ledger for ReportLine {
    const KIND: LedgerKind = LedgerKind::Reports;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::code("kind", "类型"),
        Column::text("period", "期间"),
        Column::code("stage", "状态"),
        Column::day("due_on", "到期日"),
        Column::day("submitted_on", "提交日"),
        Column::count("overdue_days", "逾期天数"),
        Column::text("done", "进度"),
        Column::share("reached_bps", "指标完成率"),
        Column::money("spent_fen", "累计支出"),
        Column::share("spent_bps", "支出率"),
        Column::code("risk", "风险等级"),
        Column::text("problems", "问题"),
        Column::text("help_needed", "需协调事项"),
        Column::text("comment", "专员意见"),
    ];

    fn values(self, act: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let given = self.content.as_ref().map(Json::read).transpose()?;
        let text = self.commitment.as_ref().map(Json::read).transpose()?;
        let until = self.submitted_at.map_or_else(|| act.now.date(), Timestamp::date);
        let (reached, spent) = match (&given, &text) {
            (Some(given), Some(text)) => (reached(given, text), spent(given, text)),
            (Some(_), None) => (Value::Share(None), Value::Share(None)),
            (None, _) => (Value::Empty, Value::Empty),
        };
        let given = given.as_ref();
        let late = (until.0 - self.due_on.0).num_days().max(0);
        let owed = self.stage != ReportStage::Due || late > 0;
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            self.kind.into(),
            self.period.into(),
            self.stage.into(),
            self.due_on.into(),
            self.submitted_at.into(),
            owed.then_some(late).into(),
            given.map(|given| given.done.to_string()).into(),
            reached,
            given.map(ReportInput::spent).into(),
            spent,
            given.map(|given| given.risk).into(),
            given.and_then(|given| given.problems.as_ref()).map(ToString::to_string).into(),
            given.and_then(|given| given.help_needed.as_ref()).map(ToString::to_string).into(),
            self.comment.into(),
        ])
    }
}

/// How many of the pledged indicators have reached their target.
fn reached(given: &ReportInput, text: &Commitment) -> Value {
    let value = |code: &str| given.indicators.iter().find(|reached| reached.code.as_str() == code).map(|reached| reached.value);
    let there = text
        .indicators
        .iter()
        .filter(|pledged| value(pledged.code.as_str()).is_some_and(|value| pledged.comparator.reached(value, pledged.target)));
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Value::share(count(there.count()), count(text.indicators.len()))
}

/// How much of all money was spent.
fn spent(given: &ReportInput, text: &Commitment) -> Value {
    Value::share(given.spent().0, Fen::total([text.award_fen, text.sponsor_fund_fen, text.self_fund_fen]).0)
}
