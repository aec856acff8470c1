//! Accounts: views and handlers.

use crate::app::Page;
use crate::app::accounts::{self, Account, UserFilter};
use crate::app::{Act, App, AppError, Done, Seen, erasure, invitations, particulars};
use crate::domain::challenge::NoInput;
use crate::domain::fault::Faults;
use crate::domain::id::{OrganizationId, UserId};
use crate::domain::password::{Owner, unchanged};
use crate::domain::person::{IdentityInput, PhoneInput, masked};
use crate::domain::policy::{Action, Role};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::domain::user::{InvitationInput, Locale, Password, Sector, UserInput, UserStatus};
use crate::http::answer::{self, View, record_view};
use crate::http::call::{Call, Turned};
use crate::http::door::{PathId, refused_first};
use actix_web::HttpResponse;

/// An account.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct UserView {
    id: UserId,
    version: i64,
    organization_id: OrganizationId,
    email: String,
    name: String,
    /// 处室, for staff.
    division: Option<String>,
    locale: Locale,
    status: UserStatus,
    /// Until when the last invitation can be accepted.
    invited_until: Option<Timestamp>,
    /// In full for its owner (`/me`), masked for everyone else.
    phone: Option<String>,
    /// 身份证号, masked; it is not kept in full.
    identity_number: Option<String>,
    roles: Vec<Role>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(UserView);

impl From<Account> for UserView {
    fn from(Account { user, roles, allowed }: Account) -> Self {
        Self {
            id: user.id,
            version: user.version,
            organization_id: user.organization_id,
            email: user.email,
            name: user.name,
            division: user.division,
            locale: user.locale,
            status: user.status,
            invited_until: user.invited_until,
            phone: user.phone.as_deref().map(masked),
            identity_number: user.id_masked,
            roles,
            created_at: user.created_at,
            updated_at: user.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// One's own account, with the fields one hears about.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MeView {
    #[serde(flatten)]
    user: UserView,
    /// Fields whose new challenges one is told of.
    subscriptions: Vec<Sector>,
}

impl View for MeView {
    fn version(&self) -> Option<i64> {
        Some(self.user.version)
    }
    fn id(&self) -> String {
        self.user.id()
    }
}

impl From<(Account, Vec<Sector>)> for MeView {
    fn from((account, subscriptions): (Account, Vec<Sector>)) -> Self {
        let phone = account.user.phone.clone();
        Self { user: UserView { phone, ..account.into() }, subscriptions }
    }
}

/// What a list of accounts can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct UserQuery {
    #[deserr(default)]
    role: Option<Role>,
    #[deserr(default)]
    status: Option<UserStatus>,
    #[deserr(default)]
    organization_id: Option<OrganizationId>,
    /// The whole address.
    #[deserr(default)]
    email: Option<Email>,
}

/// Fields to hear about.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct SubscriptionsInput {
    /// All fields to hear about; none of the others.
    sectors: Vec<Sector>,
}

/// A change of one's password.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PasswordInput {
    /// The password as it is.
    current: Password,
    /// The password as it shall be.
    new: Password,
}

/// `POST /users`: the person is invited.
///
/// # Errors
/// What [`invitations::register`] refuses.
pub async fn create(app: App, call: Call) -> Result<HttpResponse, Turned> {
    call.no_parameters()?;
    let input: UserInput = match call.parse() {
        Ok(input) => input,
        Err(faults) => return Err(refused_first(&app, &call, Action::UserCreate, faults).await),
    };
    let keys = app.keys.clone();
    let shape = |account: Account| {
        let view = UserView::from(account);
        answer::written(&view, 201, Some(format!("/api/v1/users/{}", view.id)))
    };
    let register = move |act: &mut Act<'_>| invitations::register(act, &keys, &input);
    Ok(answer::respond(app.write(call.request(Action::UserCreate), register, shape).await?))
}

