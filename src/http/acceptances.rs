//! Acceptances: views and handlers, and the certificate as a page to print.

use crate::app::acceptances::{self, Application, Certificate, MemberRow};
use crate::app::act::Shown;
use crate::app::{Act, App, AppError, Done, Seen};
use crate::domain::acceptance::{AcceptanceItem, AcceptanceResult, AcceptanceStage, AssessmentInput, IndicatorResult, PanelVerdict};
use crate::domain::id::{AcceptanceId, ProjectId, UserId};
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};
use crate::http::call::{Call, Turned};
use crate::http::door::{PathId, same};
use crate::http::pages::{printed, rendered};
use actix_web::HttpResponse;

/// A member of a panel.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PanelMemberView {
    expert_id: UserId,
    name: String,
    title: String,
    organization: String,
}

impl From<MemberRow> for PanelMemberView {
    fn from(row: MemberRow) -> Self {
        Self { expert_id: row.expert_id, name: row.name, title: row.title, organization: row.organization }
    }
}

/// What a panel found. The parties see it once there is a conclusion.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PanelFindingView {
    meeting_on: Option<Date>,
    members: Vec<PanelMemberView>,
    /// 任务完成情况.
    task: Option<PanelVerdict>,
    /// 经费使用情况.
    finance: Option<PanelVerdict>,
    opinion: Option<String>,
    results: Vec<IndicatorResult>,
}

/// An application for acceptance.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AcceptanceView {
    id: AcceptanceId,
    stage: AcceptanceStage,
    version: i64,
    project_id: ProjectId,
    /// 1, or 2 after a rectification.
    number: i32,
    self_evaluation: String,
    items: Vec<AcceptanceItem>,
    applied_on: Date,
    /// The last day to apply: six months after the end of the project, or the end of the rectification.
    apply_by: Date,
    /// Whether it came after that.
    late: bool,
    panel: Option<PanelFindingView>,
    /// What came of it.
    result: Option<AcceptanceResult>,
    /// The department's opinion.
    opinion: Option<String>,
    /// By when to apply again.
    rectify_by: Option<Date>,
    decided_on: Option<Date>,
    certificate_no: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(AcceptanceView);

impl From<Application> for AcceptanceView {
    fn from(Application { shown: Shown { record: row, allowed }, apply_by, panel }: Application) -> Self {
        let finding = panel.map(|members| PanelFindingView {
            meeting_on: row.meeting_on,
            members: members.into_iter().map(Into::into).collect(),
            task: row.task,
            finance: row.finance,
            opinion: row.panel_opinion.clone(),
            results: row.results.as_ref().and_then(|found| found.read().ok()).unwrap_or_default(),
        });
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            project_id: row.project_id,
            number: row.number,
            self_evaluation: row.self_evaluation,
            items: row.items.read().unwrap_or_default(),
            applied_on: row.applied_on,
            apply_by,
            late: row.applied_on > apply_by,
            panel: finding,
            result: row.result,
            opinion: row.opinion,
            rectify_by: row.rectify_by,
            decided_on: row.decided_on,
            certificate_no: row.certificate_no,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// The applications of a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AcceptancesView {
    /// In order.
    items: Vec<AcceptanceView>,
}

impl View for AcceptancesView {}

/// `GET /projects/{id}/acceptances`
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<AcceptancesView>, AppError> {
    Ok(acceptances::of_project(act, id)?.map(|all| AcceptancesView { items: all.into_iter().map(Into::into).collect() }))
}

/// `GET /acceptances/{id}`
pub fn get(act: &mut Act<'_>, id: AcceptanceId) -> Result<Seen<AcceptanceView>, AppError> {
    Ok(acceptances::get(act, id)?.map(Into::into))
}

/// `POST /acceptances/{id}/assess`
pub fn assess(act: &mut Act<'_>, id: AcceptanceId, input: AssessmentInput) -> Result<Done<AcceptanceView>, AppError> {
    Ok(acceptances::assess(act, id, &input)?.map(Into::into))
}

/// `GET /acceptances/{id}/certificate`: a page to print.
///
/// # Errors
/// Not there, or not for the caller to know; it did not pass.
pub async fn certificate(app: App, call: Call) -> Result<HttpResponse, Turned> {
    const READ: Action = Action::AcceptanceRead;
    let id = AcceptanceId::read(&call.id)?;
    call.no_parameters()?;
    let read = move |act: &mut Act<'_>| {
        let seen = acceptances::certificate(act, id)?;
        same(READ, seen.action())?;
        Ok(seen)
    };
    Ok(printed(page(app.read(call.request(READ), read).await?)?))
}

/// The certificate as a page.
fn page(Certificate { row, project, lead, sponsor, panel, director }: Certificate) -> Result<String, AppError> {
    let found = row.results.map(|found| found.read()).transpose()?.unwrap_or_default();
    let results: Vec<[String; 4]> = found
        .iter()
        .map(|one| {
            let unit = one.unit.as_ref().map(ToString::to_string).unwrap_or_default();
            let target = format!("{}{}{unit}", one.comparator.zh(), one.target);
            let actual = one.actual.map_or_else(|| "—".into(), |actual| format!("{actual}{unit}"));
            [one.name.to_string(), target, actual, if one.reached { "达到" } else { "未达到" }.into()]
        })
        .collect();
    let panel: Vec<PanelMemberView> = panel.into_iter().map(Into::into).collect();
    let context = minijinja::context! {
        number => row.certificate_no, title => project.title, code => project.code, lead => lead, sponsor => sponsor,
        starts_on => project.starts_on.to_string(), ends_on => project.ends_on.to_string(), award => project.award_fen.in_wan(),
        applied_on => row.applied_on.to_string(), meeting_on => row.meeting_on.map(|day| day.to_string()),
        task => row.task.map(PanelVerdict::zh), finance => row.finance.map(PanelVerdict::zh), result => row.result.map(AcceptanceResult::zh),
        panel_opinion => row.panel_opinion, opinion => row.opinion, decided_on => row.decided_on.map(|day| day.to_string()),
        director => director, results => minijinja::value::Serde(&results), panel => minijinja::value::Serde(&panel),
    };
    rendered("certificate.html", include_str!("pages/certificate.html"), context)
}
