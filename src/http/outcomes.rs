//! Outcomes: views and handlers.

use crate::app::Page;
use crate::app::outcomes::{self, Outcome, OutcomeFilter, ShareRow, TotalRow, TrackedYear, YearRow, deciding, registering, tracking};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::fault::Faults;
use crate::domain::id::{ChallengeId, OrganizationId, OutcomeId, ProjectId, UserId};
use crate::domain::money::Fen;
use crate::domain::outcome::input::{OutcomeInput, ShareInput, ShareRefusalInput};
use crate::domain::outcome::tracking::{FollowUpInput, TrackingState};
use crate::domain::outcome::{AwardPart, Maturity, OutcomeKind, OutcomeStage, TotalsBy, TransferMode};
use crate::domain::policy::Action;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};
use crate::http::batches::Year;

/// A project that counts an outcome.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OutcomeShareView {
    project_id: ProjectId,
    share_bps: i32,
    /// Whether its team agrees.
    confirmed: bool,
    /// What the share comes to.
    transfer_fen: Fen,
    sales_fen: Fen,
}

impl From<ShareRow> for OutcomeShareView {
    fn from(row: ShareRow) -> Self {
        let ShareRow { project_id, share_bps, transfer_fen, sales_fen, confirmed_by, .. } = row;
        Self { project_id, share_bps, confirmed: confirmed_by.is_some(), transfer_fen, sales_fen }
    }
}

/// The figures of a year, as they were given once.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OutcomeYearView {
    year: i32,
    maturity: Option<Maturity>,
    transfer_mode: Option<TransferMode>,
    contract_no: Option<String>,
    transfer_fen: Fen,
    sales_fen: Fen,
    note: Option<String>,
    recorded_by: UserId,
    recorded_at: Timestamp,
}

impl From<YearRow> for OutcomeYearView {
    fn from(row: YearRow) -> Self {
        Self {
            year: row.year,
            maturity: row.maturity,
            transfer_mode: row.transfer_mode,
            contract_no: row.contract_no,
            transfer_fen: row.transfer_fen,
            sales_fen: row.sales_fen,
            note: row.note,
            recorded_by: row.recorded_by,
            recorded_at: row.created_at,
        }
    }
}

/// A year after the end of the project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TrackedYearView {
    year: i32,
    due_on: Date,
    state: TrackingState,
}

/// An outcome.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OutcomeView {
    id: OutcomeId,
    stage: OutcomeStage,
    version: i64,
    /// The project whose team registered it.
    project_id: ProjectId,
    kind: OutcomeKind,
    title: String,
    number: Option<String>,
    dated_on: Date,
    /// 权属.
    owners: Vec<OrganizationId>,
    award_part: Option<AwardPart>,
    /// As of the last word.
    maturity: Option<Maturity>,
    /// Of the last transfer.
    transfer_mode: Option<TransferMode>,
    /// 技术合同登记号, likewise.
    contract_no: Option<String>,
    /// All transfers: what it was registered with, and the last word on each year.
    transfer_fen: Fen,
    /// All sales, counted likewise.
    sales_fen: Fen,
    shares: Vec<OutcomeShareView>,
    share_note: Option<String>,
    registered_by: UserId,
    confirmed_by: Option<UserId>,
    /// Why it was returned.
    opinion: Option<String>,
    /// The years in which it is followed.
    follow_ups: Vec<TrackedYearView>,
    /// Every figure that was given of them, in the order in which they were given.
    years: Vec<OutcomeYearView>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(OutcomeView);

impl From<Outcome> for OutcomeView {
    fn from(Outcome { shown, owners, shares, tracked, years }: Outcome) -> Self {
        let row = shown.record;
        let last = years.iter().rev().find(|year| year.transfer_mode.is_some());
        let year = |(year, due_on, state): TrackedYear| TrackedYearView { year, due_on, state };
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            project_id: row.project_id,
            kind: row.kind,
            title: row.title,
            number: row.number,
            dated_on: row.dated_on,
            owners,
            award_part: row.award_part,
            maturity: row.maturity_now,
            transfer_mode: last.map_or(row.transfer_mode, |year| year.transfer_mode),
            contract_no: last.map_or(row.contract_no, |year| year.contract_no.clone()),
            transfer_fen: row.transfer_total_fen,
            sales_fen: row.sales_total_fen,
            shares: shares.into_iter().map(Into::into).collect(),
            share_note: row.share_note,
            registered_by: row.registered_by,
            confirmed_by: row.confirmed_by,
            opinion: row.opinion,
            follow_ups: tracked.into_iter().map(year).collect(),
            years: years.into_iter().map(Into::into).collect(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: shown.allowed,
        }
    }
}

