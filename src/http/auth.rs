//! Signing in, staying in, signing out.

use crate::app::sessions::{self, Tokens};
use crate::app::{Answer, App};
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action;
use crate::domain::text::{Email, Line};
use crate::domain::time::Timestamp;
use crate::domain::user::Password;
use crate::http::answer::{self, View};
use crate::http::call::{Call, Turned};
use actix_web::HttpResponse;

/// Address and password.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct LoginInput {
    email: Email,
    password: Password,
}

/// A refresh token.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct RefreshInput {
    refresh_token: Line<1, 200>,
}

/// What a sign-in hands out.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TokensView {
    /// For the header `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// How long the access token lives, in seconds.
    expires_in: i64,
    /// For `POST /auth/refresh`; good once.
    refresh_token: String,
    /// When one must sign in again at the latest.
    session_expires_at: Timestamp,
}

impl View for TokensView {}

impl From<Tokens> for TokensView {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access_token,
            token_type: "Bearer",
            expires_in: tokens.expires_in,
            refresh_token: tokens.refresh_token,
            session_expires_at: tokens.session_expires_at,
        }
    }
}

fn no_dry_run(call: &Call) -> Result<(), Faults> {
    call.no_parameters()?;
    let mut faults = Faults::default();
    faults.check(call.dry_run, "dry_run", || Fault::new("not_here", "此处不支持", "is not supported here"));
    faults.or(())
}

/// `POST /auth/login`
///
/// # Errors
/// Address or password are wrong.
pub async fn login(app: App, call: Call) -> Result<HttpResponse, Turned> {
    no_dry_run(&call)?;
    let input: LoginInput = call.parse()?;
    let tokens = app.log_in(input.email, input.password, &call.request_id).await?;
    Ok(answer::respond(answer::written(&TokensView::from(tokens), 200, None)?))
}

/// `POST /auth/refresh`
///
/// # Errors
/// The refresh token is not taken.
pub async fn refresh(app: App, call: Call) -> Result<HttpResponse, Turned> {
    no_dry_run(&call)?;
    let input: RefreshInput = call.parse()?;
    let tokens = app.refresh(input.refresh_token.as_str()).await?;
    Ok(answer::respond(answer::written(&TokensView::from(tokens), 200, None)?))
}

/// `POST /auth/logout`
///
/// # Errors
/// Nobody is signed in.
pub async fn logout(app: App, call: Call) -> Result<HttpResponse, Turned> {
    no_dry_run(&call)?;
    let shape = |()| Ok(Answer { status: 204, location: None, version: None, body: String::new(), replayed: false });
    Ok(answer::respond(app.write(call.request(Action::SessionLogout), sessions::log_out, shape).await?))
}
