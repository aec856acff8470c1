//! The audit log: appended to, never changed (triggers in `guards/`), each record bound to those before it (`auth::chain`).

use crate::domain::audit::Record;
use crate::domain::codes::codes;
use crate::domain::id::{AuditId, ChallengeId, KeyId, UserId};
use crate::domain::policy::{Action, Kind, Role, Tie};
use crate::domain::time::Timestamp;
use crate::store::page::{Page, by_id};
use crate::store::schema::{audit, challenges, users};
use crate::store::{Conn, Multi, on};
use chrono::TimeDelta;
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
    /// Place in the chain, from 1 on; 0 as long as the record is not in it.
    pub number: i64,
    /// Hash of the record's canonical text.
    pub digest: String,
    /// Hash of the link before and the digest.
    pub link: String,
}

impl AuditRow {
    /// The record as it is hashed and exported.
    #[must_use]
    pub fn record(&self) -> Record {
        Record {
            number: self.number,
            id: self.id.to_string(),
            at: self.at.to_string(),
            request_id: self.request_id.clone(),
            actor_id: self.actor_id.map(|id| id.to_string()),
            actor_name: self.actor_name.clone(),
            key_id: self.key_id.map(|id| id.to_string()),
            role: self.role.map(|role| role.to_string()),
            tie: self.tie.map(|tie| tie.to_string()),
            action: self.action.to_string(),
            outcome: self.outcome.clone(),
            object_kind: self.object_kind.to_string(),
            object_id: self.object_id.clone(),
            from_stage: self.from_stage.clone(),
            to_stage: self.to_stage.clone(),
            detail: self.detail.clone(),
            sealed: self.sealed_challenge_id.zip(self.sealed_round).map(|(challenge, round)| (challenge.to_string(), round)),
        }
    }
}

/// A record with the name that its person has now.
pub type Named = (AuditRow, Option<String>);

/// What the log can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub object_id: Option<String>,
    pub actor_id: Option<UserId>,
    pub action: Option<Action>,
    pub outcome: Option<Outcome>,
    /// From this instant on,
    pub from: Option<Timestamp>,
    /// and before this one.
    pub until: Option<Timestamp>,
}

impl std::fmt::Display for AuditFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = [
            ("object_id", self.object_id.clone()),
            ("actor_id", self.actor_id.map(|id| id.to_string())),
            ("action", self.action.map(|action| action.to_string())),
            ("outcome", self.outcome.map(|outcome| outcome.to_string())),
            ("from", self.from.map(|at| at.to_string())),
            ("until", self.until.map(|at| at.to_string())),
        ];
        let words: Vec<String> = named.into_iter().filter_map(|(name, value)| value.map(|value| format!("{name}={value}"))).collect();
        f.write_str(&words.join(" "))
    }
}

/// Whether the round that a record belongs to was opened.
macro_rules! unsealed {
    () => {
        diesel::dsl::exists(
            challenges::table
                .filter(challenges::id.eq(audit::sealed_challenge_id.assume_not_null()))
                .filter(challenges::opened_round.ge(audit::sealed_round.assume_not_null()))
                .select(challenges::id),
        )
    };
}

/// Appends a row.
///
/// # Errors
/// The database does not answer.
pub fn append(conn: &mut Conn, row: &AuditRow) -> QueryResult<()> {
    on!(conn, inner => diesel::insert_into(audit::table).values(row).execute(inner)).map(|_| ())
}

/// Where the chain ends: the number of the last record and its link.
///
/// # Errors
/// The database does not answer.
pub fn tail(conn: &mut Conn) -> QueryResult<Option<(i64, String)>> {
    on!(conn, inner => audit::table.order(audit::number.desc()).select((audit::number, audit::link)).first(inner)).optional()
}

/// When the last record was written.
///
/// # Errors
/// The database does not answer.
pub fn last_at(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    audit::table.order(audit::number.desc()).select(audit::at).first(conn).optional()
}

/// The number and the link of the record of a submission, which says `detail`.
///
/// # Errors
/// The database does not answer.
pub fn of_submission(conn: &mut Conn, bid: &str, detail: &str) -> QueryResult<Option<(i64, String)>> {
    audit::table
        .filter(audit::object_id.eq(bid).and(audit::detail.eq(detail)))
        .filter(audit::action.eq_any([Action::BidSubmit, Action::BidResubmit]).and(audit::outcome.eq(Outcome::Accepted.code())))
        .select((audit::number, audit::link))
        .first(conn)
        .optional()
}

/// Records from `number` on, in the order of the chain.
///
/// # Errors
/// The database does not answer, or a record cannot be read.
pub fn from_number(conn: &mut Conn, number: i64, limit: i64) -> QueryResult<Vec<AuditRow>> {
    audit::table.filter(audit::number.ge(number)).order(audit::number).limit(limit).select(AuditRow::as_select()).load(conn)
}

/// Of the records from `from` on, the first that cannot be read.
///
/// # Errors
/// The database does not answer.
pub fn first_unreadable(conn: &mut Conn, from: i64, limit: i64) -> QueryResult<i64> {
    let numbers: Vec<i64> =
        audit::table.filter(audit::number.ge(from)).order(audit::number).limit(limit).select(audit::number).load(conn)?;
    for number in numbers {
        let row: QueryResult<AuditRow> = audit::table.filter(audit::number.eq(number)).select(AuditRow::as_select()).first(conn);
        if row.is_err() {
            return Ok(number);
        }
    }
    Ok(from)
}

/// The numbers, from `from` to `to`, of records about bids that are still sealed.
///
/// # Errors
/// The database does not answer.
pub fn sealed_numbers(conn: &mut Conn, from: i64, to: i64) -> QueryResult<Vec<i64>> {
    audit::table
        .filter(audit::number.between(from, to).and(audit::sealed_challenge_id.is_not_null()))
        .filter(diesel::dsl::not(unsealed!()))
        .select(audit::number)
        .load(conn)
}

/// A page of the log, without what concerns bids that are still sealed. Each comes with the name that the person has now.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, filter: &AuditFilter, page: &Page) -> QueryResult<Vec<Named>> {
    let mut query = audit::table
        .left_join(users::table.on(users::id.nullable().eq(audit::actor_id)))
        .filter(audit::sealed_challenge_id.is_null().or(unsealed!()))
        .select((AuditRow::as_select(), users::name.nullable()))
        .into_boxed::<Multi>();
    if let Some(object) = &filter.object_id {
        query = query.filter(audit::object_id.eq(object.clone()));
    }
    if let Some(actor) = filter.actor_id {
        query = query.filter(audit::actor_id.eq(actor));
    }
    if let Some(action) = filter.action {
        query = query.filter(audit::action.eq(action));
    }
    match filter.outcome {
        // In words, so that SQLite finds the index of the few that were denied.
        Some(Outcome::Denied) => query = query.filter(diesel::dsl::sql::<diesel::sql_types::Bool>("audit.outcome = 'denied'")),
        Some(outcome) => query = query.filter(audit::outcome.eq(outcome.code())),
        None => (),
    }
    // Ids sort by time, to the millisecond: they find the place, the instant decides.
    if let Some(from) = filter.from {
        query = query.filter(audit::id.ge(AuditId::first_at(from)).and(audit::at.ge(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit::id.lt(AuditId::first_at(until.plus(TimeDelta::milliseconds(1)))).and(audit::at.lt(until)));
    }
    by_id!(query, audit, page).load(conn)
}
