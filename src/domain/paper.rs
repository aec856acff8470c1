//! Papers 台账与表单: what a department files, as tables with Chinese columns.

use crate::domain::codes::codes;
use crate::domain::money::Fen;
use crate::domain::time::Date;

codes! {
    /// A table on one challenge.
    pub enum PaperKind {
        Bids = "bids" "揭榜情况汇总表",
        Examinations = "examinations" "形式审查结果汇总表",
        Draws = "draws" "专家抽取及回避记录表",
        Scores = "scores" "评审得分汇总表",
        Publicity = "publicity" "拟立项公示表",
        Objections = "objections" "公示异议台账",
    }
}

codes! {
    /// How a table comes.
    pub enum PaperFormat {
        Xlsx = "xlsx" "Excel",
        Html = "html" "可打印网页",
    }
}

/// What stands in one place of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words; never a formula, whatever they begin with.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Money, shown in 万元.
    Money(Fen),
    /// Nothing.
    Empty,
}

impl Cell {
    /// Words, or nothing.
    #[must_use]
    pub fn maybe(text: Option<impl ToString>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.to_string()))
    }

    /// As it is printed; nothing is a dash.
    #[must_use]
    pub fn printed(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Money(amount) => amount.in_wan(),
            Self::Empty => "—".into(),
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// A table, ready to be written.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Which one.
    pub kind: PaperKind,
    /// The challenge: code and title.
    pub about: String,
    /// 填报日期, which is the day of the data, too.
    pub filled_on: Date,
    /// Headings.
    pub columns: Vec<String>,
    /// Rows, each as long as the headings.
    pub rows: Vec<Vec<Cell>>,
}
