//! Milestones.

use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::milestone::{MilestoneStage, NodeIndicator};
use crate::domain::time::{Date, Timestamp};
use crate::store::schema::milestones;
use crate::store::{Conn, Json, step};
use diesel::prelude::*;

/// A row of `milestones`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = milestones, treat_none_as_default_value = false)]
pub struct MilestoneRow {
    pub id: MilestoneId,
    pub project_id: ProjectId,
    pub number: i32,
    pub name: String,
    pub due_on: Date,
    pub weight_bps: i32,
    pub stage: MilestoneStage,
    pub indicators: Json<Vec<NodeIndicator>>,
    pub summary: Option<String>,
    pub opinion: Option<String>,
    pub submitted_at: Option<Timestamp>,
    pub rectify_by: Option<Date>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The project has a milestone of this number already.
pub fn insert(conn: &mut Conn, row: &MilestoneRow) -> QueryResult<()> {
    diesel::insert_into(milestones::table).values(row).execute(conn).map(|_| ())
}

/// The milestone, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: MilestoneId) -> QueryResult<Option<MilestoneRow>> {
    milestones::table.find(id).select(MilestoneRow::as_select()).first(conn).optional()
}

/// The milestones of a project, in order.
///
/// # Errors
/// The database does not answer.
pub fn of_project(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<MilestoneRow>> {
    milestones::table.filter(milestones::project_id.eq(project)).order(milestones::number).select(MilestoneRow::as_select()).load(conn)
}

/// The milestones of several projects, in order.
///
/// # Errors
/// The database does not answer.
pub fn of_projects(conn: &mut Conn, ids: &[ProjectId]) -> QueryResult<Vec<MilestoneRow>> {
    milestones::table
        .filter(milestones::project_id.eq_any(ids.iter().copied()))
        .order((milestones::project_id, milestones::number))
        .select(MilestoneRow::as_select())
        .load(conn)
}

/// What the lights of these projects depend on: for each milestone its project, stage, day, and by when it is to be mended.
///
/// # Errors
/// The database does not answer.
pub fn nodes(conn: &mut Conn, of: &[ProjectId]) -> QueryResult<Vec<(ProjectId, MilestoneStage, Date, Option<Date>)>> {
    milestones::table
        .filter(milestones::project_id.eq_any(of.iter().copied()))
        .select((milestones::project_id, milestones::stage, milestones::due_on, milestones::rectify_by))
        .load(conn)
}

/// Those of these projects of which a milestone is being mended 限期整改.
///
/// # Errors
/// The database does not answer.
pub fn rectifying(conn: &mut Conn, projects: &[ProjectId]) -> QueryResult<Vec<ProjectId>> {
    milestones::table
        .filter(milestones::project_id.eq_any(projects.iter().copied()).and(milestones::stage.eq(MilestoneStage::Rectifying)))
        .select(milestones::project_id)
        .distinct()
        .load(conn)
}

/// Removes the milestones of a project that is planned anew.
///
/// # Errors
/// The database does not answer.
pub fn clear(conn: &mut Conn, project: ProjectId) -> QueryResult<()> {
    diesel::delete(milestones::table.filter(milestones::project_id.eq(project))).execute(conn).map(|_| ())
}

/// Moves the milestone on, with the commissioner's opinion when there is one.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(
    conn: &mut Conn,
    row: &MilestoneRow,
    to: MilestoneStage,
    opinion: Option<&str>,
    now: Timestamp,
) -> QueryResult<MilestoneRow> {
    let opinion = opinion.or(row.opinion.as_deref());
    step!(conn, milestones, MilestoneRow, row, to, now, milestones::opinion.eq(opinion))
}

/// Takes what the team handed in.
///
/// # Errors
/// [`diesel::NotFound`] when the milestone is not as it was read.
pub fn submit(
    conn: &mut Conn,
    row: &MilestoneRow,
    to: MilestoneStage,
    indicators: &Vec<NodeIndicator>,
    summary: &str,
    now: Timestamp,
) -> QueryResult<MilestoneRow> {
    let kept = Json::of(indicators)?;
    step!(
        conn,
        milestones,
        MilestoneRow,
        row,
        to,
        now,
        milestones::indicators.eq(kept),
        milestones::summary.eq(summary),
        milestones::submitted_at.eq(now)
    )
}

/// Moves the dates of a milestone.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn postpone(conn: &mut Conn, row: &MilestoneRow, due_on: Date, rectify_by: Option<Date>, now: Timestamp) -> QueryResult<MilestoneRow> {
    step!(conn, milestones, MilestoneRow, row, row.stage, now, milestones::due_on.eq(due_on), milestones::rectify_by.eq(rectify_by))
}

/// Sends the milestone back, with the date by which it must be mended.
///
/// # Errors
/// [`diesel::NotFound`] when the milestone is not as it was read.
pub fn send_back(
    conn: &mut Conn,
    row: &MilestoneRow,
    to: MilestoneStage,
    opinion: &str,
    rectify_by: Date,
    now: Timestamp,
) -> QueryResult<MilestoneRow> {
    step!(conn, milestones, MilestoneRow, row, to, now, milestones::opinion.eq(opinion), milestones::rectify_by.eq(rectify_by))
}
