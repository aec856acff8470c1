//! The ledger: what an act leaves in the audit log is bound into the chain at the end of its transaction.
//!
//! At its end, because only one transaction at a time can take the end of the chain: whoever holds it waits for nothing more.

use crate::auth::chain;
use crate::domain::audit::ChainHash;
use crate::store::Conn;
use crate::store::audit::{self, AuditRow};
use crate::store::dialect::{Locked, lock};
use crate::store::diesel_error::Error;

/// Appends records in their order. What follows in the same transaction must lock nothing.
pub(super) fn append(conn: &mut Conn, how: ChainHash, rows: Vec<AuditRow>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    lock(conn, Locked::AuditEnd, "")?;
    let (mut number, mut link) = audit::tail(conn)?.unwrap_or_else(|| (0, chain::GENESIS.to_owned()));
    for mut row in rows {
        number = number.saturating_add(1);
        row.number = number;
        row.digest = chain::digest(how, &row.record().text());
        link = chain::link(how, &link, &row.digest);
        row.link.clone_from(&link);
        audit::append(conn, &row)?;
    }
    Ok(())
}
