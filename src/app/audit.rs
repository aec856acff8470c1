//! The audit log, read by auditors. What concerns sealed bids is not shown before their opening.

use crate::app::act::{Act, Seen};
use crate::app::error::AppError;
use crate::domain::policy::{Action, Kind};
use crate::store::Page;
use crate::store::audit;

pub use crate::store::audit::{AuditFilter, AuditRow, Outcome};

/// Lists the log.
///
/// # Errors
/// Denied to all but auditors.
pub fn list(act: &mut Act<'_>, filter: &AuditFilter, page: &Page) -> Result<Seen<Vec<AuditRow>>, AppError> {
    let (permit, _) = act.scope(Action::AuditRead, Kind::Audit)?;
    let rows = audit::list(act.conn, filter, page)?;
    Ok(Seen::by(permit, rows))
}
