//! Measures on projects. The database itself lets one of a project wait, and one suspension run.

use crate::domain::id::{MeasureId, ProjectId, UserId};
use crate::domain::measure::{Cause, MeasureKind, MeasureStage};
use crate::domain::time::{Date, Timestamp};
use crate::store::schema::measures;
use crate::store::{Conn, step};
use diesel::prelude::*;

/// A row of `measures`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = measures, treat_none_as_default_value = false)]
pub struct MeasureRow {
    pub id: MeasureId,
    pub project_id: ProjectId,
    pub kind: MeasureKind,
    pub cause: Cause,
    pub reason: String,
    pub stage: MeasureStage,
    /// Whether the dates move by the days of a suspension: 0 or 1, none for other measures.
    pub clock_stops: Option<i32>,
    pub until_on: Option<Date>,
    pub decision_no: Option<String>,
    pub decided_by: Option<UserId>,
    pub decided_on: Option<Date>,
    /// When a suspension was over.
    pub over_on: Option<Date>,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// Another measure on the project waits.
pub fn insert(conn: &mut Conn, row: &MeasureRow) -> QueryResult<()> {
    diesel::insert_into(measures::table).values(row).execute(conn).map(|_| ())
}

/// The measure, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: MeasureId) -> QueryResult<Option<MeasureRow>> {
    measures::table.find(id).select(MeasureRow::as_select()).first(conn).optional()
}

/// The measures on a project, in order.
///
/// # Errors
/// The database does not answer.
pub fn of_project(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<MeasureRow>> {
    measures::table.filter(measures::project_id.eq(project)).order(measures::id).select(MeasureRow::as_select()).load(conn)
}

/// Writes down the decision.
///
/// # Errors
/// [`diesel::NotFound`] when the measure is not as it was read.
pub fn decide(
    conn: &mut Conn,
    row: &MeasureRow,
    to: MeasureStage,
    decision_no: Option<&str>,
    by: UserId,
    now: Timestamp,
) -> QueryResult<MeasureRow> {
    step!(
        conn,
        measures,
        MeasureRow,
        row,
        to,
        now,
        measures::decision_no.eq(decision_no),
        measures::decided_by.eq(by),
        measures::decided_on.eq(now.date())
    )
}

/// The suspension of a project that runs, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn suspension(conn: &mut Conn, project: ProjectId) -> QueryResult<Option<MeasureRow>> {
    let runs = measures::project_id
        .eq(project)
        .and(measures::kind.eq(MeasureKind::Suspend))
        .and(measures::stage.eq(MeasureStage::Approved))
        .and(measures::over_on.is_null());
    measures::table.filter(runs).select(MeasureRow::as_select()).first(conn).optional()
}

/// Notes that the suspension of a project is over, if one runs. Answers it as it was.
///
/// # Errors
/// The database does not answer.
pub fn end_suspension(conn: &mut Conn, project: ProjectId, on: Date) -> QueryResult<Option<MeasureRow>> {
    let found = suspension(conn, project)?;
    if let Some(row) = &found {
        diesel::update(measures::table.find(row.id)).set(measures::over_on.eq(on)).execute(conn)?;
    }
    Ok(found)
}
