//! Progress reports: views and handlers.

use crate::app::act::Shown;
use crate::app::reports::{self, CardRow, ReturnRow, Told, WithReturns};
use crate::app::{Act, AppError, Done, Page, Seen};
use crate::domain::challenge::ReasonInput;
use crate::domain::fault::Faults;
use crate::domain::id::{ProjectId, ReportId, UserId};
use crate::domain::policy::Action;
use crate::domain::report::{CommentInput, ReportInput, ReportKind, ReportStage};
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// A progress report, owed or given.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ReportView {
    id: ReportId,
    stage: ReportStage,
    version: i64,
    project_id: ProjectId,
    kind: ReportKind,
    /// `2026Q3`, `2026`.
    period: String,
    due_on: Date,
    /// Past its day and not handed in.
    overdue: bool,
    content: Option<ReportInput>,
    submitted_by: Option<UserId>,
    submitted_at: Option<Timestamp>,
    /// The commissioner's.
    comment: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(ReportView);

fn view((Shown { record: row, allowed }, runs): Told, today: Date) -> ReportView {
    ReportView {
        id: row.id,
        stage: row.stage,
        version: row.version,
        project_id: row.project_id,
        kind: row.kind,
        period: row.period,
        due_on: row.due_on,
        overdue: runs && row.stage == ReportStage::Due && row.due_on < today,
        content: row.content.and_then(|content| content.read().ok()),
        submitted_by: row.submitted_by,
        submitted_at: row.submitted_at,
        comment: row.comment,
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: allowed,
    }
}

/// What was handed in and sent back.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ReportReturnView {
    number: i32,
    content: Option<ReportInput>,
    submitted_by: UserId,
    submitted_at: Timestamp,
    /// Why it was sent back.
    reason: String,
    returned_by: UserId,
    returned_at: Timestamp,
}

/// A progress report with what was handed in before.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ReportDetail {
    #[serde(flatten)]
    report: ReportView,
    /// In order.
    returns: Vec<ReportReturnView>,
}

record_view!(ReportDetail as report);

fn detail((report, returns): WithReturns, today: Date) -> ReportDetail {
    let returned = |row: ReturnRow| ReportReturnView {
        number: row.number,
        content: row.content.read().ok(),
        submitted_by: row.submitted_by,
        submitted_at: row.submitted_at,
        reason: row.reason,
        returned_by: row.returned_by,
        returned_at: row.returned_at,
    };
    ReportDetail { report: view(report, today), returns: returns.into_iter().map(returned).collect() }
}

/// Nothing to narrow it to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ReportQuery {}

/// `GET /projects/{id}/reports`
pub fn of_project(act: &mut Act<'_>, id: ProjectId, _: ReportQuery, page: &Page) -> Result<Seen<Vec<ReportView>>, AppError> {
    let today = act.now.date();
    Ok(reports::of_project(act, id, page)?.map(|rows| rows.into_iter().map(|row| view(row, today)).collect()))
}

/// `GET /reports/{id}`
pub fn get(act: &mut Act<'_>, id: ReportId) -> Result<Seen<ReportDetail>, AppError> {
    let today = act.now.date();
    Ok(reports::get(act, id)?.map(|row| detail(row, today)))
}

/// `POST /reports/{id}/submit`
pub fn submit(act: &mut Act<'_>, id: ReportId, input: ReportInput) -> Result<Done<ReportView>, AppError> {
    let today = act.now.date();
    Ok(reports::submit(act, id, &input)?.map(|row| view(row, today)))
}

/// `POST /reports/{id}/comment`
pub fn comment(act: &mut Act<'_>, id: ReportId, input: CommentInput) -> Result<Done<ReportView>, AppError> {
    let today = act.now.date();
    Ok(reports::comment(act, id, &input)?.map(|row| view(row, today)))
}

/// `POST /reports/{id}/return`
pub fn send_back(act: &mut Act<'_>, id: ReportId, input: ReasonInput) -> Result<Done<ReportView>, AppError> {
    let today = act.now.date();
    Ok(reports::send_back(act, id, &input)?.map(|row| view(row, today)))
}

/// A yellow card 黄牌: two reports in a row were missing.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CardView {
    /// The second of them.
    report_id: ReportId,
    issued_on: Date,
}

/// The yellow cards of a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CardsView {
    /// In their order.
    items: Vec<CardView>,
}

impl View for CardsView {}

/// `GET /projects/{id}/yellow_cards`
pub fn cards(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<CardsView>, AppError> {
    let view = |row: CardRow| CardView { report_id: row.report_id, issued_on: row.issued_on };
    Ok(reports::cards(act, id)?.map(|rows| CardsView { items: rows.into_iter().map(view).collect() }))
}
