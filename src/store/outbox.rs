//! The outbox: letters written in the transaction of the act, sent by a worker that claims them by lease.

use crate::domain::codes::codes;
use crate::domain::id::{AuditId, ChallengeId, LetterId, OrganizationId, UserId};
use crate::domain::notice::{Facts, Notice};
use crate::domain::policy::Role;
use crate::domain::time::Timestamp;
use crate::domain::user::{Locale, Sector, UserStatus};
use crate::store::schema::{custodians, outbox, subscriptions, user_roles, users};
use crate::store::{Conn, Json, Multi, on};
use diesel::prelude::*;

codes! {
    /// Where a letter stands.
    pub enum LetterState {
        Pending = "pending" "待发送",
        Sent = "sent" "已发送",
        Dead = "dead" "无法送达",
    }
}

/// A row of `outbox`. `(event_id, recipient, template)` is unique: nobody is told one thing twice.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
pub struct LetterRow {
    pub id: LetterId,
    pub event_id: AuditId,
    pub recipient: String,
    pub recipient_name: String,
    pub locale: Locale,
    pub template: Notice,
    pub facts: Json<Facts>,
    pub state: String,
    pub attempts: i32,
    pub due_at: Timestamp,
    pub leased_until: Option<Timestamp>,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}

/// Someone to whom letters go.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Recipient {
    pub email: String,
    pub name: String,
    pub locale: Locale,
}

/// Puts a letter into the outbox.
///
/// # Errors
/// The same letter is there already.
pub fn insert(conn: &mut Conn, row: &LetterRow) -> QueryResult<()> {
    on!(conn, inner => diesel::insert_into(outbox::table).values(row).execute(inner)).map(|_| ())
}

/// The person, even if the account is no longer in use: that it was closed is told, too.
///
/// # Errors
/// The database does not answer.
pub fn person(conn: &mut Conn, id: UserId) -> QueryResult<Vec<Recipient>> {
    on!(conn, inner => users::table.find(id).select((users::email, users::name, users::locale)).load(inner))
}

/// Everyone with this role whose account is in use.
///
/// # Errors
/// The database does not answer.
pub fn with_role(conn: &mut Conn, role: Role) -> QueryResult<Vec<Recipient>> {
    user_roles::table
        .inner_join(users::table)
        .filter(user_roles::role.eq(role).and(users::status.eq(UserStatus::Active)))
        .order(users::email)
        .select((users::email, users::name, users::locale))
        .load(conn)
}

/// Everyone of an organisation with this role whose account is in use.
///
/// # Errors
/// The database does not answer.
pub fn of_organization(conn: &mut Conn, id: OrganizationId, role: Role) -> QueryResult<Vec<Recipient>> {
    on!(conn, inner => users::table
        .inner_join(user_roles::table)
        .filter(users::organization_id.eq(id).and(users::status.eq(UserStatus::Active)))
        .filter(user_roles::role.eq(role))
        .order(users::email)
        .select((users::email, users::name, users::locale))
        .load(inner))
}

/// Everyone of an organisation whose account is in use.
///
/// # Errors
/// The database does not answer.
pub fn everyone_of(conn: &mut Conn, id: OrganizationId) -> QueryResult<Vec<Recipient>> {
    users::table
        .filter(users::organization_id.eq(id).and(users::status.eq(UserStatus::Active)))
        .order(users::email)
        .select((users::email, users::name, users::locale))
        .load(conn)
}

/// Everyone of these organisations with this role whose account is in use.
///
/// # Errors
/// The database does not answer.
pub fn of_organizations(conn: &mut Conn, ids: &[OrganizationId], role: Role) -> QueryResult<Vec<Recipient>> {
    users::table
        .inner_join(user_roles::table)
        .filter(users::organization_id.eq_any(ids.iter().copied()).and(users::status.eq(UserStatus::Active)))
        .filter(user_roles::role.eq(role))
        .order(users::email)
        .select((users::email, users::name, users::locale))
        .load(conn)
}

/// Those who hold a share of the key of a round and whose account is in use.
///
/// # Errors
/// The database does not answer.
pub fn custodians(conn: &mut Conn, challenge: ChallengeId, round: i32) -> QueryResult<Vec<Recipient>> {
    custodians::table
        .inner_join(users::table)
        .filter(custodians::challenge_id.eq(challenge).and(custodians::round.eq(round)))
        .filter(users::status.eq(UserStatus::Active))
        .order(users::email)
        .select((users::email, users::name, users::locale))
        .load(conn)
}

