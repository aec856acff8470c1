//! Targets 指标任务 of the department's own plans: a figure to be reached by a day, with the words in which it was set, and the one
//! rule by which it is judged.
//!
//! *How much is done* is measured from the baseline where there is one: (value − baseline) ÷ (target − baseline), otherwise
//! value ÷ target, for a ceiling (`at_most`) target ÷ value. It is never below zero, may be above the whole, and is not said where there is nothing to divide by.
//!
//! | judgement | |
//! |---|---|
//! | `no_data` | nothing was reported |
//! | `reached` | the last figure reaches the target, give or take its tolerance; of a `level` only when the time is over |
//! | `missed` | the time is over, and it does not |
//! | `on_track` | of what is `cumulative`: as much is done as the part of the time that was over on the day of the figure; of a `level`: it reaches the target |
//! | `behind` | anything else |

use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::fault::{Fault, Faults, path as path_of};
use crate::domain::id::TargetId;
use crate::domain::indicator::Comparator;
use crate::domain::input::Whole;
use crate::domain::money::WHOLE_BPS;
use crate::domain::text::{Line, Name, Prose, Reason};
use crate::domain::time::Date;
use deserr::ValuePointerRef;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal as Number, RoundingStrategy};

codes! {
    /// The kind of plan that sets a target: it says how many years there are, from the first of `year` on.
    pub enum TargetScope {
        Annual = "annual" "年度",
        ThreeYear = "three_year" "三年行动",
        FiveYear = "five_year" "五年",
        FourteenthPlan = "fourteenth_plan" "十四五",
        FifteenthPlan = "fifteenth_plan" "十五五",
    }
}

impl TargetScope {
    /// How many years it has.
    #[must_use]
    pub const fn years(self) -> i32 {
        match self {
            Self::Annual => 1,
            Self::ThreeYear => 3,
            Self::FiveYear | Self::FourteenthPlan | Self::FifteenthPlan => 5,
        }
    }

    /// The year in which it begins, where that is fixed.
    #[must_use]
    pub const fn begins(self) -> Option<i64> {
        match self {
            Self::FourteenthPlan => Some(2021),
            Self::FifteenthPlan => Some(2026),
            Self::Annual | Self::ThreeYear | Self::FiveYear => None,
        }
    }
}

codes! {
    /// How the figures of a target come about.
    pub enum Nature {
        Cumulative = "cumulative" "累计",
        Level = "level" "水平",
    }
}

codes! {
    /// How a target stands.
    pub enum Judgement {
        NoData = "no_data" "未填报",
        OnTrack = "on_track" "按进度",
        Behind = "behind" "进度滞后",
        Reached = "reached" "已完成",
        Missed = "missed" "未完成",
    }
}

codes! {
    /// Whether a list also shows what was replaced.
    pub enum Replaced {
        Without = "without" "不含已替换",
        With = "with" "含已替换",
    }
}

/// Where a target was set.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct TargetSource {
    /// The document.
    pub document: Line<2, 200>,
    /// The part of it.
    pub section: Line<1, 100>,
    /// Its own words.
    pub quote: Prose<2, 2_000>,
}

/// A target, as it was set.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = TargetInput::check -> Faults)]
pub struct TargetInput {
    /// A code of the department's own; one live target has it.
    pub code: Line<2, 40>,
    /// What is to be reached.
    pub name: Line<2, 100>,
    /// The kind of plan.
    pub scope: TargetScope,
    /// Its first year.
    pub year: Whole<2000, 2200>,
    /// 方面: the part of the plan that it belongs to.
    pub aspect: Line<2, 60>,
    /// 责任单位: who answers for it.
    pub responsible_unit: Name,
    /// Where it was set.
    pub source: TargetSource,
    /// Where it began.
    #[deserr(default)]
    pub baseline: Option<Decimal>,
    /// The figure to be reached.
    pub target: Decimal,
    /// How far from it still counts (左右).
    #[deserr(default)]
    pub tolerance: Option<Decimal>,
    /// Direction of the target.
    pub comparator: Comparator,
    /// How its figures come about.
    pub nature: Nature,
    /// Unit.
    #[deserr(default)]
    pub unit: Option<Line<1, 40>>,
    /// The day of which the document speaks.
    pub as_of: Date,
    /// The target in whose place it stands: that one stays readable, and is followed no more.
    #[deserr(default)]
    pub replaces: Option<TargetId>,
}

