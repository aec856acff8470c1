//! Import of experts: the form with a table, and the report on its rows.

use crate::app::expert_import::{self, Outcome};
use crate::app::{Act, App, AppError};
use crate::domain::expert_import::{MOST_BYTES, MOST_ROWS, SheetRow, Take, candidate, columns};
use crate::domain::fault::{Fault, Faults};
use crate::domain::file::Unfit;
use crate::domain::policy::Action;
use crate::domain::user::Locale;
use crate::http::answer::{self, View};
use crate::http::call::{Call, Turned};
use crate::http::door::{refused_first, same};

use crate::http::problem::{FieldProblem, field as field_problem, rows};
use crate::http::sheets;
use crate::http::uploads::{IntoTurned, PIECE, drain, end, field, malformed, without_key};
use actix_multipart::Field;
use actix_web::HttpResponse;
use futures_util::StreamExt;

const IMPORT: Action = Action::ExpertImport;

/// The form of an import.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes what is read piece by piece")]
pub struct ImportForm {
    /// An Excel workbook of at most 5 MiB and 2,000 rows, whose first sheet has the headings 邮箱, 姓名, 单位, 所在地, 职称, 专家类别, 领域, 状态.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What an import can be told.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ImportQuery {
    /// `all`, if nothing is said: nothing is kept when one row is faulty; `good`: the good rows are.
    #[deserr(default = Take::All)]
    #[schema(required = false)]
    take: Take,
}

/// What became of a row. Nobody's data but the masked address.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ImportRowView {
    /// As the spreadsheet numbers it.
    row: u32,
    email: String,
    taken: bool,
    /// All that is wrong with it; the field is the column's code.
    faults: Vec<FieldProblem>,
}

/// The report on an import.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ImportView {
    rows: usize,
    taken: usize,
    items: Vec<ImportRowView>,
}

impl View for ImportView {}

impl ImportView {
    fn of(outcomes: Vec<Outcome>, locale: Locale) -> Self {
        let view = |one: Outcome| ImportRowView {
            row: one.number,
            email: one.email,
            taken: one.taken,
            faults: one.faults.iter().map(|fault| field_problem(fault, locale)).collect(),
        };
        let (rows, taken) = (outcomes.len(), outcomes.iter().filter(|one| one.taken).count());
        Self { rows, taken, items: outcomes.into_iter().map(view).collect() }
    }
}

fn readable(call: &Call) -> Result<ImportQuery, Faults> {
    without_key(call)?;
    deserr::deserialize(serde_json::Value::Object(call.query.clone()))
}

/// The bytes of the form's only field.
async fn receive(call: &mut Call) -> Result<Vec<u8>, Turned> {
    let mut form = call.form.take().ok_or(rows::NOT_A_FORM)?.0;
    let mut body = field(&mut form, "file").await?;
    let poured = pour(&mut body).await;
    if poured.is_err() {
        drain(body).await;
        return poured;
    }
    drop(body);
    end(&mut form).await?;
    poured
}

async fn pour(body: &mut Field) -> Result<Vec<u8>, Turned> {
    let mut bytes = Vec::new();
    while let Some(piece) = tokio::time::timeout(PIECE, body.next()).await.map_err(|_| rows::TOO_SLOW)? {
        bytes.extend_from_slice(&piece.map_err(|_| malformed())?);
        if bytes.len() > MOST_BYTES {
            return Err(AppError::from(Unfit::TooLarge).into());
        }
    }
    Ok(bytes)
}

/// `POST /experts/import`: permission first, then the table, and the permission again in the transaction that takes it.
///
/// # Errors
/// Whatever is wrong with it; nothing of it stays then.
pub async fn import(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let query = match readable(&call) {
        Ok(query) => query,
        Err(faults) => return Err(refused_first(&app, &call, IMPORT, faults).await),
    };
    let user = app.read(call.request(IMPORT), expert_import::may).await?;
    let _lane = app.lane(user)?;
    let bytes = receive(&mut call).await?;
    let read = tokio::task::spawn_blocking(move || sheets::rows(&bytes, MOST_ROWS)).await;
    // A reader that breaks down over a file says as much as one that refuses it.
    let table: Vec<SheetRow> = read.unwrap_or_else(|_| Err(AppError::from(Unfit::Kind).into()))?;
    let Some((heading, people)) = table.split_first() else { return Err(Fault::missing().into_turned("file")) };
    let known = columns(heading)?;
    let candidates: Vec<_> = people.iter().map(|row| candidate(row, &known)).collect();
    let locale = call.locale;
    let work = move |act: &mut Act<'_>| {
        let done = expert_import::import(act, &candidates, query.take)?;
        same(IMPORT, done.action())?;
        Ok(done)
    };
    let shape = move |outcomes| answer::written(&ImportView::of(outcomes, locale), 200, None);
    Ok(answer::respond(app.write(call.request(IMPORT), work, shape).await?))
}
