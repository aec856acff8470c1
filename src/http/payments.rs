//! Payments: views and handlers.

use crate::app::Page;
use crate::app::act::Shown;
use crate::app::payments::{PaymentFilter, PaymentRow};
use crate::app::{Act, AppError, Done, Seen, payments};
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::fault::Faults;
use crate::domain::id::{MilestoneId, PaymentId, ProjectId, UserId};
use crate::domain::money::Fen;
use crate::domain::payment::Gate;
use crate::domain::payment::{PayInput, PaymentStage};
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// A payment.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentView {
    id: PaymentId,
    stage: PaymentStage,
    version: i64,
    project_id: ProjectId,
    number: i32,
    /// What opens it.
    gate: Gate,
    milestone_id: Option<MilestoneId>,
    amount_fen: Fen,
    requested_by: Option<UserId>,
    checked_by: Option<UserId>,
    approved_by: Option<UserId>,
    paid_by: Option<UserId>,
    /// 凭证号.
    voucher_no: Option<String>,
    paid_on: Option<Date>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(PaymentView);

impl From<Shown<PaymentRow>> for PaymentView {
    fn from(Shown { record: row, allowed }: Shown<PaymentRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            project_id: row.project_id,
            number: row.number,
            gate: row.gate,
            milestone_id: row.milestone_id,
            amount_fen: row.amount_fen,
            requested_by: row.requested_by,
            checked_by: row.checked_by,
            approved_by: row.approved_by,
            paid_by: row.paid_by,
            voucher_no: row.voucher_no,
            paid_on: row.paid_on,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// The payments of a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentsView {
    /// In order.
    items: Vec<PaymentView>,
}

impl View for PaymentsView {}

/// What a list of payments can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PaymentQuery {
    #[deserr(default)]
    project_id: Option<ProjectId>,
    #[deserr(default)]
    stage: Option<PaymentStage>,
}

/// `GET /payments`
pub fn list(act: &mut Act<'_>, (): (), query: PaymentQuery, page: &Page) -> Result<Seen<Vec<PaymentView>>, AppError> {
    let filter = PaymentFilter { project_id: query.project_id, stage: query.stage };
    Ok(payments::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /projects/{id}/payments`
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<PaymentsView>, AppError> {
    Ok(payments::of_project(act, id)?.map(|rows| PaymentsView { items: rows.into_iter().map(Into::into).collect() }))
}

/// `GET /payments/{id}`
pub fn get(act: &mut Act<'_>, id: PaymentId) -> Result<Seen<PaymentView>, AppError> {
    Ok(payments::get(act, id)?.map(Into::into))
}

type Changed = Result<Done<PaymentView>, AppError>;

/// `POST /payments/{id}/request`
pub fn request(act: &mut Act<'_>, id: PaymentId, _: NoInput) -> Changed {
    Ok(payments::request(act, id)?.map(Into::into))
}

/// `POST /payments/{id}/check`
pub fn check(act: &mut Act<'_>, id: PaymentId, _: NoInput) -> Changed {
    Ok(payments::check(act, id)?.map(Into::into))
}

/// `POST /payments/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: PaymentId, _: NoInput) -> Changed {
    Ok(payments::approve(act, id)?.map(Into::into))
}

/// `POST /payments/{id}/pay`
pub fn pay(act: &mut Act<'_>, id: PaymentId, input: PayInput) -> Changed {
    Ok(payments::pay(act, id, &input)?.map(Into::into))
}

/// `POST /payments/{id}/return`
pub fn send_back(act: &mut Act<'_>, id: PaymentId, input: ReasonInput) -> Changed {
    Ok(payments::send_back(act, id, &input)?.map(Into::into))
}
