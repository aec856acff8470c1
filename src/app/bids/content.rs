//! The content of bids: the working copy under the service's own key, and what was submitted once it is opened.
//!
//! What was submitted and is not opened yet, nobody reads here: [`super::opening`] is the only place that opens it.

use crate::app::act::Act;
use crate::app::error::AppError;
use crate::auth::{Keys, seal};
use crate::domain::file::FileNote;
use crate::domain::id::BidId;
use crate::domain::proposal::BidInput;
use crate::domain::refusal::Refusal;
use crate::domain::seal::Flaw;
use crate::store::bids::BidRow;
use crate::store::openings::{self, OpeningRow};
use zeroize::Zeroizing;

/// What a working copy and an opened content are sealed for.
pub(super) fn owner(kind: &str, id: BidId) -> String {
    format!("{kind} of bid {id}")
}

/// What a submission holds: the content, and what is known of the files that were there at that moment.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(in crate::app) struct Submission {
    /// The content.
    #[serde(flatten)]
    pub bid: BidInput,
    /// The files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileNote>,
}

/// Seals `text` under the service's own key, padded.
pub(in crate::app) fn closed(keys: &Keys, owner: &str, text: &[u8]) -> Result<Vec<u8>, AppError> {
    let sealed = seal::pad(text).and_then(|padded| keys.seal_bytes(owner, &padded));
    sealed.ok_or_else(|| AppError::Internal("the operating system gives no randomness".into()))
}

/// Opens what [`closed`] sealed.
pub(in crate::app) fn opened(keys: &Keys, owner: &str, sealed: &[u8]) -> Result<String, AppError> {
    let broken = || AppError::Internal(format!("the {owner} cannot be opened: is JIEBANG_SECRET another one?"));
    let padded = keys.open_bytes(owner, sealed).ok_or_else(broken)?;
    let text = seal::unpad(&padded).ok_or_else(broken)?;
    String::from_utf8(text.to_vec()).map_err(|_| broken())
}

/// The text of a content as it is sealed: of identities, what is kept of them.
///
/// # Errors
/// Never, unless memory is short.
pub(super) fn kept_text(keys: &Keys, content: &BidInput) -> Result<Zeroizing<Vec<u8>>, AppError> {
    let kept = content.clone().keep_identities(|number| keys.mark(number));
    serde_json::to_vec(&kept).map(Zeroizing::new).map_err(internal)
}

/// Seals a working copy for the database.
///
/// # Errors
/// The operating system gives no randomness.
pub fn draft(keys: &Keys, id: BidId, content: &BidInput) -> Result<Vec<u8>, AppError> {
    closed(keys, &owner("draft", id), &kept_text(keys, content)?)
}

/// Keeps an opened content for those who may read it from now on.
///
/// # Errors
/// The operating system gives no randomness.
pub(super) fn keep(keys: &Keys, id: BidId, text: &[u8]) -> Result<Vec<u8>, AppError> {
    closed(keys, &owner("content", id), text)
}

/// The content that a text holds.
///
/// # Errors
/// It holds none.
pub(super) fn read(text: &str) -> Result<BidInput, AppError> {
    serde_json::from_str(text).map_err(internal)
}

/// The text of a submission.
///
/// # Errors
/// It cannot be written.
pub(super) fn text(submission: &Submission) -> Result<Vec<u8>, AppError> {
    serde_json::to_vec(submission).map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> AppError {
    AppError::Internal(format!("the content of a bid: {error}"))
}

/// What came out of a bid.
pub(in crate::app) enum Submitted {
    /// It is not opened yet.
    NotYet,
    /// It could not be opened.
    Flawed(Flaw),
    /// Its content.
    Content(Box<Submission>),
}

fn submission(keys: &Keys, id: BidId, body: &[u8]) -> Result<Submission, AppError> {
    let text = opened(keys, &owner("content", id), body)?;
    serde_json::from_str(&text).map_err(internal)
}

/// The content of a bid of an opened round, from what is kept of it.
///
/// # Errors
/// It cannot be opened.
pub(in crate::app) fn kept(keys: &Keys, id: BidId, body: &[u8]) -> Result<BidInput, AppError> {
    Ok(submission(keys, id, body)?.bid)
}

/// What came out of a bid when its round was opened.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn submitted(act: &mut Act<'_>, row: &BidRow) -> Result<Submitted, AppError> {
    match openings::find(act.conn, row.id)? {
        None => Ok(Submitted::NotYet),
        Some(OpeningRow { body: Some(body), .. }) => Ok(Submitted::Content(Box::new(submission(&act.app.keys, row.id, &body)?))),
        Some(row) => Ok(Submitted::Flawed(row.flaw.unwrap_or(Flaw::Unreadable))),
    }
}

/// As [`submitted`], where nothing can be done without.
///
/// # Errors
/// It is not opened yet, or could not be.
pub(in crate::app) fn required(act: &mut Act<'_>, row: &BidRow) -> Result<BidInput, AppError> {
    match submitted(act, row)? {
        Submitted::NotYet => Err(Refusal::BeingOpened.into()),
        Submitted::Flawed(_) => Err(Refusal::BidFlawed.into()),
        Submitted::Content(content) => Ok(content.bid),
    }
}
