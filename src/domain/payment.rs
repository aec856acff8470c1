//! Payments 拨付: money that follows signing, accepted milestones and acceptance, and nothing else.

use crate::domain::codes::codes;
use crate::domain::fault::Faults;
use crate::domain::policy::Action as A;
use crate::domain::text::Line;
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a payment stands.
    pub enum PaymentStage {
        Locked = "locked" "未达条件",
        Due = "due" "可申请",
        Requested = "requested" "已申请",
        Checked = "checked" "已审核",
        Approved = "approved" "已批准",
        Paid = "paid" "已拨付",
        Cancelled = "cancelled" "停拨",
    }
}

use PaymentStage as S;
stage_table!(
    S,
    &[
        path(S::Locked, A::PaymentUnlock, &[S::Due]),
        path(S::Locked, A::PaymentCancel, &[S::Cancelled]),
        path(S::Due, A::PaymentRequest, &[S::Requested]),
        path(S::Requested, A::PaymentCheck, &[S::Checked]),
        path(S::Requested, A::PaymentReturn, &[S::Due]),
        path(S::Checked, A::PaymentApprove, &[S::Approved]),
        path(S::Checked, A::PaymentReturn, &[S::Due]),
        path(S::Approved, A::PaymentPay, &[S::Paid]),
        path(S::Approved, A::PaymentReturn, &[S::Due]),
    ]
);

codes! {
    /// What must have happened before a payment falls due.
    pub enum Gate {
        Signing = "signing" "签约",
        Milestone = "milestone" "里程碑达标",
        Acceptance = "acceptance" "通过验收",
    }
}

/// The record of money sent.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PayInput {
    /// 凭证号, unique.
    pub voucher_no: Line<3, 60>,
    /// Date of the transfer: not in the future.
    pub paid_on: Date,
}
