//! What is kept of a person, and how it is removed.

use crate::domain::challenge::ChallengeStage;
use crate::domain::id::UserId;
use crate::domain::notice::Notice;
use crate::domain::project::ProjectStage;
use crate::domain::review::ReviewStage;
use crate::domain::time::Timestamp;
use crate::domain::user::UserStatus;
use crate::domain::workflow::Stage;
use crate::store::outbox::LetterState;
use crate::store::schema::{
    account_links, bids, challenge_rounds, challenges, custodians, custodies, idempotency, known_places, login_challenges, outbox,
    projects, recovery_codes, reviews, second_factors, sessions, subscriptions, user_roles, users,
};
use crate::store::users::UserRow;
use crate::store::{Conn, Multi};
use diesel::dsl::exists;
use diesel::prelude::*;

/// Where nobody receives letters (RFC 2606).
const NOWHERE: &str = "erased.invalid";

/// Whether a review waits for the person, a project that they follow or a challenge in their charge has not ended, or they hold
/// a share of a round that is not opened.
///
/// # Errors
/// The database does not answer.
pub fn has_duties(conn: &mut Conn, id: UserId) -> QueryResult<bool> {
    let open: Vec<ReviewStage> = ReviewStage::ALL.iter().copied().filter(|stage| !stage.ended()).collect();
    let asked = reviews::table
        .inner_join(bids::table.inner_join(challenges::table))
        .filter(reviews::expert_id.eq(id).and(reviews::stage.eq_any(open)).and(challenges::stage.eq(ChallengeStage::Reviewing)))
        .select(reviews::id);
    if diesel::select(exists(asked)).get_result(conn)? {
        return Ok(true);
    }
    let running: Vec<ProjectStage> = ProjectStage::ALL.iter().copied().filter(|stage| !stage.ended()).collect();
    let theirs = projects::commissioner_id.eq(id).or(projects::backup_id.eq(id)).assume_not_null();
    let followed = projects::table.filter(theirs).filter(projects::stage.eq_any(running)).select(projects::id);
    if diesel::select(exists(followed)).get_result(conn)? {
        return Ok(true);
    }
    let held = custodians::table
        .inner_join(
            challenge_rounds::table
                .on(custodians::challenge_id.eq(challenge_rounds::challenge_id).and(custodians::round.eq(challenge_rounds::round))),
        )
        .filter(custodians::user_id.eq(id).and(custodians::share.is_not_null()).and(custodians::lost_at.is_null()))
        .filter(challenge_rounds::opened_at.is_null())
        .select(custodians::number);
    if diesel::select(exists(held)).get_result(conn)? {
        return Ok(true);
    }
    let live: Vec<ChallengeStage> = ChallengeStage::ALL.iter().copied().filter(|stage| !stage.ended()).collect();
    let in_charge = challenges::table.filter(challenges::created_by.eq(id).and(challenges::stage.eq_any(live))).select(challenges::id);
    diesel::select(exists(in_charge)).get_result(conn)
}

/// Removes what is kept of a person but the id, if the row is as it was read. The last letter keeps its address until it is sent.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn erase(conn: &mut Conn, row: &UserRow, no_password: &str, now: Timestamp) -> QueryResult<UserRow> {
    let id = row.id;
    let short: String = id.as_str().chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    let (name, address) = (format!("已注销用户 {short}"), format!("{id}@{NOWHERE}"));
    diesel::delete(sessions::table.filter(sessions::user_id.eq(id))).execute(conn)?;
    diesel::delete(known_places::table.filter(known_places::user_id.eq(id))).execute(conn)?;
    diesel::delete(login_challenges::table.filter(login_challenges::user_id.eq(id))).execute(conn)?;
    diesel::delete(account_links::table.filter(account_links::user_id.eq(id))).execute(conn)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(id))).execute(conn)?;
    diesel::delete(custodies::table.filter(custodies::user_id.eq(id))).execute(conn)?;
    diesel::delete(second_factors::table.filter(second_factors::user_id.eq(id))).execute(conn)?;
    diesel::delete(subscriptions::table.filter(subscriptions::user_id.eq(id))).execute(conn)?;
    diesel::delete(user_roles::table.filter(user_roles::user_id.eq(id))).execute(conn)?;
    // Answers given to others hold the address, too: such as that to whoever invited the person.
    let told = idempotency::body.like(format!("%{}%", row.email.replace(['%', '_'], "_")));
    diesel::delete(idempotency::table.filter(idempotency::user_id.eq(id).or(told))).execute(conn)?;
    let others = outbox::table.filter(outbox::recipient.eq(&row.email)).filter(outbox::template.ne(Notice::AccountErased));
    diesel::update(others.filter(outbox::state.ne(LetterState::Pending.code())))
        .set((outbox::recipient.eq(&address), outbox::recipient_name.eq(&name), outbox::facts.eq("{}")))
        .execute(conn)?;
    diesel::delete(outbox::table.filter(outbox::recipient.eq(&row.email)).filter(outbox::template.ne(Notice::AccountErased)))
        .execute(conn)?;
    diesel::update(users::table.find(id).filter(users::version.eq(row.version)))
        .set((
            (users::name.eq(name), users::email.eq(address), users::division.eq(None::<String>), users::password_hash.eq(no_password)),
            (users::phone.eq(None::<String>), users::id_mark.eq(None::<String>), users::id_masked.eq(None::<String>)),
            (users::status.eq(UserStatus::Erased), users::version.eq(row.version.saturating_add(1)), users::updated_at.eq(now)),
        ))
        .returning(<UserRow as Selectable<Multi>>::construct_selection())
        .get_result(conn)
}

/// Forgets the addresses of last letters that need them no longer.
///
/// # Errors
/// The database does not answer.
pub fn forget_addresses(conn: &mut Conn) -> QueryResult<()> {
    let done = outbox::table.filter(outbox::template.eq(Notice::AccountErased)).filter(outbox::state.ne(LetterState::Pending.code()));
    diesel::update(done).set((outbox::recipient.eq(NOWHERE), outbox::recipient_name.eq(""))).execute(conn).map(|_| ())
}
