//! Organisations: views and handlers.

use crate::app::Page;
use crate::app::act::Shown;
use crate::app::organizations::OrganizationRow;
use crate::app::{Act, AppError, Done, Seen, organizations};
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::fault::Faults;
use crate::domain::id::OrganizationId;
use crate::domain::organization::{OrganizationInput, OrganizationKind, OrganizationStage, Region};
use crate::domain::policy::Action;
use crate::domain::time::Timestamp;
use crate::http::answer::{View, record_view};

/// An organisation.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OrganizationView {
    id: OrganizationId,
    version: i64,
    name: String,
    /// 统一社会信用代码.
    uscc: Option<String>,
    country: Option<String>,
    foreign_reg_no: Option<String>,
    kind: OrganizationKind,
    region: Region,
    city: Option<String>,
    stage: OrganizationStage,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(OrganizationView);

impl From<Shown<OrganizationRow>> for OrganizationView {
    fn from(Shown { record: row, allowed }: Shown<OrganizationRow>) -> Self {
        Self {
            id: row.id,
            version: row.version,
            name: row.name,
            uscc: row.uscc,
            country: row.country,
            foreign_reg_no: row.foreign_reg_no,
            kind: row.kind,
            region: row.region,
            city: row.city,
            stage: row.stage,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// `POST /organizations`
pub fn create(act: &mut Act<'_>, (): (), input: OrganizationInput) -> Result<Done<OrganizationView>, AppError> {
    Ok(organizations::create(act, input)?.map(Into::into))
}

/// `GET /organizations/{id}`
pub fn get(act: &mut Act<'_>, id: OrganizationId) -> Result<Seen<OrganizationView>, AppError> {
    Ok(organizations::get(act, id)?.map(Into::into))
}

/// What a list of organisations can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct OrganizationQuery {
    #[deserr(default)]
    stage: Option<OrganizationStage>,
}

/// `GET /organizations`
pub fn list(act: &mut Act<'_>, (): (), query: OrganizationQuery, page: &Page) -> Result<Seen<Vec<OrganizationView>>, AppError> {
    Ok(organizations::list(act, query.stage, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `POST /organizations/{id}/verify`
pub fn verify(act: &mut Act<'_>, id: OrganizationId, _: NoInput) -> Result<Done<OrganizationView>, AppError> {
    Ok(organizations::verify(act, id)?.map(Into::into))
}

/// `POST /organizations/{id}/suspend`
pub fn suspend(act: &mut Act<'_>, id: OrganizationId, input: ReasonInput) -> Result<Done<OrganizationView>, AppError> {
    Ok(organizations::suspend(act, id, &input)?.map(Into::into))
}

/// `POST /organizations/{id}/reinstate`
pub fn reinstate(act: &mut Act<'_>, id: OrganizationId, _: NoInput) -> Result<Done<OrganizationView>, AppError> {
    Ok(organizations::reinstate(act, id)?.map(Into::into))
}
