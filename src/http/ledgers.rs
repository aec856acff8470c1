//! Ledgers: as lists, and as Excel and CSV files.

use crate::app::ledgers::{self, Entry, LedgerFilter, Sheet};
use crate::app::{Act, App, AppError, Mark, Seen};
use crate::domain::challenge::{ChallengeClass, PlanCategory};
use crate::domain::fault::Faults;
use crate::domain::id::{BatchId, ChallengeId, OrganizationId, ProjectId, UserId};
use crate::domain::ledger::{Column, ColumnKind, LedgerFormat, LedgerRow, Totals, Value};
use crate::domain::policy::Action;
use crate::domain::project::ProjectStage;
use crate::domain::text::Line;
use crate::domain::time::Date;
use crate::domain::user::Sector;
use crate::http::answer::{self, View};
use crate::http::batches::{Year, year};
use crate::http::call::{Call, Turned};
use crate::http::door::same;
use crate::http::spreadsheet;
use actix_web::HttpResponse;
use actix_web::http::header;
use serde_json::{Map, Value as Json};

const READ: Action = Action::LedgerRead;

/// A column of a ledger.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ColumnView {
    /// Key in the items of the list.
    key: &'static str,
    /// Heading in a file.
    heading: String,
    kind: ColumnKind,
}

/// A ledger.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LedgerView {
    /// What it is asked for with.
    code: &'static str,
    title: &'static str,
    columns: Vec<ColumnView>,
}

/// Which ledgers there are.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LedgersView {
    items: Vec<LedgerView>,
}

impl View for LedgersView {}

impl From<&Column> for ColumnView {
    fn from(column: &Column) -> Self {
        Self { key: column.key, heading: column.heading(), kind: column.kind }
    }
}

impl From<&Entry> for LedgerView {
    fn from(ledger: &Entry) -> Self {
        Self { code: ledger.kind.code(), title: ledger.kind.zh(), columns: ledger.columns.iter().map(Into::into).collect() }
    }
}

/// A page of a ledger.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LedgerPageView {
    code: &'static str,
    title: &'static str,
    /// 填报日期.
    filled_on: Date,
    /// 数据截止日.
    data_until_on: Date,
    /// With the first page: how many `rows` the whole ledger has, and the sums of its columns that are added up. `null` with the others.
    #[schema(value_type = Option<Object>)]
    totals: Option<Map<String, Json>>,
    /// Rows: a value for each column under its key, `id` of the record and `project_id` of the project to which it belongs.
    #[schema(value_type = Vec<Object>)]
    items: Vec<Map<String, Json>>,
    /// Cursor of the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// What a ledger can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct LedgerQuery {
    #[deserr(default)]
    year: Option<Year>,
    #[deserr(default)]
    batch_id: Option<BatchId>,
    #[deserr(default)]
    challenge_id: Option<ChallengeId>,
    #[deserr(default)]
    project_id: Option<ProjectId>,
    #[deserr(default)]
    plan_category: Option<PlanCategory>,
    #[deserr(default)]
    class: Option<ChallengeClass>,
    #[deserr(default)]
    sector: Option<Sector>,
    /// Where the lead organisation is.
    #[deserr(default)]
    city: Option<Line<2, 40>>,
    #[deserr(default)]
    lead_org_id: Option<OrganizationId>,
    #[deserr(default)]
    commissioner_id: Option<UserId>,
    /// Where the project stands.
    #[deserr(default)]
    stage: Option<ProjectStage>,
}

impl From<LedgerQuery> for LedgerFilter {
    fn from(query: LedgerQuery) -> Self {
        Self {
            year: year(query.year),
            batch_id: query.batch_id,
            challenge_id: query.challenge_id,
            project_id: query.project_id,
            plan_category: query.plan_category,
            class: query.class,
            sector: query.sector,
            city: query.city.map(String::from),
            lead_org_id: query.lead_org_id,
            commissioner_id: query.commissioner_id,
            stage: query.stage,
        }
    }
}

/// How a ledger is asked for as a file.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct LedgerFileQuery {
    /// `xlsx`, if nothing is said.
    #[deserr(default = LedgerFormat::Xlsx)]
    #[schema(required = false)]
    format: LedgerFormat,
}

