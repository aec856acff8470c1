//! Assignments of commissioners: who followed what from when until when, and how much everyone has on their desk.

use crate::domain::assignment::AssignmentKind;
use crate::domain::id::{AssignmentId, OrganizationId, ProjectId, UserId};
use crate::domain::policy::Role;
use crate::domain::project::RUNNING;
use crate::domain::time::Timestamp;
use crate::domain::user::{Sector, UserStatus};
use crate::store::experts::PersonRow;
use crate::store::projects::ProjectRow;
use crate::store::schema::{
    assignments, challenges, milestones, organizations, payments, problems, projects, signatures, subscriptions, user_roles, users,
};
use crate::store::{Conn, step};
use diesel::prelude::*;

/// A row of `assignments`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = assignments, treat_none_as_default_value = false)]
pub struct AssignmentRow {
    pub id: AssignmentId,
    pub project_id: ProjectId,
    pub commissioner_id: UserId,
    pub kind: AssignmentKind,
    pub note: Option<String>,
    pub starts_at: Timestamp,
    pub ends_at: Option<Timestamp>,
}

/// Ends the running assignment of a kind, if there is one, and begins the next: a project has one primary commissioner, and one
/// backup at most. Whoever was the backup and becomes the primary is the backup no longer.
///
/// # Errors
/// [`diesel::NotFound`] when the project is not as it was read.
pub fn begin(conn: &mut Conn, project: &ProjectRow, row: &AssignmentRow, now: Timestamp) -> QueryResult<ProjectRow> {
    let running = assignments::table.filter(assignments::project_id.eq(project.id).and(assignments::ends_at.is_null()));
    let replaced = running.filter(assignments::kind.eq(row.kind).or(assignments::commissioner_id.eq(row.commissioner_id)));
    diesel::update(replaced).set(assignments::ends_at.eq(now)).execute(conn)?;
    diesel::insert_into(assignments::table).values(row).execute(conn)?;
    let (primary, backup) = match row.kind {
        AssignmentKind::Primary => (Some(row.commissioner_id), project.backup_id.filter(|backup| *backup != row.commissioner_id)),
        AssignmentKind::Backup => (project.commissioner_id, Some(row.commissioner_id)),
    };
    step!(conn, projects, ProjectRow, project, project.stage, now, projects::commissioner_id.eq(primary), projects::backup_id.eq(backup))
}

/// The assignments of a project, in their order.
///
/// # Errors
/// The database does not answer.
pub fn of_project(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<AssignmentRow>> {
    assignments::table
        .filter(assignments::project_id.eq(project))
        .order((assignments::starts_at, assignments::id))
        .select(AssignmentRow::as_select())
        .load(conn)
}

/// Everyone with the role of a commissioner whose account is in use, with their division.
///
/// # Errors
/// The database does not answer.
pub fn commissioners(conn: &mut Conn) -> QueryResult<Vec<(PersonRow, Option<String>)>> {
    let held = user_roles::table.filter(user_roles::role.eq(Role::Commissioner)).select(user_roles::user_id);
    users::table
        .inner_join(organizations::table)
        .filter(users::id.eq_any(held).and(users::status.eq(UserStatus::Active)))
        .order(users::id)
        .select(((users::id, users::name, organizations::id, organizations::name, organizations::region, users::id_mark), users::division))
        .load(conn)
}

/// Who follows running projects as their primary commissioner, once for each, with the field of its challenge.
///
/// # Errors
/// The database does not answer.
pub fn loads(conn: &mut Conn) -> QueryResult<Vec<(UserId, Sector)>> {
    projects::table
        .inner_join(challenges::table.on(challenges::id.eq(projects::challenge_id)))
        .filter(projects::stage.eq_any(RUNNING.iter().copied()).and(projects::commissioner_id.is_not_null()))
        .select((projects::commissioner_id.assume_not_null(), challenges::sector))
        .load(conn)
}

/// Who subscribes to a field.
///
/// # Errors
/// The database does not answer.
pub fn knowing(conn: &mut Conn, sector: Sector) -> QueryResult<Vec<UserId>> {
    subscriptions::table.filter(subscriptions::sector.eq(sector)).select(subscriptions::user_id).load(conn)
}

/// Who signed a project, or a desk of one of its payments.
///
/// # Errors
/// The database does not answer.
pub fn signers(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<UserId>> {
    let mut all: Vec<UserId> = signatures::table.filter(signatures::project_id.eq(project)).select(signatures::user_id).load(conn)?;
    let desks: Vec<(Option<UserId>, Option<UserId>)> =
        payments::table.filter(payments::project_id.eq(project)).select((payments::approved_by, payments::paid_by)).load(conn)?;
    all.extend(desks.into_iter().flat_map(|(approved, paid)| [approved, paid]).flatten());
    Ok(all)
}

/// When anybody followed projects of a lead organisation, by the beginning.
///
/// # Errors
/// The database does not answer.
pub fn followed_anyone(conn: &mut Conn, lead: OrganizationId) -> QueryResult<Vec<(UserId, Timestamp, Option<Timestamp>)>> {
    assignments::table
        .inner_join(projects::table)
        .filter(projects::lead_org_id.eq(lead))
        .order(assignments::starts_at)
        .select((assignments::commissioner_id, assignments::starts_at, assignments::ends_at))
        .load(conn)
}

/// What is open in a project: milestones, problems, payments.
///
/// # Errors
/// The database does not answer.
pub fn open_matters(conn: &mut Conn, project: ProjectId) -> QueryResult<(i64, i64, i64)> {
    use crate::domain::milestone::MilestoneStage;
    use crate::domain::payment::PaymentStage;
    use crate::domain::problem::ProblemStage;
    use crate::domain::workflow::Stage;
    let nodes: Vec<MilestoneStage> = MilestoneStage::ALL.iter().copied().filter(|stage| !stage.ended()).collect();
    let money: Vec<PaymentStage> = PaymentStage::ALL.iter().copied().filter(|stage| !stage.ended()).collect();
    let milestones = milestones::table.filter(milestones::project_id.eq(project).and(milestones::stage.eq_any(nodes)));
    let problems = problems::table.filter(problems::project_id.eq(project).and(problems::stage.eq(ProblemStage::Open)));
    let payments = payments::table.filter(payments::project_id.eq(project).and(payments::stage.eq_any(money)));
    Ok((milestones.count().get_result(conn)?, problems.count().get_result(conn)?, payments.count().get_result(conn)?))
}
