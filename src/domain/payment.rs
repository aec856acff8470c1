//! Payments 拨付: money that follows signing, accepted milestones and acceptance, and nothing else.

use crate::domain::codes::codes;
use crate::domain::fault::Faults;
use crate::domain::money::Fen;
use crate::domain::policy::Action as A;
use crate::domain::proposal::consortium::OrganizationRef;
use crate::domain::text::{Line, VoucherNo};
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
        Returned = "returned" "退汇",
        Held = "held" "缓拨",
        Cancelled = "cancelled" "停拨",
    }
}

use PaymentStage as S;

impl S {
    /// Whether finance has not approved it, or it is held: what an end without passing stops.
    #[must_use]
    pub const fn unapproved(self) -> bool {
        matches!(self, Self::Locked | Self::Due | Self::Requested | Self::Checked | Self::Held)
    }
}

/// From where a payment can be held, and where it goes back to.
const HOLDABLE: &[S] = &[S::Due, S::Requested, S::Checked, S::Approved, S::Returned];

stage_table!(
    S,
    &[
        path(S::Locked, A::PaymentUnlock, &[S::Due]),
        path(S::Locked, A::PaymentCancel, &[S::Cancelled]),
        path(S::Due, A::PaymentRequest, &[S::Requested]),
        path(S::Due, A::PaymentHold, &[S::Held]),
        path(S::Due, A::PaymentCancel, &[S::Cancelled]),
        path(S::Requested, A::PaymentCheck, &[S::Checked]),
        path(S::Requested, A::PaymentReturn, &[S::Due]),
        path(S::Requested, A::PaymentHold, &[S::Held]),
        path(S::Requested, A::PaymentCancel, &[S::Cancelled]),
        path(S::Checked, A::PaymentApprove, &[S::Approved]),
        path(S::Checked, A::PaymentReturn, &[S::Due]),
        path(S::Checked, A::PaymentHold, &[S::Held]),
        path(S::Checked, A::PaymentCancel, &[S::Cancelled]),
        path(S::Approved, A::PaymentPay, &[S::Paid]),
        path(S::Approved, A::PaymentReturn, &[S::Due]),
        path(S::Approved, A::PaymentHold, &[S::Held]),
        path(S::Approved, A::PaymentCancel, &[S::Cancelled]),
        path(S::Paid, A::PaymentReverse, &[S::Returned]),
        path(S::Paid, A::PaymentForward, &[S::Paid]),
        path(S::Returned, A::PaymentPay, &[S::Paid]),
        path(S::Returned, A::PaymentReturn, &[S::Due]),
        path(S::Returned, A::PaymentHold, &[S::Held]),
        path(S::Returned, A::PaymentCancel, &[S::Cancelled]),
        path(S::Held, A::PaymentRelease, HOLDABLE),
        path(S::Held, A::PaymentCancel, &[S::Cancelled]),
    ]
);

codes! {
    /// Whose money it is 资金来源.
    pub enum Source {
        Fiscal = "fiscal" "财政",
        Sponsor = "sponsor" "需求方",
        Own = "self" "自筹",
    }
}

codes! {
    /// What must have happened before a payment falls due.
    pub enum Gate {
        Signing = "signing" "签约",
        Milestone = "milestone" "里程碑达标",
        Acceptance = "acceptance" "通过验收",
    }
}

codes! {
    /// Why a payment may not move on for now, although its gate is open.
    pub enum Block {
        Held = "held" "缓拨",
        MilestoneRectifying = "milestone_rectifying" "里程碑限期整改中",
        ProjectSuspended = "project_suspended" "项目暂停",
        ProjectEnded = "project_ended" "项目已终止、撤销、淘汰或合并",
        ClawbackOverdue = "clawback_overdue" "牵头单位应退资金逾期未退",
        Restricted = "restricted" "牵头单位处于科研诚信限制期内",
    }
}

impl Block {
    /// In English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Held => "it is held",
            Self::MilestoneRectifying => "a milestone is being mended",
            Self::ProjectSuspended => "the project is suspended",
            Self::ProjectEnded => "the project was terminated, revoked, eliminated or merged",
            Self::ClawbackOverdue => "the lead organisation owes money that is overdue",
            Self::Restricted => "the lead organisation is restricted after a finding on integrity",
        }
    }
}

