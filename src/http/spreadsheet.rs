//! A ledger as a file: Excel, or CSV for Excel. Words stay words, whatever they begin with; money is exact.

use crate::app::AppError;
use crate::app::ledgers::Sheet;
use crate::domain::ledger::{Column, LedgerFormat, LedgerRow, Value};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use std::fmt::Write as _;

/// Columns of every file, behind the ledger's own.
const DATES: [&str; 2] = ["填报日期", "数据截止日"];
/// Digits that the numbers of a spreadsheet keep.
const DIGITS: usize = 15;

/// The file.
///
/// # Errors
/// It cannot be written.
pub fn written(sheet: &Sheet, format: LedgerFormat) -> Result<Vec<u8>, AppError> {
    match format {
        LedgerFormat::Csv => Ok(csv(sheet).into_bytes()),
        LedgerFormat::Xlsx => book(sheet).map_err(|error| AppError::Internal(error.to_string())),
    }
}

fn headings(sheet: &Sheet) -> impl Iterator<Item = String> {
    sheet.ledger.columns.iter().map(Column::heading).chain(DATES.map(ToOwned::to_owned))
}

/// The values of a row, with the dates behind them.
fn values(sheet: &Sheet, row: &LedgerRow) -> Vec<Value> {
    row.values.iter().cloned().chain([Value::Day(sheet.filled_on), Value::Day(sheet.filled_on)]).collect()
}

/// What stands above the table of an Excel file.
fn caption(sheet: &Sheet) -> String {
    let mut caption = format!("填报日期：{}　数据截止日：{}　共{}行", sheet.filled_on, sheet.filled_on, sheet.rows.len());
    for (key, sum) in sheet.totals.iter().flat_map(|totals| &totals.sums) {
        let heading = sheet.ledger.columns.iter().find(|column| column.key == *key).map(|column| column.zh).unwrap_or_default();
        // Writing to a String does not fail.
        let _ = write!(caption, "　{heading}合计：{}万元", sum.in_wan());
    }
    caption
}

fn book(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let (mut book, bold) = (Workbook::new(), Format::new().set_bold());
    let (money, share) = (Format::new().set_num_format("0.00####"), Format::new().set_num_format("0.00"));
    let page = book.add_worksheet().set_name(sheet.ledger.kind.zh())?;
    page.write_string_with_format(0, 0, sheet.ledger.kind.zh(), &bold)?;
    page.write_string(1, 0, caption(sheet))?;
    for (at, heading) in (0_u16..).zip(headings(sheet)) {
        page.write_string_with_format(2, at, heading, &bold)?;
    }
    for (line, row) in (3_u32..).zip(&sheet.rows) {
        for (at, value) in (0_u16..).zip(values(sheet, row)) {
            let text = value.printed();
            let page = &mut *page;
            match (&value, number(&text)) {
                (Value::Empty, _) => page,
                (Value::Count(_), Some(number)) => page.write_number(line, at, number)?,
                (Value::Money(_), Some(number)) => page.write_number_with_format(line, at, number, &money)?,
                (Value::Share(Some(_)), Some(number)) => page.write_number_with_format(line, at, number, &share)?,
                _ => page.write_string(line, at, text)?,
            };
        }
    }
    page.set_freeze_panes(3, 1)?;
    page.autofit();
    book.save_to_buffer()
}

/// The number that a spreadsheet keeps exactly, if this is one: it stays text otherwise.
fn number(text: &str) -> Option<f64> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.parse().ok().filter(|_| digits <= DIGITS)
}

/// RFC 4180, with the mark by which Excel knows UTF-8.
fn csv(sheet: &Sheet) -> String {
    let mut text = String::from("\u{feff}");
    let mut line = |fields: &mut dyn Iterator<Item = String>| {
        text.push_str(&fields.collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    };
    line(&mut headings(sheet).map(|heading| quoted(&heading)));
    for row in &sheet.rows {
        line(&mut values(sheet, row).iter().map(field));
    }
    text
}

fn field(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(&tame(text)),
        other => quoted(&other.printed()),
    }
}

/// Words that a spreadsheet would take for a formula begin with `'` instead, which it shows as words.
fn tame(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) { format!("'{text}") } else { text.to_owned() }
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{number, quoted, tame};
    use crate::domain::money::{Fen, MOST};

    #[test]
    fn words_are_never_a_formula_and_fields_stay_whole() {
        assert_eq!(tame("=1+1"), "'=1+1");
        assert_eq!(tame("－1"), "'－1");
        assert_eq!(tame("1-1"), "1-1");
        assert_eq!(quoted("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
    }

    #[test]
    fn every_amount_that_the_service_takes_is_a_number_in_a_spreadsheet() {
        assert!(number(&MOST.in_wan()).is_some());
        assert!(number(&Fen(MOST.0 - 1).in_wan()).is_some());
        assert!(number("1234567890.123456").is_none());
    }
}
