//! Recusals, and the marks of those whom the bids of a round name.

use crate::domain::id::{BidId, ChallengeId, ProjectId, RecusalId, UserId};
use crate::domain::recusal::Ground;
use crate::domain::time::{Date, Timestamp};
use crate::store::page::{Page, by_id};
use crate::store::schema::{bid_marks, project_people, projects, recusals};
use crate::store::{Conn, Multi};
use diesel::prelude::*;

/// A row of `recusals`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = recusals, treat_none_as_default_value = false)]
pub struct RecusalRow {
    pub id: RecusalId,
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub user_id: UserId,
    pub ground: Ground,
    pub reason: String,
    pub created_by: UserId,
    pub created_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The person stepped aside from the challenge before.
pub fn insert(conn: &mut Conn, row: &RecusalRow) -> QueryResult<()> {
    diesel::insert_into(recusals::table).values(row).execute(conn).map(|_| ())
}

/// The recusal, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: RecusalId) -> QueryResult<Option<RecusalRow>> {
    recusals::table.find(id).select(RecusalRow::as_select()).first(conn).optional()
}

/// The challenges from which a person stepped aside.
///
/// # Errors
/// The database does not answer.
pub fn of_user(conn: &mut Conn, user: UserId) -> QueryResult<Vec<ChallengeId>> {
    recusals::table.filter(recusals::user_id.eq(user)).select(recusals::challenge_id).load(conn)
}

/// Who stepped aside from a challenge.
///
/// # Errors
/// The database does not answer.
pub fn from(conn: &mut Conn, challenge: ChallengeId) -> QueryResult<Vec<UserId>> {
    recusals::table.filter(recusals::challenge_id.eq(challenge)).select(recusals::user_id).load(conn)
}

/// A page of the recusals from a challenge.
///
/// # Errors
/// The database does not answer.
pub fn of_challenge(conn: &mut Conn, challenge: ChallengeId, page: &Page) -> QueryResult<Vec<RecusalRow>> {
    let query = recusals::table.filter(recusals::challenge_id.eq(challenge)).select(RecusalRow::as_select()).into_boxed::<Multi>();
    by_id!(query, recusals, page).load(conn)
}

/// Keeps the marks of those whom a bid names.
///
/// # Errors
/// The database does not answer.
pub fn mark(conn: &mut Conn, challenge: ChallengeId, round: i32, bid: BidId, marks: &[String]) -> QueryResult<()> {
    for mark in marks {
        let values =
            (bid_marks::challenge_id.eq(challenge), bid_marks::round.eq(round), bid_marks::mark.eq(mark), bid_marks::bid_id.eq(bid));
        diesel::insert_into(bid_marks::table).values(values).execute(conn)?;
    }
    Ok(())
}

/// The marks of a round.
///
/// # Errors
/// The database does not answer.
pub fn marks(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Vec<String>> {
    bid_marks::table
        .filter(bid_marks::challenge_id.eq(challenge).and(bid_marks::round.eq(round)))
        .select(bid_marks::mark)
        .distinct()
        .load(conn)
}

/// Who was bound, together with one of these people, to a project that ends on `since` or later: their identities, as they are kept.
///
/// # Errors
/// The database does not answer.
pub fn colleagues(conn: &mut Conn, identities: &[String], since: Date) -> QueryResult<Vec<String>> {
    let theirs: Vec<ProjectId> = project_people::table
        .filter(project_people::identity.eq_any(identities.iter().cloned()))
        .select(project_people::project_id)
        .distinct()
        .load(conn)?;
    if theirs.is_empty() {
        return Ok(Vec::new());
    }
    let late = projects::table.filter(projects::id.eq_any(theirs)).filter(projects::ends_on.ge(since)).select(projects::id);
    let late: Vec<ProjectId> = late.load(conn)?;
    project_people::table.filter(project_people::project_id.eq_any(late)).select(project_people::identity).distinct().load(conn)
}
