//! Bids: views and handlers.

use crate::app::Page;
use crate::app::act::Shown;
use crate::app::bids::{self, judging, leaving, members, submission};
use crate::app::bids::{BidFilter, BidRow, ExitRow};
use crate::app::partnerships::PartnershipRow;
use crate::app::{Act, App, AppError, Done, Seen};
use crate::domain::bid::{BidStage, LeaveInput, ShortlistInput};
use crate::domain::challenge::NoInput;
use crate::domain::examination::ExaminedItem;
use crate::domain::fault::Faults;
use crate::domain::file::FileNote;
use crate::domain::id::{BidId, ChallengeId, OrganizationId, PartnershipId};
use crate::domain::member::{Member, MembersInput};
use crate::domain::money::Fen;
use crate::domain::partnership::PartnershipStage;
use crate::domain::policy::Action;
use crate::domain::proposal::BidInput;
use crate::domain::seal::Flaw;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};

/// The receipt of the last submission 回执.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ReceiptView {
    /// Number of the submission, from 1.
    submission: i32,
    /// The instant that counts for the deadline.
    received_at: Timestamp,
    /// SHA-256 of a salt, what the bid is bound to, and its content as received, in hexadecimal.
    sha256: String,
}

/// A bid, as lists show it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct BidView {
    id: BidId,
    stage: BidStage,
    version: i64,
    challenge_id: ChallengeId,
    round: i32,
    lead_org_id: OrganizationId,
    /// `null` before the first submission.
    receipt: Option<ReceiptView>,
    /// The formal examination, item by item.
    examination: Option<Vec<ExaminedItem>>,
    /// Award, once decided and public.
    award_fen: Option<Fen>,
    reserve_order: Option<i32>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(BidView);

impl From<Shown<BidRow>> for BidView {
    fn from(Shown { record: row, allowed }: Shown<BidRow>) -> Self {
        let receipt = row.received_at.zip(row.digest);
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            challenge_id: row.challenge_id,
            round: row.round,
            lead_org_id: row.lead_org_id,
            receipt: receipt.map(|(received_at, sha256)| ReceiptView { submission: row.submission, received_at, sha256 }),
            examination: row.examination.and_then(|items| items.read().ok()),
            award_fen: row.award_fen,
            reserve_order: row.reserve_order,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// A bid with its content: the working copy for its team, what was submitted for everyone else.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct BidDetail {
    #[serde(flatten)]
    bid: BidView,
    /// `null` while it is sealed with custodians; for everyone but its team also while it is being opened, or when it could not be.
    content: Option<BidInput>,
    /// Its files: those of the working copy for its team, those of the opened submission for everyone else.
    files: Vec<FileNote>,
    /// Why it could not be opened, or was not.
    flaw: Option<Flaw>,
    /// The letter with which its team left 退出 after the closing.
    exit: Option<ExitView>,
    /// Who may edit and submit it; `null` for everyone but its own team.
    members: Option<Vec<Member>>,
    /// The partners that it asks, and what they answered.
    partnerships: Vec<PartnerAnswer>,
}

/// The letter with which a team left.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ExitView {
    letter_no: String,
    letter_on: Date,
    reason: String,
    /// Where the bid stood.
    from_stage: BidStage,
    /// Whether it counts as giving up 放弃: the team knew that it was to win.
    given_up: bool,
    left_at: Timestamp,
}

impl From<ExitRow> for ExitView {
    fn from(row: ExitRow) -> Self {
        Self {
            letter_no: row.letter_no,
            letter_on: row.letter_on,
            reason: row.reason,
            from_stage: row.from_stage,
            given_up: row.given_up == 1,
            left_at: row.left_at,
        }
    }
}

/// What a partner answered.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PartnerAnswer {
    id: PartnershipId,
    organization_id: OrganizationId,
    stage: PartnershipStage,
}

impl From<bids::Detail> for BidDetail {
    fn from(detail: bids::Detail) -> Self {
        let answer = |row: PartnershipRow| PartnerAnswer { id: row.id, organization_id: row.organization_id, stage: row.stage };
        Self {
            bid: detail.shown.into(),
            content: detail.content,
            files: detail.files,
            flaw: detail.flaw,
            exit: detail.exit.map(Into::into),
            members: detail.members,
            partnerships: detail.partnerships.into_iter().map(answer).collect(),
        }
    }
}

record_view!(BidDetail as bid);

/// What a list of bids can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct BidQuery {
    #[deserr(default)]
    challenge_id: Option<ChallengeId>,
    #[deserr(default)]
    stage: Option<BidStage>,
}

/// `GET /bids`
pub fn list(act: &mut Act<'_>, (): (), query: BidQuery, page: &Page) -> Result<Seen<Vec<BidView>>, AppError> {
    let filter = BidFilter { challenge_id: query.challenge_id, stage: query.stage };
    Ok(bids::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /bids/{id}`
pub fn get(act: &mut Act<'_>, id: BidId) -> Result<Seen<BidDetail>, AppError> {
    Ok(bids::get(act, id)?.map(Into::into))
}

type Changed = Result<Done<BidView>, AppError>;

/// `POST /challenges/{id}/bids`
pub fn create(act: &mut Act<'_>, id: ChallengeId, input: BidInput) -> Changed {
    Ok(bids::create(act, id, &input)?.map(Into::into))
}

/// `PUT /bids/{id}`
pub fn edit(act: &mut Act<'_>, id: BidId, input: BidInput) -> Changed {
    Ok(bids::edit(act, id, &input)?.map(Into::into))
}

/// `PUT /bids/{id}/members`
pub fn appoint(act: &mut Act<'_>, id: BidId, input: MembersInput) -> Changed {
    Ok(members::appoint(act, id, &input)?.map(Into::into))
}

/// `POST /bids/{id}/submit`
pub fn submit(act: &mut Act<'_>, id: BidId, _: NoInput) -> Changed {
    Ok(submission::submit(act, id)?.map(Into::into))
}

/// `POST /bids/{id}/resubmit`
pub fn resubmit(act: &mut Act<'_>, id: BidId, _: NoInput) -> Changed {
    Ok(submission::resubmit(act, id)?.map(Into::into))
}

/// `POST /bids/{id}/withdraw`
pub fn withdraw(act: &mut Act<'_>, id: BidId, _: NoInput) -> Changed {
    Ok(submission::withdraw(act, id)?.map(Into::into))
}

/// `POST /bids/{id}/leave`
pub fn leave(act: &mut Act<'_>, id: BidId, input: LeaveInput) -> Changed {
    Ok(leaving::leave(act, id, &input)?.map(Into::into))
}

/// What follows on the opening of a round: its bids are unsealed.
pub async fn unseal(app: App) -> Result<(), AppError> {
    app.unseal().await.map(|_| ())
}

/// What follows on a submission: the keys of working copies that are gone are removed.
pub async fn shred(app: App) -> Result<(), AppError> {
    app.shred().await
}

/// `POST /bids/{id}/shortlist`
pub fn shortlist(act: &mut Act<'_>, id: BidId, input: ShortlistInput) -> Changed {
    Ok(judging::shortlist(act, id, &input)?.map(Into::into))
}
