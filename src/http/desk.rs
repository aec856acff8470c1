//! The desk 待办: everything that waits for whoever asks.

use crate::app::desk::{self, Count, Desk, Item};
use crate::app::{Act, AppError, Seen};
use crate::domain::desk::Waiting;
use crate::domain::id::{ChallengeId, ProjectId};
use crate::domain::policy::Action;
use crate::domain::time::Date;
use crate::http::answer::View;

/// Something that waits.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DeskItem {
    what: Waiting,
    /// Its Chinese name.
    what_zh: &'static str,
    /// What is to be done: an action of the caller's.
    action: Action,
    /// The id of the record.
    id: String,
    /// Where it is to be found or done, below `/api/v1`.
    path: String,
    /// Which one: the name of a milestone, the number of a payment, the summary of a problem.
    name: String,
    project_id: Option<ProjectId>,
    challenge_id: Option<ChallengeId>,
    /// The code of the project, or of the challenge where there is no project.
    code: String,
    title: String,
    /// Since when it waits.
    since: Date,
    /// By when it is to be done, where there is such a day; of a red light, since when it is red.
    due_on: Option<Date>,
    /// For how many days it is overdue; below zero, the days that are left.
    overdue_days: Option<i64>,
}

/// How much there is of one thing.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DeskCount {
    what: Waiting,
    /// Its Chinese name.
    what_zh: &'static str,
    count: usize,
    /// Whether there is more than was looked for.
    more: bool,
}

/// Everything that waits for the caller.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DeskView {
    /// The most urgent first: at most 200.
    items: Vec<DeskItem>,
    /// How much there is of each thing, also of what did not fit.
    counts: Vec<DeskCount>,
}

impl View for DeskView {}

/// `GET /me/desk`
pub fn mine(act: &mut Act<'_>, (): ()) -> Result<Seen<DeskView>, AppError> {
    let today = act.now.date();
    let item = |Item { what, action, found }: Item| DeskItem {
        what,
        what_zh: what.zh(),
        action,
        id: found.id,
        path: found.path,
        name: found.name,
        project_id: found.project_id,
        challenge_id: found.challenge_id,
        code: found.code,
        title: found.title,
        since: found.since,
        due_on: found.due_on,
        overdue_days: found.due_on.map(|day| (today.0 - day.0).num_days()),
    };
    let count = |Count { what, count, more }: Count| DeskCount { what, what_zh: what.zh(), count, more };
    let view = |Desk { items, counts }: Desk| DeskView {
        items: items.into_iter().map(item).collect(),
        counts: counts.into_iter().map(count).collect(),
    };
    Ok(desk::mine(act)?.map(view))
}
