//! Challenges and the history of their rounds.

use crate::domain::amendment::Deadline;
use crate::domain::challenge::{ChallengeClass, ChallengeInput, ChallengeStage, Demands, FailReason, PlanCategory, Window};
use crate::domain::id::{BatchId, ChallengeId, OrganizationId, SchemeId, UserId};
use crate::domain::money::Fen;
use crate::domain::policy::Scope;
use crate::domain::scheme::Phase;
use crate::domain::seal::SealMode;
use crate::domain::time::{Date, Timestamp};
use crate::domain::user::Sector;
use crate::store::page::{Page, by_id};
use crate::store::schema::{challenge_rounds, challenges};
use crate::store::{Conn, Json, on, step};
use diesel::prelude::*;

/// A row of `challenges`, without its content, which only the detail needs.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = challenges, treat_none_as_default_value = false)]
pub struct ChallengeRow {
    pub id: ChallengeId,
    pub batch_id: BatchId,
    pub year: i32,
    pub code: String,
    pub title: String,
    pub class: ChallengeClass,
    pub plan_category: PlanCategory,
    pub sector: Sector,
    pub sponsor_id: Option<OrganizationId>,
    pub scheme_id: Option<SchemeId>,
    pub fiscal_cap_fen: Fen,
    pub max_parallel_teams: i32,
    pub stage: ChallengeStage,
    /// The part of the judging that the round is in.
    pub phase: Option<Phase>,
    pub round: i32,
    pub opened_round: i32,
    pub opens_at: Option<Timestamp>,
    pub closes_at: Option<Timestamp>,
    pub questions_until: Option<Timestamp>,
    /// Since when it is suspended.
    pub suspended_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    pub publicity_ends_on: Option<Date>,
    pub division: Option<String>,
    pub created_by: UserId,
    /// Everyone who wrote or submitted it: ids, with a space between two.
    pub prepared_by: String,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A round of a challenge, as it is remembered.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = challenge_rounds, treat_none_as_default_value = false)]
pub struct RoundRow {
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    pub bids: Option<i32>,
    pub fail_reason: Option<FailReason>,
    pub fail_detail: Option<String>,
    pub failed_at: Option<Timestamp>,
}

/// What a list of challenges can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct ChallengeFilter {
    pub year: Option<i32>,
    pub batch_id: Option<BatchId>,
    pub stage: Option<ChallengeStage>,
    pub sector: Option<Sector>,
    pub plan_category: Option<PlanCategory>,
    pub class: Option<ChallengeClass>,
    pub sponsor_id: Option<OrganizationId>,
}

/// Adds a row with its content.
///
/// # Errors
/// The title stands in the batch already.
pub fn insert(conn: &mut Conn, row: &ChallengeRow, content: &ChallengeInput) -> QueryResult<()> {
    let content = Json::of(content)?;
    diesel::insert_into(challenges::table).values((row, challenges::content.eq(content.text()))).execute(conn).map(|_| ())
}

/// The challenge, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: ChallengeId) -> QueryResult<Option<ChallengeRow>> {
    on!(conn, inner => challenges::table.find(id).select(ChallengeRow::as_select()).first(inner)).optional()
}

/// The challenge with its content, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn with_content(conn: &mut Conn, id: ChallengeId) -> QueryResult<Option<(ChallengeRow, Json<ChallengeInput>)>> {
    on!(conn, inner => challenges::table.find(id).select((ChallengeRow::as_select(), challenges::content)).first(inner)).optional()
}

/// What a challenge demands of a bid.
///
/// # Errors
/// There is no such challenge.
pub fn demands(conn: &mut Conn, id: ChallengeId) -> QueryResult<Demands> {
    challenges::table.find(id).select(challenges::content).first::<Json<Demands>>(conn)?.read()
}

/// The content of a challenge.
///
/// # Errors
/// There is no such challenge.
pub fn content(conn: &mut Conn, id: ChallengeId) -> QueryResult<ChallengeInput> {
    challenges::table.find(id).select(challenges::content).first::<Json<ChallengeInput>>(conn)?.read()
}

