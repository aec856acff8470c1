//! Following confirmed outcomes in the years after their project.

use super::{Outcome, about, load, one, reading_tie, team_tie};
use crate::app::act::{Act, Done, Object};
use crate::app::error::AppError;
use crate::domain::id::{OutcomeId, ProjectId};
use crate::domain::outcome::tracking::{FollowUpInput, Tracking};
use crate::domain::policy::Action;
use crate::domain::refusal::Refusal;
use crate::store::{follow_ups, outcome_years as rows};

/// Begins to follow the outcomes of a project that ends today, in the course of an act that was permitted.
pub(in crate::app) fn begin(act: &mut Act<'_>, project: ProjectId) -> Result<(), AppError> {
    let ended_on = act.now.date();
    follow_ups::end(act.conn, project, ended_on)?;
    let tracking = Tracking { ended_on, registered_on: ended_on };
    Ok(rows::begin_following(act.conn, project, tracking.next_due(&[]))?)
}

/// Adds the figures of a year. What was said of it before stays, and no longer counts.
///
/// # Errors
/// Denied to all but the team, stale, not confirmed; the project has not ended; not a year of which something is asked by now.
pub fn follow_up(act: &mut Act<'_>, id: OutcomeId, input: &FollowUpInput) -> Result<Done<Outcome>, AppError> {
    let (row, project, shares) = load(act, id)?;
    let object = Object::record(&row, team_tie(act, &project)).read_as(reading_tie(act, &project, &shares));
    let step = act.step(Action::OutcomeFollowUp, &row, object)?;
    let ended_on = follow_ups::find(act.conn, project.id)?.and_then(|row| row.ended_on).ok_or(Refusal::NotFollowedYet)?;
    let tracking = Tracking { ended_on, registered_on: row.created_at.date() };
    tracking.check(input, act.now.date())?;
    let row = rows::follow_up(act.conn, &row, tracking, input, act.user()?, act.now)?;
    let mut about = about(&row, &project);
    about.detail = format!("year {} sales_fen {}", input.year.0, input.sales_fen.0);
    let recorded = act.record(step, about)?;
    Ok(recorded.with(one(act, row, project)?))
}
