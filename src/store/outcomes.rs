//! Outcomes, with their owners and the projects that count them. The years after are in [`super::outcome_years`].

use crate::domain::id::{ChallengeId, OrganizationId, OutcomeId, ProjectId, UserId};
use crate::domain::money::{Fen, split};
use crate::domain::outcome::input::{OutcomeInput, OutcomeShare};
use crate::domain::outcome::tracking::TrackingState;
use crate::domain::outcome::{AwardPart, Maturity, OutcomeKind, OutcomeStage, TransferMode};
use crate::domain::policy::Scope;
use crate::domain::time::{Date, Timestamp};
use crate::store::page::{Page, by_id};
use crate::store::schema::{outcome_owners, outcome_shares, outcome_years, outcomes, projects};
use crate::store::{Conn, Multi, step};
use diesel::prelude::*;

/// A row of `outcomes`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = outcomes, treat_none_as_default_value = false)]
pub struct OutcomeRow {
    pub id: OutcomeId,
    /// The project whose team registered it.
    pub project_id: ProjectId,
    pub kind: OutcomeKind,
    pub title: String,
    pub number: Option<String>,
    /// The number as it is compared.
    pub number_key: Option<String>,
    pub dated_on: Date,
    pub year: i32,
    pub award_part: Option<AwardPart>,
    /// As registered.
    pub maturity: Option<Maturity>,
    pub transfer_mode: Option<TransferMode>,
    pub contract_no: Option<String>,
    pub transfer_fen: Fen,
    pub sales_fen: Fen,
    /// As of the last word.
    pub maturity_now: Option<Maturity>,
    pub transfer_total_fen: Fen,
    pub sales_total_fen: Fen,
    pub share_note: Option<String>,
    pub stage: OutcomeStage,
    pub registered_by: UserId,
    pub confirmed_by: Option<UserId>,
    pub opinion: Option<String>,
    /// When the next year is due of which nothing was said; none before its project ended, and when all is said.
    pub next_due_on: Option<Date>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A project that counts an outcome, with what its share comes to.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = outcome_shares, treat_none_as_default_value = false)]
pub struct ShareRow {
    pub outcome_id: OutcomeId,
    pub project_id: ProjectId,
    pub share_bps: i32,
    pub transfer_fen: Fen,
    pub sales_fen: Fen,
    pub confirmed_by: Option<UserId>,
}

/// A share, who leads its project and who is its sponsor.
pub type Share = (ShareRow, OrganizationId, Option<OrganizationId>);

/// What a list of outcomes can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct OutcomeFilter {
    pub project_id: Option<ProjectId>,
    pub challenge_id: Option<ChallengeId>,
    pub kind: Option<OutcomeKind>,
    pub year: Option<i32>,
    pub stage: Option<OutcomeStage>,
    /// How its next year stands.
    pub follow_up: Option<TrackingState>,
}

