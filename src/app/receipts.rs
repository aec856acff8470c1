//! Receipts 回执: signed for the team, and verified by anyone who has the published key.

use crate::app::act::{Act, Object, Seen};
use crate::app::bids::{self, content::Submission, submission::recorded_as};
use crate::app::error::AppError;
use crate::app::{App, sha256_hex};
use crate::auth::Keys;
use crate::auth::seal::commitment;
use crate::auth::signing::{Purpose, Signer, is_signed};
use crate::domain::id::BidId;
use crate::domain::policy::{Action, Kind};
use crate::domain::receipt::{FORMAT, Receipt, SignedReceipt};
use crate::domain::refusal::Refusal;
use crate::domain::seal::binding;
use crate::store::bids::BidRow;
use crate::store::challenges::ChallengeRow;
use crate::store::{Conn, audit, bids as bid_rows, openings};

/// The receipt of a submission.
fn make(conn: &mut Conn, keys: &Keys, bid: &BidRow, challenge: &ChallengeRow, submission: i32) -> Result<SignedReceipt, AppError> {
    let broken = |what: &str| AppError::Internal(format!("no receipt for {}: {what}", bid.id));
    let received = openings::submission(conn, bid.id, submission)?.ok_or(Refusal::NotSubmitted)?;
    let recorded = audit::of_submission(conn, bid.id.as_str(), &recorded_as(submission, &received.digest))?;
    let (audit_number, audit_head) = recorded.ok_or_else(|| broken("no record in the audit log"))?;
    let bound = binding(bid.challenge_id, bid.round, bid.id, bid.lead_org_id, submission);
    let receipt = Receipt {
        format: FORMAT.into(),
        bid_id: bid.id,
        challenge_id: bid.challenge_id,
        challenge_code: challenge.code.clone(),
        round: bid.round,
        lead_org_id: bid.lead_org_id,
        submission,
        received_at: received.received_at,
        content_sha256: received.digest,
        salt: keys.salt(&bound),
        sealed_sha256: sha256_hex(&received.sealed),
        audit_number,
        audit_head,
    };
    let signer = Signer::of(keys, Purpose::Receipt).ok_or_else(|| broken("no key"))?;
    let text = serde_json::to_string(&receipt).map_err(|error| broken(&error.to_string()))?;
    Ok(SignedReceipt { signature: signer.sign(&text), key: signer.public_key(), receipt })
}

/// The receipt of the last submission, for the team alone.
///
/// # Errors
/// Not there, or not the caller's; never submitted.
pub fn get(act: &mut Act<'_>, id: BidId) -> Result<Seen<SignedReceipt>, AppError> {
    let (permit, bid, challenge) = bids::permitted(act, id, Action::BidReceipt)?;
    Ok(Seen::by(permit, make(act.conn, &act.app.keys, &bid, &challenge, bid.submission)?))
}

/// The public key of this service's receipts.
///
/// # Errors
/// None: it is everyone's.
pub fn notary(act: &mut Act<'_>) -> Result<Seen<String>, AppError> {
    let permit = act.permit(Action::NotaryRead, &Object::kind(Kind::Notary))?;
    let signer = Signer::of(&act.app.keys, Purpose::Receipt).ok_or_else(|| AppError::Internal("no key for receipts".into()))?;
    Ok(Seen::by(permit, signer.public_key()))
}

/// What is wrong with a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// It is no receipt of a form that this program knows.
    #[error("this is no receipt")]
    Form,
    /// Another service, or nobody, signed it.
    #[error("it is signed by another key than the one that is trusted")]
    Key,
    /// It was changed.
    #[error("the signature does not hold: the receipt was changed")]
    Signature,
    /// The content is another one.
    #[error("the content is not the one that was received")]
    Content,
}

/// Verifies a receipt, offline: that `key` signed it, and that `content` (a bid's content as JSON) is what was received.
///
/// # Errors
/// It is not sound.
pub fn verify(text: &str, key: &str, content: Option<&str>) -> Result<Receipt, Unsound> {
    let SignedReceipt { receipt, key: named, signature } = serde_json::from_str(text).map_err(|_| Unsound::Form)?;
    if receipt.format != FORMAT {
        return Err(Unsound::Form);
    }
    if !named.eq_ignore_ascii_case(key.trim()) {
        return Err(Unsound::Key);
    }
    let signed = serde_json::to_string(&receipt).map_err(|_| Unsound::Form)?;
    if !is_signed(Purpose::Receipt, &named, &signature, &signed) {
        return Err(Unsound::Signature);
    }
    if let Some(content) = content {
        let given: serde_json::Value = serde_json::from_str(content).map_err(|_| Unsound::Content)?;
        let content: Submission = serde_json::from_value(given.clone()).map_err(|_| Unsound::Content)?;
        // Nothing may stand beside it that nobody has received.
        if serde_json::to_value(&content).ok().as_ref() != Some(&given) {
            return Err(Unsound::Content);
        }
        let text = serde_json::to_vec(&content).map_err(|_| Unsound::Content)?;
        let bound = binding(receipt.challenge_id, receipt.round, receipt.bid_id, receipt.lead_org_id, receipt.submission);
        if commitment(&receipt.salt, &bound, &text) != receipt.content_sha256 {
            return Err(Unsound::Content);
        }
    }
    Ok(receipt)
}

impl App {
    /// The receipt of a submission as text, for the letter that tells of it.
    ///
    /// # Errors
    /// The database cannot be asked; there is no such submission.
    pub async fn receipt_text(&self, bid: BidId, submission: i32) -> Result<String, AppError> {
        let keys = self.keys.clone();
        let read = move |conn: &mut Conn| {
            let (row, challenge) = bid_rows::with_challenge(conn, bid)?.ok_or(AppError::NotFound)?;
            make(conn, &keys, &row, &challenge, submission)
        };
        let receipt = self.db.read(read).await??;
        serde_json::to_string_pretty(&receipt).map_err(|error| AppError::Internal(error.to_string()))
    }
}
