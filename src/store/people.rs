//! People of projects: who is bound to a running project, by the kept form of their identity.

use crate::domain::id::ProjectId;
use crate::domain::project::RUNNING;
use crate::domain::proposal::team::Part;
use crate::store::Conn;
use crate::store::schema::{project_people, projects};
use diesel::prelude::*;

/// What binds a person to a project: a row of `project_people`, but for the project.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = project_people)]
pub struct BoundRow {
    pub identity: String,
    /// What it counts as against the limits.
    pub part: Part,
    /// Months a year.
    pub person_months: i32,
}

/// Adds the people of a project.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, project: ProjectId, people: &[BoundRow]) -> QueryResult<()> {
    for person in people {
        let values = (
            project_people::project_id.eq(project),
            project_people::identity.eq(&person.identity),
            project_people::part.eq(person.part),
            project_people::person_months.eq(person.person_months),
        );
        diesel::insert_into(project_people::table).values(values).execute(conn)?;
    }
    Ok(())
}

/// What is kept of the identities of a project's people.
///
/// # Errors
/// The database does not answer.
pub fn of_project(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<String>> {
    project_people::table.filter(project_people::project_id.eq(project)).select(project_people::identity).load(conn)
}

/// Binds a new principal to a project in the place of the one before.
///
/// # Errors
/// The database does not answer.
pub fn replace_lead(conn: &mut Conn, project: ProjectId, identity: &str, person_months: i32) -> QueryResult<()> {
    let gone = project_people::part.eq(Part::Leads).or(project_people::identity.eq(identity));
    diesel::delete(project_people::table.filter(project_people::project_id.eq(project)).filter(gone)).execute(conn)?;
    insert(conn, project, &[BoundRow { identity: identity.to_owned(), part: Part::Leads, person_months }])
}

/// What a person is bound to in running projects, but for one.
///
/// # Errors
/// The database does not answer.
pub fn running_besides(conn: &mut Conn, identity: &str, project: ProjectId) -> QueryResult<Vec<BoundRow>> {
    project_people::table
        .inner_join(projects::table)
        .filter(project_people::identity.eq(identity).and(project_people::project_id.ne(project)))
        .filter(projects::stage.eq_any(RUNNING.iter().copied()))
        .select(BoundRow::as_select())
        .load(conn)
}

/// What these persons are bound to in running projects.
///
/// The people come first and the few projects of theirs after them: joined, `SQLite` would walk through every running project.
///
/// # Errors
/// The database does not answer.
pub fn running(conn: &mut Conn, identities: &[String]) -> QueryResult<Vec<BoundRow>> {
    let bound: Vec<(ProjectId, BoundRow)> = project_people::table
        .filter(project_people::identity.eq_any(identities.iter().cloned()))
        .select((project_people::project_id, BoundRow::as_select()))
        .load(conn)?;
    if bound.is_empty() {
        return Ok(Vec::new());
    }
    let running: Vec<ProjectId> = projects::table
        .filter(projects::id.eq_any(bound.iter().map(|(project, _)| *project)))
        .filter(projects::stage.eq_any(RUNNING.iter().copied()))
        .select(projects::id)
        .load(conn)?;
    Ok(bound.into_iter().filter(|(project, _)| running.contains(project)).map(|(_, row)| row).collect())
}
