//! Acceptance 验收: what is handed in with an application, what a panel finds, and how it can end.

mod papers;

pub use papers::{AUDIT_FROM, AcceptanceInput, AcceptanceItem, AcceptanceItemKind, Checklist};

use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::UserId;
use crate::domain::indicator::{Comparator, Indicator, MeasureMethod};
use crate::domain::milestone::{LONGEST_RECTIFICATION_DAYS, NodeIndicator};
use crate::domain::policy::Action as A;
use crate::domain::project::ProjectStage;
use crate::domain::text::{Line, Reason};
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};

/// Months after its end within which a project applies for acceptance.
pub const MONTHS_TO_APPLY: u32 = 6;
/// The largest panel.
const LARGEST_PANEL: usize = 25;

codes! {
    /// Where an application stands.
    pub enum AcceptanceStage {
        Applied = "applied" "已申请",
        Assessed = "assessed" "专家组已评议",
        Decided = "decided" "已作结论",
    }
}

use AcceptanceStage as S;
stage_table!(
    S,
    &[
        path(S::Applied, A::AcceptanceAssess, &[S::Assessed]),
        path(S::Assessed, A::AcceptanceAssess, &[S::Assessed]),
        path(S::Assessed, A::AcceptanceDecide, &[S::Decided]),
    ]
);

/// The last day to apply for a project that ended on `ends_on`.
#[must_use]
pub fn apply_by(ends_on: Date) -> Date {
    ends_on.0.checked_add_months(chrono::Months::new(MONTHS_TO_APPLY)).map_or(ends_on, Date)
}

/// What became of an indicator.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct IndicatorResult {
    /// Its code.
    pub code: Line<1, 20>,
    /// What is measured.
    pub name: Line<2, 100>,
    /// Unit.
    pub unit: Option<Line<1, 40>>,
    /// Direction of the target.
    pub comparator: Comparator,
    /// The target that the project stands for: that of the last milestone which names the indicator.
    pub target: Decimal,
    /// Whether it must be reached.
    pub mandatory: bool,
    /// How it is proven.
    pub measure_method: MeasureMethod,
    /// The value that counts.
    pub actual: Option<Decimal>,
    /// Whether that reaches the target.
    pub reached: bool,
    /// The value that was found at the last milestone, where the panel corrected it.
    #[serde(default)]
    pub corrected_from: Option<Decimal>,
    /// Why the panel corrected it.
    #[serde(default)]
    pub reason: Option<Reason>,
}

impl IndicatorResult {
    fn of(indicator: &Indicator, actual: Option<Decimal>) -> Self {
        Self {
            code: indicator.code.clone(),
            name: indicator.name.clone(),
            unit: indicator.unit.clone(),
            comparator: indicator.comparator,
            target: indicator.target,
            mandatory: indicator.mandatory,
            measure_method: indicator.measure_method,
            actual,
            reached: actual.is_some_and(|actual| indicator.comparator.reached(actual, indicator.target)),
            corrected_from: None,
            reason: None,
        }
    }
}

/// What the milestones of a project come to, in their order: of each indicator the last target, and the last value found.
#[must_use]
pub fn results(milestones: &[Vec<NodeIndicator>]) -> Vec<IndicatorResult> {
    let mut results: Vec<IndicatorResult> = Vec::new();
    for node in milestones.iter().flatten() {
        let known = results.iter().position(|known| known.code == node.indicator.code);
        let before = known.and_then(|at| results.get(at)).and_then(|known| known.actual);
        let result = IndicatorResult::of(&node.indicator, node.actual.or(before));
        match known.and_then(|at| results.get_mut(at)) {
            Some(known) => *known = result,
            None => results.push(result),
        }
    }
    results
}

codes! {
    /// What a panel finds of the tasks, or of the accounts.
    pub enum PanelVerdict {
        Pass = "pass" "通过",
        Fail = "fail" "不通过",
    }
}

/// A value that the panel found otherwise than the last milestone says.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ResultCorrection {
    /// Code of the indicator.
    pub code: Line<1, 20>,
    /// The value found, a decimal string.
    pub actual: Decimal,
    /// Why it is another.
    pub reason: Reason,
}

