//! Sessions: signing in, staying in, signing out.
//!
//! Passwords are verified outside any transaction. A refresh token is used once: shown a second time, the whole session
//! ends, since one of the two who showed it is a thief.

use crate::app::act::{About, Act, Actor, Done, Object, Seen, denied_row};
use crate::app::error::{AppError, Denial};
use crate::app::{App, Request, Who};
use crate::auth::token::{ACCESS_SECONDS, BadToken, SESSION_DAYS, new_refresh_token, sha256_hex};
use crate::domain::id::{SessionId, UserId};
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::domain::user::{Password, UserStatus};
use crate::store::sessions::{self, SessionRow};
use crate::store::{audit, users};

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

impl App {
    /// Signs a person in.
    ///
    /// # Errors
    /// Address or password are wrong or the account is not in use: the same answer after the same work.
    pub async fn log_in(&self, email: Email, password: Password, request_id: &str) -> Result<Tokens, AppError> {
        let address = email.clone();
        let found = self.db.read(move |conn| users::find_by_email(conn, address.as_str())).await??;
        let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), Some(hash)));
        let verified = hash.clone().unwrap_or_default();
        let right = self.hasher.verify(&password, hash).await?;
        match user {
            Some(user) if right && user.status == UserStatus::Active => self.begin(user.id, verified, request_id).await,
            known => {
                self.remember_failure(known.map(|user| (user.id, user.name)), request_id).await?;
                Err(AppError::WrongCredentials)
            }
        }
    }

    /// `verified` is the hash that the password was held against: should it have changed since, nobody comes in.
    async fn begin(&self, user: UserId, verified: String, request_id: &str) -> Result<Tokens, AppError> {
        let id = SessionId::new(self.clock.now());
        let refresh_token = refresh_token(id)?;
        let hash = sha256_hex(refresh_token.as_bytes());
        let request_id = request_id.to_owned();
        let begin = move |act: &mut Act<'_>| {
            act.request_id = request_id;
            begin_session(act, id, user, &verified, hash)
        };
        let session = self.run(Who::Person(user), begin).await?;
        self.tokens(&session, refresh_token)
    }

    fn tokens(&self, session: &SessionRow, refresh_token: String) -> Result<Tokens, AppError> {
        let broken = || AppError::Internal("the access token could not be signed".into());
        let access_token = self.keys.issue(session.user_id, session.id, self.clock.now()).ok_or_else(broken)?;
        Ok(Tokens { access_token, expires_in: ACCESS_SECONDS, refresh_token, session_expires_at: session.expires_at })
    }

    async fn remember_failure(&self, known: Option<(UserId, String)>, request_id: &str) -> Result<(), AppError> {
        let (now, id) = (self.clock.now(), request_id.to_owned());
        let write = move |conn: &mut crate::store::Conn| -> Result<(), AppError> {
            let (object, name) = known.map_or((String::new(), "unknown".to_owned()), |(id, name)| (id.to_string(), name));
            let denial =
                Denial { action: Action::SessionLogin, kind: Kind::User, id: object, tie: Tie::Stranger, hidden: false, seal: None };
            let actor = Actor { name, ..Actor::public() };
            audit::append(conn, &denied_row(&actor, &id, now, &denial)).map_err(AppError::from)
        };
        self.db.write(write, |_, _| Ok(())).await?
    }

    /// Renews a sign-in: a new access token and a new refresh token.
    ///
    /// # Errors
    /// The refresh token is unknown, was used before (the session ends then), or its session is over.
    pub async fn refresh(&self, refresh_token: &str) -> Result<Tokens, AppError> {
        let shown = sha256_hex(refresh_token.as_bytes());
        let id = refresh_token.split('.').next().and_then(|id| id.parse::<SessionId>().ok());
        let id = id.ok_or(AppError::Unauthenticated(Some(BadToken::Invalid)))?;
        let new_token = self::refresh_token(id)?;
        let new_hash = sha256_hex(new_token.as_bytes());
        let session = self.run(Who::Public, move |act| renew(act, id, &shown, &new_hash)).await?;
        match session {
            Some(session) => self.tokens(&session, new_token),
            None => Err(AppError::Unauthenticated(Some(BadToken::Invalid))),
        }
    }

    /// Whether `password` is the caller's own, verified outside any transaction.
    ///
    /// # Errors
    /// It is not.
    pub async fn confirm_password(&self, request: Request, password: Password) -> Result<(), AppError> {
        let hash = self
            .read(request, |act| {
                let id = act.user()?;
                let permit = act.permit(Action::MeRead, &Object::kind(Kind::Me))?;
                let hash = users::password_hash(act.conn, id)?;
                Ok(Seen::by(permit, hash))
            })
            .await?;
        if self.hasher.verify(&password, Some(hash)).await? { Ok(()) } else { Err(AppError::WrongCredentials) }
    }
}

/// A refresh token: the session that it belongs to, and a secret.
fn refresh_token(session: SessionId) -> Result<String, AppError> {
    new_refresh_token().map(|secret| format!("{session}.{secret}")).map_err(|e| AppError::Internal(e.to_string()))
}

fn begin_session(
    act: &mut Act<'_>,
    id: SessionId,
    user: UserId,
    verified: &str,
    refresh_hash: String,
) -> Result<Done<SessionRow>, AppError> {
    // The password was verified outside this transaction: the account may have been closed or changed meanwhile.
    let active = users::find(act.conn, user)?.is_some_and(|user| user.status == UserStatus::Active);
    if !active || users::password_hash(act.conn, user)? != verified {
        return Err(AppError::WrongCredentials);
    }
    let permit = act.permit(Action::SessionLogin, &Object::kind(Kind::Session))?;
    let row = SessionRow {
        id,
        user_id: user,
        refresh_hash,
        created_at: act.now,
        expires_at: act.now.plus(chrono::TimeDelta::days(SESSION_DAYS)),
        ended_at: None,
    };
    sessions::insert(act.conn, &row)?;
    let object = Object::plain(Kind::Session, row.id, Tie::Author, 1);
    Ok(act.record_plain(permit, object, About::default())?.with(row))
}

/// `None` when the token is not taken: any token of the session but the present one ends it for everyone.
fn renew(act: &mut Act<'_>, id: SessionId, shown: &str, new_hash: &str) -> Result<Done<Option<SessionRow>>, AppError> {
    let unknown = || AppError::Unauthenticated(Some(BadToken::Invalid));
    let row = sessions::find(act.conn, id)?.ok_or_else(unknown)?;
    let holder = sessions::holder(act.conn, row.id, act.now)?.ok_or_else(unknown)?;
    act.actor.user = Some(row.user_id);
    act.actor.name = holder.name;
    let permit = act.permit(Action::SessionRefresh, &Object::kind(Kind::Session))?;
    let object = Object::plain(Kind::Session, row.id, Tie::Author, 1);
    if row.refresh_hash != shown {
        sessions::end(act.conn, row.id, act.now)?;
        let about = About { detail: "refresh token used twice: session ended".into(), ..About::default() };
        return Ok(act.record_plain(permit, object, about)?.with(None));
    }
    sessions::rotate(act.conn, &row, new_hash)?;
    Ok(act.record_plain(permit, object, About::default())?.with(Some(row)))
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
