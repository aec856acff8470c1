//! The second factor: setting it up, proving it, doing without it.
//!
//! The secret is shown once, when it is set up; recovery codes when they are made. A try at a code is spent before the
//! code is looked at, in a transaction of its own, so that guessing in parallel gains nothing.

use crate::app::act::{About, Act, Done, Object, Seen};
use crate::app::error::{AppError, Denial};
use crate::app::{App, Request};
use crate::auth::Keys;
use crate::auth::second_factor::{self as factor, recovery_hash, step_of};
use crate::domain::id::UserId;
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::domain::user::Password;
use crate::store::dialect::Locked;
use crate::store::second_factors::{self as store, FactorRow};
use crate::store::users;

/// How a person's second factor stands.
#[derive(Clone, Debug)]
pub struct State {
    /// Since when it is on; none when it is not.
    pub since: Option<Timestamp>,
    /// Recovery codes that are left.
    pub recovery_codes_left: i64,
    /// Whether one of the person's roles needs it.
    pub required: bool,
}

/// What an authenticator app needs to know; shown once.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Base32, to type.
    pub secret: String,
    /// For a QR code.
    pub otpauth_url: String,
}

impl App {
    /// Spends one of a person's tries at a code.
    ///
    /// # Errors
    /// Too many wrong ones came before.
    pub(super) async fn spend_try(&self, user: UserId) -> Result<(), AppError> {
        let now = self.clock.now();
        let spent = self.db.write(move |conn| store::spend_try(conn, user, now).map_err(AppError::from), |_, _| Ok(())).await??;
        if spent { Ok(()) } else { Err(AppError::TooManyCodes) }
    }

    /// Proves both factors of the caller, for turning the second one off: the password outside any transaction, and a try.
    ///
    /// # Errors
    /// The password is wrong, there is no second factor, or too many wrong codes came before.
    pub async fn before_disabling(&self, request: Request, password: Password) -> Result<(), AppError> {
        self.confirm_password(request.clone(), password, Action::SecondFactorDisable).await?;
        self.before_a_code(request).await
    }

    /// Spends a try of the caller, who has a second factor.
    ///
    /// # Errors
    /// There is none, or too many wrong codes came before.
    pub async fn before_a_code(&self, request: Request) -> Result<(), AppError> {
        let has = |act: &mut Act<'_>| {
            let (user, object) = own(act)?;
            let permit = act.permit(Action::SecondFactorRead, &object)?;
            Ok(Seen::by(permit, (user, store::is_on(act.conn, user)?)))
        };
        match self.read(request, has).await? {
            (user, true) => self.spend_try(user).await,
            (_, false) => Err(Refusal::SecondFactorOff.into()),
        }
    }
}

/// As [`own`], for changing it: behind a lock, so that of two changes the second sees what the first did.
fn own_locked(act: &mut Act<'_>) -> Result<(UserId, Object), AppError> {
    let user = act.user()?;
    act.lock(Locked::User, user.as_str())?;
    own(act)
}

/// The caller, and the caller's second factor as an object.
fn own(act: &Act<'_>) -> Result<(UserId, Object), AppError> {
    let user = act.user()?;
    Ok((user, Object { version: None, ..Object::plain(Kind::SecondFactor, user, Tie::Author, 0) }))
}

fn about(act: &Act<'_>, user: UserId) -> About {
    let facts = Facts { at: act.now.in_beijing(), path: "/me/second_factor".into(), ..Facts::default() };
    About { person: Some(user), facts, ..About::default() }
}

/// Proves the second factor of `user` by a code or a recovery code, for which a try was spent.
///
/// # Errors
/// The code is wrong or was used before.
pub(super) fn prove(act: &mut Act<'_>, keys: &Keys, user: UserId, code: &str, action: Action) -> Result<(), AppError> {
    let row = store::find(act.conn, user)?.filter(|row| row.confirmed_at.is_some()).ok_or(Refusal::SecondFactorOff)?;
    if let Some(step) = step_of(&secret(keys, &row)?, code, act.now) {
        if store::take_step(act.conn, user, step)? {
            return Ok(());
        }
    } else if store::take_recovery_code(act.conn, user, &recovery_hash(code), act.now)? {
        let permit = act.own(Action::SecondFactorRecover)?;
        let mut about = about(act, user);
        about.facts.number = store::recovery_codes_left(act.conn, user)?;
        let _recorded = act.record_plain(permit, Object::plain(Kind::SecondFactor, user, Tie::Author, 0), about)?;
        return Ok(());
    }
    let id = user.to_string();
    Err(AppError::WrongCode(Box::new(Denial { action, kind: Kind::SecondFactor, id, tie: Tie::Author, hidden: false, seal: None })))
}

fn secret(keys: &Keys, row: &FactorRow) -> Result<Vec<u8>, AppError> {
    let broken = || AppError::Internal("the secret of a second factor cannot be opened: is JIEBANG_SECRET another one?".into());
    keys.open(row.user_id.as_str(), &row.secret).ok_or_else(broken)
}

fn no_randomness() -> AppError {
    AppError::Internal("the operating system gives no randomness".into())
}

/// How the caller's second factor stands.
///
/// # Errors
/// Nobody is signed in.
pub fn state(act: &mut Act<'_>) -> Result<Seen<State>, AppError> {
    let (user, object) = own(act)?;
    let permit = act.permit(Action::SecondFactorRead, &object)?;
    let since = store::find(act.conn, user)?.and_then(|row| row.confirmed_at);
    let recovery_codes_left = store::recovery_codes_left(act.conn, user)?;
    Ok(Seen::by(permit, State { since, recovery_codes_left, required: act.actor.assurance.factor_required }))
}

