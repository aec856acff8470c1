//! Signing in, after the password: the second factor, the session, and a word when the place is new. Stepping up.

use crate::app::act::{About, Act, Done, Object, Seen};
use crate::app::error::AppError;
use crate::app::second_factor::prove;
use crate::app::sessions::{Arrival, Tokens};
use crate::app::{App, Request, Who};
use crate::auth::token::{BadToken, random_token, sha256_hex};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{SessionId, UserId};
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::session::{CHALLENGE_SECONDS, FRESH_SECONDS, LIFE_DAYS, Origin};
use crate::domain::time::Timestamp;
use crate::domain::user::{Password, UserStatus};
use crate::store::dialect::Locked;
use crate::store::sessions::{self, SessionRow};
use crate::store::sign_ins::{self, ChallengeRow};
use crate::store::{second_factors, users};
use chrono::TimeDelta;

/// How a right password is answered.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// Signed in.
    Done(Tokens),
    /// Not yet: this challenge must come back with a code, once, within [`CHALLENGE_SECONDS`].
    SecondFactor(String),
}

/// A session that is about to begin.
struct Beginning {
    id: SessionId,
    user: UserId,
    refresh_hash: String,
    /// SHA-256 of the hash that the password was held against: should it have changed since, nobody comes in.
    password_mark: String,
    origin: Origin,
}

fn no_randomness() -> AppError {
    AppError::Internal("the operating system gives no randomness".into())
}

fn not_taken() -> AppError {
    AppError::Unauthenticated(Some(BadToken::Invalid))
}

impl App {
    /// What follows a right password. `verified` is the hash that it was held against.
    pub(super) async fn begin(&self, user: UserId, verified: String, arrival: Arrival) -> Result<SignIn, AppError> {
        let password_mark = sha256_hex(verified.as_bytes());
        let has_factor = self.db.read(move |conn| second_factors::is_on(conn, user)).await??;
        let request = Request { id: arrival.request_id, ..Request::of(Who::Person(user)) };
        if has_factor {
            let token = random_token().map_err(|_| no_randomness())?;
            let token_hash = sha256_hex(token.as_bytes());
            self.run_as(request, move |act| challenge(act, user, token_hash, password_mark)).await?;
            return Ok(SignIn::SecondFactor(token));
        }
        let (beginning, refresh_token) = self.beginning(user, password_mark, arrival.origin)?;
        let session = self.run_as(request, move |act| begin_session(act, beginning, Action::SessionLogin)).await?;
        self.tokens(&session, refresh_token).map(SignIn::Done)
    }

    fn beginning(&self, user: UserId, password_mark: String, origin: Origin) -> Result<(Beginning, String), AppError> {
        let id = SessionId::new(self.clock.now());
        let refresh_token = self.keys.refresh_token(id).ok_or_else(no_randomness)?;
        let refresh_hash = sha256_hex(refresh_token.as_bytes());
        Ok((Beginning { id, user, refresh_hash, password_mark, origin }, refresh_token))
    }

