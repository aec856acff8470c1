//! Receipts on anyone's machine: verified offline, with the key that the service publishes.

use crate::app::receipts::{self, Unsound};
use crate::cli::{Stopped, print};
use anyhow::Context;
use clap::Subcommand;
use std::path::PathBuf;

/// Receipts of bids.
#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Find out whether a receipt is as it was signed: exit 65, if not. Asks no service and needs no configuration.
    Verify {
        /// The receipt: the JSON of `GET /api/v1/bids/{id}/receipt`, or of the letter.
        file: PathBuf,
        /// The public key that `GET /api/v1/notary` answers.
        #[arg(long)]
        key: String,
        /// A bid's `content` as JSON, to be held against the receipt as well.
        #[arg(long)]
        content: Option<PathBuf>,
    },
}

/// Verifies a receipt.
///
/// # Errors
/// A file cannot be read; the receipt is not sound.
pub fn run(command: ReceiptCommand) -> Result<(), Stopped> {
    let ReceiptCommand::Verify { file, key, content } = command;
    let read = |path: &PathBuf| std::fs::read_to_string(path).with_context(|| path.display().to_string());
    let text = read(&file)?;
    let content = content.as_ref().map(read).transpose()?;
    let receipt = receipts::verify(&text, &key, content.as_deref()).map_err(|unsound: Unsound| Stopped::Tampered(unsound.to_string()))?;
    let held = if content.is_some() { "; the content is what was received" } else { "" };
    print(&format!(
        "sound: submission {} of bid {} on {} (round {}), received at {} ({} in Beijing){held}",
        receipt.submission,
        receipt.bid_id,
        receipt.challenge_code,
        receipt.round,
        receipt.received_at,
        receipt.received_at.in_beijing(),
    ));
    Ok(())
}
