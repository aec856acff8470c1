//! Judging schemes: views and handlers.

use crate::app::schemes::{self, SchemeRow};
use crate::app::{Act, AppError, Done, Page, Seen};
use crate::domain::fault::Faults;
use crate::domain::id::{ChallengeId, SchemeId, UserId};
use crate::domain::scheme::{Scheme, SchemeInput};
use crate::domain::text::Line;
use crate::domain::time::Timestamp;
use crate::http::answer::View;

/// A version of a judging scheme.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SchemeView {
    id: SchemeId,
    code: String,
    /// Which version, from 1.
    number: i32,
    /// What it says.
    scheme: Option<Scheme>,
    created_by: UserId,
    created_at: Timestamp,
}

impl View for SchemeView {
    fn id(&self) -> String {
        self.id.to_string()
    }
}

impl From<SchemeRow> for SchemeView {
    fn from(row: SchemeRow) -> Self {
        Self {
            id: row.id,
            code: row.code,
            number: row.number,
            scheme: row.content.read().ok(),
            created_by: row.created_by,
            created_at: row.created_at,
        }
    }
}

impl View for Scheme {}

/// What a list of schemes can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct SchemeQuery {
    #[deserr(default)]
    code: Option<Line<2, 40>>,
}

/// `POST /schemes`
pub fn create(act: &mut Act<'_>, (): (), input: SchemeInput) -> Result<Done<SchemeView>, AppError> {
    Ok(schemes::create(act, &input)?.map(Into::into))
}

/// `GET /schemes`
pub fn list(act: &mut Act<'_>, (): (), query: SchemeQuery, page: &Page) -> Result<Seen<Vec<SchemeView>>, AppError> {
    let code = query.code.as_ref().map(Line::as_str);
    Ok(schemes::list(act, code, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /schemes/{id}`
pub fn get(act: &mut Act<'_>, id: SchemeId) -> Result<Seen<SchemeView>, AppError> {
    Ok(schemes::get(act, id)?.map(Into::into))
}

/// `GET /challenges/{id}/scheme`
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Scheme>, AppError> {
    schemes::of_challenge(act, id)
}
