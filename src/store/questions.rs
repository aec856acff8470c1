//! Questions on challenges. Who asked stands here and is shown to nobody else.

use crate::domain::id::{ChallengeId, OrganizationId, QuestionId, UserId};
use crate::domain::question::QuestionStage;
use crate::domain::time::Timestamp;
use crate::store::page::{Page, by_id};
use crate::store::schema::questions;
use crate::store::{Conn, Multi, step};
use diesel::prelude::*;

/// A row of `questions`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = questions, treat_none_as_default_value = false)]
pub struct QuestionRow {
    pub id: QuestionId,
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub organization_id: OrganizationId,
    pub asked_by: UserId,
    pub stage: QuestionStage,
    /// As it was asked.
    pub asked: String,
    /// As it is published.
    pub published: Option<String>,
    /// The answer, or why there is none.
    pub answer: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &QuestionRow) -> QueryResult<()> {
    diesel::insert_into(questions::table).values(row).execute(conn).map(|_| ())
}

/// The question, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: QuestionId) -> QueryResult<Option<QuestionRow>> {
    questions::table.find(id).select(QuestionRow::as_select()).first(conn).optional()
}

/// How many questions of an organisation on a round wait for an answer.
///
/// # Errors
/// The database does not answer.
pub fn open(conn: &mut Conn, challenge: ChallengeId, round: i32, organization: OrganizationId) -> QueryResult<i64> {
    questions::table
        .filter(questions::organization_id.eq(organization).and(questions::challenge_id.eq(challenge)))
        .filter(questions::round.eq(round).and(questions::stage.eq(QuestionStage::Asked)))
        .count()
        .get_result(conn)
}

/// A page of the questions on a challenge: all of them, or the answered ones and those of one's own organisation.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, challenge: ChallengeId, all: bool, own: Option<OrganizationId>, page: &Page) -> QueryResult<Vec<QuestionRow>> {
    let mut query = questions::table.filter(questions::challenge_id.eq(challenge)).select(QuestionRow::as_select()).into_boxed::<Multi>();
    if !all {
        let own = own.map(|own| own.to_string()).unwrap_or_default();
        query = query.filter(questions::stage.eq(QuestionStage::Answered).or(questions::organization_id.eq(own)));
    }
    by_id!(query, questions, page).load(conn)
}

/// Writes down the public answer.
///
/// # Errors
/// [`diesel::NotFound`] when the question is not as it was read.
pub fn answer(
    conn: &mut Conn,
    row: &QuestionRow,
    to: QuestionStage,
    published: &str,
    answer: &str,
    now: Timestamp,
) -> QueryResult<QuestionRow> {
    step!(
        conn,
        questions,
        QuestionRow,
        row,
        to,
        now,
        questions::published.eq(published),
        questions::answer.eq(answer),
        questions::answered_at.eq(now)
    )
}

/// Writes down why there is no answer.
///
/// # Errors
/// [`diesel::NotFound`] when the question is not as it was read.
pub fn decline(conn: &mut Conn, row: &QuestionRow, to: QuestionStage, reason: &str, now: Timestamp) -> QueryResult<QuestionRow> {
    step!(conn, questions, QuestionRow, row, to, now, questions::answer.eq(reason), questions::answered_at.eq(now))
}
