//! Questions 答疑 on an open challenge: asked privately, answered publicly, without the asker.

use crate::domain::codes::codes;
use crate::domain::fault::Faults;
use crate::domain::policy::Action as A;
use crate::domain::text::Prose;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a question stands.
    pub enum QuestionStage {
        Asked = "asked" "待答复",
        Answered = "answered" "已公开答复",
        Declined = "declined" "不予公开答复",
    }
}

use QuestionStage as S;
stage_table!(S, &[path(S::Asked, A::QuestionAnswer, &[S::Answered]), path(S::Asked, A::QuestionDecline, &[S::Declined])]);

/// Open questions that one organisation may have on a challenge.
pub const MOST_OPEN: i64 = 10;

/// A question. It should not say who asks: once it is answered, everyone reads it.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct QuestionInput {
    /// What the team wants to know.
    pub question: Prose<5, 2_000>,
}

/// A public answer.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AnswerInput {
    /// The answer.
    pub answer: Prose<2, 4_000>,
    /// The question as it is published, where its own words tell who asks; as it was asked, by default.
    #[deserr(default)]
    pub question: Option<Prose<5, 2_000>>,
}
