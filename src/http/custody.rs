//! Custody: views and handlers. Passphrases are shown and forgotten: nothing here is kept for an idempotency key.

use crate::app::custody::{self, Custody, release};
use crate::app::{Act, Answer, App, AppError, Seen};
use crate::domain::custody::{NewPassphraseInput, PassphraseInput};
use crate::domain::fault::Faults;
use crate::domain::id::ChallengeId;
use crate::domain::policy::Action;
use crate::domain::time::Timestamp;
use crate::http::answer::{self, View};
use crate::http::auth::no_dry_run;
use crate::http::call::{Call, Turned};
use crate::http::challenges::ChallengeView;
use crate::http::door::{PathId, refused_first};
use actix_web::HttpResponse;

/// A share of the key of a round that is not opened.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ShareView {
    challenge_id: ChallengeId,
    round: i32,
    released_at: Option<Timestamp>,
    /// Since when it can be opened by nobody, for who has renewed their keys.
    lost_at: Option<Timestamp>,
}

/// How one's custody stands.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CustodyView {
    /// Whether one can be appointed custodian.
    enrolled: bool,
    /// Since when one has these keys.
    since: Option<Timestamp>,
    /// When the passphrase was set.
    passphrase_set_at: Option<Timestamp>,
    /// The shares that one holds, the latest first.
    shares: Vec<ShareView>,
}

impl View for CustodyView {}

impl From<Custody> for CustodyView {
    fn from(Custody { keys, shares }: Custody) -> Self {
        let share = |row: crate::app::custody::CustodianRow| ShareView {
            challenge_id: row.challenge_id,
            round: row.round,
            released_at: row.released_at,
            lost_at: row.lost_at,
        };
        Self {
            enrolled: keys.is_some(),
            since: keys.as_ref().map(|keys| keys.created_at),
            passphrase_set_at: keys.as_ref().map(|keys| keys.updated_at),
            shares: shares.into_iter().map(share).collect(),
        }
    }
}

fn parsed<T: deserr::Deserr<Faults>>(call: &mut Call) -> Result<T, Faults> {
    call.no_parameters()?;
    call.key = None;
    call.parse()
}

async fn input<T: deserr::Deserr<Faults>>(app: &App, call: &mut Call, action: Action) -> Result<T, Turned> {
    match parsed(call) {
        Ok(input) => {
            no_dry_run(call)?;
            Ok(input)
        }
        Err(faults) => Err(refused_first(app, call, action, faults).await),
    }
}

fn shape(custody: Custody) -> Result<Answer, AppError> {
    answer::written(&CustodyView::from(custody), 200, None)
}

/// `GET /me/custody`
pub fn state(act: &mut Act<'_>, (): ()) -> Result<Seen<CustodyView>, AppError> {
    Ok(custody::state(act)?.map(Into::into))
}

/// `POST /me/custody/enrol`
///
/// # Errors
/// What [`custody::enrol`] refuses.
pub async fn enrol(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let action = Action::CustodyEnrol;
    let PassphraseInput { passphrase } = input(&app, &mut call, action).await?;
    let new = app.new_custody(call.request(action), passphrase, action).await?;
    Ok(answer::respond(app.write(call.request(action), move |act| custody::enrol(act, new), shape).await?))
}

/// `POST /me/custody/renew`
///
/// # Errors
/// What [`custody::renew`] refuses.
pub async fn renew(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let action = Action::CustodyRenew;
    let PassphraseInput { passphrase } = input(&app, &mut call, action).await?;
    let new = app.new_custody(call.request(action), passphrase, action).await?;
    Ok(answer::respond(app.write(call.request(action), move |act| custody::renew(act, new), shape).await?))
}

/// `POST /me/custody/change_passphrase`
///
/// # Errors
/// What [`custody::change_passphrase`] refuses.
pub async fn change_passphrase(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let action = Action::CustodyChangePassphrase;
    let NewPassphraseInput { current, new } = input(&app, &mut call, action).await?;
    let (version, next) = app.next_custody(call.request(action), current, new).await?;
    let change = move |act: &mut Act<'_>| custody::change_passphrase(act, version, next);
    Ok(answer::respond(app.write(call.request(action), change, shape).await?))
}

/// `POST /challenges/{id}/release_share`
///
/// # Errors
/// What [`release::release`] refuses.
pub async fn release_share(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let action = Action::ChallengeReleaseShare;
    let read = ChallengeId::read(&call.id).and_then(|id| Ok((id, parsed::<PassphraseInput>(&mut call)?)));
    let (id, PassphraseInput { passphrase }) = match read {
        Ok(read) => read,
        Err(faults) => return Err(refused_first(&app, &call, action, faults).await),
    };
    no_dry_run(&call)?;
    app.before_release(call.request(action), id, passphrase).await?;
    let shape = |challenge| answer::written(&ChallengeView::from(challenge), 200, None);
    Ok(answer::respond(app.write(call.request(action), move |act| release::release(act, id), shape).await?))
}