/// Everyone who subscribes to a field and whose account is in use.
///
/// # Errors
/// The database does not answer.
pub fn subscribers(conn: &mut Conn, sector: Sector) -> QueryResult<Vec<Recipient>> {
    subscriptions::table
        .inner_join(users::table)
        .filter(subscriptions::sector.eq(sector).and(users::status.eq(UserStatus::Active)))
        .order(users::email)
        .select((users::email, users::name, users::locale))
        .load(conn)
}

/// Letters in a state, in words: SQLite finds an index of some rows only where the statement itself says which.
fn in_state(state: LetterState) -> diesel::expression::SqlLiteral<diesel::sql_types::Bool> {
    diesel::dsl::sql(match state {
        LetterState::Pending => "outbox.state = 'pending'",
        LetterState::Sent => "outbox.state = 'sent'",
        LetterState::Dead => "outbox.state = 'dead'",
    })
}

/// Claims up to `limit` letters that are due, until `lease`. Two statements, so that no lock is held while sending.
///
/// # Errors
/// The database does not answer.
pub fn claim(conn: &mut Conn, now: Timestamp, lease: Timestamp, limit: i64) -> QueryResult<Vec<LetterRow>> {
    let free = outbox::leased_until.is_null().or(outbox::leased_until.assume_not_null().lt(now));
    let due: Vec<LetterId> = outbox::table
        .filter(in_state(LetterState::Pending))
        .filter(outbox::due_at.le(now).and(free))
        .order((outbox::due_at, outbox::id))
        .limit(limit)
        .select(outbox::id)
        .load(conn)?;
    let mine = outbox::table
        .filter(outbox::id.eq_any(due).and(outbox::state.eq(LetterState::Pending.code())))
        .filter(outbox::leased_until.is_null().or(outbox::leased_until.assume_not_null().lt(now)));
    diesel::update(mine)
        .set(outbox::leased_until.eq(lease))
        .returning(<LetterRow as Selectable<Multi>>::construct_selection())
        .get_results(conn)
}

/// Notes that a letter was handed over.
///
/// # Errors
/// The database does not answer.
pub fn sent(conn: &mut Conn, id: LetterId, now: Timestamp) -> QueryResult<()> {
    diesel::update(outbox::table.find(id))
        .set((
            outbox::state.eq(LetterState::Sent.code()),
            outbox::sent_at.eq(now),
            outbox::leased_until.eq(None::<Timestamp>),
            outbox::attempts.eq(outbox::attempts + 1),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Notes a failed attempt; `next` is when to try again, `None` when never.
///
/// # Errors
/// The database does not answer.
pub fn failed(conn: &mut Conn, id: LetterId, error: &str, next: Option<Timestamp>) -> QueryResult<()> {
    let state = if next.is_some() { LetterState::Pending } else { LetterState::Dead };
    // A worker that was slow is not heard when another one has sent the letter meanwhile.
    let letter = outbox::table.find(id).filter(outbox::state.eq(LetterState::Pending.code()));
    let common = (
        outbox::state.eq(state.code()),
        outbox::leased_until.eq(None::<Timestamp>),
        outbox::attempts.eq(outbox::attempts + 1),
        outbox::last_error.eq(error),
    );
    match next {
        Some(next) => diesel::update(letter).set((common, outbox::due_at.eq(next))).execute(conn),
        None => diesel::update(letter).set(common).execute(conn),
    }
    .map(|_| ())
}

/// The letters of a state, oldest first.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, state: LetterState, limit: i64) -> QueryResult<Vec<LetterRow>> {
    outbox::table.filter(in_state(state)).order(outbox::id).limit(limit).select(LetterRow::as_select()).load(conn)
}

/// Gives dead letters another life: all of them, or one. Answers how many.
///
/// # Errors
/// The database does not answer.
pub fn retry(conn: &mut Conn, id: Option<LetterId>, now: Timestamp) -> QueryResult<usize> {
    let dead = outbox::table.filter(in_state(LetterState::Dead));
    let again = (outbox::state.eq(LetterState::Pending.code()), outbox::due_at.eq(now), outbox::attempts.eq(0));
    match id {
        Some(id) => diesel::update(dead.filter(outbox::id.eq(id))).set(again).execute(conn),
        None => diesel::update(dead).set(again).execute(conn),
    }
}

/// Counts every waiting letter as sent: for data whose days are past. Answers how many.
///
/// # Errors
/// The database does not answer.
pub fn count_as_sent(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    let waiting = outbox::table.filter(in_state(LetterState::Pending));
    diesel::update(waiting).set((outbox::state.eq(LetterState::Sent.code()), outbox::sent_at.eq(now))).execute(conn)
}