impl OutcomeRow {
    /// A new row.
    #[must_use]
    pub fn new(project_id: ProjectId, input: &OutcomeInput, stage: OutcomeStage, by: UserId, now: Timestamp) -> Self {
        let row = Self {
            id: OutcomeId::new(now),
            project_id,
            kind: input.kind,
            title: String::new(),
            number: None,
            number_key: None,
            dated_on: input.dated_on,
            year: 0,
            award_part: None,
            maturity: None,
            transfer_mode: None,
            contract_no: None,
            transfer_fen: Fen::ZERO,
            sales_fen: Fen::ZERO,
            maturity_now: None,
            transfer_total_fen: Fen::ZERO,
            sales_total_fen: Fen::ZERO,
            share_note: None,
            stage,
            registered_by: by,
            confirmed_by: None,
            opinion: None,
            next_due_on: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        row.filled(input, by)
    }

    /// The row with what its team writes.
    fn filled(self, input: &OutcomeInput, by: UserId) -> Self {
        let transfer_fen = input.transfer.as_ref().map_or(Fen::ZERO, |transfer| transfer.value_fen);
        Self {
            kind: input.kind,
            title: input.title.to_string(),
            number: input.number.as_ref().map(ToString::to_string),
            number_key: input.number.as_ref().map(|number| crate::domain::outcome::number_key(number.as_str())),
            dated_on: input.dated_on,
            year: chrono::Datelike::year(&input.dated_on.0),
            award_part: input.award_part,
            maturity: input.maturity,
            transfer_mode: input.transfer.as_ref().map(|transfer| transfer.mode),
            contract_no: input.transfer.as_ref().map(|transfer| transfer.contract_no.to_string()),
            transfer_fen,
            sales_fen: input.sales_fen,
            maturity_now: input.maturity,
            transfer_total_fen: transfer_fen,
            sales_total_fen: input.sales_fen,
            share_note: input.share_note.as_ref().map(ToString::to_string),
            registered_by: by,
            ..self
        }
    }
}

/// Adds a row with its owners and shares. The project that registers it agrees with its own share.
///
/// # Errors
/// One of this kind and number is there already.
pub fn insert(conn: &mut Conn, row: &OutcomeRow, owners: &[OrganizationId], shares: &[OutcomeShare]) -> QueryResult<()> {
    diesel::insert_into(outcomes::table).values(row).execute(conn)?;
    keep(conn, row, owners, shares)
}

fn keep(conn: &mut Conn, row: &OutcomeRow, owners: &[OrganizationId], shares: &[OutcomeShare]) -> QueryResult<()> {
    for owner in owners {
        let values = (outcome_owners::outcome_id.eq(row.id), outcome_owners::organization_id.eq(*owner));
        diesel::insert_into(outcome_owners::table).values(values).execute(conn)?;
    }
    let bps: Vec<i64> = shares.iter().map(|share| share.share_bps.0).collect();
    let parts = split(row.transfer_total_fen, &bps).into_iter().zip(split(row.sales_total_fen, &bps));
    for (share, (transfer_fen, sales_fen)) in shares.iter().zip(parts) {
        let own = share.project_id == row.project_id;
        let values = ShareRow {
            outcome_id: row.id,
            project_id: share.project_id,
            share_bps: i32::try_from(share.share_bps.0).unwrap_or_default(),
            transfer_fen,
            sales_fen,
            confirmed_by: own.then_some(row.registered_by),
        };
        diesel::insert_into(outcome_shares::table).values(&values).execute(conn)?;
    }
    Ok(())
}

/// Puts what is written now in the place of what was; what was agreed on shares before is void.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read; one of this kind and number is there already.
pub fn edit(
    conn: &mut Conn,
    (row, to): (&OutcomeRow, OutcomeStage),
    input: &OutcomeInput,
    owners: &[OrganizationId],
    by: UserId,
    now: Timestamp,
) -> QueryResult<OutcomeRow> {
    let new = row.clone().filled(input, by);
    diesel::delete(outcome_owners::table.filter(outcome_owners::outcome_id.eq(row.id))).execute(conn)?;
    diesel::delete(outcome_shares::table.filter(outcome_shares::outcome_id.eq(row.id))).execute(conn)?;
    let what = (outcomes::kind.eq(new.kind), outcomes::title.eq(&new.title), outcomes::award_part.eq(new.award_part));
    let number = (outcomes::number.eq(&new.number), outcomes::number_key.eq(&new.number_key));
    let when = (outcomes::dated_on.eq(new.dated_on), outcomes::year.eq(new.year));
    let transfer = (
        outcomes::transfer_mode.eq(new.transfer_mode),
        outcomes::contract_no.eq(&new.contract_no),
        outcomes::transfer_fen.eq(new.transfer_fen),
    );
    let market = (outcomes::maturity.eq(new.maturity), outcomes::sales_fen.eq(new.sales_fen));
    let totals = (
        outcomes::maturity_now.eq(new.maturity_now),
        outcomes::transfer_total_fen.eq(new.transfer_total_fen),
        outcomes::sales_total_fen.eq(new.sales_total_fen),
    );
    let by = (outcomes::share_note.eq(&new.share_note), outcomes::registered_by.eq(by));
    let row = step!(conn, outcomes, OutcomeRow, row, to, now, what, number, when, transfer, market, totals, by)?;
    keep(conn, &row, owners, &input.all_shares(row.project_id))?;
    Ok(row)
}

/// The outcome, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: OutcomeId) -> QueryResult<Option<OutcomeRow>> {
    outcomes::table.find(id).select(OutcomeRow::as_select()).first(conn).optional()
}