/// A page of the challenges that a caller may see: `scope` comes from the permission table; what was published is public.
///
/// # Errors
/// The database does not answer.
pub fn list(
    conn: &mut Conn,
    scope: Scope,
    own: Option<OrganizationId>,
    filter: &ChallengeFilter,
    page: &Page,
) -> QueryResult<Vec<ChallengeRow>> {
    on!(conn, inner: DB => {
        let mut query = challenges::table.select(ChallengeRow::as_select()).into_boxed::<DB>();
        if !scope.all {
            query = match own.filter(|_| scope.party) {
                Some(own) => query.filter(challenges::published_at.is_not_null().or(challenges::sponsor_id.assume_not_null().eq(own))),
                None => query.filter(challenges::published_at.is_not_null()),
            };
        }
        if let Some(year) = filter.year {
            query = query.filter(challenges::year.eq(year));
        }
        if let Some(batch) = filter.batch_id {
            query = query.filter(challenges::batch_id.eq(batch));
        }
        if let Some(stage) = filter.stage {
            query = query.filter(challenges::stage.eq(stage));
        }
        if let Some(sector) = filter.sector {
            query = query.filter(challenges::sector.eq(sector));
        }
        if let Some(category) = filter.plan_category {
            query = query.filter(challenges::plan_category.eq(category));
        }
        if let Some(class) = filter.class {
            query = query.filter(challenges::class.eq(class));
        }
        if let Some(sponsor) = filter.sponsor_id {
            query = query.filter(challenges::sponsor_id.eq(sponsor));
        }
        by_id!(query, challenges, page).load(inner)
    })
}

/// Moves the challenge on.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(conn: &mut Conn, row: &ChallengeRow, to: ChallengeStage, now: Timestamp) -> QueryResult<ChallengeRow> {
    step!(conn, challenges, ChallengeRow, row, to, now)
}

impl ChallengeRow {
    /// Whether this person wrote or submitted it.
    #[must_use]
    pub fn is_prepared_by(&self, user: UserId) -> bool {
        self.prepared_by.split(' ').any(|id| id == user.as_str())
    }

    fn prepared_also_by(&self, user: UserId) -> String {
        if self.is_prepared_by(user) { self.prepared_by.clone() } else { format!("{} {user}", self.prepared_by) }
    }
}

/// Moves the challenge on by the hand of someone who so becomes one of those who prepared it.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn submit(conn: &mut Conn, row: &ChallengeRow, to: ChallengeStage, by: UserId, now: Timestamp) -> QueryResult<ChallengeRow> {
    step!(conn, challenges, ChallengeRow, row, to, now, challenges::prepared_by.eq(row.prepared_also_by(by)))
}

/// Replaces the content of a draft.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read; a unique title.
pub fn edit(conn: &mut Conn, row: &ChallengeRow, content: &ChallengeInput, by: UserId, now: Timestamp) -> QueryResult<ChallengeRow> {
    let kept = Json::of(content)?;
    step!(
        conn,
        challenges,
        ChallengeRow,
        row,
        row.stage,
        now,
        challenges::content.eq(kept.text()),
        challenges::prepared_by.eq(row.prepared_also_by(by)),
        challenges::title.eq(content.title.as_str()),
        challenges::class.eq(content.class),
        challenges::plan_category.eq(content.plan_category),
        challenges::sector.eq(content.sector),
        challenges::sponsor_id.eq(content.sponsor_id),
        challenges::scheme_id.eq(content.scheme_id),
        challenges::fiscal_cap_fen.eq(content.fiscal_cap_fen),
        challenges::max_parallel_teams.eq(i32::try_from(content.max_parallel_teams.0).unwrap_or(1)),
    )
}

/// How a new round is sealed.
#[derive(Clone, Debug)]
pub struct Sealing {
    /// Who could open it before its time.
    pub mode: SealMode,
    /// The name of its key, or of the shares of it.
    pub key: String,
    /// The public half, where the private one lies with custodians.
    pub public: Option<Vec<u8>>,
}

/// Opens a round: the next number, a window, how it is sealed, and its row in the history.
///
/// # Errors
/// [`diesel::NotFound`] when the challenge is not as it was read.
pub fn open_round(
    conn: &mut Conn,
    row: &ChallengeRow,
    to: ChallengeStage,
    window: &Window,
    sealing: &Sealing,
    now: Timestamp,
) -> QueryResult<ChallengeRow> {
    let round = row.round.saturating_add(1);
    let opened = step!(
        conn,
        challenges,
        ChallengeRow,
        row,
        to,
        now,
        challenges::round.eq(round),
        challenges::phase.eq(None::<Phase>),
        challenges::opens_at.eq(window.opens_at),
        challenges::closes_at.eq(window.closes_at),
        challenges::questions_until.eq(window.questions_until()),
        challenges::publicity_ends_on.eq(None::<Date>),
        challenges::published_at.eq(row.published_at.unwrap_or(now)),
    )?;
    let history = RoundRow {
        challenge_id: row.id,
        round,
        opens_at: window.opens_at,
        closes_at: window.closes_at,
        bids: None,
        fail_reason: None,
        fail_detail: None,
        failed_at: None,
    };
    let sealing = (
        challenge_rounds::seal_mode.eq(sealing.mode),
        challenge_rounds::seal_key.eq(&sealing.key),
        challenge_rounds::seal_public.eq(sealing.public.as_deref()),
    );
    diesel::insert_into(challenge_rounds::table).values((&history, sealing)).execute(conn)?;
    Ok(opened)
}

