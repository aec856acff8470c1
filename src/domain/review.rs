//! Reviews 评审: an expert's part in judging a bid, and how scores become a panel's score.

use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::UserId;
use crate::domain::policy::Action as A;
use crate::domain::text::{Prose, Reason};
use crate::domain::time::Timestamp;
use crate::domain::workflow::{path, stage_table};
use deserr::ValuePointerRef;

codes! {
    /// Where a review stands.
    pub enum ReviewStage {
        Assigned = "assigned" "待声明",
        Declared = "declared" "评审中",
        Submitted = "submitted" "已提交",
        Declined = "declined" "已谢绝",
    }
}

use ReviewStage as S;
stage_table!(
    S,
    &[
        path(S::Assigned, A::ReviewDeclare, &[S::Declared]),
        path(S::Assigned, A::ReviewDecline, &[S::Declined]),
        path(S::Declared, A::ReviewSubmit, &[S::Submitted]),
        path(S::Declared, A::ReviewDecline, &[S::Declined]),
    ]
);

/// Stages at which the expert reads the bid: no conflict was declared, and the review was not declined.
pub const READS_THE_BID: &[ReviewStage] = &[S::Declared, S::Submitted];

codes! {
    /// What a bid is judged by.
    pub enum Criterion {
        Fit = "fit" "对榜程度",
        Technical = "technical" "技术先进性与可行性",
        Team = "team" "团队与条件",
        Risk = "risk" "里程碑与风险",
        Budget = "budget" "经费预算",
        Transfer = "transfer" "知识产权与转化",
    }
}

impl Criterion {
    /// The most points; all criteria together make 100.
    #[must_use]
    pub const fn most(self) -> i64 {
        match self {
            Self::Fit => 30,
            Self::Technical => 25,
            Self::Team => 20,
            Self::Risk | Self::Budget => 10,
            Self::Transfer => 5,
        }
    }
}

/// The least panel score with which a bid may be recommended.
pub const THRESHOLD: i64 = 70;

/// From this number of scores on, the highest and the lowest are dropped.
const TRIMMED_FROM: usize = 7;

/// The panel's score of a bid: the mean, without the highest and the lowest from seven scores on, to two decimals.
///
/// `None` when there is no score.
#[must_use]
pub fn panel_score(totals: &[Decimal]) -> Option<Decimal> {
    let mut sorted = totals.to_vec();
    sorted.sort_unstable();
    let kept = match sorted.as_slice() {
        [_, middle @ .., _] if sorted.len() >= TRIMMED_FROM => middle,
        all => all,
    };
    let count = rust_decimal::Decimal::from(u32::try_from(kept.len()).ok()?);
    let sum: rust_decimal::Decimal = kept.iter().map(|total| total.0).sum();
    let mean = sum.checked_div(count)?;
    Some(Decimal(mean.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)))
}

/// Points for one criterion.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Score {
    /// The criterion.
    pub criterion: Criterion,
    /// Points from 0 to the criterion's most, with at most two decimals.
    pub points: Decimal,
}

/// A complete score sheet.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = ScoreSheet::check -> Faults)]
pub struct ScoreSheet {
    /// Each criterion once.
    pub scores: Vec<Score>,
    /// What the expert has to say on the bid: at least 20 characters.
    pub comment: Prose<20, 4_000>,
}

impl ScoreSheet {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        for criterion in Criterion::ALL {
            let times = self.scores.iter().filter(|score| score.criterion == *criterion).count();
            faults.check(times == 0, &format!("scores.{criterion}"), Fault::missing);
            faults.check(times > 1, &format!("scores.{criterion}"), || Fault::new("repeated_code", "重复", "stands more than once"));
        }
        for score in &self.scores {
            let most = score.criterion.most();
            let points = score.points.0;
            let wrong = points.is_sign_negative() || points > most.into() || points.normalize().scale() > 2;
            faults.check(wrong, &format!("scores.{}", score.criterion), || {
                Fault::new(
                    "out_of_range",
                    format!("应在0到{most}之间，最多两位小数"),
                    format!("must be from 0 to {most}, with at most two decimals"),
                )
            });
        }
        faults.or(self)
    }

    /// The sum of the points.
    #[must_use]
    pub fn total(&self) -> Decimal {
        Decimal(self.scores.iter().map(|score| score.points.0).sum())
    }
}

/// Whom to ask for a review, and by when.
#[derive(Clone, Copy, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AssignReview {
    /// The expert.
    pub expert_id: UserId,
    /// When the review is due.
    pub due_at: Timestamp,
}

/// The declaration before a bid is opened to an expert 回避声明.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Declaration {
    /// `true`: no conflict of interest. With a conflict, decline instead.
    pub no_conflict: bool,
}

/// Why a review is declined, a conflict of interest among others.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct DeclineReview {
    /// Whether a conflict of interest is the reason.
    pub conflict: bool,
    /// The reason in words.
    pub reason: Reason,
}

#[cfg(test)]
mod tests {
    use super::{Criterion, panel_score};
    use crate::domain::decimal::Decimal;

    fn scores(points: &[i64]) -> Vec<Decimal> {
        points.iter().map(|n| Decimal((*n).into())).collect()
    }

    #[test]
    fn all_criteria_together_make_a_hundred() {
        assert_eq!(Criterion::ALL.iter().map(|c| c.most()).sum::<i64>(), 100);
    }

    #[test]
    fn six_scores_are_averaged_as_they_are_and_seven_lose_their_extremes() {
        assert_eq!(panel_score(&scores(&[0, 60, 60, 60, 60, 60])), Some(Decimal(50.into())));
        assert_eq!(panel_score(&scores(&[0, 60, 60, 60, 60, 60, 100])), Some(Decimal(60.into())));
        assert_eq!(panel_score(&[]), None);
    }

    proptest::proptest! {
        #[test]
        fn the_order_of_scores_does_not_matter(mut points in proptest::collection::vec(0i64..=100, 1..12)) {
            let forward = panel_score(&scores(&points));
            points.reverse();
            proptest::prop_assert_eq!(forward, panel_score(&scores(&points)));
        }
    }
}
