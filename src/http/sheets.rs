//! Tables that come in as Excel files: the first sheet as rows of text. What is not a plain, small workbook is refused unread.

use crate::app::AppError;
use crate::domain::expert_import::{Found, SheetRow};
use crate::domain::fault::{Fault, Faults};
use crate::domain::file::{Unfit, archive};
use crate::http::call::Turned;
use calamine::{DataRef, Reader, Xlsx};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// What all parts of a workbook may come to when they are unpacked.
const MOST_UNPACKED: u64 = 32 * 1024 * 1024;
/// Cells that a sheet may hold for each of its rows, on the average.
const MOST_CELLS_A_ROW: usize = 32;
/// Parts that no table of people needs, by the beginning of their name.
const NOT_NEEDED: &[&str] = &["xl/externallinks/", "xl/connections", "xl/embeddings/", "xl/activex/", "xl/querytables/", "xl/macrosheets/"];

fn refused(code: &'static str, zh: &str, en: &str) -> Turned {
    Faults::from(Fault::new(code, zh, en).at("file")).into()
}

fn unreadable() -> Turned {
    refused("unreadable", "工作簿无法读取", "the workbook cannot be read")
}

/// Whether a part of relations leads out of the workbook: spreadsheets make links of addresses by themselves, so those may stay.
fn leads_out(text: &str) -> bool {
    let spaceless: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase().replace('\'', "\"");
    spaceless.split('<').any(|tag| tag.contains("targetmode=\"external\"") && !tag.contains("target=\"mailto:"))
}

/// Looks through a workbook before anything in it is understood: unpacked piece by piece, never more than so much.
fn look_through(bytes: &[u8]) -> Result<(), Turned> {
    let tail = bytes.get(bytes.len().saturating_sub(archive::TAIL)..).unwrap_or_default();
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if !bytes.starts_with(b"PK\x03\x04") || !archive::holds(tail, length, &["[Content_Types].xml", "xl/workbook.xml"]) {
        return Err(AppError::from(Unfit::Kind).into());
    }
    let mut parts = ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let mut left = MOST_UNPACKED;
    for at in 0..parts.len() {
        let mut part = parts.by_index(at).map_err(|_| unreadable())?;
        let name = part.name().map_err(|_| unreadable())?.to_ascii_lowercase();
        if NOT_NEEDED.iter().any(|start| name.starts_with(start)) {
            return Err(refused("external_link", "工作簿含有外部链接或嵌入对象", "the workbook holds external links or embedded objects"));
        }
        let mut content = Vec::new();
        let read = part.by_ref().take(left.saturating_add(1)).read_to_end(&mut content).map_err(|_| unreadable())?;
        let Some(rest) = left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX)) else {
            return Err(refused("too_large_unpacked", "解压后过大", "unpacked, the workbook is too large"));
        };
        left = rest;
        let text = String::from_utf8_lossy(&content);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if ending == "rels" && leads_out(&text) {
            return Err(refused("external_link", "工作簿含有外部链接", "the workbook holds external links"));
        }
        if ["xml", "rels"].contains(&ending) && (text.contains("<!DOCTYPE") || text.contains("<!ENTITY")) {
            return Err(unreadable());
        }
    }
    Ok(())
}

fn found(value: &DataRef<'_>) -> Option<Found> {
    let text = match value {
        DataRef::Empty => return None,
        DataRef::Error(_) => return Some(Found::Broken),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::DateTime(instant) => instant.to_string(),
    };
    Some(Found::Text(text)).filter(|found| !matches!(found, Found::Text(text) if text.trim().is_empty()))
}

/// The rows of the first sheet that hold something, in order: the heading and at most `most` others.
///
/// # Errors
/// It is not a workbook, or not one that is taken; there are too many rows.
pub fn rows(bytes: &[u8], most: usize) -> Result<Vec<SheetRow>, Turned> {
    look_through(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let name = book.sheet_names().first().cloned().ok_or_else(unreadable)?;
    // Cell by cell: a table in memory would be as large as its farthest corner says.
    let mut reader = book.worksheet_cells_reader(&name).map_err(|_| unreadable())?;
    let mut rows: BTreeMap<u32, Vec<(u32, Found)>> = BTreeMap::new();
    let mut cells = 0_usize;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|_| unreadable())? {
        let what = if cell.formula.is_some() { Some(Found::Formula) } else { found(&cell.value) };
        let Some(what) = what else { continue };
        cells = cells.saturating_add(1);
        rows.entry(cell.pos.0).or_default().push((cell.pos.1, what));
        if rows.len() > most.saturating_add(1) || cells > most.saturating_mul(MOST_CELLS_A_ROW) {
            let (zh, en) = (format!("最多{most}行"), format!("must hold at most {most} rows"));
            return Err(refused("too_many_rows", &zh, &en));
        }
    }
    Ok(rows.into_iter().map(|(at, cells)| SheetRow { number: at.saturating_add(1), cells }).collect())
}

#[cfg(test)]
mod tests {
    use super::leads_out;

    #[test]
    fn only_addresses_may_lead_out() {
        let relation = |target: &str, mode: &str| {
            format!("<Relationships><Relationship Id=\"r\" Target={target} TargetMode = {mode}/></Relationships>")
        };
        assert!(leads_out(&relation("\"https://x.example\"", "\"External\"")));
        assert!(leads_out(&relation("'file:///c:/x.xlsx'", "'external'")));
        assert!(!leads_out(&relation("\"mailto:a@x.cn\"", "\"External\"")));
        assert!(!leads_out(&relation("\"worksheets/sheet1.xml\"", "\"Internal\"")));
    }
}
