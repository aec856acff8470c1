//! Challenges: views and handlers.

use crate::app::Page;
use crate::app::act::Shown;
use crate::app::challenges::{self, approval, ending, phases, round, suspension};
use crate::app::challenges::{ChallengeFilter, ChallengeRow};
use crate::app::{Act, AppError, Done, Seen, decisions};
use crate::domain::amendment::ResumeInput;
use crate::domain::challenge::{
    ChallengeClass, ChallengeInput, ChallengeStage, FailInput, NoInput, PlanCategory, ReasonInput, Secrecy, SelectionMode, Window,
};
use crate::domain::decision::PublicityWindow;
use crate::domain::fault::Faults;
use crate::domain::id::{BatchId, ChallengeId, OrganizationId, SchemeId};
use crate::domain::indicator::Indicator;
use crate::domain::money::Fen;
use crate::domain::policy::Action;
use crate::domain::scheme::{NextPhaseInput, Phase};
use crate::domain::time::{Date, Timestamp};
use crate::domain::user::Sector;
use crate::http::answer::{View, record_view};
use crate::http::batches::{Year, year};

/// A challenge, as lists show it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ChallengeView {
    id: ChallengeId,
    stage: ChallengeStage,
    version: i64,
    code: String,
    title: String,
    batch_id: BatchId,
    year: i32,
    class: ChallengeClass,
    plan_category: PlanCategory,
    sector: Sector,
    sponsor_id: Option<OrganizationId>,
    /// The version of the judging scheme; `null` is the standard one.
    scheme_id: Option<SchemeId>,
    /// Cap of the department's money.
    fiscal_cap_fen: Fen,
    max_parallel_teams: i32,
    /// The part of the judging that the round is in.
    phase: Option<Phase>,
    /// 0 before the first publication.
    round: i32,
    /// The time to bid is `[opens_at, closes_at)`.
    opens_at: Option<Timestamp>,
    closes_at: Option<Timestamp>,
    /// Until when teams may ask questions.
    questions_until: Option<Timestamp>,
    /// Since when it is suspended.
    suspended_at: Option<Timestamp>,
    published_at: Option<Timestamp>,
    /// Last day of the publicity.
    publicity_ends_on: Option<Date>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(ChallengeView);

impl From<Shown<ChallengeRow>> for ChallengeView {
    fn from(Shown { record: row, allowed }: Shown<ChallengeRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            code: row.code,
            title: row.title,
            batch_id: row.batch_id,
            year: row.year,
            class: row.class,
            plan_category: row.plan_category,
            sector: row.sector,
            sponsor_id: row.sponsor_id,
            scheme_id: row.scheme_id,
            fiscal_cap_fen: row.fiscal_cap_fen,
            max_parallel_teams: row.max_parallel_teams,
            phase: row.phase,
            round: row.round,
            opens_at: row.opens_at,
            closes_at: row.closes_at,
            questions_until: row.questions_until,
            suspended_at: row.suspended_at,
            published_at: row.published_at,
            publicity_ends_on: row.publicity_ends_on,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// A challenge with its content.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ChallengeDetail {
    #[serde(flatten)]
    challenge: ChallengeView,
    selection_mode: SelectionMode,
    secrecy: Secrecy,
    background: String,
    research_content: String,
    /// 揭榜条件.
    conditions: Option<String>,
    indicators: Vec<Indicator>,
    sponsor_fund_fen: Fen,
    duration_months: i64,
}

record_view!(ChallengeDetail as challenge);

impl From<(Shown<ChallengeRow>, ChallengeInput)> for ChallengeDetail {
    fn from((shown, content): (Shown<ChallengeRow>, ChallengeInput)) -> Self {
        Self {
            challenge: shown.into(),
            selection_mode: content.selection_mode,
            secrecy: content.secrecy,
            background: content.background.into(),
            research_content: content.research_content.into(),
            conditions: content.conditions.map(String::from),
            indicators: content.indicators,
            sponsor_fund_fen: content.sponsor_fund_fen,
            duration_months: content.duration_months.0,
        }
    }
}

/// What a list of challenges can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ChallengeQuery {
    #[deserr(default)]
    year: Option<Year>,
    #[deserr(default)]
    batch_id: Option<BatchId>,
    #[deserr(default)]
    stage: Option<ChallengeStage>,
    #[deserr(default)]
    sector: Option<Sector>,
    #[deserr(default)]
    plan_category: Option<PlanCategory>,
    #[deserr(default)]
    class: Option<ChallengeClass>,
    #[deserr(default)]
    sponsor_id: Option<OrganizationId>,
}

