//! Clawbacks 追回: the settlement of a project that ended early, and the money that goes back until nothing is outstanding.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::input::Whole;
use crate::domain::measure::Cause;
use crate::domain::money::{Fen, WHOLE_BPS};
use crate::domain::policy::Action as A;
use crate::domain::project::ProjectStage;
use crate::domain::text::{Line, Reason, VoucherNo};
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a clawback stands.
    pub enum ClawbackStage {
        Proposed = "proposed" "待决定",
        Declined = "declined" "不予追回",
        Notified = "notified" "已通知退款",
        Partial = "partial" "部分退回",
        WriteOff = "write_off" "拟核销",
        Settled = "settled" "已结清",
        WrittenOff = "written_off" "已核销",
    }
}

use ClawbackStage as S;
stage_table!(
    S,
    &[
        path(S::Proposed, A::ClawbackApprove, &[S::Notified, S::Settled]),
        path(S::Proposed, A::ClawbackDecline, &[S::Declined]),
        path(S::Notified, A::ClawbackReceive, &[S::Partial, S::Settled]),
        path(S::Notified, A::ClawbackProposeWriteOff, &[S::WriteOff]),
        path(S::Partial, A::ClawbackReceive, &[S::Partial, S::Settled]),
        path(S::Partial, A::ClawbackProposeWriteOff, &[S::WriteOff]),
        path(S::WriteOff, A::ClawbackReceive, &[S::WriteOff, S::Settled]),
        path(S::WriteOff, A::ClawbackApproveWriteOff, &[S::WrittenOff]),
        path(S::WriteOff, A::ClawbackDeclineWriteOff, &[S::Notified, S::Partial]),
    ]
);

/// Stages at which money is outstanding.
pub const OUTSTANDING: &[S] = &[S::Notified, S::Partial, S::WriteOff];

/// Days to pay back after the notice.
pub const DAYS_TO_PAY_BACK: i64 = 30;

codes! {
    /// Why money goes back.
    pub enum ClawbackCause {
        Unspent = "unspent" "结余资金",
        Irregular = "irregular" "结余及违规支出",
        Revoked = "revoked" "未实质启动撤销",
        Fraud = "fraud" "弄虚作假撤销",
        EliminatedBalance = "eliminated_balance" "赛马淘汰或合并结余",
    }
}

/// How much of what was paid goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What was not spent, and what was spent against the rules.
    Rest,
    /// The same, after a race, where nobody is at fault.
    Balance,
    /// Everything, with interest.
    Everything,
}

/// The stages of a project that are settled, and how much goes back. An end that is not listed is not settled.
pub const ENDS: &[(ProjectStage, Extent)] = &[
    (ProjectStage::Terminated, Extent::Rest),
    (ProjectStage::Failed, Extent::Rest),
    (ProjectStage::Concluded, Extent::Rest),
    (ProjectStage::Revoked, Extent::Everything),
    (ProjectStage::Eliminated, Extent::Balance),
    (ProjectStage::Merged, Extent::Balance),
];

/// How much goes back after this end; none when it is not settled.
#[must_use]
pub fn extent(stage: ProjectStage) -> Option<Extent> {
    ENDS.iter().find(|(end, _)| *end == stage).map(|(_, extent)| *extent)
}

/// What the final accounts say, and why money is asked back.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct SettlementInput {
    /// Number of the audit report 审计报告编号.
    pub audit_no: Line<2, 80>,
    /// Spent of the department's money, by the audit: at most what was paid.
    pub spent_fen: Fen,
    /// Of that, against the rules 违规支出.
    #[deserr(default = Fen::ZERO)]
    #[schema(required = false)]
    pub irregular_fen: Fen,
    /// Interest a year in basis points, above 0: where everything goes back, and only there.
    #[deserr(default)]
    pub interest_rate_bps: Option<Whole<1, 2_400>>,
    /// Findings of the audit, and the clause of the task agreement. The team will read it.
    pub reason: Reason,
}

/// A settlement sheet 清算表: what became of the award, and what goes back of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Why.
    pub cause: ClawbackCause,
    /// The award.
    pub awarded: Fen,
    /// Paid of it.
    pub paid: Fen,
    /// Spent of what was paid.
    pub spent: Fen,
    /// Spent against the rules.
    pub irregular: Fen,
    /// To be paid back.
    pub principal: Fen,
    /// Interest on it.
    pub interest: Fen,
}

