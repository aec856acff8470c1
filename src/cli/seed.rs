//! stub
use crate::app::App;
use crate::domain::policy::Role;
use crate::domain::time::Timestamp;

/// What was loaded.
pub struct Loaded {
    /// Number of challenges.
    pub challenges: usize,
    /// Number of bids.
    pub bids: usize,
    /// Number of projects.
    pub projects: usize,
    /// One account for each role: role, address.
    pub accounts: Vec<(Role, String)>,
}

/// The instant at which the demo's clock begins.
pub fn begins() -> anyhow::Result<Timestamp> {
    anyhow::bail!("stub")
}

/// Loads.
pub async fn load(_app: &App, _password: &str) -> anyhow::Result<Loaded> {
    anyhow::bail!("stub")
}
