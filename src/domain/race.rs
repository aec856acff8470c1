//! Races 赛马: the lanes of a challenge side by side, and the gates at which a lane goes on, is cut, or is merged into another.

use crate::domain::assessment::{Assessor, check_panel};
use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{OrganizationId, ProjectId, UserId};
use crate::domain::indicator::Comparator;
use crate::domain::input::Whole;
use crate::domain::money::Fen;
use crate::domain::payment::Gate;
use crate::domain::policy::Action as A;
use crate::domain::project::ProjectStage;
use crate::domain::text::{Line, Prose, Reason};
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a gate of a race stands.
    pub enum RaceGateStage {
        Proposed = "proposed" "待决定",
        Approved = "approved" "已决定",
        Declined = "declined" "未获批准",
    }
}

use RaceGateStage as S;
stage_table!(S, &[path(S::Proposed, A::RaceGateApprove, &[S::Approved]), path(S::Proposed, A::RaceGateDecline, &[S::Declined])]);

codes! {
    /// What becomes of a lane at a gate.
    pub enum LaneOutcome {
        Keep = "keep" "继续",
        Cut = "cut" "淘汰",
        Merge = "merge" "合并",
    }
}

/// One lane of a race.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Lane {
    /// The project.
    pub project_id: ProjectId,
    /// Its code.
    pub code: String,
    /// Where it stands.
    pub stage: ProjectStage,
    /// Its lead organisation.
    pub lead_org_id: OrganizationId,
    /// Name of that.
    pub organization: String,
    /// Who follows it.
    pub commissioner_id: Option<UserId>,
    /// Its award.
    pub award_fen: Fen,
    /// What was paid so far.
    pub paid_fen: Fen,
    /// How many milestones it has,
    pub milestones: usize,
    /// how many of them are met,
    pub milestones_met: usize,
    /// and how many are late today.
    pub milestones_late: usize,
}

/// What one lane has to show for an indicator.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct LaneValue {
    /// The lane.
    pub project_id: ProjectId,
    /// What the team promised.
    pub promised: Option<Decimal>,
    /// What it reached last.
    pub reached: Option<Decimal>,
    /// Whether that reaches the challenge's target.
    pub meets_target: Option<bool>,
}

/// An indicator across the lanes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ComparedIndicator {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: Option<String>,
    /// How a value is held against the target.
    pub comparator: Comparator,
    /// The challenge's target.
    pub target: Decimal,
    /// Whether it must be reached.
    pub mandatory: bool,
    /// One for each lane, in their order.
    pub values: Vec<LaneValue>,
}

/// The lanes of a race side by side, on the indicators that they have in common.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Comparison {
    /// One lane for each project.
    pub lanes: Vec<Lane>,
    /// The challenge's indicators.
    pub indicators: Vec<ComparedIndicator>,
}

/// A line of money that is added to the plan of a lane that goes on. It is paid like the others: when its gate opens.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AddedPayment {
    /// What opens it; `signing` is the signing of the supplement.
    pub gate: Gate,
    /// Number of the milestone that opens it: for `milestone`, and only there.
    #[deserr(default)]
    pub milestone: Option<Whole<1, 20>>,
    /// How much, in fen: above 0.
    pub amount_fen: Fen,
}

/// What a merged lane brings to the one that goes on.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Merger {
    /// The project into which it is merged: one that this gate keeps.
    pub into: ProjectId,
    /// 合并协议: number of the paper in which both agree.
    pub agreement_no: Line<2, 100>,
    /// What its lead does in the consortium from now on.
    pub tasks: Prose<2, 2_000>,
    /// Its share of the department's money there, in basis points.
    pub fiscal_share_bps: Whole<0, 10_000>,
}

/// What becomes of one lane.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct LaneInput {
    /// The lane: an active project of the challenge.
    pub project_id: ProjectId,
    /// What becomes of it.
    pub outcome: LaneOutcome,
    /// Why; its team will read it, so nothing of another lane belongs here.
    pub reason: Reason,
    /// `merge`: into what, and on which terms.
    #[deserr(default)]
    pub merger: Option<Merger>,
    /// `keep`: money of lanes that ended, which goes on here.
    #[deserr(default)]
    #[schema(required = false)]
    pub added: Vec<AddedPayment>,
}

/// What is proposed for the lanes of a race.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct RaceGateInput {
    /// When the panel met: not after today, nor before the race began.
    pub met_on: Date,
    /// The panel: 3 to 15 people, at least one from the side of the users.
    pub assessors: Vec<Assessor>,
    /// What the panel says of the race. No team reads it.
    pub opinion: Reason,
    /// Each active lane once.
    pub lanes: Vec<LaneInput>,
}

