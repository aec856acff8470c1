//! Machine keys 机器密钥: a team's programs act by them, within their scopes, on behalf of the person who made them.
//!
//! A key is looked at twice. [`App::admit`] does so before the body is read: whether it is taken at all, its pace, its
//! scopes, when it was last used. The transaction of the act looks again (`take`), so that a key which was revoked
//! meanwhile does nothing. Its secret is shown once, when it is made; what is kept is its SHA-256.

use crate::app::act::{About, Act, Actor, Assurance, Done, Object, Past, Seen};
use crate::app::error::{AppError, Denial};
use crate::app::object::KeyUse;
use crate::app::{App, Request, Who};
use crate::auth::machine::{self, Shown};
use crate::auth::token::BadToken;
use crate::domain::id::{KeyId, UserId};
use crate::domain::key::{KeyInput, KeyState, LAST_USED_SECONDS, MOST_KEYS, REMINDER_DAYS, RotationInput, may_come_from};
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Role, Standing, Tie, scopes};
use crate::domain::refusal::Refusal;
use crate::domain::session::Origin;
use crate::domain::time::Timestamp;
use crate::store::dialect::Locked;
use crate::store::keys::{self, Held};
use crate::store::{Conn, Json, Page};
use chrono::TimeDelta;

pub use crate::store::keys::KeyRow;

/// A key as it stands, with what the caller may do with it now.
#[derive(Clone, Debug)]
pub struct MachineKey {
    /// The key.
    pub row: KeyRow,
    /// Whether it can be used.
    pub state: KeyState,
    /// What the caller may do with it now.
    pub allowed: Vec<Action>,
}

/// A key that has just been made, with the only copy of its text.
pub struct NewKey {
    /// The key.
    pub key: MachineKey,
    /// What its program must show.
    pub token: String,
}

/// Finds the key that was shown: whatever is wrong with it, the answer is the same.
fn find(conn: &mut Conn, shown: &Shown, origin: &Origin, now: Timestamp) -> Result<Held, AppError> {
    let refused = || AppError::Unauthenticated(Some(BadToken::Invalid));
    let held = keys::held(conn, shown.id, now)?.filter(|held| shown.is(&held.secret_hash)).ok_or_else(refused)?;
    if may_come_from(&held.key.networks.read()?, &origin.address) { Ok(held) } else { Err(refused()) }
}

/// Who acts when this key is shown: its creator, in the role `team` and in no other.
pub(super) fn take(conn: &mut Conn, shown: &Shown, origin: &Origin, now: Timestamp) -> Result<Actor, AppError> {
    let Held { key, creator, .. } = find(conn, shown, origin, now)?;
    Ok(Actor {
        user: Some(key.created_by),
        organization: Some(key.organization_id),
        division: None,
        name: format!("{creator}·{}", key.name),
        roles: vec![Role::Team, Role::Account],
        session: None,
        key: Some(KeyUse { id: key.id, scopes: key.scopes.read()? }),
        past: Past::default(),
        assurance: Assurance::default(),
    })
}

impl App {
    /// Admits a request that shows a machine key to a route that does `action`; every other request as it is.
    ///
    /// # Errors
    /// The key is not taken, was used too often, or its scopes do not name the action.
    pub async fn admit(&self, request: Request, action: Action) -> Result<(), AppError> {
        let Who::Key(shown) = request.who.clone() else { return Ok(()) };
        let (now, origin) = (self.clock.now(), request.origin.clone());
        let held = self.db.read(move |conn| find(conn, &shown, &origin, now)).await??;
        let Held { key, .. } = held;
        self.paces.take(key.id, key.rate_per_minute)?;
        let noted = key.last_used_at.is_some_and(|at| at > now.plus(TimeDelta::seconds(-LAST_USED_SECONDS)));
        if !noted {
            let note = move |conn: &mut Conn| keys::used(conn, key.id, now).map_err(AppError::from);
            let done = self.db.write(note, |_, _| Ok(())).await.map_err(AppError::from).flatten();
            // A figure that is missing is no reason to turn a program away.
            done.unwrap_or_else(|error| tracing::warn!(%error, key = %key.id, "the use of a machine key was not noted"));
        }
        if scopes::within(&key.scopes.read()?, action) {
            return Ok(());
        }
        let denial = Denial { action, kind: action.kind(), id: String::new(), tie: Tie::Stranger, hidden: false, seal: None };
        self.remember(request, denial).await?;
        Err(AppError::OutOfScope)
    }

