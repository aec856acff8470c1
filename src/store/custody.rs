//! Custody: the keys of people who hold shares, and the shares of each round.

use crate::domain::id::{ChallengeId, UserId};
use crate::domain::policy::Role;
use crate::domain::time::Timestamp;
use crate::domain::user::UserStatus;
use crate::store::schema::{challenge_rounds, custodians, custodies, organizations, user_roles, users};
use crate::store::{Conn, Multi};
use diesel::prelude::*;

/// A row of `custodies`: the keys of a person who may hold shares.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = custodies, treat_none_as_default_value = false)]
pub struct CustodyRow {
    pub user_id: UserId,
    pub public_key: Vec<u8>,
    pub salt: Vec<u8>,
    /// How much work it is to make a key of the passphrase: memory in KiB, passes.
    pub memory: i32,
    pub passes: i32,
    /// The private key, locked with the passphrase and once more with the service's own key.
    pub locked: Vec<u8>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A row of `custodians`: a share of the key of a round.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = custodians, treat_none_as_default_value = false)]
pub struct CustodianRow {
    pub challenge_id: ChallengeId,
    pub round: i32,
    pub number: i32,
    pub user_id: UserId,
    /// Sealed to the person's public key; none once the round is over.
    pub share: Option<Vec<u8>>,
    pub released_at: Option<Timestamp>,
    /// When the person lost the key that opens it.
    pub lost_at: Option<Timestamp>,
}

/// A custodian of a round with what the round's page says of them.
#[derive(Clone, Debug, Queryable)]
pub struct KeeperRow {
    pub user_id: UserId,
    pub name: String,
    pub organization: String,
    pub division: Option<String>,
    pub released_at: Option<Timestamp>,
    pub lost_at: Option<Timestamp>,
}

/// A person's keys.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, user: UserId) -> QueryResult<Option<CustodyRow>> {
    custodies::table.find(user).select(CustodyRow::as_select()).first(conn).optional()
}

/// Adds a person's keys.
///
/// # Errors
/// The person has some already.
pub fn insert(conn: &mut Conn, row: &CustodyRow) -> QueryResult<()> {
    diesel::insert_into(custodies::table).values(row).execute(conn).map(|_| ())
}

/// Removes a person's keys.
///
/// # Errors
/// The database does not answer.
pub fn remove(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    diesel::delete(custodies::table.find(user)).execute(conn).map(|_| ())
}

/// Replaces what locks a person's private key, if the row is as it was read.
///
/// # Errors
/// [`diesel::NotFound`] when it is not.
pub fn lock_anew(conn: &mut Conn, row: &CustodyRow, version: i64) -> QueryResult<CustodyRow> {
    diesel::update(custodies::table.find(row.user_id).filter(custodies::version.eq(version)))
        .set((
            (custodies::salt.eq(&row.salt), custodies::memory.eq(row.memory), custodies::passes.eq(row.passes)),
            (custodies::locked.eq(&row.locked), custodies::version.eq(row.version), custodies::updated_at.eq(row.updated_at)),
        ))
        .returning(<CustodyRow as Selectable<Multi>>::construct_selection())
        .get_result(conn)
}

/// Adds the shares of a round.
///
/// # Errors
/// The database does not answer.
pub fn appoint(conn: &mut Conn, rows: &[CustodianRow]) -> QueryResult<()> {
    for row in rows {
        diesel::insert_into(custodians::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// The shares of a round, by their numbers.
///
/// # Errors
/// The database does not answer.
pub fn of_round(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Vec<CustodianRow>> {
    custodians::table
        .filter(custodians::challenge_id.eq(challenge).and(custodians::round.eq(round)))
        .order(custodians::number)
        .select(CustodianRow::as_select())
        .load(conn)
}

/// The custodians of a round, by the numbers of their shares.
///
/// # Errors
/// The database does not answer.
pub fn keepers(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Vec<KeeperRow>> {
    custodians::table
        .inner_join(users::table.inner_join(organizations::table))
        .filter(custodians::challenge_id.eq(challenge).and(custodians::round.eq(round)))
        .order(custodians::number)
        .select((custodians::user_id, users::name, organizations::name, users::division, custodians::released_at, custodians::lost_at))
        .load(conn)
}

/// The rounds of which a person holds or held a share.
///
/// # Errors
/// The database does not answer.
pub fn kept_by(conn: &mut Conn, user: UserId) -> QueryResult<Vec<(ChallengeId, i32)>> {
    custodians::table.filter(custodians::user_id.eq(user)).select((custodians::challenge_id, custodians::round)).load(conn)
}

/// The shares that a person holds of rounds that are not opened, the latest first.
///
/// # Errors
/// The database does not answer.
pub fn held_by(conn: &mut Conn, user: UserId) -> QueryResult<Vec<CustodianRow>> {
    let round = custodians::challenge_id.eq(challenge_rounds::challenge_id).and(custodians::round.eq(challenge_rounds::round));
    custodians::table
        .inner_join(challenge_rounds::table.on(round))
        .filter(custodians::user_id.eq(user).and(custodians::share.is_not_null()).and(challenge_rounds::opened_at.is_null()))
        .order((custodians::challenge_id.desc(), custodians::round.desc()))
        .select(CustodianRow::as_select())
        .load(conn)
}

/// Notes that a share was released.
///
/// # Errors
/// The database does not answer.
pub fn release(conn: &mut Conn, row: &CustodianRow, now: Timestamp) -> QueryResult<()> {
    let place = custodians::table.find((row.challenge_id, row.round, row.number));
    diesel::update(place).set(custodians::released_at.eq(now)).execute(conn).map(|_| ())
}

/// Notes that a share can be opened by nobody any more.
///
/// # Errors
/// The database does not answer.
pub fn lose(conn: &mut Conn, row: &CustodianRow, now: Timestamp) -> QueryResult<()> {
    let place = custodians::table.find((row.challenge_id, row.round, row.number));
    diesel::update(place).set(custodians::lost_at.eq(now)).execute(conn).map(|_| ())
}

/// Removes the shares of a round that is over. Who held them stays written.
///
/// # Errors
/// The database does not answer.
pub fn forget(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<()> {
    let rows = custodians::table.filter(custodians::challenge_id.eq(challenge).and(custodians::round.eq(round)));
    diesel::update(rows).set(custodians::share.eq(None::<Vec<u8>>)).execute(conn).map(|_| ())
}

/// Which of these people hold one of `roles`, of those whose account is in use.
///
/// # Errors
/// The database does not answer.
pub fn active_with(conn: &mut Conn, people: &[UserId], roles: &[Role]) -> QueryResult<Vec<UserId>> {
    users::table
        .inner_join(user_roles::table)
        .filter(users::id.eq_any(people.iter().copied()).and(users::status.eq(UserStatus::Active)))
        .filter(user_roles::role.eq_any(roles.iter().copied()))
        .select(users::id)
        .distinct()
        .load(conn)
}
