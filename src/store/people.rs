//! People of projects: who is bound to a running project, by the kept form of their identity.

use crate::domain::id::ProjectId;
use crate::domain::project::RUNNING;
use crate::domain::proposal::team::Part;
use crate::store::Conn;
use crate::store::schema::{project_people, projects};
use diesel::prelude::*;

/// A row of `project_people`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = project_people)]
pub struct PersonRow {
    pub project_id: ProjectId,
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
pub fn insert(conn: &mut Conn, people: &[PersonRow]) -> QueryResult<()> {
    for person in people {
        diesel::insert_into(project_people::table).values(person).execute(conn)?;
    }
    Ok(())
}

/// What these persons are bound to in running projects.
///
/// # Errors
/// The database does not answer.
pub fn running(conn: &mut Conn, identities: &[String]) -> QueryResult<Vec<PersonRow>> {
    project_people::table
        .inner_join(projects::table)
        .filter(project_people::identity.eq_any(identities.iter().cloned()).and(projects::stage.eq_any(RUNNING.iter().copied())))
        .select(PersonRow::as_select())
        .load(conn)
}