/// What the panel found, written down by the officer.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AssessmentInput {
    /// When the panel met.
    pub meeting_on: Date,
    /// Its members, of the pool: three or more, an odd number.
    pub experts: Vec<UserId>,
    /// Values that differ from those of the last milestones.
    #[deserr(default)]
    #[schema(required = false)]
    pub corrections: Vec<ResultCorrection>,
    /// 任务完成情况.
    pub task: PanelVerdict,
    /// 经费使用情况.
    pub finance: PanelVerdict,
    /// The panel's opinion.
    pub opinion: Reason,
}

impl AssessmentInput {
    /// Whether it can stand as it is, whoever the experts are.
    ///
    /// # Errors
    /// All its faults.
    pub fn check(&self, results: &[IndicatorResult], applied_on: Date, today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.meeting_on > today, "meeting_on", || Fault::new("in_the_future", "不得晚于今天", "may not lie in the future"));
        faults.check(self.meeting_on < applied_on, "meeting_on", || {
            Fault::new("too_early", "不得早于验收申请", "may not lie before the application")
        });
        let size = self.experts.len();
        faults.check(!(3..=LARGEST_PANEL).contains(&size) || size.is_multiple_of(2), "experts", || {
            Fault::new("wrong_length", "专家组应为3人以上单数", "a panel is three or more, an odd number")
        });
        for (index, expert) in self.experts.iter().enumerate() {
            let again = self.experts.iter().take(index).any(|other| other == expert);
            faults.check(again, &format!("experts[{index}]"), || Fault::new("repeated_code", "重复", "stands more than once"));
        }
        for (index, given) in self.corrections.iter().enumerate() {
            let at = format!("corrections[{index}].code");
            let again = self.corrections.iter().take(index).any(|other| other.code == given.code);
            faults.check(again, &at, || Fault::new("repeated_code", "重复", "stands more than once"));
            let unknown = !results.iter().any(|known| known.code == given.code);
            faults.check(unknown, &at, || Fault::new("unknown_indicator", "项目没有这项指标", "is no indicator of the project"));
        }
        faults.or(())
    }

    /// The results as the panel corrected them.
    #[must_use]
    pub fn corrected(&self, results: Vec<IndicatorResult>) -> Vec<IndicatorResult> {
        let corrected = |result: IndicatorResult| match self.corrections.iter().find(|given| given.code == result.code) {
            None => result,
            Some(given) => IndicatorResult {
                actual: Some(given.actual),
                reached: result.comparator.reached(given.actual, result.target),
                corrected_from: result.actual,
                reason: Some(given.reason.clone()),
                ..result
            },
        };
        results.into_iter().map(corrected).collect()
    }
}

/// Whether a project passes: its tasks and its accounts do, and every mandatory target is reached.
#[must_use]
pub fn passes(task: PanelVerdict, finance: PanelVerdict, results: &[IndicatorResult]) -> bool {
    task == PanelVerdict::Pass && finance == PanelVerdict::Pass && results.iter().all(|result| result.reached || !result.mandatory)
}

codes! {
    /// What is decided on an application.
    pub enum Conclusion {
        Completed = "completed" "通过验收",
        Rectify = "rectify" "限期整改",
        Concluded = "concluded" "结题",
        Failed = "failed" "不通过",
    }
}

impl Conclusion {
    /// The stage that it leads the project to.
    #[must_use]
    pub const fn stage(self) -> ProjectStage {
        match self {
            Self::Completed => ProjectStage::Completed,
            Self::Rectify => ProjectStage::Rectifying,
            Self::Concluded => ProjectStage::Concluded,
            Self::Failed => ProjectStage::Failed,
        }
    }
}

codes! {
    /// What came of an application.
    pub enum AcceptanceResult {
        Passed = "passed" "通过验收",
        PassedAfterRectification = "passed_after_rectification" "整改后通过验收",
        Rectify = "rectify" "限期整改",
        Concluded = "concluded" "结题",
        Failed = "failed" "不通过",
    }
}

impl AcceptanceResult {
    /// What a conclusion on the first or second application comes to.
    #[must_use]
    pub const fn of(conclusion: Conclusion, number: i32) -> Self {
        match conclusion {
            Conclusion::Completed if number > 1 => Self::PassedAfterRectification,
            Conclusion::Completed => Self::Passed,
            Conclusion::Rectify => Self::Rectify,
            Conclusion::Concluded => Self::Concluded,
            Conclusion::Failed => Self::Failed,
        }
    }
}

