//! Milestones, and the history of their stages.

use crate::domain::assessment::Assessment;
use crate::domain::id::{MilestoneId, ProjectId, UserId};
use crate::domain::milestone::{MilestoneStage, NodeIndicator};
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::store::schema::{milestone_events, milestones, users};
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
    /// 1 where a panel assesses it before the commissioner's word, 0 otherwise.
    pub panel_required: i32,
    pub panel: Option<Json<Assessment>>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A row of `milestone_events`: a step of a milestone. Rows are only ever added.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = milestone_events, treat_none_as_default_value = false)]
pub struct MilestoneEventRow {
    pub milestone_id: MilestoneId,
    /// The version that the milestone had afterwards.
    pub seq: i64,
    pub action: Action,
    pub from_stage: MilestoneStage,
    pub to_stage: MilestoneStage,
    /// Who took it; none for the service itself.
    pub user_id: Option<UserId>,
    pub opinion: Option<String>,
    pub at: Timestamp,
}

/// Adds a step to the history of a milestone.
///
/// # Errors
/// The step stands there already.
pub fn note(conn: &mut Conn, row: &MilestoneEventRow) -> QueryResult<()> {
    diesel::insert_into(milestone_events::table).values(row).execute(conn).map(|_| ())
}

/// The history of a milestone, the first step first, with the names of who took them.
///
/// # Errors
/// The database does not answer.
pub fn history(conn: &mut Conn, milestone: MilestoneId) -> QueryResult<Vec<(MilestoneEventRow, Option<String>)>> {
    milestone_events::table
        .left_join(users::table)
        .filter(milestone_events::milestone_id.eq(milestone))
        .order(milestone_events::seq)
        .select((MilestoneEventRow::as_select(), users::name.nullable()))
        .load(conn)
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

/// What the milestones of a project pledge and show, in order, but for those that were waived.
///
/// # Errors
/// The database does not answer.
pub fn to_be_judged(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<Vec<NodeIndicator>>> {
    let rows = of_project(conn, project)?;
    rows.iter().filter(|row| row.stage != MilestoneStage::Waived).map(|row| row.indicators.read()).collect()
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

/// A milestone as its project's light sees it: the project, its stage, its day, and by when it is to be mended.
pub type Node = (ProjectId, MilestoneStage, Date, Option<Date>);

/// What the lights of these projects depend on: for each milestone its project, stage, day, and by when it is to be mended.
///
/// # Errors
/// The database does not answer.
pub fn nodes(conn: &mut Conn, of: &[ProjectId]) -> QueryResult<Vec<Node>> {
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
        milestones::submitted_at.eq(now),
        milestones::panel.eq(None::<Json<Assessment>>)
    )
}

/// Writes down what a panel said.
///
/// # Errors
/// [`diesel::NotFound`] when the milestone is not as it was read.
pub fn assess(conn: &mut Conn, row: &MilestoneRow, to: MilestoneStage, panel: &Assessment, now: Timestamp) -> QueryResult<MilestoneRow> {
    let kept = Json::of(panel)?;
    step!(conn, milestones, MilestoneRow, row, to, now, milestones::panel.eq(kept))
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

/// Writes an approved change into a milestone: its day and weight, and its targets.
///
/// # Errors
/// [`diesel::NotFound`] when the milestone is not as it was read.
pub fn revise(
    conn: &mut Conn,
    row: &MilestoneRow,
    to: MilestoneStage,
    (due_on, weight_bps): (Date, i32),
    indicators: &Vec<NodeIndicator>,
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
        milestones::due_on.eq(due_on),
        milestones::weight_bps.eq(weight_bps),
        milestones::indicators.eq(kept)
    )
}
