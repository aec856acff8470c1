//! Letters: how the outbox is emptied. The worker of `jobs::deliver` claims, sends and reports here.

use crate::app::App;
use crate::app::error::AppError;
use crate::domain::id::LetterId;
use crate::store::outbox;
use chrono::TimeDelta;

pub use crate::store::outbox::{LetterRow, LetterState};

/// How long a claimed letter is the worker's own.
pub const LEASE_SECONDS: i64 = 120;
/// After so many failed attempts a letter is dead.
pub const MOST_ATTEMPTS: i32 = 10;
/// Letters claimed at once.
pub const BATCH: i64 = 8;

/// When to try again after the `attempts`th failure: 1 min, 2, 4 … at most 6 h.
#[must_use]
pub fn back_off(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 10)).unwrap_or(1).saturating_sub(1);
    TimeDelta::minutes(1i64.checked_shl(doublings).unwrap_or(360).min(360))
}

impl App {
    /// Claims letters that are due.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn claim_letters(&self) -> Result<Vec<LetterRow>, AppError> {
        let now = self.clock.now();
        let lease = now.plus(TimeDelta::seconds(LEASE_SECONDS));
        self.db.write(move |conn| outbox::claim(conn, now, lease, BATCH).map_err(AppError::from), |_, _| Ok(())).await?
    }

    /// Notes that a letter was handed over.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn letter_sent(&self, id: LetterId) -> Result<(), AppError> {
        let now = self.clock.now();
        self.db.write(move |conn| outbox::sent(conn, id, now).map_err(AppError::from), |_, _| Ok(())).await?
    }

    /// Notes that a letter could not be handed over: tried again later, or given up when that is hopeless.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn letter_failed(&self, letter: &LetterRow, error: String, hopeless: bool) -> Result<(), AppError> {
        let attempts = letter.attempts.saturating_add(1);
        let next = self.clock.now().plus(back_off(attempts));
        let next = (!hopeless && attempts < MOST_ATTEMPTS).then_some(next);
        let id = letter.id;
        self.db.write(move |conn| outbox::failed(conn, id, &error, next).map_err(AppError::from), |_, _| Ok(())).await?
    }

    /// Letters in a state, oldest first.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn letters(&self, state: LetterState, limit: i64) -> Result<Vec<LetterRow>, AppError> {
        Ok(self.db.read(move |conn| outbox::list(conn, state, limit)).await??)
    }

    /// Gives dead letters another life. Answers how many.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn retry_letters(&self, id: Option<LetterId>) -> Result<usize, AppError> {
        let now = self.clock.now();
        self.db.write(move |conn| outbox::retry(conn, id, now).map_err(AppError::from), |_, _| Ok(())).await?
    }

    /// Counts every waiting letter as sent: nobody is to be told of the demo's past. Answers how many.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn count_letters_as_sent(&self) -> Result<usize, AppError> {
        let now = self.clock.now();
        self.db.write(move |conn| outbox::count_as_sent(conn, now).map_err(AppError::from), |_, _| Ok(())).await?
    }
}
