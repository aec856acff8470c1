//! Ledgers 台账: the department's lists over all its projects: which there are, their columns, and what stands in them.

use crate::domain::codes::codes;
use crate::domain::money::Fen;
use crate::domain::refusal::Refusal;
use crate::domain::time::{Date, Timestamp};

codes! {
    /// A ledger.
    pub enum LedgerKind {
        Projects = "projects" "立项项目总台账",
        Commitments = "commitments" "任务书及军令状签订台账",
        Milestones = "milestones" "里程碑节点台账",
        Payments = "payments" "经费拨付台账",
        Spending = "spending" "经费执行台账",
        Visits = "visits" "专员服务台账",
        Reports = "reports" "执行情况报告汇总",
        Changes = "changes" "变更与延期台账",
        Rectifications = "rectifications" "整改与黄牌台账",
        Clawbacks = "clawbacks" "终止撤销与资金追回台账",
        Acceptances = "acceptances" "验收台账",
        Outcomes = "outcomes" "成果与转化台账",
        Targets = "targets" "重点任务与指标督查台账",
    }
}

codes! {
    /// Where a rectification comes from.
    pub enum RectificationSource {
        Milestone = "milestone" "里程碑考核",
        Acceptance = "acceptance" "验收",
        Report = "report" "黄牌（连续两期报告未提交）",
    }
}

codes! {
    /// How a ledger comes as a file.
    pub enum LedgerFormat {
        Xlsx = "xlsx" "Excel",
        Csv = "csv" "CSV",
    }
}

codes! {
    /// What a column holds.
    pub enum ColumnKind {
        Text = "text" "文字",
        Code = "code" "代码",
        Day = "day" "日期",
        Count = "count" "数量",
        Money = "money" "金额",
        Share = "share" "比例",
    }
}

/// Rows of a file, at most: a longer ledger is refused, never cut.
pub const MOST_ROWS: i64 = 10_000;

/// Whether so many rows fit into a file.
///
/// # Errors
/// They are too many.
pub const fn fits(rows: i64) -> Result<(), Refusal> {
    if rows > MOST_ROWS { Err(Refusal::LedgerTooLong) } else { Ok(()) }
}

/// A column: its key in JSON, its heading, and what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Key in JSON. Money ends in `_fen`, days in `_on`, shares in `_bps`.
    pub key: &'static str,
    /// Heading.
    pub zh: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether it is added up over the whole ledger.
    pub summed: bool,
    /// Whether only those see it who may read the bids.
    pub personal: bool,
}

impl Column {
    /// A column of this kind.
    #[must_use]
    pub const fn new(key: &'static str, zh: &'static str, kind: ColumnKind) -> Self {
        Self { key, zh, kind, summed: false, personal: false }
    }

    /// Words.
    #[must_use]
    pub const fn text(key: &'static str, zh: &'static str) -> Self {
        Self::new(key, zh, ColumnKind::Text)
    }

    /// A value of a closed list: its code in JSON, its name in a file.
    #[must_use]
    pub const fn code(key: &'static str, zh: &'static str) -> Self {
        Self::new(key, zh, ColumnKind::Code)
    }

    /// A day.
    #[must_use]
    pub const fn day(key: &'static str, zh: &'static str) -> Self {
        Self::new(key, zh, ColumnKind::Day)
    }

    /// A whole number.
    #[must_use]
    pub const fn count(key: &'static str, zh: &'static str) -> Self {
        Self::new(key, zh, ColumnKind::Count)
    }

    /// Money: fen in JSON, 万元 in a file.
    #[must_use]
    pub const fn money(key: &'static str, zh: &'static str) -> Self {
        Self::new(key, zh, ColumnKind::Money)
    }

    /// A share: basis points in JSON, per cent in a file.
    #[must_use]
    pub const fn share(key: &'static str, zh: &'static str) -> Self {
        Self::new(key, zh, ColumnKind::Share)
    }

    /// The same, added up over the whole ledger: the query selects it under its key.
    #[must_use]
    pub const fn summed(self) -> Self {
        Self { summed: true, ..self }
    }

    /// The same, for those alone who may read the bids.
    #[must_use]
    pub const fn personal(self) -> Self {
        Self { personal: true, ..self }
    }

    /// The heading with its unit, as files print it.
    #[must_use]
    pub fn heading(&self) -> String {
        match self.kind {
            ColumnKind::Money => format!("{}（万元）", self.zh),
            ColumnKind::Share => format!("{}（%）", self.zh),
            _ => self.zh.to_owned(),
        }
    }
}

