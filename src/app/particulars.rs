//! Particulars: a person's own phone and identity number. Others see them masked; the identity number is not kept at all.

use crate::app::accounts::{self, Account};
use crate::app::act::{About, Act, Done, Object};
use crate::app::error::{AppError, taken};
use crate::auth::Keys;
use crate::domain::fault::{Fault, Faults};
use crate::domain::notice::Facts;
use crate::domain::person::{IdentityInput, Phone, PhoneInput};
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::user::Sector;
use crate::store::users::{self, UserRow};

/// Keeps the caller's phone, or forgets it.
///
/// # Errors
/// Nobody is signed in.
pub fn set_phone(act: &mut Act<'_>, input: &PhoneInput) -> Result<Done<(Account, Vec<Sector>)>, AppError> {
    change(act, Action::MeSetPhone, input.phone.is_some(), |act, user| {
        Ok(users::set_phone(act.conn, user, input.phone.as_ref().map(Phone::reveal), act.now)?)
    })
}

/// Keeps a keyed hash and the masked form of the caller's identity number, or forgets them. Whoever has one account under a
/// number gets no second one: separation of duties is between people.
///
/// # Errors
/// Nobody is signed in; born in the future; another account holds the number.
pub fn set_identity(act: &mut Act<'_>, keys: &Keys, input: &IdentityInput) -> Result<Done<(Account, Vec<Sector>)>, AppError> {
    let number = input.identity_number.as_ref();
    let unborn = number.is_some_and(|number| number.born().is_none_or(|born| born > act.now.date()));
    if unborn {
        let fault = Fault::new(
            "identity_number_birth_date",
            "身份证号码中的出生日期尚未到来",
            "the birth date in the identity number is yet to come",
        );
        return Err(Faults::from(fault.at("identity_number")).into());
    }
    let kept = number.map(|number| (keys.mark(number.reveal()), number.masked()));
    change(act, Action::MeSetIdentity, kept.is_some(), |act, user| {
        users::set_identity(act.conn, user, kept, act.now).map_err(taken("identity_number"))
    })
}

fn change(
    act: &mut Act<'_>,
    action: Action,
    given: bool,
    keep: impl FnOnce(&mut Act<'_>, &UserRow) -> Result<UserRow, AppError>,
) -> Result<Done<(Account, Vec<Sector>)>, AppError> {
    let id = act.user()?;
    let user = users::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = Object::plain(Kind::Me, id, Tie::Author, user.version);
    let permit = act.permit(action, &object)?;
    let user = keep(act, &user)?;
    let sectors = users::subscriptions(act.conn, id)?;
    let detail = if given { "given" } else { "removed" };
    let about = About {
        person: Some(id),
        facts: Facts { at: act.now.in_beijing(), path: "/me".into(), ..Facts::default() },
        detail: detail.into(),
        ..About::default()
    };
    let roles = act.actor.roles.clone();
    Ok(act.record_plain(permit, object, about)?.with((accounts::Account::of(act, user, roles), sectors)))
}
