//! Import of experts: what the columns of a table mean, and what each of its rows says. Whether the people are there is not asked here.

use crate::domain::codes::codes;
use crate::domain::expert::{ProfileInput, Speciality};
use crate::domain::fault::{Fault, Faults};
use crate::domain::organization::Region;
use crate::domain::text::{Email, Line};
use crate::domain::user::Sector;
use std::str::FromStr;

/// Rows that a table may hold, besides its heading.
pub const MOST_ROWS: usize = 2_000;
/// Bytes of a table's file.
pub const MOST_BYTES: usize = 5 * 1024 * 1024;
/// Characters in one cell.
const MOST_CHARACTERS: usize = 200;

codes! {
    /// A column of the table, headed by its code or by its Chinese name.
    pub enum Column {
        Email = "email" "邮箱",
        Name = "name" "姓名",
        Organization = "organization" "单位",
        Region = "region" "所在地",
        Title = "title" "职称",
        Speciality = "speciality" "专家类别",
        Fields = "fields" "领域",
        Status = "status" "状态",
    }
}

/// Columns that no table can do without.
const NEEDED: &[Column] = &[Column::Email, Column::Organization, Column::Title, Column::Speciality];

codes! {
    /// Whether somebody can be drawn at once.
    pub enum Status {
        Listed = "listed" "在库",
        Paused = "paused" "暂停",
    }
}

codes! {
    /// Which rows are taken when some are faulty.
    pub enum Take {
        All = "all" "全部合格才导入",
        Good = "good" "只导入合格行",
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Text, or a number as text.
    Text(String),
    /// A formula: what it comes to depends on who opens the file.
    Formula,
    /// An error of the spreadsheet.
    Broken,
}

/// A row of a table, with its number as the spreadsheet shows it, and its cells by column.
#[derive(Clone, Debug)]
pub struct SheetRow {
    /// As the spreadsheet numbers it, from 1.
    pub number: u32,
    /// Cells that hold something.
    pub cells: Vec<(u32, Found)>,
}

/// Somebody to be taken into the pool, and all that is wrong with the row as it stands.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The row's number.
    pub number: u32,
    /// The account's address.
    pub email: Option<Email>,
    /// 姓名, to be compared with the account's.
    pub name: Option<String>,
    /// The organisation's name or credit code.
    pub organization: Option<String>,
    /// Where that is, to be compared.
    pub region: Option<Region>,
    /// The profile, if there is nothing wrong with it.
    pub profile: Option<ProfileInput>,
    /// Whether the expert is paused from the beginning.
    pub paused: bool,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// What the columns of a heading mean.
///
/// # Errors
/// A column is not known, stands twice, or is missing.
pub fn columns(heading: &SheetRow) -> Result<Vec<(u32, Column)>, Faults> {
    let mut faults = Faults::default();
    let mut known: Vec<(u32, Column)> = Vec::new();
    for (at, found) in &heading.cells {
        let place = format!("{}{}", letters(*at), heading.number);
        let column = match found {
            Found::Text(text) => coded(text, Column::ALL, |column| (column.code(), column.zh())),
            Found::Formula | Found::Broken => None,
        };
        match column {
            None => faults.check(true, &place, || Fault::unknown_code(&Column::ALL.iter().map(|column| column.zh()).collect::<Vec<_>>())),
            Some(column) if known.iter().any(|(_, other)| *other == column) => {
                faults.check(true, &place, || Fault::new("repeated_code", "列重复", "this column stands more than once"));
            }
            Some(column) => known.push((*at, column)),
        }
    }
    for needed in NEEDED {
        faults.check(!known.iter().any(|(_, column)| column == needed), needed.code(), Fault::missing);
    }
    faults.or(known)
}

/// The letters by which a spreadsheet calls a column.
fn letters(mut column: u32) -> String {
    let mut letters = String::new();
    loop {
        letters.insert(0, u8::try_from(column % 26).map_or('?', |at| char::from(b'A'.saturating_add(at))));
        column = match (column / 26).checked_sub(1) {
            Some(rest) => rest,
            None => return letters,
        };
    }
}

/// One of a list, by its code or its Chinese name.
fn coded<T: Copy>(text: &str, all: &[T], names: impl Fn(T) -> (&'static str, &'static str)) -> Option<T> {
    let text = text.trim();
    all.iter().copied().find(|one| {
        let (code, zh) = names(*one);
        text.eq_ignore_ascii_case(code) || text == zh
    })
}

/// Reads the cells of one row.
struct Reader<'a> {
    row: &'a SheetRow,
    columns: &'a [(u32, Column)],
    faults: Faults,
}

