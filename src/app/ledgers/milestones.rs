//! 里程碑节点台账: every milestone with its targets, what was reached, and how late it is.

use super::Ledger;
use super::commitments::pledge;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::domain::light::Node;
use crate::domain::measure::STOPPED;
use crate::domain::milestone::NodeIndicator;
use crate::store::ledgers::milestones::MilestoneLine;

impl Ledger for MilestoneLine {
    const KIND: LedgerKind = LedgerKind::Milestones;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::count("number", "节点序号"),
        Column::text("name", "节点内容"),
        Column::text("targets", "指标及目标值"),
        Column::text("actuals", "完成值"),
        Column::day("due_on", "到期日"),
        Column::day("submitted_on", "提交日"),
        Column::day("judged_on", "考核日"),
        Column::code("stage", "结论"),
        Column::day("rectify_until_on", "整改期限"),
        Column::count("overdue_days", "逾期天数"),
        Column::code("light", "灯色"),
    ];

    fn values(self, act: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let today = act.now.date();
        let node = Node { stage: self.stage, due_on: self.due_on, rectify_by: self.rectify_by };
        // A project that was ended early owes nothing any more, and has no light.
        let runs = !STOPPED.contains(&self.project_stage);
        let indicators = self.indicators.read()?;
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            self.number.into(),
            self.name.into(),
            Value::list(indicators.iter().map(|node| pledge(&node.indicator))),
            Value::list(indicators.iter().filter_map(actual)),
            self.due_on.into(),
            self.submitted_at.into(),
            self.judged_at.into(),
            self.stage.into(),
            self.rectify_by.into(),
            runs.then(|| node.overdue_days(today)).into(),
            runs.then(|| node.light(today)).into(),
        ])
    }
}

/// What was reached of an indicator, once something was handed in.
fn actual(node: &NodeIndicator) -> Option<String> {
    node.actual.map(|actual| format!("{}：{actual}", node.indicator.name))
}
