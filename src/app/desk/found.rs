//! What a row of the table finds, and how it is held against the permission table.

use crate::app::act::Act;
use crate::app::projects::ProjectRow;
use crate::domain::desk::MOST;
use crate::domain::id::{ChallengeId, ProjectId};
use crate::domain::policy::{Action, Tie};
use crate::domain::time::Date;
use crate::store::challenges::ChallengeRow;
use crate::store::desk::Whose;

/// A record that waits.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its project, if it belongs to one,
    pub project_id: Option<ProjectId>,
    /// its challenge,
    pub challenge_id: Option<ChallengeId>,
    /// the code of the project, or else of the challenge,
    pub code: String,
    /// and its title.
    pub title: String,
    /// Which one: the name of a milestone, the summary of a problem.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Where it is to be found, below `/api/v1`.
    pub path: String,
    /// Since when it waits.
    pub since: Date,
    /// By when it is to be done, where there is such a day; of a red light, since when it is red.
    pub due_on: Option<Date>,
}

impl Found {
    /// A record of a project, below a path, that has waited since a day.
    pub(super) fn of(project: &ProjectRow, nouns: &str, id: impl ToString, since: Date) -> Self {
        let id = id.to_string();
        Self {
            project_id: Some(project.id),
            challenge_id: Some(project.challenge_id),
            code: project.code.clone(),
            title: project.title.clone(),
            name: String::new(),
            path: format!("/{nouns}/{id}"),
            id,
            since,
            due_on: None,
        }
    }

    /// A record of a challenge.
    pub(super) fn of_challenge(challenge: &ChallengeRow, nouns: &str, id: impl ToString, since: Date) -> Self {
        let id = id.to_string();
        Self {
            project_id: None,
            challenge_id: Some(challenge.id),
            code: challenge.code.clone(),
            title: challenge.title.clone(),
            name: String::new(),
            path: format!("/{nouns}/{id}"),
            id,
            since,
            due_on: None,
        }
    }

    /// A record of neither, below a path.
    pub(super) fn alone(nouns: &str, id: impl ToString, since: Date) -> Self {
        let id = id.to_string();
        Self {
            project_id: None,
            challenge_id: None,
            code: String::new(),
            title: String::new(),
            name: String::new(),
            path: format!("/{nouns}/{id}"),
            id,
            since,
            due_on: None,
        }
    }

    /// The same, called so.
    pub(super) fn called(self, name: impl ToString) -> Self {
        Self { name: name.to_string(), ..self }
    }

    /// The same, to be done by a day.
    pub(super) fn by(self, due_on: Option<Date>) -> Self {
        Self { due_on, ..self }
    }

    /// The same, to be done elsewhere than at the record itself.
    pub(super) fn at(self, path: String) -> Self {
        Self { path, ..self }
    }
}

/// What one row of the table finds.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// What waits,
    pub found: Vec<Found>,
    /// and whether there is more than was looked for.
    pub more: bool,
}

/// Of whose projects the caller may do something: nobody's, when they may do it to none.
pub(super) fn whose(act: &Act<'_>, action: Action) -> Option<Whose> {
    let scope = act.sees(action);
    let followed = act.actor.user.filter(|_| scope.assigned).map(Whose::Followed);
    let own = act.actor.organization.filter(|_| scope.party).map(Whose::Party);
    if scope.all { Some(Whose::All) } else { followed.or(own) }
}

/// Whether the caller may do something, as they stand to it.
pub(super) fn may(act: &Act<'_>, action: Action, tie: Tie) -> bool {
    !act.allowed_of(&[action], tie).is_empty()
}

impl Batch {
    /// Of the records that were found, those to which the caller may do `action` as they stand to them.
    pub(super) fn of<R>(
        act: &Act<'_>,
        action: Action,
        rows: &[(R, ProjectRow)],
        tie: impl Fn(&Act<'_>, &R, &ProjectRow) -> Tie,
        waits: impl Fn(&R, &ProjectRow) -> Option<Found>,
    ) -> Self {
        let theirs = rows.iter().filter(|(row, project)| may(act, action, tie(act, row, project)));
        let mut found: Vec<Found> = theirs.filter_map(|(row, project)| waits(row, project)).collect();
        let more = rows.len() > MOST;
        found.truncate(MOST);
        Self { found, more }
    }

    /// This and another one.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.found.extend(other.found);
        Self { more: self.more || other.more, ..self }
    }
}
