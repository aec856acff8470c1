//! Working copies in a round whose key lies with custodians: each under a key in a file of its own, which is removed once the
//! copy was submitted. What is left of the copy in backups, logs and free pages of the database is then unreadable, too.

use super::content;
use crate::app::App;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::auth::seal::{self, To};
use crate::domain::id::BidId;
use crate::domain::proposal::BidInput;
use crate::store::bids::{self, BidRow};
use crate::store::{Conn, diesel_error, files, openings};

/// What the names of these keys begin with.
const PREFIX: &str = "draft-";
/// Characters of an id.
const ID: usize = 36;

/// The name of the key of a working copy: another one after each submission, so that none is used again.
fn name(row: &BidRow) -> String {
    format!("{PREFIX}{}-{}", row.id, row.submission)
}

fn vanishing(owner: &str) -> String {
    format!("vanishing {owner}")
}

/// Seals something of a working copy for the database, as its round asks.
///
/// # Errors
/// The folder of the keys cannot be written to; the operating system gives no randomness.
pub(in crate::app) fn closed(act: &mut Act<'_>, row: &BidRow, owner: &str, text: &[u8]) -> Result<Vec<u8>, AppError> {
    let seal = openings::seal(act.conn, row.challenge_id, row.round)?;
    // Once the round is opened nothing is submitted any more, and nothing vanishes.
    if !seal.is_some_and(|seal| seal.seal_public.is_some() && seal.opened_at.is_none()) {
        return content::closed(&act.app.keys, owner, text);
    }
    let broken = |what: String| AppError::Internal(format!("a working copy could not be sealed: {what}"));
    let key = act.app.round_keys.get_or_make(&name(row)).map_err(|error| broken(error.to_string()))?;
    let owner = vanishing(owner);
    let inner = seal::seal(act.app.cipher, &To::Service(&key), &owner, text);
    inner.and_then(|inner| act.app.keys.seal_bytes(&owner, &inner)).ok_or_else(|| broken("no randomness".into()))
}

/// What vanishes, with the service's own lock off; `None` for what lies under that lock alone.
fn outer_off(act: &Act<'_>, owner: &str, body: &[u8]) -> Option<Vec<u8>> {
    act.app.keys.open_bytes(&vanishing(owner), body)
}

/// The text of what vanishes, if its key is still there.
fn inner_off(act: &Act<'_>, row: &BidRow, owner: &str, inner: &[u8]) -> Option<String> {
    let text = act.app.round_keys.get(&name(row)).ok().and_then(|key| seal::open(&key, &vanishing(owner), inner));
    text.and_then(|text| String::from_utf8(text.to_vec()).ok())
}

/// What [`closed`] sealed, if the service can read it now.
pub(in crate::app) fn opened(act: &Act<'_>, row: &BidRow, owner: &str, body: &[u8]) -> Option<String> {
    match outer_off(act, owner, body) {
        Some(inner) => inner_off(act, row, owner, &inner),
        None => content::opened(&act.app.keys, owner, body).ok(),
    }
}

/// Seals a working copy for the database, as its round asks.
///
/// # Errors
/// What [`closed`] meets.
pub(super) fn draft(act: &mut Act<'_>, row: &BidRow, input: &BidInput) -> Result<Vec<u8>, AppError> {
    let text = content::kept_text(&act.app.keys, input)?;
    closed(act, row, &content::owner("draft", row.id), &text)
}

/// The text of a working copy; none if there is none, or if the key that it vanishes with is gone.
///
/// # Errors
/// The service has another secret than the one that sealed it.
pub(super) fn drafted(act: &Act<'_>, row: &BidRow, body: &[u8]) -> Result<Option<String>, AppError> {
    if body.is_empty() {
        return Ok(None);
    }
    let owner = content::owner("draft", row.id);
    match outer_off(act, &owner, body) {
        Some(inner) => Ok(inner_off(act, row, &owner, &inner)),
        None => content::opened(&act.app.keys, &owner, body).map(Some),
    }
}

/// The working copy of a bid, if there is one that can be read.
///
/// # Errors
/// The service has another secret than the one that sealed it.
pub(in crate::app) fn working_copy(act: &mut Act<'_>, row: &BidRow) -> Result<Option<BidInput>, AppError> {
    let body = bids::draft(act.conn, row.id)?;
    drafted(act, row, &body)?.map(|text| content::read(&text)).transpose()
}

/// Whether there is a working copy.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn is_there(act: &mut Act<'_>, row: &BidRow) -> Result<bool, AppError> {
    Ok(!bids::draft(act.conn, row.id)?.is_empty())
}

/// Removes the working copy of a bid that was just submitted. Its key goes when this is committed ([`App::shred`]).
///
/// # Errors
/// The database does not answer.
pub(super) fn vanish(act: &mut Act<'_>, submitted: &BidRow) -> Result<(), AppError> {
    bids::empty_draft(act.conn, submitted.id)?;
    let before = BidRow { submission: submitted.submission.saturating_sub(1), ..submitted.clone() };
    act.app.round_keys.spend(name(&before));
    Ok(())
}

/// Whether `key` is one of these keys, and if so, whether its working copy is still there.
///
/// # Errors
/// The database does not answer.
pub(super) fn names(conn: &mut Conn, key: &str) -> Result<Option<bool>, diesel_error::Error> {
    let Some((id, number)) = key.strip_prefix(PREFIX).and_then(|rest| rest.split_at_checked(ID)) else { return Ok(None) };
    let (Ok(id), Some(Ok(number))) = (id.parse::<BidId>(), number.strip_prefix('-').map(str::parse::<i32>)) else { return Ok(None) };
    let Some(row) = bids::find(conn, id)? else { return Ok(Some(false)) };
    Ok(Some(row.submission == number && (!bids::draft(conn, id)?.is_empty() || !files::of_bid(conn, id)?.is_empty())))
}

impl App {
    /// Removes the keys of working copies that were submitted. One whose submission was not kept stays.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn shred(&self) -> Result<(), AppError> {
        for key in self.round_keys.spent() {
            let name = key.clone();
            if self.db.read(move |conn| names(conn, &name)).await?? == Some(false) {
                self.erase(key).await;
            }
        }
        Ok(())
    }
}
