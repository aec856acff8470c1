//! The notary: vouches for the audit log with signed checkpoints, and finds out whether it was changed.
//!
//! What a change of the log cannot change along is a checkpoint that lies elsewhere: without one, whoever can write to the database
//! could compute the whole chain anew. Records younger than the last checkpoint are bound only to each other.

use crate::app::App;
use crate::app::error::AppError;
use crate::auth::chain::{self, GENESIS, Signer};
use crate::domain::audit::Record;
use crate::store::audit::{self, AuditRow};
use crate::store::checkpoints;
use crate::store::diesel_error::Error;
use std::path::PathBuf;

pub use crate::store::checkpoints::{Checkpoint, read as read_checkpoints};

/// Records looked at in one go.
const AT_ONCE: i64 = 1_000;

/// The first thing that is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A record is gone, or was put in.
    #[error("record {expected} is missing: the next one is {found}")]
    Missing {
        /// The number that should follow.
        expected: i64,
        /// The number that does.
        found: i64,
    },
    /// A record holds what no record can hold.
    #[error("record {0} cannot be read")]
    Unreadable(i64),
    /// A record is not what its digest says.
    #[error("record {0} was changed")]
    Changed(i64),
    /// A record does not follow from the one before.
    #[error("record {0} does not follow from the one before it")]
    Unbound(i64),
    /// The chain is not the one that was vouched for.
    #[error("record {0} is not the one that a checkpoint vouches for: the log was written anew")]
    Rewritten(i64),
    /// The log is shorter than it was.
    #[error("the log ends at {end}, but a checkpoint vouches for {vouched} records: its end was cut off")]
    Cut {
        /// Number of the last record.
        end: i64,
        /// How many there were.
        vouched: i64,
    },
    /// A checkpoint is not signed by a key that is trusted.
    #[error("the checkpoint of record {0} has no good signature by a trusted key")]
    Signature(i64),
    /// Nothing vouches for the log.
    #[error("there are records, but no checkpoint")]
    NoCheckpoint,
}

/// A log that is sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Number of the last record.
    pub records: i64,
    /// Its link.
    pub link: String,
    /// Up to which record a checkpoint vouches for the log.
    pub vouched: i64,
}

/// Walks along a chain, and past the checkpoints that vouch for it.
#[derive(Debug)]
pub struct Walk {
    number: i64,
    link: String,
    checkpoints: std::iter::Peekable<std::vec::IntoIter<Checkpoint>>,
    vouched: i64,
}

impl Walk {
    /// A walk that begins behind record `number`, whose link is `link`.
    ///
    /// # Errors
    /// A checkpoint is not signed by one of the keys that are `trusted`.
    pub fn behind(number: i64, link: String, mut checkpoints: Vec<Checkpoint>, trusted: &[String]) -> Result<Self, Broken> {
        let good = |at: &Checkpoint| trusted.contains(&at.key) && chain::is_signed(&at.key, &at.signature, at.number, &at.link, &at.at);
        if let Some(bad) = checkpoints.iter().find(|at| !good(at)) {
            return Err(Broken::Signature(bad.number));
        }
        checkpoints.retain(|at| at.number > number);
        checkpoints.sort_by_key(|at| at.number);
        Ok(Self { number, link, checkpoints: checkpoints.into_iter().peekable(), vouched: number })
    }

    /// Takes the next record: its number, its canonical text (none where it is withheld), digest and link.
    ///
    /// # Errors
    /// It is not the one that was written.
    pub fn take(&mut self, number: i64, record: Option<&Record>, digest: &str, link: &str) -> Result<(), Broken> {
        let expected = self.number.saturating_add(1);
        if number != expected {
            return Err(Broken::Missing { expected, found: number });
        }
        let (Some(how), Some(linked)) = (chain::made_by(digest), chain::made_by(link)) else { return Err(Broken::Changed(number)) };
        if record.is_some_and(|record| chain::digest(how, &record.text()) != digest) {
            return Err(Broken::Changed(number));
        }
        if chain::link(linked, &self.link, digest) != link {
            return Err(Broken::Unbound(number));
        }
        (self.number, self.link) = (number, link.to_owned());
        while let Some(at) = self.checkpoints.next_if(|at| at.number == number) {
            if at.link != link {
                return Err(Broken::Rewritten(number));
            }
            self.vouched = number;
        }
        Ok(())
    }

    /// The end of the walk.
    ///
    /// # Errors
    /// A checkpoint vouches for more records than there were.
    pub fn end(mut self) -> Result<Sound, Broken> {
        match self.checkpoints.next() {
            Some(at) => Err(Broken::Cut { end: self.number, vouched: at.number }),
            None => Ok(Sound { records: self.number, link: self.link, vouched: self.vouched }),
        }
    }
}

