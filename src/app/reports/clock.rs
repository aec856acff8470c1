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
use crate::store::reports::{self, CardRow, Missing};
use std::collections::HashSet;

/// Projects looked at in one go,
const AT_ONCE: i64 = 100;
/// and how often in one run: the rest waits for the next.
const GOES: usize = 100;
/// Missing reports read in one go: a project has a few of them at most.
const ROWS: usize = 1_000;

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
        let mut after = None;
        loop {
            let (found, next) = self.db.read(move |conn| to_card(conn, after, today)).await??;
            for (project, report) in found {
                match self.run(Who::System("clock"), move |act| card(act, project, report)).await {
                    Ok(()) | Err(AppError::NotFound) => {}
                    Err(error) => tracing::warn!(%error, %project, "a yellow card could not be shown"),
                }
            }
            match next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }
}

/// Reports for which a card is to be shown, and after which project to look on.
type Cards = (Vec<(ProjectId, ReportId)>, Option<ProjectId>);

/// The reports that are missing after another one that is missing, for neither of which a card was shown: of the projects after one, so many
/// rows of them at a time.
fn to_card(conn: &mut crate::store::Conn, after: Option<ProjectId>, today: Date) -> Result<Cards, AppError> {
    let missing = reports::missing_after(conn, after, today, i64::try_from(ROWS).unwrap_or(i64::MAX))?;
    let (missing, next) = whole(missing, ROWS);
    let ids: Vec<ReportId> = missing.iter().map(|(_, report, _)| *report).collect();
    let carded: HashSet<ReportId> = reports::carded(conn, &ids)?.into_iter().collect();
    Ok((in_a_row(&missing, &carded), next))
}

/// Of rows that were cut at so many, those of projects that are whole, and the last of these: from there the next rows go on.
fn whole(mut rows: Vec<Missing>, most: usize) -> (Vec<Missing>, Option<ProjectId>) {
    let (Some(first), Some(last)) = (rows.first().map(|row| row.0), rows.last().map(|row| row.0)) else { return (rows, None) };
    if rows.len() < most {
        return (rows, None);
    }
    if first != last {
        rows.retain(|(project, ..)| *project != last);
    }
    let next = rows.last().map(|row| row.0);
    (rows, next)
}

/// What follows another that is missing; the newest of each project come first.
fn in_a_row(missing: &[Missing], carded: &HashSet<ReportId>) -> Vec<(ProjectId, ReportId)> {
    let mut found = Vec::new();
    for pair in missing.windows(2) {
        let [(project, report, number), (same, before, earlier)] = pair else { continue };
        if project == same && *number == earlier.saturating_add(1) && !carded.contains(report) && !carded.contains(before) {
            found.push((*project, *report));
        }
    }
    found
}

fn card(act: &mut Act<'_>, project: ProjectId, report: ReportId) -> Result<Done<()>, AppError> {
    let row = project_rows::find(act.conn, project)?.ok_or(AppError::NotFound)?;
    if !reports::card(act.conn, &CardRow { report_id: report, project_id: project, issued_on: act.now.date() })? {
        return Err(AppError::NotFound);
    }
    let permit = act.own(Action::ProjectCard)?;
    Ok(act.record_plain(permit, Object::record(&row, Tie::Stranger), projects::about(&row))?.with(()))
}

#[cfg(test)]
mod tests {
    use super::{in_a_row, whole};
    use crate::domain::id::{ProjectId, ReportId};
    use crate::domain::time::Timestamp;
    use std::collections::HashSet;

    #[test]
    fn rows_that_are_read_in_parts_show_the_same_cards_as_all_at_once() {
        let now: Timestamp = "2026-11-28T00:00:00Z".parse().unwrap();
        let mut projects: Vec<ProjectId> = (0..7).map(|_| ProjectId::new(now)).collect();
        projects.sort_unstable();
        let numbers = [&[5, 4][..], &[5], &[5, 3], &[4, 3], &[5, 4, 3], &[2], &[5, 4]];
        let rows: Vec<_> = projects
            .iter()
            .zip(numbers)
            .flat_map(|(project, numbers)| numbers.iter().map(|number| (*project, ReportId::new(now), *number)))
            .collect();
        let all = in_a_row(&rows, &HashSet::new());
        assert_eq!(all.len(), 5);
        for most in 3..20 {
            let (mut after, mut found) = (None, Vec::new());
            loop {
                let page: Vec<_> = rows.iter().filter(|row| after.is_none_or(|after| row.0 > after)).take(most).copied().collect();
                let (page, next) = whole(page, most);
                found.extend(in_a_row(&page, &HashSet::new()));
                match next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            assert_eq!(found, all, "{most} at a time");
        }
    }
}
