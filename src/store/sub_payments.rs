//! Sub-payments 转拨: what the lead of a project passed on to its partners.

use crate::domain::id::{OrganizationId, PaymentId, ProjectId, UserId};
use crate::domain::money::Fen;
use crate::domain::time::Date;
use crate::store::Conn;
use crate::store::schema::{payments, sub_payments};
use diesel::prelude::*;

/// A row of `sub_payments`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sub_payments, treat_none_as_default_value = false)]
pub struct SubPaymentRow {
    pub payment_id: PaymentId,
    pub number: i32,
    pub organization_id: OrganizationId,
    pub amount_fen: Fen,
    pub forwarded_on: Date,
    pub voucher_no: String,
    pub recorded_by: UserId,
}

/// Adds a row.
///
/// # Errors
/// The voucher was used for this payment before.
pub fn insert(conn: &mut Conn, row: &SubPaymentRow) -> QueryResult<()> {
    diesel::insert_into(sub_payments::table).values(row).execute(conn).map(|_| ())
}

/// What was passed on of a payment, in order.
///
/// # Errors
/// The database does not answer.
pub fn of_payment(conn: &mut Conn, payment: PaymentId) -> QueryResult<Vec<SubPaymentRow>> {
    let own = sub_payments::table.filter(sub_payments::payment_id.eq(payment));
    own.order(sub_payments::number).select(SubPaymentRow::as_select()).load(conn)
}

/// What was passed on of all payments of a project: to whom, and how much.
///
/// # Errors
/// The database does not answer.
pub fn of_project(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<(OrganizationId, Fen)>> {
    sub_payments::table
        .inner_join(payments::table)
        .filter(payments::project_id.eq(project))
        .select((sub_payments::organization_id, sub_payments::amount_fen))
        .load(conn)
}
