//! Measures 处置 on projects: proposed by an officer, by supervision or, as an alert, by the commissioner, and decided by a director who neither proposed
//! nor follows the project.

mod effects;

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::app::projects;
use crate::domain::challenge::ReasonInput;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{MeasureId, ProjectId};
use crate::domain::measure::{Cause, DecidedInput, MeasureInput, MeasureStage};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::workflow::Stage;
use crate::store::dialect::is_duplicate;
use crate::store::projects::{self as project_rows, ProjectRow};
use crate::store::{measures, milestones};

pub use crate::store::measures::MeasureRow;

impl Record for MeasureRow {
    type Stage = MeasureStage;
    const KIND: Kind = Kind::Measure;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> MeasureStage {
        self.stage
    }
}

/// How the caller stands to a measure. The parties know of it when it is decided: what is only proposed may never come.
pub(super) fn tie(act: &Act<'_>, row: &MeasureRow, project: &ProjectRow) -> Tie {
    let standing = projects::standing(act, project);
    let party = standing.party && row.stage == MeasureStage::Approved;
    Standing { author: act.actor.is(row.created_by), party, ..standing }.tie()
}

fn shown(act: &Act<'_>, row: MeasureRow, project: &ProjectRow) -> Shown<MeasureRow> {
    Shown { allowed: act.allowed(&row, tie(act, &row, project)), record: row }
}

pub(super) fn about(act: &mut Act<'_>, row: &MeasureRow, project: &ProjectRow) -> Result<About, AppError> {
    let mut about = projects::about(project);
    about.person = Some(row.created_by);
    about.partners = projects::partners(act, project)?;
    row.kind.zh().clone_into(&mut about.facts.name);
    about.facts.reason = format!("{}。{}", row.cause.zh(), row.reason);
    about.facts.path = format!("/measures/{}", row.id);
    about.detail = format!("{} {}: {}", row.kind, row.cause, row.reason);
    Ok(about)
}

/// That the project's stage knows the step to which a measure leads.
fn possible(act: &Act<'_>, input: crate::domain::measure::MeasureKind, project: &ProjectRow) -> Result<(), AppError> {
    if project.stage.outcomes(input.action()).is_empty() {
        let allowed = act.allowed(project, projects::tie(act, project));
        return Err(AppError::WrongStage { stage: project.stage.code(), allowed });
    }
    Ok(())
}

/// That a cause which the records can tell is so.
fn holds(act: &mut Act<'_>, input: &MeasureInput, project: &ProjectRow) -> Result<(), AppError> {
    let so = match input.cause {
        Cause::SuspendedTooLong => {
            measures::suspension(act.conn, project.id)?.and_then(|row| row.until_on).is_some_and(|until| act.now.date() > until)
        }
        Cause::NeverStarted => milestones::of_project(act.conn, project.id)?.iter().all(|node| node.submitted_at.is_none()),
        _ => true,
    };
    let mut faults = Faults::default();
    faults.check(!so, "cause", || {
        Fault::new(
            "cause_does_not_hold",
            "与记录不符：项目未暂停或暂停未逾期，或已提交过里程碑材料",
            "is not so by the records: it is not suspended (so long), or has handed in a milestone",
        )
    });
    Ok(faults.or(())?)
}

/// Proposes a measure.
///
/// # Errors
/// Denied (a commissioner proposes for the projects that they follow); the project's stage forbids it, another measure waits; everything
/// wrong with it.
pub fn propose(act: &mut Act<'_>, id: ProjectId, input: &MeasureInput) -> Result<Done<Shown<MeasureRow>>, AppError> {
    let project = projects::load(act, id)?;
    let permit = act.permit(Action::MeasurePropose, &Object::record(&project, projects::tie(act, &project)))?;
    possible(act, input.kind, &project)?;
    input.check(act.now.date())?;
    holds(act, input, &project)?;
    let row = MeasureRow {
        id: MeasureId::new(act.now),
        project_id: id,
        kind: input.kind,
        cause: input.cause,
        reason: input.reason.to_string(),
        stage: MeasureStage::Proposed,
        clock_stops: input.clock_stops.map(i32::from),
        until_on: input.until_on,
        decision_no: None,
        decided_by: None,
        decided_on: None,
        over_on: None,
        created_by: act.user()?,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    let waits = |error| if is_duplicate(&error) { Refusal::MeasureWaits.into() } else { AppError::from(error) };
    measures::insert(act.conn, &row).map_err(waits)?;
    let object = Object::record(&row, tie(act, &row, &project));
    let about = about(act, &row, &project)?;
    Ok(act.record_plain(permit, object, about)?.with(shown(act, row, &project)))
}

fn load(act: &mut Act<'_>, id: MeasureId) -> Result<(MeasureRow, ProjectRow), AppError> {
    let found = measures::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = projects::load(act, found.project_id)?;
    let row = measures::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, project))
}

/// Decides on a measure, which takes effect.
///
/// # Errors
/// Denied (also to whoever proposed it or follows the project), stale, decided already; the project's stage forbids it by now.
pub fn approve(act: &mut Act<'_>, id: MeasureId, input: &DecidedInput) -> Result<Done<Shown<MeasureRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MeasureApprove, &row, Object::record(&row, tie(act, &row, &project)))?;
    possible(act, row.kind, &project)?;
    if row.until_on.is_some_and(|until| until <= act.now.date()) {
        return Err(Refusal::SuspensionOver.into());
    }
    let row = measures::decide(act.conn, &row, step.to, Some(input.decision_no.as_str()), act.user()?, act.now)?;
    let mut about = about(act, &row, &project)?;
    about.facts.proof = input.decision_no.to_string();
    about.facts.from = act.now.date().to_string();
    let recorded = act.record(step, about.clone())?;
    let project = effects::take(act, &row, &project, about)?;
    Ok(recorded.with(shown(act, row, &project)))
}

/// Declines a measure.
///
/// # Errors
/// Denied, stale, decided already.
pub fn decline(act: &mut Act<'_>, id: MeasureId, input: &ReasonInput) -> Result<Done<Shown<MeasureRow>>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::MeasureDecline, &row, Object::record(&row, tie(act, &row, &project)))?;
    let row = measures::decide(act.conn, &row, step.to, None, act.user()?, act.now)?;
    let mut about = about(act, &row, &project)?;
    about.facts.reason = input.reason.to_string();
    about.detail = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Shows a measure.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: MeasureId) -> Result<Seen<Shown<MeasureRow>>, AppError> {
    let row = measures::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::MeasureRead, &Object::record(&row, tie(act, &row, &project)))?;
    Ok(Seen::by(permit, shown(act, row, &project)))
}

/// Lists the measures on a project, in order: the parties see those that were decided.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Vec<Shown<MeasureRow>>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let own = projects::tie(act, &project);
    let permit = act.permit(Action::MeasureRead, &Object::record(&project, own))?;
    let rows = measures::of_project(act.conn, id)?.into_iter();
    let told = |row: &MeasureRow| own != Tie::Party || row.stage == MeasureStage::Approved;
    let rows = rows.filter(told).map(|row| shown(act, row, &project)).collect();
    Ok(Seen::by(permit, rows))
}
