//! Invitations: a person is registered with an address and, at once, with the roles that are proposed; nobody but the person
//! sets the password, by the link in the letter.

use crate::app::accounts::{self, Account};
use crate::app::act::{About, Act, Done};
use crate::app::error::AppError;
use crate::app::{grants, links};
use crate::auth::Keys;
use crate::auth::password::NO_PASSWORD;
use crate::domain::id::UserId;
use crate::domain::notice::Facts;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::domain::session::INVITATION_DAYS;
use crate::domain::user::{UserInput, UserStatus, ValidDays};
use crate::store::dialect::Locked;
use crate::store::links::{self as link_rows, INVITATION};
use crate::store::users::{self, UserRow};
use chrono::TimeDelta;

/// Registers a person, proposes the roles that are named, and sends the link: all of it or nothing.
///
/// # Errors
/// What [`accounts::create`], [`grants::propose`] and [`invite`] refuse.
pub fn register(act: &mut Act<'_>, keys: &Keys, input: &UserInput) -> Result<Done<Account>, AppError> {
    let id = accounts::create(act, input, NO_PASSWORD)?.into_inner().user.id;
    if let Some(grant) = &input.grant {
        let _proposed = grants::propose(act, id, grant).map_err(|error| error.within("grant"))?;
    }
    invite(act, keys, id, input.valid_days)
}

/// An account that waits for its owner, locked.
fn waiting(act: &mut Act<'_>, id: UserId) -> Result<UserRow, AppError> {
    act.lock(Locked::User, id.as_str())?;
    users::find(act.conn, id)?.filter(|user| user.status == UserStatus::Invited).ok_or_else(|| Refusal::NotInvitable.into())
}

/// Sends someone who has no password yet a link to set one. Links sent before are dead.
///
/// # Errors
/// Not there, denied, disabled, or there is a password already.
pub fn invite(act: &mut Act<'_>, keys: &Keys, id: UserId, valid: Option<ValidDays>) -> Result<Done<Account>, AppError> {
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = accounts::object(act, &user);
    let permit = act.permit(Action::UserInvite, &object)?;
    let user = waiting(act, id)?;
    link_rows::end_all(act.conn, id, act.now)?;
    let lives = TimeDelta::days(valid.map_or(INVITATION_DAYS, |days| days.0));
    let facts = links::make(act, keys, &user, INVITATION, lives)?;
    let user = users::set_invited(act.conn, &user, act.now.plus(lives), act.now)?;
    let roles = users::roles(act.conn, id)?;
    let recorded = act.record_plain(permit, object, About { person: Some(id), facts, ..About::default() })?;
    Ok(recorded.with(Account::of(act, user, roles)))
}

/// Takes an invitation back: its link is dead, the account closed, and what was proposed for the person lapses.
///
/// # Errors
/// Not there, denied, or accepted already.
pub fn withdraw(act: &mut Act<'_>, id: UserId) -> Result<Done<Account>, AppError> {
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = accounts::object(act, &user);
    let permit = act.permit(Action::UserWithdrawInvitation, &object)?;
    let user = waiting(act, id)?;
    link_rows::end_all(act.conn, id, act.now)?;
    grants::lapse(act, id)?;
    let user = users::set_status(act.conn, &user, UserStatus::Disabled, act.now)?;
    let roles = users::roles(act.conn, id)?;
    let facts = Facts { path: "/me".into(), ..Facts::default() };
    let recorded = act.record_plain(permit, object, About { person: Some(id), facts, ..About::default() })?;
    Ok(recorded.with(Account::of(act, user, roles)))
}