    /// Tells teams of keys that end within a week, each once. Answers how many.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn remind_of_keys(&self) -> Result<usize, AppError> {
        let now = self.clock.now();
        let ending = self.db.read(move |conn| keys::ending(conn, now, now.plus(TimeDelta::days(REMINDER_DAYS)))).await??;
        for id in &ending {
            let id = *id;
            self.run(Who::System("clock"), move |act| remind(act, id)).await?;
        }
        Ok(ending.len())
    }
}

fn tie(act: &Act<'_>, row: &KeyRow) -> Tie {
    let party = act.actor.belongs_to(row.organization_id);
    Standing { author: act.actor.is(row.created_by), party, ..Standing::default() }.tie()
}

fn object(act: &Act<'_>, row: &KeyRow) -> Object {
    Object::plain(Kind::Key, row.id, tie(act, row), row.version)
}

fn shown(act: &Act<'_>, row: KeyRow) -> MachineKey {
    let state = row.state(act.now);
    let steps: &[Action] = match state {
        KeyState::Active => &[Action::KeyRotate, Action::KeyRevoke],
        KeyState::Replaced => &[Action::KeyRevoke],
        KeyState::Expired | KeyState::Revoked => &[],
    };
    MachineKey { allowed: act.allowed_of(steps, tie(act, &row)), state, row }
}

/// Whom a key concerns: its creator and the team; the letters say who did it, and until when it can be used.
fn about(act: &Act<'_>, row: &KeyRow) -> Result<About, AppError> {
    let scopes = row.scopes.read()?;
    let facts = Facts {
        name: row.name.clone(),
        by: act.actor.name.clone(),
        at: row.expires_at.in_beijing(),
        roles: scopes.iter().map(|scope| scope.zh()).collect::<Vec<_>>().join("、"),
        path: format!("/keys/{}", row.id),
        ..Facts::default()
    };
    let detail = scopes.iter().map(|scope| scope.code()).collect::<Vec<_>>().join(",");
    Ok(About { person: Some(row.created_by), team: Some(row.organization_id), facts, detail, ..About::default() })
}

/// Writes down a key that is like `row`, with a new secret.
fn insert(act: &mut Act<'_>, row: KeyRow) -> Result<NewKey, AppError> {
    let broken = || AppError::Internal("the operating system gives no randomness".into());
    let (token, hash) = machine::new_key(row.id).ok_or_else(broken)?;
    keys::insert(act.conn, &row, &hash)?;
    Ok(NewKey { key: shown(act, row), token })
}

/// Makes a key for the caller's team.
///
/// # Errors
/// Denied, without a fresh proof, an end that may not stand, or too many live keys.
pub fn create(act: &mut Act<'_>, input: &KeyInput) -> Result<Done<NewKey>, AppError> {
    let user = act.user()?;
    act.lock(Locked::User, user.as_str())?;
    let permit = act.permit(Action::KeyCreate, &Object { tie: Tie::Party, ..Object::kind(Kind::Key) })?;
    let expires_at = input.ends_at(act.now)?;
    if keys::live_of(act.conn, user, act.now)?.len() >= MOST_KEYS {
        return Err(Refusal::TooManyKeys.into());
    }
    let row = KeyRow {
        id: KeyId::new(act.now),
        organization_id: act.actor.organization.ok_or(AppError::Unauthenticated(None))?,
        created_by: user,
        name: input.name.to_string(),
        scopes: Json::of(&input.scopes)?,
        networks: Json::of(&input.networks)?,
        rate_per_minute: input.rate(),
        expires_at,
        last_used_at: None,
        reminded_at: reminded(act.now, expires_at),
        replaced_by: None,
        revoked_at: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    let (object, about) = (object(act, &row), about(act, &row)?);
    let new = insert(act, row)?;
    Ok(act.record_plain(permit, object, about)?.with(new))
}

/// Nobody is reminded of the end of a key that never had more than a week.
fn reminded(now: Timestamp, expires_at: Timestamp) -> Option<Timestamp> {
    (expires_at <= now.plus(TimeDelta::days(REMINDER_DAYS))).then_some(now)
}

/// Shows a key.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: KeyId) -> Result<Seen<MachineKey>, AppError> {
    let row = keys::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::KeyRead, &object(act, &row))?;
    Ok(Seen::by(permit, shown(act, row)))
}

