//! Receipts, and the key that they are held against.

use crate::app::{Act, AppError, Seen, receipts};
use crate::domain::fault::Faults;
use crate::domain::id::BidId;
use crate::domain::receipt::SignedReceipt;
use crate::http::answer::View;

impl View for SignedReceipt {}

/// The public key by which receipts are signed.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct NotaryView {
    /// `Ed25519`.
    algorithm: &'static str,
    /// The key in hexadecimal.
    public_key: String,
}

impl View for NotaryView {}

/// No parameters.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct NotaryQuery {}

/// `GET /bids/{id}/receipt`
pub fn get(act: &mut Act<'_>, id: BidId) -> Result<Seen<SignedReceipt>, AppError> {
    receipts::get(act, id)
}

/// `GET /notary`
pub fn notary(act: &mut Act<'_>, _: NotaryQuery) -> Result<Seen<NotaryView>, AppError> {
    Ok(receipts::notary(act)?.map(|public_key| NotaryView { algorithm: "Ed25519", public_key }))
}
