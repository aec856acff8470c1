//! Submission: until the second of closing, each one a version with a receipt.

use super::{Loaded, about, content, eligibility, load, loaded, one_live_bid, vanishing};
use crate::app::act::{Act, Done, Shown};
use crate::app::bids::content::Submission;
use crate::app::error::AppError;
use crate::app::{files, organizations};
use crate::auth::seal::{self, To};
use crate::domain::challenge::{ChallengeStage, Demands};
use crate::domain::file;
use crate::domain::id::BidId;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::domain::seal::binding;
use crate::store::bids::{self, BidRow, Received, Submittable};
use crate::store::challenges::ChallengeRow;
use crate::store::dialect::Locked;

/// The deadline, half-open: `opens_at <= now < closes_at`, with `now` taken inside the transaction that holds the
/// challenge. It holds to the microsecond whether or not the clock's job has closed the challenge yet.
///
/// # Errors
/// Too early or too late; the clock was set back.
pub(in crate::app) fn within_window(act: &Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    before_deadline(act, challenge)?;
    if challenge.opens_at.is_none_or(|opens_at| act.now < opens_at) {
        return Err(Refusal::NotYetOpen.into());
    }
    Ok(())
}

/// The end of the window alone: `now < closes_at`, and nothing that keeps the clock from running.
///
/// # Errors
/// Too late, or suspended; the clock was set back.
pub(in crate::app) fn before_deadline(act: &Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    match challenge.stage {
        ChallengeStage::Open => {}
        ChallengeStage::Suspended => return Err(Refusal::Suspended.into()),
        // A latch: what was closed stays closed, whatever the clock says.
        _ => return Err(Refusal::DeadlinePassed.into()),
    }
    let now = act.in_time()?;
    if challenge.closes_at.is_none_or(|closes_at| now >= closes_at) {
        return Err(Refusal::DeadlinePassed.into());
    }
    Ok(())
}

/// As [`within_window`], for a bid: also that its own round is the one that is open.
///
/// # Errors
/// What [`within_window`] refuses; the challenge was published anew since.
pub(in crate::app) fn within_round(act: &Act<'_>, bid: &Loaded) -> Result<(), AppError> {
    if bid.row.round != bid.challenge.round {
        return Err(Refusal::DeadlinePassed.into());
    }
    within_window(act, &bid.challenge)
}

/// A step on a challenge that is suspended says so, not that the stage is wrong.
///
/// # Errors
/// The step's own, or that the challenge is suspended.
pub(in crate::app) fn or_suspended<T>(challenge: &ChallengeRow, step: Result<T, AppError>) -> Result<T, AppError> {
    match step {
        Err(AppError::WrongStage { .. }) if challenge.stage == ChallengeStage::Suspended => Err(Refusal::Suspended.into()),
        step => step,
    }
}

/// Submits a draft.
///
/// # Errors
/// Denied, stale, no draft, past the deadline; everything that is missing, at once.
pub fn submit(act: &mut Act<'_>, id: BidId) -> Result<Done<Shown<BidRow>>, AppError> {
    take(act, id, Action::BidSubmit)
}

/// Submits again: over a submission that stands, or after it was withdrawn.
///
/// # Errors
/// What [`submit`] refuses; another live bid of the organisation.
pub fn resubmit(act: &mut Act<'_>, id: BidId) -> Result<Done<Shown<BidRow>>, AppError> {
    take(act, id, Action::BidResubmit)
}

/// What the audit log says of a submission: a receipt finds its record by it.
pub(in crate::app) fn recorded_as(number: i32, digest: &str) -> String {
    format!("submission {number} sha256 {digest}")
}

fn take(act: &mut Act<'_>, id: BidId, action: Action) -> Result<Done<Shown<BidRow>>, AppError> {
    act.lock(Locked::ChallengeOfBid, id.as_str())?;
    let (row, challenge, Submittable { draft, demands, organization, seal_key, seal_public }) =
        bids::to_submit(act.conn, id)?.ok_or(AppError::NotFound)?;
    let bid = loaded(act, row, challenge)?;
    let step = act.step(action, &bid.row, bid.object())?;
    within_round(act, &bid)?;
    organizations::is_verified(organization)?;
    let text = vanishing::drafted(act, &bid.row, &draft)?.ok_or(Refusal::NothingToSubmit)?;
    let submission = Submission { bid: content::read(&text)?, files: files::working(act, &bid.row)? };
    admissible(act, &bid.row, &demands.read()?, &submission)?;
    let key = Wanted { name: seal_key.as_deref(), public: seal_public.as_deref() };
    let (sealed, digest) = seal_up(act, &bid.row, &key, &content::text(&submission)?)?;
    let received = Received { sealed: &sealed, digest: &digest, by: act.user()? };
    let row = bids::submit(act.conn, &bid.row, step.to, &received, act.now).map_err(one_live_bid)?;
    files::hand_over(act, &bid.row, &row, key.public)?;
    if key.public.is_some() {
        vanishing::vanish(act, &row)?;
    }
    let mut about = about(&row, &bid.challenge);
    about.facts.number = i64::from(row.submission);
    about.facts.at = act.now.in_beijing();
    about.detail = recorded_as(row.submission, &digest);
    about.facts.proof = digest;
    Ok(act.record(step, about)?.with(bid.shown(act, row)))
}

/// That nothing keeps this bid from being submitted: everything that does is told at once.
fn admissible(act: &mut Act<'_>, row: &BidRow, demands: &Demands, submission: &Submission) -> Result<(), AppError> {
    let content = &submission.bid;
    let mut faults = content.complete_for(demands, &act.app.bid_rules, row.lead_org_id, act.now.date());
    eligibility::check(act, row, demands, content, &[], &mut faults)?;
    eligibility::confirmed(act, row, content, &mut faults)?;
    file::complete(content.partners.len(), &submission.files, &mut faults);
    faults.or(()).map_err(Into::into)
}

/// What the round of a bid is sealed with.
struct Wanted<'a> {
    /// The name of the key that the service has,
    name: Option<&'a str>,
    /// or the public half of the one that it does not have.
    public: Option<&'a [u8]>,
}

/// Seals a content as the next submission of a bid: what is kept of it, and what its team is told of it.
fn seal_up(act: &Act<'_>, row: &BidRow, key: &Wanted<'_>, text: &[u8]) -> Result<(Vec<u8>, String), AppError> {
    let broken = |what: &str| AppError::Internal(format!("a bid could not be sealed: {what}"));
    let service;
    let to = if let Some(public) = key.public {
        To::Custodians(public)
    } else {
        let name = key.name.ok_or_else(|| broken("the round has no key"))?;
        service = act.app.round_keys.get(name).map_err(|error| broken(&error.to_string()))?;
        To::Service(&service)
    };
    let bound = binding(row.challenge_id, row.round, row.id, row.lead_org_id, row.submission.saturating_add(1));
    let sealed = seal::seal(act.app.cipher, &to, &bound, text).ok_or_else(|| broken("no randomness"))?;
    Ok((sealed, seal::commitment(&act.app.keys.salt(&bound), &bound, text)))
}

/// Withdraws a submission before the deadline. It can be submitted again.
///
/// # Errors
/// Denied, stale, not submitted, past the deadline.
pub fn withdraw(act: &mut Act<'_>, id: BidId) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step(Action::BidWithdraw, &bid.row, bid.object())?;
    within_round(act, &bid)?;
    let row = bids::advance(act.conn, &bid.row, step.to, act.now)?;
    Ok(act.record(step, about(&row, &bid.challenge))?.with(bid.shown(act, row)))
}