/// Begins to set up the caller's second factor: it is on when it is confirmed.
///
/// # Errors
/// It is on already.
pub fn enrol(act: &mut Act<'_>, keys: &Keys) -> Result<Done<Enrolment>, AppError> {
    let (user, object) = own_locked(act)?;
    let permit = act.permit(Action::SecondFactorEnrol, &object)?;
    if store::is_on(act.conn, user)? {
        return Err(Refusal::SecondFactorOn.into());
    }
    let account = users::find(act.conn, user)?.ok_or(AppError::NotFound)?.email;
    let bytes = factor::new_secret().ok_or_else(no_randomness)?;
    let (secret, otpauth_url) =
        factor::enrolment(&bytes, &account).ok_or_else(|| AppError::Internal("no otpauth URL can be made".into()))?;
    let row = FactorRow {
        user_id: user,
        secret: keys.seal(user.as_str(), &bytes).ok_or_else(no_randomness)?,
        confirmed_at: None,
        last_step: 0,
        tries: 0,
        tried_at: act.now,
        created_at: act.now,
    };
    store::begin(act.conn, &row)?;
    Ok(act.record_plain(permit, object, About::default())?.with(Enrolment { secret, otpauth_url }))
}

/// Turns the caller's second factor on, when `code` shows that the app has the secret. Answers the recovery codes.
///
/// # Errors
/// It is on already, was not begun, or the code is wrong.
pub fn confirm(act: &mut Act<'_>, keys: &Keys, code: &str) -> Result<Done<Vec<String>>, AppError> {
    let (user, object) = own_locked(act)?;
    let permit = act.permit(Action::SecondFactorConfirm, &object)?;
    let row = store::find(act.conn, user)?.ok_or(Refusal::SecondFactorOff)?;
    if row.confirmed_at.is_some() {
        return Err(Refusal::SecondFactorOn.into());
    }
    let wrong = || {
        let (action, id) = (Action::SecondFactorConfirm, user.to_string());
        AppError::WrongCode(Box::new(Denial { action, kind: Kind::SecondFactor, id, tie: Tie::Author, hidden: false, seal: None }))
    };
    let step = step_of(&secret(keys, &row)?, code, act.now).ok_or_else(wrong)?;
    store::confirm(act.conn, user, step, act.now)?;
    let codes = new_codes(act, user)?;
    let about = about(act, user);
    Ok(act.record_plain(permit, object, about)?.with(codes))
}

fn new_codes(act: &mut Act<'_>, user: UserId) -> Result<Vec<String>, AppError> {
    let codes = factor::new_recovery_codes().ok_or_else(no_randomness)?;
    let hashes: Vec<String> = codes.iter().map(|code| recovery_hash(code)).collect();
    store::set_recovery_codes(act.conn, user, &hashes)?;
    Ok(codes)
}

/// Replaces the caller's recovery codes; a try was spent.
///
/// # Errors
/// The code is wrong.
pub fn regenerate(act: &mut Act<'_>, keys: &Keys, code: &str) -> Result<Done<Vec<String>>, AppError> {
    let (user, object) = own_locked(act)?;
    let permit = act.permit(Action::SecondFactorRegenerate, &object)?;
    prove(act, keys, user, code, Action::SecondFactorRegenerate)?;
    let codes = new_codes(act, user)?;
    Ok(act.record_plain(permit, object, About::default())?.with(codes))
}

/// Turns the caller's second factor off; the password was verified and a try was spent.
///
/// # Errors
/// The code is wrong, or one of the caller's roles needs a second factor.
pub fn disable(act: &mut Act<'_>, keys: &Keys, code: &str) -> Result<Done<()>, AppError> {
    let (user, object) = own_locked(act)?;
    let permit = act.permit(Action::SecondFactorDisable, &object)?;
    if act.actor.assurance.factor_required {
        return Err(Refusal::SecondFactorNeeded.into());
    }
    prove(act, keys, user, code, Action::SecondFactorDisable)?;
    store::remove(act.conn, user)?;
    let about = about(act, user);
    Ok(act.record_plain(permit, object, about)?.with(()))
}

/// Removes the second factor of someone who has lost it. The person's sessions end.
///
/// # Errors
/// Denied (also for one's own account), or there is none.
pub fn reset(act: &mut Act<'_>, user: UserId) -> Result<Done<()>, AppError> {
    act.lock(Locked::User, user.as_str())?;
    let row = users::find(act.conn, user)?.ok_or(AppError::NotFound)?;
    let tie = if act.actor.is(user) { Tie::Author } else { Tie::Stranger };
    let object = Object::plain(Kind::User, user, tie, row.version);
    let permit = act.permit(Action::UserResetSecondFactor, &object)?;
    if !store::remove(act.conn, user)? {
        return Err(Refusal::SecondFactorOff.into());
    }
    crate::store::sessions::end_all(act.conn, user, None, act.now)?;
    let mut about = about(act, user);
    about.facts.name = row.name;
    Ok(act.record_plain(permit, object, about)?.with(()))
}

/// As [`reset`], of the person with this address: for the operator on the host, when whoever administers has lost the factor.
///
/// # Errors
/// There is no such account, or it has no second factor.
pub fn reset_of(act: &mut Act<'_>, email: &Email) -> Result<Done<()>, AppError> {
    let (user, _) = users::find_by_email(act.conn, email.as_str())?.ok_or(AppError::NotFound)?;
    reset(act, user.id)
}
