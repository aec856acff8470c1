//! Machine keys: views and handlers. What answers with a secret is not kept for an idempotency key: it is shown once.

use crate::app::Page;
use crate::app::keys::{self, MachineKey, NewKey};
use crate::app::{Act, Answer, App, AppError, Done, Seen};
use crate::domain::challenge::NoInput;
use crate::domain::fault::Faults;
use crate::domain::id::{KeyId, OrganizationId, UserId};
use crate::domain::key::{KeyInput, KeyState, Network, RotationInput};
use crate::domain::policy::{Action, KeyScope};
use crate::domain::time::Timestamp;
use crate::http::answer::{self, View, record_view};
use crate::http::call::{Call, Turned};
use crate::http::door::{PathId, refused_first};
use actix_web::HttpResponse;

/// A machine key. Its secret was shown when it was made, and never again.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct KeyView {
    /// The text of the key begins with `jbk_` and this id.
    id: KeyId,
    version: i64,
    organization_id: OrganizationId,
    /// On whose behalf it acts.
    created_by: UserId,
    name: String,
    state: KeyState,
    scopes: Vec<KeyScope>,
    /// Networks that it may be used from; anywhere when there is none.
    networks: Vec<Network>,
    rate_per_minute: i64,
    /// From this instant on it is not taken.
    expires_at: Timestamp,
    /// To the minute.
    last_used_at: Option<Timestamp>,
    /// The key that took its place.
    replaced_by: Option<KeyId>,
    revoked_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(KeyView);

impl From<MachineKey> for KeyView {
    fn from(MachineKey { row, state, allowed }: MachineKey) -> Self {
        Self {
            id: row.id,
            version: row.version,
            organization_id: row.organization_id,
            created_by: row.created_by,
            name: row.name,
            state,
            scopes: row.scopes.read().unwrap_or_default(),
            networks: row.networks.read().unwrap_or_default(),
            rate_per_minute: row.rate_per_minute,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            replaced_by: row.replaced_by,
            revoked_at: row.revoked_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// A machine key that has just been made.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct NewKeyView {
    #[serde(flatten)]
    key: KeyView,
    /// The key itself, for `Authorization: Bearer`; shown this once.
    token: String,
}

record_view!(NewKeyView as key);

fn made(NewKey { key, token }: NewKey) -> Result<Answer, AppError> {
    let view = NewKeyView { key: key.into(), token };
    answer::written(&view, 201, Some(format!("/api/v1/keys/{}", view.id())))
}

async fn parsed<T: deserr::Deserr<Faults>>(app: &App, call: &mut Call, action: Action) -> Result<(Option<KeyId>, T), Turned> {
    call.no_parameters()?;
    call.key = None;
    let id = if call.id.is_empty() { Ok(None) } else { KeyId::read(&call.id).map(Some) };
    match id.and_then(|id| Ok((id, call.parse()?))) {
        Ok(parsed) => Ok(parsed),
        Err(faults) => Err(refused_first(app, call, action, faults).await),
    }
}

/// `POST /me/keys`
///
/// # Errors
/// What [`keys::create`] refuses.
pub async fn create(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let (_, input): (_, KeyInput) = parsed(&app, &mut call, Action::KeyCreate).await?;
    Ok(answer::respond(app.write(call.request(Action::KeyCreate), move |act| keys::create(act, &input), made).await?))
}

/// `POST /keys/{id}/rotate`
///
/// # Errors
/// What [`keys::rotate`] refuses.
pub async fn rotate(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    let (id, input): (_, RotationInput) = parsed(&app, &mut call, Action::KeyRotate).await?;
    let id = id.ok_or(AppError::NotFound)?;
    Ok(answer::respond(app.write(call.request(Action::KeyRotate), move |act| keys::rotate(act, id, &input), made).await?))
}

/// `GET /keys/{id}`
pub fn get(act: &mut Act<'_>, id: KeyId) -> Result<Seen<KeyView>, AppError> {
    Ok(keys::get(act, id)?.map(Into::into))
}

/// `GET /keys`
pub fn list(act: &mut Act<'_>, (): (), _: NoInput, page: &Page) -> Result<Seen<Vec<KeyView>>, AppError> {
    Ok(keys::list(act, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `POST /keys/{id}/revoke`
pub fn revoke(act: &mut Act<'_>, id: KeyId, _: NoInput) -> Result<Done<KeyView>, AppError> {
    Ok(keys::revoke(act, id)?.map(Into::into))
}
