//! How running projects stand: their lights and what is overdue, computed for any number of them with one query.

use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::id::ProjectId;
use crate::domain::light::{Light, Node, of_project, shines};
use crate::store::milestones;
use crate::store::projects::ProjectRow;
use std::collections::HashMap;

/// How a project stands.
#[derive(Clone, Debug, Default)]
pub struct Bearing {
    /// Its light, while it runs.
    pub light: Option<Light>,
    /// How many of its milestones are overdue.
    pub overdue: usize,
}

/// How these projects stand.
pub(super) fn of<'a>(act: &mut Act<'_>, rows: impl IntoIterator<Item = &'a ProjectRow>) -> Result<HashMap<ProjectId, Bearing>, AppError> {
    let running: Vec<ProjectId> = rows.into_iter().filter(|row| shines(row.stage)).map(|row| row.id).collect();
    let today = act.now.date();
    let mut nodes: HashMap<ProjectId, Vec<Node>> = running.iter().map(|id| (*id, Vec::new())).collect();
    for (project, stage, due_on, rectify_by) in milestones::nodes(act.conn, &running)? {
        nodes.entry(project).or_default().push(Node { stage, due_on, rectify_by });
    }
    let bearing = |nodes: Vec<Node>| Bearing {
        overdue: nodes.iter().filter(|node| node.overdue_days(today) > 0).count(),
        light: Some(of_project(nodes, 0, today)),
    };
    Ok(nodes.into_iter().map(|(id, nodes)| (id, bearing(nodes))).collect())
}
