//! Gates of races. The database itself lets one of a challenge wait.

use crate::domain::assessment::Assessor;
use crate::domain::id::{ChallengeId, RaceGateId, UserId};
use crate::domain::race::{Comparison, LaneInput, RaceGateStage};
use crate::domain::time::{Date, Timestamp};
use crate::store::schema::race_gates;
use crate::store::{Conn, Json, step};
use diesel::prelude::*;

/// A row of `race_gates`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = race_gates, treat_none_as_default_value = false)]
pub struct RaceGateRow {
    pub id: RaceGateId,
    pub challenge_id: ChallengeId,
    /// Its number in the race, from 1.
    pub number: i32,
    pub stage: RaceGateStage,
    pub met_on: Date,
    pub assessors: Json<Vec<Assessor>>,
    pub opinion: String,
    pub lanes: Json<Vec<LaneInput>>,
    /// The lanes as they stood when it was proposed.
    pub comparison: Json<Comparison>,
    pub decision_no: Option<String>,
    pub decided_by: Option<UserId>,
    pub decided_on: Option<Date>,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// Another gate of the race waits.
pub fn insert(conn: &mut Conn, row: &RaceGateRow) -> QueryResult<()> {
    diesel::insert_into(race_gates::table).values(row).execute(conn).map(|_| ())
}

/// The gate, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: RaceGateId) -> QueryResult<Option<RaceGateRow>> {
    race_gates::table.find(id).select(RaceGateRow::as_select()).first(conn).optional()
}

/// The gates of a race, in order.
///
/// # Errors
/// The database does not answer.
pub fn of_challenge(conn: &mut Conn, challenge: ChallengeId) -> QueryResult<Vec<RaceGateRow>> {
    let theirs = race_gates::table.filter(race_gates::challenge_id.eq(challenge));
    theirs.order(race_gates::number).select(RaceGateRow::as_select()).load(conn)
}

/// Writes down the decision.
///
/// # Errors
/// [`diesel::NotFound`] when the gate is not as it was read.
pub fn decide(
    conn: &mut Conn,
    row: &RaceGateRow,
    to: RaceGateStage,
    decision_no: Option<&str>,
    by: UserId,
    now: Timestamp,
) -> QueryResult<RaceGateRow> {
    step!(
        conn,
        race_gates,
        RaceGateRow,
        row,
        to,
        now,
        race_gates::decision_no.eq(decision_no),
        race_gates::decided_by.eq(by),
        race_gates::decided_on.eq(now.date())
    )
}
