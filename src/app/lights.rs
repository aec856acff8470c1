//! How running projects stand: their lights and what is overdue, computed for any number of them with a fixed number of queries.

use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::id::ProjectId;
use crate::domain::light::{Light, Node, of_project, shines};
use crate::domain::status::month_of;
use crate::domain::time::Date;
use crate::store::projects::ProjectRow;
use crate::store::{milestones, reports, status_reports};
use std::collections::HashMap;

/// How a project stands.
#[derive(Clone, Debug, Default)]
pub struct Bearing {
    /// Its light, while it runs.
    pub light: Option<Light>,
    /// Since when it is red.
    pub red_since: Option<Date>,
    /// How many of its milestones are overdue.
    pub overdue: usize,
    /// The commissioner's reason, of this month or the last.
    pub reason: Option<String>,
}

/// How these projects stand.
pub(super) fn of<'a>(act: &mut Act<'_>, rows: impl IntoIterator<Item = &'a ProjectRow>) -> Result<HashMap<ProjectId, Bearing>, AppError> {
    let running: Vec<ProjectId> = rows.into_iter().filter(|row| shines(row.stage)).map(|row| row.id).collect();
    let today = act.now.date();
    let mut nodes: HashMap<ProjectId, Vec<Node>> = running.iter().map(|id| (*id, Vec::new())).collect();
    for (project, stage, due_on, rectify_by) in milestones::nodes(act.conn, &running)? {
        nodes.entry(project).or_default().push(Node { stage, due_on, rectify_by });
    }
    let mut missing: HashMap<ProjectId, Vec<i32>> = HashMap::new();
    for (project, _, number) in reports::missing(act.conn, &running, today)? {
        missing.entry(project).or_default().push(number);
    }
    let month = month_of(month_of(today).plus_days(-1));
    let said = status_reports::since(act.conn, &running, month)?;
    let mut reasons: HashMap<ProjectId, Option<String>> = said.into_iter().map(|row| (row.project_id, row.light_reason)).collect();
    let mut bearing = |id: ProjectId, nodes: Vec<Node>| Bearing {
        overdue: nodes.iter().filter(|node| node.overdue_days(today) > 0).count(),
        red_since: nodes.iter().filter_map(|node| node.red_since(today)).min(),
        light: Some(of_project(nodes, in_a_row(missing.get(&id).map(Vec::as_slice).unwrap_or_default()), today)),
        reason: reasons.remove(&id).flatten(),
    };
    Ok(nodes.into_iter().map(|(id, nodes)| (id, bearing(id, nodes))).collect())
}

/// How many reports of a project are missing in a row; `numbers` has the newest first.
fn in_a_row(numbers: &[i32]) -> i32 {
    let follow = numbers.iter().zip(numbers.iter().skip(1)).take_while(|(newer, older)| **newer == older.saturating_add(1)).count();
    if numbers.is_empty() { 0 } else { i32::try_from(follow).unwrap_or(i32::MAX).saturating_add(1) }
}

#[cfg(test)]
mod tests {
    use super::in_a_row;

    #[test]
    fn reports_are_missing_in_a_row_as_far_as_their_numbers_follow_each_other() {
        for (numbers, row) in [(&[][..], 0), (&[7], 1), (&[7, 6], 2), (&[7, 5, 4], 1), (&[7, 6, 4], 2)] {
            assert_eq!(in_a_row(numbers), row, "{numbers:?}");
        }
    }
}
