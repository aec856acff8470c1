//! Partnerships: views and handlers.

use crate::app::partnerships::{self, Asked, PartnershipRow};
use crate::app::{Act, AppError, Done, Page, Seen, Shown};
use crate::domain::challenge::NoInput;
use crate::domain::fault::Faults;
use crate::domain::id::{BidId, ChallengeId, OrganizationId, PartnershipId};
use crate::domain::partnership::PartnershipStage;
use crate::domain::policy::Action;
use crate::domain::proposal::consortium::Partner;
use crate::domain::time::Timestamp;
use crate::http::answer::{View, record_view};

/// What a bid asks of an organisation, as lists show it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PartnershipView {
    id: PartnershipId,
    stage: PartnershipStage,
    version: i64,
    bid_id: BidId,
    challenge_id: ChallengeId,
    round: i32,
    organization_id: OrganizationId,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(PartnershipView);

impl From<Shown<PartnershipRow>> for PartnershipView {
    fn from(Shown { record: row, allowed }: Shown<PartnershipRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            bid_id: row.bid_id,
            challenge_id: row.challenge_id,
            round: row.round,
            organization_id: row.organization_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// What a bid asks of an organisation, with its terms.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PartnershipDetail {
    #[serde(flatten)]
    partnership: PartnershipView,
    /// Name of the lead organisation.
    lead: String,
    /// The partner's own part; `null` where the bid no longer shows it.
    terms: Option<Partner>,
}

record_view!(PartnershipDetail as partnership);

impl From<Asked> for PartnershipDetail {
    fn from(asked: Asked) -> Self {
        Self { partnership: asked.shown.into(), lead: asked.lead, terms: asked.terms }
    }
}

/// Nothing to narrow it to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PartnershipQuery {}

/// `GET /partnerships`
pub fn list(act: &mut Act<'_>, (): (), _: PartnershipQuery, page: &Page) -> Result<Seen<Vec<PartnershipView>>, AppError> {
    Ok(partnerships::list(act, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /partnerships/{id}`
pub fn get(act: &mut Act<'_>, id: PartnershipId) -> Result<Seen<PartnershipDetail>, AppError> {
    Ok(partnerships::get(act, id)?.map(Into::into))
}

/// `POST /partnerships/{id}/confirm`
pub fn confirm(act: &mut Act<'_>, id: PartnershipId, _: NoInput) -> Result<Done<PartnershipDetail>, AppError> {
    Ok(partnerships::confirm(act, id)?.map(Into::into))
}

/// `POST /partnerships/{id}/refuse`
pub fn refuse(act: &mut Act<'_>, id: PartnershipId, _: NoInput) -> Result<Done<PartnershipDetail>, AppError> {
    Ok(partnerships::refuse(act, id)?.map(Into::into))
}