impl App {
    /// Vouches for the log as it is, in the file at `path`. Answers whether anything had happened since the last time.
    ///
    /// # Errors
    /// The database cannot be asked, or the file cannot be written.
    pub async fn vouch(&self, path: PathBuf) -> Result<bool, AppError> {
        let broken = |what: &str| AppError::Internal(format!("no checkpoint could be written: {what}"));
        let Some((number, link)) = self.db.read(audit::tail).await?? else { return Ok(false) };
        let signer = Signer::of(&self.keys).ok_or_else(|| broken("no key"))?;
        let at = self.clock.now().to_string();
        let write = move || {
            if checkpoints::last(&path)?.is_some_and(|last| last.link == link) {
                return Ok(false);
            }
            let signature = signer.sign(number, &link, &at);
            checkpoints::append(&path, &Checkpoint { number, link, at, key: signer.public_key(), signature }).map(|()| true)
        };
        let written: std::io::Result<bool> = tokio::task::spawn_blocking(write).await.map_err(|error| broken(&error.to_string()))?;
        written.map_err(|error| broken(&error.to_string()))
    }

    /// The public key of this service's checkpoints, in hexadecimal.
    #[must_use]
    pub fn notary_key(&self) -> Option<String> {
        Signer::of(&self.keys).map(|signer| signer.public_key())
    }

    /// Walks through the whole log. `None` of `checkpoints` asks for no more than that the chain holds together.
    ///
    /// # Errors
    /// The database cannot be asked. What is wrong with the log is an answer.
    pub async fn verify_log(&self, checkpoints: Option<Vec<Checkpoint>>, trusted: &[String]) -> Result<Result<Sound, Broken>, AppError> {
        let wanted = checkpoints.is_some();
        let mut walk = match Walk::behind(0, GENESIS.to_owned(), checkpoints.unwrap_or_default(), trusted) {
            Ok(walk) => walk,
            Err(broken) => return Ok(Err(broken)),
        };
        loop {
            let rows = match self.records(walk.number.saturating_add(1), AT_ONCE).await? {
                Ok(rows) => rows,
                Err(unreadable) => return Ok(Err(unreadable)),
            };
            if rows.is_empty() {
                let nothing_vouches = wanted && walk.vouched == 0 && walk.number > 0 && walk.checkpoints.peek().is_none();
                return Ok(if nothing_vouches { Err(Broken::NoCheckpoint) } else { walk.end() });
            }
            for row in &rows {
                if let Err(broken) = walk.take(row.number, Some(&row.record()), &row.digest, &row.link) {
                    return Ok(Err(broken));
                }
            }
        }
    }

    /// The number and link that record `from` follows on.
    ///
    /// # Errors
    /// There is no record before it; the database cannot be asked.
    pub async fn link_before(&self, from: i64) -> Result<(i64, String), AppError> {
        if from <= 1 {
            return Ok((0, GENESIS.to_owned()));
        }
        let rows = self.db.read(move |conn| audit::from_number(conn, from.saturating_sub(1), 1)).await??;
        let row = rows.into_iter().next().filter(|row| row.number.saturating_add(1) == from).ok_or(AppError::NotFound)?;
        Ok((row.number, row.link))
    }

    /// Records from `from` on, each with whether it is about a bid that is still sealed.
    ///
    /// # Errors
    /// The database cannot be asked, or a record cannot be read.
    pub async fn log_page(&self, from: i64, most: i64) -> Result<Vec<(AuditRow, bool)>, AppError> {
        let read = move |conn: &mut crate::store::Conn| -> Result<Vec<(AuditRow, bool)>, Error> {
            let rows = audit::from_number(conn, from, most)?;
            let sealed = audit::sealed_numbers(conn, from, rows.last().map_or(from, |row| row.number))?;
            Ok(rows.into_iter().map(|row| (sealed.contains(&row.number), row)).map(|(sealed, row)| (row, sealed)).collect())
        };
        Ok(self.db.read(read).await??)
    }

    /// Records from a number on; one that holds what no record can hold is looked for by itself.
    async fn records(&self, from: i64, most: i64) -> Result<Result<Vec<AuditRow>, Broken>, AppError> {
        let read = move |conn: &mut crate::store::Conn| match audit::from_number(conn, from, most) {
            Err(Error::DeserializationError(_)) => audit::first_unreadable(conn, from, most).map(|number| Err(Broken::Unreadable(number))),
            rows => rows.map(Ok),
        };
        Ok(self.db.read(read).await??)
    }
}
