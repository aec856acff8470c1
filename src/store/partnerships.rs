//! Partnerships of bids. Their terms stand in the bid alone; here is only a mark of them.

use crate::domain::id::{BidId, ChallengeId, OrganizationId, PartnershipId, UserId};
use crate::domain::partnership::PartnershipStage;
use crate::domain::time::Timestamp;
use crate::store::page::{Page, by_id};
use crate::store::schema::partnerships;
use crate::store::{Conn, Multi, step};
use diesel::prelude::*;

/// A row of `partnerships`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = partnerships, treat_none_as_default_value = false)]
pub struct PartnershipRow {
    pub id: PartnershipId,
    pub bid_id: BidId,
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub organization_id: OrganizationId,
    pub stage: PartnershipStage,
    /// A keyed mark of the terms that are asked, or were confirmed.
    pub terms: String,
    pub decided_by: Option<UserId>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &PartnershipRow) -> QueryResult<()> {
    diesel::insert_into(partnerships::table).values(row).execute(conn).map(|_| ())
}

/// Removes the row: the bid names this partner no more.
///
/// # Errors
/// The database does not answer.
pub fn remove(conn: &mut Conn, id: PartnershipId) -> QueryResult<()> {
    diesel::delete(partnerships::table.find(id)).execute(conn).map(|_| ())
}

/// The partnership, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: PartnershipId) -> QueryResult<Option<PartnershipRow>> {
    partnerships::table.find(id).select(PartnershipRow::as_select()).first(conn).optional()
}

/// The partnerships of a bid.
///
/// # Errors
/// The database does not answer.
pub fn of_bid(conn: &mut Conn, bid: BidId) -> QueryResult<Vec<PartnershipRow>> {
    partnerships::table.filter(partnerships::bid_id.eq(bid)).order(partnerships::id).select(PartnershipRow::as_select()).load(conn)
}

/// Those of these bids in which an organisation has confirmed a part.
///
/// # Errors
/// The database does not answer.
pub fn with_part(conn: &mut Conn, bids: &[BidId], organization: OrganizationId) -> QueryResult<Vec<BidId>> {
    partnerships::table
        .filter(partnerships::organization_id.eq(organization).and(partnerships::stage.eq(PartnershipStage::Confirmed)))
        .filter(partnerships::bid_id.eq_any(bids.iter().copied()))
        .select(partnerships::bid_id)
        .load(conn)
}

/// The organisations that have confirmed a part in one of these bids.
///
/// # Errors
/// The database does not answer.
pub fn partners(conn: &mut Conn, bids: &[BidId]) -> QueryResult<Vec<OrganizationId>> {
    partnerships::table
        .filter(partnerships::bid_id.eq_any(bids.iter().copied()).and(partnerships::stage.eq(PartnershipStage::Confirmed)))
        .select(partnerships::organization_id)
        .load(conn)
}

/// A page of what an organisation was asked.
///
/// # Errors
/// The database does not answer.
pub fn of_organization(conn: &mut Conn, own: OrganizationId, page: &Page) -> QueryResult<Vec<PartnershipRow>> {
    let query = partnerships::table.filter(partnerships::organization_id.eq(own)).select(PartnershipRow::as_select());
    let query = query.into_boxed::<Multi>();
    by_id!(query, partnerships, page).load(conn)
}

/// Asks again, for other terms.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn ask(conn: &mut Conn, row: &PartnershipRow, to: PartnershipStage, terms: &str, now: Timestamp) -> QueryResult<PartnershipRow> {
    let nobody = None::<UserId>;
    step!(conn, partnerships, PartnershipRow, row, to, now, partnerships::terms.eq(terms), partnerships::decided_by.eq(nobody))
}

/// Writes down the partner's answer.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn answer(conn: &mut Conn, row: &PartnershipRow, to: PartnershipStage, by: UserId, now: Timestamp) -> QueryResult<PartnershipRow> {
    step!(conn, partnerships, PartnershipRow, row, to, now, partnerships::decided_by.eq(by))
}
