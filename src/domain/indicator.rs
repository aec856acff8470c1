//! Indicators 考核指标: a quantified target, and what "reached" and "not weaker" mean for each comparator.

use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::fault::Faults;
use crate::domain::text::Line;

codes! {
    /// How an actual value is held against the target.
    pub enum Comparator {
        AtLeast = "at_least" "≥",
        AtMost = "at_most" "≤",
        Equal = "equal" "=",
    }
}

impl Comparator {
    /// Whether `actual` reaches `target`. For a promise, `actual` is the promised value: it may not be weaker.
    #[must_use]
    pub fn reached(self, actual: Decimal, target: Decimal) -> bool {
        match self {
            Self::AtLeast => actual >= target,
            Self::AtMost => actual <= target,
            Self::Equal => actual == target,
        }
    }
}

codes! {
    /// What an indicator measures.
    pub enum IndicatorKind {
        Technical = "technical" "技术",
        Economic = "economic" "经济",
        Output = "output" "成果",
        Talent = "talent" "人才",
        Social = "social" "社会",
    }
}

codes! {
    /// How an indicator is proven 考核方式.
    pub enum MeasureMethod {
        ThirdPartyTest = "third_party_test" "第三方检测",
        UserReport = "user_report" "用户报告",
        ExpertSiteTest = "expert_site_test" "现场测试",
        Certificate = "certificate" "证书",
        Document = "document" "文件资料",
    }
}

/// A quantified target of a challenge, repeated in its bids, projects and milestones under the same code.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Indicator {
    /// Code, unique in the challenge: `K1`.
    pub code: Line<1, 20>,
    /// What is measured.
    pub name: Line<2, 100>,
    /// Kind of indicator.
    pub kind: IndicatorKind,
    /// Unit, in UCUM or Chinese.
    #[deserr(default)]
    pub unit: Option<Line<1, 40>>,
    /// Direction of the target.
    pub comparator: Comparator,
    /// The target, a decimal string.
    pub target: Decimal,
    /// Whether the target must be reached.
    pub mandatory: bool,
    /// How it is proven.
    pub measure_method: MeasureMethod,
}

/// A value given for an indicator: promised in a bid, planned for a node, or reached.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct IndicatorValue {
    /// Code of the challenge's indicator.
    pub code: Line<1, 20>,
    /// The value, a decimal string.
    pub value: Decimal,
}

/// The first code that stands twice in `codes`.
pub fn repeated<'a>(codes: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = std::collections::HashSet::new();
    codes.into_iter().find(|code| !seen.insert(*code))
}

#[cfg(test)]
mod tests {
    use super::Comparator;
    use crate::domain::decimal::Decimal;

    proptest::proptest! {
        /// A value that is not weaker than a reached one is reached too, whatever the direction.
        #[test]
        fn reaching_is_monotonous_in_the_direction_of_the_comparator(target in -1000i64..1000, actual in -1000i64..1000, better in 0i64..100) {
            let number = |n: i64| Decimal(n.into());
            if Comparator::AtLeast.reached(number(actual), number(target)) {
                proptest::prop_assert!(Comparator::AtLeast.reached(number(actual + better), number(target)));
            }
            if Comparator::AtMost.reached(number(actual), number(target)) {
                proptest::prop_assert!(Comparator::AtMost.reached(number(actual - better), number(target)));
            }
        }
    }
}
