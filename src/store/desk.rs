//! What waits on a commissioner's desk: of any number of projects with one query each.

use crate::domain::id::{MilestoneId, PaymentId, ProblemId, ProjectId};
use crate::domain::milestone::MilestoneStage;
use crate::domain::payment::PaymentStage;
use crate::domain::problem::ProblemStage;
use crate::domain::time::{Date, Timestamp};
use crate::store::Conn;
use crate::store::schema::{milestones, payments, problems};
use diesel::prelude::*;

/// Milestones that were handed in, with their names and when.
///
/// # Errors
/// The database does not answer.
pub fn to_verify(conn: &mut Conn, of: &[ProjectId]) -> QueryResult<Vec<(ProjectId, MilestoneId, String, Timestamp)>> {
    milestones::table
        .filter(milestones::project_id.eq_any(of.iter().copied()))
        .filter(milestones::stage.eq(MilestoneStage::Submitted).and(milestones::submitted_at.is_not_null()))
        .select((milestones::project_id, milestones::id, milestones::name, milestones::submitted_at.assume_not_null()))
        .load(conn)
}

/// Payments that were asked for, with their numbers and when.
///
/// # Errors
/// The database does not answer.
pub fn to_check(conn: &mut Conn, of: &[ProjectId]) -> QueryResult<Vec<(ProjectId, PaymentId, i32, Timestamp)>> {
    payments::table
        .filter(payments::project_id.eq_any(of.iter().copied()).and(payments::stage.eq(PaymentStage::Requested)))
        .select((payments::project_id, payments::id, payments::number, payments::updated_at))
        .load(conn)
}

/// Problems that should have been solved before `today`, with what is wrong and their days.
///
/// # Errors
/// The database does not answer.
pub fn overdue_problems(conn: &mut Conn, of: &[ProjectId], today: Date) -> QueryResult<Vec<(ProjectId, ProblemId, String, Date)>> {
    problems::table
        .filter(problems::project_id.eq_any(of.iter().copied()))
        .filter(problems::stage.eq(ProblemStage::Open).and(problems::due_on.lt(today)))
        .select((problems::project_id, problems::id, problems::summary, problems::due_on))
        .load(conn)
}
