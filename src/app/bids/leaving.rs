//! Leaving 退出: a team takes its bid out after the closing, by a written letter. Before the closing it withdraws.

use super::{Loaded, about, load};
use crate::app::act::{About, Act, Done, Object, Shown};
use crate::app::error::AppError;
use crate::app::{reviews, succession};
use crate::domain::bid::{LeaveInput, sealed};
use crate::domain::challenge::ChallengeStage;
use crate::domain::id::BidId;
use crate::domain::policy::{Action, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::workflow::Stage;
use crate::store::bids::{self, BidRow};
use crate::store::exits::{self, ExitRow};
use crate::store::organizations;

/// Takes a bid out of its round, for good. What waited for it waits no longer, and a decision by which it was to win does not stand; once its
/// team knew of that, it counts as given up.
///
/// # Errors
/// Denied, stale, not in the round any more, awarded; the time to bid is not over; a letter that is dated later than today.
pub fn leave(act: &mut Act<'_>, id: BidId, input: &LeaveInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step(Action::BidLeave, &bid.row, bid.object())?;
    after_the_closing(act, &bid)?;
    input.check(act.now.date())?;
    let seat = succession::seat(act, &bid.challenge, id)?;
    let given_up = seat.as_ref().is_some_and(|seat| seat.known);
    let waited = reviews::wait(act, &bid.challenge)?;
    let row = bids::select(act.conn, &bid.row, step.to, None, None, act.now)?;
    let exit = ExitRow {
        bid_id: id,
        from_stage: bid.row.stage,
        letter_no: input.letter_no.to_string(),
        letter_on: input.letter_on,
        reason: input.reason.to_string(),
        given_up: i32::from(given_up),
        left_by: act.user()?,
        left_at: act.now,
    };
    exits::insert(act.conn, &exit)?;
    let about = told(act, &bid, &row, &exit)?;
    // Before the opening nobody but the team hears of it; what was given up has a letter of its own.
    let silent = given_up || sealed(row.stage, row.round, bid.challenge.opened_round);
    let recorded = act.record(step, About { author: about.author.filter(|_| !silent), ..about.clone() })?;
    if given_up {
        let permit = act.own(Action::BidNoteForfeit)?;
        let _noted = act.record_plain(permit, Object::record(&row, Tie::Stranger), about)?;
    }
    succession::without(act, &bid.challenge, &row, seat, waited)?;
    Ok(recorded.with(bid.shown(act, row)))
}

/// What letters say of a team that leaves.
fn told(act: &mut Act<'_>, bid: &Loaded, row: &BidRow, exit: &ExitRow) -> Result<About, AppError> {
    let lead = organizations::of_ids(act.conn, &[row.lead_org_id])?.into_iter().next();
    let mut about = about(row, &bid.challenge);
    about.facts.name = lead.map(|lead| lead.name).unwrap_or_default();
    about.facts.proof.clone_from(&exit.letter_no);
    about.facts.from = exit.letter_on.to_string();
    about.facts.reason.clone_from(&exit.reason);
    about.detail = format!("letter {} of {}: {}", exit.letter_no, exit.letter_on, exit.reason);
    Ok(about)
}

/// That the time to bid is over and the round of the bid is still the present one.
fn after_the_closing(act: &Act<'_>, bid: &Loaded) -> Result<(), AppError> {
    use ChallengeStage as S;
    let challenge = &bid.challenge;
    let wrong = || AppError::WrongStage { stage: Stage::code(challenge.stage), allowed: Vec::new() };
    if bid.row.round != challenge.round {
        return Err(wrong());
    }
    match challenge.stage {
        S::Open if challenge.closes_at.is_none_or(|closes_at| act.now < closes_at) => Err(Refusal::StillOpen.into()),
        S::Suspended => Err(Refusal::Suspended.into()),
        S::Open | S::Closed | S::Screening | S::Reviewing | S::Deciding | S::Publicity | S::Awarded => act.in_time().map(|_| ()),
        _ => Err(wrong()),
    }
}
