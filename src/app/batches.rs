//! Batches 批次.

use crate::app::act::{About, Act, Done, Object, Seen, Shown};
use crate::app::error::{AppError, taken};
use crate::domain::batch::BatchInput;
use crate::domain::id::BatchId;
use crate::domain::policy::{Action, Kind, Tie};
use crate::store::Page;
use crate::store::batches;

pub use crate::store::batches::BatchRow;

fn shown(act: &Act<'_>, row: BatchRow) -> Shown<BatchRow> {
    Shown { allowed: act.allowed_of(&[Action::ChallengeCreate], Tie::Stranger), record: row }
}

/// Sets up a batch.
///
/// # Errors
/// Denied; the code is taken.
pub fn create(act: &mut Act<'_>, input: BatchInput) -> Result<Done<Shown<BatchRow>>, AppError> {
    let permit = act.permit(Action::BatchCreate, &Object::kind(Kind::Batch))?;
    let row = BatchRow::new(input, act.user()?, act.now);
    batches::insert(act.conn, &row).map_err(taken("code"))?;
    let object = Object::plain(Kind::Batch, row.id, Tie::Author, row.version);
    Ok(act.record_plain(permit, object, About::default())?.with(shown(act, row)))
}

/// Shows a batch.
///
/// # Errors
/// Not there, or denied.
pub fn get(act: &mut Act<'_>, id: BatchId) -> Result<Seen<Shown<BatchRow>>, AppError> {
    let row = batches::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::BatchRead, &Object::plain(Kind::Batch, id, Tie::Stranger, row.version))?;
    Ok(Seen::by(permit, shown(act, row)))
}

/// Lists batches, of a year when one is named.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, year: Option<i32>, page: &Page) -> Result<Seen<Vec<Shown<BatchRow>>>, AppError> {
    let (permit, _) = act.scope(Action::BatchRead, Kind::Batch)?;
    let rows = batches::list(act.conn, year, page)?;
    let shown = rows.into_iter().map(|row| shown(act, row)).collect();
    Ok(Seen::by(permit, shown))
}
