//! Accounts: opened and closed by system administrators, given roles by security administrators.

use crate::app::act::{About, Act, Done, Object, Seen};
use crate::app::error::{AppError, taken};
use crate::app::keys;
use crate::auth::password::NO_PASSWORD;
use crate::domain::fault::{Fault, Faults};
use crate::domain::grant::{fits_one_person, set_of};
use crate::domain::id::UserId;
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Role, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::user::{Locale, Sector, UserInput, UserStatus};
use crate::store::dialect::Locked;
pub use crate::store::users::UserFilter;
use crate::store::users::{self, UserRow};
use crate::store::{Page, links as link_rows, organizations, sessions};

/// A user with roles.
#[derive(Clone, Debug)]
pub struct Account {
    /// The user.
    pub user: UserRow,
    /// All roles.
    pub roles: Vec<Role>,
    /// What the caller may do with the account now.
    pub allowed: Vec<Action>,
}

impl Account {
    pub(super) fn of(act: &Act<'_>, user: UserRow, roles: Vec<Role>) -> Self {
        let erased = user.status == UserStatus::Erased;
        let mut actions = if erased { Vec::new() } else { vec![Action::GrantPropose] };
        actions.extend_from_slice(match user.status {
            UserStatus::Invited => &[Action::UserInvite, Action::UserWithdrawInvitation, Action::UserDisable],
            UserStatus::Active => &[Action::UserDisable],
            UserStatus::Disabled => &[Action::UserEnable, Action::UserAnonymise],
            UserStatus::Erased => &[],
        });
        if act.actor.is(user.id) {
            actions.extend([Action::MeSubscribe, Action::MeChangePassword, Action::MeSetPhone, Action::MeSetIdentity]);
        }
        let roles = roles.into_iter().filter(|role| role.grantable()).collect();
        Self { allowed: act.allowed_of(&actions, tie(act, user.id)), user, roles }
    }
}

fn tie(act: &Act<'_>, user: UserId) -> Tie {
    Standing { author: act.actor.is(user), ..Standing::default() }.tie()
}

pub(super) fn object(act: &Act<'_>, row: &UserRow) -> Object {
    Object::plain(Kind::User, row.id, tie(act, row.id), row.version)
}

/// Opens an account without roles. One without a password gets no letter here: its owner is invited ([`crate::app::invitations`]).
///
/// # Errors
/// Denied; no such organisation; the address is taken.
pub fn create(act: &mut Act<'_>, input: &UserInput, password_hash: &str) -> Result<Done<Account>, AppError> {
    let permit = act.permit(Action::UserCreate, &Object::kind(Kind::User))?;
    let unknown = || Fault::new("unknown_record", "没有这个单位", "there is no such organisation").at("organization_id");
    let organization = organizations::find(act.conn, input.organization_id)?.ok_or_else(|| Faults::from(unknown()))?;
    let user = UserRow {
        id: UserId::new(act.now),
        organization_id: organization.id,
        email: input.email.to_string(),
        name: input.name.to_string(),
        division: input.division.clone().map(String::from),
        locale: input.locale.unwrap_or(Locale::Zh),
        status: if password_hash == NO_PASSWORD { UserStatus::Invited } else { UserStatus::Active },
        password_set_at: act.now,
        invited_until: None,
        phone: None,
        id_masked: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    users::insert(act.conn, &user, password_hash).map_err(taken("email"))?;
    let facts = Facts { name: organization.name, path: "/me".into(), ..Facts::default() };
    let told = (password_hash != NO_PASSWORD).then_some(user.id);
    let about = About { person: told, facts, ..About::default() };
    let object = object(act, &user);
    Ok(act.record_plain(permit, object, about)?.with(Account::of(act, user, Vec::new())))
}

/// Shows an account.
///
/// # Errors
/// Not there, or denied.
pub fn get(act: &mut Act<'_>, id: UserId) -> Result<Seen<Account>, AppError> {
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::UserRead, &object(act, &user))?;
    let roles = users::roles(act.conn, id)?;
    Ok(Seen::by(permit, Account::of(act, user, roles)))
}