/// The department's conclusion on acceptance.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ConclusionInput {
    /// How it ends.
    pub conclusion: Conclusion,
    /// The opinion; the parties will read it.
    pub opinion: Reason,
    /// For `rectify` alone: by when to apply again, within three months.
    #[deserr(default)]
    pub rectify_by: Option<Date>,
}

impl ConclusionInput {
    /// Whether the date fits.
    ///
    /// # Errors
    /// It is missing, does not belong there, or may not stand.
    pub fn check(&self, today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        match (self.conclusion, self.rectify_by) {
            (Conclusion::Rectify, None) => faults.check(true, "rectify_by", Fault::missing),
            (Conclusion::Rectify, Some(by)) => {
                faults.check(by <= today, "rectify_by", || Fault::new("in_the_past", "应晚于今天", "must be after today"));
                faults.check(by > today.plus_days(LONGEST_RECTIFICATION_DAYS), "rectify_by", || {
                    Fault::new("too_late", "整改期不得超过3个月", "may not be more than three months away")
                });
            }
            (_, given) => faults.check(given.is_some(), "rectify_by", || Fault::new("not_here", "此处不应填写", "does not belong here")),
        }
        faults.or(())
    }
}

#[cfg(test)]
mod tests {
    use super::{AcceptanceResult, Conclusion, IndicatorResult, PanelVerdict, apply_by, passes, results};
    use crate::domain::decimal::Decimal;
    use crate::domain::indicator::{Comparator, Indicator, IndicatorKind, MeasureMethod};
    use crate::domain::milestone::NodeIndicator;

    fn indicator(code: usize, target: i64, mandatory: bool) -> Indicator {
        Indicator {
            code: format!("K{code}").parse().unwrap(),
            name: "产品浓度".parse().unwrap(),
            kind: IndicatorKind::Technical,
            unit: None,
            comparator: Comparator::AtLeast,
            target: Decimal(target.into()),
            mandatory,
            measure_method: MeasureMethod::Document,
        }
    }

    fn node(code: usize, target: i64, actual: Option<i64>) -> NodeIndicator {
        NodeIndicator {
            indicator: indicator(code, target, true),
            actual: actual.map(|n| Decimal(n.into())),
            evidence: Vec::new(),
            correction: None,
        }
    }

    #[test]
    fn the_last_target_and_the_last_value_count() {
        let found = results(&[vec![node(1, 90, Some(91)), node(2, 5, Some(6))], vec![node(1, 96, Some(95))], vec![node(2, 7, None)]]);
        let told: Vec<_> = found.iter().map(|one| (one.target.to_string(), one.actual.unwrap().to_string(), one.reached)).collect();
        assert_eq!(told, [("96".into(), "95".into(), false), ("7".into(), "6".into(), false)]);
    }

    #[test]
    fn a_project_applies_within_six_months() {
        assert_eq!(apply_by("2024-08-31".parse().unwrap()).to_string(), "2025-02-28");
    }

    proptest::proptest! {
        /// Passed is exactly the conjunction: nothing else makes a project pass, and nothing else keeps it from that.
        #[test]
        fn the_result_is_exactly_the_conjunction(task: bool, finance: bool, marks in proptest::collection::vec((0i64..20, proptest::option::of(0i64..20), proptest::bool::ANY), 0..8)) {
            let verdict = |pass| if pass { PanelVerdict::Pass } else { PanelVerdict::Fail };
            let found: Vec<IndicatorResult> = marks.iter().enumerate()
                .map(|(code, (target, actual, mandatory))| IndicatorResult::of(&indicator(code, *target, *mandatory), actual.map(|n| Decimal(n.into()))))
                .collect();
            let wanted = task && finance && marks.iter().all(|(target, actual, mandatory)| !mandatory || actual.is_some_and(|actual| actual >= *target));
            proptest::prop_assert_eq!(passes(verdict(task), verdict(finance), &found), wanted);
        }

        #[test]
        fn only_the_second_application_passes_after_rectification(number in 1i32..=2) {
            let passed = AcceptanceResult::of(Conclusion::Completed, number);
            proptest::prop_assert_eq!(passed == AcceptanceResult::PassedAfterRectification, number == 2);
        }
    }
}
