//! Clawbacks: the settlement sheet of a project, what came back, and handlers.

use crate::app::clawbacks::{self, ClawbackFilter, ClawbackRow, WithReceipts, collecting, settling};
use crate::app::{Act, AppError, Done, Page, Seen, Shown};
use crate::domain::challenge::ReasonInput;
use crate::domain::clawback::{ClawbackCause, ClawbackStage, ReceiptInput, SettlementInput};
use crate::domain::fault::Faults;
use crate::domain::id::{ClawbackId, ProjectId, UserId};
use crate::domain::measure::DecidedInput;
use crate::domain::money::Fen;
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// The settlement sheet 清算表 of a project, and what goes back of it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ClawbackView {
    id: ClawbackId,
    stage: ClawbackStage,
    version: i64,
    project_id: ProjectId,
    cause: ClawbackCause,
    awarded_fen: Fen,
    paid_fen: Fen,
    spent_fen: Fen,
    /// Paid and not spent.
    unspent_fen: Fen,
    /// Spent against the rules.
    irregular_fen: Fen,
    /// To be paid back of the department's money,
    principal_fen: Fen,
    /// and interest on it.
    interest_fen: Fen,
    interest_rate_bps: Option<i32>,
    /// What came back,
    received_fen: Fen,
    /// what was written off 核销,
    written_off_fen: Fen,
    /// and what is still to come. Once it was decided the three make principal and interest.
    outstanding_fen: Fen,
    audit_no: String,
    reason: String,
    /// 决定文号.
    decision_no: Option<String>,
    /// By when it is back.
    due_on: Option<Date>,
    created_by: UserId,
    decided_by: Option<UserId>,
    write_off_by: Option<UserId>,
    write_off_reason: Option<String>,
    /// 核销决定文号: the number of the decision that wrote the rest off,
    write_off_no: Option<String>,
    /// by whom,
    written_off_by: Option<UserId>,
    /// and when.
    written_off_on: Option<Date>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(ClawbackView);

impl From<Shown<ClawbackRow>> for ClawbackView {
    fn from(Shown { record: row, allowed }: Shown<ClawbackRow>) -> Self {
        Self {
            outstanding_fen: row.outstanding(),
            unspent_fen: Fen(row.paid_fen.0.saturating_sub(row.spent_fen.0)),
            id: row.id,
            stage: row.stage,
            version: row.version,
            project_id: row.project_id,
            cause: row.cause,
            awarded_fen: row.awarded_fen,
            paid_fen: row.paid_fen,
            spent_fen: row.spent_fen,
            irregular_fen: row.irregular_fen,
            principal_fen: row.principal_fen,
            interest_fen: row.interest_fen,
            interest_rate_bps: row.interest_rate_bps,
            received_fen: row.received_fen,
            audit_no: row.audit_no,
            reason: row.reason,
            decision_no: row.decision_no,
            due_on: row.due_on,
            created_by: row.created_by,
            decided_by: row.decided_by,
            write_off_by: row.write_off_by,
            write_off_reason: row.write_off_reason,
            written_off_fen: row.written_off_fen,
            write_off_no: row.write_off_no,
            written_off_by: row.written_off_by,
            written_off_on: row.written_off_on,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// Money that came back.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ClawbackReceiptView {
    number: i32,
    amount_fen: Fen,
    received_on: Date,
    voucher_no: String,
    recorded_by: UserId,
}

/// A clawback with what came in for it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ClawbackDetail {
    #[serde(flatten)]
    clawback: ClawbackView,
    receipts: Vec<ClawbackReceiptView>,
}

record_view!(ClawbackDetail as clawback);

impl From<WithReceipts> for ClawbackDetail {
    fn from((clawback, receipts): WithReceipts) -> Self {
        let receipts = receipts.into_iter().map(|row| ClawbackReceiptView {
            number: row.number,
            amount_fen: row.amount_fen,
            received_on: row.received_on,
            voucher_no: row.voucher_no,
            recorded_by: row.recorded_by,
        });
        Self { clawback: clawback.into(), receipts: receipts.collect() }
    }
}

/// What a list of clawbacks can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ClawbackQuery {
    #[deserr(default)]
    project_id: Option<ProjectId>,
    #[deserr(default)]
    stage: Option<ClawbackStage>,
}

type Changed = Result<Done<ClawbackView>, AppError>;

/// `POST /projects/{id}/clawbacks`
pub fn propose(act: &mut Act<'_>, id: ProjectId, input: SettlementInput) -> Changed {
    Ok(settling::propose(act, id, &input)?.map(Into::into))
}

/// `GET /clawbacks`
pub fn list(act: &mut Act<'_>, (): (), query: ClawbackQuery, page: &Page) -> Result<Seen<Vec<ClawbackView>>, AppError> {
    let filter = ClawbackFilter { project_id: query.project_id, stage: query.stage };
    Ok(clawbacks::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /clawbacks/{id}`
pub fn get(act: &mut Act<'_>, id: ClawbackId) -> Result<Seen<ClawbackDetail>, AppError> {
    Ok(clawbacks::get(act, id)?.map(Into::into))
}

/// `POST /clawbacks/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: ClawbackId, input: DecidedInput) -> Changed {
    Ok(settling::approve(act, id, &input)?.map(Into::into))
}

/// `POST /clawbacks/{id}/decline`
pub fn decline(act: &mut Act<'_>, id: ClawbackId, input: ReasonInput) -> Changed {
    Ok(settling::decline(act, id, &input)?.map(Into::into))
}

/// `POST /clawbacks/{id}/receive`
pub fn receive(act: &mut Act<'_>, id: ClawbackId, input: ReceiptInput) -> Changed {
    Ok(collecting::receive(act, id, &input)?.map(Into::into))
}

/// `POST /clawbacks/{id}/propose_write_off`
pub fn propose_write_off(act: &mut Act<'_>, id: ClawbackId, input: ReasonInput) -> Changed {
    Ok(collecting::propose_write_off(act, id, &input)?.map(Into::into))
}

/// `POST /clawbacks/{id}/approve_write_off`
pub fn approve_write_off(act: &mut Act<'_>, id: ClawbackId, input: DecidedInput) -> Changed {
    Ok(collecting::approve_write_off(act, id, &input)?.map(Into::into))
}

/// `POST /clawbacks/{id}/decline_write_off`
pub fn decline_write_off(act: &mut Act<'_>, id: ClawbackId, input: ReasonInput) -> Changed {
    Ok(collecting::decline_write_off(act, id, &input)?.map(Into::into))
}
