//! Measures 处置: a project is suspended and resumed, terminated or revoked, as one person proposes and another one decides.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action as A;
use crate::domain::project::ProjectStage;
use crate::domain::text::{Line, Reason};
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};
use chrono::Months;

codes! {
    /// What is to become of a project.
    pub enum MeasureKind {
        Suspend = "suspend" "暂停",
        Resume = "resume" "恢复",
        Terminate = "terminate" "终止",
        Revoke = "revoke" "撤销",
    }
}

impl MeasureKind {
    /// What it does to the project.
    #[must_use]
    pub const fn action(self) -> A {
        match self {
            Self::Suspend => A::ProjectSuspend,
            Self::Resume => A::ProjectResume,
            Self::Terminate => A::ProjectTerminate,
            Self::Revoke => A::ProjectRevoke,
        }
    }

    /// Whether it ends the project.
    #[must_use]
    pub const fn ends(self) -> bool {
        matches!(self, Self::Terminate | Self::Revoke)
    }
}

codes! {
    /// Where a measure stands.
    pub enum MeasureStage {
        Proposed = "proposed" "待决定",
        Approved = "approved" "已决定",
        Declined = "declined" "不予处置",
    }
}

use MeasureStage as S;
stage_table!(S, &[path(S::Proposed, A::MeasureApprove, &[S::Approved]), path(S::Proposed, A::MeasureDecline, &[S::Declined])]);

codes! {
    /// Why, in a word.
    pub enum Cause {
        PiAbsent = "pi_absent" "挂帅人无法履职",
        Investigation = "investigation" "接受调查",
        ForceMajeure = "force_majeure" "不可抗力",
        CauseGone = "cause_gone" "暂停事由消除",
        Applied = "applied" "承担单位申请",
        NotFeasible = "not_feasible" "技术路线不可行",
        ConditionsLost = "conditions_lost" "实施条件丧失",
        Breach = "breach" "未按任务书执行",
        SuspendedTooLong = "suspended_too_long" "暂停逾期未能恢复",
        NeverStarted = "never_started" "未实质启动",
        Fraud = "fraud" "弄虚作假",
    }
}

impl Cause {
    /// Whether a measure of this kind can have this cause. What is revoked never was what it claimed to be; everything else is terminated.
    #[must_use]
    pub const fn fits(self, kind: MeasureKind) -> bool {
        match kind {
            MeasureKind::Suspend => matches!(self, Self::PiAbsent | Self::Investigation | Self::ForceMajeure),
            MeasureKind::Resume => matches!(self, Self::CauseGone),
            MeasureKind::Terminate => matches!(
                self,
                Self::Applied | Self::NotFeasible | Self::ConditionsLost | Self::Breach | Self::SuspendedTooLong | Self::ForceMajeure
            ),
            MeasureKind::Revoke => matches!(self, Self::NeverStarted | Self::Fraud),
        }
    }
}

/// The longest that a project is suspended. No rule of the country sets it: it is the department's own, and long enough for a
/// replacement of the lead or an investigation; a project that cannot go on by then is terminated.
pub const LONGEST_SUSPENSION_MONTHS: u32 = 6;

/// Days that a team has for the final accounts after its project was terminated or revoked, or its lane was cut or merged.
pub const DAYS_TO_SETTLE: i64 = 30;

/// Stages of a project in which no more money is paid to it.
pub const STOPPED: &[ProjectStage] = &[ProjectStage::Terminated, ProjectStage::Revoked, ProjectStage::Eliminated, ProjectStage::Merged];

/// A measure that is proposed.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct MeasureInput {
    /// What is to become of the project.
    pub kind: MeasureKind,
    /// Why, in a word that fits the kind.
    pub cause: Cause,
    /// Why, in full: facts and the clause of the task agreement. The parties will read it.
    pub reason: Reason,
    /// Whether the dates of open milestones, and the end of the project, move by the days of the suspension: for `suspend` only.
    #[deserr(default)]
    pub clock_stops: Option<bool>,
    /// By when the project goes on at the latest: for `suspend` only, within six months.
    #[deserr(default)]
    pub until_on: Option<Date>,
}

impl MeasureInput {
    /// Whether it can be proposed `today`.
    ///
    /// # Errors
    /// All faults at once.
    pub fn check(&self, today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(!self.cause.fits(self.kind), "cause", || {
            Fault::new("cause_does_not_fit", "该事由与处置方式不符", "does not fit what is proposed")
        });
        let suspends = self.kind == MeasureKind::Suspend;
        for (field, there) in [("clock_stops", self.clock_stops.is_some()), ("until_on", self.until_on.is_some())] {
            faults.check(suspends && !there, field, Fault::missing);
            faults.check(!suspends && there, field, || Fault::new("not_here", "此处不应填写", "does not belong here"));
        }
        let last = today.0.checked_add_months(Months::new(LONGEST_SUSPENSION_MONTHS)).map_or(today, Date);
        if let Some(until) = self.until_on.filter(|_| suspends) {
            faults.check(until <= today, "until_on", || Fault::new("in_the_past", "应晚于今天", "must be after today"));
            faults.check(until > last, "until_on", || Fault::new("too_late", "暂停不得超过6个月", "may not be more than six months away"));
        }
        faults.or(())
    }
}

/// The decision on a measure, a clawback or a write-off.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct DecidedInput {
    /// Number of the decision 决定文号.
    pub decision_no: Line<2, 80>,
}
