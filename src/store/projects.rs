//! Projects, their signatures and the assignments of their commissioners.

use crate::domain::id::{BidId, ChallengeId, OrganizationId, ProjectId, UserId};
use crate::domain::money::Fen;
use crate::domain::policy::Scope;
use crate::domain::project::{ProjectStage, RUNNING};
use crate::domain::time::{Date, Timestamp};
use crate::store::page::{Page, by_id};
use crate::store::schema::{assignments, challenges, payments, projects, signatures};
use crate::store::{Conn, Multi, step};
use diesel::prelude::*;

/// A row of `projects`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = projects, treat_none_as_default_value = false)]
pub struct ProjectRow {
    pub id: ProjectId,
    pub challenge_id: ChallengeId,
    pub bid_id: BidId,
    pub code: String,
    pub title: String,
    pub lead_org_id: OrganizationId,
    pub sponsor_id: Option<OrganizationId>,
    pub stage: ProjectStage,
    pub award_fen: Fen,
    /// What of the award does not count any more: it went on to another lane of the race, or the team gave it up.
    pub ceded_fen: Fen,
    pub starts_on: Date,
    pub ends_on: Date,
    pub sign_by: Date,
    pub author_id: UserId,
    pub commissioner_id: Option<UserId>,
    /// Who stands in for the commissioner.
    pub backup_id: Option<UserId>,
    /// Who wrote the plan as it stands.
    pub planned_by: Option<UserId>,
    /// Who wrote down what the panel found at acceptance.
    pub assessed_by: Option<UserId>,
    pub self_evaluation: Option<String>,
    pub opinion: Option<String>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a list of projects can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct ProjectFilter {
    pub challenge_id: Option<ChallengeId>,
    pub stage: Option<ProjectStage>,
    /// Who follows it, also as backup.
    pub commissioner_id: Option<UserId>,
    pub code: Option<String>,
    /// The year of its batch.
    pub year: Option<i32>,
}

/// Adds a row.
///
/// # Errors
/// The bid has a project already.
pub fn insert(conn: &mut Conn, row: &ProjectRow) -> QueryResult<()> {
    diesel::insert_into(projects::table).values(row).execute(conn).map(|_| ())
}

/// The project, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: ProjectId) -> QueryResult<Option<ProjectRow>> {
    projects::table.find(id).select(ProjectRow::as_select()).first(conn).optional()
}

/// A page of the projects that a caller of `own` organisation may see.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, scope: Scope, own: OrganizationId, filter: &ProjectFilter, page: &Page) -> QueryResult<Vec<ProjectRow>> {
    let mut query = projects::table.select(ProjectRow::as_select()).into_boxed::<Multi>();
    if !scope.all {
        query = query.filter(
            projects::lead_org_id.eq(own).or(projects::sponsor_id.is_not_null().and(projects::sponsor_id.assume_not_null().eq(own))),
        );
    }
    if let Some(challenge) = filter.challenge_id {
        query = query.filter(projects::challenge_id.eq(challenge));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(projects::stage.eq(stage));
    }
    if let Some(commissioner) = filter.commissioner_id {
        query = query.filter(projects::commissioner_id.eq(commissioner).or(projects::backup_id.eq(commissioner)));
    }
    if let Some(code) = &filter.code {
        query = query.filter(projects::code.eq(code.clone()));
    }
    if let Some(year) = filter.year {
        query = query.filter(projects::challenge_id.eq_any(challenges::table.filter(challenges::year.eq(year)).select(challenges::id)));
    }
    by_id!(query, projects, page).load(conn)
}

/// The projects of a challenge, by their codes.
///
/// # Errors
/// The database does not answer.
pub fn of_challenge(conn: &mut Conn, challenge: ChallengeId) -> QueryResult<Vec<ProjectRow>> {
    projects::table.filter(projects::challenge_id.eq(challenge)).order(projects::code).select(ProjectRow::as_select()).load(conn)
}

/// Whether an organisation leads a running project of this title.
///
/// # Errors
/// The database does not answer.
pub fn runs(conn: &mut Conn, lead: OrganizationId, title: &str) -> QueryResult<bool> {
    let running = projects::table
        .filter(projects::lead_org_id.eq(lead).and(projects::title.eq(title)))
        .filter(projects::stage.eq_any(RUNNING.iter().copied()));
    running.select(projects::id).first::<ProjectId>(conn).optional().map(|found| found.is_some())
}

/// Moves the project on.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(conn: &mut Conn, row: &ProjectRow, to: ProjectStage, now: Timestamp) -> QueryResult<ProjectRow> {
    step!(conn, projects, ProjectRow, row, to, now)
}

/// Takes the application for acceptance.
///
/// # Errors
/// [`diesel::NotFound`] when the project is not as it was read.
pub fn apply_acceptance(conn: &mut Conn, row: &ProjectRow, to: ProjectStage, text: &str, now: Timestamp) -> QueryResult<ProjectRow> {
    step!(conn, projects, ProjectRow, row, to, now, projects::self_evaluation.eq(text))
}

/// Sends the project to rectify what its acceptance found wanting.
///
/// # Errors
/// [`diesel::NotFound`] when the project is not as it was read.
pub fn send_to_rectify(conn: &mut Conn, row: &ProjectRow, to: ProjectStage, opinion: &str, now: Timestamp) -> QueryResult<ProjectRow> {
    step!(conn, projects, ProjectRow, row, to, now, projects::opinion.eq(opinion))
}

