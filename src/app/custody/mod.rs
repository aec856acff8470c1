//! Custody 保管: the keys of those who may hold shares. Each is locked with a passphrase that only its owner knows.
//!
//! Appointing custodians is [`appointing`], what they do after the closing [`release`].

pub mod appointing;
pub mod release;

use crate::app::act::{About, Act, Done, Known, Object, Seen};
use crate::app::error::{AppError, Denial, taken};
use crate::app::{App, Request, challenges};
use crate::auth::password::Stretch;
use crate::auth::seal::RoundKey;
use crate::auth::{custody as keys, token};
use crate::domain::custody::same_as_password;
use crate::domain::id::UserId;
use crate::domain::notice::Facts;
use crate::domain::password::{self, Owner, Password};
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::refusal::Refusal;
use crate::store::custody::{self, CustodyRow};
use crate::store::dialect::Locked;
use crate::store::users::{self, UserRow};

pub use crate::store::custody::{CustodianRow, KeeperRow};

/// How a person's custody stands.
#[derive(Clone, Debug)]
pub struct Custody {
    /// The person's keys, if there are any.
    pub keys: Option<CustodyRow>,
    /// The shares that the person holds of rounds that are not over.
    pub shares: Vec<CustodianRow>,
}

/// A key pair that is ready to be kept, locked.
#[derive(Clone, Debug)]
pub struct Locking {
    public_key: Vec<u8>,
    salt: Vec<u8>,
    stretch: Stretch,
    locked: Vec<u8>,
}

/// What a private key is locked for.
fn owner(user: UserId) -> String {
    format!("custody of {user}")
}

pub(super) fn no_randomness() -> AppError {
    AppError::Internal("the operating system gives no randomness".into())
}

/// The caller, and the caller's custody as an object.
fn own(act: &Act<'_>) -> Result<(UserId, Object), AppError> {
    let user = act.user()?;
    Ok((user, Object { version: None, ..Object::plain(Kind::Custody, user, Tie::Author, 0) }.known(Known::Always)))
}

fn shown(act: &mut Act<'_>, user: UserId) -> Result<Custody, AppError> {
    Ok(Custody { keys: custody::find(act.conn, user)?, shares: custody::held_by(act.conn, user)? })
}

fn about(act: &Act<'_>, user: UserId) -> About {
    let facts = Facts { at: act.now.in_beijing(), path: "/me/custody".into(), ..Facts::default() };
    About { person: Some(user), facts, ..About::default() }
}

impl App {
    /// Locks a new key pair for the caller with `passphrase`: for [`enrol`] and [`renew`], outside any transaction.
    ///
    /// # Errors
    /// Denied; what speaks against the passphrase; too many wait to be hashed.
    pub async fn new_custody(&self, request: Request, passphrase: Password, action: Action) -> Result<Locking, AppError> {
        let (user, hash) = self.read(request, move |act| allowed(act, action)).await?;
        self.check_passphrase(&passphrase, &user, hash, "passphrase").await?;
        let (private, public_key) = keys::key_pair().ok_or_else(no_randomness)?;
        let locked = self.locked(user.id, &passphrase, &private).await?;
        Ok(Locking { public_key, ..locked })
    }

    /// Locks the caller's private key with another passphrase: for [`change_passphrase`].
    ///
    /// # Errors
    /// Denied; there are no keys; the present passphrase is wrong, or what speaks against the new one.
    pub async fn next_custody(&self, request: Request, current: Password, new: Password) -> Result<(i64, Locking), AppError> {
        let action = Action::CustodyChangePassphrase;
        let find = move |act: &mut Act<'_>| {
            let permit = act.permit(action, &own(act)?.1)?;
            Ok(Seen::by(permit, custody::find(act.conn, act.user()?)?))
        };
        let row = self.read(request.clone(), find).await?.ok_or(Refusal::NoCustody)?;
        let (user, hash) = self.read(request.clone(), move |act| allowed(act, action)).await?;
        let private = self.unlocked(&request, &row, &current, action).await?;
        if new.reveal() == current.reveal() {
            return Err(password::unchanged("new").into());
        }
        self.check_passphrase(&new, &user, hash, "new").await?;
        Ok((row.version, self.locked(user.id, &new, &private).await?))
    }

    async fn check_passphrase(&self, passphrase: &Password, user: &UserRow, hash: String, field: &str) -> Result<(), AppError> {
        password::check(passphrase, self.profile, &Owner::from(user), field)?;
        // The hash of a password is cheaper to guess at than what locks a key: the two are never the same.
        if self.hasher.verify(passphrase, Some(hash)).await? { Err(same_as_password(field).into()) } else { Ok(()) }
    }

    async fn locked(&self, user: UserId, passphrase: &Password, private: &RoundKey) -> Result<Locking, AppError> {
        let (salt, stretch) = (token::random_salt().ok_or_else(no_randomness)?, self.hasher.stretch);
        let stretched = self.hasher.key(passphrase, salt.clone(), stretch).await?;
        let inner = keys::lock(&stretched, &owner(user), private).ok_or_else(no_randomness)?;
        // Whoever has the database alone cannot even begin to guess.
        let locked = self.keys.seal_bytes(&owner(user), &inner).ok_or_else(no_randomness)?;
        Ok(Locking { public_key: Vec::new(), salt, stretch, locked })
    }

    /// The private key of a person, by their passphrase. A wrong one is counted and remembered as a wrong password is.
    ///
    /// # Errors
    /// It is wrong, or too many wrong ones came before.
    async fn unlocked(&self, request: &Request, row: &CustodyRow, passphrase: &Password, action: Action) -> Result<RoundKey, AppError> {
        let (user, owner) = (row.user_id, owner(row.user_id));
        let broken = || AppError::Internal(format!("the {owner} cannot be opened: is JIEBANG_SECRET another one?"));
        let locked = self.keys.open_bytes(&owner, &row.locked).ok_or_else(broken)?;
        let attempt = self.attempts.admit(&owner, &request.origin.network(), self.clock.now())?;
        let stretch = Stretch { memory: row.memory, passes: row.passes };
        let stretched = match self.hasher.key(passphrase, row.salt.clone(), stretch).await {
            Ok(stretched) => stretched,
            Err(error) => {
                attempt.give_back();
                return Err(error.into());
            }
        };
        if let Some(private) = keys::unlock(&stretched, &owner, &locked) {
            attempt.right();
            return Ok(private);
        }
        drop(attempt);
        let denial = Box::new(Denial { action, kind: Kind::Custody, id: user.to_string(), tie: Tie::Author, hidden: false, seal: None });
        self.remember(request.clone(), (*denial).clone()).await?;
        Err(AppError::WrongPassphrase(denial))
    }
}

