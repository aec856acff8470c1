//! Payments: views and handlers.

use crate::app::Page;
use crate::app::payments::{Payable, PaymentFilter, SubPaymentRow, TransferRow, WithTransfers, forwarding, holding};
use crate::app::{Act, AppError, Done, Seen, payments};
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::fault::Faults;
use crate::domain::id::{MilestoneId, OrganizationId, PaymentId, ProjectId, UserId};
use crate::domain::money::Fen;
use crate::domain::payment::{Block, DAYS_TO_FORWARD, ForwardInput, Gate, PayInput, PaymentStage, ReverseInput, Source, Whereabouts};
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp, year_of};
use crate::http::answer::{View, record_view};
use crate::http::batches::{Year, year};

/// A payment.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentView {
    id: PaymentId,
    stage: PaymentStage,
    version: i64,
    project_id: ProjectId,
    project_code: String,
    project_title: String,
    /// Whom it goes to: the organisation that leads the project.
    payee_id: Option<OrganizationId>,
    payee: String,
    number: i32,
    /// Whose money it is.
    source: Source,
    /// What opens it.
    gate: Gate,
    milestone_id: Option<MilestoneId>,
    amount_fen: Fen,
    requested_by: Option<UserId>,
    checked_by: Option<UserId>,
    approved_by: Option<UserId>,
    /// Beijing day of the approval: it is not paid before.
    approved_on: Option<Date>,
    paid_by: Option<UserId>,
    /// 凭证号.
    voucher_no: Option<String>,
    paid_on: Option<Date>,
    /// Who recorded that the last transfer came back 退汇.
    returned_by: Option<UserId>,
    held_by: Option<UserId>,
    /// Why it is held 缓拨.
    hold_reason: Option<String>,
    /// Why it may not move on for now: empty when nothing stands in its way.
    blocked_by: Vec<Block>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(PaymentView);

impl From<Payable> for PaymentView {
    fn from(Payable { record: row, allowed, blocked_by, payee }: Payable) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            project_id: row.project_id,
            project_code: payee.project_code,
            project_title: payee.project_title,
            payee_id: payee.organization_id,
            payee: payee.organization,
            number: row.number,
            source: row.source,
            gate: row.gate,
            milestone_id: row.milestone_id,
            amount_fen: row.amount_fen,
            requested_by: row.requested_by,
            checked_by: row.checked_by,
            approved_by: row.approved_by,
            approved_on: row.approved_on,
            paid_by: row.paid_by,
            voucher_no: row.voucher_no,
            paid_on: row.paid_on,
            returned_by: row.returned_by,
            held_by: row.held_by,
            hold_reason: row.hold_reason,
            blocked_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// Money of a payment that left, and perhaps came back.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TransferView {
    number: i32,
    amount_fen: Fen,
    voucher_no: String,
    paid_on: Date,
    paid_by: UserId,
    /// 退汇: when it came back, and why.
    returned_on: Option<Date>,
    returned_by: Option<UserId>,
    return_reason: Option<String>,
}

impl From<TransferRow> for TransferView {
    fn from(row: TransferRow) -> Self {
        let TransferRow { number, amount_fen, voucher_no, paid_on, paid_by, returned_on, returned_by, return_reason, .. } = row;
        Self { number, amount_fen, voucher_no, paid_on, paid_by, returned_on, returned_by, return_reason }
    }
}

/// Money that the lead passed on to a partner 转拨.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubPaymentView {
    number: i32,
    organization_id: OrganizationId,
    amount_fen: Fen,
    forwarded_on: Date,
    voucher_no: String,
    recorded_by: UserId,
    /// Whether it took more than thirty days.
    late: bool,
}

/// A payment with each time that it was sent, and what was passed on of it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentDetail {
    #[serde(flatten)]
    payment: PaymentView,
    /// 收款账户: its bank and last digits, as the commitment in force names it; `null` while nobody has named one.
    account: Option<String>,
    transfers: Vec<TransferView>,
    /// By when partners have their parts of it, once it is paid.
    forward_by: Option<Date>,
    sub_payments: Vec<SubPaymentView>,
}

record_view!(PaymentDetail as payment);

impl From<WithTransfers> for PaymentDetail {
    fn from((payment, sent, passed_on, account): WithTransfers) -> Self {
        let forward_by = payment.record.paid_on.map(|day| day.plus_days(DAYS_TO_FORWARD));
        let view = |row: SubPaymentRow| SubPaymentView {
            number: row.number,
            organization_id: row.organization_id,
            amount_fen: row.amount_fen,
            forwarded_on: row.forwarded_on,
            voucher_no: row.voucher_no,
            recorded_by: row.recorded_by,
            late: forward_by.is_some_and(|day| row.forwarded_on > day),
        };
        Self {
            sub_payments: passed_on.into_iter().map(view).collect(),
            transfers: sent.into_iter().map(Into::into).collect(),
            forward_by,
            account,
            payment: payment.into(),
        }
    }
}

/// Where the money of one source is; the parts make what was planned.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SourceView {
    source: Source,
    #[serde(flatten)]
    whereabouts: Whereabouts,
}

/// The payments of a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentsView {
    /// In order.
    items: Vec<PaymentView>,
    /// By source, where there are payments of it.
    sources: Vec<SourceView>,
}

impl From<Vec<Payable>> for PaymentsView {
    fn from(rows: Vec<Payable>) -> Self {
        let of = |source: &Source| {
            let own = rows.iter().map(|row| &row.record).filter(|row| row.source == *source);
            SourceView { source: *source, whereabouts: Whereabouts::of(own.map(|row| (row.stage, row.amount_fen))) }
        };
        let sources = Source::ALL.iter().map(of).filter(|view| view.whereabouts.planned_fen > Fen::ZERO).collect();
        Self { sources, items: rows.into_iter().map(Into::into).collect() }
    }
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
    #[deserr(default)]
    source: Option<Source>,
    /// The year in which it was paid.
    #[deserr(default)]
    year: Option<Year>,
}

/// `GET /payments`
pub fn list(act: &mut Act<'_>, (): (), query: PaymentQuery, page: &Page) -> Result<Seen<Vec<PaymentView>>, AppError> {
    let paid_within = year(query.year).and_then(year_of);
    let filter = PaymentFilter { project_id: query.project_id, stage: query.stage, source: query.source, paid_within };
    Ok(payments::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /projects/{id}/payments`
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<PaymentsView>, AppError> {
    Ok(payments::of_project(act, id)?.map(Into::into))
}

/// `GET /payments/{id}`
pub fn get(act: &mut Act<'_>, id: PaymentId) -> Result<Seen<PaymentDetail>, AppError> {
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

/// `POST /payments/{id}/hold`
pub fn hold(act: &mut Act<'_>, id: PaymentId, input: ReasonInput) -> Changed {
    Ok(holding::hold(act, id, &input)?.map(Into::into))
}

/// `POST /payments/{id}/release`
pub fn release(act: &mut Act<'_>, id: PaymentId, input: ReasonInput) -> Changed {
    Ok(holding::release(act, id, &input)?.map(Into::into))
}

/// `POST /payments/{id}/reverse`
pub fn reverse(act: &mut Act<'_>, id: PaymentId, input: ReverseInput) -> Changed {
    Ok(holding::reverse(act, id, &input)?.map(Into::into))
}

/// `POST /payments/{id}/forward`
pub fn forward(act: &mut Act<'_>, id: PaymentId, input: ForwardInput) -> Result<Done<PaymentDetail>, AppError> {
    Ok(forwarding::forward(act, id, &input)?.map(Into::into))
}
