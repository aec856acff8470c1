//! What waits of projects that are under way: records of a stage, each with its project, the oldest first.

use super::{FETCH, Whose, within};
use crate::domain::acceptance::AcceptanceStage;
use crate::domain::change::ChangeStage;
use crate::domain::clawback::ClawbackStage;
use crate::domain::id::{OrganizationId, ProjectId, UserId};
use crate::domain::measure::MeasureStage;
use crate::domain::milestone::MilestoneStage;
use crate::domain::outcome::OutcomeStage;
use crate::domain::payment::PaymentStage;
use crate::domain::problem::ProblemStage;
use crate::domain::race::RaceGateStage;
use crate::domain::report::ReportStage;
use crate::domain::time::Date;
use crate::store::acceptances::AcceptanceRow;
use crate::store::changes::ChangeRow;
use crate::store::clawbacks::ClawbackRow;
use crate::store::measures::MeasureRow;
use crate::store::milestones::MilestoneRow;
use crate::store::outcomes::OutcomeRow;
use crate::store::payments::PaymentRow;
use crate::store::problems::ProblemRow;
use crate::store::projects::ProjectRow;
use crate::store::race_gates::RaceGateRow;
use crate::store::reports::ReportRow;
use crate::store::schema::{
    acceptances, changes, clawbacks, measures, milestones, outcome_shares, outcomes, payments, problems, projects, race_gates, reports,
};
use crate::store::{Conn, Multi};
use diesel::prelude::*;

/// The records of a stage, of whose projects it may be.
macro_rules! waiting {
    ($name:ident, $table:ident, $row:ty, $stage:ty, $what:literal) => {
        #[doc = concat!($what, " at a stage, of these projects.")]
        ///
        /// # Errors
        /// The database does not answer.
        pub fn $name(conn: &mut Conn, whose: Whose, stage: $stage) -> QueryResult<Vec<($row, ProjectRow)>> {
            let query = $table::table
                .inner_join(projects::table.on(projects::id.eq($table::project_id)))
                .filter($table::stage.eq(stage))
                .select((<$row>::as_select(), ProjectRow::as_select()))
                .into_boxed::<Multi>();
            within!(query, whose).order($table::id).limit(FETCH).load(conn)
        }
    };
}

/// The same, of those whose day comes by then, the first day first.
macro_rules! due {
    ($name:ident, $table:ident, $row:ty, $stage:ty, $day:ident, $what:literal) => {
        #[doc = concat!($what, " at a stage whose day comes by then, of these projects.")]
        ///
        /// # Errors
        /// The database does not answer.
        pub fn $name(conn: &mut Conn, whose: Whose, stage: $stage, by: Date) -> QueryResult<Vec<($row, ProjectRow)>> {
            let query = $table::table
                .inner_join(projects::table.on(projects::id.eq($table::project_id)))
                .filter($table::stage.eq(stage))
                .filter($table::$day.le(by))
                .select((<$row>::as_select(), ProjectRow::as_select()))
                .into_boxed::<Multi>();
            within!(query, whose).order(($table::$day, $table::id)).limit(FETCH).load(conn)
        }
    };
}

waiting!(milestones_at, milestones, MilestoneRow, MilestoneStage, "Milestones");
waiting!(payments_at, payments, PaymentRow, PaymentStage, "Payments");
waiting!(changes_at, changes, ChangeRow, ChangeStage, "Changes");
waiting!(reports_at, reports, ReportRow, ReportStage, "Reports");
waiting!(measures_at, measures, MeasureRow, MeasureStage, "Measures");
waiting!(clawbacks_at, clawbacks, ClawbackRow, ClawbackStage, "Clawbacks");
waiting!(acceptances_at, acceptances, AcceptanceRow, AcceptanceStage, "Applications for acceptance");
waiting!(outcomes_at, outcomes, OutcomeRow, OutcomeStage, "Outcomes");
due!(milestones_due, milestones, MilestoneRow, MilestoneStage, due_on, "Milestones");
due!(reports_due, reports, ReportRow, ReportStage, due_on, "Reports");
due!(outcomes_due, outcomes, OutcomeRow, OutcomeStage, next_due_on, "Outcomes");

/// Outcomes of which shares are to be agreed on, with the projects of an organisation that are asked.
///
/// # Errors
/// The database does not answer.
pub fn shares_of(conn: &mut Conn, own: OrganizationId) -> QueryResult<Vec<(OutcomeRow, ProjectRow)>> {
    outcome_shares::table
        .inner_join(projects::table.on(projects::id.eq(outcome_shares::project_id)))
        .inner_join(outcomes::table.on(outcomes::id.eq(outcome_shares::outcome_id)))
        .filter(projects::lead_org_id.eq(own).and(outcome_shares::confirmed_by.is_null()))
        .filter(outcomes::stage.eq(OutcomeStage::Sharing))
        .select((OutcomeRow::as_select(), ProjectRow::as_select()))
        .order(outcomes::id)
        .limit(FETCH)
        .load(conn)
}

/// Gates of races that wait for a decision.
///
/// # Errors
/// The database does not answer.
pub fn race_gates_at(conn: &mut Conn, stage: RaceGateStage) -> QueryResult<Vec<RaceGateRow>> {
    race_gates::table.filter(race_gates::stage.eq(stage)).order(race_gates::id).limit(FETCH).select(RaceGateRow::as_select()).load(conn)
}

/// Problems that should have been solved before `today`, which somebody raised.
///
/// # Errors
/// The database does not answer.
pub fn problems_of(conn: &mut Conn, user: UserId, today: Date) -> QueryResult<Vec<(ProblemRow, ProjectRow)>> {
    problems::table
        .inner_join(projects::table)
        .filter(problems::raised_by.eq(user))
        .filter(problems::stage.eq(ProblemStage::Open).and(problems::due_on.lt(today)))
        .order((problems::due_on, problems::id))
        .limit(FETCH)
        .select((ProblemRow::as_select(), ProjectRow::as_select()))
        .load(conn)
}

/// Problems that should have been solved before `today`, and whose finder no longer follows the project.
///
/// # Errors
/// The database does not answer.
pub fn orphaned_problems(conn: &mut Conn, today: Date) -> QueryResult<Vec<(ProblemRow, ProjectRow)>> {
    let primary = projects::commissioner_id.is_null().or(projects::commissioner_id.assume_not_null().ne(problems::raised_by));
    let backup = projects::backup_id.is_null().or(projects::backup_id.assume_not_null().ne(problems::raised_by));
    problems::table
        .inner_join(projects::table)
        .filter(problems::stage.eq(ProblemStage::Open).and(problems::due_on.lt(today)))
        .filter(primary.and(backup))
        .order((problems::due_on, problems::id))
        .limit(FETCH)
        .select((ProblemRow::as_select(), ProjectRow::as_select()))
        .load(conn)
}

/// In which of these projects an application for acceptance was sent to be mended, and by when.
///
/// # Errors
/// The database does not answer.
pub fn rectified(conn: &mut Conn, of: &[ProjectId]) -> QueryResult<Vec<(ProjectId, Date)>> {
    acceptances::table
        .filter(acceptances::project_id.eq_any(of.iter().copied()).and(acceptances::rectify_by.is_not_null()))
        .select((acceptances::project_id, acceptances::rectify_by.assume_not_null()))
        .load(conn)
}
