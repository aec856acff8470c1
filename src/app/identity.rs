//! Who acts: found out anew in every request, in the transaction of the act, and again behind a lock.

use crate::app::act::{Actor, Assurance, Past};
use crate::app::error::AppError;
use crate::app::keys;
use crate::app::request::{Request, Who};
use crate::auth::token::BadToken;
use crate::domain::id::UserId;
use crate::domain::policy::{self, Role};
use crate::domain::time::Timestamp;
use crate::store::{Conn, bids, custody, projects, recusals, second_factors, sessions, users};

/// The actor of a request, with the roles of this moment.
///
/// # Errors
/// The session is dead, the key is not taken, or there is no such account.
pub(super) fn of(conn: &mut Conn, request: &Request, now: Timestamp, second_factor: &[Role]) -> Result<Actor, AppError> {
    let dead = || AppError::Unauthenticated(Some(BadToken::Expired));
    match &request.who {
        Who::Key(shown) => keys::take(conn, shown, &request.origin, now),
        Who::Public => Ok(Actor::public()),
        Who::System(name) => Ok(Actor::system(name)),
        Who::Token(claims) => {
            let holder = sessions::holder(conn, claims.sid, now)?.filter(|holder| holder.user_id == claims.sub).ok_or_else(dead)?;
            let roles = with_account(holder.roles);
            let factor_required = roles.iter().any(|role| second_factor.contains(role));
            let factor_missing = factor_required && !second_factors::is_on(conn, holder.user_id)?;
            Ok(Actor {
                user: Some(holder.user_id),
                organization: Some(holder.organization_id),
                division: holder.division,
                name: holder.name,
                past: past(conn, holder.user_id, &roles)?,
                roles,
                session: Some(claims.sid),
                key: None,
                assurance: Assurance { proved_at: Some(holder.proved_at), factor_required, factor_missing },
            })
        }
        Who::Person(id) => {
            let user = users::find(conn, *id)?.ok_or(AppError::NotFound)?;
            let roles = with_account(users::roles(conn, *id)?);
            Ok(Actor {
                user: Some(user.id),
                organization: Some(user.organization_id),
                division: user.division,
                name: user.name,
                past: past(conn, *id, &roles)?,
                roles,
                session: None,
                key: None,
                assurance: Assurance::default(),
            })
        }
    }
}

/// A person's roles, with the one that everyone with an account has.
fn with_account(mut roles: Vec<Role>) -> Vec<Role> {
    roles.push(Role::Account);
    roles
}

/// What those who decide, pay or follow did before in another role, which keeps them from doing so; of which rounds a share is held.
fn past(conn: &mut Conn, user: UserId, roles: &[Role]) -> Result<Past, AppError> {
    let holds = |some: &[Role]| some.iter().any(|role| roles.contains(role));
    let examined = if holds(&[Role::Officer, Role::Director, Role::Finance, Role::Commissioner]) {
        bids::examined_by(conn, user)?
    } else {
        Vec::new()
    };
    let followed = if holds(&[Role::Director, Role::Finance]) { projects::followed_by(conn, user)? } else { Vec::new() };
    let keeps_shares = roles.iter().any(|role| role.keeps_shares());
    let kept = if keeps_shares { custody::kept_by(conn, user)? } else { Vec::new() };
    let recused = if policy::JUDGES.iter().any(|role| roles.contains(role)) { recusals::of_user(conn, user)? } else { Vec::new() };
    Ok(Past { examined, followed, recused, kept })
}
