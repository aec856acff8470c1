//! Sessions: views and handlers.

use crate::app::sessions::{self, Shown};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::challenge::NoInput;
use crate::domain::id::{SessionId, UserId};
use crate::domain::time::Timestamp;
use crate::http::answer::View;

/// A sign-in on one device.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SessionView {
    id: SessionId,
    created_at: Timestamp,
    /// When it was last renewed.
    last_used_at: Timestamp,
    /// When it ends at the latest.
    expires_at: Timestamp,
    /// When it was ended.
    ended_at: Option<Timestamp>,
    /// Network address that it was begun from.
    address: String,
    /// What the program called itself.
    user_agent: String,
    /// Whether it is the one that asks.
    current: bool,
}

impl View for SessionView {
    fn id(&self) -> String {
        self.id.to_string()
    }
}

impl From<Shown> for SessionView {
    fn from(Shown { row, current }: Shown) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            last_used_at: row.used_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
            address: row.address,
            user_agent: row.user_agent,
            current,
        }
    }
}

/// The sessions that are live, the newest first.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SessionsView {
    items: Vec<SessionView>,
}

impl View for SessionsView {}

impl From<Vec<Shown>> for SessionsView {
    fn from(sessions: Vec<Shown>) -> Self {
        Self { items: sessions.into_iter().map(Into::into).collect() }
    }
}

/// `GET /me/sessions`
pub fn own(act: &mut Act<'_>, (): ()) -> Result<Seen<SessionsView>, AppError> {
    Ok(sessions::own(act)?.map(Into::into))
}

/// `GET /users/{id}/sessions`
pub fn of_user(act: &mut Act<'_>, id: UserId) -> Result<Seen<SessionsView>, AppError> {
    Ok(sessions::of_user(act, id)?.map(Into::into))
}

/// `POST /sessions/{id}/end`
pub fn end(act: &mut Act<'_>, id: SessionId, _: NoInput) -> Result<Done<SessionView>, AppError> {
    Ok(sessions::end(act, id)?.map(Into::into))
}

/// `POST /me/sessions/end_others`
pub fn end_others(act: &mut Act<'_>, (): (), _: NoInput) -> Result<Done<SessionsView>, AppError> {
    Ok(sessions::end_others(act)?.map(Into::into))
}