/// Takes a failed challenge back to be written anew: until it is published again it is no longer public.
///
/// # Errors
/// [`diesel::NotFound`] when the challenge is not as it was read.
pub fn take_back(conn: &mut Conn, row: &ChallengeRow, to: ChallengeStage, now: Timestamp) -> QueryResult<ChallengeRow> {
    step!(conn, challenges, ChallengeRow, row, to, now, challenges::published_at.eq(None::<Timestamp>))
}

/// Suspends the challenge.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn suspend(conn: &mut Conn, row: &ChallengeRow, to: ChallengeStage, now: Timestamp) -> QueryResult<ChallengeRow> {
    step!(conn, challenges, ChallengeRow, row, to, now, challenges::suspended_at.eq(now))
}

/// Moves the deadline of the current round, and ends a suspension.
///
/// # Errors
/// [`diesel::NotFound`] when the challenge is not as it was read.
pub fn reschedule(
    conn: &mut Conn,
    row: &ChallengeRow,
    to: ChallengeStage,
    deadline: Deadline,
    now: Timestamp,
) -> QueryResult<ChallengeRow> {
    let round = challenge_rounds::table.find((row.id, row.round));
    diesel::update(round).set(challenge_rounds::closes_at.eq(deadline.closes_at)).execute(conn)?;
    step!(
        conn,
        challenges,
        ChallengeRow,
        row,
        to,
        now,
        challenges::closes_at.eq(deadline.closes_at),
        challenges::questions_until.eq(deadline.questions_until),
        challenges::suspended_at.eq(None::<Timestamp>),
    )
}

/// Replaces the content of a published challenge, as a correction says: its row is locked, and [`reschedule`] follows.
///
/// # Errors
/// The database does not answer.
pub fn correct(conn: &mut Conn, id: ChallengeId, content: &ChallengeInput) -> QueryResult<()> {
    let kept = Json::of(content)?;
    let values = (challenges::content.eq(kept.text()), challenges::fiscal_cap_fen.eq(content.fiscal_cap_fen));
    diesel::update(challenges::table.find(id)).set(values).execute(conn).map(|_| ())
}

/// Lifts the seal of the current round, and writes down who did, when, and how many bids it held.
///
/// # Errors
/// [`diesel::NotFound`] when the challenge is not as it was read.
pub fn lift_seal(
    conn: &mut Conn,
    row: &ChallengeRow,
    to: ChallengeStage,
    bids: i32,
    by: UserId,
    now: Timestamp,
) -> QueryResult<ChallengeRow> {
    let opened = (challenge_rounds::bids.eq(bids), challenge_rounds::opened_at.eq(now), challenge_rounds::opened_by.eq(by));
    diesel::update(challenge_rounds::table.find((row.id, row.round))).set(opened).execute(conn)?;
    step!(conn, challenges, ChallengeRow, row, to, now, challenges::opened_round.eq(row.round))
}

/// Sets the end of the publicity.
///
/// # Errors
/// [`diesel::NotFound`] when the challenge is not as it was read.
pub fn publicise(conn: &mut Conn, row: &ChallengeRow, to: ChallengeStage, ends_on: Date, now: Timestamp) -> QueryResult<ChallengeRow> {
    step!(conn, challenges, ChallengeRow, row, to, now, challenges::publicity_ends_on.eq(ends_on))
}

/// Ends the round without an award, with its reason.
///
/// # Errors
/// [`diesel::NotFound`] when the challenge is not as it was read.
pub fn fail(
    conn: &mut Conn,
    row: &ChallengeRow,
    to: ChallengeStage,
    reason: FailReason,
    detail: &str,
    now: Timestamp,
) -> QueryResult<ChallengeRow> {
    let outcome = (challenge_rounds::fail_reason.eq(reason), challenge_rounds::fail_detail.eq(detail), challenge_rounds::failed_at.eq(now));
    diesel::update(challenge_rounds::table.find((row.id, row.round))).set(outcome).execute(conn)?;
    step!(conn, challenges, ChallengeRow, row, to, now)
}

/// The rounds of a challenge, first to last.
///
/// # Errors
/// The database does not answer.
pub fn rounds(conn: &mut Conn, id: ChallengeId) -> QueryResult<Vec<RoundRow>> {
    challenge_rounds::table
        .filter(challenge_rounds::challenge_id.eq(id))
        .order(challenge_rounds::round)
        .select(RoundRow::as_select())
        .load(conn)
}

/// Open challenges whose time to bid is over at `now`, at most `limit`.
///
/// # Errors
/// The database does not answer.
pub fn overdue(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<ChallengeId>> {
    challenges::table
        .filter(challenges::stage.eq(ChallengeStage::Open).and(challenges::closes_at.le(now)))
        .order((challenges::closes_at, challenges::id))
        .limit(limit)
        .select(challenges::id)
        .load(conn)
}
