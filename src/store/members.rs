//! Members of bids.

use crate::domain::id::{BidId, UserId};
use crate::domain::member::{Access, Member};
use crate::domain::user::UserStatus;
use crate::store::schema::{bid_members, users};
use crate::store::{Conn, on};
use diesel::prelude::*;

/// The members of these bids whose accounts are in use: one query for a page.
///
/// # Errors
/// The database does not answer.
pub fn in_use(conn: &mut Conn, bids: &[BidId]) -> QueryResult<Vec<(BidId, UserId, Access)>> {
    bid_members::table
        .inner_join(users::table)
        .filter(bid_members::bid_id.eq_any(bids.iter().copied()).and(users::status.eq(UserStatus::Active)))
        .select((bid_members::bid_id, bid_members::user_id, bid_members::access))
        .load(conn)
}

/// The members of one bid whose accounts are in use.
///
/// # Errors
/// The database does not answer.
pub fn in_use_of(conn: &mut Conn, bid: BidId) -> QueryResult<Vec<(BidId, UserId, Access)>> {
    on!(conn, inner => bid_members::table
        .inner_join(users::table)
        .filter(bid_members::bid_id.eq(bid).and(users::status.eq(UserStatus::Active)))
        .select((bid_members::bid_id, bid_members::user_id, bid_members::access))
        .load(inner))
}

/// The members of a bid, whether or not their accounts are in use.
///
/// # Errors
/// The database does not answer.
pub fn of_bid(conn: &mut Conn, bid: BidId) -> QueryResult<Vec<Member>> {
    let rows = bid_members::table.filter(bid_members::bid_id.eq(bid)).order(bid_members::user_id);
    let rows: Vec<(UserId, Access)> = rows.select((bid_members::user_id, bid_members::access)).load(conn)?;
    Ok(rows.into_iter().map(|(user_id, access)| Member { user_id, access }).collect())
}

/// Replaces the members of a bid.
///
/// # Errors
/// The database does not answer.
pub fn replace(conn: &mut Conn, bid: BidId, members: &[Member]) -> QueryResult<()> {
    diesel::delete(bid_members::table.filter(bid_members::bid_id.eq(bid))).execute(conn)?;
    for member in members {
        let row = (bid_members::bid_id.eq(bid), bid_members::user_id.eq(member.user_id), bid_members::access.eq(member.access));
        diesel::insert_into(bid_members::table).values(row).execute(conn)?;
    }
    Ok(())
}
