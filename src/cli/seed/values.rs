//! Numbers of the demo that the data leave to the loader: targets on the way, values reached, points.

use crate::domain::decimal::Decimal;
use crate::domain::indicator::{Comparator, Indicator};
use crate::domain::scheme::{Criterion, Scheme};
use anyhow::Context;
use rust_decimal::Decimal as Number;

/// `number` times so many percent, exactly.
fn percent(number: Number, percent: i64) -> anyhow::Result<Number> {
    number.checked_mul(Number::new(percent, 2)).context("a number is too large")
}

fn minus(from: Number, number: Number) -> anyhow::Result<Number> {
    from.checked_sub(number).context("a number is too small")
}

/// Whether a value of the indicator is a share that cannot go beyond 100 %.
fn is_share(asked: &Indicator, target: Number) -> bool {
    let half_at_least = target >= Number::from(50) && target <= Number::ONE_HUNDRED;
    half_at_least && asked.comparator == Comparator::AtLeast && asked.unit.as_ref().is_some_and(|unit| unit.as_str() == "%")
}

/// A share whose distance to 100 % is so many percent of the target's.
fn share(target: Number, distance: i64) -> anyhow::Result<Number> {
    minus(Number::ONE_HUNDRED, percent(minus(Number::ONE_HUNDRED, target)?, distance)?)
}

/// The target of an indicator at a step of the plan: the last step (3) asks for all of it.
///
/// # Errors
/// A number is too large.
pub fn target(asked: &Indicator, step: usize) -> anyhow::Result<Decimal> {
    let target = asked.target.0;
    let (easier, distance) = match step {
        1 => (20, 200),
        2 => (10, 150),
        _ => return Ok(asked.target),
    };
    let value = match asked.comparator {
        Comparator::Equal => target,
        Comparator::AtMost => percent(target, 100_i64.saturating_add(easier))?,
        Comparator::AtLeast if is_share(asked, target) => share(target, distance)?.max(percent(target, 100_i64.saturating_sub(easier))?),
        Comparator::AtLeast => percent(target, 100_i64.saturating_sub(easier))?,
    };
    Ok(Decimal(value.round_dp(target.scale())))
}

/// The value that a team reports on its way to the first milestone: so many percent of its target, or the target where less is better.
///
/// # Errors
/// A number is too large.
pub fn so_far(asked: &Indicator, of_target: i64) -> anyhow::Result<Decimal> {
    let target = target(asked, 1)?;
    match asked.comparator {
        Comparator::AtLeast => Ok(Decimal(percent(target.0, of_target)?.round_dp(target.0.scale()))),
        Comparator::AtMost | Comparator::Equal => Ok(target),
    }
}

/// The value that a team reaches at a step: a little better than its target, or clearly worse when it is `missed`.
///
/// # Errors
/// A number is too large.
pub fn actual(asked: &Indicator, step: usize, missed: bool) -> anyhow::Result<Decimal> {
    let target = target(asked, step)?.0;
    let value = match (asked.comparator, missed) {
        (Comparator::Equal, false) => target,
        (Comparator::Equal, true) => target.checked_add(Number::ONE).context("a number is too large")?,
        (Comparator::AtMost, false) => percent(target, 97)?,
        (Comparator::AtMost, true) => percent(target, 115)?,
        (Comparator::AtLeast, missed) if is_share(asked, target) => share(target, if missed { 150 } else { 90 })?,
        (Comparator::AtLeast, false) => percent(target, 102)?,
        (Comparator::AtLeast, true) => percent(target, 85)?,
    };
    // A whole number stays one, unless it would round to the target that it misses.
    let places = match (target.scale(), missed) {
        (0, false) => 0,
        (scale, _) => scale.saturating_add(1),
    };
    Ok(Decimal(value.round_dp(places)))
}

/// A total split into the points of a scheme's criteria, each within its most.
///
/// # Errors
/// A number is too large.
pub fn split(scheme: &Scheme, total: Decimal) -> anyhow::Result<Vec<(&Criterion, Decimal)>> {
    let mut left = total.0;
    let mut points = Vec::new();
    // The criterion with the widest margin takes what rounding leaves.
    for criterion in scheme.criteria.iter().filter(|criterion| criterion.code != scheme.decisive) {
        let share = percent(total.0, criterion.most.0)?.trunc_with_scale(1);
        left = minus(left, share)?;
        points.push((criterion, Decimal(share)));
    }
    points.extend(scheme.criterion(scheme.decisive.as_str()).map(|decisive| (decisive, Decimal(left))));
    Ok(points)
}

/// What an expert says on a bid that gets this total.
#[must_use]
pub fn comment(total: Decimal, seat: usize) -> &'static str {
    let good = [
        "方案紧扣榜单指标，技术路线清晰，前期试验数据扎实，工程放大路径可信，建议支持。",
        "团队优势明显，关键技术有自主基础，里程碑设置合理、可考核，经费预算与任务匹配。",
        "创新性与可实施性兼备，需求方配合条件已落实，建议进一步细化中试阶段的风险预案。",
    ];
    let fair = [
        "总体思路可行，指标响应完整，但关键部件的工程验证依据偏少，建议补充放大试验安排。",
        "技术路线较为成熟，创新性一般，团队分工明确，成果转化方案尚需与需求方进一步衔接。",
        "对榜单需求理解准确，进度安排偏紧，部分里程碑的考核方式不够具体，可作为备选。",
    ];
    let weak = [
        "方案与榜单指标存在差距，核心技术尚处于实验室阶段，放大风险较大，支撑材料不足。",
        "技术路线论证不充分，关键指标缺少数据支持，经费测算依据不足，暂不建议支持。",
        "团队相关工作基础薄弱，里程碑设置笼统，对工程化难点估计不足，需重新论证。",
    ];
    let words = if total.0 >= Number::from(85) {
        good
    } else if total.0 >= Number::from(75) {
        fair
    } else {
        weak
    };
    words.into_iter().cycle().nth(seat).unwrap_or("方案总体可行，具体意见详见评审会议记录，请按会议要求修改完善。")
}

#[cfg(test)]
mod tests {
    use super::{actual, split, target};
    use crate::cli::seed::data::Portfolio;
    use crate::domain::decimal::Decimal;
    use crate::domain::scheme::Scheme;
    use rust_decimal::Decimal as Number;

    #[test]
    fn values_reach_their_targets_and_missed_ones_do_not() -> anyhow::Result<()> {
        for asked in Portfolio::read()?.challenges.iter().flat_map(|challenge| &challenge.indicators) {
            for step in 1..=3 {
                let goal = target(asked, step)?;
                assert!(asked.comparator.reached(asked.target, goal), "{asked:?}: {goal} is harder than the promise");
                assert!(asked.comparator.reached(actual(asked, step, false)?, goal), "{asked:?} {step}");
            }
        }
        Ok(())
    }

    #[test]
    fn a_total_is_split_exactly() -> anyhow::Result<()> {
        let scheme = Scheme::standard()?;
        for hundredths in (5_000..9_800).step_by(25) {
            let total = Decimal(Number::new(hundredths, 2));
            let points = split(&scheme, total)?;
            assert_eq!(points.iter().map(|(_, points)| points.0).sum::<Number>(), total.0);
            assert!(points.iter().all(|(criterion, points)| points.0 <= criterion.most.0.into()), "{points:?}");
        }
        Ok(())
    }
}
