//! What does not go straight in the projects of the demo, with its days. A new turn is one line of the enum and one table here.

use crate::cli::seed::changing::ChangeDeed as Change;
use crate::cli::seed::course::{Desk, ProjectDeed as D};
use crate::cli::seed::ends::Progress;
use crate::cli::seed::following::FollowDeed as Follow;
use crate::cli::seed::money::MoneyDeed as Money;
use crate::cli::seed::stopping::StopDeed as Stop;
use crate::domain::change::{ChangeKind, Verdict};
use crate::domain::measure::{Cause, MeasureKind};
use crate::domain::visit::VisitMode;
use serde::Deserialize;

/// What happens to a project out of turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Another principal 挂帅人 leads it, with the signatures of all.
    PrincipalChanged,
    /// It is extended 延期, with the signatures of all.
    Extended,
    /// A lower target is asked for, and refused.
    TargetRefused,
    /// It is suspended 暂停, and stays so.
    Suspended,
    /// It is terminated 终止 without fault, and gives back what it did not spend.
    Terminated,
    /// It is terminated because a milestone was not met; the money is called for.
    TerminatedForBreach,
    /// It is revoked 撤销; everything goes back with interest, and a part has come.
    Revoked,
    /// A payment is held 缓拨.
    PaymentHeld,
    /// A payment came back from the bank 退汇.
    TransferReturned,
    /// A payment came back, and was paid again.
    PaidAgain,
    /// Another commissioner takes over.
    HandedOver,
    /// A visit finds a problem that is open still.
    ProblemOpen,
    /// A visit finds a problem that is solved.
    ProblemSolved,
}

/// Days with what is done on them.
pub type Days = &'static [(&'static str, D)];

impl Fate {
    /// What is done, when.
    #[must_use]
    pub const fn days(self) -> Days {
        match self {
            Self::PrincipalChanged => &[
                ("2022-09-13", D::Change(Change::Ask(ChangeKind::Pi))),
                ("2022-09-15", D::Change(Change::Advise(Verdict::Support))),
                ("2022-09-20", D::Change(Change::Approve)),
                ("2022-09-22", D::Change(Change::Sign)),
            ],
            Self::Extended => &[
                ("2022-12-06", D::Change(Change::Ask(ChangeKind::Extension))),
                ("2022-12-08", D::Change(Change::Advise(Verdict::Support))),
                ("2022-12-13", D::Change(Change::Approve)),
                ("2022-12-15", D::Change(Change::Sign)),
            ],
            Self::TargetRefused => &[
                ("2022-10-11", D::Change(Change::Ask(ChangeKind::Indicator))),
                ("2022-10-13", D::Change(Change::Advise(Verdict::Oppose))),
                ("2022-10-18", D::Change(Change::Reject)),
            ],
            Self::Suspended => {
                &[("2023-02-15", D::Stop(Stop::Propose(MeasureKind::Suspend, Cause::PiAbsent))), ("2023-02-17", D::Stop(Stop::Decide))]
            }
            Self::Terminated => &[
                ("2023-02-15", D::Stop(Stop::Propose(MeasureKind::Terminate, Cause::NotFeasible))),
                ("2023-02-17", D::Stop(Stop::Decide)),
                ("2023-02-23", D::Stop(Stop::Settle(None))),
                ("2023-02-27", D::Stop(Stop::Claim)),
                ("2023-03-10", D::Stop(Stop::Receive(100))),
            ],
            Self::TerminatedForBreach => &[
                ("2023-02-14", D::Stop(Stop::Propose(MeasureKind::Terminate, Cause::Breach))),
                ("2023-02-17", D::Stop(Stop::Decide)),
                ("2023-02-27", D::Stop(Stop::Settle(None))),
                ("2023-03-02", D::Stop(Stop::Claim)),
            ],
            Self::Revoked => &[
                ("2023-02-15", D::Stop(Stop::Propose(MeasureKind::Revoke, Cause::Fraud))),
                ("2023-02-16", D::Stop(Stop::Decide)),
                ("2023-02-21", D::Stop(Stop::Settle(Some(345)))),
                ("2023-02-23", D::Stop(Stop::Claim)),
                ("2023-03-15", D::Stop(Stop::Receive(40))),
            ],
            Self::PaymentHeld => &[("2023-02-21", D::Money(Money::Hold(2)))],
            Self::TransferReturned => &[("2023-03-01", D::Money(Money::Reverse(2)))],
            Self::PaidAgain => &[("2023-03-01", D::Money(Money::Reverse(2))), ("2023-03-07", D::Pay(2, Desk::Pay))],
            Self::HandedOver => &[("2022-10-24", D::Follow(Follow::HandOver))],
            Self::ProblemOpen => &[("2023-02-22", D::Follow(Follow::Find))],
            Self::ProblemSolved => &[("2022-09-20", D::Follow(Follow::Find)), ("2022-12-09", D::Follow(Follow::Solve))],
        }
    }
}

/// What is owed of every project that runs: reports in time, and visits.
const FOLLOWED: Days = &[
    ("2022-06-16", D::Follow(Follow::Visit(VisitMode::Online))),
    ("2022-07-11", D::Follow(Follow::Report(0))),
    ("2022-07-20", D::Follow(Follow::Comment(0))),
    ("2022-09-16", D::Follow(Follow::Visit(VisitMode::Onsite))),
    ("2022-10-12", D::Follow(Follow::Report(1))),
    ("2022-10-20", D::Follow(Follow::Comment(1))),
    ("2022-11-22", D::Follow(Follow::Report(2))),
    ("2022-11-24", D::Follow(Follow::Visit(VisitMode::Document))),
    ("2022-12-01", D::Follow(Follow::Comment(2))),
    ("2023-01-09", D::Follow(Follow::Report(3))),
    ("2023-01-17", D::Follow(Follow::Comment(3))),
];

/// How a project is followed that gets so far. The one that is late says nothing from its third quarter on.
pub fn followed(progress: Progress) -> impl Iterator<Item = (&'static str, D)> {
    let last = if progress == Progress::Late { "2022-10-01" } else { "2023-12-31" };
    let visited = move |deed: &D| matches!(deed, D::Follow(Follow::Visit(_)));
    FOLLOWED.iter().copied().filter(move |(day, deed)| *day < last || visited(deed))
}