/// What stands in one place of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Words.
    Text(String),
    /// Code and Chinese name of a closed list's value.
    Code(&'static str, &'static str),
    /// A day.
    Day(Date),
    /// A whole number.
    Count(i64),
    /// Money.
    Money(Fen),
    /// A share in basis points; none where there is nothing to divide by.
    Share(Option<i64>),
    /// Nothing.
    Empty,
    /// Something that the reader may not see.
    Hidden,
}

impl Value {
    /// The share of `part` in `whole`.
    #[must_use]
    pub fn share(part: i64, whole: i64) -> Self {
        let exact = i128::from(part).saturating_mul(10_000).checked_div(i128::from(whole));
        Self::Share(exact.and_then(|bps| i64::try_from(bps).ok()))
    }

    /// 是 or 否.
    #[must_use]
    pub const fn yes(holds: bool) -> Self {
        if holds { Self::Code("yes", "是") } else { Self::Code("no", "否") }
    }

    /// These words, with `、` between two; nothing where there are none.
    pub fn list(words: impl IntoIterator<Item = String>) -> Self {
        let words: Vec<String> = words.into_iter().collect();
        if words.is_empty() { Self::Empty } else { Self::Text(words.join("、")) }
    }

    /// As a file prints it: names, 万元 exact to the fen, per cent with two decimals.
    #[must_use]
    pub fn printed(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Code(_, zh) => (*zh).to_owned(),
            Self::Day(day) => day.to_string(),
            Self::Count(number) => number.to_string(),
            Self::Money(amount) => amount.in_wan(),
            Self::Share(Some(bps)) => format!("{}.{:02}", bps / 100, bps % 100),
            Self::Share(None) => "—".to_owned(),
            Self::Empty => String::new(),
            Self::Hidden => "***".to_owned(),
        }
    }
}

impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => to.serialize_str(text),
            Self::Code(code, _) => to.serialize_str(code),
            Self::Day(day) => to.collect_str(day),
            Self::Count(number) | Self::Money(Fen(number)) | Self::Share(Some(number)) => to.serialize_i64(*number),
            Self::Share(None) | Self::Empty | Self::Hidden => to.serialize_none(),
        }
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Count(number.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Count(number)
    }
}

impl From<Fen> for Value {
    fn from(amount: Fen) -> Self {
        Self::Money(amount)
    }
}

impl From<Date> for Value {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

/// The day in Beijing.
impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Self {
        Self::Day(instant.date())
    }
}

/// A row: the place of its record in the ledger's order, and a value for each column.
#[derive(Clone, Debug)]
pub struct LedgerRow {
    /// By what the next page finds it.
    pub mark: String,
    /// The id of its record,
    pub id: Option<String>,
    /// and that of the project to which it belongs.
    pub project_id: Option<String>,
    /// The values, as many as there are columns.
    pub values: Vec<Value>,
}

/// How much there is of a ledger, whatever part of it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// How many rows.
    pub rows: i64,
    /// The sums of the columns that are added up, by their keys.
    pub sums: Vec<(&'static str, Fen)>,
}

#[cfg(test)]
mod tests {
    use super::{MOST_ROWS, Value, fits};
    use crate::domain::money::Fen;
    use crate::domain::refusal::Refusal;

    #[test]
    fn a_file_is_whole_or_refused() {
        assert_eq!(fits(MOST_ROWS), Ok(()));
        assert_eq!(fits(MOST_ROWS + 1), Err(Refusal::LedgerTooLong));
        let (_, zh, en) = Refusal::LedgerTooLong.words();
        assert!(zh.contains(&MOST_ROWS.to_string()) && en.contains("10,000"), "the words say the bound");
    }

    #[test]
    fn what_cannot_be_divided_is_a_dash_and_not_nothing() {
        assert_eq!(Value::share(931, 1_000).printed(), "93.10");
        assert_eq!((Value::share(0, 0).printed(), Value::share(0, 5).printed()), ("—".into(), "0.00".into()));
    }

    #[test]
    fn json_has_codes_and_fen_and_a_file_has_names_and_wan() {
        let values =
            [Value::Code("paid", "已拨付"), Value::Money(Fen(6_500_000_001)), Value::Share(Some(4_000)), Value::Empty, Value::Hidden];
        let json = serde_json::to_string(&values.each_ref()).unwrap_or_default();
        assert_eq!(json, r#"["paid",6500000001,4000,null,null]"#);
        assert_eq!(values.map(|value| value.printed()), ["已拨付", "6500.000001", "40.00", "", "***"]);
    }
}
