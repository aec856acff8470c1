//! Staying in: a refresh token is used once.
//!
//! Shown a second time it ends the whole session, since one of the two who showed it is a thief. There is one step of
//! grace: for a moment the token before the newest is taken again, in case its answer was lost. What was handed out
//! instead is dead then, so there is never more than one live line; should a thief have used the grace, the other of the
//! two shows a dead token at the next renewal, and the session ends.

use crate::app::act::{About, Act, Done, Object};
use crate::app::error::AppError;
use crate::app::sessions::Tokens;
use crate::app::{App, Request, Who};
use crate::auth::token::{BadToken, sha256_hex};
use crate::domain::id::SessionId;
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::session::GRACE_SECONDS;
use crate::store::sessions::{self, SessionRow};
use chrono::TimeDelta;

impl App {
    /// Renews a sign-in: a new access token and a new refresh token.
    ///
    /// # Errors
    /// The refresh token is not ours, was used before (the session ends then), or its session is over.
    pub async fn refresh(&self, refresh_token: &str, request_id: &str) -> Result<Tokens, AppError> {
        let unknown = || AppError::Unauthenticated(Some(BadToken::Invalid));
        let id = self.keys.session_of(refresh_token).ok_or_else(unknown)?;
        let shown = sha256_hex(refresh_token.as_bytes());
        let broken = || AppError::Internal("the operating system gives no randomness".into());
        let new_token = self.keys.refresh_token(id).ok_or_else(broken)?;
        let new_hash = sha256_hex(new_token.as_bytes());
        let request = Request { id: request_id.to_owned(), ..Request::of(Who::Public) };
        let session = self.run_as(request, move |act| renew(act, id, &shown, &new_hash)).await?;
        self.tokens(&session.ok_or_else(unknown)?, new_token)
    }
}

/// `None` when the token was used before: the session ends for everyone.
fn renew(act: &mut Act<'_>, id: SessionId, shown: &str, new_hash: &str) -> Result<Done<Option<SessionRow>>, AppError> {
    let unknown = || AppError::Unauthenticated(Some(BadToken::Invalid));
    let row = sessions::find_locked(act.conn, id)?.ok_or_else(unknown)?;
    let holder = sessions::holder(act.conn, row.id, act.now)?.ok_or_else(unknown)?;
    act.actor.user = Some(row.user_id);
    act.actor.name = holder.name;
    let permit = act.permit(Action::SessionRefresh, &Object::kind(Kind::Session))?;
    let object = Object::plain(Kind::Session, row.id, Tie::Author, 1);
    let in_grace = act.now <= row.rotated_at.plus(TimeDelta::seconds(GRACE_SECONDS));
    let mut about = About::default();
    if row.refresh_hash == shown {
        sessions::rotate(act.conn, &row, new_hash, act.now)?;
    } else if in_grace && row.previous_hash.as_deref() == Some(shown) {
        sessions::replace(act.conn, &row, new_hash, act.now)?;
        about.detail = "answer lost: renewed again".into();
    } else {
        return revoke(act, row);
    }
    Ok(act.record_plain(permit, object, about)?.with(Some(row)))
}

fn revoke(act: &mut Act<'_>, row: SessionRow) -> Result<Done<Option<SessionRow>>, AppError> {
    sessions::end(act.conn, row.id, act.now)?;
    let permit = act.own(Action::SessionRevoke)?;
    let object = Object::plain(Kind::Session, row.id, Tie::Author, 1);
    let facts = Facts { at: act.now.in_beijing(), path: "/me/sessions".into(), ..Facts::default() };
    let detail = "refresh token used twice: session ended".into();
    let about = About { person: Some(row.user_id), facts, detail, ..About::default() };
    Ok(act.record_plain(permit, object, about)?.with(None))
}
