//! Reminders that were sent, and what waits for one: each subject of `domain::reminder` is one query here.

use crate::domain::bid::BidStage;
use crate::domain::challenge::ChallengeStage;
use crate::domain::clawback::OUTSTANDING;
use crate::domain::measure::{MeasureKind, MeasureStage};
use crate::domain::milestone::MilestoneStage;
use crate::domain::objection::ObjectionStage;
use crate::domain::outcome::OutcomeStage;
use crate::domain::problem::ProblemStage;
use crate::domain::project::ProjectStage;
use crate::domain::reminder::Subject;
use crate::domain::report::ReportStage;
use crate::domain::time::{Date, Timestamp};
use crate::store::schema::{
    bids, challenges, clawbacks, follow_ups, measures, milestones, objections, outcomes, problems, projects, reminders, reports,
};
use crate::store::{Conn, Multi, dialect, on};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

/// A row of `reminders`: its key keeps a rule from speaking twice of an object and a day.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = reminders, treat_none_as_default_value = false)]
pub struct ReminderRow {
    pub rule: &'static str,
    pub object_id: String,
    pub due_on: Date,
    pub sent_at: Timestamp,
}

/// What is asked for: what a rule has not told yet, its day lying in `first..=last`.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub rule: &'static str,
    pub subject: Subject,
    pub first: Date,
    pub last: Date,
    /// This object alone.
    pub only: Option<&'a str>,
    pub limit: i64,
}

/// Keeps that a rule has spoken. Answers whether it had not before: of two that try, one does.
///
/// # Errors
/// The database does not answer.
pub fn keep(conn: &mut Conn, row: &ReminderRow) -> QueryResult<bool> {
    on!(conn, inner => diesel::insert_into(reminders::table).values(row).on_conflict_do_nothing().execute(inner)).map(|kept| kept == 1)
}

/// Ids and days of the rows of `$query`, whose day is `$day` (`$text` in SQL), that the rule has not told yet: one range of an index.
macro_rules! waiting {
    ($conn:expr, $asked:expr, $table:ident, $day:expr, $text:expr, $query:expr) => {{
        let untold = diesel::dsl::sql::<Bool>("NOT EXISTS (SELECT 1 FROM reminders WHERE reminders.rule = ")
            .bind::<Text, _>($asked.rule)
            .sql(concat!(" AND reminders.object_id = ", stringify!($table), ".id AND reminders.due_on = "))
            .sql($text)
            .sql(")");
        let mut query =
            $query.filter(untold).order(($day, $table::id)).select(($table::id, $day)).limit($asked.limit).into_boxed::<Multi>();
        if let Some(id) = $asked.only {
            query = query.filter($table::id.eq(id));
        }
        query.load::<(String, Date)>($conn)
    }};
}

/// What waits for a reminder, by its day.
///
/// # Errors
/// The database does not answer.
pub fn due(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    match asked.subject {
        Subject::Draft => drafts(conn, asked),
        Subject::ObjectionReceived | Subject::ObjectionAdmitted | Subject::ObjectionExtended => in_objections(conn, asked),
        Subject::Signing | Subject::ProjectEnd => in_projects(conn, asked),
        Subject::Milestone | Subject::Rectification => in_milestones(conn, asked),
        Subject::Problem => in_problems(conn, asked),
        Subject::Report => in_reports(conn, asked),
        Subject::Suspension => in_measures(conn, asked),
        Subject::Clawback => in_clawbacks(conn, asked),
        Subject::Visit | Subject::VisitOnsite => in_visits(conn, asked),
        Subject::FollowUp => in_outcomes(conn, asked),
    }
}

fn drafts(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    let text = dialect::beijing_date(conn, "challenges.closes_at");
    let day = || diesel::dsl::sql::<diesel::sql_types::Date>(&text);
    let closing = challenges::closes_at.assume_not_null().between(asked.first.starts_at(), asked.last.ends_at());
    let drafts = bids::table
        .inner_join(challenges::table)
        .filter(challenges::stage.eq(ChallengeStage::Open).and(closing))
        .filter(bids::round.eq(challenges::round))
        .filter(bids::stage.eq_any([BidStage::Draft, BidStage::NeedsReconfirmation]));
    waiting!(conn, asked, bids, day(), &text, drafts)
}