/// `GET /challenges`
pub fn list(act: &mut Act<'_>, (): (), query: ChallengeQuery, page: &Page) -> Result<Seen<Vec<ChallengeView>>, AppError> {
    let filter = ChallengeFilter {
        year: year(query.year),
        batch_id: query.batch_id,
        stage: query.stage,
        sector: query.sector,
        plan_category: query.plan_category,
        class: query.class,
        sponsor_id: query.sponsor_id,
    };
    Ok(challenges::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /challenges/{id}`
pub fn get(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<ChallengeDetail>, AppError> {
    Ok(challenges::get(act, id)?.map(Into::into))
}

type Changed = Result<Done<ChallengeView>, AppError>;

/// `POST /challenges`
pub fn create(act: &mut Act<'_>, (): (), input: ChallengeInput) -> Changed {
    Ok(challenges::create(act, &input)?.map(Into::into))
}

/// `PUT /challenges/{id}`
pub fn edit(act: &mut Act<'_>, id: ChallengeId, input: ChallengeInput) -> Changed {
    Ok(challenges::edit(act, id, &input)?.map(Into::into))
}

/// `POST /challenges/{id}/submit`
pub fn submit(act: &mut Act<'_>, id: ChallengeId, _: NoInput) -> Changed {
    Ok(approval::submit(act, id)?.map(Into::into))
}

/// `POST /challenges/{id}/return`
pub fn send_back(act: &mut Act<'_>, id: ChallengeId, input: ReasonInput) -> Changed {
    Ok(approval::send_back(act, id, &input)?.map(Into::into))
}

/// `POST /challenges/{id}/reject`
pub fn reject(act: &mut Act<'_>, id: ChallengeId, input: ReasonInput) -> Changed {
    Ok(approval::reject(act, id, &input)?.map(Into::into))
}

/// `POST /challenges/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: ChallengeId, _: NoInput) -> Changed {
    Ok(approval::approve(act, id)?.map(Into::into))
}

/// `POST /challenges/{id}/publish`
pub fn publish(act: &mut Act<'_>, id: ChallengeId, input: Window) -> Changed {
    Ok(round::publish(act, id, input)?.map(Into::into))
}

/// `POST /challenges/{id}/republish`
pub fn republish(act: &mut Act<'_>, id: ChallengeId, input: Window) -> Changed {
    Ok(round::republish(act, id, input)?.map(Into::into))
}

/// `POST /challenges/{id}/suspend`
pub fn suspend(act: &mut Act<'_>, id: ChallengeId, input: ReasonInput) -> Changed {
    Ok(suspension::suspend(act, id, &input)?.map(Into::into))
}

/// `POST /challenges/{id}/resume`
pub fn resume(act: &mut Act<'_>, id: ChallengeId, input: ResumeInput) -> Changed {
    Ok(suspension::resume(act, id, &input)?.map(Into::into))
}

/// `POST /challenges/{id}/open_bids`
pub fn open_bids(act: &mut Act<'_>, id: ChallengeId, _: NoInput) -> Changed {
    Ok(round::open_bids(act, id)?.map(Into::into))
}

/// `POST /challenges/{id}/start_review`
pub fn start_review(act: &mut Act<'_>, id: ChallengeId, _: NoInput) -> Changed {
    Ok(round::start_review(act, id)?.map(Into::into))
}

/// `POST /challenges/{id}/next_phase`
pub fn next_phase(act: &mut Act<'_>, id: ChallengeId, input: NextPhaseInput) -> Changed {
    Ok(phases::next(act, id, &input)?.map(Into::into))
}

/// `POST /challenges/{id}/publicise`
pub fn publicise(act: &mut Act<'_>, id: ChallengeId, input: PublicityWindow) -> Changed {
    Ok(decisions::publicise(act, id, &input)?.map(Into::into))
}

/// `POST /challenges/{id}/award`
pub fn award(act: &mut Act<'_>, id: ChallengeId, _: NoInput) -> Changed {
    Ok(decisions::award(act, id)?.map(Into::into))
}

/// `POST /challenges/{id}/fail`
pub fn fail(act: &mut Act<'_>, id: ChallengeId, input: FailInput) -> Changed {
    Ok(ending::fail(act, id, &input)?.map(Into::into))
}

/// `POST /challenges/{id}/adjust`
pub fn adjust(act: &mut Act<'_>, id: ChallengeId, input: ReasonInput) -> Changed {
    Ok(ending::adjust(act, id, &input)?.map(Into::into))
}

/// `POST /challenges/{id}/withdraw`
pub fn withdraw(act: &mut Act<'_>, id: ChallengeId, input: ReasonInput) -> Changed {
    Ok(ending::withdraw(act, id, &input)?.map(Into::into))
}

/// `POST /challenges/{id}/finish`
pub fn finish(act: &mut Act<'_>, id: ChallengeId, _: NoInput) -> Changed {
    Ok(ending::finish(act, id)?.map(Into::into))
}
