//! Users, their roles and what they subscribe to.

use crate::domain::id::{OrganizationId, UserId};
use crate::domain::policy::Role;
use crate::domain::time::Timestamp;
use crate::domain::user::{Locale, Sector, UserStatus};
use crate::store::page::{Page, by_id};
use crate::store::schema::{subscriptions, user_roles, users};
use crate::store::{Conn, Multi};
use diesel::prelude::*;

/// A row of `users`, without the password's hash.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct UserRow {
    pub id: UserId,
    pub organization_id: OrganizationId,
    pub email: String,
    pub name: String,
    pub division: Option<String>,
    pub locale: Locale,
    pub status: UserStatus,
    /// When the present password was chosen.
    pub password_set_at: Timestamp,
    /// Until when the last invitation can be accepted; kept when it was.
    pub invited_until: Option<Timestamp>,
    /// In full: shown to its owner alone.
    pub phone: Option<String>,
    /// The identity number, masked. Its keyed hash is read only to be compared.
    pub id_masked: Option<String>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row with the PHC string of its password.
///
/// # Errors
/// The address is taken.
pub fn insert(conn: &mut Conn, row: &UserRow, password_hash: &str) -> QueryResult<()> {
    diesel::insert_into(users::table).values((row, users::password_hash.eq(password_hash))).execute(conn).map(|_| ())
}

/// The user, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: UserId) -> QueryResult<Option<UserRow>> {
    users::table.find(id).select(UserRow::as_select()).first(conn).optional()
}

/// The user of an address with the hash of the password.
///
/// # Errors
/// The database does not answer.
pub fn find_by_email(conn: &mut Conn, email: &str) -> QueryResult<Option<(UserRow, String)>> {
    users::table.filter(users::email.eq(email)).select((UserRow::as_select(), users::password_hash)).first(conn).optional()
}

/// The users of these addresses.
///
/// # Errors
/// The database does not answer.
pub fn of_emails(conn: &mut Conn, emails: &[String]) -> QueryResult<Vec<UserRow>> {
    users::table.filter(users::email.eq_any(emails.iter().cloned())).select(UserRow::as_select()).load(conn)
}

/// Whether nobody has an account yet.
///
/// # Errors
/// The database does not answer.
pub fn nobody(conn: &mut Conn) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(users::table.select(users::id))).get_result::<bool>(conn).map(|some| !some)
}

/// What a list of users can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    pub role: Option<Role>,
    pub status: Option<UserStatus>,
    pub organization_id: Option<OrganizationId>,
    pub email: Option<String>,
}

/// A page of users.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, filter: &UserFilter, page: &Page) -> QueryResult<Vec<UserRow>> {
    let mut query = users::table.select(UserRow::as_select()).into_boxed::<Multi>();
    if let Some(organization) = filter.organization_id {
        query = query.filter(users::organization_id.eq(organization));
    }
    if let Some(email) = &filter.email {
        query = query.filter(users::email.eq(email.clone()));
    }
    if let Some(role) = filter.role {
        query = query.filter(users::id.eq_any(user_roles::table.filter(user_roles::role.eq(role)).select(user_roles::user_id)));
    }
    if let Some(status) = filter.status {
        query = query.filter(users::status.eq(status));
    }
    by_id!(query, users, page).load(conn)
}

/// The names of these people.
///
/// # Errors
/// The database does not answer.
pub fn names(conn: &mut Conn, ids: &[UserId]) -> QueryResult<Vec<(UserId, String)>> {
    users::table.filter(users::id.eq_any(ids.iter().copied())).select((users::id, users::name)).load(conn)
}

/// A user's roles.
///
/// # Errors
/// The database does not answer.
pub fn roles(conn: &mut Conn, id: UserId) -> QueryResult<Vec<Role>> {
    user_roles::table.filter(user_roles::user_id.eq(id)).order(user_roles::role).select(user_roles::role).load(conn)
}

/// The roles of several users: one query for a page.
///
/// # Errors
/// The database does not answer.
pub fn roles_of(conn: &mut Conn, ids: &[UserId]) -> QueryResult<Vec<(UserId, Role)>> {
    user_roles::table
        .filter(user_roles::user_id.eq_any(ids.iter().copied()))
        .order((user_roles::user_id, user_roles::role))
        .select((user_roles::user_id, user_roles::role))
        .load(conn)
}

/// Replaces a user's roles.
///
/// # Errors
/// The database does not answer.
pub fn set_roles(conn: &mut Conn, id: UserId, roles: &[Role]) -> QueryResult<()> {
    diesel::delete(user_roles::table.filter(user_roles::user_id.eq(id))).execute(conn)?;
    for role in roles {
        diesel::insert_into(user_roles::table).values((user_roles::user_id.eq(id), user_roles::role.eq(*role))).execute(conn)?;
    }
    Ok(())
}

