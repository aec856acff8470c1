//! Transfers: each time that money of a payment left, and whether it came back. The database itself lets one of a payment stand.

use crate::domain::id::{PaymentId, UserId};
use crate::domain::money::Fen;
use crate::domain::time::Date;
use crate::store::Conn;
use crate::store::schema::transfers;
use diesel::prelude::*;

/// A row of `transfers`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = transfers, treat_none_as_default_value = false)]
pub struct TransferRow {
    pub payment_id: PaymentId,
    pub number: i32,
    pub amount_fen: Fen,
    pub voucher_no: String,
    pub paid_on: Date,
    pub paid_by: UserId,
    pub returned_on: Option<Date>,
    pub returned_by: Option<UserId>,
    pub return_reason: Option<String>,
}

/// Adds a row.
///
/// # Errors
/// A transfer of this payment stands already, or the voucher was used before.
pub fn insert(conn: &mut Conn, row: &TransferRow) -> QueryResult<()> {
    diesel::insert_into(transfers::table).values(row).execute(conn).map(|_| ())
}

/// The transfers of a payment, in order.
///
/// # Errors
/// The database does not answer.
pub fn of_payment(conn: &mut Conn, payment: PaymentId) -> QueryResult<Vec<TransferRow>> {
    transfers::table.filter(transfers::payment_id.eq(payment)).order(transfers::number).select(TransferRow::as_select()).load(conn)
}

/// Notes that the transfer which stands came back.
///
/// # Errors
/// None stands: the payment is not paid.
pub fn give_back(conn: &mut Conn, payment: PaymentId, on: Date, by: UserId, reason: &str) -> QueryResult<()> {
    let stands = transfers::table.filter(transfers::payment_id.eq(payment).and(transfers::returned_on.is_null()));
    let set = (transfers::returned_on.eq(on), transfers::returned_by.eq(by), transfers::return_reason.eq(reason));
    match diesel::update(stands).set(set).execute(conn)? {
        0 => Err(diesel::NotFound),
        _ => Ok(()),
    }
}
