//! Keys of access tokens, on the host: rotate and list them, load them into a service.

use crate::app::{App, Clock, Who, sessions};
use crate::auth::ring::{FILE, KeyFile};
use crate::cli::{print, say};
use crate::config::Config;

/// Loads the key file into `app`. Answers the id of the key that signs.
///
/// # Errors
/// The file is not sound.
pub fn load(app: &App, config: &Config) -> anyhow::Result<String> {
    let file = KeyFile::read(&config.data_dir.join(FILE)).map_err(|problem| anyhow::anyhow!("{FILE} {problem}"))?;
    app.keys.adopt(&file, app.clock.now()).ok_or_else(|| anyhow::anyhow!("{FILE} holds no keys"))
}

/// As [`load`], into a service that is running; the audit log tells which key signs from now on.
///
/// # Errors
/// The file is not sound, or the audit log cannot be written.
pub async fn reload(app: &App, config: &Config) -> anyhow::Result<String> {
    let kid = load(app, config)?;
    let signs = kid.clone();
    app.run(Who::System("host"), move |act| sessions::adopt_keys(act, &signs)).await?;
    Ok(kid)
}

/// Makes a new key that signs, and writes the file.
///
/// # Errors
/// The file is not sound, or cannot be written.
pub fn rotate(config: &Config, at_once: bool) -> anyhow::Result<()> {
    let path = config.data_dir.join(FILE);
    let file = KeyFile::read(&path).map_err(|problem| anyhow::anyhow!("{FILE} {problem}"))?;
    let file = file.rotated(Clock::System.now(), at_once)?;
    file.write(&path)?;
    let kid = file.key.first().map(|key| key.kid.as_str()).unwrap_or_default();
    let next = if at_once { "restart the service" } else { "send SIGHUP to the service" };
    say(&format!("key {kid} will sign: {next}"));
    Ok(())
}

/// Lists the keys: id, and when it stopped signing; tab-separated.
///
/// # Errors
/// The file is not sound.
pub fn list(config: &Config) -> anyhow::Result<()> {
    let file = KeyFile::read(&config.data_dir.join(FILE)).map_err(|problem| anyhow::anyhow!("{FILE} {problem}"))?;
    for key in file.key {
        print(&format!("{}\t{}", key.kid, key.retired_at.map_or_else(|| "signs".into(), |at| at.to_string())));
    }
    Ok(())
}
