//! Projects themselves that wait for something.

use super::{FETCH, Whose, within};
use crate::domain::id::{ChallengeId, UserId};
use crate::domain::light::shines;
use crate::domain::project::ProjectStage;
use crate::store::challenges::ChallengeRow;
use crate::store::projects::ProjectRow;
use crate::store::schema::{challenges, projects};
use crate::store::{Conn, Multi};
use diesel::prelude::*;

/// Projects of a stage.
///
/// # Errors
/// The database does not answer.
pub fn projects_at(conn: &mut Conn, whose: Whose, stage: ProjectStage) -> QueryResult<Vec<ProjectRow>> {
    let query = projects::table.filter(projects::stage.eq(stage)).select(ProjectRow::as_select()).into_boxed::<Multi>();
    within!(query, whose).order(projects::id).limit(FETCH).load(conn)
}

/// Projects of a stage that nobody follows.
///
/// # Errors
/// The database does not answer.
pub fn unfollowed(conn: &mut Conn, stage: ProjectStage) -> QueryResult<Vec<ProjectRow>> {
    projects::table
        .filter(projects::commissioner_id.is_null().and(projects::stage.eq(stage)))
        .order(projects::id)
        .limit(FETCH)
        .select(ProjectRow::as_select())
        .load(conn)
}

/// The projects that run and that somebody follows, as primary commissioner or as backup.
///
/// # Errors
/// The database does not answer.
pub fn running_of(conn: &mut Conn, user: UserId) -> QueryResult<Vec<ProjectRow>> {
    let running: Vec<ProjectStage> = ProjectStage::ALL.iter().copied().filter(|stage| shines(*stage)).collect();
    let query = projects::table.filter(projects::stage.eq_any(running)).select(ProjectRow::as_select()).into_boxed::<Multi>();
    within!(query, Whose::Followed(user)).order(projects::id).limit(FETCH).load(conn)
}

/// The lanes of these challenges.
///
/// # Errors
/// The database does not answer.
pub fn lanes_of(conn: &mut Conn, challenges: &[ChallengeId]) -> QueryResult<Vec<ProjectRow>> {
    projects::table.filter(projects::challenge_id.eq_any(challenges.iter().copied())).select(ProjectRow::as_select()).load(conn)
}

/// These challenges.
///
/// # Errors
/// The database does not answer.
pub fn challenges_of(conn: &mut Conn, ids: &[ChallengeId]) -> QueryResult<Vec<ChallengeRow>> {
    challenges::table.filter(challenges::id.eq_any(ids.iter().copied())).select(ChallengeRow::as_select()).load(conn)
}
