//! Progress reports 执行情况报告: handed in by the team, commented by the commissioner. What opens them and what comes of missing
//! ones stands in [`clock`].

pub mod clock;

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::app::projects;
use crate::domain::challenge::ReasonInput;
use crate::domain::id::{ProjectId, ReportId};
use crate::domain::money::Fen;
use crate::domain::payment::{PaymentStage, Source};
use crate::domain::policy::{Action, Kind};
use crate::domain::refusal::Refusal;
use crate::domain::report::{CommentInput, ReportFrame, ReportInput, ReportStage};
use crate::store::projects::{self as project_rows, ProjectRow};
use crate::store::{Page, commitments, milestones, payments, reports};
use std::collections::BTreeMap;

pub use crate::store::reports::{CardRow, ReportRow, ReturnRow};

impl Record for ReportRow {
    type Stage = ReportStage;
    const KIND: Kind = Kind::Report;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> ReportStage {
        self.stage
    }
}

fn object(act: &Act<'_>, row: &ReportRow, project: &ProjectRow) -> Object {
    Object::record(row, projects::team_standing(act, project).tie()).read_as(projects::tie(act, project))
}

/// Whom a report concerns, and what is said of it.
pub(super) fn about(row: &ReportRow, project: &ProjectRow) -> About {
    let mut about = projects::about(project);
    about.facts.name.clone_from(&row.period);
    about.facts.until = row.due_on.to_string();
    about.facts.path = format!("/reports/{}", row.id);
    about
}

/// A report, and whether its project runs: one that has ended owes none any more.
pub type Told = (Shown<ReportRow>, bool);

fn shown(act: &Act<'_>, row: ReportRow, project: &ProjectRow) -> Told {
    let runs = projects::runs(project).is_ok();
    let mut allowed = act.allowed(&row, projects::team_standing(act, project).tie());
    allowed.retain(|action| runs || *action != Action::ReportSubmit);
    (Shown { allowed, record: row }, runs)
}

/// Reads a report for writing: its project is locked first and must run.
fn load(act: &mut Act<'_>, id: ReportId) -> Result<(ReportRow, ProjectRow), AppError> {
    let found = reports::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = projects::load(act, found.project_id)?;
    let row = reports::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, project))
}

/// What a report of a project is held against.
fn frame(act: &mut Act<'_>, project: ProjectId) -> Result<ReportFrame, AppError> {
    let mut asked = BTreeMap::new();
    for milestone in milestones::of_project(act.conn, project)? {
        asked.extend(milestone.indicators.read()?.iter().map(|node| (node.indicator.code.to_string(), node.indicator.comparator)));
    }
    let last = reports::last_given(act.conn, project)?.and_then(|row| row.content).map(|content| content.read()).transpose()?;
    let (indicators, spent, own) = last.map(|last| (last.indicators, last.spending, last.self_fund_fen)).unwrap_or_default();
    let before: BTreeMap<String, _> = indicators.into_iter().map(|reached| (reached.code.to_string(), reached.value)).collect();
    let (fiscal, sponsor) = money(act, project)?;
    Ok(ReportFrame { indicators: asked, before, spent, own, fiscal, sponsor })
}

/// What there is of the department's money, and of the sponsor's. Where the plan leaves the sponsor's out, it passes no desk: then it is
/// what the commitment says. The own money is what the report itself says was put in; a payment of it is no second sum.
fn money(act: &mut Act<'_>, project: ProjectId) -> Result<(Fen, Fen), AppError> {
    let all = payments::of_project(act.conn, project)?;
    let paid = |source: Source| {
        let paid = all.iter().filter(|row| row.source == source && row.stage == PaymentStage::Paid);
        Fen::total(paid.map(|row| row.amount_fen))
    };
    let sponsor = if all.iter().any(|row| row.source == Source::Sponsor) {
        paid(Source::Sponsor)
    } else {
        let text = commitments::in_force(act.conn, project)?.map(|row| row.content.read()).transpose()?;
        text.map_or(Fen::ZERO, |text| text.sponsor_fund_fen)
    };
    Ok((paid(Source::Fiscal), sponsor))
}

/// Hands in a report.
///
/// # Errors
/// Denied to all but the team, stale, handed in already; the project does not run; everything that is wrong with it.
pub fn submit(act: &mut Act<'_>, id: ReportId, input: &ReportInput) -> Result<Done<Told>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::ReportSubmit, &row, object(act, &row, &project))?;
    projects::runs(&project)?;
    input.check(&frame(act, project.id)?)?;
    let user = act.user()?;
    let row = reports::submit(act.conn, &row, step.to, input, user, act.now)?;
    let about = About { detail: row.period.clone(), ..about(&row, &project) };
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Comments a report.
///
/// # Errors
/// Denied to all but the project's commissioner, stale, not handed in, commented already.
pub fn comment(act: &mut Act<'_>, id: ReportId, input: &CommentInput) -> Result<Done<Told>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::ReportComment, &row, object(act, &row, &project))?;
    let user = act.user()?;
    let row = reports::comment(act.conn, &row, step.to, input.comment.as_str(), user, act.now)?;
    let mut about = about(&row, &project);
    about.facts.reason = input.comment.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// Sends a report back to the team, which hands it in anew; what it held is kept, and its day stays.
///
/// # Errors
/// Denied to all but the project's commissioner, stale, not handed in, commented; a later report was handed in, which builds on it.
pub fn send_back(act: &mut Act<'_>, id: ReportId, input: &ReasonInput) -> Result<Done<Told>, AppError> {
    let (row, project) = load(act, id)?;
    let step = act.step(Action::ReportReturn, &row, object(act, &row, &project))?;
    if reports::last_given(act.conn, project.id)?.is_some_and(|last| last.id != id) {
        return Err(Refusal::ReportFollowed.into());
    }
    let (Some(content), Some(submitted_by), Some(submitted_at)) = (row.content.clone(), row.submitted_by, row.submitted_at) else {
        return Err(AppError::Changed);
    };
    let kept = ReturnRow {
        report_id: id,
        number: i32::try_from(reports::returns(act.conn, id)?.len()).unwrap_or(i32::MAX).saturating_add(1),
        content,
        submitted_by,
        submitted_at,
        reason: input.reason.to_string(),
        returned_by: act.user()?,
        returned_at: act.now,
    };
    let row = reports::send_back(act.conn, &row, step.to, &kept)?;
    let mut about = about(&row, &project);
    about.facts.reason = input.reason.to_string();
    about.detail = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)))
}

/// A report with what was handed in of it and sent back.
pub type WithReturns = (Told, Vec<ReturnRow>);

/// Shows a report.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: ReportId) -> Result<Seen<WithReturns>, AppError> {
    let row = reports::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ReportRead, &Object::record(&row, projects::tie(act, &project)))?;
    let returns = reports::returns(act.conn, id)?;
    Ok(Seen::by(permit, (shown(act, row, &project), returns)))
}

/// Lists the reports of a project, owed and given.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn of_project(act: &mut Act<'_>, id: ProjectId, page: &Page) -> Result<Seen<Vec<Told>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ReportRead, &Object::record(&project, projects::tie(act, &project)))?;
    let rows = reports::list(act.conn, id, page)?;
    Ok(Seen::by(permit, rows.into_iter().map(|row| shown(act, row, &project)).collect()))
}

/// The yellow cards of a project.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn cards(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Vec<CardRow>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ReportRead, &Object::record(&project, projects::tie(act, &project)))?;
    Ok(Seen::by(permit, reports::cards(act.conn, id)?))
}
