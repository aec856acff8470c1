//! Clawbacks and what came in for them. The database itself lets a project be settled once, and no more come back than is due.

use crate::domain::clawback::{ClawbackCause, ClawbackStage, OUTSTANDING};
use crate::domain::id::{ClawbackId, OrganizationId, ProjectId, UserId};
use crate::domain::money::Fen;
use crate::domain::partnership::PartnershipStage;
use crate::domain::policy::Scope;
use crate::domain::time::{Date, Timestamp};
use crate::store::page::{Page, by_id};
use crate::store::projects::ProjectRow;
use crate::store::schema::{clawback_receipts, clawbacks, partnerships, projects};
use crate::store::{Conn, Multi, step};
use diesel::prelude::*;

/// A row of `clawbacks`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = clawbacks, treat_none_as_default_value = false)]
pub struct ClawbackRow {
    pub id: ClawbackId,
    pub project_id: ProjectId,
    pub stage: ClawbackStage,
    pub cause: ClawbackCause,
    pub awarded_fen: Fen,
    pub paid_fen: Fen,
    pub spent_fen: Fen,
    pub irregular_fen: Fen,
    pub principal_fen: Fen,
    pub interest_fen: Fen,
    pub interest_rate_bps: Option<i32>,
    pub received_fen: Fen,
    pub audit_no: String,
    pub reason: String,
    pub decision_no: Option<String>,
    pub due_on: Option<Date>,
    pub created_by: UserId,
    pub decided_by: Option<UserId>,
    pub write_off_by: Option<UserId>,
    pub write_off_reason: Option<String>,
    pub written_off_fen: Fen,
    pub write_off_no: Option<String>,
    pub written_off_by: Option<UserId>,
    pub written_off_on: Option<Date>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ClawbackRow {
    /// Everything that goes back.
    #[must_use]
    pub fn due(&self) -> Fen {
        Fen::total([self.principal_fen, self.interest_fen])
    }

    /// What is still to come: nothing before the decision, and nothing once it is over.
    #[must_use]
    pub fn outstanding(&self) -> Fen {
        if OUTSTANDING.contains(&self.stage) { Fen(self.due().0.saturating_sub(self.received_fen.0)) } else { Fen::ZERO }
    }
}

/// Money that came back.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = clawback_receipts, treat_none_as_default_value = false)]
pub struct ReceiptRow {
    pub clawback_id: ClawbackId,
    pub number: i32,
    pub amount_fen: Fen,
    pub received_on: Date,
    pub voucher_no: String,
    pub recorded_by: UserId,
}

/// What a list of clawbacks can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct ClawbackFilter {
    pub project_id: Option<ProjectId>,
    pub stage: Option<ClawbackStage>,
}

/// Adds a row.
///
/// # Errors
/// The project is settled already, or about to be.
pub fn insert(conn: &mut Conn, row: &ClawbackRow) -> QueryResult<()> {
    diesel::insert_into(clawbacks::table).values(row).execute(conn).map(|_| ())
}

/// The clawback, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: ClawbackId) -> QueryResult<Option<ClawbackRow>> {
    clawbacks::table.find(id).select(ClawbackRow::as_select()).first(conn).optional()
}

/// A page of the clawbacks that a caller of `own` organisation may see, each with its project: a team's own once it was told.
///
/// # Errors
/// The database does not answer.
pub fn list(
    conn: &mut Conn,
    scope: Scope,
    own: OrganizationId,
    filter: &ClawbackFilter,
    page: &Page,
) -> QueryResult<Vec<(ClawbackRow, ProjectRow)>> {
    let mut query =
        clawbacks::table.inner_join(projects::table).select((ClawbackRow::as_select(), ProjectRow::as_select())).into_boxed::<Multi>();
    if !scope.all {
        let untold = [ClawbackStage::Proposed, ClawbackStage::Declined];
        query = query.filter(projects::lead_org_id.eq(own).and(clawbacks::stage.ne_all(untold)));
    }
    if let Some(project) = filter.project_id {
        query = query.filter(clawbacks::project_id.eq(project));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(clawbacks::stage.eq(stage));
    }
    by_id!(query, clawbacks, page).load(conn)
}

/// The clawback of a project that stands: proposed, decided or done, but not declined.
///
/// # Errors
/// The database does not answer.
pub fn standing(conn: &mut Conn, project: ProjectId) -> QueryResult<Option<ClawbackRow>> {
    let stands = clawbacks::project_id.eq(project).and(clawbacks::stage.ne(ClawbackStage::Declined));
    clawbacks::table.filter(stands).select(ClawbackRow::as_select()).first(conn).optional()
}

