//! The service log 服务记录: a project's commissioner writes down visits, with the problems found there.

use crate::app::act::{About, Act, Done, Object, Seen, Shown};
use crate::app::error::AppError;
use crate::app::{problems as problem_cases, projects};
use crate::domain::id::{ProjectId, VisitId};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::visit::{OPEN_FOR, VisitInput};
use crate::store::projects::{self as project_rows, ProjectRow};
use crate::store::{Json, Page, follow_ups, visits};

pub use crate::store::visits::VisitRow;

/// A visit with what the caller may do, and whether they are shown what is for the department alone.
pub type Entry = (Shown<VisitRow>, bool);

/// How the caller stands to a visit: its author, or as to its project.
fn tie(act: &Act<'_>, row: &VisitRow, project: &ProjectRow) -> Tie {
    let standing = projects::team_standing(act, project);
    Standing { author: act.actor.is(row.author_id) && standing.assigned, ..standing }.tie()
}

fn object(act: &Act<'_>, row: &VisitRow, project: &ProjectRow) -> Object {
    Object::plain(Kind::Visit, row.id, tie(act, row, project), row.version)
}

fn about(row: &VisitRow, project: &ProjectRow) -> About {
    let mut about = projects::about(project);
    about.facts.at = row.held_at.in_beijing();
    about.facts.name = row.mode.zh().into();
    about.facts.until = row.next_visit_on.map(|day| day.to_string()).unwrap_or_default();
    about.facts.path = format!("/visits/{}", row.id);
    about.detail = format!("{} {}", row.mode, row.held_at);
    about
}

fn shown(act: &Act<'_>, row: VisitRow, project: &ProjectRow) -> Entry {
    let open = act.now < row.created_at.plus(OPEN_FOR);
    let allowed = if open { act.allowed_of(&[Action::VisitEdit], tie(act, &row, project)) } else { Vec::new() };
    (Shown { allowed, record: row }, !act.actor.belongs_to(project.lead_org_id))
}

/// The record that an input makes of `row`.
fn filled(row: VisitRow, input: &VisitInput) -> Result<VisitRow, AppError> {
    Ok(VisitRow {
        held_at: input.held_at,
        mode: input.mode,
        place: input.place.as_ref().map(ToString::to_string),
        participants: Json::of(&input.participants.iter().map(ToString::to_string).collect())?,
        duration_min: i32::try_from(input.duration_min.0).unwrap_or_default(),
        findings: input.findings.to_string(),
        note: input.note.as_ref().map(ToString::to_string),
        next_visit_on: input.next_visit_on,
        ..row
    })
}

/// Writes down a visit to a project that runs.
///
/// # Errors
/// Denied to all but its commissioner; the project does not run; everything that is wrong with the record.
pub fn log(act: &mut Act<'_>, id: ProjectId, input: &VisitInput) -> Result<Done<Entry>, AppError> {
    let project = projects::load(act, id)?;
    let object = Object::record(&project, projects::tie(act, &project));
    let permit = act.permit(Action::VisitLog, &object)?;
    projects::runs(&project)?;
    input.check(project.starts_on, act.now)?;
    let row = filled(
        VisitRow {
            id: VisitId::new(act.now),
            project_id: id,
            author_id: act.user()?,
            held_at: act.now,
            mode: input.mode,
            place: None,
            participants: Json::of(&Vec::new())?,
            duration_min: 0,
            findings: String::new(),
            note: None,
            next_visit_on: None,
            version: 1,
            created_at: act.now,
            updated_at: act.now,
        },
        input,
    )?;
    visits::insert(act.conn, &row)?;
    follow_ups::settle_visits(act.conn, id)?;
    let made = Object::plain(Kind::Visit, row.id, Tie::Author, row.version);
    let recorded = act.record_plain(permit, made, about(&row, &project))?;
    for problem in &input.problems {
        problem_cases::found(act, &project, problem, Some(row.id))?;
    }
    Ok(recorded.with(shown(act, row, &project)))
}

/// Changes the record of a visit, within a day after it was made.
///
/// # Errors
/// Denied to all but its author, stale; the day is over; everything that is wrong with the record.
pub fn edit(act: &mut Act<'_>, id: VisitId, input: &VisitInput) -> Result<Done<Entry>, AppError> {
    let (found, _) = load(act, id)?;
    let project = projects::load(act, found.project_id)?;
    let (row, _) = load(act, id)?;
    let permit = act.permit(Action::VisitEdit, &object(act, &row, &project))?;
    if act.now >= row.created_at.plus(OPEN_FOR) {
        return Err(Refusal::LogClosed.into());
    }
    input.check(project.starts_on, act.now)?;
    let row = filled(VisitRow { version: row.version.saturating_add(1), updated_at: act.now, ..row }, input)?;
    visits::change(act.conn, &row)?;
    follow_ups::settle_visits(act.conn, project.id)?;
    let recorded = act.record_plain(permit, object(act, &row, &project), about(&row, &project))?;
    for problem in &input.problems {
        problem_cases::found(act, &project, problem, Some(row.id))?;
    }
    Ok(recorded.with(shown(act, row, &project)))
}

fn load(act: &mut Act<'_>, id: VisitId) -> Result<(VisitRow, ProjectRow), AppError> {
    let row = visits::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    Ok((row, project))
}

/// Shows a visit.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: VisitId) -> Result<Seen<Entry>, AppError> {
    let (row, project) = load(act, id)?;
    let permit = act.permit(Action::VisitRead, &object(act, &row, &project))?;
    Ok(Seen::by(permit, shown(act, row, &project)))
}

/// Lists the visits to a project.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn of_project(act: &mut Act<'_>, id: ProjectId, page: &Page) -> Result<Seen<Vec<Entry>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let tie = projects::team_standing(act, &project).tie();
    let object = Object::record(&project, tie).read_as(projects::tie(act, &project));
    let permit = act.permit(Action::VisitRead, &object)?;
    let rows = visits::list(act.conn, id, page)?;
    Ok(Seen::by(permit, rows.into_iter().map(|row| shown(act, row, &project)).collect()))
}
