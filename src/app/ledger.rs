//! The ledger: what an act leaves in the audit log is bound into the chain at the end of its transaction.
//!
//! At its end, because only one transaction at a time can take the end of the chain: whoever holds it waits for nothing more.

use crate::app::error::Denial;
use crate::app::object::{Actor, Object};
use crate::auth::chain;
use crate::domain::audit::ChainHash;
use crate::domain::id::AuditId;
use crate::domain::policy::Action;
use crate::domain::time::Timestamp;
use crate::store::Conn;
use crate::store::audit::{self, AuditRow, Outcome};
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

/// A record of what `actor` did, or tried to do, before it is bound into the chain. People are named by their id alone.
pub(super) fn record(
    actor: &Actor,
    request_id: &str,
    id: AuditId,
    now: Timestamp,
    action: Action,
    outcome: Outcome,
    object: &Object,
) -> AuditRow {
    AuditRow {
        id,
        at: now,
        request_id: request_id.to_owned(),
        actor_id: actor.user,
        actor_name: if actor.user.is_some() { String::new() } else { actor.name.clone() },
        key_id: actor.key.as_ref().map(|key| key.id),
        role: None,
        tie: Some(object.tie),
        action,
        outcome: outcome.code().into(),
        object_kind: object.kind,
        object_id: object.id.clone(),
        from_stage: None,
        to_stage: None,
        detail: String::new(),
        sealed_challenge_id: object.seal.map(|(challenge, _)| challenge),
        sealed_round: object.seal.map(|(_, round)| round),
        number: 0,
        digest: String::new(),
        link: String::new(),
    }
}

/// The record of a denied act.
pub(super) fn denied_row(actor: &Actor, request_id: &str, now: Timestamp, denial: &Denial) -> AuditRow {
    let object = Object { id: denial.id.clone(), tie: denial.tie, seal: denial.seal, ..Object::kind(denial.kind) };
    record(actor, request_id, AuditId::new(now), now, denial.action, Outcome::Denied, &object)
}
