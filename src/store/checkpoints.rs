//! Checkpoints of the audit log: signed lines of JSON in a file, so that they lie outside the database that they vouch for.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Bytes at the end of the file in which its last line stands.
const LAST_LINES: i64 = 4_096;

/// How far the log went at an instant.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Number of the last record.
    pub number: i64,
    /// Its link.
    pub link: String,
    /// When this was written, RFC 3339.
    pub at: String,
    /// Public key of the signature, in hexadecimal.
    pub key: String,
    /// Ed25519, in hexadecimal.
    pub signature: String,
}

/// Adds a line, which is on disk when this returns. The file is made (0600) when it is not there.
///
/// # Errors
/// The file cannot be written.
pub fn append(path: &Path, checkpoint: &Checkpoint) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    let mut line = serde_json::to_string(checkpoint)?;
    line.push('\n');
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

/// The last checkpoint, if there is one; a line that was cut off in the middle does not count.
///
/// # Errors
/// The file cannot be read.
pub fn last(path: &Path) -> std::io::Result<Option<Checkpoint>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let length = i64::try_from(file.metadata()?.len()).unwrap_or(i64::MAX);
    file.seek(SeekFrom::End(-length.min(LAST_LINES)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok(String::from_utf8_lossy(&end).lines().rev().find_map(|line| serde_json::from_str(line).ok()))
}

/// All checkpoints, and the number of the first line that is none.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> std::io::Result<Result<Vec<Checkpoint>, usize>> {
    let mut all = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(File::open(path)?).lines()) {
        match serde_json::from_str(&line?) {
            Ok(checkpoint) => all.push(checkpoint),
            Err(_) => return Ok(Err(number)),
        }
    }
    Ok(Ok(all))
}
