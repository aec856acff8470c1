//! Problems 跟踪问题 that a commissioner finds: each has somebody to solve it and a day, and is closed by whoever raised it or by
//! supervision.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action as A;
use crate::domain::text::{Line, Name, Reason};
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a problem stands.
    pub enum ProblemStage {
        Open = "open" "待解决",
        Closed = "closed" "已办结",
    }
}

codes! {
    /// Whether a problem should have been solved by now.
    pub enum Overdue {
        Yes = "true" "已逾期",
        No = "false" "未逾期",
    }
}

use ProblemStage as S;
stage_table!(S, &[path(S::Open, A::ProblemClose, &[S::Closed])]);

/// A problem, with who solves it by when.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ProblemInput {
    /// What is wrong, in a sentence.
    pub summary: Line<2, 200>,
    /// 责任人: who solves it, by name.
    pub owner: Name,
    /// By when.
    pub due_on: Date,
}

impl ProblemInput {
    /// Whether it may stand.
    ///
    /// # Errors
    /// Its day is before `today`.
    pub fn check(&self, today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.due_on < today, "due_on", || Fault::new("in_the_past", "不得早于今天", "must not be before today"));
        faults.or(())
    }
}

/// How a problem was solved.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ResolutionInput {
    /// What was done.
    pub resolution: Reason,
}
