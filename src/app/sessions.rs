//! Sessions: signing in, staying in, signing out.
//!
//! Passwords are verified outside any transaction; what follows the password is `sign_in`, staying in is `renewal`.

use crate::app::act::{About, Act, Actor, Done, Object, Seen};
use crate::app::attempts::Attempt;
use crate::app::error::{AppError, Denial};
use crate::app::sign_in::SignIn;
use crate::app::{App, Request, ledger};
use crate::auth::token::ACCESS_SECONDS;
use crate::domain::id::{SessionId, UserId};
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::session::Origin;
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::domain::user::{Password, UserStatus};
use crate::store::sessions::{self, SessionRow};
use crate::store::users;
use crate::store::users::UserRow;

/// What a sign-in or a renewal hands out.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Access token, for the `Authorization` header.
    pub access_token: String,
    /// How long it lives, in seconds.
    pub expires_in: i64,
    /// Refresh token: good for one renewal.
    pub refresh_token: String,
    /// When the sign-in ends at the latest.
    pub session_expires_at: Timestamp,
}

/// What a sign-in request brings along besides its content.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Where it came from.
    pub origin: Origin,
    /// Id for log and audit.
    pub request_id: String,
}

impl App {
    /// Signs a person in, or asks for the second factor.
    ///
    /// # Errors
    /// Address or password are wrong or the account is not in use: the same answer after the same work. Too many wrong
    /// ones came before, for this address from this network.
    pub async fn log_in(&self, email: Email, password: Password, arrival: Arrival) -> Result<SignIn, AppError> {
        let address = email.clone();
        let found = self.db.read(move |conn| users::find_by_email(conn, address.as_str())).await??;
        let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), Some(hash)));
        let verified = hash.clone().unwrap_or_default();
        let (attempt, right) = self.guess(email.as_str(), &arrival.origin, &password, hash).await?;
        match user {
            Some(user) if right && user.status == UserStatus::Active => {
                attempt.right();
                if self.profile.has_expired(user.password_set_at, self.clock.now()) {
                    self.remember_failure(Some(user.id), arrival).await?;
                    return Err(AppError::PasswordExpired);
                }
                let verified = self.strengthened(user.id, verified, &password).await?;
                self.begin(user.id, verified, arrival).await
            }
            known => {
                if attempt.wrong() {
                    self.guessed.note(email, arrival.origin.network(), arrival.request_id.clone(), self.clock.now());
                    self.bell.notify_one();
                }
                self.remember_failure(known.map(|user| user.id), arrival).await?;
                Err(AppError::WrongCredentials)
            }
        }
    }

    pub(super) fn tokens(&self, session: &SessionRow, refresh_token: String) -> Result<Tokens, AppError> {
        let broken = || AppError::Internal("the access token could not be signed".into());
        let access_token = self.keys.issue(session.user_id, session.id, self.clock.now()).ok_or_else(broken)?;
        Ok(Tokens { access_token, expires_in: ACCESS_SECONDS, refresh_token, session_expires_at: session.expires_at })
    }

    async fn remember_failure(&self, known: Option<UserId>, arrival: Arrival) -> Result<(), AppError> {
        let id = known.map(|id| id.to_string()).unwrap_or_default();
        let denial = Denial { action: Action::SessionLogin, kind: Kind::User, id, tie: Tie::Stranger, hidden: false, seal: None };
        let row = crate::app::ledger::denied_row(&Actor::public(), &arrival.request_id, self.clock.now(), &denial);
        if !self.floods.tells(&arrival.origin.network(), &row) {
            return Ok(());
        }
        let how = self.chain;
        self.db.write(move |conn| ledger::append(conn, how, vec![row]).map_err(AppError::from), |_, _| Ok(())).await?
    }

    /// Verifies a password under the limit of attempts. The attempt counts as wrong unless it is said to be right.
    async fn guess(&self, email: &str, origin: &Origin, password: &Password, hash: Option<String>) -> Result<(Attempt, bool), AppError> {
        let attempt = self.attempts.admit(email, &origin.network(), self.clock.now())?;
        match self.hasher.verify(password, hash).await {
            Ok(right) => Ok((attempt, right)),
            Err(error) => {
                attempt.give_back();
                Err(error.into())
            }
        }
    }

    /// That `password` is the caller's own, for `action`: verified outside any transaction. Answers whose it is.
    ///
    /// # Errors
    /// It is not, which is remembered; or too many wrong ones came before.
    pub async fn confirm_password(&self, request: Request, password: Password, action: Action) -> Result<UserRow, AppError> {
        let own = |act: &mut Act<'_>| {
            let id = act.user()?;
            let permit = act.permit(Action::MeRead, &Object::kind(Kind::Me))?;
            let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
            let hash = users::password_hash(act.conn, id)?;
            Ok(Seen::by(permit, (user, hash)))
        };
        let (user, hash) = self.read(request.clone(), own).await?;
        let (attempt, right) = self.guess(&user.email, &request.origin, &password, Some(hash)).await?;
        if right {
            attempt.right();
            return Ok(user);
        }
        drop(attempt);
        let denial = Denial { action, kind: Kind::Me, id: user.id.to_string(), tie: Tie::Author, hidden: false, seal: None };
        self.remember(request, denial).await?;
        Err(AppError::WrongCredentials)
    }
}