/// Those of these organisations that lead or joined a project whose money is outstanding although its day is past.
///
/// # Errors
/// The database does not answer.
pub fn overdue(conn: &mut Conn, organizations: &[OrganizationId], today: Date) -> QueryResult<Vec<OrganizationId>> {
    let late = || clawbacks::stage.eq_any(OUTSTANDING.iter().copied()).and(clawbacks::due_on.lt(today).assume_not_null());
    let mut found: Vec<OrganizationId> = clawbacks::table
        .inner_join(projects::table)
        .filter(projects::lead_org_id.eq_any(organizations.iter().copied()))
        .filter(late())
        .select(projects::lead_org_id)
        .load(conn)?;
    let joined: Vec<OrganizationId> = clawbacks::table
        .inner_join(projects::table)
        .inner_join(partnerships::table.on(partnerships::bid_id.eq(projects::bid_id)))
        .filter(partnerships::organization_id.eq_any(organizations.iter().copied()))
        .filter(partnerships::stage.eq(PartnershipStage::Confirmed))
        .filter(late())
        .select(partnerships::organization_id)
        .load(conn)?;
    found.extend(joined);
    Ok(found)
}

/// Writes down the decision, with the day by which the money is back.
///
/// # Errors
/// [`diesel::NotFound`] when the clawback is not as it was read.
pub fn decide(
    conn: &mut Conn,
    row: &ClawbackRow,
    to: ClawbackStage,
    decision: Option<(&str, Date)>,
    by: UserId,
    now: Timestamp,
) -> QueryResult<ClawbackRow> {
    let (decision_no, due_on) = decision.unzip();
    step!(
        conn,
        clawbacks,
        ClawbackRow,
        row,
        to,
        now,
        clawbacks::decision_no.eq(decision_no),
        clawbacks::due_on.eq(due_on),
        clawbacks::decided_by.eq(by)
    )
}

/// Takes money that came back.
///
/// # Errors
/// [`diesel::NotFound`] when the clawback is not as it was read; the voucher was used before.
pub fn receive(conn: &mut Conn, row: &ClawbackRow, to: ClawbackStage, receipt: &ReceiptRow, now: Timestamp) -> QueryResult<ClawbackRow> {
    diesel::insert_into(clawback_receipts::table).values(receipt).execute(conn)?;
    let received = Fen::total([row.received_fen, receipt.amount_fen]);
    step!(conn, clawbacks, ClawbackRow, row, to, now, clawbacks::received_fen.eq(received))
}

/// What came back, in order.
///
/// # Errors
/// The database does not answer.
pub fn receipts(conn: &mut Conn, id: ClawbackId) -> QueryResult<Vec<ReceiptRow>> {
    let own = clawback_receipts::table.filter(clawback_receipts::clawback_id.eq(id));
    own.order(clawback_receipts::number).select(ReceiptRow::as_select()).load(conn)
}

/// Proposes that the rest is written off.
///
/// # Errors
/// [`diesel::NotFound`] when the clawback is not as it was read.
pub fn propose_write_off(
    conn: &mut Conn,
    row: &ClawbackRow,
    to: ClawbackStage,
    reason: &str,
    by: UserId,
    now: Timestamp,
) -> QueryResult<ClawbackRow> {
    step!(conn, clawbacks, ClawbackRow, row, to, now, clawbacks::write_off_by.eq(by), clawbacks::write_off_reason.eq(reason))
}

/// Writes off what is outstanding: how much, by which decision, by whom, and when stay with the record.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn write_off(
    conn: &mut Conn,
    row: &ClawbackRow,
    to: ClawbackStage,
    decision_no: &str,
    by: UserId,
    now: Timestamp,
) -> QueryResult<ClawbackRow> {
    step!(
        conn,
        clawbacks,
        ClawbackRow,
        row,
        to,
        now,
        clawbacks::written_off_fen.eq(row.outstanding()),
        clawbacks::write_off_no.eq(decision_no),
        clawbacks::written_off_by.eq(by),
        clawbacks::written_off_on.eq(now.date())
    )
}

/// Moves the clawback on.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(conn: &mut Conn, row: &ClawbackRow, to: ClawbackStage, now: Timestamp) -> QueryResult<ClawbackRow> {
    step!(conn, clawbacks, ClawbackRow, row, to, now)
}