/// What a list of outcomes can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct OutcomeQuery {
    /// Outcomes that this project counts.
    #[deserr(default)]
    project_id: Option<ProjectId>,
    /// Outcomes that a project of this challenge counts.
    #[deserr(default)]
    challenge_id: Option<ChallengeId>,
    #[deserr(default)]
    kind: Option<OutcomeKind>,
    /// Year of the outcome's date.
    #[deserr(default)]
    year: Option<Year>,
    #[deserr(default)]
    stage: Option<OutcomeStage>,
    /// `missing`: a year is over of which nothing was said; `due`: the next is not over yet; `reported`: something was said.
    #[deserr(default)]
    follow_up: Option<TrackingState>,
}

impl From<OutcomeQuery> for OutcomeFilter {
    fn from(query: OutcomeQuery) -> Self {
        let OutcomeQuery { project_id, challenge_id, kind, year, stage, follow_up } = query;
        Self { project_id, challenge_id, kind, year: year.map(whole), stage, follow_up }
    }
}

fn whole(year: Year) -> i32 {
    i32::try_from(year.0.0).unwrap_or_default()
}

/// Of which outcomes the total is asked, and by what it is divided.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct OutcomeTotalsQuery {
    /// By what: the kind of outcome, if nothing is said. By challenge or project, one of the others must be given.
    #[deserr(default)]
    by: Option<TotalsBy>,
    #[deserr(default)]
    project_id: Option<ProjectId>,
    #[deserr(default)]
    challenge_id: Option<ChallengeId>,
    /// Year of the outcome's date.
    #[deserr(default)]
    year: Option<Year>,
}

/// What outcomes of one kind, year, challenge or project come to.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OutcomeTotalView {
    /// Code of the kind, the year, or the id of the challenge or project.
    key: String,
    /// Title of the challenge or project.
    name: Option<String>,
    /// Outcomes that count here, whole or in part.
    outcomes: i64,
    /// Their shares here: 10,000 for a whole one.
    share_bps: i64,
    transfer_fen: i64,
    sales_fen: i64,
}

/// What confirmed outcomes come to.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OutcomeTotalsView {
    by: TotalsBy,
    items: Vec<OutcomeTotalView>,
}

impl View for OutcomeTotalsView {}

type Changed = Result<Done<OutcomeView>, AppError>;

/// `POST /projects/{id}/outcomes`
pub fn register(act: &mut Act<'_>, id: ProjectId, input: OutcomeInput) -> Changed {
    Ok(registering::register(act, id, &input)?.map(Into::into))
}

/// `GET /outcomes`
pub fn list(act: &mut Act<'_>, (): (), query: OutcomeQuery, page: &Page) -> Result<Seen<Vec<OutcomeView>>, AppError> {
    Ok(outcomes::list(act, &query.into(), page)?.map(|all| all.into_iter().map(Into::into).collect()))
}

/// `GET /outcomes/totals`
pub fn totals(act: &mut Act<'_>, query: OutcomeTotalsQuery) -> Result<Seen<OutcomeTotalsView>, AppError> {
    let by = query.by.unwrap_or(TotalsBy::Kind);
    let view = |row: TotalRow| OutcomeTotalView {
        key: row.key,
        name: Some(row.name).filter(|name| !name.is_empty()),
        outcomes: row.outcomes,
        share_bps: row.share_bps,
        transfer_fen: row.transfer_fen,
        sales_fen: row.sales_fen,
    };
    let of = (query.project_id, query.challenge_id, query.year.map(whole));
    Ok(outcomes::totals(act, by, of)?.map(|all| OutcomeTotalsView { by, items: all.into_iter().map(view).collect() }))
}

/// `GET /outcomes/{id}`
pub fn get(act: &mut Act<'_>, id: OutcomeId) -> Result<Seen<OutcomeView>, AppError> {
    Ok(outcomes::get(act, id)?.map(Into::into))
}

/// `PUT /outcomes/{id}`
pub fn edit(act: &mut Act<'_>, id: OutcomeId, input: OutcomeInput) -> Changed {
    Ok(registering::edit(act, id, &input)?.map(Into::into))
}

/// `POST /outcomes/{id}/confirm_share`
pub fn confirm_share(act: &mut Act<'_>, id: OutcomeId, input: ShareInput) -> Changed {
    Ok(deciding::confirm_share(act, id, input)?.map(Into::into))
}

/// `POST /outcomes/{id}/refuse_share`
pub fn refuse_share(act: &mut Act<'_>, id: OutcomeId, input: ShareRefusalInput) -> Changed {
    Ok(deciding::refuse_share(act, id, &input)?.map(Into::into))
}

/// `POST /outcomes/{id}/confirm`
pub fn confirm(act: &mut Act<'_>, id: OutcomeId, _: NoInput) -> Changed {
    Ok(deciding::confirm(act, id)?.map(Into::into))
}

/// `POST /outcomes/{id}/return`
pub fn send_back(act: &mut Act<'_>, id: OutcomeId, input: ReasonInput) -> Changed {
    Ok(deciding::send_back(act, id, &input)?.map(Into::into))
}

/// `POST /outcomes/{id}/follow_up`
pub fn follow_up(act: &mut Act<'_>, id: OutcomeId, input: FollowUpInput) -> Changed {
    Ok(tracking::follow_up(act, id, &input)?.map(Into::into))
}