/// A page of the outcomes that a caller of `own` organisation may see.
///
/// # Errors
/// The database does not answer.
pub fn list(
    conn: &mut Conn,
    (scope, own): (Scope, OrganizationId),
    filter: &OutcomeFilter,
    today: Date,
    page: &Page,
) -> QueryResult<Vec<OutcomeRow>> {
    let mut query = outcomes::table.select(OutcomeRow::as_select()).into_boxed::<Multi>();
    let counted = outcome_shares::table.inner_join(projects::table).select(outcome_shares::outcome_id);
    if !scope.all {
        let sponsored = projects::sponsor_id.is_not_null().and(projects::sponsor_id.assume_not_null().eq(own));
        query = query.filter(outcomes::id.eq_any(counted.filter(projects::lead_org_id.eq(own).or(sponsored))));
    }
    if let Some(challenge) = filter.challenge_id {
        query = query.filter(outcomes::id.eq_any(counted.filter(projects::challenge_id.eq(challenge))));
    }
    if let Some(project) = filter.project_id {
        let of_project = outcome_shares::table.filter(outcome_shares::project_id.eq(project)).select(outcome_shares::outcome_id);
        query = query.filter(outcomes::id.eq_any(of_project));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(outcomes::kind.eq(kind));
    }
    if let Some(year) = filter.year {
        query = query.filter(outcomes::year.eq(year));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(outcomes::stage.eq(stage));
    }
    if let Some(state) = filter.follow_up {
        let next = outcomes::next_due_on.assume_not_null();
        query = query.filter(outcomes::stage.eq(OutcomeStage::Confirmed));
        query = match state {
            TrackingState::Missing => query.filter(outcomes::next_due_on.is_not_null().and(next.lt(today))),
            TrackingState::Due => query.filter(outcomes::next_due_on.is_not_null().and(next.ge(today))),
            TrackingState::Reported => query.filter(outcomes::id.eq_any(outcome_years::table.select(outcome_years::outcome_id))),
        };
    }
    by_id!(query, outcomes, page).load(conn)
}

/// The owners of these outcomes.
///
/// # Errors
/// The database does not answer.
pub fn owners(conn: &mut Conn, ids: &[OutcomeId]) -> QueryResult<Vec<(OutcomeId, OrganizationId)>> {
    outcome_owners::table
        .filter(outcome_owners::outcome_id.eq_any(ids.iter().copied()))
        .order((outcome_owners::outcome_id, outcome_owners::organization_id))
        .select((outcome_owners::outcome_id, outcome_owners::organization_id))
        .load(conn)
}

/// The shares of these outcomes, each outcome's in the order of the projects' ids.
///
/// # Errors
/// The database does not answer.
pub fn shares(conn: &mut Conn, ids: &[OutcomeId]) -> QueryResult<Vec<Share>> {
    outcome_shares::table
        .inner_join(projects::table)
        .filter(outcome_shares::outcome_id.eq_any(ids.iter().copied()))
        .order((outcome_shares::outcome_id, outcome_shares::project_id))
        .select((ShareRow::as_select(), projects::lead_org_id, projects::sponsor_id))
        .load(conn)
}

/// Keeps that a project agrees with its share.
///
/// # Errors
/// The database does not answer.
pub fn agree(conn: &mut Conn, id: OutcomeId, project: ProjectId, by: UserId) -> QueryResult<()> {
    let share = outcome_shares::table.find((id, project));
    diesel::update(share).set(outcome_shares::confirmed_by.eq(by)).execute(conn).map(|_| ())
}

/// Moves an outcome on.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn advance(conn: &mut Conn, row: &OutcomeRow, to: OutcomeStage, now: Timestamp) -> QueryResult<OutcomeRow> {
    step!(conn, outcomes, OutcomeRow, row, to, now)
}

/// Sends an outcome back to its team.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn send_back(conn: &mut Conn, row: &OutcomeRow, to: OutcomeStage, opinion: &str, now: Timestamp) -> QueryResult<OutcomeRow> {
    step!(conn, outcomes, OutcomeRow, row, to, now, outcomes::opinion.eq(opinion))
}

/// Keeps that the commissioner confirmed it.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn confirm(conn: &mut Conn, row: &OutcomeRow, to: OutcomeStage, by: UserId, now: Timestamp) -> QueryResult<OutcomeRow> {
    step!(conn, outcomes, OutcomeRow, row, to, now, outcomes::confirmed_by.eq(by), outcomes::opinion.eq(None::<String>))
}

/// Those that a person is to confirm as commissioner or backup, with their projects' codes and titles.
///
/// # Errors
/// The database does not answer.
pub fn to_confirm(conn: &mut Conn, user: UserId) -> QueryResult<Vec<(OutcomeRow, String, String)>> {
    let theirs = projects::commissioner_id.eq(user).or(projects::backup_id.eq(user)).assume_not_null();
    outcomes::table
        .inner_join(projects::table)
        .filter(outcomes::stage.eq(OutcomeStage::Registered).and(theirs))
        .select((OutcomeRow::as_select(), projects::code, projects::title))
        .load(conn)
}
