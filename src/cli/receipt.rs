//! Receipts on anyone's machine: verified offline, with the key that the service publishes.

use crate::app::receipts;
use crate::cli::{Stopped, print};
use anyhow::Context;
use clap::Subcommand;
use std::path::PathBuf;

/// Receipts of bids.
#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Find out whether a receipt is as it was signed: exit 65, if not. Asks no service and needs no configuration.
    Verify {
        /// The receipt: the JSON of `GET /api/v1/bids/{id}/receipt`, or the JSON cut out of the letter.
        file: PathBuf,
        /// The public key that `GET /api/v1/notary` answers: 64 hexadecimal digits.
        #[arg(long, value_parser = key)]
        key: String,
        /// What stood under `content` in `GET /api/v1/bids/{id}` when it was submitted, to be held against the receipt as well.
        #[arg(long)]
        content: Option<PathBuf>,
    },
}

/// Reads a public key.
fn key(text: &str) -> Result<String, String> {
    let fine = text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit());
    fine.then(|| text.to_ascii_lowercase()).ok_or_else(|| "a key is 64 hexadecimal digits".into())
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
    let receipt = receipts::verify(&text, &key, content.as_deref()).map_err(Stopped::Unsound)?;
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
