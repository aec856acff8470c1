//! Problems that commissioners found.

use crate::domain::id::{OrganizationId, ProblemId, ProjectId, UserId, VisitId};
use crate::domain::policy::Scope;
use crate::domain::problem::{Overdue, ProblemStage};
use crate::domain::time::{Date, Timestamp};
use crate::store::page::{Page, by_id};
use crate::store::projects::ProjectRow;
use crate::store::schema::{problems, projects};
use crate::store::{Conn, Multi, step};
use diesel::prelude::*;

/// A row of `problems`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = problems, treat_none_as_default_value = false)]
pub struct ProblemRow {
    pub id: ProblemId,
    pub project_id: ProjectId,
    /// The visit at which it was found.
    pub visit_id: Option<VisitId>,
    pub summary: String,
    pub owner: String,
    pub due_on: Date,
    pub stage: ProblemStage,
    pub raised_by: UserId,
    pub resolution: Option<String>,
    pub closed_by: Option<UserId>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a list of problems can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct ProblemFilter {
    pub project_id: Option<ProjectId>,
    pub stage: Option<ProblemStage>,
    /// Whether it should have been solved before this day.
    pub overdue: Option<(Overdue, Date)>,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &ProblemRow) -> QueryResult<()> {
    diesel::insert_into(problems::table).values(row).execute(conn).map(|_| ())
}

/// The problem, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: ProblemId) -> QueryResult<Option<ProblemRow>> {
    problems::table.find(id).select(ProblemRow::as_select()).first(conn).optional()
}

/// A page of the problems that a caller of `own` organisation may see, each with its project.
///
/// # Errors
/// The database does not answer.
pub fn list(
    conn: &mut Conn,
    scope: Scope,
    own: OrganizationId,
    filter: &ProblemFilter,
    page: &Page,
) -> QueryResult<Vec<(ProblemRow, ProjectRow)>> {
    let mut query =
        problems::table.inner_join(projects::table).select((ProblemRow::as_select(), ProjectRow::as_select())).into_boxed::<Multi>();
    if !scope.all {
        query = query.filter(projects::lead_org_id.eq(own));
    }
    if let Some(project) = filter.project_id {
        query = query.filter(problems::project_id.eq(project));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(problems::stage.eq(stage));
    }
    match filter.overdue {
        Some((Overdue::Yes, day)) => query = query.filter(problems::stage.eq(ProblemStage::Open).and(problems::due_on.lt(day))),
        Some((Overdue::No, day)) => query = query.filter(problems::stage.ne(ProblemStage::Open).or(problems::due_on.ge(day))),
        None => {}
    }
    by_id!(query, problems, page).load(conn)
}

/// Closes a problem.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn close(conn: &mut Conn, row: &ProblemRow, to: ProblemStage, resolution: &str, by: UserId, now: Timestamp) -> QueryResult<ProblemRow> {
    step!(conn, problems, ProblemRow, row, to, now, problems::resolution.eq(resolution), problems::closed_by.eq(by))
}
