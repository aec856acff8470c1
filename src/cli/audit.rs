//! The audit log on the host: is it as it was written, and a copy of it that proves itself.

use crate::app::App;
use crate::app::notary::{Broken, Checkpoint, Sound, Walk, read_checkpoints};
use crate::cli::{Stopped, print, say};
use crate::config::Config;
use crate::domain::audit::Record;
use anyhow::Context;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Name of the file of checkpoints in the data directory.
pub const FILE: &str = "audit-checkpoints.jsonl";
/// Format of an exported log.
const FORMAT: &str = "jiebang-audit-1";
/// Records exported in one go.
const AT_ONCE: i64 = 1_000;

/// A line of an exported log.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
enum Line {
    /// The first: what the records follow on.
    Begin { format: String, after: i64, link: String },
    /// A record.
    Record { record: Box<Record>, digest: String, link: String },
    /// A record about a bid that is still sealed: the chain goes through it all the same.
    Withheld { number: i64, digest: String, link: String },
    /// A checkpoint of one of the records above.
    Checkpoint { checkpoint: Checkpoint },
}

/// Tells what came out of a walk along the log.
///
/// # Errors
/// It was changed.
fn tell(outcome: Result<Sound, Broken>) -> Result<(), Stopped> {
    let sound = outcome.map_err(|broken| Stopped::Tampered(broken.to_string()))?;
    print(&format!("sound: {} records, the last is {}; checkpoints vouch for {}", sound.records, sound.link, sound.vouched));
    Ok(())
}

fn trusted(app: &App, keys: Vec<String>) -> Vec<String> {
    app.notary_key().into_iter().chain(keys).collect()
}

/// Verifies the log of the database against the checkpoints beside it, unless it is to be done without.
///
/// # Errors
/// It was changed; the database or the file of checkpoints cannot be read.
pub async fn verify(app: &App, config: &Config, without_checkpoints: bool, keys: Vec<String>) -> Result<(), Stopped> {
    let path = config.data_dir.join(FILE);
    let vouched = match (without_checkpoints, path.exists()) {
        (true, _) => None,
        (false, false) => Some(Vec::new()),
        (false, true) => {
            let read = read_checkpoints(&path).with_context(|| path.display().to_string())?;
            Some(read.map_err(|line| Stopped::Tampered(format!("line {line} of {} is no checkpoint", path.display())))?)
        }
    };
    tell(app.verify_log(vouched, &trusted(app, keys)).await?)
}

/// Verifies an exported log by itself, with the keys that are trusted.
///
/// # Errors
/// It was changed; the file cannot be read.
pub fn verify_file(path: &Path, keys: &[String]) -> Result<(), Stopped> {
    let file = BufReader::new(std::fs::File::open(path).with_context(|| path.display().to_string())?);
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(file.lines()) {
        let line = serde_json::from_str::<Line>(&line?);
        lines.push(line.map_err(|_| Stopped::Tampered(format!("line {number} is none of an exported log")))?);
    }
    let vouched = lines.iter().filter_map(|line| if let Line::Checkpoint { checkpoint } = line { Some(checkpoint.clone()) } else { None });
    let Some(Line::Begin { format, after, link }) = lines.first() else {
        return Err(Stopped::Tampered("the first line does not say what the records follow on".into()));
    };
    if format != FORMAT {
        return Err(Stopped::Tampered(format!("the format is not {FORMAT}")));
    }
    let walk = || -> Result<Sound, Broken> {
        let mut walk = Walk::behind(*after, link.clone(), vouched.collect(), keys)?;
        for line in &lines {
            match line {
                Line::Record { record, digest, link } => walk.take(record.number, Some(record), digest, link)?,
                Line::Withheld { number, digest, link } => walk.take(*number, None, digest, link)?,
                Line::Begin { .. } | Line::Checkpoint { .. } => {}
            }
        }
        walk.end()
    };
    tell(walk())
}

/// Prints records `from` to `to` with what proves them, one JSON object a line. Records about bids that are still sealed are
/// withheld.
///
/// # Errors
/// The database or the file of checkpoints cannot be read.
pub async fn export(app: &App, config: &Config, from: i64, to: i64) -> anyhow::Result<()> {
    let tell = |line: &Line| serde_json::to_string(line).map(|text| print(&text));
    let (after, link) = app.link_before(from).await?;
    tell(&Line::Begin { format: FORMAT.into(), after, link })?;
    let mut next = from;
    while next <= to {
        let page = app.log_page(next, AT_ONCE.min(to.saturating_sub(next).saturating_add(1))).await?;
        let Some(last) = page.last().map(|(row, _)| row.number) else { break };
        for (row, sealed) in page {
            let (record, digest, link) = (Box::new(row.record()), row.digest, row.link);
            let number = row.number;
            tell(&if sealed { Line::Withheld { number, digest, link } } else { Line::Record { record, digest, link } })?;
        }
        next = last.saturating_add(1);
    }
    let path = config.data_dir.join(FILE);
    if path.exists() {
        let read = read_checkpoints(&path)?.map_err(|number| anyhow::anyhow!("line {number} of {} is no checkpoint", path.display()))?;
        for checkpoint in read.into_iter().filter(|at| (from..next).contains(&at.number)) {
            tell(&Line::Checkpoint { checkpoint })?;
        }
    }
    say("an auditor verifies it with: jiebang audit verify --file FILE --key KEY");
    Ok(())
}

/// Prints the public key of this service's checkpoints.
///
/// # Errors
/// There is none.
pub fn key(app: &App) -> anyhow::Result<()> {
    print(&app.notary_key().context("no key could be derived")?);
    Ok(())
}
