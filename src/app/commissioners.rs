//! Who could follow a project as its commissioner: how much they have to do, whether they know the field, whether they may.
//! Why somebody may not stays with the rules: the answer says so much and no more.

use crate::app::act::{Act, Object, Seen};
use crate::app::error::AppError;
use crate::app::interests::Parts;
use crate::app::projects;
use crate::domain::assignment::{SOFT_CAP, rotation_due};
use crate::domain::id::{ProjectId, UserId};
use crate::domain::policy::Action;
use crate::domain::time::Timestamp;
use crate::store::{assignments, bids, projects as project_rows};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

pub use crate::store::assignments::AssignmentRow;

/// Somebody who could be assigned.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Their division.
    pub division: Option<String>,
    /// Running projects that they follow.
    pub load: usize,
    /// Whether that is as many as one should follow.
    pub at_cap: bool,
    /// Whether they know the field: they subscribe to it, or follow a project in it.
    pub sector_match: bool,
    /// Whether they may be assigned.
    pub eligible: bool,
}

/// Everyone who could follow a project, the best first.
///
/// # Errors
/// No such project, or denied.
pub fn candidates(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Vec<Candidate>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = Object::record(&project, projects::tie(act, &project));
    let permit = act.permit(Action::ProjectReadCandidates, &object)?;
    let (bid, challenge) = bids::with_challenge(act.conn, project.bid_id)?.ok_or(AppError::NotFound)?;
    let parts = Parts::of(act, &challenge, bid.round, None)?;
    let signers: HashSet<UserId> = assignments::signers(act.conn, id)?.into_iter().collect();
    let mut spans: HashMap<UserId, Vec<(Timestamp, Option<Timestamp>)>> = HashMap::new();
    for (user, from, until) in assignments::followed_anyone(act.conn, project.lead_org_id)? {
        spans.entry(user).or_default().push((from, until));
    }
    let loads = assignments::loads(act.conn)?;
    let knowing: HashSet<UserId> = assignments::knowing(act.conn, challenge.sector)?.into_iter().collect();
    let mut all = Vec::new();
    for (person, division) in assignments::commissioners(act.conn)? {
        let load = loads.iter().filter(|(user, _)| *user == person.id).count();
        let barred = !parts.interests(&act.app.keys, &person).is_empty() || signers.contains(&person.id);
        let tired = spans.get(&person.id).is_some_and(|spans| rotation_due(spans, act.now));
        let present = project.commissioner_id == Some(person.id);
        let follows = loads.iter().any(|(user, sector)| *user == person.id && *sector == challenge.sector);
        all.push(Candidate {
            user_id: person.id,
            load,
            at_cap: load >= SOFT_CAP,
            sector_match: follows || knowing.contains(&person.id),
            eligible: !(barred || tired || present),
            name: person.name,
            division,
        });
    }
    all.sort_by_key(|one| (Reverse(one.eligible), one.at_cap, Reverse(one.sector_match), one.load, one.user_id));
    Ok(Seen::by(permit, all))
}

/// Who followed a project, from when until when.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn history(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Vec<AssignmentRow>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ProjectRead, &Object::record(&project, projects::tie(act, &project)))?;
    Ok(Seen::by(permit, assignments::of_project(act.conn, id)?))
}