/// Lists accounts.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, filter: &UserFilter, page: &Page) -> Result<Seen<Vec<Account>>, AppError> {
    let (permit, _) = act.scope(Action::UserRead, Kind::User)?;
    let rows = users::list(act.conn, filter, page)?;
    let ids: Vec<UserId> = rows.iter().map(|row| row.id).collect();
    let roles = users::roles_of(act.conn, &ids)?;
    let of = |id: UserId| roles.iter().filter(|(user, _)| *user == id).map(|(_, role)| *role).collect::<Vec<_>>();
    let accounts = rows
        .into_iter()
        .map(|user| {
            let roles = of(user.id);
            Account::of(act, user, roles)
        })
        .collect();
    Ok(Seen::by(permit, accounts))
}

/// Gives a user these roles and no others, on the operator's word: the host makes the first administrators, and breaks the
/// glass when there is none left. Everyone else proposes a grant ([`crate::app::grants`]).
///
/// # Errors
/// Denied; the roles clash; the last administrator would go.
pub fn grant_roles(act: &mut Act<'_>, id: UserId, wanted: &[Role]) -> Result<Done<Account>, AppError> {
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = object(act, &user);
    let permit = act.permit(Action::UserGrantRoles, &object)?;
    let wanted = set_of(wanted)?;
    fit(act, &user, &wanted)?;
    let before = replace_roles(act, id, &wanted)?;
    let names: Vec<String> = wanted.iter().map(|role| role.named()).collect();
    let codes = |roles: &[Role]| roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(",");
    let about = About {
        person: Some(id),
        facts: Facts { roles: names.join("、"), name: user.name, path: "/me".into(), ..Facts::default() },
        detail: format!("{} -> {}", codes(&before), codes(&wanted)),
        ..About::default()
    };
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok(act.record_plain(permit, object, about)?.with(Account::of(act, user, wanted)))
}

/// Whether a person may hold all of `roles`: they do not clash, and who decides is of the department, whose organisation never
/// bids (so nobody decides on a bid of their own employer).
///
/// # Errors
/// They may not.
pub(super) fn fit(act: &mut Act<'_>, user: &UserRow, roles: &[Role]) -> Result<(), AppError> {
    fits_one_person(roles)?;
    let own = organizations::find(act.conn, user.organization_id)?.ok_or(AppError::NotFound)?;
    let outside = own.kind.may_lead_a_bid() && roles.iter().any(|role| role.decides());
    if outside { Err(Refusal::NotOfTheDepartment.into()) } else { Ok(()) }
}

/// Replaces a person's roles and answers those before. Sessions end: nothing that was open stays open under old roles.
///
/// # Errors
/// The last administrator would go; the account changed meanwhile.
pub(super) fn replace_roles(act: &mut Act<'_>, id: UserId, wanted: &[Role]) -> Result<Vec<Role>, AppError> {
    act.lock(Locked::User, id.as_str())?;
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let before = users::roles(act.conn, id)?;
    keep_administrators(act, &before, wanted)?;
    users::set_roles(act.conn, id, wanted)?;
    users::touch(act.conn, &user, act.now)?;
    sessions::end_all(act.conn, id, None, act.now)?;
    if !wanted.contains(&Role::Team) {
        keys::revoke_all(act, id)?;
    }
    Ok(before)
}

/// Closes an account: it cannot sign in, and its sessions end.
///
/// # Errors
/// Denied (also for one's own account); the last administrator would go.
pub fn disable(act: &mut Act<'_>, id: UserId) -> Result<Done<Account>, AppError> {
    set_status(act, id, Action::UserDisable, UserStatus::Disabled)
}

/// Opens a closed account again.
///
/// # Errors
/// Denied.
pub fn enable(act: &mut Act<'_>, id: UserId) -> Result<Done<Account>, AppError> {
    // Whoever never set a password is invited still.
    let invited = users::find(act.conn, id)?.is_some() && users::password_hash(act.conn, id)? == NO_PASSWORD;
    set_status(act, id, Action::UserEnable, if invited { UserStatus::Invited } else { UserStatus::Active })
}

