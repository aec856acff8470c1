//! Reviews 评审: an expert's part in judging a bid, and how scores become a panel's score.

use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::UserId;
use crate::domain::policy::Action as A;
use crate::domain::scheme::{Criterion, Scheme};
use crate::domain::text::{Line, Prose, Reason};
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
        Recused = "recused" "已回避",
    }
}

use ReviewStage as S;
stage_table!(
    S,
    &[
        path(S::Assigned, A::ReviewDeclare, &[S::Declared]),
        path(S::Assigned, A::ReviewDecline, &[S::Declined]),
        path(S::Declared, A::ReviewSave, &[S::Declared]),
        path(S::Declared, A::ReviewSubmit, &[S::Submitted]),
        path(S::Declared, A::ReviewDecline, &[S::Declined]),
        path(S::Assigned, A::ReviewRelease, &[S::Declined]),
        path(S::Declared, A::ReviewRelease, &[S::Declined]),
        path(S::Assigned, A::ReviewRecuse, &[S::Recused]),
        path(S::Declared, A::ReviewRecuse, &[S::Recused]),
        path(S::Submitted, A::ReviewRecuse, &[S::Recused]),
    ]
);

/// Stages at which the expert reads the bid: no conflict was declared, and the review was not declined.
pub const READS_THE_BID: &[ReviewStage] = &[S::Declared, S::Submitted];

codes! {
    /// What an expert would have the department do 推荐意见: it decides between bids that are equal in score and in fit.
    pub enum Vote {
        Recommend = "recommend" "推荐",
        Reserve = "reserve" "备选",
        Not = "not" "不推荐",
    }
}

/// Points for one criterion.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Score {
    /// Code of the criterion in the challenge's scheme.
    pub criterion: Line<1, 20>,
    /// Points from 0 to the criterion's most, with at most two decimals; left out where it does not apply 不适用.
    #[deserr(default)]
    #[serde(default)]
    pub points: Option<Decimal>,
    /// Why, in at least 20 characters: needed below 60 %, above 90 % of the most, and where the criterion does not apply.
    #[deserr(default)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Prose<20, 1_000>>,
}

/// A complete score sheet.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ScoreSheet {
    /// Each criterion of the scheme once.
    pub scores: Vec<Score>,
    /// What the expert has to say on the bid: at least 20 characters.
    pub comment: Prose<20, 4_000>,
    /// What the department should do.
    #[deserr(default)]
    pub vote: Option<Vote>,
}

/// A score sheet on its way 暂存: kept for its expert alone, and never counted.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = DraftSheet::check -> Faults)]
pub struct DraftSheet {
    /// What is filled in so far: at most 12 criteria.
    #[deserr(default)]
    #[schema(required = false)]
    pub scores: Vec<DraftScore>,
    /// What the expert has to say.
    #[deserr(default)]
    pub comment: Option<Prose<1, 4_000>>,
}

/// Points for one criterion, on their way.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct DraftScore {
    /// Code of the criterion.
    pub criterion: Line<1, 20>,
    /// Points.
    #[deserr(default)]
    pub points: Option<Decimal>,
    /// Why.
    #[deserr(default)]
    pub comment: Option<Prose<1, 1_000>>,
}

impl DraftSheet {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.check(self.scores.len() > 12, "scores", || Fault::new("wrong_length", "最多12项", "must hold at most 12"));
        faults.or(self)
    }
}

impl ScoreSheet {
    /// Everything wrong with the sheet under this scheme.
    ///
    /// # Errors
    /// All faults at once.
    pub fn check(&self, scheme: &Scheme) -> Result<(), Faults> {
        let mut faults = Faults::default();
        for criterion in &scheme.criteria {
            let times = self.scores.iter().filter(|score| score.criterion == criterion.code).count();
            let field = format!("scores.{}", criterion.code);
            faults.check(times == 0, &field, Fault::missing);
            faults.check(times > 1, &field, || Fault::new("repeated_code", "重复", "stands more than once"));
        }
        for score in &self.scores {
            let field = format!("scores.{}", score.criterion);
            match scheme.criterion(score.criterion.as_str()) {
                Some(criterion) => score.check(criterion, &field, &mut faults),
                None => {
                    faults.check(true, &field, || Fault::new("unknown_criterion", "评审方案没有这项指标", "is no criterion of the scheme"));
                }
            }
        }
        faults.or(())
    }

