//! Receipts 回执: what a team is told of a submission, in a form that holds in a dispute.

use crate::domain::id::{BidId, ChallengeId, OrganizationId};
use crate::domain::time::Timestamp;

/// Names the form of a receipt.
pub const FORMAT: &str = "jiebang-receipt-1";

/// What is signed: the text is this as JSON, fields in this order.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// `jiebang-receipt-1`.
    pub format: String,
    /// The bid,
    pub bid_id: BidId,
    /// its challenge,
    pub challenge_id: ChallengeId,
    /// the challenge's code,
    pub challenge_code: String,
    /// its round,
    pub round: i32,
    /// and the organisation that leads the bid.
    pub lead_org_id: OrganizationId,
    /// Number of the submission, from 1.
    pub submission: i32,
    /// The instant that counts for the deadline, to the microsecond.
    pub received_at: Timestamp,
    /// SHA-256 of `salt`, a line feed, what the bid is bound to, a line feed, and the content; in hexadecimal.
    pub content_sha256: String,
    /// What keeps others from guessing the content by its hash.
    pub salt: String,
    /// SHA-256 of the content as it lies sealed, in hexadecimal: the opening record lists it.
    pub sealed_sha256: String,
    /// Number of the record in the audit log.
    pub audit_number: i64,
    /// Head of the audit log's chain at that record.
    pub audit_head: String,
}

/// A receipt with the signature of the service that received the bid.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedReceipt {
    /// What is vouched for.
    pub receipt: Receipt,
    /// Public key (Ed25519) in hexadecimal; hold it against `GET /api/v1/notary`.
    pub key: String,
    /// Signature in hexadecimal.
    pub signature: String,
}
