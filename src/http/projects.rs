//! Projects: views and handlers.

use crate::app::Page;
use crate::app::act::Shown;
use crate::app::projects::{ProjectFilter, ProjectRow, WithBearing, WithSignatures};
use crate::app::{Act, AppError, Done, Seen, forfeits, projects};
use crate::domain::acceptance::{AcceptanceInput, ConclusionInput};
use crate::domain::assignment::AssignInput;
use crate::domain::challenge::ReasonInput;
use crate::domain::fault::Faults;
use crate::domain::id::{BidId, ChallengeId, OrganizationId, ProjectId, UserId};
use crate::domain::light::Light;
use crate::domain::money::Fen;
use crate::domain::plan::PlanInput;
use crate::domain::policy::Action;
use crate::domain::project::{ProjectStage, SignInput};
use crate::domain::text::Line;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};
use crate::http::batches::{Year, year};
use crate::http::commitments::SignatureView;

/// A project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ProjectView {
    id: ProjectId,
    stage: ProjectStage,
    version: i64,
    code: String,
    title: String,
    challenge_id: ChallengeId,
    bid_id: BidId,
    lead_org_id: OrganizationId,
    sponsor_id: Option<OrganizationId>,
    award_fen: Fen,
    /// What of it does not count any more: it went on to another lane of the race, or was given up.
    ceded_fen: Fen,
    starts_on: Date,
    ends_on: Date,
    /// Last day to sign.
    sign_by: Date,
    commissioner_id: Option<UserId>,
    /// Who stands in for the commissioner.
    backup_id: Option<UserId>,
    self_evaluation: Option<String>,
    /// The department's opinion at acceptance.
    opinion: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(ProjectView);

impl From<Shown<ProjectRow>> for ProjectView {
    fn from(Shown { record: row, allowed }: Shown<ProjectRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            code: row.code,
            title: row.title,
            challenge_id: row.challenge_id,
            bid_id: row.bid_id,
            lead_org_id: row.lead_org_id,
            sponsor_id: row.sponsor_id,
            award_fen: row.award_fen,
            ceded_fen: row.ceded_fen,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            sign_by: row.sign_by,
            commissioner_id: row.commissioner_id,
            backup_id: row.backup_id,
            self_evaluation: row.self_evaluation,
            opinion: row.opinion,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// A project with how it stands, as lists show it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ProjectItem {
    #[serde(flatten)]
    project: ProjectView,
    /// 红黄绿, computed from dates and results; while the project runs.
    light: Option<Light>,
    /// How many of its milestones are overdue.
    overdue_milestones: usize,
    /// Why the light is as it is, in the commissioner's words of this month or the last.
    light_reason: Option<String>,
}

record_view!(ProjectItem as project);

impl From<WithBearing> for ProjectItem {
    fn from((shown, bearing): WithBearing) -> Self {
        Self { project: shown.into(), light: bearing.light, overdue_milestones: bearing.overdue, light_reason: bearing.reason }
    }
}

/// A project with how it stands and its signatures.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ProjectDetail {
    #[serde(flatten)]
    project: ProjectItem,
    signatures: Vec<SignatureView>,
}

record_view!(ProjectDetail as project);

impl From<WithSignatures> for ProjectDetail {
    fn from((shown, signatures, bearing): WithSignatures) -> Self {
        Self { project: (shown, bearing).into(), signatures: signatures.into_iter().map(Into::into).collect() }
    }
}

/// What a list of projects can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ProjectQuery {
    #[deserr(default)]
    challenge_id: Option<ChallengeId>,
    #[deserr(default)]
    stage: Option<ProjectStage>,
    /// Who follows it, also as backup.
    #[deserr(default)]
    commissioner_id: Option<UserId>,
    /// Its code, as a whole.
    #[deserr(default)]
    code: Option<Line<1, 80>>,
    /// The year of its batch.
    #[deserr(default)]
    year: Option<Year>,
}

/// `GET /projects`
pub fn list(act: &mut Act<'_>, (): (), query: ProjectQuery, page: &Page) -> Result<Seen<Vec<ProjectItem>>, AppError> {
    let filter = ProjectFilter {
        challenge_id: query.challenge_id,
        stage: query.stage,
        commissioner_id: query.commissioner_id,
        code: query.code.map(String::from),
        year: year(query.year),
    };
    Ok(projects::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /projects/{id}`
pub fn get(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<ProjectDetail>, AppError> {
    Ok(projects::get(act, id)?.map(Into::into))
}

type Changed = Result<Done<ProjectView>, AppError>;

/// `PUT /projects/{id}/plan`
pub fn plan(act: &mut Act<'_>, id: ProjectId, input: PlanInput) -> Changed {
    Ok(projects::plan::plan(act, id, &input)?.map(Into::into))
}

/// `POST /projects/{id}/sign`
pub fn sign(act: &mut Act<'_>, id: ProjectId, input: SignInput) -> Changed {
    Ok(projects::signing::sign(act, id, &input)?.map(Into::into))
}

/// `POST /projects/{id}/forfeit`
pub fn forfeit(act: &mut Act<'_>, id: ProjectId, input: ReasonInput) -> Result<Done<ProjectView>, AppError> {
    Ok(forfeits::forfeit(act, id, &input)?.map(Into::into))
}

/// `POST /projects/{id}/assign`
pub fn assign(act: &mut Act<'_>, id: ProjectId, input: AssignInput) -> Changed {
    Ok(projects::assigning::assign(act, id, &input)?.map(Into::into))
}

/// `POST /projects/{id}/apply_acceptance`
pub fn apply_acceptance(act: &mut Act<'_>, id: ProjectId, input: AcceptanceInput) -> Changed {
    Ok(projects::acceptance::apply(act, id, &input)?.map(Into::into))
}

/// `POST /projects/{id}/conclude`
pub fn conclude(act: &mut Act<'_>, id: ProjectId, input: ConclusionInput) -> Changed {
    Ok(projects::acceptance::conclude(act, id, &input)?.map(Into::into))
}