    /// The points in a hundred: where criteria do not apply, the others make the hundred among themselves (two decimals, half away
    /// from zero).
    #[must_use]
    pub fn total(&self, scheme: &Scheme) -> Decimal {
        total(&self.scores, scheme)
    }
}

/// The points of a sheet in a hundred, as [`ScoreSheet::total`] says.
#[must_use]
pub fn total(scores: &[Score], scheme: &Scheme) -> Decimal {
    let given: rust_decimal::Decimal = scores.iter().filter_map(|score| score.points).map(|points| points.0).sum();
    let applies = |code: &str| scores.iter().any(|score| score.criterion.as_str() == code && score.points.is_some());
    let most: i64 = scheme.criteria.iter().filter(|one| applies(one.code.as_str())).map(|one| one.most.0).sum();
    let whole = rust_decimal::Decimal::ONE_HUNDRED;
    let scaled = if most == 100 { Some(given) } else { given.checked_mul(whole).and_then(|sum| sum.checked_div(most.into())) };
    Decimal(scaled.unwrap_or_default().round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero))
}

impl Score {
    fn check(&self, criterion: &Criterion, field: &str, faults: &mut Faults) {
        let most = criterion.most.0;
        let Some(points) = self.points else {
            faults.check(!criterion.may_not_apply, field, Fault::missing);
            faults.check(criterion.may_not_apply && self.comment.is_none(), &format!("{field}.comment"), || {
                Fault::new("comment_needed", "不适用的指标须说明理由", "say why the criterion does not apply")
            });
            return;
        };
        let wrong = points.0.is_sign_negative() || points.0 > most.into() || points.0.normalize().scale() > 2;
        faults.check(wrong, field, || {
            Fault::new(
                "out_of_range",
                format!("应在0到{most}之间，最多两位小数"),
                format!("must be from 0 to {most}, with at most two decimals"),
            )
        });
        faults.check(!wrong && criterion.is_extreme(points) && self.comment.is_none(), &format!("{field}.comment"), || {
            Fault::new("comment_needed", "低于60%或高于90%的打分须说明理由", "points below 60 % or above 90 % of the most need a reason")
        });
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
    use super::{Score, total};
    use crate::domain::decimal::Decimal;
    use crate::domain::input::Whole;
    use crate::domain::scheme::Scheme;
    use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};

    fn score(criterion: &str, points: Option<i64>) -> Score {
        Score { criterion: criterion.parse().unwrap(), points: points.map(|points| Decimal(points.into())), comment: None }
    }

    #[test]
    fn where_a_criterion_does_not_apply_the_others_make_the_hundred() {
        let mut scheme = Scheme::standard().unwrap();
        scheme.criteria[5].may_not_apply = true;
        let points = [("fit", Some(30)), ("technical", Some(25)), ("team", Some(10)), ("risk", Some(5)), ("budget", Some(6))];
        let sheet: Vec<Score> = points.into_iter().chain([("transfer", None)]).map(|(code, points)| score(code, points)).collect();
        assert_eq!(total(&sheet, &scheme).to_string(), "80", "76 of 95");
    }

    proptest! {
        #[test]
        fn a_total_lies_between_nothing_and_a_hundred_and_is_the_sum_where_everything_applies(
            given in proptest::collection::vec((1i64..=40, 0i64..=100).prop_map(|(most, percent)| (most, most * percent / 100)), 2..8),
            absent in 0usize..8,
        ) {
            let mut scheme = Scheme::standard().unwrap();
            let sum: i64 = given.iter().map(|(most, _)| most).sum();
            scheme.criteria = given.iter().enumerate().map(|(at, (most, _))| {
                let mut one = scheme.criteria[0].clone();
                one.code = format!("c{at}").parse().unwrap();
                one.most = Whole(*most);
                one
            }).collect();
            let sheet: Vec<Score> = given.iter().enumerate().map(|(at, (_, points))| score(&format!("c{at}"), (at != absent).then_some(*points))).collect();
            let total = total(&sheet, &scheme);
            prop_assert!(total.0 >= 0.into() && total.0 <= 100.into());
            if sum == 100 && absent >= given.len() {
                prop_assert_eq!(total, Decimal(given.iter().map(|(_, points)| points).sum::<i64>().into()));
            }
        }
    }
}
