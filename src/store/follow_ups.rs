//! What is to be done by when for a project that runs: one row a project, kept by what is written of it elsewhere.

use crate::domain::id::ProjectId;
use crate::domain::report::quarter_of;
use crate::domain::time::{Date, Timestamp};
use crate::domain::visit::{VisitMode, next_half_year_ends, next_quarter_ends};
use crate::store::Conn;
use crate::store::schema::{follow_ups, visits};
use diesel::prelude::*;

/// A row of `follow_ups`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = follow_ups, treat_none_as_default_value = false)]
pub struct FollowUpRow {
    pub project_id: ProjectId,
    /// When the project came into force.
    pub began_on: Date,
    /// The last day for the next visit,
    pub visit_by: Date,
    /// and for the next on site.
    pub onsite_by: Date,
    /// In which quarter its next reports are opened.
    pub reports_from: Date,
    /// When acceptance was concluded: from then on its outcomes are followed.
    pub ended_on: Option<Date>,
}

/// Begins to keep what is due for a project that came into force.
///
/// # Errors
/// It is kept already.
pub fn begin(conn: &mut Conn, project: ProjectId, began_on: Date) -> QueryResult<()> {
    let (visit_by, onsite_by) = (next_quarter_ends(began_on), next_half_year_ends(began_on));
    let row = FollowUpRow { project_id: project, began_on, visit_by, onsite_by, reports_from: quarter_of(began_on), ended_on: None };
    diesel::insert_into(follow_ups::table).values(&row).execute(conn).map(|_| ())
}

/// Keeps when a project ended.
///
/// # Errors
/// The database does not answer.
pub fn end(conn: &mut Conn, project: ProjectId, ended_on: Date) -> QueryResult<()> {
    diesel::update(follow_ups::table.find(project)).set(follow_ups::ended_on.eq(ended_on)).execute(conn).map(|_| ())
}

/// What is due for a project, if it came into force.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, project: ProjectId) -> QueryResult<Option<FollowUpRow>> {
    follow_ups::table.find(project).select(FollowUpRow::as_select()).first(conn).optional()
}

/// What is due for these projects.
///
/// # Errors
/// The database does not answer.
pub fn of(conn: &mut Conn, projects: &[ProjectId]) -> QueryResult<Vec<FollowUpRow>> {
    follow_ups::table.filter(follow_ups::project_id.eq_any(projects.iter().copied())).select(FollowUpRow::as_select()).load(conn)
}

/// Sets anew by when the next visits are due, after one was written down or changed.
///
/// # Errors
/// The database does not answer.
pub fn settle_visits(conn: &mut Conn, project: ProjectId) -> QueryResult<()> {
    let Some(row) = find(conn, project)? else { return Ok(()) };
    let last = latest(conn, project, None)?.map_or(row.began_on, |day| day.max(row.began_on));
    let onsite = latest(conn, project, Some(VisitMode::Onsite))?.map_or(row.began_on, |day| day.max(row.began_on));
    diesel::update(follow_ups::table.find(project))
        .set((follow_ups::visit_by.eq(next_quarter_ends(last)), follow_ups::onsite_by.eq(next_half_year_ends(onsite))))
        .execute(conn)
        .map(|_| ())
}

fn latest(conn: &mut Conn, project: ProjectId, mode: Option<VisitMode>) -> QueryResult<Option<Date>> {
    let all = visits::table.filter(visits::project_id.eq(project));
    let newest: Option<Timestamp> = match mode {
        None => all.order(visits::held_at.desc()).select(visits::held_at).first(conn).optional()?,
        Some(mode) => all.filter(visits::mode.eq(mode)).order(visits::held_at.desc()).select(visits::held_at).first(conn).optional()?,
    };
    Ok(newest.map(Timestamp::date))
}
