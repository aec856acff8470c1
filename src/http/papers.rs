//! Papers: tables as Excel files and as pages to print.

use crate::app::papers;
use crate::app::{Act, App, AppError};
use crate::domain::fault::Faults;
use crate::domain::id::ChallengeId;
use crate::domain::paper::{Cell, Paper, PaperFormat, PaperKind};
use crate::domain::policy::Action;
use crate::http::call::{Call, Turned};
use crate::http::door::{PathId, same};
use crate::http::pages::{printed, rendered};
use actix_web::HttpResponse;
use actix_web::http::header;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// What a table is asked for with.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PaperQuery {
    /// Which table; that of the bids, if nothing is said.
    #[deserr(default = PaperKind::Bids)]
    #[schema(required = false)]
    table: PaperKind,
    /// `xlsx`, if nothing is said; `html` to print.
    #[deserr(default = PaperFormat::Xlsx)]
    #[schema(required = false)]
    format: PaperFormat,
}

/// `GET /challenges/{id}/papers`
///
/// # Errors
/// Not there, or not for the caller to read.
pub async fn get(app: App, call: Call) -> Result<HttpResponse, Turned> {
    const READ: Action = Action::PaperRead;
    let id = ChallengeId::read(&call.id)?;
    let query: PaperQuery = deserr::deserialize::<_, _, Faults>(serde_json::Value::Object(call.query.clone()))?;
    let read = move |act: &mut Act<'_>| {
        let seen = papers::get(act, id, query.table)?;
        same(READ, seen.action())?;
        Ok(seen)
    };
    let paper = app.read(call.request(READ), read).await?;
    if query.format == PaperFormat::Html {
        return Ok(printed(page(&paper)?));
    }
    let name = format!("attachment; filename=\"{}-{}.xlsx\"", query.table, paper.filled_on);
    let written = tokio::task::spawn_blocking(move || book(&paper)).await.map_err(|error| AppError::Internal(error.to_string()))?;
    let bytes = written.map_err(|error| AppError::Internal(error.to_string()))?;
    let mut response = HttpResponse::Ok();
    response.content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    response.insert_header((header::CONTENT_DISPOSITION, name)).insert_header((header::CACHE_CONTROL, "private, no-store"));
    Ok(response.body(bytes))
}

/// What stands above a table.
fn heading(paper: &Paper) -> String {
    format!("{}　填报日期：{}　数据截止日：{}", paper.about, paper.filled_on, paper.filled_on)
}

/// The table as an Excel file: words stay words, whatever they begin with.
fn book(paper: &Paper) -> Result<Vec<u8>, XlsxError> {
    let (mut book, bold, wan) = (Workbook::new(), Format::new().set_bold(), Format::new().set_num_format("0.00"));
    let sheet = book.add_worksheet().set_name(paper.kind.zh())?;
    sheet.write_string_with_format(0, 0, paper.kind.zh(), &bold)?;
    sheet.write_string(1, 0, heading(paper))?;
    for (at, column) in (0_u16..).zip(&paper.columns) {
        sheet.write_string_with_format(2, at, column, &bold)?;
    }
    for (line, row) in (3_u32..).zip(&paper.rows) {
        for (at, cell) in (0_u16..).zip(row) {
            match cell {
                Cell::Text(text) => sheet.write_string(line, at, text)?,
                Cell::Number(_) => sheet.write_number(line, at, cell.printed().parse::<f64>().unwrap_or_default())?,
                Cell::Money(_) => sheet.write_number_with_format(line, at, cell.printed().parse::<f64>().unwrap_or_default(), &wan)?,
                Cell::Empty => sheet,
            };
        }
    }
    sheet.autofit();
    book.save_to_buffer()
}

/// The table as a page to print.
fn page(paper: &Paper) -> Result<String, AppError> {
    let rows: Vec<Vec<String>> = paper.rows.iter().map(|row| row.iter().map(Cell::printed).collect()).collect();
    let context = minijinja::context! {
        title => paper.kind.zh(), heading => heading(paper),
        columns => minijinja::value::Serde(&paper.columns), rows => minijinja::value::Serde(&rows),
    };
    rendered("paper.html", include_str!("pages/paper.html"), context)
}
