//! The sponsor's satisfaction 需求方满意度评价: what the sponsor of a challenge thinks of the bids, before it may see a score.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action as A;
use crate::domain::text::Prose;
use crate::domain::time::Timestamp;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where the question to the sponsor stands, for one bid.
    pub enum SatisfactionStage {
        Asked = "asked" "待评价",
        Given = "given" "已评价",
        Waived = "waived" "逾期未评价",
        Dropped = "dropped" "无须评价",
    }
}

use SatisfactionStage as S;
stage_table!(
    S,
    &[
        path(S::Asked, A::SatisfactionGive, &[S::Given]),
        path(S::Asked, A::SatisfactionWaive, &[S::Waived]),
        path(S::Asked, A::SatisfactionDrop, &[S::Dropped]),
    ]
);

codes! {
    /// What the sponsor thinks of a bid. One that it is not satisfied with cannot win.
    pub enum Grade {
        Satisfied = "satisfied" "满意",
        Basically = "basically" "基本满意",
        Unsatisfied = "unsatisfied" "不满意",
    }
}

/// By when the sponsor answers.
#[derive(Clone, Copy, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AskSponsorInput {
    /// In the future.
    pub due_at: Timestamp,
}

impl AskSponsorInput {
    /// That the sponsor has time to answer.
    ///
    /// # Errors
    /// It is due already.
    pub fn check(&self, now: Timestamp) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.due_at <= now, "due_at", || Fault::new("in_the_past", "应晚于现在", "must be in the future"));
        faults.or(())
    }
}

/// The sponsor's word on a bid. It is not changed afterwards.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct GradeInput {
    /// How satisfied it is.
    pub grade: Grade,
    /// Why, in at least 10 characters.
    pub reasons: Prose<10, 2_000>,
}