    /// Signs in a person who has given the password, by a code or a recovery code.
    ///
    /// # Errors
    /// The challenge is not taken (its time is over, it was used, the password has changed), or the code is wrong.
    pub async fn verify_second_factor(&self, challenge: &str, code: String, arrival: Arrival) -> Result<Tokens, AppError> {
        let (token_hash, now) = (sha256_hex(challenge.as_bytes()), self.clock.now());
        let known = token_hash.clone();
        let row = self.db.read(move |conn| sign_ins::find(conn, &known, now)).await??.ok_or_else(not_taken)?;
        self.spend_try(row.user_id).await?;
        let (beginning, refresh_token) = self.beginning(row.user_id, row.password_mark, arrival.origin)?;
        let (user, keys) = (row.user_id, self.keys.clone());
        let enter = move |act: &mut Act<'_>| {
            act.lock(Locked::User, user.as_str())?;
            prove(act, &keys, user, &code, Action::SessionVerify)?;
            if !sign_ins::take(act.conn, &token_hash)? {
                return Err(not_taken());
            }
            begin_session(act, beginning, Action::SessionVerify)
        };
        let request = Request { id: arrival.request_id, ..Request::of(Who::Person(user)) };
        let session = self.run_as(request, enter).await?;
        self.tokens(&session, refresh_token)
    }

    /// Proves anew who the caller is: by a code where there is a second factor, by the password where there is none.
    /// Answers until when that is fresh.
    ///
    /// # Errors
    /// Password or code are missing or wrong.
    pub async fn step_up(&self, request: Request, password: Option<Password>, code: Option<String>) -> Result<Timestamp, AppError> {
        let who = |act: &mut Act<'_>| {
            let user = act.user()?;
            let permit = act.permit(Action::SessionStepUp, &Object::kind(Kind::Session))?;
            Ok(Seen::by(permit, (user, second_factors::is_on(act.conn, user)?)))
        };
        let (user, has_factor) = self.read(request.clone(), who).await?;
        let missing = |field| AppError::from(Faults::from(Fault::new("required", "必填", "is required").at(field)));
        let code = match (has_factor, code, password) {
            (true, Some(code), _) => {
                self.spend_try(user).await?;
                Some(code)
            }
            (true, None, _) => return Err(missing("code")),
            (false, _, Some(password)) => {
                self.confirm_password(request.clone(), password, Action::SessionStepUp).await?;
                None
            }
            (false, _, None) => return Err(missing("password")),
        };
        let keys = self.keys.clone();
        self.run_as(request, move |act| {
            let session = act.actor.session.ok_or(AppError::Unauthenticated(None))?;
            let permit = act.permit(Action::SessionStepUp, &Object::kind(Kind::Session))?;
            if let Some(code) = code {
                prove(act, &keys, user, &code, Action::SessionStepUp)?;
            }
            sessions::prove(act.conn, session, act.now)?;
            let object = Object::plain(Kind::Session, session, Tie::Author, 1);
            Ok(act.record_plain(permit, object, About::default())?.with(act.now.plus(TimeDelta::seconds(FRESH_SECONDS))))
        })
        .await
    }
}

/// Remembers that a person has given the password and owes a code.
fn challenge(act: &mut Act<'_>, user: UserId, token_hash: String, password_mark: String) -> Result<Done<()>, AppError> {
    let permit = act.own(Action::SessionChallenge)?;
    let expires_at = act.now.plus(TimeDelta::seconds(CHALLENGE_SECONDS));
    sign_ins::challenge(act.conn, &ChallengeRow { token_hash, user_id: user, password_mark, expires_at })?;
    Ok(act.record_plain(permit, Object::plain(Kind::User, user, Tie::Author, 1), About::default())?.with(()))
}

fn begin_session(act: &mut Act<'_>, begins: Beginning, action: Action) -> Result<Done<SessionRow>, AppError> {
    let user = begins.user;
    // The password was verified outside this transaction: the account may have been closed or changed meanwhile.
    act.lock(Locked::User, user.as_str())?;
    let active = users::find(act.conn, user)?.is_some_and(|user| user.status == UserStatus::Active);
    let unchanged = sha256_hex(users::password_hash(act.conn, user)?.as_bytes()) == begins.password_mark;
    let asked = second_factors::is_on(act.conn, user)? == (action == Action::SessionVerify);
    if !active || !unchanged || !asked {
        return Err(AppError::WrongCredentials);
    }
    let permit = act.permit(action, &Object::kind(Kind::Session))?;
    let row = SessionRow {
        id: begins.id,
        user_id: user,
        refresh_hash: begins.refresh_hash,
        previous_hash: None,
        rotated_at: act.now,
        used_at: act.now,
        proved_at: act.now,
        address: begins.origin.address.clone(),
        user_agent: begins.origin.user_agent.clone(),
        created_at: act.now,
        expires_at: act.now.plus(TimeDelta::days(LIFE_DAYS)),
        ended_at: None,
    };
    sessions::insert(act.conn, &row)?;
    let object = Object::plain(Kind::Session, row.id, Tie::Author, 1);
    if sign_ins::note_place(act.conn, user, &sha256_hex(begins.origin.place().as_bytes()), act.now)? {
        let facts = Facts { at: act.now.in_beijing(), place: begins.origin.address, path: "/me/sessions".into(), ..Facts::default() };
        let about = About { person: Some(user), facts, ..About::default() };
        let permit = act.own(Action::SessionNewPlace)?;
        let _recorded = act.record_plain(permit, object.clone(), about)?;
    }
    Ok(act.record_plain(permit, object, About::default())?.with(row))
}