/// What is settled: the award, the payments with their days, and how the project ended.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The award.
    pub awarded: Fen,
    /// What was paid of the department's money, and when.
    pub paid: &'a [(Fen, Date)],
    /// How much goes back.
    pub extent: Extent,
    /// Why the project was ended, if somebody ended it.
    pub cause: Option<Cause>,
}

impl SettlementInput {
    /// The sheet, with interest up to `today`.
    ///
    /// # Errors
    /// All faults at once: more spent than paid, more against the rules than spent; a rate where there is no interest, or none where there is.
    pub fn sheet(&self, account: Account<'_>, today: Date) -> Result<Sheet, Faults> {
        let paid = Fen::total(account.paid.iter().map(|(amount, _)| *amount));
        let everything = account.extent == Extent::Everything;
        let mut faults = Faults::default();
        faults.check(self.spent_fen > paid, "spent_fen", || {
            Fault::new(
                "more_than_was_paid",
                format!("不得超过已拨付的{}分", paid.0),
                format!("may be at most the {} fen that were paid", paid.0),
            )
        });
        faults.check(self.irregular_fen > self.spent_fen, "irregular_fen", || {
            Fault::new("more_than_was_spent", "不得超过已支出", "may be at most what was spent")
        });
        faults.check(everything && self.interest_rate_bps.is_none(), "interest_rate_bps", Fault::missing);
        faults.check(!everything && self.interest_rate_bps.is_some(), "interest_rate_bps", || {
            Fault::new("not_here", "此处不应填写", "does not belong here")
        });
        faults.or(())?;
        let unspent = Fen(paid.0.saturating_sub(self.spent_fen.0));
        let rate = self.interest_rate_bps.map_or(0, |rate| rate.0);
        let interest = account.paid.iter().map(|(amount, day)| interest(*amount, rate, (today.0 - day.0).num_days()));
        let cause = match account.extent {
            Extent::Everything if account.cause == Some(Cause::Fraud) => ClawbackCause::Fraud,
            Extent::Everything => ClawbackCause::Revoked,
            Extent::Balance => ClawbackCause::EliminatedBalance,
            Extent::Rest if self.irregular_fen > Fen::ZERO => ClawbackCause::Irregular,
            Extent::Rest => ClawbackCause::Unspent,
        };
        Ok(Sheet {
            cause,
            awarded: account.awarded,
            paid,
            spent: self.spent_fen,
            irregular: self.irregular_fen,
            principal: if everything { paid } else { Fen::total([unspent, self.irregular_fen]) },
            interest: if everything { Fen::total(interest) } else { Fen::ZERO },
        })
    }
}

/// Simple interest on `amount` for so many days of a year of 365, at `rate` basis points a year; half a fen is a fen.
#[must_use]
pub fn interest(amount: Fen, rate: i64, days: i64) -> Fen {
    let whole = i128::from(WHOLE_BPS) * 365;
    let exact = i128::from(amount.0).saturating_mul(i128::from(rate.max(0))).saturating_mul(i128::from(days.max(0)));
    Fen(i64::try_from((exact + whole / 2) / whole).unwrap_or(i64::MAX))
}

/// Money that came back.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ReceiptInput {
    /// How much: above 0, and at most what is outstanding.
    pub amount_fen: Fen,
    /// When it came in: not in the future, nor before the settlement was proposed.
    pub received_on: Date,
    /// 凭证号, unique.
    pub voucher_no: VoucherNo,
}

impl ReceiptInput {
    /// Whether it can be taken `today`, for a settlement that was proposed on `since`.
    ///
    /// # Errors
    /// All faults at once.
    pub fn check(&self, outstanding: Fen, since: Date, today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.amount_fen == Fen::ZERO, "amount_fen", || Fault::new("too_small", "应大于0", "must be above 0"));
        faults.check(self.amount_fen > outstanding, "amount_fen", || {
            let (zh, en) = (format!("不得超过未退的{}分", outstanding.0), format!("may be at most the {} fen outstanding", outstanding.0));
            Fault::new("more_than_outstanding", zh, en)
        });
        faults.check(self.received_on > today, "received_on", || Fault::new("in_the_future", "不得晚于今天", "may not be in the future"));
        faults.check(self.received_on < since, "received_on", || {
            Fault::new("too_early", "不得早于清算提出日期", "may not lie before the settlement was proposed")
        });
        faults.or(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, ClawbackCause, Extent, SettlementInput, interest};
    use crate::domain::input::Whole;
    use crate::domain::measure::Cause;
    use crate::domain::money::{Fen, MOST};
    use crate::domain::time::Date;
    use proptest::prelude::*;

