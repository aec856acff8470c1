//! The second factor: views and handlers. Nothing here is kept for an idempotency key: secrets are shown once.

use crate::app::second_factor::{self as factor, Enrolment, State};
use crate::app::{Act, Answer, App, AppError, Seen};
use crate::domain::fault::Faults;
use crate::domain::id::UserId;
use crate::domain::policy::Action;
use crate::domain::text::Line;
use crate::domain::time::Timestamp;
use crate::domain::user::Password;
use crate::http::answer::{self, View};
use crate::http::auth::no_dry_run;
use crate::http::call::{Call, Turned};
use crate::http::door::{PathId, refused_first};
use actix_web::HttpResponse;

/// How one's second factor stands.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SecondFactorView {
    enabled: bool,
    /// Since when it is on.
    since: Option<Timestamp>,
    /// Recovery codes that are left.
    recovery_codes_left: i64,
    /// Whether one of one's roles needs it.
    required: bool,
}

impl View for SecondFactorView {}

impl From<State> for SecondFactorView {
    fn from(State { since, recovery_codes_left, required }: State) -> Self {
        Self { enabled: since.is_some(), since, recovery_codes_left, required }
    }
}

/// What an authenticator app needs to know; shown this once.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EnrolmentView {
    /// Base32, to type into the app.
    secret: String,
    /// The same, for a QR code.
    otpauth_url: String,
}

impl View for EnrolmentView {}

/// Recovery codes, each good once; shown this once.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RecoveryCodesView {
    recovery_codes: Vec<String>,
}

impl View for RecoveryCodesView {}

/// A code of the second factor.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct CodeInput {
    /// Six digits, or (but for turning it on) a recovery code.
    code: Line<6, 40>,
}

/// Both factors.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct BothInput {
    password: Password,
    /// Six digits, or a recovery code.
    code: Line<6, 40>,
}

fn nothing() -> Answer {
    Answer { status: 204, location: None, version: None, body: String::new(), replayed: false }
}

fn codes(recovery_codes: Vec<String>) -> Result<Answer, AppError> {
    answer::written(&RecoveryCodesView { recovery_codes }, 200, None)
}

async fn parsed<T: deserr::Deserr<Faults>>(app: &App, call: &mut Call, action: Action) -> Result<T, Turned> {
    call.no_parameters()?;
    call.key = None;
    match call.parse() {
        Ok(input) => Ok(input),
        Err(faults) => Err(refused_first(app, call, action, faults).await),
    }
}

/// `GET /me/second_factor`
pub fn state(act: &mut Act<'_>, (): ()) -> Result<Seen<SecondFactorView>, AppError> {
    Ok(factor::state(act)?.map(Into::into))
}

/// `POST /me/second_factor/enrol`
///
/// # Errors
/// What [`factor::enrol`] refuses.
pub async fn enrol(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    call.no_parameters()?;
    no_dry_run(&call)?;
    call.key = None;
    let keys = app.keys.clone();
    let shape = |Enrolment { secret, otpauth_url }| answer::written(&EnrolmentView { secret, otpauth_url }, 200, None);
    let request = call.request(Action::SecondFactorEnrol);
    Ok(answer::respond(app.write(request, move |act| factor::enrol(act, &keys), shape).await?))
}

/// `POST /me/second_factor/confirm`
///
/// # Errors
/// What [`factor::confirm`] refuses.
pub async fn confirm(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let input: CodeInput = parsed(&app, &mut call, Action::SecondFactorConfirm).await?;
    no_dry_run(&call)?;
    let keys = app.keys.clone();
    let request = call.request(Action::SecondFactorConfirm);
    Ok(answer::respond(app.write(request, move |act| factor::confirm(act, &keys, input.code.as_str()), codes).await?))
}

/// `POST /me/second_factor/regenerate`
///
/// # Errors
/// What [`factor::regenerate`] refuses.
pub async fn regenerate(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let input: CodeInput = parsed(&app, &mut call, Action::SecondFactorRegenerate).await?;
    no_dry_run(&call)?;
    let request = call.request(Action::SecondFactorRegenerate);
    app.before_a_code(request.clone()).await?;
    let keys = app.keys.clone();
    Ok(answer::respond(app.write(request, move |act| factor::regenerate(act, &keys, input.code.as_str()), codes).await?))
}

/// `POST /me/second_factor/disable`
///
/// # Errors
/// What [`factor::disable`] refuses.
pub async fn disable(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let input: BothInput = parsed(&app, &mut call, Action::SecondFactorDisable).await?;
    let request = call.request(Action::SecondFactorDisable);
    app.before_disabling(request.clone(), input.password).await?;
    let keys = app.keys.clone();
    Ok(answer::respond(app.write(request, move |act| factor::disable(act, &keys, input.code.as_str()), |()| Ok(nothing())).await?))
}

/// `POST /users/{id}/reset_second_factor`
///
/// # Errors
/// What [`factor::reset`] refuses.
pub async fn reset(app: App, call: Call) -> Result<HttpResponse, Turned> {
    call.no_parameters()?;
    let id = match UserId::read(&call.id) {
        Ok(id) => id,
        Err(faults) => return Err(refused_first(&app, &call, Action::UserResetSecondFactor, faults).await),
    };
    let request = call.request(Action::UserResetSecondFactor);
    Ok(answer::respond(app.write(request, move |act| factor::reset(act, id), |()| Ok(nothing())).await?))
}