/// How many active users hold a role.
///
/// # Errors
/// The database does not answer.
pub fn count_active(conn: &mut Conn, role: Role) -> QueryResult<i64> {
    user_roles::table
        .inner_join(users::table)
        .filter(user_roles::role.eq(role).and(users::status.eq(UserStatus::Active)))
        .count()
        .get_result(conn)
}

/// Sets the status, if the row is as it was read.
///
/// # Errors
/// [`diesel::NotFound`] when it is not.
pub fn set_status(conn: &mut Conn, row: &UserRow, status: UserStatus, now: Timestamp) -> QueryResult<UserRow> {
    diesel::update(users::table.find(row.id).filter(users::version.eq(row.version)))
        .set((users::status.eq(status), users::version.eq(row.version.saturating_add(1)), users::updated_at.eq(now)))
        .returning(<UserRow as Selectable<Multi>>::construct_selection())
        .get_result(conn)
}

/// Notes until when a person is invited, if the row is as it was read.
///
/// # Errors
/// [`diesel::NotFound`] when it is not.
pub fn set_invited(conn: &mut Conn, row: &UserRow, until: Timestamp, now: Timestamp) -> QueryResult<UserRow> {
    diesel::update(users::table.find(row.id).filter(users::version.eq(row.version)))
        .set((users::invited_until.eq(until), users::version.eq(row.version.saturating_add(1)), users::updated_at.eq(now)))
        .returning(<UserRow as Selectable<Multi>>::construct_selection())
        .get_result(conn)
}

/// Keeps a phone, if the row is as it was read.
///
/// # Errors
/// [`diesel::NotFound`] when it is not.
pub fn set_phone(conn: &mut Conn, row: &UserRow, phone: Option<&str>, now: Timestamp) -> QueryResult<UserRow> {
    diesel::update(users::table.find(row.id).filter(users::version.eq(row.version)))
        .set((users::phone.eq(phone), users::version.eq(row.version.saturating_add(1)), users::updated_at.eq(now)))
        .returning(<UserRow as Selectable<Multi>>::construct_selection())
        .get_result(conn)
}

/// Keeps the mark and the masked form of an identity number, if the row is as it was read.
///
/// # Errors
/// [`diesel::NotFound`] when it is not; another account holds the number.
pub fn set_identity(conn: &mut Conn, row: &UserRow, kept: Option<(String, String)>, now: Timestamp) -> QueryResult<UserRow> {
    let (mark, masked) = kept.unzip();
    diesel::update(users::table.find(row.id).filter(users::version.eq(row.version)))
        .set((
            (users::id_mark.eq(mark), users::id_masked.eq(masked)),
            (users::version.eq(row.version.saturating_add(1)), users::updated_at.eq(now)),
        ))
        .returning(<UserRow as Selectable<Multi>>::construct_selection())
        .get_result(conn)
}

/// Marks a change that stands in other tables (the roles).
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn touch(conn: &mut Conn, row: &UserRow, now: Timestamp) -> QueryResult<UserRow> {
    set_status(conn, row, row.status, now)
}

/// Replaces the hash of the password.
///
/// # Errors
/// The database does not answer.
pub fn set_password(conn: &mut Conn, id: UserId, password_hash: &str, now: Timestamp) -> QueryResult<()> {
    let set = (users::password_hash.eq(password_hash), users::password_set_at.eq(now), users::updated_at.eq(now));
    diesel::update(users::table.find(id)).set(set).execute(conn).map(|_| ())
}

/// Replaces a hash by a stronger one of the same password, if it still is as it was read. Answers whether it was.
///
/// # Errors
/// The database does not answer.
pub fn rehash(conn: &mut Conn, id: UserId, old: &str, new: &str) -> QueryResult<bool> {
    let row = users::table.find(id).filter(users::password_hash.eq(old));
    diesel::update(row).set(users::password_hash.eq(new)).execute(conn).map(|changed| changed == 1)
}

/// The hash of a user's password.
///
/// # Errors
/// The database does not answer.
pub fn password_hash(conn: &mut Conn, id: UserId) -> QueryResult<String> {
    users::table.find(id).select(users::password_hash).first(conn)
}

/// The fields a user subscribes to.
///
/// # Errors
/// The database does not answer.
pub fn subscriptions(conn: &mut Conn, id: UserId) -> QueryResult<Vec<Sector>> {
    subscriptions::table.filter(subscriptions::user_id.eq(id)).order(subscriptions::sector).select(subscriptions::sector).load(conn)
}

/// Replaces the fields a user subscribes to.
///
/// # Errors
/// The database does not answer.
pub fn subscribe(conn: &mut Conn, id: UserId, sectors: &[Sector]) -> QueryResult<()> {
    diesel::delete(subscriptions::table.filter(subscriptions::user_id.eq(id))).execute(conn)?;
    for sector in sectors {
        diesel::insert_into(subscriptions::table)
            .values((subscriptions::user_id.eq(id), subscriptions::sector.eq(*sector)))
            .execute(conn)?;
    }
    Ok(())
}