/// Where the money of a source is. The parts make the whole at every stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Whereabouts {
    /// By the plan.
    pub planned_fen: Fen,
    /// Its gate is closed.
    pub locked_fen: Fen,
    /// Due, on its way through the desks, or sent back by the bank.
    pub underway_fen: Fen,
    /// Held for a reason.
    pub held_fen: Fen,
    /// Paid.
    pub paid_fen: Fen,
    /// Never to be paid.
    pub cancelled_fen: Fen,
}

impl Whereabouts {
    /// Counts a payment of `amount` that stands at `stage`.
    pub fn add(&mut self, stage: S, amount: Fen) {
        let part = match stage {
            S::Locked => &mut self.locked_fen,
            S::Due | S::Requested | S::Checked | S::Approved | S::Returned => &mut self.underway_fen,
            S::Held => &mut self.held_fen,
            S::Paid => &mut self.paid_fen,
            S::Cancelled => &mut self.cancelled_fen,
        };
        *part = Fen::total([*part, amount]);
        self.planned_fen = Fen::total([self.planned_fen, amount]);
    }

    /// Of these payments.
    #[must_use]
    pub fn of(payments: impl IntoIterator<Item = (S, Fen)>) -> Self {
        let mut all = Self::default();
        payments.into_iter().for_each(|(stage, amount)| all.add(stage, amount));
        all
    }
}

/// The record of money sent.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PayInput {
    /// 凭证号, unique.
    pub voucher_no: VoucherNo,
    /// Date of the transfer: not in the future.
    pub paid_on: Date,
}

/// The record of money that the bank sent back 退汇.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ReverseInput {
    /// Why it came back, as the bank says.
    pub reason: Line<2, 500>,
    /// Date on which it came back: not before the transfer, and not in the future.
    pub returned_on: Date,
}

/// Days that the lead has to pass a partner's part on 转拨.
pub const DAYS_TO_FORWARD: i64 = 30;

/// The record of money that the lead passed on to a partner 转拨.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ForwardInput {
    /// The partner, by its credit code or id.
    pub organization: OrganizationRef,
    /// How much: with what was passed on before, at most the partner's share of what was paid to the project, and at most what is left
    /// of the payment.
    pub amount_fen: Fen,
    /// When: not before the payment, and not in the future.
    pub forwarded_on: Date,
    /// Number of the lead's own voucher.
    pub voucher_no: VoucherNo,
}

#[cfg(test)]
mod tests {
    use super::{HOLDABLE, PaymentStage as S, Whereabouts};
    use crate::domain::money::{Fen, split};
    use crate::domain::policy::Action as A;
    use crate::domain::workflow::Stage;
    use proptest::prelude::*;

    #[test]
    fn what_can_be_held_is_what_a_hold_leads_back_to() {
        for stage in S::ALL {
            assert_eq!(!stage.outcomes(A::PaymentHold).is_empty(), HOLDABLE.contains(stage), "{stage}");
        }
    }

    proptest! {
        /// Whatever is done, in whatever order, to the payments of a plan: the parts make the award, and what is paid never passes it.
        #[test]
        fn over_any_walk_the_parts_make_the_award(
            award in 1i64..1_000_000_000_000,
            weights in prop::collection::vec(1i64..10_000, 1..6),
            steps in prop::collection::vec((0usize..6, 0usize..1_000, 0usize..6), 0..300),
        ) {
            let amounts = split(Fen(award), &weights);
            let mut stages = vec![S::Locked; amounts.len()];
            for (which, action, outcome) in steps {
                let at = which % stages.len();
                let paths: Vec<_> = S::PATHS.iter().filter(|path| path.from == stages[at]).collect();
                if paths.is_empty() { continue }
                let path = paths[action % paths.len()];
                stages[at] = path.to[outcome % path.to.len()];
                let now = Whereabouts::of(stages.iter().copied().zip(amounts.iter().copied()));
                prop_assert_eq!(now.planned_fen, Fen(award));
                let parts = [now.locked_fen, now.underway_fen, now.held_fen, now.paid_fen, now.cancelled_fen];
                prop_assert_eq!(Fen::total(parts), Fen(award));
                prop_assert!(now.paid_fen <= Fen(award));
            }
        }
    }
}
