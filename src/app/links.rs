//! Links to a new password: for people who forgot theirs, and for people who are invited.
//!
//! The token stands in the letter and nowhere else: its SHA-256 in `account_links`, and sealed in the outbox until the
//! letter is written ([`App::open_link`]). It follows a `#`, so that no server or proxy on the way logs it.
//!
//! A forgotten password is answered at once and looked up afterwards, by the worker that sends letters: known and unknown
//! addresses do not just get the same bytes, they cost the same.

use crate::app::act::{About, Act, Done, Object};
use crate::app::attempts::Attempts;
use crate::app::error::AppError;
use crate::app::{App, Request, Who};
use crate::auth::Keys;
use crate::auth::token::{random_token, sha256_hex};
use crate::domain::id::UserId;
use crate::domain::notice::Facts;
use crate::domain::password::Password;
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::session::{MOST_RESET_LETTERS, RESET_MINUTES};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::domain::user::UserStatus;
use crate::store::dialect::Locked;
use crate::store::links::{self, LinkRow, RESET};
use crate::store::users::{self, UserRow};
use crate::store::{Conn, sessions};
use chrono::TimeDelta;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Requests that wait to be looked at, at most: more are forgotten.
const MOST_WAITING: usize = 1_000;
/// Requests of one client network within a quarter of an hour, at most: an office shares an address.
const MOST_ASKED: i32 = 20;
/// Where a link leads, below `/api/v1`.
const PATH: &str = "/auth/reset_password";

/// Requests for a link to a new password. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Forgotten {
    waiting: Arc<Mutex<VecDeque<(Email, String)>>>,
    /// How often a client network asks.
    asked: Attempts,
}

impl Default for Forgotten {
    fn default() -> Self {
        Self { waiting: Arc::default(), asked: Attempts::new(MOST_ASKED) }
    }
}

impl Forgotten {
    fn take(&self) -> Option<(Email, String)> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Forgets who asked, when that no longer matters.
    pub fn sweep(&self, now: Timestamp) {
        self.asked.sweep(now);
    }
}

impl App {
    /// Remembers that someone asks for a link to a new password, whether or not there is such an account.
    ///
    /// # Errors
    /// Too many requests came from this network.
    pub fn forgot_password(&self, email: Email, request: &Request) -> Result<(), AppError> {
        // Each one counts.
        drop(self.forgotten.asked.admit("", &request.origin.network(), self.clock.now())?);
        let mut waiting = self.forgotten.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MOST_WAITING {
            waiting.push_back((email, request.id.clone()));
        }
        drop(waiting);
        self.bell.notify_one();
        Ok(())
    }

    /// Writes the letters that were asked for. Addresses without an account in use, and those that got enough letters
    /// within the hour, get none.
    pub async fn write_links(&self) {
        while let Some((email, id)) = self.forgotten.take() {
            let keys = self.keys.clone();
            let request = Request { id, ..Request::of(Who::Public) };
            match self.run_as(request, move |act| forgot(act, &keys, &email)).await {
                Ok(()) | Err(AppError::NotFound) => {}
                Err(error) => tracing::warn!(%error, "a link to a new password could not be sent"),
            }
        }
    }

    /// The end of a letter's link, which was sealed for `recipient`; `None` when it was changed.
    #[must_use]
    pub fn open_link(&self, recipient: &str, sealed: &str) -> Option<String> {
        String::from_utf8(self.keys.open(recipient, sealed)?).ok().map(|token| format!("#token={token}"))
    }

    /// Sets a new password by a link, which is used up. All sessions of its owner end.
    ///
    /// # Errors
    /// The link is not good (any more), or the password is not taken.
    pub async fn reset_password(&self, token: &str, password: Password, request: Request) -> Result<(), AppError> {
        let (token_hash, now) = (sha256_hex(token.as_bytes()), self.clock.now());
        let known = token_hash.clone();
        let (user, present) = self.db.read(move |conn| links::owner(conn, &known, now)).await??.ok_or(AppError::DeadLink)?;
        let hash = self.hash_next(&password, &user, present, "password").await?;
        let (email, network, id) = (user.email, request.origin.network(), user.id);
        self.run_as(request, move |act| reset(act, id, &token_hash, &hash)).await?;
        self.attempts.forgive(&email, &network);
        Ok(())
    }
}

/// Makes a link for a user, and says what the letter needs to know of it.
pub(super) fn make(act: &mut Act<'_>, keys: &Keys, user: &UserRow, purpose: &str, lives: TimeDelta) -> Result<Facts, AppError> {
    let broken = || AppError::Internal("the operating system gives no randomness".into());
    let token = random_token().map_err(|_| broken())?;
    let expires_at = act.now.plus(lives);
    let row = LinkRow {
        token_hash: sha256_hex(token.as_bytes()),
        user_id: user.id,
        purpose: purpose.into(),
        created_at: act.now,
        expires_at,
        used_at: None,
    };
    links::insert(act.conn, &row)?;
    let sealed = keys.seal(&user.email, token.as_bytes()).ok_or_else(broken)?;
    Ok(Facts { at: expires_at.in_beijing(), path: PATH.into(), sealed, ..Facts::default() })
}

fn forgot(act: &mut Act<'_>, keys: &Keys, email: &Email) -> Result<Done<()>, AppError> {
    let (user, _) = users::find_by_email(act.conn, email.as_str())?.ok_or(AppError::NotFound)?;
    act.lock(Locked::User, user.id.as_str())?;
    let user = users::find(act.conn, user.id)?.ok_or(AppError::NotFound)?;
    let an_hour_ago = act.now.plus(TimeDelta::hours(-1));
    let enough = links::sent_since(act.conn, user.id, RESET, an_hour_ago)? >= MOST_RESET_LETTERS;
    if enough || user.status != UserStatus::Active {
        return Err(AppError::NotFound);
    }
    let object = Object::plain(Kind::Me, user.id, Tie::Stranger, user.version);
    let permit = act.permit(Action::MeForgotPassword, &object)?;
    let facts = make(act, keys, &user, RESET, TimeDelta::minutes(RESET_MINUTES))?;
    Ok(act.record_plain(permit, object, About { person: Some(user.id), facts, ..About::default() })?.with(()))
}

fn reset(act: &mut Act<'_>, id: UserId, token_hash: &str, hash: &str) -> Result<Done<()>, AppError> {
    act.lock(Locked::User, id.as_str())?;
    let user = users::find(act.conn, id)?.filter(|user| user.status != UserStatus::Disabled).ok_or(AppError::DeadLink)?;
    if !links::take(act.conn, token_hash, act.now)? {
        return Err(AppError::DeadLink);
    }
    act.actor.user = Some(id);
    act.actor.name.clone_from(&user.name);
    let object = Object::plain(Kind::Me, id, Tie::Author, user.version);
    let permit = act.permit(Action::MeResetPassword, &object)?;
    replace(act.conn, id, hash, act.now)?;
    if user.status == UserStatus::Invited {
        users::set_status(act.conn, &user, UserStatus::Active, act.now)?;
    }
    sessions::end_all(act.conn, id, None, act.now)?;
    let facts = Facts { path: "/me".into(), ..Facts::default() };
    Ok(act.record_plain(permit, object, About { person: Some(id), facts, ..About::default() })?.with(()))
}

/// Sets a password's hash; links that were sent before are dead.
pub(super) fn replace(conn: &mut Conn, user: UserId, hash: &str, now: Timestamp) -> Result<(), AppError> {
    users::set_password(conn, user, hash, now)?;
    links::end_all(conn, user, now)?;
    Ok(())
}
