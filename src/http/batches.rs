//! Batches: views and handlers.

use crate::app::Page;
use crate::app::act::Shown;
use crate::app::batches::BatchRow;
use crate::app::{Act, AppError, Done, Seen, batches};
use crate::domain::batch::BatchInput;
use crate::domain::fault::Faults;
use crate::domain::id::BatchId;
use crate::domain::input::{Spelled, Whole};
use crate::domain::money::Fen;
use crate::domain::policy::Action;
use crate::domain::time::Timestamp;
use crate::http::answer::{View, record_view};

/// A batch.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct BatchView {
    id: BatchId,
    version: i64,
    year: i32,
    code: String,
    name: String,
    /// Budget line.
    budget_fen: Fen,
    /// Caps of its challenges together.
    committed_fen: Fen,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(BatchView);

impl From<Shown<BatchRow>> for BatchView {
    fn from(Shown { record: row, allowed }: Shown<BatchRow>) -> Self {
        Self {
            id: row.id,
            version: row.version,
            year: row.year,
            code: row.code,
            name: row.name,
            budget_fen: row.budget_fen,
            committed_fen: row.committed_fen,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// A year, as a query parameter.
pub type Year = Spelled<Whole<2000, 2200>>;

/// The year as the database keeps it.
#[must_use]
pub fn year(given: Option<Year>) -> Option<i32> {
    given.and_then(|Spelled(year)| i32::try_from(year.0).ok())
}

/// What a list of batches can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct BatchQuery {
    #[deserr(default)]
    year: Option<Year>,
}

/// `POST /batches`
pub fn create(act: &mut Act<'_>, (): (), input: BatchInput) -> Result<Done<BatchView>, AppError> {
    Ok(batches::create(act, input)?.map(Into::into))
}

/// `GET /batches/{id}`
pub fn get(act: &mut Act<'_>, id: BatchId) -> Result<Seen<BatchView>, AppError> {
    Ok(batches::get(act, id)?.map(Into::into))
}

/// `GET /batches`
pub fn list(act: &mut Act<'_>, (): (), query: BatchQuery, page: &Page) -> Result<Seen<Vec<BatchView>>, AppError> {
    Ok(batches::list(act, year(query.year), page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}