impl RaceGateInput {
    /// Whether it can be proposed today for these active lanes of a race that began on `since`; `outside` must not sit on the panel.
    ///
    /// # Errors
    /// All faults at once.
    pub fn check(&self, active: &[ProjectId], outside: &[String], (since, today): (Date, Date)) -> Result<(), Faults> {
        let mut faults = Faults::default();
        check_panel(&self.assessors, outside, &mut faults);
        faults.check(self.met_on > today, "met_on", || Fault::new("in_the_future", "不得晚于今天", "may not be after today"));
        faults
            .check(self.met_on < since, "met_on", || Fault::new("too_early", "不得早于项目开始日期", "may not lie before the race began"));
        let named: Vec<ProjectId> = self.lanes.iter().map(|lane| lane.project_id).collect();
        faults.check(!active.iter().all(|id| named.contains(id)), "lanes", || {
            Fault::new("lane_missing", "须逐一列明全部执行中的赛道", "must name every active lane")
        });
        let kept = self.kept();
        faults.check(kept.is_empty(), "lanes", || Fault::new("none_kept", "至少应有一队继续", "must keep one lane at least"));
        for (index, lane) in self.lanes.iter().enumerate() {
            let at = |field: &str| format!("lanes[{index}].{field}");
            let twice = named.iter().take(index).any(|id| *id == lane.project_id);
            faults.check(twice, &at("project_id"), || Fault::new("repeated_code", "重复", "stands more than once"));
            faults.check(!active.contains(&lane.project_id), &at("project_id"), || {
                Fault::new("not_a_lane", "不是本榜单执行中的项目", "is no active project of the challenge")
            });
            lane.check(&kept, &at, &mut faults);
        }
        faults.or(())
    }

    /// The lanes that go on.
    #[must_use]
    pub fn kept(&self) -> Vec<ProjectId> {
        self.lanes.iter().filter(|lane| lane.outcome == LaneOutcome::Keep).map(|lane| lane.project_id).collect()
    }
}

impl LaneInput {
    fn check(&self, kept: &[ProjectId], at: &dyn Fn(&str) -> String, faults: &mut Faults) {
        let merges = self.outcome == LaneOutcome::Merge;
        let not_here = || Fault::new("not_here", "此处不应填写", "does not belong here");
        faults.check(merges && self.merger.is_none(), &at("merger"), Fault::missing);
        faults.check(!merges && self.merger.is_some(), &at("merger"), not_here);
        faults.check(merges && self.merger.as_ref().is_some_and(|merger| !kept.contains(&merger.into)), &at("merger.into"), || {
            Fault::new("not_kept", "应为本次考核中继续的项目", "must be a project that this gate keeps")
        });
        faults.check(self.outcome != LaneOutcome::Keep && !self.added.is_empty(), &at("added"), not_here);
        for (index, line) in self.added.iter().enumerate() {
            let at = |field: &str| at(&format!("added[{index}].{field}"));
            faults.check(line.amount_fen == Fen::ZERO, &at("amount_fen"), || Fault::new("too_small", "应大于0", "must be above 0"));
            let opened = line.gate == Gate::Milestone;
            faults.check(opened && line.milestone.is_none(), &at("milestone"), Fault::missing);
            faults.check(!opened && line.milestone.is_some(), &at("milestone"), not_here);
        }
    }

    /// The money that goes on to this lane.
    #[must_use]
    pub fn added_fen(&self) -> Fen {
        Fen::total(self.added.iter().map(|line| line.amount_fen))
    }
}

/// Takes `wanted` from what ended lanes leave, in their order; none when that is not enough.
#[must_use]
pub fn taken_from(left: &[Fen], wanted: Fen) -> Option<Vec<Fen>> {
    let mut rest = wanted.0;
    let mut taken = Vec::with_capacity(left.len());
    for fen in left {
        let part = rest.min(fen.0.max(0));
        taken.push(Fen(part));
        rest = rest.saturating_sub(part);
    }
    (rest == 0).then_some(taken)
}

#[cfg(test)]
mod tests {
    use super::taken_from;
    use crate::domain::money::Fen;

    proptest::proptest! {
        #[test]
        fn what_goes_on_is_taken_to_the_fen_and_never_more_than_a_lane_leaves(
            left in proptest::collection::vec(0i64..1_000_000_000_000, 0..6), wanted in 0i64..4_000_000_000_000,
        ) {
            let lanes: Vec<Fen> = left.iter().copied().map(Fen).collect();
            match taken_from(&lanes, Fen(wanted)) {
                None => proptest::prop_assert!(left.iter().sum::<i64>() < wanted),
                Some(taken) => {
                    proptest::prop_assert_eq!(Fen::total(taken.iter().copied()), Fen(wanted));
                    proptest::prop_assert!(taken.iter().zip(&lanes).all(|(part, whole)| part.0 >= 0 && part <= whole));
                }
            }
        }
    }
}