impl TargetInput {
    fn check(self, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let negative = self.tolerance.is_some_and(|tolerance| tolerance.0 < Number::ZERO);
        faults.check(negative, "tolerance", || Fault::new("too_small", "不得小于0", "must not be below 0"));
        let begins = self.scope.begins();
        faults.check(begins.is_some_and(|begins| begins != self.year.0), "year", || {
            let begins = begins.unwrap_or_default();
            Fault::new("does_not_fit", format!("{}自{begins}年起", self.scope.zh()), format!("this plan begins in {begins}"))
        });
        let here = path_of(at);
        faults.0 = faults.0.into_iter().map(|fault| fault.within(&here)).collect();
        faults.or(self)
    }
}

/// A figure that was reached by a day. Figures are only added: a later one of the same day stands in the place of what was said before.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ActualInput {
    /// The figure, a decimal string.
    pub value: Decimal,
    /// The day that it speaks of.
    pub as_of: Date,
    /// Where it was found.
    pub source: Line<2, 200>,
    /// A word on it.
    #[deserr(default)]
    pub note: Option<Reason>,
}

/// What figures are held against.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// The kind of plan,
    pub scope: TargetScope,
    /// and its first year.
    pub year: i32,
    /// Direction.
    pub comparator: Comparator,
    /// How the figures come about.
    pub nature: Nature,
    /// Where it began.
    pub baseline: Option<Decimal>,
    /// Where it should come to,
    pub target: Decimal,
    /// give or take.
    pub tolerance: Option<Decimal>,
}

impl Mark {
    /// The first day of the time for it.
    #[must_use]
    pub fn starts_on(&self) -> Date {
        first_of(self.year)
    }

    /// The last day.
    #[must_use]
    pub fn ends_on(&self) -> Date {
        first_of(self.year.saturating_add(self.scope.years())).plus_days(-1)
    }

    /// Whether a figure reaches the target.
    #[must_use]
    pub fn reached(&self, actual: Decimal) -> bool {
        let give = self.tolerance.map_or(Number::ZERO, |tolerance| tolerance.0);
        let enough = self.target.0.checked_sub(give).is_some_and(|low| actual.0 >= low);
        let little = self.target.0.checked_add(give).is_some_and(|high| actual.0 <= high);
        match self.comparator {
            Comparator::AtLeast => enough,
            Comparator::AtMost => little,
            Comparator::Equal => enough && little,
        }
    }

    /// How much is done, in basis points, half up; none where there is nothing to divide by.
    #[must_use]
    pub fn completion_bps(&self, actual: Decimal) -> Option<i64> {
        let (gone, way) = match (self.baseline, self.comparator) {
            (Some(baseline), _) => (actual.0.checked_sub(baseline.0)?, self.target.0.checked_sub(baseline.0)?),
            (None, Comparator::AtMost) => (self.target.0, actual.0),
            (None, _) => (actual.0, self.target.0),
        };
        let done = gone.checked_mul(Number::from(WHOLE_BPS))?.checked_div(way)?;
        done.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64().map(|bps| bps.max(0))
    }

    /// How the target stands on `today`, by its last figure and the day of that.
    #[must_use]
    pub fn judge(&self, last: Option<(Decimal, Date)>, today: Date) -> Judgement {
        let Some((actual, as_of)) = last else { return Judgement::NoData };
        let (over, reached) = (today > self.ends_on(), self.reached(actual));
        match (over, reached, self.nature) {
            (true, true, _) | (false, true, Nature::Cumulative) => Judgement::Reached,
            (true, false, _) => Judgement::Missed,
            (false, true, Nature::Level) => Judgement::OnTrack,
            (false, false, Nature::Level) => Judgement::Behind,
            (false, false, Nature::Cumulative) => {
                let fast = self.completion_bps(actual).is_some_and(|done| done >= self.elapsed_bps(as_of));
                if fast { Judgement::OnTrack } else { Judgement::Behind }
            }
        }
    }

    /// The part of the time that was over at the end of `day`, in basis points.
    fn elapsed_bps(&self, day: Date) -> i64 {
        let days = |to: Date| to.0.signed_duration_since(self.starts_on().0).num_days().saturating_add(1);
        let whole = days(self.ends_on()).max(1);
        days(day).clamp(0, whole).saturating_mul(WHOLE_BPS).checked_div(whole).unwrap_or_default()
    }
}

