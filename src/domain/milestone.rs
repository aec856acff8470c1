//! Milestones 里程碑: their stages, and what counts as met.

use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::evidence::Evidence;
use crate::domain::fault::{Fault, Faults};
use crate::domain::indicator::Indicator;
use crate::domain::policy::Action as A;
use crate::domain::text::Reason;
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a milestone stands.
    pub enum MilestoneStage {
        Planned = "planned" "未启动",
        InProgress = "in_progress" "进行中",
        Submitted = "submitted" "待认定",
        Rectifying = "rectifying" "限期整改",
        Met = "met" "达标",
        NotMet = "not_met" "未达标",
        Waived = "waived" "豁免",
    }
}

use MilestoneStage as S;
stage_table!(
    S,
    &[
        path(S::Planned, A::MilestoneStart, &[S::InProgress]),
        path(S::Planned, A::MilestoneFail, &[S::NotMet]),
        path(S::Planned, A::MilestoneWaive, &[S::Waived]),
        path(S::InProgress, A::MilestoneSubmit, &[S::Submitted]),
        path(S::InProgress, A::MilestoneFail, &[S::NotMet]),
        path(S::InProgress, A::MilestoneWaive, &[S::Waived]),
        path(S::Submitted, A::MilestoneAssess, &[S::Submitted]),
        path(S::Submitted, A::MilestoneVerify, &[S::Met]),
        path(S::Submitted, A::MilestoneReturn, &[S::Rectifying]),
        path(S::Submitted, A::MilestoneFail, &[S::NotMet]),
        path(S::Submitted, A::MilestoneWaive, &[S::Waived]),
        path(S::Rectifying, A::MilestoneSubmit, &[S::Submitted]),
        path(S::Rectifying, A::MilestoneFail, &[S::NotMet]),
        path(S::Rectifying, A::MilestoneWaive, &[S::Waived]),
    ]
);

/// The longest rectification 限期整改, in days (three months).
pub const LONGEST_RECTIFICATION_DAYS: i64 = 92;

/// Whether a milestone is late on `today`: past its date (or its rectification's) with nothing handed in.
#[must_use]
pub fn late(stage: MilestoneStage, due_on: Date, rectify_by: Option<Date>, today: Date) -> bool {
    match stage {
        S::Planned | S::InProgress => today > due_on,
        S::Rectifying => today > rectify_by.unwrap_or(due_on),
        S::Submitted | S::Met | S::NotMet | S::Waived => false,
    }
}

/// A milestone's indicator: the target at this node and, once handed in, what was reached and how it is shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct NodeIndicator {
    /// The indicator, its target being the one at this node.
    #[serde(flatten)]
    pub indicator: Indicator,
    /// Value reached, a decimal string.
    pub actual: Option<Decimal>,
    /// What shows it.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Why it is weaker than what an earlier milestone reported, where it is.
    #[serde(default)]
    pub correction: Option<String>,
}

impl NodeIndicator {
    /// Whether the value reached satisfies the target at this node.
    #[must_use]
    pub fn reached(&self) -> bool {
        self.actual.is_some_and(|actual| self.indicator.comparator.reached(actual, self.indicator.target))
    }
}

/// A commissioner's word on what was handed in.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct OpinionInput {
    /// The opinion; the team will read it.
    pub opinion: Reason,
}

/// An order to rectify 限期整改.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct RectifyInput {
    /// What is missing.
    pub opinion: Reason,
    /// By when: after today, within three months.
    pub rectify_by: Date,
}

impl RectifyInput {
    /// Whether the date may stand.
    ///
    /// # Errors
    /// It is not after `today`, or more than three months away.
    pub fn check(&self, today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.rectify_by <= today, "rectify_by", || Fault::new("in_the_past", "应晚于今天", "must be after today"));
        faults.check(self.rectify_by > today.plus_days(LONGEST_RECTIFICATION_DAYS), "rectify_by", || {
            Fault::new("too_late", "整改期不得超过3个月", "may not be more than three months away")
        });
        faults.or(())
    }
}
