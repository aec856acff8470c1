//! Draws: what was asked for, the frozen pool, and what came of it.

use crate::domain::draw::{Candidate, DrawStage, Drawn, Replaced, Terms};
use crate::domain::id::{ChallengeId, DrawId, UserId};
use crate::domain::recusal::Interest;
use crate::domain::scheme::Phase;
use crate::domain::time::Timestamp;
use crate::store::schema::draws;
use crate::store::{Conn, Json, step};
use diesel::prelude::*;

/// Somebody who was kept out of a pool, and why.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Excluded {
    pub expert_id: UserId,
    pub interests: Vec<Interest>,
}

/// A row of `draws`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = draws, treat_none_as_default_value = false)]
pub struct DrawRow {
    pub id: DrawId,
    pub challenge_id: ChallengeId,
    pub round: i32,
    /// The part of the judging for which the panel is.
    pub phase: Phase,
    pub stage: DrawStage,
    pub terms: Json<Terms>,
    /// The seed, sealed under the service's own key.
    pub seed: Vec<u8>,
    pub commitment: String,
    pub pool: Json<Vec<Candidate>>,
    pub pool_digest: String,
    pub excluded: Json<Vec<Excluded>>,
    pub contribution: Option<String>,
    pub drawn: Option<Json<Drawn>>,
    pub replaced: Json<Vec<Replaced>>,
    pub created_by: UserId,
    pub witnessed_by: Option<UserId>,
    pub witnessed_at: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// There is a draw of the round already.
pub fn insert(conn: &mut Conn, row: &DrawRow) -> QueryResult<()> {
    diesel::insert_into(draws::table).values(row).execute(conn).map(|_| ())
}

/// The draw, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: DrawId) -> QueryResult<Option<DrawRow>> {
    draws::table.find(id).select(DrawRow::as_select()).first(conn).optional()
}

/// The draws of a challenge, first to last.
///
/// # Errors
/// The database does not answer.
pub fn of_challenge(conn: &mut Conn, challenge: ChallengeId) -> QueryResult<Vec<DrawRow>> {
    draws::table.filter(draws::challenge_id.eq(challenge)).order(draws::id).select(DrawRow::as_select()).load(conn)
}

/// The draw for a phase of a round that stands, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn standing(conn: &mut Conn, challenge: ChallengeId, round: i32, phase: Phase) -> QueryResult<Option<DrawRow>> {
    draws::table
        .filter(draws::challenge_id.eq(challenge).and(draws::round.eq(round)).and(draws::phase.eq(phase)))
        .filter(draws::stage.eq(DrawStage::Drawn))
        .select(DrawRow::as_select())
        .first(conn)
        .optional()
}

/// Writes down what was drawn before a witness.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn witness(
    conn: &mut Conn,
    row: &DrawRow,
    to: DrawStage,
    drawn: &Drawn,
    said: &str,
    by: UserId,
    now: Timestamp,
) -> QueryResult<DrawRow> {
    let kept = Json::of(drawn)?;
    let set = (draws::drawn.eq(kept), draws::contribution.eq(said), draws::witnessed_by.eq(by), draws::witnessed_at.eq(now));
    step!(conn, draws, DrawRow, row, to, now, set)
}

/// Writes down who took the place of others.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn replace(conn: &mut Conn, row: &DrawRow, replaced: &Vec<Replaced>, now: Timestamp) -> QueryResult<DrawRow> {
    let kept = Json::of(replaced)?;
    step!(conn, draws, DrawRow, row, row.stage, now, draws::replaced.eq(kept))
}

/// Moves a draw on.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(conn: &mut Conn, row: &DrawRow, to: DrawStage, now: Timestamp) -> QueryResult<DrawRow> {
    step!(conn, draws, DrawRow, row, to, now)
}