/// Remembers that access tokens are signed by the key `kid` from now on.
///
/// # Errors
/// The database does not answer.
pub fn adopt_keys(act: &mut Act<'_>, kid: &str) -> Result<Done<()>, AppError> {
    let permit = act.permit(Action::SessionAdoptKeys, &Object::kind(Kind::Session))?;
    let about = About { detail: format!("key {kid} signs"), ..About::default() };
    Ok(act.record_plain(permit, Object::kind(Kind::Session), about)?.with(()))
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The session.
    pub row: SessionRow,
    /// Whether it is the one that asks.
    pub current: bool,
}

fn shown(act: &Act<'_>, row: SessionRow) -> Shown {
    Shown { current: act.actor.session == Some(row.id), row }
}

/// Ends the caller's session.
///
/// # Errors
/// Nobody is signed in.
pub fn log_out(act: &mut Act<'_>) -> Result<Done<()>, AppError> {
    let session = act.actor.session.ok_or(AppError::Unauthenticated(None))?;
    let permit = act.permit(Action::SessionLogout, &Object::kind(Kind::Session))?;
    sessions::end(act.conn, session, act.now)?;
    let object = Object::plain(Kind::Session, session, Tie::Author, 1);
    Ok(act.record_plain(permit, object, About::default())?.with(()))
}

/// Lists the caller's sessions that are live.
///
/// # Errors
/// Nobody is signed in.
pub fn own(act: &mut Act<'_>) -> Result<Seen<Vec<Shown>>, AppError> {
    let user = act.user()?;
    let permit = act.permit(Action::SessionRead, &Object { tie: Tie::Author, ..Object::kind(Kind::Session) })?;
    let rows = sessions::live(act.conn, user, act.now)?;
    Ok(Seen::by(permit, rows.into_iter().map(|row| shown(act, row)).collect()))
}

/// Lists a user's sessions that are live, for an administrator.
///
/// # Errors
/// Not there, or denied.
pub fn of_user(act: &mut Act<'_>, user: UserId) -> Result<Seen<Vec<Shown>>, AppError> {
    let row = users::find(act.conn, user)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::SessionRead, &Object::plain(Kind::User, user, tie(act, user), row.version))?;
    let rows = sessions::live(act.conn, user, act.now)?;
    Ok(Seen::by(permit, rows.into_iter().map(|row| shown(act, row)).collect()))
}

fn tie(act: &Act<'_>, user: UserId) -> Tie {
    if act.actor.is(user) { Tie::Author } else { Tie::Stranger }
}

/// Ends a session: one's own, or, as an administrator, anyone's.
///
/// # Errors
/// Not there, not live any more, or denied.
pub fn end(act: &mut Act<'_>, id: SessionId) -> Result<Done<Shown>, AppError> {
    let row = sessions::find_locked(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = Object { version: None, ..Object::plain(Kind::Session, id, tie(act, row.user_id), 1) };
    let permit = act.permit(Action::SessionEnd, &object)?;
    if !row.lives(act.now) {
        return Err(AppError::NotFound);
    }
    sessions::end(act.conn, id, act.now)?;
    let ended = shown(act, SessionRow { ended_at: Some(act.now), ..row });
    // A letter about what one did oneself would be noise.
    let told = (!act.actor.is(ended.row.user_id)).then_some(ended.row.user_id);
    let facts = Facts { at: act.now.in_beijing(), path: "/me/sessions".into(), ..Facts::default() };
    let about = About { person: told, facts, ..About::default() };
    Ok(act.record_plain(permit, object, about)?.with(ended))
}

/// Ends all of the caller's sessions but the one that asks.
///
/// # Errors
/// Nobody is signed in.
pub fn end_others(act: &mut Act<'_>) -> Result<Done<Vec<Shown>>, AppError> {
    let user = act.user()?;
    let object = Object { version: None, ..Object::plain(Kind::Session, user, Tie::Author, 1) };
    let permit = act.permit(Action::SessionEndOthers, &object)?;
    sessions::end_all(act.conn, user, act.actor.session, act.now)?;
    let left = sessions::live(act.conn, user, act.now)?.into_iter().map(|row| shown(act, row)).collect();
    Ok(act.record_plain(permit, object, About::default())?.with(left))
}
