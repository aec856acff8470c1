//! Draws on anyone's machine: computed anew from the record.

use crate::app::draws::proof;
use crate::cli::{Stopped, print};
use anyhow::Context;
use clap::Subcommand;
use std::path::PathBuf;

/// Draws of panels.
#[derive(Debug, Subcommand)]
pub enum DrawCommand {
    /// Compute a draw anew: exit 65, if it comes out otherwise. Asks no service and needs no configuration.
    Verify {
        /// The draw: the JSON of `GET /api/v1/draws/{id}`.
        file: PathBuf,
    },
}

/// Verifies a draw.
///
/// # Errors
/// The file cannot be read; the draw does not hold.
pub fn run(command: DrawCommand) -> Result<(), Stopped> {
    let DrawCommand::Verify { file } = command;
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let (proof, now) = proof::verify(&text).map_err(Stopped::NotDrawn)?;
    let ids: Vec<String> = now.panel.iter().map(ToString::to_string).collect();
    print(&format!("sound: draw {} of challenge {} (round {}); the panel: {}", proof.id, proof.challenge_id, proof.round, ids.join(", ")));
    Ok(())
}
