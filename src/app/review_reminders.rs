//! Reminders of reviews: three days before one is due, and when it is overdue, once each.

use crate::app::act::{About, Object};
use crate::app::error::AppError;
use crate::app::reviews;
use crate::app::{App, Who};
use crate::domain::policy::{Action, Tie};
use crate::store::reviews as review_rows;
use chrono::TimeDelta;

/// How long before it is due.
const AHEAD: TimeDelta = TimeDelta::days(3);
/// Reviews looked at in one go.
const AT_ONCE: i64 = 100;

impl App {
    /// Reminds experts of reviews that are due soon, and them and the officer of those that are overdue.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub(in crate::app) async fn remind_of_reviews(&self) -> Result<(), AppError> {
        let now = self.clock.now();
        // What is overdue first: whoever was never reminded hears of that alone.
        for (action, by, times) in [(Action::ReviewMiss, now, 2), (Action::ReviewRemind, now.plus(AHEAD), 1)] {
            for (row, challenge) in self.db.read(move |conn| review_rows::to_remind(conn, by, times - 1, AT_ONCE)).await?? {
                let done = self.run(Who::System("clock"), move |act| {
                    let permit = act.own(action)?;
                    if !review_rows::reminded(act.conn, &row, times)? {
                        return Err(AppError::NotFound);
                    }
                    let mut about = reviews::about(&row, &challenge);
                    about.facts.at = row.due_at.in_beijing();
                    if action == Action::ReviewRemind {
                        about = About { author: None, ..about };
                    }
                    Ok(act.record_plain(permit, Object::record(&row, Tie::Stranger), about)?.with(()))
                });
                match done.await {
                    Ok(()) | Err(AppError::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}