/// `POST /me/password`: both hashes are computed outside the transaction.
///
/// # Errors
/// The present password is wrong.
pub async fn change_password(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    call.no_parameters()?;
    // A second time the present password is another one: there is nothing to repeat.
    call.key = None;
    let input: PasswordInput = call.parse()?;
    let same = input.new.reveal() == input.current.reveal();
    let user = app.confirm_password(call.request(Action::MeChangePassword), input.current, Action::MeChangePassword).await?;
    if same {
        return Err(AppError::from(unchanged("new")).into());
    }
    let hash = app.hash_new(&input.new, &Owner::from(&user), "new").await?;
    let shape = |()| Ok(crate::app::Answer { status: 204, location: None, version: None, body: String::new(), replayed: false });
    Ok(answer::respond(app.write(call.request(Action::MeChangePassword), move |act| accounts::change_password(act, &hash), shape).await?))
}

/// `POST /me/phone`
pub fn set_phone(act: &mut Act<'_>, (): (), input: PhoneInput) -> Result<Done<MeView>, AppError> {
    Ok(particulars::set_phone(act, &input)?.map(Into::into))
}

/// `POST /me/identity_number`: nothing of the number stays in what is kept of the request.
///
/// # Errors
/// What [`particulars::set_identity`] refuses.
pub async fn set_identity(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    call.no_parameters()?;
    call.key = None;
    let input: IdentityInput = match call.parse() {
        Ok(input) => input,
        Err(faults) => return Err(refused_first(&app, &call, Action::MeSetIdentity, faults).await),
    };
    let keys = app.keys.clone();
    let shape = |me| answer::written(&MeView::from(me), 200, None);
    let set = move |act: &mut Act<'_>| particulars::set_identity(act, &keys, &input);
    Ok(answer::respond(app.write(call.request(Action::MeSetIdentity), set, shape).await?))
}

/// `POST /users/{id}/invite`
///
/// # Errors
/// What [`invitations::invite`] refuses.
pub async fn invite(app: App, call: Call) -> Result<HttpResponse, Turned> {
    call.no_parameters()?;
    let input = UserId::read(&call.id).and_then(|id| Ok((id, call.parse::<InvitationInput>()?)));
    let (id, input) = match input {
        Ok(input) => input,
        Err(faults) => return Err(refused_first(&app, &call, Action::UserInvite, faults).await),
    };
    let keys = app.keys.clone();
    let shape = |account: Account| answer::written(&UserView::from(account), 200, None);
    let invite = move |act: &mut Act<'_>| invitations::invite(act, &keys, id, input.valid_days);
    Ok(answer::respond(app.write(call.request(Action::UserInvite), invite, shape).await?))
}

/// `POST /users/{id}/withdraw_invitation`
pub fn withdraw_invitation(act: &mut Act<'_>, id: UserId, _: NoInput) -> Result<Done<UserView>, AppError> {
    Ok(invitations::withdraw(act, id)?.map(Into::into))
}

/// `GET /users/{id}`
pub fn get(act: &mut Act<'_>, id: UserId) -> Result<Seen<UserView>, AppError> {
    Ok(accounts::get(act, id)?.map(Into::into))
}

/// `GET /users`
pub fn list(act: &mut Act<'_>, (): (), query: UserQuery, page: &Page) -> Result<Seen<Vec<UserView>>, AppError> {
    let UserQuery { role, status, organization_id, email } = query;
    let filter = UserFilter { role, status, organization_id, email: email.map(|email| email.to_string()) };
    Ok(accounts::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `POST /users/{id}/disable`
pub fn disable(act: &mut Act<'_>, id: UserId, _: NoInput) -> Result<Done<UserView>, AppError> {
    Ok(accounts::disable(act, id)?.map(Into::into))
}

/// `POST /users/{id}/enable`
pub fn enable(act: &mut Act<'_>, id: UserId, _: NoInput) -> Result<Done<UserView>, AppError> {
    Ok(accounts::enable(act, id)?.map(Into::into))
}

/// `POST /users/{id}/anonymise`
pub fn anonymise(act: &mut Act<'_>, id: UserId, _: NoInput) -> Result<Done<UserView>, AppError> {
    Ok(erasure::anonymise(act, id)?.map(Into::into))
}

/// `GET /me`
pub fn me(act: &mut Act<'_>, (): ()) -> Result<Seen<MeView>, AppError> {
    Ok(accounts::me(act)?.map(Into::into))
}

/// `POST /me/subscriptions`
pub fn subscribe(act: &mut Act<'_>, (): (), input: SubscriptionsInput) -> Result<Done<MeView>, AppError> {
    Ok(accounts::subscribe(act, input.sectors)?.map(Into::into))
}
