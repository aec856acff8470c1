//! Judging schemes, each version a row that never changes; and the phase in which a challenge is judged.

use crate::domain::challenge::ChallengeStage;
use crate::domain::id::{SchemeId, UserId};
use crate::domain::scheme::{Phase, Scheme};
use crate::domain::time::Timestamp;
use crate::store::challenges::ChallengeRow;
use crate::store::page::{Page, by_id};
use crate::store::schema::{challenges, schemes};
use crate::store::{Conn, Json, Multi, step};
use diesel::prelude::*;

/// A row of `schemes`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = schemes, treat_none_as_default_value = false)]
pub struct SchemeRow {
    pub id: SchemeId,
    pub code: String,
    /// Which version, from 1.
    pub number: i32,
    pub content: Json<Scheme>,
    pub created_by: UserId,
    pub created_at: Timestamp,
}

/// Adds a version.
///
/// # Errors
/// Somebody else has added this version meanwhile.
pub fn insert(conn: &mut Conn, row: &SchemeRow) -> QueryResult<()> {
    diesel::insert_into(schemes::table).values(row).execute(conn).map(|_| ())
}

/// The scheme, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: SchemeId) -> QueryResult<Option<SchemeRow>> {
    schemes::table.find(id).select(SchemeRow::as_select()).first(conn).optional()
}

/// The number of the latest version of a code; 0 when there is none.
///
/// # Errors
/// The database does not answer.
pub fn latest(conn: &mut Conn, code: &str) -> QueryResult<i32> {
    let number = schemes::table.filter(schemes::code.eq(code)).order(schemes::number.desc()).select(schemes::number);
    Ok(number.first(conn).optional()?.unwrap_or_default())
}

/// A page of them.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, code: Option<&str>, page: &Page) -> QueryResult<Vec<SchemeRow>> {
    let mut query = schemes::table.select(SchemeRow::as_select()).into_boxed::<Multi>();
    if let Some(code) = code {
        query = query.filter(schemes::code.eq(code.to_owned()));
    }
    by_id!(query, schemes, page).load(conn)
}

/// Begins a phase of the judging.
///
/// # Errors
/// [`diesel::NotFound`] when the challenge is not as it was read.
pub fn judge(conn: &mut Conn, row: &ChallengeRow, to: ChallengeStage, phase: Phase, now: Timestamp) -> QueryResult<ChallengeRow> {
    step!(conn, challenges, ChallengeRow, row, to, now, challenges::phase.eq(phase))
}
