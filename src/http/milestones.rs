//! Milestones: views and handlers.

use crate::app::act::Shown;
use crate::app::milestones::Told;
use crate::app::{Act, AppError, Done, Seen, milestones};
use crate::domain::assessment::{Assessment, AssessmentInput};
use crate::domain::challenge::NoInput;
use crate::domain::evidence::EvidenceInput;
use crate::domain::id::{MilestoneId, ProjectId, UserId};
use crate::domain::light::{Light, Node};
use crate::domain::milestone::{MilestoneStage, NodeIndicator, OpinionInput, RectifyInput, late};
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// A milestone.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MilestoneView {
    id: MilestoneId,
    stage: MilestoneStage,
    version: i64,
    project_id: ProjectId,
    number: i32,
    name: String,
    due_on: Date,
    weight_bps: i32,
    /// Past its date with nothing handed in.
    late: bool,
    /// For how many days.
    overdue_days: i64,
    /// 红黄绿, computed from dates and results; none when the project has ended.
    light: Option<Light>,
    indicators: Vec<NodeIndicator>,
    summary: Option<String>,
    /// The commissioner's opinion.
    opinion: Option<String>,
    submitted_at: Option<Timestamp>,
    rectify_by: Option<Date>,
    /// Whether a panel assesses it before the commissioner's word.
    panel_required: bool,
    /// What the panel said of what was handed in.
    panel: Option<Assessment>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(MilestoneView);

fn view((Shown { record: row, allowed }, runs): Told, today: Date) -> MilestoneView {
    let node = Node { stage: row.stage, due_on: row.due_on, rectify_by: row.rectify_by };
    MilestoneView {
        id: row.id,
        stage: row.stage,
        version: row.version,
        project_id: row.project_id,
        number: row.number,
        name: row.name,
        due_on: row.due_on,
        weight_bps: row.weight_bps,
        late: runs && late(row.stage, row.due_on, row.rectify_by, today),
        overdue_days: if runs { node.overdue_days(today) } else { 0 },
        light: runs.then(|| node.light(today)),
        indicators: row.indicators.read().unwrap_or_default(),
        summary: row.summary,
        opinion: row.opinion,
        submitted_at: row.submitted_at,
        rectify_by: row.rectify_by,
        panel_required: row.panel_required == 1,
        panel: row.panel.and_then(|kept| kept.read().ok()),
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: allowed,
    }
}

/// The milestones of a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MilestonesView {
    /// In order.
    items: Vec<MilestoneView>,
}

impl View for MilestonesView {}

/// `GET /projects/{id}/milestones`
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<MilestonesView>, AppError> {
    let today = act.now.date();
    Ok(milestones::of_project(act, id)?.map(|rows| MilestonesView { items: rows.into_iter().map(|row| view(row, today)).collect() }))
}

/// `GET /milestones/{id}`
pub fn get(act: &mut Act<'_>, id: MilestoneId) -> Result<Seen<MilestoneView>, AppError> {
    let today = act.now.date();
    Ok(milestones::get(act, id)?.map(|row| view(row, today)))
}

type Changed = Result<Done<MilestoneView>, AppError>;

fn changed(act: &Act<'_>, done: Done<Told>) -> Done<MilestoneView> {
    let today = act.now.date();
    done.map(|row| view(row, today))
}

/// `POST /milestones/{id}/start`
pub fn start(act: &mut Act<'_>, id: MilestoneId, _: NoInput) -> Changed {
    milestones::working::start(act, id).map(|done| changed(act, done))
}

/// `POST /milestones/{id}/submit`
pub fn submit(act: &mut Act<'_>, id: MilestoneId, input: EvidenceInput) -> Changed {
    milestones::working::submit(act, id, &input).map(|done| changed(act, done))
}

/// `POST /milestones/{id}/assess`
pub fn assess(act: &mut Act<'_>, id: MilestoneId, input: AssessmentInput) -> Changed {
    milestones::judging::assess(act, id, &input).map(|done| changed(act, done))
}

/// `POST /milestones/{id}/verify`
pub fn verify(act: &mut Act<'_>, id: MilestoneId, input: OpinionInput) -> Changed {
    milestones::judging::verify(act, id, &input).map(|done| changed(act, done))
}

/// `POST /milestones/{id}/return`
pub fn send_back(act: &mut Act<'_>, id: MilestoneId, input: RectifyInput) -> Changed {
    milestones::judging::send_back(act, id, &input).map(|done| changed(act, done))
}

/// `POST /milestones/{id}/fail`
pub fn fail(act: &mut Act<'_>, id: MilestoneId, input: OpinionInput) -> Changed {
    milestones::judging::fail(act, id, &input).map(|done| changed(act, done))
}

/// A step of a milestone.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MilestoneEventView {
    action: Action,
    from_stage: MilestoneStage,
    to_stage: MilestoneStage,
    /// Who took it; none for the service itself.
    by: Option<UserId>,
    name: Option<String>,
    opinion: Option<String>,
    at: Timestamp,
}

/// The history of a milestone.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MilestoneHistoryView {
    /// The first step first.
    items: Vec<MilestoneEventView>,
}

impl View for MilestoneHistoryView {}

/// `GET /milestones/{id}/history`
pub fn history(act: &mut Act<'_>, id: MilestoneId) -> Result<Seen<MilestoneHistoryView>, AppError> {
    let view = |(row, name): milestones::Event| MilestoneEventView {
        action: row.action,
        from_stage: row.from_stage,
        to_stage: row.to_stage,
        by: row.user_id,
        name,
        opinion: row.opinion,
        at: row.at,
    };
    Ok(milestones::history(act, id)?.map(|rows| MilestoneHistoryView { items: rows.into_iter().map(view).collect() }))
}