pub(super) fn set_status(act: &mut Act<'_>, id: UserId, action: Action, status: UserStatus) -> Result<Done<Account>, AppError> {
    // Sessions, keys and links begin behind the same lock: none is made of an account that closes.
    act.lock(Locked::User, id.as_str())?;
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = object(act, &user);
    let permit = act.permit(action, &object)?;
    if user.status == UserStatus::Erased {
        return Err(Refusal::AccountErased.into());
    }
    let roles = users::roles(act.conn, id)?;
    if status == UserStatus::Disabled && user.status != UserStatus::Disabled {
        keep_administrators(act, &roles, &[])?;
        sessions::end_all(act.conn, id, None, act.now)?;
        link_rows::end_all(act.conn, id, act.now)?;
        keys::revoke_all(act, id)?;
    }
    let user = users::set_status(act.conn, &user, status, act.now)?;
    let facts = Facts { path: "/me".into(), ..Facts::default() };
    let about = About { person: Some(id), facts, ..About::default() };
    Ok(act.record_plain(permit, object, about)?.with(Account::of(act, user, roles)))
}

/// There is always one system and one security administrator left, or nobody could let anybody in again.
fn keep_administrators(act: &mut Act<'_>, before: &[Role], after: &[Role]) -> Result<(), AppError> {
    for role in [Role::Sysadmin, Role::Secadmin] {
        let leaves = before.contains(&role) && !after.contains(&role);
        if !leaves {
            continue;
        }
        act.lock(Locked::Role, role.code())?;
        if users::count_active(act.conn, role)? <= 1 {
            return Err(Refusal::LastOfItsKind.into());
        }
    }
    Ok(())
}

/// Shows the caller's own account with subscriptions.
///
/// # Errors
/// Nobody is signed in.
pub fn me(act: &mut Act<'_>) -> Result<Seen<(Account, Vec<Sector>)>, AppError> {
    let id = act.user()?;
    let permit = act.permit(Action::MeRead, &Object::kind(Kind::Me))?;
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let sectors = users::subscriptions(act.conn, id)?;
    let roles = act.actor.roles.clone();
    Ok(Seen::by(permit, (Account::of(act, user, roles), sectors)))
}

/// Subscribes the caller to these fields and no others.
///
/// # Errors
/// Nobody is signed in.
pub fn subscribe(act: &mut Act<'_>, mut sectors: Vec<Sector>) -> Result<Done<(Account, Vec<Sector>)>, AppError> {
    let id = act.user()?;
    let permit = act.permit(Action::MeSubscribe, &Object::kind(Kind::Me))?;
    sectors.sort_unstable();
    sectors.dedup();
    // Of two that replace them at the same moment, the second waits.
    act.lock(Locked::User, id.as_str())?;
    users::subscribe(act.conn, id, &sectors)?;
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let roles = act.actor.roles.clone();
    let object = Object::plain(Kind::Me, id, Tie::Author, user.version);
    Ok(act.record_plain(permit, object, About::default())?.with((Account::of(act, user, roles), sectors)))
}

/// Replaces the caller's password; every other session ends.
///
/// # Errors
/// Nobody is signed in.
pub fn change_password(act: &mut Act<'_>, new_hash: &str) -> Result<Done<()>, AppError> {
    let id = act.user()?;
    // Whoever changed or reset it meanwhile has ended this session.
    act.lock(Locked::User, id.as_str())?;
    let permit = act.permit(Action::MeChangePassword, &Object::kind(Kind::Me))?;
    crate::app::links::replace(act.conn, id, new_hash, act.now)?;
    sessions::end_all(act.conn, id, act.actor.session, act.now)?;
    let about = About { person: Some(id), facts: Facts { path: "/me".into(), ..Facts::default() }, ..About::default() };
    let object = Object::plain(Kind::Me, id, Tie::Author, 0);
    Ok(act.record_plain(permit, object, about)?.with(()))
}