fn in_objections(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    let (first, last) = (asked.first, asked.last);
    let received = objections::received_on.assume_not_null();
    let extended = objections::extended_until.assume_not_null();
    if asked.subject == Subject::ObjectionExtended {
        let open = objections::table.filter(objections::stage.eq(ObjectionStage::Admitted).and(extended.between(first, last)));
        return waiting!(conn, asked, objections, extended, "objections.extended_until", open);
    }
    let stage = if asked.subject == Subject::ObjectionReceived { ObjectionStage::Received } else { ObjectionStage::Admitted };
    let open = objections::table
        .filter(objections::stage.eq(stage).and(received.between(first, last)))
        .filter(objections::extended_until.is_null());
    waiting!(conn, asked, objections, received, "objections.received_on", open)
}

fn in_projects(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    let (first, last) = (asked.first, asked.last);
    if asked.subject == Subject::Signing {
        let waiting = projects::table.filter(projects::stage.eq(ProjectStage::Signing).and(projects::sign_by.between(first, last)));
        return waiting!(conn, asked, projects, projects::sign_by, "projects.sign_by", waiting);
    }
    let running = projects::table.filter(projects::stage.eq(ProjectStage::Active).and(projects::ends_on.between(first, last)));
    waiting!(conn, asked, projects, projects::ends_on, "projects.ends_on", running)
}

fn in_milestones(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    let (first, last) = (asked.first, asked.last);
    let running = milestones::table.inner_join(projects::table).filter(projects::stage.eq(ProjectStage::Active));
    if asked.subject == Subject::Rectification {
        let until = milestones::rectify_by.assume_not_null();
        let open = running.filter(milestones::stage.eq(MilestoneStage::Rectifying).and(until.between(first, last)));
        return waiting!(conn, asked, milestones, until, "milestones.rectify_by", open);
    }
    let open = running
        .filter(milestones::stage.eq_any([MilestoneStage::Planned, MilestoneStage::InProgress]))
        .filter(milestones::due_on.between(first, last));
    waiting!(conn, asked, milestones, milestones::due_on, "milestones.due_on", open)
}

fn in_problems(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    let open = problems::table
        .inner_join(projects::table)
        .filter(projects::stage.eq_any([ProjectStage::Active, ProjectStage::InAcceptance]))
        .filter(problems::stage.eq(ProblemStage::Open).and(problems::due_on.between(asked.first, asked.last)));
    waiting!(conn, asked, problems, problems::due_on, "problems.due_on", open)
}

fn in_measures(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    let until = measures::until_on.assume_not_null();
    let running = measures::table
        .filter(measures::kind.eq(MeasureKind::Suspend).and(measures::stage.eq(MeasureStage::Approved)))
        .filter(measures::over_on.is_null().and(until.between(asked.first, asked.last)));
    waiting!(conn, asked, measures, until, "measures.until_on", running)
}

fn in_clawbacks(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    let due = clawbacks::due_on.assume_not_null();
    let open = clawbacks::table.filter(clawbacks::stage.eq_any(OUTSTANDING.iter().copied())).filter(due.between(asked.first, asked.last));
    waiting!(conn, asked, clawbacks, due, "clawbacks.due_on", open)
}

fn in_visits(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    let (first, last) = (asked.first, asked.last);
    let running = projects::table.inner_join(follow_ups::table).filter(projects::stage.eq(ProjectStage::Active));
    if asked.subject == Subject::VisitOnsite {
        let due = running.filter(follow_ups::onsite_by.between(first, last));
        return waiting!(conn, asked, projects, follow_ups::onsite_by, "follow_ups.onsite_by", due);
    }
    let due = running.filter(follow_ups::visit_by.between(first, last));
    waiting!(conn, asked, projects, follow_ups::visit_by, "follow_ups.visit_by", due)
}

fn in_reports(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    let owed = reports::table
        .inner_join(projects::table)
        .filter(projects::stage.eq(ProjectStage::Active))
        .filter(reports::stage.eq(ReportStage::Due).and(reports::due_on.between(asked.first, asked.last)));
    waiting!(conn, asked, reports, reports::due_on, "reports.due_on", owed)
}

fn in_outcomes(conn: &mut Conn, asked: &Asked<'_>) -> QueryResult<Vec<(String, Date)>> {
    let due = outcomes::next_due_on.assume_not_null();
    let followed = outcomes::table
        .filter(outcomes::stage.eq(OutcomeStage::Confirmed))
        .filter(outcomes::next_due_on.is_not_null().and(due.between(asked.first, asked.last)));
    waiting!(conn, asked, outcomes, due, "outcomes.next_due_on", followed)
}
