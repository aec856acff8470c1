//! Upkeep: what the clock does without anyone asking.

use crate::app::challenges::round;
use crate::app::error::AppError;
use crate::app::{App, Who};
use crate::domain::objection::DAYS_TO_CONFIRM;
use crate::domain::session::PLACE_DAYS;
use crate::store::{erasure, idempotency, links, objections, portfolio, sessions, sign_ins};
use chrono::TimeDelta;
use std::time::Duration;
use tokio::time::Instant;

/// How long answers to idempotent requests are kept, in hours.
pub const ANSWERS_HOURS: i64 = 72;
/// How long ended sessions are kept, in days.
const SESSIONS_DAYS: i64 = 30;
/// Challenges closed in one go.
const AT_ONCE: i64 = 100;

impl App {
    /// Closes every challenge whose time to bid is over, each in a transaction of its own. Answers how many.
    ///
    /// # Errors
    /// The database cannot be asked. One challenge that cannot be closed does not keep the others open.
    pub async fn close_overdue(&self) -> Result<usize, AppError> {
        let now = self.clock.now();
        let due = self.db.read(move |conn| round::overdue(conn, now, AT_ONCE)).await??;
        let mut closed: usize = 0;
        for id in due {
            match self.run(Who::System("clock"), move |act| round::close(act, id)).await {
                Ok(_) => closed = closed.saturating_add(1),
                Err(error) => tracing::warn!(%error, challenge = %id, "a challenge could not be closed"),
            }
        }
        Ok(closed)
    }

    /// Forgets answers and sessions whose time is over, settles the figures of the portfolio, and reminds people of what is due.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn tidy(&self) -> Result<(), AppError> {
        let answers = self.clock.now().plus(TimeDelta::hours(-ANSWERS_HOURS));
        let old = self.clock.now().plus(TimeDelta::days(-SESSIONS_DAYS));
        let (now, places) = (self.clock.now(), self.clock.now().plus(TimeDelta::days(-PLACE_DAYS)));
        let unconfirmed = now.plus(TimeDelta::days(-DAYS_TO_CONFIRM));
        self.attempts.sweep(now);
        self.forgotten.sweep(now);
        self.objected.sweep(now);
        self.guessed.sweep(now);
        self.paces.sweep();
        self.remind_of_keys().await?;
        self.remind_experts().await?;
        self.remind_of_reviews().await?;
        self.see_to_reports().await?;
        self.remind().await?;
        self.sweep_keys().await?;
        self.sweep_files().await?;
        let work = move |conn: &mut crate::store::Conn| -> Result<(), AppError> {
            idempotency::forget_before(conn, answers)?;
            sessions::forget_before(conn, old)?;
            links::forget_before(conn, old)?;
            objections::forget_unconfirmed(conn, unconfirmed)?;
            erasure::forget_addresses(conn)?;
            portfolio::settle(conn)?;
            sign_ins::forget_before(conn, now, places)?;
            Ok(())
        };
        self.db.write(work, |_, _| Ok(())).await?
    }

    /// Whether nobody has an account yet.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn is_empty(&self) -> Result<bool, AppError> {
        Ok(self.db.read(crate::store::users::nobody).await??)
    }

    /// Whether the database answers, to readers and to the writer. Asked once a second at most, however many want to know.
    ///
    /// # Errors
    /// It does not.
    pub async fn ready(&self) -> Result<(), AppError> {
        let mut known = self.readiness.lock().await;
        if known.is_some_and(|at| at.elapsed() < Duration::from_secs(1)) {
            return Ok(());
        }
        self.ask_database().await?;
        *known = Some(Instant::now());
        Ok(())
    }

    async fn ask_database(&self) -> Result<(), AppError> {
        self.db.read(crate::store::users::nobody).await??;
        self.db.write(|_| Ok::<(), AppError>(()), |_, _| Ok(())).await?
    }
}