/// `GET /ledgers`
pub fn index(act: &mut Act<'_>, (): ()) -> Result<Seen<LedgersView>, AppError> {
    Ok(ledgers::index(act)?.map(|all| LedgersView { items: all.iter().map(Into::into).collect() }))
}

fn filter(query: Map<String, Json>) -> Result<LedgerFilter, Faults> {
    Ok(deserr::deserialize::<LedgerQuery, _, Faults>(Json::Object(query))?.into())
}

fn object<'a>(values: impl IntoIterator<Item = (&'static str, &'a Value)>) -> Map<String, Json> {
    // A value is a string, a number or nothing: that cannot fail.
    values.into_iter().map(|(key, value)| (key.to_owned(), serde_json::to_value(value).unwrap_or_default())).collect()
}

/// A row with where its record is to be found.
fn found(row: &LedgerRow, mut values: Map<String, Json>) -> Map<String, Json> {
    values.insert("id".to_owned(), row.id.clone().into());
    values.insert("project_id".to_owned(), row.project_id.clone().into());
    values
}

/// `GET /ledgers/{id}`
///
/// # Errors
/// Not there, or not for the caller to read.
pub async fn page(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let page = call.page(&app)?;
    let filter = filter(std::mem::take(&mut call.query))?;
    let (code, keys, limit) = (call.id.clone(), app.keys.clone(), page.limit);
    let read = move |act: &mut Act<'_>| {
        let seen = ledgers::page(act, &code, &filter, &page)?;
        same(READ, seen.action())?;
        Ok(seen.map(|sheet| serde_json::to_string(&shown(sheet, limit, |text| keys.sign_cursor(text)))))
    };
    let body = app.read(call.request(READ), read).await?.map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(answer::read(&call, None, body))
}

fn shown(sheet: Sheet, limit: i64, sign: impl FnOnce(&str) -> Option<String>) -> LedgerPageView {
    let Sheet { ledger, filled_on, mut rows, totals } = sheet;
    let limit = usize::try_from(limit).unwrap_or(100);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let mark = rows.last().filter(|_| more).map(|last| Mark { key: String::new(), id: last.mark.clone() });
    let keys = || ledger.columns.iter().map(|column| column.key);
    let summed = |totals: Totals| {
        let sums = totals.sums.iter().map(|(key, sum)| (*key, sum.0)).chain([("rows", totals.rows)]);
        sums.map(|(key, sum)| (key.to_owned(), sum.into())).collect()
    };
    LedgerPageView {
        code: ledger.kind.code(),
        title: ledger.kind.zh(),
        filled_on,
        data_until_on: filled_on,
        totals: totals.map(summed),
        items: rows.iter().map(|row: &LedgerRow| found(row, object(keys().zip(&row.values)))).collect(),
        next_cursor: mark.and_then(|mark| serde_json::to_string(&mark).ok()).and_then(|text| sign(&text)),
    }
}

/// `GET /ledgers/{id}/file`
///
/// # Errors
/// Not there, or not for the caller to read; more rows than a file may have.
pub async fn file(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let mut query = std::mem::take(&mut call.query);
    let format: Map<String, Json> = query.remove("format").map(|format| ("format".to_owned(), format)).into_iter().collect();
    let LedgerFileQuery { format } = deserr::deserialize::<_, _, Faults>(Json::Object(format))?;
    let (filter, code) = (filter(query)?, call.id.clone());
    let read = move |act: &mut Act<'_>| {
        let seen = ledgers::whole(act, &code, &filter)?;
        same(READ, seen.action())?;
        Ok(seen)
    };
    let sheet = app.read(call.request(READ), read).await?;
    let name = format!("attachment; filename=\"{}-{}.{format}\"", sheet.ledger.kind, sheet.filled_on);
    let written = tokio::task::spawn_blocking(move || spreadsheet::written(&sheet, format)).await;
    let bytes = written.map_err(|error| AppError::Internal(error.to_string()))??;
    let mut response = HttpResponse::Ok();
    response.content_type(match format {
        LedgerFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        LedgerFormat::Csv => "text/csv; charset=utf-8",
    });
    response.insert_header((header::CONTENT_DISPOSITION, name)).insert_header((header::CACHE_CONTROL, "private, no-store"));
    Ok(response.body(bytes))
}
