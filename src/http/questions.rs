//! Questions: views and handlers.

use crate::app::Page;
use crate::app::questions::{self, Own};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::challenge::ReasonInput;
use crate::domain::fault::Faults;
use crate::domain::id::{ChallengeId, QuestionId};
use crate::domain::policy::Action;
use crate::domain::question::{AnswerInput, QuestionInput, QuestionStage};
use crate::domain::time::Timestamp;
use crate::http::answer::{View, record_view};

/// A question, without who asked it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct QuestionView {
    id: QuestionId,
    stage: QuestionStage,
    version: i64,
    challenge_id: ChallengeId,
    round: i32,
    /// As it is published; before that, and for the asker's own organisation, as it was asked.
    question: String,
    /// The answer; where it was declined, why.
    answer: Option<String>,
    /// Whether the caller's own organisation asked it.
    own: bool,
    created_at: Timestamp,
    answered_at: Option<Timestamp>,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(QuestionView);

impl From<Own> for QuestionView {
    fn from((shown, own): Own) -> Self {
        let row = shown.record;
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            challenge_id: row.challenge_id,
            round: row.round,
            question: if own { row.asked } else { row.published.unwrap_or(row.asked) },
            answer: row.answer,
            own,
            created_at: row.created_at,
            answered_at: row.answered_at,
            allowed_actions: shown.allowed,
        }
    }
}

/// Nothing to narrow it to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct QuestionQuery {}

/// `POST /challenges/{id}/questions`
pub fn ask(act: &mut Act<'_>, id: ChallengeId, input: QuestionInput) -> Result<Done<QuestionView>, AppError> {
    Ok(questions::ask(act, id, &input)?.map(Into::into))
}

/// `GET /challenges/{id}/questions`
pub fn list(act: &mut Act<'_>, id: ChallengeId, _: QuestionQuery, page: &Page) -> Result<Seen<Vec<QuestionView>>, AppError> {
    Ok(questions::of_challenge(act, id, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /questions/{id}`
pub fn get(act: &mut Act<'_>, id: QuestionId) -> Result<Seen<QuestionView>, AppError> {
    Ok(questions::get(act, id)?.map(Into::into))
}

/// `POST /questions/{id}/answer`
pub fn answer(act: &mut Act<'_>, id: QuestionId, input: AnswerInput) -> Result<Done<QuestionView>, AppError> {
    Ok(questions::answer(act, id, &input)?.map(Into::into))
}

/// `POST /questions/{id}/decline`
pub fn decline(act: &mut Act<'_>, id: QuestionId, input: ReasonInput) -> Result<Done<QuestionView>, AppError> {
    Ok(questions::decline(act, id, &input)?.map(Into::into))
}