/// The caller with the hash of their password, if they may do `action` with their custody.
fn allowed(act: &mut Act<'_>, action: Action) -> Result<Seen<(UserRow, String)>, AppError> {
    let (user, object) = own(act)?;
    let permit = act.permit(action, &object)?;
    let row = users::find(act.conn, user)?.ok_or(AppError::NotFound)?;
    Ok(Seen::by(permit, (row, users::password_hash(act.conn, user)?)))
}

/// How the caller's custody stands.
///
/// # Errors
/// Denied.
pub fn state(act: &mut Act<'_>) -> Result<Seen<Custody>, AppError> {
    let (user, object) = own(act)?;
    let permit = act.permit(Action::CustodyRead, &object)?;
    let custody = shown(act, user)?;
    Ok(Seen::by(permit, custody))
}

fn keep(act: &mut Act<'_>, user: UserId, new: Locking) -> Result<(), AppError> {
    let row = CustodyRow {
        user_id: user,
        public_key: new.public_key,
        salt: new.salt,
        memory: new.stretch.memory,
        passes: new.stretch.passes,
        locked: new.locked,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    custody::insert(act.conn, &row).map_err(|error| match taken("user_id")(error) {
        AppError::Duplicate(_) => Refusal::CustodyKept.into(),
        other => other,
    })
}

/// Keeps the caller's first key pair: from now on they can be appointed custodian.
///
/// # Errors
/// Denied, or there is one already.
pub fn enrol(act: &mut Act<'_>, new: Locking) -> Result<Done<Custody>, AppError> {
    let (user, object) = own(act)?;
    act.lock(Locked::User, user.as_str())?;
    let permit = act.permit(Action::CustodyEnrol, &object)?;
    keep(act, user, new)?;
    let (about, custody) = (about(act, user), shown(act, user)?);
    Ok(act.record_plain(permit, object, about)?.with(custody))
}

/// Locks the caller's private key with another passphrase. Shares that were sealed to them stay as they are.
///
/// # Errors
/// Denied, or the key was changed meanwhile.
pub fn change_passphrase(act: &mut Act<'_>, version: i64, new: Locking) -> Result<Done<Custody>, AppError> {
    let (user, object) = own(act)?;
    act.lock(Locked::User, user.as_str())?;
    let permit = act.permit(Action::CustodyChangePassphrase, &object)?;
    let row = custody::find(act.conn, user)?.ok_or(Refusal::NoCustody)?;
    let row = CustodyRow {
        salt: new.salt,
        memory: new.stretch.memory,
        passes: new.stretch.passes,
        locked: new.locked,
        version: version.saturating_add(1),
        updated_at: act.now,
        ..row
    };
    custody::lock_anew(act.conn, &row, version)?;
    let (about, custody) = (about(act, user), shown(act, user)?);
    Ok(act.record_plain(permit, object, about)?.with(custody))
}

/// Replaces the caller's key pair, for who has forgotten the passphrase. Every share that they held is lost, and those
/// concerned are told.
///
/// # Errors
/// Denied, or there was no key pair.
pub fn renew(act: &mut Act<'_>, new: Locking) -> Result<Done<Custody>, AppError> {
    let (user, object) = own(act)?;
    act.lock(Locked::User, user.as_str())?;
    let permit = act.permit(Action::CustodyRenew, &object)?;
    custody::find(act.conn, user)?.ok_or(Refusal::NoCustody)?;
    custody::remove(act.conn, user)?;
    keep(act, user, new)?;
    for share in custody::held_by(act.conn, user)?.into_iter().filter(|share| share.lost_at.is_none()) {
        custody::lose(act.conn, &share, act.now)?;
        challenges::round::lose_share(act, &share)?;
    }
    let (about, custody) = (about(act, user), shown(act, user)?);
    Ok(act.record_plain(permit, object, about)?.with(custody))
}
