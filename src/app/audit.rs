//! The audit log, read by auditors. What concerns sealed bids is not shown before their opening.

use crate::app::act::{Act, Object, Seen};
use crate::app::error::AppError;
use crate::domain::policy::{Action, Kind};
use crate::store::Page;
use crate::store::audit;

pub use crate::store::audit::{AuditFilter, AuditRow, Named, Outcome};

/// Lists the log, each record with the name that the person has now. That it was read is remembered, too.
///
/// # Errors
/// Denied to all but auditors.
pub fn list(act: &mut Act<'_>, filter: &AuditFilter, page: &Page) -> Result<Seen<Vec<Named>>, AppError> {
    let (permit, _) = act.scope(Action::AuditRead, Kind::Audit)?;
    let rows = audit::list(act.conn, filter, page)?;
    act.remember(&permit, &Object::kind(Kind::Audit), filter.to_string());
    Ok(Seen::by(permit, rows))
}
