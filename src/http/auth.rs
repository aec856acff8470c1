//! Signing in, staying in, signing out.

use crate::app::sessions::{self, Arrival, Tokens};
use crate::app::sign_in::SignIn;
use crate::app::{Answer, App, Request, Who};
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action;
use crate::domain::session::CHALLENGE_SECONDS;
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

/// Whose password is forgotten.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ForgotInput {
    email: Email,
}

/// A new password by a link.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ResetInput {
    /// What follows `#token=` in the link.
    token: Line<1, 200>,
    /// The password as it shall be.
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

/// How a right password is answered: with tokens, or by asking for the second factor.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum LoginView {
    /// Signed in.
    Tokens(TokensView),
    /// A code is needed as well.
    SecondFactor(ChallengeView),
}

impl View for LoginView {}

/// That a code is needed: `POST /auth/verify` takes it together with the challenge.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ChallengeView {
    /// Always `true`.
    mfa_required: bool,
    /// Good once.
    challenge: String,
    /// How long it is good, in seconds.
    expires_in: i64,
}

impl From<SignIn> for LoginView {
    fn from(answer: SignIn) -> Self {
        match answer {
            SignIn::Done(tokens) => Self::Tokens(tokens.into()),
            SignIn::SecondFactor(challenge) => {
                Self::SecondFactor(ChallengeView { mfa_required: true, challenge, expires_in: CHALLENGE_SECONDS })
            }
        }
    }
}

/// The second step of a sign-in.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct VerifyInput {
    /// From `POST /auth/login`.
    challenge: Line<1, 200>,
    /// Six digits, or a recovery code.
    code: Line<6, 40>,
}

/// A proof of who one is.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct StepUpInput {
    /// The password, where there is no second factor.
    #[deserr(default)]
    password: Option<Password>,
    /// Six digits, or a recovery code, where there is one.
    #[deserr(default)]
    code: Option<Line<6, 40>>,
}

/// How long a proof is fresh.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct StepUpView {
    fresh_until: Timestamp,
}

impl View for StepUpView {}

fn arrival(call: &Call) -> Arrival {
    Arrival { origin: call.origin.clone(), request_id: call.request_id.clone() }
}

pub(super) fn no_dry_run(call: &Call) -> Result<(), Faults> {
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
    let answer = app.log_in(input.email, input.password, arrival(&call)).await?;
    Ok(answer::respond(answer::written(&LoginView::from(answer), 200, None)?))
}

/// `POST /auth/verify`
///
/// # Errors
/// The challenge is not taken, or the code is wrong.
pub async fn verify(app: App, call: Call) -> Result<HttpResponse, Turned> {
    no_dry_run(&call)?;
    let input: VerifyInput = call.parse()?;
    let tokens = app.verify_second_factor(input.challenge.as_str(), input.code.into(), arrival(&call)).await?;
    Ok(answer::respond(answer::written(&TokensView::from(tokens), 200, None)?))
}

/// `POST /auth/step_up`
///
/// # Errors
/// Password or code are missing or wrong.
pub async fn step_up(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    no_dry_run(&call)?;
    // A proof is not repeated by repeating a request.
    call.key = None;
    let input: StepUpInput = call.parse()?;
    let fresh_until = app.step_up(call.request(Action::SessionStepUp), input.password, input.code.map(Into::into)).await?;
    Ok(answer::respond(answer::written(&StepUpView { fresh_until }, 200, None)?))
}

/// `POST /auth/refresh`
///
/// # Errors
/// The refresh token is not taken.
pub async fn refresh(app: App, call: Call) -> Result<HttpResponse, Turned> {
    no_dry_run(&call)?;
    let input: RefreshInput = call.parse()?;
    let tokens = app.refresh(input.refresh_token.as_str(), &call.request_id).await?;
    Ok(answer::respond(answer::written(&TokensView::from(tokens), 200, None)?))
}

fn nothing() -> Answer {
    Answer { status: 204, location: None, version: None, body: String::new(), replayed: false }
}

/// `POST /auth/forgot_password`: the same answer for every address.
///
/// # Errors
/// Too many requests came from this network.
pub async fn forgot_password(app: App, call: Call) -> Result<HttpResponse, Turned> {
    no_dry_run(&call)?;
    let input: ForgotInput = call.parse()?;
    app.forgot_password(input.email, &call.request(Action::MeForgotPassword))?;
    Ok(answer::respond(nothing()))
}

/// `POST /auth/reset_password`
///
/// # Errors
/// The link is not good (any more), or the password is not taken.
pub async fn reset_password(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    no_dry_run(&call)?;
    // A link is good once: there is nothing to repeat.
    call.key = None;
    let input: ResetInput = call.parse()?;
    let request = Request { who: Who::Public, ..call.request(Action::MeResetPassword) };
    app.reset_password(input.token.as_str(), input.password, request).await?;
    Ok(answer::respond(nothing()))
}

/// `POST /auth/logout`
///
/// # Errors
/// Nobody is signed in.
pub async fn logout(app: App, call: Call) -> Result<HttpResponse, Turned> {
    no_dry_run(&call)?;
    let shape = |()| Ok(nothing());
    Ok(answer::respond(app.write(call.request(Action::SessionLogout), sessions::log_out, shape).await?))
}