/// Lists the keys of the caller's team; all of them to an administrator.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, page: &Page) -> Result<Seen<Vec<MachineKey>>, AppError> {
    let (permit, scope) = act.scope(Action::KeyRead, Kind::Key)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let rows = keys::list(act.conn, scope, own, page)?;
    Ok(Seen::by(permit, rows.into_iter().map(|row| shown(act, row)).collect()))
}

/// Replaces a key by a new one that is like it and lives as long; the one before lives on for the overlap, at most as long
/// as it would have anyway. Only its creator, on whose behalf both act, gets the new secret.
///
/// # Errors
/// Not there, denied, without a fresh proof, stale, or not to be used any more.
pub fn rotate(act: &mut Act<'_>, id: KeyId, input: &RotationInput) -> Result<Done<NewKey>, AppError> {
    if let Some(user) = act.actor.user {
        act.lock(Locked::User, user.as_str())?;
    }
    let row = keys::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::KeyRotate, &object(act, &row))?;
    if row.state(act.now) != KeyState::Active {
        return Err(Refusal::KeyNotLive.into());
    }
    // The one that it replaces is among them.
    if keys::live_of(act.conn, row.created_by, act.now)?.len() > MOST_KEYS {
        return Err(Refusal::TooManyKeys.into());
    }
    let expires_at = act.now.plus(row.expires_at.utc() - row.created_at.utc());
    let fresh = KeyRow {
        id: KeyId::new(act.now),
        expires_at,
        last_used_at: None,
        reminded_at: reminded(act.now, expires_at),
        version: 1,
        created_at: act.now,
        updated_at: act.now,
        ..row.clone()
    };
    let new = insert(act, fresh)?;
    let ends_at = row.expires_at.min(act.now.plus(input.overlap()));
    let old = KeyRow { expires_at: ends_at, replaced_by: Some(new.key.row.id), ..row };
    let old = keys::update(act.conn, &old, act.now)?;
    let mut about = about(act, &new.key.row)?;
    about.facts.until = old.expires_at.in_beijing();
    about.detail = format!("replaced by {}, until {}", new.key.row.id, old.expires_at);
    Ok(act.record_plain(permit, object(act, &old), about)?.with(new))
}

/// Ends a key at once.
///
/// # Errors
/// Not there, denied, stale, or ended already.
pub fn revoke(act: &mut Act<'_>, id: KeyId) -> Result<Done<MachineKey>, AppError> {
    let row = keys::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = object(act, &row);
    let permit = act.permit(Action::KeyRevoke, &object)?;
    if !row.state(act.now).lives() {
        return Err(Refusal::KeyNotLive.into());
    }
    let row = keys::update(act.conn, &KeyRow { revoked_at: Some(act.now), ..row }, act.now)?;
    let about = about(act, &row)?;
    Ok(act.record_plain(permit, object, about)?.with(shown(act, row)))
}

/// Ends all keys of a person who no longer acts for the team: disabled, or without the role.
pub(super) fn revoke_all(act: &mut Act<'_>, user: UserId) -> Result<(), AppError> {
    for row in keys::live_of(act.conn, user, act.now)? {
        let permit = act.own(Action::KeyRevoke)?;
        let object = object(act, &row);
        let row = keys::update(act.conn, &KeyRow { revoked_at: Some(act.now), ..row }, act.now)?;
        let about = about(act, &row)?;
        let _recorded = act.record_plain(permit, object, about)?;
    }
    Ok(())
}

fn remind(act: &mut Act<'_>, id: KeyId) -> Result<Done<()>, AppError> {
    let row = keys::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::KeyRemind, &object(act, &row))?;
    let row = keys::update(act.conn, &KeyRow { reminded_at: Some(act.now), ..row }, act.now)?;
    let (object, about) = (object(act, &row), about(act, &row)?);
    Ok(act.record_plain(permit, object, about)?.with(()))
}