/// Notes who wrote down what the panel found.
///
/// # Errors
/// [`diesel::NotFound`] when the project is not as it was read.
pub fn assessed(conn: &mut Conn, row: &ProjectRow, by: UserId, now: Timestamp) -> QueryResult<ProjectRow> {
    step!(conn, projects, ProjectRow, row, row.stage, now, projects::assessed_by.eq(by))
}

/// Writes down the conclusion on acceptance.
///
/// # Errors
/// [`diesel::NotFound`] when the project is not as it was read.
pub fn conclude(conn: &mut Conn, row: &ProjectRow, to: ProjectStage, opinion: &str, now: Timestamp) -> QueryResult<ProjectRow> {
    end_assignment(conn, row.id, now)?;
    step!(conn, projects, ProjectRow, row, to, now, projects::opinion.eq(opinion))
}

/// Goes on after a suspension, up to this day.
///
/// # Errors
/// [`diesel::NotFound`] when the project is not as it was read.
pub fn resume(conn: &mut Conn, row: &ProjectRow, to: ProjectStage, ends_on: Date, now: Timestamp) -> QueryResult<ProjectRow> {
    step!(conn, projects, ProjectRow, row, to, now, projects::ends_on.eq(ends_on))
}

/// Raises the award by money that goes on to it from another lane of the race.
///
/// # Errors
/// [`diesel::NotFound`] when the project is not as it was read.
pub fn raise(conn: &mut Conn, row: &ProjectRow, award: Fen, now: Timestamp) -> QueryResult<ProjectRow> {
    step!(conn, projects, ProjectRow, row, row.stage, now, projects::award_fen.eq(award))
}

/// Notes how much of the award went on to another lane of the race, or was given up.
///
/// # Errors
/// [`diesel::NotFound`] when the project is not as it was read.
pub fn cede(conn: &mut Conn, row: &ProjectRow, ceded: Fen, now: Timestamp) -> QueryResult<ProjectRow> {
    step!(conn, projects, ProjectRow, row, row.stage, now, projects::ceded_fen.eq(ceded))
}

/// Ends the running assignment, if there is one.
fn end_assignment(conn: &mut Conn, id: ProjectId, now: Timestamp) -> QueryResult<usize> {
    diesel::update(assignments::table.filter(assignments::project_id.eq(id).and(assignments::ends_at.is_null())))
        .set(assignments::ends_at.eq(now))
        .execute(conn)
}

/// Notes who wrote the plan, which replaces the one before.
///
/// # Errors
/// [`diesel::NotFound`] when the project is not as it was read.
pub fn plan(conn: &mut Conn, row: &ProjectRow, to: ProjectStage, by: UserId, now: Timestamp) -> QueryResult<ProjectRow> {
    step!(conn, projects, ProjectRow, row, to, now, projects::planned_by.eq(by))
}

/// Writes an approved change into a project.
///
/// # Errors
/// [`diesel::NotFound`] when the project is not as it was read.
pub fn revise(
    conn: &mut Conn,
    row: &ProjectRow,
    title: &str,
    ends_on: Date,
    lead: OrganizationId,
    now: Timestamp,
) -> QueryResult<ProjectRow> {
    step!(
        conn,
        projects,
        ProjectRow,
        row,
        row.stage,
        now,
        projects::title.eq(title),
        projects::ends_on.eq(ends_on),
        projects::lead_org_id.eq(lead)
    )
}

/// The projects that a person follows or followed as commissioner.
///
/// # Errors
/// The database does not answer.
pub fn followed_by(conn: &mut Conn, user: UserId) -> QueryResult<Vec<ProjectId>> {
    assignments::table.filter(assignments::commissioner_id.eq(user)).select(assignments::project_id).distinct().load(conn)
}

/// Whether a person signed the project for the department, or signed a desk of one of its payments.
///
/// # Errors
/// The database does not answer.
pub fn has_signed(conn: &mut Conn, id: ProjectId, user: UserId) -> QueryResult<bool> {
    let signed = signatures::table.filter(signatures::project_id.eq(id).and(signatures::user_id.eq(user))).select(signatures::project_id);
    if diesel::select(diesel::dsl::exists(signed)).get_result(conn)? {
        return Ok(true);
    }
    let desks = payments::approved_by.eq(user).or(payments::paid_by.eq(user));
    let paid = payments::table.filter(payments::project_id.eq(id)).filter(desks.assume_not_null()).select(payments::id);
    diesel::select(diesel::dsl::exists(paid)).get_result(conn)
}

/// When a commissioner followed projects of a lead organisation, by the beginning; one that has not ended has no end.
///
/// # Errors
/// The database does not answer.
pub fn followed(conn: &mut Conn, commissioner: UserId, lead: OrganizationId) -> QueryResult<Vec<(Timestamp, Option<Timestamp>)>> {
    assignments::table
        .inner_join(projects::table)
        .filter(assignments::commissioner_id.eq(commissioner).and(projects::lead_org_id.eq(lead)))
        .order(assignments::starts_at)
        .select((assignments::starts_at, assignments::ends_at))
        .load(conn)
}

/// These projects, where they are there.
///
/// # Errors
/// The database does not answer.
pub fn these(conn: &mut Conn, ids: &[ProjectId]) -> QueryResult<Vec<ProjectRow>> {
    projects::table.filter(projects::id.eq_any(ids.iter().copied())).select(ProjectRow::as_select()).load(conn)
}
