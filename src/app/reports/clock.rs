//! What the clock does with progress reports: it opens those that a quarter brings, and shows a yellow card 黄牌 for two that are
//! missing in a row. Reminders are rows of `domain::reminder`.

use crate::app::act::{Act, Done, Object};
use crate::app::error::AppError;
use crate::app::{App, Who, projects};
use crate::domain::id::{ProjectId, ReportId};
use crate::domain::policy::{Action, Tie};
use crate::domain::report::{next_quarter, owed, quarter_of};
use crate::domain::time::Date;
use crate::store::projects as project_rows;
use crate::store::reports::{self, CardRow};
use std::collections::HashSet;

/// Projects looked at in one go,
const AT_ONCE: i64 = 100;
/// and how often in one run: the rest waits for the next.
const GOES: usize = 100;

impl App {
    /// Opens the reports that are owed by now, and shows the cards for those that are missing.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn see_to_reports(&self) -> Result<(), AppError> {
        let now = self.clock.now();
        let today = now.date();
        for _ in 0..GOES {
            let open = move |conn: &mut crate::store::Conn| -> Result<bool, AppError> {
                let found = reports::to_open(conn, today, AT_ONCE)?;
                for (project, began_on, quarter) in &found {
                    let (first, next) = (quarter_of(*quarter), next_quarter(*quarter));
                    reports::open(conn, *project, *quarter, next, owed(first, *began_on), now)?;
                }
                Ok(!found.is_empty())
            };
            if !self.db.write(open, |_, _| Ok(())).await?? {
                break;
            }
        }
        for (project, report) in self.db.read(move |conn| to_card(conn, today)).await?? {
            match self.run(Who::System("clock"), move |act| card(act, project, report)).await {
                Ok(()) | Err(AppError::NotFound) => {}
                Err(error) => tracing::warn!(%error, %project, "a yellow card could not be shown"),
            }
        }
        Ok(())
    }
}

/// The reports that are missing after another one that is missing, for neither of which a card was shown.
fn to_card(conn: &mut crate::store::Conn, today: Date) -> Result<Vec<(ProjectId, ReportId)>, AppError> {
    let missing = reports::missing(conn, None, today)?;
    let ids: Vec<ReportId> = missing.iter().map(|(_, report, _)| *report).collect();
    let carded: HashSet<ReportId> = reports::carded(conn, &ids)?.into_iter().collect();
    let mut found = Vec::new();
    for pair in missing.windows(2) {
        // The newest first.
        let [(project, report, number), (same, before, earlier)] = pair else { continue };
        if project == same && *number == earlier.saturating_add(1) && !carded.contains(report) && !carded.contains(before) {
            found.push((*project, *report));
        }
    }
    Ok(found)
}

fn card(act: &mut Act<'_>, project: ProjectId, report: ReportId) -> Result<Done<()>, AppError> {
    let row = project_rows::find(act.conn, project)?.ok_or(AppError::NotFound)?;
    if !reports::card(act.conn, &CardRow { report_id: report, project_id: project, issued_on: act.now.date() })? {
        return Err(AppError::NotFound);
    }
    let permit = act.own(Action::ProjectCard)?;
    Ok(act.record_plain(permit, Object::record(&row, Tie::Stranger), projects::about(&row))?.with(()))
}