impl Reader<'_> {
    /// The text of a column, if it holds one that can be taken.
    fn text(&mut self, column: Column) -> Option<String> {
        let at = self.columns.iter().find(|(_, known)| *known == column)?.0;
        let fault = match self.row.cells.iter().find(|(place, _)| *place == at).map(|(_, found)| found) {
            None => return None,
            Some(Found::Text(text)) if text.chars().count() <= MOST_CHARACTERS => {
                return Some(text.trim().to_owned()).filter(|t| !t.is_empty());
            }
            Some(Found::Text(_)) => {
                Fault::new("too_long", format!("最多{MOST_CHARACTERS}个字符"), format!("must be at most {MOST_CHARACTERS} characters"))
            }
            Some(Found::Formula) => Fault::new("formula", "不接受公式，请粘贴为数值", "must hold no formula: paste it as a value"),
            Some(Found::Broken) => Fault::new("broken_cell", "单元格有错误值", "the cell holds an error"),
        };
        self.faults.check(true, column.code(), || fault);
        None
    }

    /// As [`Self::text`], for a column that must hold something.
    fn needed(&mut self, column: Column) -> Option<String> {
        let before = self.faults.0.len();
        let text = self.text(column);
        self.faults.check(text.is_none() && self.faults.0.len() == before, column.code(), Fault::missing);
        text
    }

    /// The value of a text.
    fn parsed<T: FromStr<Err = Fault>>(&mut self, column: Column, text: Option<String>) -> Option<T> {
        match text?.parse() {
            Ok(value) => Some(value),
            Err(fault) => {
                self.faults.0.push(fault.at(column.code()));
                None
            }
        }
    }

    /// One of a list.
    fn one<T: Copy>(&mut self, column: Column, text: Option<String>, all: &[T], names: fn(T) -> (&'static str, &'static str)) -> Option<T> {
        let found = coded(text.as_ref()?, all, names);
        if found.is_none() {
            self.faults.0.push(Fault::unknown_code(&all.iter().map(|one| names(*one).1).collect::<Vec<_>>()).at(column.code()));
        }
        found
    }
}

/// What a row says.
#[must_use]
pub fn candidate(row: &SheetRow, columns: &[(u32, Column)]) -> Candidate {
    let mut reader = Reader { row, columns, faults: Faults::default() };
    for (at, _) in row.cells.iter().filter(|(at, _)| !columns.iter().any(|(known, _)| known == at)) {
        let unknown = || Fault::new("unknown_field", "该列没有表头", "this column has no heading");
        reader.faults.check(true, &format!("{}{}", letters(*at), row.number), unknown);
    }
    let text = reader.needed(Column::Email);
    let email = reader.parsed(Column::Email, text);
    let name = reader.text(Column::Name);
    let organization = reader.needed(Column::Organization);
    let text = reader.text(Column::Region);
    let region = reader.one(Column::Region, text, Region::ALL, |one| (one.code(), one.zh()));
    let text = reader.needed(Column::Title);
    let title: Option<Line<1, 60>> = reader.parsed(Column::Title, text);
    let text = reader.needed(Column::Speciality);
    let speciality = reader.one(Column::Speciality, text, Speciality::ALL, |one| (one.code(), one.zh()));
    let before = reader.faults.0.len();
    let mut fields = Vec::new();
    for word in reader.text(Column::Fields).unwrap_or_default().split(['、', ',', '，', ';', '；']).filter(|word| !word.trim().is_empty())
    {
        fields.extend(reader.one(Column::Fields, Some(word.to_owned()), Sector::ALL, |one| (one.code(), one.zh())));
    }
    let none = speciality == Some(Speciality::Technical) && fields.is_empty() && reader.faults.0.len() == before;
    reader.faults.check(none, Column::Fields.code(), Fault::missing);
    fields.sort_unstable();
    fields.dedup();
    let text = reader.text(Column::Status);
    let status = reader.one(Column::Status, text, Status::ALL, |one| (one.code(), one.zh()));
    let profile = title.zip(speciality).map(|(title, speciality)| ProfileInput { title, speciality, fields, affiliations: Vec::new() });
    let paused = status == Some(Status::Paused);
    Candidate { number: row.number, email, name, organization, region, profile, paused, faults: reader.faults.0 }
}

/// An address of which only so much is shown that its owner would know it.
#[must_use]
pub fn masked(email: &Email) -> String {
    let (local, host) = email.as_str().split_once('@').unwrap_or_default();
    format!("{}***@{host}", local.chars().next().unwrap_or('*'))
}

#[cfg(test)]
mod tests {
    use super::{Found, SheetRow, candidate, columns, letters, masked};

    fn row(number: u32, cells: &[&str]) -> SheetRow {
        let cells = (0..).zip(cells).filter(|(_, text)| !text.is_empty()).map(|(at, text)| (at, Found::Text((*text).to_owned())));
        SheetRow { number, cells: cells.collect() }
    }

    #[test]
    fn a_column_is_called_as_spreadsheets_call_it() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), name);
        }
    }

    #[test]
    fn headings_are_codes_or_chinese_names() {
        let known = columns(&row(1, &["邮箱", "organization", "职称", "专家类别", "领域"])).unwrap();
        let one = candidate(&row(2, &["A.B@X.cn", "某大学", "教授", "技术专家", "能源与环境、frontier"]), &known);
        assert!(one.faults.is_empty() && !one.paused, "{:?}", one.faults);
        assert_eq!(masked(&one.email.unwrap()), "a***@x.cn");
        assert_eq!(one.profile.unwrap().fields.len(), 2);
        let wrong = columns(&row(1, &["邮箱", "邮箱", "年龄"])).unwrap_err();
        let told: Vec<_> = wrong.0.iter().map(|fault| (fault.field.as_str(), fault.code)).collect();
        let missing = [("organization", "required"), ("title", "required"), ("speciality", "required")];
        assert_eq!(told, [&[("B1", "repeated_code"), ("C1", "unknown_code")][..], &missing].concat());
    }
}
