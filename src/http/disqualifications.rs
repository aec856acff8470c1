//! Disqualifications of bids: views and handlers.

use crate::app::disqualifications::{self, DisqualificationRow};
use crate::app::{Act, AppError, Done, Seen, Shown};
use crate::domain::challenge::ReasonInput;
use crate::domain::disqualification::{DisqualificationInput, DisqualificationStage, Finding};
use crate::domain::id::{BidId, DisqualificationId, ObjectionId, UserId};
use crate::domain::measure::DecidedInput;
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// A disqualification of a bid.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DisqualificationView {
    id: DisqualificationId,
    stage: DisqualificationStage,
    version: i64,
    bid_id: BidId,
    finding: Finding,
    /// 认定文书号.
    finding_no: String,
    reason: String,
    /// The upheld objection by which it came to light; not for the team.
    objection_id: Option<ObjectionId>,
    /// 决定文号.
    decision_no: Option<String>,
    decided_by: Option<UserId>,
    decided_on: Option<Date>,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(DisqualificationView);

impl From<Shown<DisqualificationRow>> for DisqualificationView {
    fn from(Shown { record: row, allowed }: Shown<DisqualificationRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            bid_id: row.bid_id,
            finding: row.finding,
            finding_no: row.finding_no,
            reason: row.reason,
            objection_id: row.objection_id,
            decision_no: row.decision_no,
            decided_by: row.decided_by,
            decided_on: row.decided_on,
            created_by: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// The disqualifications of a bid.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DisqualificationsView {
    /// In order.
    items: Vec<DisqualificationView>,
}

impl View for DisqualificationsView {}

type Changed = Result<Done<DisqualificationView>, AppError>;

/// `POST /bids/{id}/disqualifications`
pub fn propose(act: &mut Act<'_>, id: BidId, input: DisqualificationInput) -> Changed {
    Ok(disqualifications::propose(act, id, &input)?.map(Into::into))
}

/// `GET /bids/{id}/disqualifications`
pub fn of_bid(act: &mut Act<'_>, id: BidId) -> Result<Seen<DisqualificationsView>, AppError> {
    Ok(disqualifications::of_bid(act, id)?.map(|rows| DisqualificationsView { items: rows.into_iter().map(Into::into).collect() }))
}

/// `GET /disqualifications/{id}`
pub fn get(act: &mut Act<'_>, id: DisqualificationId) -> Result<Seen<DisqualificationView>, AppError> {
    Ok(disqualifications::get(act, id)?.map(Into::into))
}

/// `POST /disqualifications/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: DisqualificationId, input: DecidedInput) -> Changed {
    Ok(disqualifications::approve(act, id, &input)?.map(Into::into))
}

/// `POST /disqualifications/{id}/decline`
pub fn decline(act: &mut Act<'_>, id: DisqualificationId, input: ReasonInput) -> Changed {
    Ok(disqualifications::decline(act, id, &input)?.map(Into::into))
}
