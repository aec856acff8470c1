//! Who follows a project as its commissioner 项目专员.

use super::{ProjectRow, about, load, object, shown};
use crate::app::act::{Act, Done, Shown};
use crate::app::error::AppError;
use crate::app::interests;
use crate::domain::assignment::{AssignInput, rotation_due};
use crate::domain::id::ProjectId;
use crate::domain::policy::{Action, Role};
use crate::domain::refusal::Refusal;
use crate::domain::user::UserStatus;
use crate::store::{bids, projects, users};

/// Assigns a commissioner, in place of the one before.
///
/// # Errors
/// Denied, stale, ended; no active commissioner, one with an interest, or the present one.
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
    if row.commissioner_id == Some(user.id) {
        return Err(Refusal::AlreadyAssigned.into());
    }
    if rotation_due(&projects::followed(act.conn, user.id, row.lead_org_id)?, act.now) {
        return Err(Refusal::RotationDue.into());
    }
    let note = input.note.as_ref().map(crate::domain::text::Prose::as_str);
    let row = projects::assign(act.conn, &row, user.id, note, act.now)?;
    let mut about = about(&row);
    about.facts.name = user.name;
    about.detail = format!("commissioner {}", user.id);
    Ok(act.record(step, about)?.with(shown(act, row)))
}
