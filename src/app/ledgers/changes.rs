//! 变更台账（含延期）: what a change made of what, in words that people read.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::amendment::Change;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::domain::money::Fen;
use crate::store::ledgers::changes::ChangeLine;
use serde_json::Value as Json;

impl Ledger for ChangeLine {
    const KIND: LedgerKind = LedgerKind::Changes;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::code("kind", "类型"),
        Column::code("is_major", "是否重大变更"),
        Column::text("cause", "事由"),
        Column::day("cause_on", "事由发生日"),
        Column::text("before", "原值"),
        Column::text("after", "新值"),
        Column::day("submitted_on", "申请日"),
        Column::code("stage", "状态"),
        Column::day("approved_on", "批准日"),
        Column::text("approver", "批准人"),
        Column::count("supplement", "补充任务书号"),
        Column::day("effective_on", "生效日"),
    ];

    fn values(self, _: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let (input, differences) = (self.input.read()?, self.differences.read()?);
        let told = |value: fn(&Change) -> &Json| Value::list(differences.iter().map(|change| told(&change.field, value(change))));
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            self.kind.into(),
            Value::yes(self.kind.is_major()),
            input.cause.to_string().into(),
            input.cause_on.into(),
            told(|change| &change.before),
            told(|change| &change.after),
            self.submitted_at.into(),
            self.stage.into(),
            self.approved_at.into(),
            self.approver.into(),
            self.number.into(),
            self.effective_at.into(),
        ])
    }
}

/// The words of a commitment's fields.
const WORDS: &[(&str, &str)] = &[
    ("title", "项目名称"),
    ("principal", "挂帅人"),
    ("ends_on", "结束日"),
    ("technical_route", "技术路线"),
    ("account", "收款账户"),
    ("parties", "签约方"),
    ("organization", "单位"),
    ("uscc", "统一社会信用代码"),
    ("members", "合作单位"),
    ("tasks", "任务"),
    ("fiscal_share_bps", "财政经费比例（基点）"),
    ("self_fund_fen", "自筹"),
    ("budget", "预算"),
    ("item", "科目"),
    ("fiscal_fen", "财政"),
    ("sponsor_fen", "需求方"),
    ("self_fen", "自筹"),
    ("indicators", "指标"),
    ("target", "目标值"),
    ("value", "目标值"),
    ("milestones", "里程碑"),
    ("due_on", "到期日"),
    ("weight_bps", "权重（基点）"),
    ("waived", "豁免"),
];

/// A field with its value: `里程碑1到期日：2027-02-01`.
fn told(field: &str, value: &Json) -> String {
    let mut words = String::new();
    for part in field.split('.') {
        let (name, place) =
            part.split_once('[').map_or((part, None), |(name, rest)| (name, rest.trim_end_matches(']').parse::<usize>().ok()));
        words.push_str(WORDS.iter().find(|(known, _)| *known == name).map_or(name, |(_, zh)| zh));
        if let Some(place) = place {
            words.push_str(&place.saturating_add(1).to_string());
        }
    }
    let value = match value {
        Json::Null => "无".to_owned(),
        Json::Bool(holds) => Value::yes(*holds).printed(),
        Json::Number(number) if field.ends_with("_fen") => {
            number.as_i64().map_or_else(|| number.to_string(), |fen| format!("{}万元", Fen(fen).in_wan()))
        }
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    format!("{words}：{value}")
}

#[cfg(test)]
mod tests {
    use super::told;
    use serde_json::json;

    #[test]
    fn a_difference_is_told_in_words() {
        assert_eq!(told("ends_on", &json!("2029-04-15")), "结束日：2029-04-15");
        assert_eq!(told("milestones[0].indicators[1].value", &json!("96")), "里程碑1指标2目标值：96");
        assert_eq!(told("budget[1].fiscal_fen", &json!(2_500_000)), "预算2财政：2.50万元");
        assert_eq!(told("account", &json!(null)), "收款账户：无");
        assert_eq!(told("milestones[0].waived", &json!(true)), "里程碑1豁免：是");
    }
}
