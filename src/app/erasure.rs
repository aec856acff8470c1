//! Erasure 注销: a person's name, address and everything by which they sign in are removed; what they did stays, under
//! their id.

use crate::app::accounts::{self, Account};
use crate::app::act::{About, Act, Done};
use crate::app::error::AppError;
use crate::app::grants;
use crate::auth::password::NO_PASSWORD;
use crate::domain::id::UserId;
use crate::domain::notice::Facts;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::domain::user::UserStatus;
use crate::store::dialect::Locked;
use crate::store::{erasure, users};

/// Erases a person whose account is disabled. The last letter goes to the address that is then forgotten.
///
/// # Errors
/// Not there, denied, in use, erased already, or the person has open duties.
pub fn anonymise(act: &mut Act<'_>, id: UserId) -> Result<Done<Account>, AppError> {
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = accounts::object(act, &user);
    let permit = act.permit(Action::UserAnonymise, &object)?;
    act.lock(Locked::User, id.as_str())?;
    match user.status {
        UserStatus::Disabled => {}
        UserStatus::Erased => return Err(Refusal::AccountErased.into()),
        UserStatus::Active | UserStatus::Invited => return Err(Refusal::StillInUse.into()),
    }
    if erasure::has_duties(act.conn, id)? {
        return Err(Refusal::OpenDuties.into());
    }
    grants::lapse(act, id)?;
    // Recorded first: the letter needs the address.
    let facts = Facts { path: "/me".into(), ..Facts::default() };
    let recorded = act.record_plain(permit, object, About { person: Some(id), facts, ..About::default() })?;
    let user = erasure::erase(act.conn, &user, NO_PASSWORD, act.now)?;
    Ok(recorded.with(Account::of(act, user, Vec::new())))
}
