//! Amendments of challenges: what was asked for, and what it changed.

use crate::domain::amendment::{AmendmentKind, AmendmentStage, Change};
use crate::domain::challenge::ChallengeInput;
use crate::domain::id::{AmendmentId, ChallengeId, UserId};
use crate::domain::time::Timestamp;
use crate::store::page::{Page, by_id};
use crate::store::schema::amendments;
use crate::store::{Conn, Json, Multi, step};
use diesel::prelude::*;

/// A row of `amendments`, without the content that it leads to, which only the approval needs.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = amendments, treat_none_as_default_value = false)]
pub struct AmendmentRow {
    pub id: AmendmentId,
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub kind: AmendmentKind,
    pub stage: AmendmentStage,
    pub reason: String,
    /// The public notice of a correction.
    pub notice: Option<String>,
    /// Each field before and after a correction.
    pub changes: Json<Vec<Change>>,
    /// The deadline that is asked for.
    pub closes_at: Option<Timestamp>,
    /// The deadline before it took effect,
    pub closes_before: Option<Timestamp>,
    /// and since.
    pub closes_after: Option<Timestamp>,
    pub in_effect_at: Option<Timestamp>,
    /// Why it was declined.
    pub opinion: Option<String>,
    pub created_by: UserId,
    pub decided_by: Option<UserId>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row, with the content that a correction leads to.
///
/// # Errors
/// Another proposal on the round waits.
pub fn insert(conn: &mut Conn, row: &AmendmentRow, content: Option<&ChallengeInput>) -> QueryResult<()> {
    let content = content.map(Json::of).transpose()?;
    let content = amendments::content.eq(content.as_ref().map(Json::text));
    diesel::insert_into(amendments::table).values((row, content)).execute(conn).map(|_| ())
}

/// The amendment, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: AmendmentId) -> QueryResult<Option<AmendmentRow>> {
    amendments::table.find(id).select(AmendmentRow::as_select()).first(conn).optional()
}

/// The content that a correction leads to.
///
/// # Errors
/// It is none.
pub fn content(conn: &mut Conn, id: AmendmentId) -> QueryResult<ChallengeInput> {
    amendments::table.find(id).select(amendments::content.assume_not_null()).first::<Json<ChallengeInput>>(conn)?.read()
}

/// A page of the amendments of a challenge: all of them, or those that took effect.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, challenge: ChallengeId, all: bool, page: &Page) -> QueryResult<Vec<AmendmentRow>> {
    let mut query =
        amendments::table.filter(amendments::challenge_id.eq(challenge)).select(AmendmentRow::as_select()).into_boxed::<Multi>();
    if !all {
        query = query.filter(amendments::stage.eq(AmendmentStage::InEffect));
    }
    by_id!(query, amendments, page).load(conn)
}

/// Writes down that an amendment took effect, and how it moved the deadline.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn take_effect(
    conn: &mut Conn,
    row: &AmendmentRow,
    to: AmendmentStage,
    (before, after): (Timestamp, Timestamp),
    by: UserId,
    now: Timestamp,
) -> QueryResult<AmendmentRow> {
    step!(
        conn,
        amendments,
        AmendmentRow,
        row,
        to,
        now,
        amendments::closes_before.eq(before),
        amendments::closes_after.eq(after),
        amendments::in_effect_at.eq(now),
        amendments::decided_by.eq(by)
    )
}

/// Writes down why an amendment does not take effect.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn decline(
    conn: &mut Conn,
    row: &AmendmentRow,
    to: AmendmentStage,
    opinion: &str,
    by: UserId,
    now: Timestamp,
) -> QueryResult<AmendmentRow> {
    step!(conn, amendments, AmendmentRow, row, to, now, amendments::opinion.eq(opinion), amendments::decided_by.eq(by))
}
