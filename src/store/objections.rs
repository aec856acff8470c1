//! Objections. Who objects, and with what, lies sealed in one column; the reply in another.

use crate::domain::id::{ChallengeId, DecisionId, ObjectionId, UserId};
use crate::domain::objection::{Inadmissibility, OPEN, ObjectionStage, ObjectorKind};
use crate::domain::time::{Date, Timestamp};
use crate::store::page::{Page, by_id};
use crate::store::schema::objections;
use crate::store::{Conn, Multi, step};
use diesel::prelude::*;

/// A row of `objections`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = objections, treat_none_as_default_value = false)]
pub struct ObjectionRow {
    pub id: ObjectionId,
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub decision_id: DecisionId,
    pub stage: ObjectionStage,
    pub kind: ObjectorKind,
    /// Who objects and with what, sealed under the service's own key.
    pub body: Vec<u8>,
    /// The objector's account, if there is one.
    pub filed_by: Option<UserId>,
    /// What stands for the address of whoever has none: to be compared, nothing else.
    pub address_mark: Option<String>,
    /// SHA-256 of the link's token, until it is used.
    pub token_hash: Option<String>,
    pub received_on: Option<Date>,
    pub handler_id: Option<UserId>,
    pub extended_until: Option<Date>,
    pub ground: Option<Inadmissibility>,
    /// The reply, sealed likewise.
    pub reply: Option<Vec<u8>>,
    pub answered_at: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &ObjectionRow) -> QueryResult<()> {
    diesel::insert_into(objections::table).values(row).execute(conn).map(|_| ())
}

/// The objection, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: ObjectionId) -> QueryResult<Option<ObjectionRow>> {
    objections::table.find(id).select(ObjectionRow::as_select()).first(conn).optional()
}

/// The objection that a link confirms, if it was filed after `since`.
///
/// # Errors
/// The database does not answer.
pub fn by_token(conn: &mut Conn, token_hash: &str, since: Timestamp) -> QueryResult<Option<ObjectionRow>> {
    objections::table
        .filter(objections::token_hash.eq(token_hash).and(objections::created_at.gt(since)))
        .select(ObjectionRow::as_select())
        .first(conn)
        .optional()
}

/// A page of the objections to what a challenge made public, but for those that nobody confirmed.
///
/// # Errors
/// The database does not answer.
pub fn of_challenge(conn: &mut Conn, challenge: ChallengeId, page: &Page) -> QueryResult<Vec<ObjectionRow>> {
    let query = objections::table
        .filter(objections::challenge_id.eq(challenge).and(objections::stage.ne(ObjectionStage::Unconfirmed)))
        .select(ObjectionRow::as_select())
        .into_boxed::<Multi>();
    by_id!(query, objections, page).load(conn)
}

/// How many objections to a decision wait to be confirmed: all of them, or those by one address.
///
/// # Errors
/// The database does not answer.
pub fn unconfirmed(conn: &mut Conn, decision: DecisionId, address: Option<&str>) -> QueryResult<i64> {
    let waiting = objections::table.filter(objections::decision_id.eq(decision).and(objections::stage.eq(ObjectionStage::Unconfirmed)));
    match address {
        Some(mark) => waiting.filter(objections::address_mark.eq(mark)).count().get_result(conn),
        None => waiting.count().get_result(conn),
    }
}

/// Whether an objection of a round waits for an answer, to whichever of its decisions.
///
/// # Errors
/// The database does not answer.
pub fn any_open(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<bool> {
    let open = objections::table
        .filter(objections::challenge_id.eq(challenge).and(objections::round.eq(round)))
        .filter(objections::stage.eq_any(OPEN.iter().copied()));
    diesel::select(diesel::dsl::exists(open.select(objections::id))).get_result(conn)
}

/// Forgets objections that nobody confirmed in time. Answers how many.
///
/// # Errors
/// The database does not answer.
pub fn forget_unconfirmed(conn: &mut Conn, before: Timestamp) -> QueryResult<usize> {
    let old = objections::table.filter(objections::stage.eq(ObjectionStage::Unconfirmed).and(objections::created_at.le(before)));
    diesel::delete(old).execute(conn)
}

/// Receives an objection: its link is used up.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn receive(conn: &mut Conn, row: &ObjectionRow, to: ObjectionStage, on: Date, now: Timestamp) -> QueryResult<ObjectionRow> {
    let used = None::<String>;
    step!(conn, objections, ObjectionRow, row, to, now, objections::received_on.eq(on), objections::token_hash.eq(used))
}

/// Writes down who handles an objection.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn admit(conn: &mut Conn, row: &ObjectionRow, to: ObjectionStage, by: UserId, now: Timestamp) -> QueryResult<ObjectionRow> {
    step!(conn, objections, ObjectionRow, row, to, now, objections::handler_id.eq(by))
}

/// Writes down a later day for the answer.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn extend(conn: &mut Conn, row: &ObjectionRow, until: Date, now: Timestamp) -> QueryResult<ObjectionRow> {
    step!(conn, objections, ObjectionRow, row, row.stage, now, objections::extended_until.eq(until))
}

/// What ends an objection.
pub struct Ended<'a> {
    /// Who answers.
    pub by: UserId,
    /// Why it was not admitted.
    pub ground: Option<Inadmissibility>,
    /// The reply, sealed.
    pub reply: &'a [u8],
}

/// Ends an objection with its reply.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn end(conn: &mut Conn, row: &ObjectionRow, to: ObjectionStage, ended: &Ended<'_>, now: Timestamp) -> QueryResult<ObjectionRow> {
    let handler = row.handler_id.unwrap_or(ended.by);
    let set = (
        objections::handler_id.eq(handler),
        objections::ground.eq(ended.ground),
        objections::reply.eq(ended.reply),
        objections::answered_at.eq(now),
    );
    step!(conn, objections, ObjectionRow, row, to, now, set)
}