fn first_of(year: i32) -> Date {
    Date(chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Judgement as J, Mark, Nature, TargetScope};
    use crate::domain::decimal::Decimal;
    use crate::domain::indicator::Comparator;
    use crate::domain::time::Date;

    fn number(n: i64) -> Decimal {
        Decimal(n.into())
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn mark(comparator: Comparator, nature: Nature, baseline: Option<i64>, target: i64, tolerance: Option<i64>) -> Mark {
        let (baseline, tolerance) = (baseline.map(number), tolerance.map(number));
        Mark { scope: TargetScope::Annual, year: 2022, comparator, nature, baseline, target: number(target), tolerance }
    }

    #[test]
    fn about_thirty_is_reached_with_twenty_seven_and_half_of_the_way_is_half() {
        let about = mark(Comparator::AtLeast, Nature::Cumulative, None, 30, Some(3));
        assert!(about.reached(number(27)) && !about.reached(number(26)));
        assert_eq!(about.completion_bps(number(15)), Some(5_000));
        assert_eq!(mark(Comparator::AtLeast, Nature::Cumulative, Some(10), 30, None).completion_bps(number(20)), Some(5_000));
        assert_eq!(mark(Comparator::AtLeast, Nature::Cumulative, Some(10), 30, None).completion_bps(number(5)), Some(0));
        assert_eq!(mark(Comparator::AtMost, Nature::Level, None, 10, None).completion_bps(number(20)), Some(5_000));
        assert_eq!(mark(Comparator::AtMost, Nature::Level, Some(40), 10, None).completion_bps(number(10)), Some(10_000));
        assert_eq!(mark(Comparator::Equal, Nature::Level, None, 0, None).completion_bps(number(3)), None, "nothing to divide by");
        assert_eq!(mark(Comparator::AtLeast, Nature::Cumulative, None, 3, None).completion_bps(number(2)), Some(6_667), "half up");
    }

    #[test]
    fn what_adds_up_is_held_against_the_time_and_a_level_against_its_target() {
        let sum = mark(Comparator::AtLeast, Nature::Cumulative, None, 30, None);
        let on = |mark: &Mark, value: i64, as_of: &str, today: &str| mark.judge(Some((number(value), day(as_of))), day(today));
        assert_eq!(on(&sum, 15, "2022-06-30", "2022-07-10"), J::OnTrack);
        assert_eq!(on(&sum, 15, "2022-07-31", "2022-08-10"), J::Behind);
        assert_eq!(on(&sum, 30, "2022-03-31", "2022-04-01"), J::Reached);
        assert_eq!((on(&sum, 29, "2022-12-31", "2022-12-31"), on(&sum, 29, "2022-12-31", "2023-01-01")), (J::Behind, J::Missed));
        assert_eq!(sum.judge(None, day("2023-01-01")), J::NoData);
        let ceiling = mark(Comparator::AtMost, Nature::Level, None, 10, None);
        assert_eq!((on(&ceiling, 10, "2022-03-31", "2022-04-01"), on(&ceiling, 11, "2022-03-31", "2022-04-01")), (J::OnTrack, J::Behind));
        assert_eq!(on(&ceiling, 10, "2022-12-31", "2023-01-01"), J::Reached);
        let plan = Mark { scope: TargetScope::FourteenthPlan, year: 2021, ..sum };
        assert_eq!((plan.starts_on(), plan.ends_on()), (day("2021-01-01"), day("2025-12-31")));
    }

    proptest::proptest! {
        /// Whatever the direction: who has gone the whole way from the baseline has reached it, and nobody else has.
        #[test]
        fn the_whole_way_is_the_target(baseline in -100i64..100, way in 1i64..100, actual in -300i64..300, up in proptest::bool::ANY) {
            let (comparator, target) = if up { (Comparator::AtLeast, baseline + way) } else { (Comparator::AtMost, baseline - way) };
            let mark = mark(comparator, Nature::Cumulative, Some(baseline), target, None);
            let actual = number(actual);
            proptest::prop_assert_eq!(mark.reached(actual), mark.completion_bps(actual).is_some_and(|bps| bps >= 10_000));
        }

        /// More is never judged worse, on the same day.
        #[test]
        fn more_is_never_worse(less in 0i64..60, more in 0i64..60, of in 0i64..365, later in 0i64..400) {
            let mark = mark(Comparator::AtLeast, Nature::Cumulative, None, 30, Some(3));
            let as_of = day("2022-01-01").plus_days(of);
            let rank = |value: i64| match mark.judge(Some((number(value), as_of)), as_of.plus_days(later)) {
                J::Reached => 2,
                J::OnTrack => 1,
                _ => 0,
            };
            proptest::prop_assert!(rank(less.min(more)) <= rank(less.max(more)));
        }
    }
}
