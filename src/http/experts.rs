//! Experts: views and handlers.

use crate::app::Page;
use crate::app::experts::{self, ExpertFilter, Profile};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::expert::{Affiliation, ExpertInput, ExpertStage, ProfileInput, Speciality};
use crate::domain::fault::Faults;
use crate::domain::id::{OrganizationId, UserId};
use crate::domain::organization::Region;
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::domain::user::Sector;
use crate::http::answer::{View, record_view};

/// An expert of the pool. Address, phone and identity stand with the account, and are not shown here.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ExpertView {
    /// That of the account.
    id: UserId,
    stage: ExpertStage,
    version: i64,
    name: String,
    organization_id: OrganizationId,
    /// Where that is.
    region: Region,
    title: String,
    speciality: Speciality,
    fields: Vec<Sector>,
    /// Where the expert worked before; left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    affiliations: Option<Vec<Affiliation>>,
    /// The last day on which the expert's own confirmation holds; nobody is drawn without one.
    confirmed_until: Option<Date>,
    /// When the expert was last drawn.
    last_drawn_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(ExpertView);

impl From<Profile> for ExpertView {
    fn from(Profile { shown, person: (name, organization_id, region), fields, affiliations }: Profile) -> Self {
        let row = shown.record;
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            name,
            organization_id,
            region,
            title: row.title,
            speciality: row.speciality,
            fields,
            affiliations,
            confirmed_until: row.confirmed_until,
            last_drawn_at: row.last_drawn_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: shown.allowed,
        }
    }
}

/// What a list of experts can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ExpertQuery {
    #[deserr(default)]
    field: Option<Sector>,
    #[deserr(default)]
    speciality: Option<Speciality>,
    #[deserr(default)]
    stage: Option<ExpertStage>,
}

type Changed = Result<Done<ExpertView>, AppError>;

/// `POST /experts`
pub fn enlist(act: &mut Act<'_>, (): (), input: ExpertInput) -> Changed {
    Ok(experts::enlist(act, &input)?.map(Into::into))
}

/// `GET /experts`
pub fn list(act: &mut Act<'_>, (): (), query: ExpertQuery, page: &Page) -> Result<Seen<Vec<ExpertView>>, AppError> {
    let filter = ExpertFilter { field: query.field, speciality: query.speciality, stage: query.stage };
    Ok(experts::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /experts/{id}`
pub fn get(act: &mut Act<'_>, id: UserId) -> Result<Seen<ExpertView>, AppError> {
    Ok(experts::get(act, id)?.map(Into::into))
}

/// `PUT /experts/{id}`
pub fn edit(act: &mut Act<'_>, id: UserId, input: ProfileInput) -> Changed {
    Ok(experts::edit(act, id, &input)?.map(Into::into))
}

/// `POST /experts/{id}/confirm`
pub fn confirm(act: &mut Act<'_>, id: UserId, _: NoInput) -> Changed {
    Ok(experts::confirm(act, id)?.map(Into::into))
}

/// `POST /experts/{id}/pause`
pub fn pause(act: &mut Act<'_>, id: UserId, input: ReasonInput) -> Changed {
    Ok(experts::change(act, id, Action::ExpertPause, input.reason.as_str())?.map(Into::into))
}

/// `POST /experts/{id}/resume`
pub fn resume(act: &mut Act<'_>, id: UserId, input: ReasonInput) -> Changed {
    Ok(experts::change(act, id, Action::ExpertResume, input.reason.as_str())?.map(Into::into))
}

/// `POST /experts/{id}/remove`
pub fn remove(act: &mut Act<'_>, id: UserId, input: ReasonInput) -> Changed {
    Ok(experts::change(act, id, Action::ExpertRemove, input.reason.as_str())?.map(Into::into))
}
