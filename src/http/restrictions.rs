//! Restrictions: views and handlers.

use crate::app::restrictions::{self, RestrictionRow};
use crate::app::{Act, AppError, Done, Page, Seen, Shown};
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::fault::Faults;
use crate::domain::id::{OrganizationId, RestrictionId};
use crate::domain::policy::Action;
use crate::domain::restriction::{Gravity, RestrictionInput, RestrictionStage};
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// A restriction; of a person no more than the name is shown.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RestrictionView {
    id: RestrictionId,
    stage: RestrictionStage,
    version: i64,
    gravity: Gravity,
    /// `null` for a person.
    organization_id: Option<OrganizationId>,
    name: String,
    basis: String,
    decision_no: String,
    starts_on: Date,
    /// Last day; `null` for good.
    ends_on: Option<Date>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(RestrictionView);

impl From<Shown<RestrictionRow>> for RestrictionView {
    fn from(Shown { record: row, allowed }: Shown<RestrictionRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            gravity: row.gravity,
            organization_id: row.organization_id,
            name: row.name,
            basis: row.basis,
            decision_no: row.decision_no,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// What a list of restrictions can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct RestrictionQuery {
    #[deserr(default)]
    stage: Option<RestrictionStage>,
}

type Changed = Result<Done<RestrictionView>, AppError>;

/// `POST /restrictions`
pub fn propose(act: &mut Act<'_>, (): (), input: RestrictionInput) -> Changed {
    Ok(restrictions::propose(act, &input)?.map(Into::into))
}

/// `GET /restrictions`
pub fn list(act: &mut Act<'_>, (): (), query: RestrictionQuery, page: &Page) -> Result<Seen<Vec<RestrictionView>>, AppError> {
    Ok(restrictions::list(act, query.stage, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /restrictions/{id}`
pub fn get(act: &mut Act<'_>, id: RestrictionId) -> Result<Seen<RestrictionView>, AppError> {
    Ok(restrictions::get(act, id)?.map(Into::into))
}

/// `POST /restrictions/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: RestrictionId, _: NoInput) -> Changed {
    Ok(restrictions::approve(act, id)?.map(Into::into))
}

/// `POST /restrictions/{id}/decline`
pub fn decline(act: &mut Act<'_>, id: RestrictionId, input: ReasonInput) -> Changed {
    Ok(restrictions::decline(act, id, &input)?.map(Into::into))
}

/// `POST /restrictions/{id}/lift`
pub fn lift(act: &mut Act<'_>, id: RestrictionId, input: ReasonInput) -> Changed {
    Ok(restrictions::lift(act, id, &input)?.map(Into::into))
}