    fn input(spent: i64, irregular: i64, rate: Option<i64>) -> SettlementInput {
        SettlementInput {
            audit_no: "审字〔2027〕5号".parse().unwrap(),
            spent_fen: Fen(spent),
            irregular_fen: Fen(irregular),
            interest_rate_bps: rate.map(Whole),
            reason: "审计结论。".parse().unwrap(),
        }
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// The example of docs/delivery.md.
    #[test]
    fn the_worked_example_holds() {
        let paid = [(Fen(260_000_000), day("2026-05-11")), (Fen(195_000_000), day("2027-03-01"))];
        let rest = Account { awarded: Fen(650_000_000), paid: &paid, extent: Extent::Rest, cause: Some(Cause::NotFeasible) };
        let sheet = input(311_234_567, 1_850_033, None).sheet(rest, day("2027-06-01")).unwrap();
        assert_eq!((sheet.cause, sheet.paid), (ClawbackCause::Irregular, Fen(455_000_000)));
        assert_eq!((sheet.principal, sheet.interest), (Fen(143_765_433 + 1_850_033), Fen::ZERO));
        let all = Account { extent: Extent::Everything, cause: Some(Cause::Fraud), ..rest };
        let sheet = input(311_234_567, 1_850_033, Some(345)).sheet(all, day("2027-06-01")).unwrap();
        assert_eq!((sheet.cause, sheet.principal), (ClawbackCause::Fraud, Fen(455_000_000)));
        // At 3.45 % a year: 386 days of 2,600,000.00 yuan make 94,860.82, and 92 days of 1,950,000.00 make 16,956.99.
        assert_eq!(sheet.interest, Fen(9_486_082 + 1_695_699));
    }

    #[test]
    fn what_does_not_add_up_is_told() {
        let paid = [(Fen(100), day("2026-05-11"))];
        let rest = Account { awarded: Fen(200), paid: &paid, extent: Extent::Rest, cause: None };
        let codes = |given: SettlementInput, account| {
            given.sheet(account, day("2027-06-01")).unwrap_err().0.into_iter().map(|f| f.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(input(101, 102, Some(1)), rest), ["more_than_was_paid", "more_than_was_spent", "not_here"]);
        assert_eq!(codes(input(0, 0, None), Account { extent: Extent::Everything, ..rest }), ["required"]);
    }

    proptest! {
        #[test]
        fn what_goes_back_and_what_was_spent_properly_make_what_was_paid(
            parts in prop::collection::vec(0i64..1_000_000_000_000, 1..8), spent in 0i64..=10_000, irregular in 0i64..=10_000,
        ) {
            let paid: Vec<(Fen, Date)> = parts.iter().map(|part| (Fen(*part), day("2026-05-11"))).collect();
            let total: i64 = parts.iter().sum();
            let spent = i64::try_from(i128::from(total) * i128::from(spent) / 10_000).unwrap();
            let irregular = i64::try_from(i128::from(spent) * i128::from(irregular) / 10_000).unwrap();
            for extent in [Extent::Rest, Extent::Balance] {
                let account = Account { awarded: Fen(total), paid: &paid, extent, cause: None };
                let sheet = input(spent, irregular, None).sheet(account, day("2027-06-01")).unwrap();
                prop_assert_eq!(sheet.principal.0 + (spent - irregular), total);
                prop_assert!(sheet.principal <= sheet.paid && sheet.interest == Fen::ZERO);
            }
        }

        #[test]
        fn interest_grows_with_money_time_and_rate_and_is_never_a_fen_off(amount in 0i64..=MOST.0, rate in 0i64..=2_400, days in 0i64..=7_300) {
            let now = interest(Fen(amount), rate, days);
            prop_assert!(now <= interest(Fen(amount), rate, days + 1) && now <= interest(Fen(amount), rate + 1, days));
            let twice = (i128::from(now.0) * 3_650_000 - i128::from(amount) * i128::from(rate) * i128::from(days)) * 2;
            prop_assert!(twice.abs() <= 3_650_000);
            prop_assert_eq!(interest(Fen(amount), rate, -days), Fen::ZERO);
        }
    }
}
