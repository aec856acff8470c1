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
        Recused = "recused" "已回避",
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

    /// Whether points lie at an extreme, which has to be explained: below 60 % or above 90 % of the most.
    #[must_use]
    pub fn is_extreme(self, points: Decimal) -> bool {
        let share = |percent: i64| rust_decimal::Decimal::new(percent.saturating_mul(self.most()), 2);
        points.0 < share(60) || points.0 > share(90)
    }
}

/// Points for one criterion.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Score {
    /// The criterion.
    pub criterion: Criterion,
    /// Points from 0 to the criterion's most, with at most two decimals.
    pub points: Decimal,
    /// Why, in at least 20 characters: needed below 60 % and above 90 % of the most.
    #[deserr(default)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Prose<20, 1_000>>,
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
            faults.check(
                !wrong && score.criterion.is_extreme(score.points) && score.comment.is_none(),
                &format!("scores.{}.comment", score.criterion),
                || {
                    Fault::new(
                        "comment_needed",
                        "低于60%或高于90%的打分须说明理由",
                        "points below 60 % or above 90 % of the most need a reason",
                    )
                },
            );
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
    use super::Criterion;

    #[test]
    fn all_criteria_together_make_a_hundred() {
        assert_eq!(Criterion::ALL.iter().map(|c| c.most()).sum::<i64>(), 100);
    }
}
