//! Acceptance 验收: what is applied for, and how it can end.

use crate::domain::codes::codes;
use crate::domain::fault::Faults;
use crate::domain::project::ProjectStage as S;
use crate::domain::text::{LongText, Reason};

codes! {
    /// How acceptance 验收 can end.
    pub enum Conclusion {
        Completed = "completed" "通过验收",
        Concluded = "concluded" "结题",
        Failed = "failed" "不通过",
    }
}

impl Conclusion {
    /// The stage that it leads to.
    #[must_use]
    pub const fn stage(self) -> S {
        match self {
            Self::Completed => S::Completed,
            Self::Concluded => S::Concluded,
            Self::Failed => S::Failed,
        }
    }
}

/// A team's application for acceptance 验收申请.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AcceptanceInput {
    /// 自评报告.
    pub self_evaluation: LongText,
}

/// The department's conclusion on acceptance.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ConclusionInput {
    /// How it ends.
    pub conclusion: Conclusion,
    /// The opinion; the parties will read it.
    pub opinion: Reason,
}
