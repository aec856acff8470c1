//! Payments. The database itself refuses a second person at two desks and a second use of a voucher.

use crate::domain::id::{MilestoneId, OrganizationId, PaymentId, ProjectId, UserId};
use crate::domain::money::Fen;
use crate::domain::payment::{Gate, PayInput, PaymentStage, Source};
use crate::domain::policy::Scope;
use crate::domain::time::{Date, Timestamp};
use crate::store::page::{Page, by_id};
use crate::store::projects::ProjectRow;
use crate::store::schema::{payments, projects};
use crate::store::{Conn, Multi, step};
use diesel::prelude::*;

/// A row of `payments`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = payments, treat_none_as_default_value = false)]
pub struct PaymentRow {
    pub id: PaymentId,
    pub project_id: ProjectId,
    pub number: i32,
    pub source: Source,
    pub gate: Gate,
    pub milestone_id: Option<MilestoneId>,
    pub amount_fen: Fen,
    pub stage: PaymentStage,
    pub requested_by: Option<UserId>,
    /// When it was asked for: holding it does not begin the time to check it anew.
    pub requested_at: Option<Timestamp>,
    pub checked_by: Option<UserId>,
    pub approved_by: Option<UserId>,
    /// The Beijing day of that: the money does not leave before it.
    pub approved_on: Option<Date>,
    pub paid_by: Option<UserId>,
    pub voucher_no: Option<String>,
    pub paid_on: Option<Date>,
    /// Who recorded that the last transfer came back.
    pub returned_by: Option<UserId>,
    /// Where it stood before it was held.
    pub held_from: Option<PaymentStage>,
    pub held_by: Option<UserId>,
    pub hold_reason: Option<String>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl PaymentRow {
    /// A planned payment whose gate is closed: how much of which source, and what opens it.
    #[must_use]
    pub fn locked(
        project: ProjectId,
        number: i32,
        (source, amount_fen): (Source, Fen),
        (gate, milestone_id): (Gate, Option<MilestoneId>),
        now: Timestamp,
    ) -> Self {
        Self {
            id: PaymentId::new(now),
            project_id: project,
            number,
            source,
            gate,
            milestone_id,
            amount_fen,
            stage: PaymentStage::Locked,
            requested_by: None,
            requested_at: None,
            checked_by: None,
            approved_by: None,
            approved_on: None,
            paid_by: None,
            voucher_no: None,
            paid_on: None,
            returned_by: None,
            held_from: None,
            held_by: None,
            hold_reason: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// What a list of payments can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct PaymentFilter {
    pub project_id: Option<ProjectId>,
    pub stage: Option<PaymentStage>,
    pub source: Option<Source>,
    /// From when until when it was paid.
    pub paid_within: Option<(Date, Date)>,
}

/// Adds a row.
///
/// # Errors
/// The project has a payment of this number already.
pub fn insert(conn: &mut Conn, row: &PaymentRow) -> QueryResult<()> {
    diesel::insert_into(payments::table).values(row).execute(conn).map(|_| ())
}

/// The payment, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: PaymentId) -> QueryResult<Option<PaymentRow>> {
    payments::table.find(id).select(PaymentRow::as_select()).first(conn).optional()
}

/// A page of the payments that a caller of `own` organisation may see, each with its project.
///
/// # Errors
/// The database does not answer.
pub fn list(
    conn: &mut Conn,
    scope: Scope,
    own: OrganizationId,
    filter: &PaymentFilter,
    page: &Page,
) -> QueryResult<Vec<(PaymentRow, ProjectRow)>> {
    let mut query =
        payments::table.inner_join(projects::table).select((PaymentRow::as_select(), ProjectRow::as_select())).into_boxed::<Multi>();
    if !scope.all {
        query = query.filter(
            projects::lead_org_id.eq(own).or(projects::sponsor_id.is_not_null().and(projects::sponsor_id.assume_not_null().eq(own))),
        );
    }
    if let Some(project) = filter.project_id {
        query = query.filter(payments::project_id.eq(project));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(payments::stage.eq(stage));
    }
    if let Some(source) = filter.source {
        query = query.filter(payments::source.eq(source));
    }
    if let Some((from, until)) = filter.paid_within {
        query = query.filter(payments::paid_on.between(from, until));
    }
    by_id!(query, payments, page).load(conn)
}

/// The payments of a project, in order.
///
/// # Errors
/// The database does not answer.
pub fn of_project(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<PaymentRow>> {
    payments::table.filter(payments::project_id.eq(project)).order(payments::number).select(PaymentRow::as_select()).load(conn)
}

/// What was paid of the department's money to these projects, payment by payment.
///
/// # Errors
/// The database does not answer.
pub fn paid_of(conn: &mut Conn, ids: &[ProjectId]) -> QueryResult<Vec<(ProjectId, Fen)>> {
    payments::table
        .filter(payments::project_id.eq_any(ids.iter().copied()))
        .filter(payments::stage.eq(PaymentStage::Paid).and(payments::source.eq(Source::Fiscal)))
        .select((payments::project_id, payments::amount_fen))
        .load(conn)
}

/// Removes the payments of a project that is planned anew.
///
/// # Errors
/// The database does not answer.
pub fn clear(conn: &mut Conn, project: ProjectId) -> QueryResult<()> {
    diesel::delete(payments::table.filter(payments::project_id.eq(project))).execute(conn).map(|_| ())
}

/// Moves the payment on.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(conn: &mut Conn, row: &PaymentRow, to: PaymentStage, now: Timestamp) -> QueryResult<PaymentRow> {
    step!(conn, payments, PaymentRow, row, to, now)
}

/// A team asks for the money.
///
/// # Errors
/// [`diesel::NotFound`] when the payment is not as it was read.
pub fn request(conn: &mut Conn, row: &PaymentRow, to: PaymentStage, by: UserId, now: Timestamp) -> QueryResult<PaymentRow> {
    step!(conn, payments, PaymentRow, row, to, now, payments::requested_by.eq(by), payments::requested_at.eq(now))
}

/// The commissioner signs.
///
/// # Errors
/// [`diesel::NotFound`] when the payment is not as it was read.
pub fn check(conn: &mut Conn, row: &PaymentRow, to: PaymentStage, by: UserId, now: Timestamp) -> QueryResult<PaymentRow> {
    step!(conn, payments, PaymentRow, row, to, now, payments::checked_by.eq(by))
}

/// The first of two finance officers signs.
///
/// # Errors
/// [`diesel::NotFound`] when the payment is not as it was read.
pub fn approve(conn: &mut Conn, row: &PaymentRow, to: PaymentStage, by: UserId, now: Timestamp) -> QueryResult<PaymentRow> {
    step!(conn, payments, PaymentRow, row, to, now, payments::approved_by.eq(by), payments::approved_on.eq(now.date()))
}

/// The second finance officer records the transfer.
///
/// # Errors
/// [`diesel::NotFound`] when the payment is not as it was read; the voucher was used before.
pub fn pay(conn: &mut Conn, row: &PaymentRow, to: PaymentStage, input: &PayInput, by: UserId, now: Timestamp) -> QueryResult<PaymentRow> {
    step!(
        conn,
        payments,
        PaymentRow,
        row,
        to,
        now,
        payments::paid_by.eq(by),
        payments::voucher_no.eq(input.voucher_no.as_str()),
        payments::paid_on.eq(input.paid_on),
        payments::returned_by.eq(None::<UserId>)
    )
}

/// Sends a request back to its beginning; all signatures on it are void.
///
/// # Errors
/// [`diesel::NotFound`] when the payment is not as it was read.
pub fn send_back(conn: &mut Conn, row: &PaymentRow, to: PaymentStage, now: Timestamp) -> QueryResult<PaymentRow> {
    step!(
        conn,
        payments,
        PaymentRow,
        row,
        to,
        now,
        payments::requested_by.eq(None::<UserId>),
        payments::requested_at.eq(None::<Timestamp>),
        payments::checked_by.eq(None::<UserId>),
        payments::approved_by.eq(None::<UserId>),
        payments::approved_on.eq(None::<Date>)
    )
}

/// Notes that the money came back: whoever paid it, and the voucher, stay with the transfer alone.
///
/// # Errors
/// [`diesel::NotFound`] when the payment is not as it was read.
pub fn reverse(conn: &mut Conn, row: &PaymentRow, to: PaymentStage, by: UserId, now: Timestamp) -> QueryResult<PaymentRow> {
    step!(
        conn,
        payments,
        PaymentRow,
        row,
        to,
        now,
        payments::paid_by.eq(None::<UserId>),
        payments::voucher_no.eq(None::<&str>),
        payments::paid_on.eq(None::<Date>),
        payments::returned_by.eq(by)
    )
}

/// Holds the payment where it stands.
///
/// # Errors
/// [`diesel::NotFound`] when the payment is not as it was read.
pub fn hold(conn: &mut Conn, row: &PaymentRow, to: PaymentStage, reason: &str, by: UserId, now: Timestamp) -> QueryResult<PaymentRow> {
    step!(
        conn,
        payments,
        PaymentRow,
        row,
        to,
        now,
        payments::held_from.eq(row.stage),
        payments::held_by.eq(by),
        payments::hold_reason.eq(reason)
    )
}

/// Lets a payment go that was held: back to where it stood, or to its end.
///
/// # Errors
/// [`diesel::NotFound`] when the payment is not as it was read.
pub fn release(conn: &mut Conn, row: &PaymentRow, to: PaymentStage, now: Timestamp) -> QueryResult<PaymentRow> {
    step!(
        conn,
        payments,
        PaymentRow,
        row,
        to,
        now,
        payments::held_from.eq(None::<PaymentStage>),
        payments::held_by.eq(None::<UserId>),
        payments::hold_reason.eq(None::<&str>)
    )
}
