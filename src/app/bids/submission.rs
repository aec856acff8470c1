//! Submission: until the second of closing, each one a version with a receipt.

use super::{about, content, eligibility, load, loaded, one_live_bid};
use crate::app::act::{Act, Done, Shown};
use crate::app::bids::content::Submission;
use crate::app::error::AppError;
use crate::app::{files, organizations};
use crate::auth::seal;
use crate::domain::challenge::{ChallengeStage, Demands};
use crate::domain::file;
use crate::domain::id::BidId;
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::domain::seal::binding;
use crate::store::bids::{self, BidRow, Received, Submittable};
use crate::store::challenges::ChallengeRow;
use crate::store::dialect::Locked;
use crate::store::files as file_rows;

/// The deadline, half-open: `opens_at <= now < closes_at`, with `now` taken inside the transaction that holds the
/// challenge. It holds to the microsecond whether or not the clock's job has closed the challenge yet.
///
/// # Errors
/// Too early or too late; the clock was set back.
pub(in crate::app) fn within_window(act: &Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    // A latch: what was closed stays closed, whatever the clock says.
    if challenge.stage != ChallengeStage::Open {
        return Err(Refusal::DeadlinePassed.into());
    }
    let now = act.in_time()?;
    if challenge.opens_at.is_none_or(|opens_at| now < opens_at) {
        return Err(Refusal::NotYetOpen.into());
    }
    if challenge.closes_at.is_none_or(|closes_at| now >= closes_at) {
        return Err(Refusal::DeadlinePassed.into());
    }
    Ok(())
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
    let (row, challenge, Submittable { draft, demands, organization, seal_key }) =
        bids::to_submit(act.conn, id)?.ok_or(AppError::NotFound)?;
    let bid = loaded(act, row, challenge)?;
    let step = act.step(action, &bid.row, bid.object())?;
    within_window(act, &bid.challenge)?;
    organizations::is_verified(organization)?;
    let text = content::drafted(&act.app.keys, id, &draft)?;
    let submission = Submission { bid: content::read(&text)?, files: files::working(act, id)? };
    admissible(act, &bid.row, &demands.read()?, &submission)?;
    let (sealed, digest) = seal_up(act, &bid.row, seal_key.as_deref(), &content::text(&submission)?)?;
    let received = Received { sealed: &sealed, digest: &digest, by: act.user()? };
    let row = bids::submit(act.conn, &bid.row, step.to, &received, act.now).map_err(one_live_bid)?;
    file_rows::bind(act.conn, id, row.submission, submission.files.iter().map(|file| file.id))?;
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
    eligibility::check(act, row, demands, content, &mut faults)?;
    file::complete(content.partners.len(), &submission.files, &mut faults);
    faults.or(()).map_err(Into::into)
}

/// Seals a content as the next submission of a bid: what is kept of it, and what its team is told of it.
fn seal_up(act: &Act<'_>, row: &BidRow, key: Option<&str>, text: &[u8]) -> Result<(Vec<u8>, String), AppError> {
    let broken = |what: &str| AppError::Internal(format!("a bid could not be sealed: {what}"));
    let key = act.app.round_keys.get(key.ok_or_else(|| broken("the round has no key"))?).map_err(|error| broken(&error.to_string()))?;
    let bound = binding(row.challenge_id, row.round, row.id, row.lead_org_id, row.submission.saturating_add(1));
    let sealed = seal::seal(act.app.cipher, &key, &bound, text).ok_or_else(|| broken("no randomness"))?;
    Ok((sealed, seal::commitment(&act.app.keys.salt(&bound), &bound, text)))
}

/// Withdraws a submission before the deadline. It can be submitted again.
///
/// # Errors
/// Denied, stale, not submitted, past the deadline.
pub fn withdraw(act: &mut Act<'_>, id: BidId) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step(Action::BidWithdraw, &bid.row, bid.object())?;
    within_window(act, &bid.challenge)?;
    let row = bids::advance(act.conn, &bid.row, step.to, act.now)?;
    Ok(act.record(step, about(&row, &bid.challenge))?.with(bid.shown(act, row)))
}
