//! Reminders: the rules of `domain::reminder`, applied by the hourly job. Which rule says what to whom stands there alone.

use crate::app::act::{About, Act, Done, Object};
use crate::app::error::AppError;
use crate::app::{
    App, Who, bids as bid_cases, calendars, clawbacks as clawback_cases, measures as measure_cases, milestones as milestone_cases,
    objections as objection_cases, outcomes as outcome_cases, problems as problem_cases, projects, reports as report_cases,
};
use crate::domain::calendar::Calendar;
use crate::domain::policy::Tie;
use crate::domain::reminder::{RULES, ReminderRule, Subject, last_day_to_extend};
use crate::domain::time::{Date, Timestamp};
use crate::store::challenges as challenge_rows;
use crate::store::reminders::{self, Asked, ReminderRow};
use crate::store::{bids, clawbacks, measures, milestones, objections, outcomes, problems, projects as project_rows, reports};

/// Objects of which a rule speaks in one go,
const AT_ONCE: i64 = 100;
/// and how often in one run: the rest waits for the next.
const GOES: usize = 100;

/// A rule on a day, and the first and last of its subject's days of which it speaks then.
type Speaking = (&'static ReminderRule, Date, Date);

impl App {
    /// Sends every reminder that is due and was not sent. One that fails, or lacks a table of working days, keeps no other
    /// from being sent.
    ///
    /// # Errors
    /// The database cannot be asked for what is due.
    pub(in crate::app) async fn remind(&self) -> Result<(), AppError> {
        let base = self.calendar.clone();
        let calendar = self.db.read(move |conn| calendars::with_imported(conn, &base)).await??;
        let today = self.clock.now().date();
        for rule in RULES {
            match rule.window(today, &calendar) {
                Ok(Some((first, last))) => self.remind_by((rule, first, last), &calendar).await?,
                Ok(None) => {}
                Err(missing) => tracing::warn!(rule = rule.code, year = missing.0, "no reminders: the year has no table of working days"),
            }
        }
        Ok(())
    }

    async fn remind_by(&self, speaking: Speaking, calendar: &Calendar) -> Result<(), AppError> {
        for _ in 0..GOES {
            let found = self.db.read(move |conn| reminders::due(conn, &asked(speaking, None))).await??;
            let mut sent = false;
            for (id, due_on) in &found {
                let Ok(until) = speaking.0.deadline(*due_on, calendar) else { continue };
                let (object, due_on) = (id.clone(), *due_on);
                match self.run(Who::System("clock"), move |act| send(act, speaking, object, due_on, until)).await {
                    Ok(()) => sent = true,
                    // Done, moved or told meanwhile.
                    Err(AppError::NotFound) => {}
                    Err(error) => tracing::warn!(%error, rule = speaking.0.code, object = %id, "a reminder could not be sent"),
                }
            }
            if !sent || found.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok(())
    }
}

fn asked((rule, first, last): Speaking, only: Option<&str>) -> Asked<'_> {
    Asked { rule: rule.code, subject: rule.subject, first, last, only, limit: AT_ONCE }
}

/// Sends one reminder, if it is still due and nobody else has sent it.
fn send(act: &mut Act<'_>, speaking: Speaking, id: String, due_on: Date, until: Date) -> Result<Done<()>, AppError> {
    let rule = speaking.0;
    if reminders::due(act.conn, &asked(speaking, Some(&id)))?.first().is_none_or(|(_, day)| *day != due_on) {
        return Err(AppError::NotFound);
    }
    let (object, mut about) = concerning(act, rule.subject, &id)?;
    if !reminders::keep(act.conn, &ReminderRow { rule: rule.code, object_id: id, due_on, sent_at: act.now })? {
        return Err(AppError::NotFound);
    }
    about.facts.until = until.to_string();
    about.facts.days = (until.0 - act.now.date().0).num_days();
    about.detail = format!("{} {due_on}", rule.code);
    let permit = act.own(rule.subject.action())?;
    Ok(act.record_telling(permit, object, about, (rule.notice, rule.to))?.with(()))
}

/// The object of a reminder, whom it concerns and what is to be said of it.
fn concerning(act: &mut Act<'_>, subject: Subject, id: &str) -> Result<(Object, About), AppError> {
    match subject {
        Subject::Draft => {
            let id = id.parse().map_err(|_| AppError::NotFound)?;
            let (bid, challenge) = bids::with_challenge(act.conn, id)?.ok_or(AppError::NotFound)?;
            let mut about = bid_cases::about(&bid, &challenge);
            about.facts.at = challenge.closes_at.map(Timestamp::in_beijing).unwrap_or_default();
            Ok((Object::record(&bid, Tie::Stranger), about))
        }
        Subject::ObjectionReceived | Subject::ObjectionAdmitted | Subject::ObjectionExtended => {
            let row = objections::find(act.conn, id.parse().map_err(|_| AppError::NotFound)?)?.ok_or(AppError::NotFound)?;
            let challenge = challenge_rows::find(act.conn, row.challenge_id)?.ok_or(AppError::NotFound)?;
            let mut about = objection_cases::about(&row, &challenge);
            about.facts.name = row.stage.zh().into();
            Ok((Object::record(&row, Tie::Stranger), about))
        }
        Subject::Problem => {
            let row = problems::find(act.conn, id.parse().map_err(|_| AppError::NotFound)?)?.ok_or(AppError::NotFound)?;
            let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
            Ok((Object::record(&row, Tie::Stranger), problem_cases::about(&row, &project)))
        }
        Subject::Report => {
            let row = reports::find(act.conn, id.parse().map_err(|_| AppError::NotFound)?)?.ok_or(AppError::NotFound)?;
            let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
            Ok((Object::record(&row, Tie::Stranger), report_cases::about(&row, &project)))
        }
        Subject::Suspension => {
            let row = measures::find(act.conn, id.parse().map_err(|_| AppError::NotFound)?)?.ok_or(AppError::NotFound)?;
            let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
            let about = measure_cases::about(act, &row, &project)?;
            Ok((Object::record(&row, Tie::Stranger), about))
        }
        Subject::Clawback => {
            let row = clawbacks::find(act.conn, id.parse().map_err(|_| AppError::NotFound)?)?.ok_or(AppError::NotFound)?;
            let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
            let about = clawback_cases::about(act, &row, &project)?;
            Ok((Object::record(&row, Tie::Stranger), about))
        }
        Subject::FollowUp => {
            let row = outcomes::find(act.conn, id.parse().map_err(|_| AppError::NotFound)?)?.ok_or(AppError::NotFound)?;
            let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
            Ok((Object::record(&row, Tie::Stranger), outcome_cases::about(&row, &project)))
        }
        Subject::Signing | Subject::ProjectEnd | Subject::Visit | Subject::VisitOnsite => {
            let row = project_rows::find(act.conn, id.parse().map_err(|_| AppError::NotFound)?)?.ok_or(AppError::NotFound)?;
            let mut about = projects::about(&row);
            about.facts.from = last_day_to_extend(row.ends_on).to_string();
            about.facts.number = i64::from(subject == Subject::VisitOnsite);
            Ok((Object::record(&row, Tie::Stranger), about))
        }
        Subject::Milestone | Subject::Rectification => {
            let row = milestones::find(act.conn, id.parse().map_err(|_| AppError::NotFound)?)?.ok_or(AppError::NotFound)?;
            let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
            let about = milestone_cases::about(&row, &project);
            Ok((Object::record(&row, Tie::Stranger), about))
        }
    }
}
