//! Who follows a project as its commissioner 项目专员.

use super::{ProjectRow, about, load, object, shown};
use crate::app::act::{About, Act, Done, Shown};
use crate::app::error::AppError;
use crate::app::interests;
use crate::domain::assignment::{AssignInput, AssignmentKind, rotation_due};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{AssignmentId, ProjectId};
use crate::domain::policy::{Action, Role};
use crate::domain::refusal::Refusal;
use crate::domain::user::UserStatus;
use crate::store::assignments::{self, AssignmentRow};
use crate::store::{bids, projects, users};

/// Assigns a commissioner, primary or backup, in place of the one before. Whoever takes over hears what is open.
///
/// # Errors
/// Denied, stale, ended; no active commissioner, one with an interest, or the present one; no note on what is handed over.
pub fn assign(act: &mut Act<'_>, id: ProjectId, input: &AssignInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ProjectAssign, &row, object(act, &row))?;
    let user = users::find(act.conn, input.commissioner_id)?.filter(|user| user.status == UserStatus::Active);
    let Some(user) = user else { return Err(Refusal::NotACommissioner.into()) };
    if !users::roles(act.conn, user.id)?.contains(&Role::Commissioner) {
        return Err(Refusal::NotACommissioner.into());
    }
    let (bid, challenge) = bids::with_challenge(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    if interests::any(act, &challenge, bid.round, user.id)? {
        return Err(Refusal::ConflictOfInterest.into());
    }
    // The dual-hat guard works both ways (SD6): whoever signed there before does not follow it now.
    if projects::has_signed(act.conn, id, user.id)? {
        return Err(Refusal::ConflictOfInterest.into());
    }
    let before = match input.kind {
        AssignmentKind::Primary => row.commissioner_id,
        AssignmentKind::Backup => row.backup_id,
    };
    if before == Some(user.id) || row.commissioner_id == Some(user.id) {
        return Err(Refusal::AlreadyAssigned.into());
    }
    if rotation_due(&projects::followed(act.conn, user.id, row.lead_org_id)?, act.now) {
        return Err(Refusal::RotationDue.into());
    }
    if before.is_some() && input.note.is_none() {
        return Err(Faults::from(Fault::missing().at("note")).into());
    }
    let (open, note) = (assignments::open_matters(act.conn, id)?, input.note.as_ref().map(ToString::to_string));
    let assignment = AssignmentRow {
        id: AssignmentId::new(act.now),
        project_id: id,
        commissioner_id: user.id,
        kind: input.kind,
        note: note.clone(),
        starts_at: act.now,
        ends_at: None,
    };
    let row = assignments::begin(act.conn, &row, &assignment, act.now)?;
    let mut about = About { commissioner: Some(user.id), person: before, ..about(&row) };
    about.facts.name = user.name;
    about.facts.by = input.kind.zh().into();
    about.facts.reason = note.unwrap_or_default();
    (about.facts.open_milestones, about.facts.open_problems, about.facts.open_payments) = open;
    about.detail = format!("{} {}", input.kind, user.id);
    Ok(act.record(step, about)?.with(shown(act, row)))
}
