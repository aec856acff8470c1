//! Changes of projects.

use crate::domain::amendment::Change;
use crate::domain::change::{ChangeInput, ChangeKind, ChangeStage};
use crate::domain::id::{ChallengeId, ChangeId, ProjectId, UserId};
use crate::domain::time::Timestamp;
use crate::store::page::{Page, by_id};
use crate::store::schema::{changes, projects};
use crate::store::{Conn, Json, Multi, step};
use diesel::prelude::*;

/// A row of `changes`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = changes, treat_none_as_default_value = false)]
pub struct ChangeRow {
    pub id: ChangeId,
    pub project_id: ProjectId,
    pub kind: ChangeKind,
    pub stage: ChangeStage,
    /// What was asked for; of an identity number a keyed hash.
    pub input: Json<ChangeInput>,
    /// What it makes different, against the text in force when it was asked for, or approved.
    pub differences: Json<Vec<Change>>,
    pub sponsor_opinion: Option<String>,
    pub commissioner_opinion: Option<String>,
    /// The decision's reason.
    pub opinion: Option<String>,
    pub decided_by: Option<UserId>,
    /// Number of the commitment that it makes.
    pub number: Option<i32>,
    pub effective_at: Option<Timestamp>,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ChangeRow {
    /// A change of `project` as it is asked for.
    ///
    /// # Errors
    /// It cannot be written down, which is a fault of the program.
    pub fn new(project: ProjectId, input: &ChangeInput, found: &Vec<Change>, by: UserId, now: Timestamp) -> QueryResult<Self> {
        Ok(Self {
            id: ChangeId::new(now),
            project_id: project,
            kind: input.kind,
            stage: ChangeStage::Submitted,
            input: Json::of(input)?,
            differences: Json::of(found)?,
            sponsor_opinion: None,
            commissioner_opinion: None,
            opinion: None,
            decided_by: None,
            number: None,
            effective_at: None,
            created_by: by,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &ChangeRow) -> QueryResult<()> {
    diesel::insert_into(changes::table).values(row).execute(conn).map(|_| ())
}

/// The change, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: ChangeId) -> QueryResult<Option<ChangeRow>> {
    changes::table.find(id).select(ChangeRow::as_select()).first(conn).optional()
}

/// A page of the changes of a project.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, project: ProjectId, page: &Page) -> QueryResult<Vec<ChangeRow>> {
    let query = changes::table.filter(changes::project_id.eq(project)).select(ChangeRow::as_select()).into_boxed::<Multi>();
    by_id!(query, changes, page).load(conn)
}

/// Whether a project has a change of this kind (of any, when none is named) that stands so.
///
/// # Errors
/// The database does not answer.
pub fn stands(conn: &mut Conn, project: ProjectId, kind: Option<ChangeKind>, stages: &[ChangeStage]) -> QueryResult<bool> {
    let mut query = changes::table
        .filter(changes::project_id.eq(project).and(changes::stage.eq_any(stages.iter().copied())))
        .select(changes::id)
        .into_boxed::<Multi>();
    if let Some(kind) = kind {
        query = query.filter(changes::kind.eq(kind));
    }
    query.first::<ChangeId>(conn).optional().map(|found| found.is_some())
}

/// Moves a change on.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(conn: &mut Conn, row: &ChangeRow, to: ChangeStage, now: Timestamp) -> QueryResult<ChangeRow> {
    step!(conn, changes, ChangeRow, row, to, now)
}

/// Takes a change anew.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn resubmit(
    conn: &mut Conn,
    row: &ChangeRow,
    to: ChangeStage,
    input: &ChangeInput,
    found: &Vec<Change>,
    now: Timestamp,
) -> QueryResult<ChangeRow> {
    let (input, found) = (Json::of(input)?, Json::of(found)?);
    step!(
        conn,
        changes,
        ChangeRow,
        row,
        to,
        now,
        changes::input.eq(input),
        changes::differences.eq(found),
        changes::sponsor_opinion.eq(None::<String>),
        changes::commissioner_opinion.eq(None::<String>),
        changes::opinion.eq(None::<String>)
    )
}

/// Writes down what the sponsor says.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn comment(conn: &mut Conn, row: &ChangeRow, to: ChangeStage, opinion: &str, now: Timestamp) -> QueryResult<ChangeRow> {
    step!(conn, changes, ChangeRow, row, to, now, changes::sponsor_opinion.eq(opinion))
}

/// Writes down what the commissioner says.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advise(conn: &mut Conn, row: &ChangeRow, to: ChangeStage, opinion: &str, now: Timestamp) -> QueryResult<ChangeRow> {
    step!(conn, changes, ChangeRow, row, to, now, changes::commissioner_opinion.eq(opinion))
}

/// Writes down a decision.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn decide(conn: &mut Conn, row: &ChangeRow, to: ChangeStage, opinion: &str, by: UserId, now: Timestamp) -> QueryResult<ChangeRow> {
    step!(conn, changes, ChangeRow, row, to, now, changes::opinion.eq(opinion), changes::decided_by.eq(by))
}

/// Notes the commitment that a change makes, and what it makes different.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn draw(conn: &mut Conn, row: &ChangeRow, number: i32, found: &Vec<Change>, now: Timestamp) -> QueryResult<ChangeRow> {
    let found = Json::of(found)?;
    step!(conn, changes, ChangeRow, row, row.stage, now, changes::number.eq(number), changes::differences.eq(found))
}

/// Notes that a change took effect.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn take_effect(conn: &mut Conn, row: &ChangeRow, to: ChangeStage, now: Timestamp) -> QueryResult<ChangeRow> {
    step!(conn, changes, ChangeRow, row, to, now, changes::effective_at.eq(now))
}

/// What gates of the race ordered for the projects of a challenge, and is not signed yet.
///
/// # Errors
/// The database does not answer.
pub fn ordered(conn: &mut Conn, challenge: ChallengeId) -> QueryResult<Vec<ChangeRow>> {
    changes::table
        .inner_join(projects::table)
        .filter(projects::challenge_id.eq(challenge).and(changes::kind.eq(ChangeKind::Race)).and(changes::stage.eq(ChangeStage::Approved)))
        .select(ChangeRow::as_select())
        .load(conn)
}
