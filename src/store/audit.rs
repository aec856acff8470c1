//! The audit log: appended to, never changed (triggers in `guards/`).

use crate::domain::codes::codes;
use crate::domain::id::{AuditId, ChallengeId, KeyId, UserId};
use crate::domain::policy::{Action, Kind, Role, Tie};
use crate::domain::time::Timestamp;
use crate::store::page::{Page, by_id};
use crate::store::schema::{audit, challenges};
use crate::store::{Conn, Multi};
use diesel::prelude::*;

codes! {
    /// Whether the act was done.
    pub enum Outcome {
        Accepted = "accepted" "已执行",
        Denied = "denied" "已拒绝",
    }
}

/// A row of `audit`. Stages are codes; `detail` holds reasons and amounts, never secrets or sealed text.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub struct AuditRow {
    pub id: AuditId,
    pub at: Timestamp,
    pub request_id: String,
    pub actor_id: Option<UserId>,
    pub actor_name: String,
    pub key_id: Option<KeyId>,
    pub role: Option<Role>,
    pub tie: Option<Tie>,
    pub action: Action,
    pub outcome: String,
    pub object_kind: Kind,
    pub object_id: String,
    pub from_stage: Option<String>,
    pub to_stage: Option<String>,
    pub detail: String,
    pub sealed_challenge_id: Option<ChallengeId>,
    pub sealed_round: Option<i32>,
}

/// What the log can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub object_id: Option<String>,
    pub actor_id: Option<UserId>,
    pub action: Option<Action>,
    pub outcome: Option<Outcome>,
}

/// Appends a row.
///
/// # Errors
/// The database does not answer.
pub fn append(conn: &mut Conn, row: &AuditRow) -> QueryResult<()> {
    diesel::insert_into(audit::table).values(row).execute(conn).map(|_| ())
}

/// A page of the log, without what concerns bids that are still sealed.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, filter: &AuditFilter, page: &Page) -> QueryResult<Vec<AuditRow>> {
    let unsealed = diesel::dsl::exists(
        challenges::table
            .filter(challenges::id.eq(audit::sealed_challenge_id.assume_not_null()))
            .filter(challenges::opened_round.ge(audit::sealed_round.assume_not_null()))
            .select(challenges::id),
    );
    let mut query =
        audit::table.filter(audit::sealed_challenge_id.is_null().or(unsealed)).select(AuditRow::as_select()).into_boxed::<Multi>();
    if let Some(object) = &filter.object_id {
        query = query.filter(audit::object_id.eq(object.clone()));
    }
    if let Some(actor) = filter.actor_id {
        query = query.filter(audit::actor_id.eq(actor));
    }
    if let Some(action) = filter.action {
        query = query.filter(audit::action.eq(action));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(audit::outcome.eq(outcome.code()));
    }
    by_id!(query, audit, page).load(conn)
}
