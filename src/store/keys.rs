//! Machine keys: kept as SHA-256 of their secret; what makes one live or dead.

use crate::domain::id::{KeyId, OrganizationId, UserId};
use crate::domain::key::{KeyState, LAST_USED_SECONDS, Network};
use crate::domain::policy::{KeyScope, Role, Scope};
use crate::domain::time::Timestamp;
use crate::domain::user::UserStatus;
use crate::store::page::{Page, by_id};
use crate::store::schema::{api_keys, user_roles, users};
use crate::store::{Conn, Json, Multi};
use chrono::TimeDelta;
use diesel::prelude::*;

/// A row of `api_keys`, without the hash of its secret.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub struct KeyRow {
    pub id: KeyId,
    pub organization_id: OrganizationId,
    pub created_by: UserId,
    pub name: String,
    pub scopes: Json<Vec<KeyScope>>,
    pub networks: Json<Vec<Network>>,
    pub rate_per_minute: i64,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    /// When the team was told that it ends soon.
    pub reminded_at: Option<Timestamp>,
    /// The key that took its place.
    pub replaced_by: Option<KeyId>,
    pub revoked_at: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl KeyRow {
    /// Where it stands at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        KeyState::at(now, self.expires_at, self.replaced_by.is_some(), self.revoked_at.is_some())
    }
}

/// A key as a request finds it: its secret's hash, and the person on whose behalf it acts.
#[derive(Clone, Debug)]
pub struct Held {
    pub key: KeyRow,
    pub secret_hash: String,
    pub creator: String,
}

/// Adds a row with the hash of its secret.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &KeyRow, secret_hash: &str) -> QueryResult<()> {
    diesel::insert_into(api_keys::table).values((row, api_keys::secret_hash.eq(secret_hash))).execute(conn).map(|_| ())
}

/// The key, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: KeyId) -> QueryResult<Option<KeyRow>> {
    api_keys::table.find(id).select(KeyRow::as_select()).first(conn).optional()
}

/// The key, if it lives at `now` and its creator still is an active member of the team that it belongs to.
///
/// # Errors
/// The database does not answer.
pub fn held(conn: &mut Conn, id: KeyId, now: Timestamp) -> QueryResult<Option<Held>> {
    let found: Option<(KeyRow, String, String)> = api_keys::table
        .inner_join(users::table.inner_join(user_roles::table))
        .filter(api_keys::id.eq(id).and(api_keys::revoked_at.is_null()).and(api_keys::expires_at.gt(now)))
        .filter(users::status.eq(UserStatus::Active).and(users::organization_id.eq(api_keys::organization_id)))
        .filter(user_roles::role.eq(Role::Team))
        .select((KeyRow::as_select(), api_keys::secret_hash, users::name))
        .first(conn)
        .optional()?;
    Ok(found.map(|(key, secret_hash, creator)| Held { key, secret_hash, creator }))
}

/// A page of the keys that a caller of `own` organisation may see.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, scope: Scope, own: OrganizationId, page: &Page) -> QueryResult<Vec<KeyRow>> {
    let mut query = api_keys::table.select(KeyRow::as_select()).into_boxed::<Multi>();
    if !scope.all {
        query = query.filter(api_keys::organization_id.eq(own));
    }
    by_id!(query, api_keys, page).load(conn)
}

/// The keys of a person that live at `now`.
///
/// # Errors
/// The database does not answer.
pub fn live_of(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<Vec<KeyRow>> {
    api_keys::table
        .filter(api_keys::created_by.eq(user).and(api_keys::revoked_at.is_null()).and(api_keys::expires_at.gt(now)))
        .order(api_keys::id)
        .select(KeyRow::as_select())
        .load(conn)
}

/// The keys that live at `now` and end by `limit`, of which nobody was told yet and which were not replaced.
///
/// # Errors
/// The database does not answer.
pub fn ending(conn: &mut Conn, now: Timestamp, limit: Timestamp) -> QueryResult<Vec<KeyId>> {
    api_keys::table
        .filter(api_keys::expires_at.gt(now).and(api_keys::expires_at.le(limit)))
        .filter(api_keys::revoked_at.is_null().and(api_keys::replaced_by.is_null()).and(api_keys::reminded_at.is_null()))
        .order(api_keys::id)
        .select(api_keys::id)
        .load(conn)
}

/// Notes that a key was used at `now`, unless that was noted within the last minute.
///
/// # Errors
/// The database does not answer.
pub fn used(conn: &mut Conn, id: KeyId, now: Timestamp) -> QueryResult<()> {
    let old = api_keys::last_used_at.is_null().or(api_keys::last_used_at.le(now.plus(TimeDelta::seconds(-LAST_USED_SECONDS))));
    diesel::update(api_keys::table.find(id).filter(old)).set(api_keys::last_used_at.eq(now)).execute(conn).map(|_| ())
}

/// Writes what `row` says of its end, of the one that replaced it and of the reminder, if it is as it was read.
///
/// # Errors
/// [`diesel::NotFound`] when it is not.
pub fn update(conn: &mut Conn, row: &KeyRow, now: Timestamp) -> QueryResult<KeyRow> {
    diesel::update(api_keys::table.find(row.id).filter(api_keys::version.eq(row.version)))
        .set((
            api_keys::expires_at.eq(row.expires_at),
            api_keys::reminded_at.eq(row.reminded_at),
            api_keys::replaced_by.eq(row.replaced_by),
            api_keys::revoked_at.eq(row.revoked_at),
            api_keys::version.eq(row.version.saturating_add(1)),
            api_keys::updated_at.eq(now),
        ))
        .returning(<KeyRow as Selectable<Multi>>::construct_selection())
        .get_result(conn)
}
