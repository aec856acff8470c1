//! 重点任务/指标督查台账: every target of the department's plans, in the words in which it was set, and how it stands today.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::store::targets::TargetRow;

impl Ledger for TargetRow {
    const KIND: LedgerKind = LedgerKind::Targets;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "编码"),
        Column::text("name", "任务"),
        Column::code("scope", "范围"),
        Column::count("year", "起始年度"),
        Column::text("aspect", "方面"),
        Column::text("source", "出处"),
        Column::text("quote", "出处原文"),
        Column::text("responsible_unit", "责任单位"),
        Column::text("baseline", "基线"),
        Column::text("target", "目标"),
        Column::text("actual", "截至值"),
        Column::day("actual_on", "截至日"),
        Column::share("completion_bps", "完成率"),
        Column::code("judgement", "进度判断"),
        Column::text("note", "说明"),
    ];

    fn values(self, act: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let (mark, last) = (self.mark()?, self.last()?);
        let unit = self.unit.as_deref().unwrap_or_default();
        let about = self.tolerance.as_ref().map(|tolerance| format!("（±{tolerance}）")).unwrap_or_default();
        let with_unit = |number: &String| format!("{number}{unit}");
        Ok(vec![
            self.code.into(),
            self.name.into(),
            self.scope.into(),
            self.year.into(),
            self.aspect.into(),
            format!("{} {}", self.document, self.section).into(),
            self.quote.into(),
            self.responsible_unit.into(),
            self.baseline.as_ref().map(with_unit).into(),
            format!("{}{}{about}", self.comparator.zh(), with_unit(&self.target)).into(),
            self.actual.as_ref().map(with_unit).into(),
            self.actual_on.into(),
            Value::Share(last.and_then(|(value, _)| mark.completion_bps(value))),
            mark.judge(last, act.now.date()).into(),
            self.actual_note.into(),
        ])
    }
}
