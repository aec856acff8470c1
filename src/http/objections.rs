//! Objections: views and handlers.

use crate::app::objections::{self, Detail, handling};
use crate::app::{Act, AppError, Done, Page, Seen};
use crate::domain::challenge::NoInput;
use crate::domain::fault::Faults;
use crate::domain::id::{ChallengeId, ObjectionId, UserId};
use crate::domain::objection::{
    AnswerInput, ConfirmInput, ExtendInput, Inadmissibility, ObjectionInput, ObjectionStage, ObjectorKind, RuleOutInput,
};
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// An objection.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ObjectionView {
    id: ObjectionId,
    stage: ObjectionStage,
    version: i64,
    challenge_id: ChallengeId,
    round: i32,
    kind: ObjectorKind,
    /// When it was made: that decides whether it was in time.
    filed_at: Timestamp,
    /// Until when it is to be said whether it is admitted, in working days; `null` without a table of that year.
    admit_by: Option<Date>,
    /// Until when it is to be answered.
    answer_by: Option<Date>,
    /// Who of supervision handles it.
    handler_id: Option<UserId>,
    /// Why it was not admitted.
    ground: Option<Inadmissibility>,
    answered_at: Option<Timestamp>,
    /// Who objects, and with what: for supervision and whoever made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    objection: Option<ObjectionInput>,
    /// What was replied: likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(ObjectionView);

impl From<Detail> for ObjectionView {
    fn from(Detail { shown, admit_by, answer_by, content }: Detail) -> Self {
        let row = shown.record;
        let (objection, reply) = content.map_or((None, None), |(objection, reply)| (Some(objection), reply));
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            challenge_id: row.challenge_id,
            round: row.round,
            kind: row.kind,
            filed_at: row.created_at,
            admit_by,
            answer_by,
            handler_id: row.handler_id,
            ground: row.ground,
            answered_at: row.answered_at,
            objection,
            reply,
            allowed_actions: shown.allowed,
        }
    }
}

/// A list of objections cannot be narrowed.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ObjectionQuery {}

type Changed = Result<Done<ObjectionView>, AppError>;

/// `POST /challenges/{id}/objections`
pub fn file(act: &mut Act<'_>, id: ChallengeId, input: ObjectionInput) -> Changed {
    Ok(objections::file(act, id, &input)?.map(Into::into))
}

/// `POST /objections/confirm`
pub fn confirm(act: &mut Act<'_>, (): (), input: ConfirmInput) -> Changed {
    Ok(objections::confirm(act, &input)?.map(Into::into))
}

/// `GET /challenges/{id}/objections`
pub fn list(act: &mut Act<'_>, id: ChallengeId, _: ObjectionQuery, page: &Page) -> Result<Seen<Vec<ObjectionView>>, AppError> {
    Ok(objections::of_challenge(act, id, page)?.map(|all| all.into_iter().map(Into::into).collect()))
}

/// `GET /objections/{id}`
pub fn get(act: &mut Act<'_>, id: ObjectionId) -> Result<Seen<ObjectionView>, AppError> {
    Ok(objections::get(act, id)?.map(Into::into))
}

/// `POST /objections/{id}/admit`
pub fn admit(act: &mut Act<'_>, id: ObjectionId, _: NoInput) -> Changed {
    Ok(handling::admit(act, id)?.map(Into::into))
}

/// `POST /objections/{id}/rule_out`
pub fn rule_out(act: &mut Act<'_>, id: ObjectionId, input: RuleOutInput) -> Changed {
    Ok(handling::rule_out(act, id, &input)?.map(Into::into))
}

/// `POST /objections/{id}/extend`
pub fn extend(act: &mut Act<'_>, id: ObjectionId, input: ExtendInput) -> Changed {
    Ok(handling::extend(act, id, &input)?.map(Into::into))
}

/// `POST /objections/{id}/answer`
pub fn answer(act: &mut Act<'_>, id: ObjectionId, input: AnswerInput) -> Changed {
    Ok(handling::answer(act, id, &input)?.map(Into::into))
}
