//! The desk of a commissioner: everything that waits for them, the most urgent first, in one answer and a fixed number of queries.

use crate::app::act::{Act, Object, Seen};
use crate::app::error::AppError;
use crate::app::lights;
use crate::domain::codes::codes;
use crate::domain::id::{ProjectId, UserId};
use crate::domain::policy::{Action, Kind};
use crate::domain::project::ProjectStage;
use crate::domain::status::{month_ends, month_of};
use crate::domain::time::Date;
use crate::store::{desk, follow_ups, outcomes, projects as project_rows, reports, status_reports};
use std::collections::{HashMap, HashSet};

codes! {
    /// What waits.
    pub enum Waiting {
        RedLight = "red_light" "红灯",
        MilestoneToVerify = "milestone_to_verify" "待认定里程碑",
        PaymentToCheck = "payment_to_check" "待审核拨付",
        ReportToComment = "report_to_comment" "待审阅报告",
        ProblemOverdue = "problem_overdue" "问题逾期",
        VisitDue = "visit_due" "待服务",
        OutcomeToConfirm = "outcome_to_confirm" "待确认成果",
        StatusDue = "status_due" "待填月度状态",
    }
}

/// Days in which a milestone that was handed in is assessed (DOMAIN §2.3, D10).
const TO_ASSESS: i64 = 30;
/// Days in which a request for money is checked.
const TO_CHECK: i64 = 10;
/// Days in which a report is commented.
const TO_COMMENT: i64 = 15;
/// Days in which an outcome that was registered is confirmed.
const TO_CONFIRM: i64 = 30;
/// How many days before its end a visit of the quarter, or the status of the month, appears on the desk.
const AHEAD: i64 = 15;

/// One thing that waits.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is.
    pub what: Waiting,
    /// The project,
    pub project_id: ProjectId,
    /// its code,
    pub code: String,
    /// and its title.
    pub title: String,
    /// Which one: the name of a milestone, the summary of a problem.
    pub name: String,
    /// Where it is to be found, below `/api/v1`.
    pub path: String,
    /// By when it is to be done; of a red light, since when it is red.
    pub due_on: Date,
}

/// What waits for the commissioner who asks.
///
/// # Errors
/// Not a commissioner.
pub fn mine(act: &mut Act<'_>) -> Result<Seen<Vec<Item>>, AppError> {
    let permit = act.permit(Action::MeReadDesk, &Object::kind(Kind::Me))?;
    let user = act.user()?;
    let mut items = gathered(act, user)?;
    items.sort_by(|one, other| (one.due_on, one.what, &one.path).cmp(&(other.due_on, other.what, &other.path)));
    Ok(Seen::by(permit, items))
}

fn gathered(act: &mut Act<'_>, user: UserId) -> Result<Vec<Item>, AppError> {
    let today = act.now.date();
    let rows = project_rows::running_of(act.conn, user)?;
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.id).collect();
    let bearings = lights::of(act, &rows)?;
    let known: HashMap<ProjectId, _> = rows.iter().map(|row| (row.id, row)).collect();
    let mut items = Vec::new();
    let mut add = |what, id: ProjectId, name: String, path: String, due_on| {
        if let Some(project) = known.get(&id) {
            items.push(Item { what, project_id: id, code: project.code.clone(), title: project.title.clone(), name, path, due_on });
        }
    };
    for (id, bearing) in &bearings {
        if let Some(since) = bearing.red_since {
            add(Waiting::RedLight, *id, String::new(), format!("/projects/{id}"), since);
        }
    }
    for (id, milestone, name, at) in desk::to_verify(act.conn, &ids)? {
        add(Waiting::MilestoneToVerify, id, name, format!("/milestones/{milestone}"), at.date().plus_days(TO_ASSESS));
    }
    for (id, payment, number, at) in desk::to_check(act.conn, &ids)? {
        add(Waiting::PaymentToCheck, id, number.to_string(), format!("/payments/{payment}"), at.date().plus_days(TO_CHECK));
    }
    for (id, report, period, at) in reports::to_comment(act.conn, &ids)? {
        add(Waiting::ReportToComment, id, period, format!("/reports/{report}"), at.date().plus_days(TO_COMMENT));
    }
    for (id, problem, name, due_on) in desk::overdue_problems(act.conn, &ids, today)? {
        add(Waiting::ProblemOverdue, id, name, format!("/problems/{problem}"), due_on);
    }
    for row in follow_ups::of(act.conn, &ids)? {
        let due_on = row.visit_by.min(row.onsite_by);
        let runs = known.get(&row.project_id).is_some_and(|project| project.stage == ProjectStage::Active);
        if runs && due_on <= today.plus_days(AHEAD) {
            add(Waiting::VisitDue, row.project_id, String::new(), format!("/projects/{}/visits", row.project_id), due_on);
        }
    }
    let month = month_of(today);
    let said: HashSet<ProjectId> = status_reports::since(act.conn, &ids, month)?.iter().map(|row| row.project_id).collect();
    for id in bearings.keys().filter(|id| !said.contains(id) && month_ends(today) <= today.plus_days(AHEAD)) {
        add(Waiting::StatusDue, *id, String::new(), "/me/status_reports".into(), month_ends(today));
    }
    // Also of projects that have ended.
    for (row, code, title) in outcomes::to_confirm(act.conn, user)? {
        let (path, due_on) = (format!("/outcomes/{}", row.id), row.updated_at.date().plus_days(TO_CONFIRM));
        items.push(Item { what: Waiting::OutcomeToConfirm, project_id: row.project_id, code, title, name: row.title, path, due_on });
    }
    Ok(items)
}
