//! Texts that wait: plans to be made, commitments and supplements to be signed.

use super::found::{Batch, Found, may, whose};
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::app::projects::{self, ProjectRow, signing};
use crate::domain::change::ChangeStage;
use crate::domain::desk::MOST;
use crate::domain::id::ProjectId;
use crate::domain::policy::Action;
use crate::domain::project::{ProjectStage, SigningParty};
use crate::domain::time::Timestamp;
use crate::store::desk;
use std::collections::{HashMap, HashSet};

/// Projects whose plan nobody has made.
pub(super) fn plans(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows: Vec<_> = desk::projects_at(act.conn, whose, ProjectStage::Signing)?.into_iter().map(|row| ((), row)).collect();
    Ok(Batch::of(
        act,
        action,
        &rows,
        |act, (), row| projects::tie(act, row),
        |(), row| row.planned_by.is_none().then(|| Found::of(row, "projects", row.id, row.created_at.date()).by(Some(row.sign_by))),
    ))
}

/// The parties for which an action signs.
fn parties(action: Action) -> &'static [SigningParty] {
    match action {
        Action::ProjectSign | Action::ChangeSign => &[SigningParty::Team, SigningParty::Sponsor],
        _ => &[SigningParty::Department],
    }
}

/// Whether the caller may sign for a party that has not signed yet.
fn asked(act: &Act<'_>, action: Action, row: &ProjectRow, has_signed: impl Fn(SigningParty) -> bool) -> bool {
    let open = |party: &&SigningParty| !has_signed(**party) && may(act, action, signing::sign_object(act, row, **party).tie);
    parties(action).iter().any(|party| open(&party))
}

/// Commitments that are laid before the caller's party.
pub(super) fn commitments(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::projects_at(act.conn, whose, ProjectStage::Signing)?;
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.id).collect();
    // The last one of a project stands.
    let texts: HashMap<ProjectId, (i32, Timestamp)> =
        desk::texts_of(act.conn, &ids)?.into_iter().map(|(project, number, at)| (project, (number, at))).collect();
    let signed: HashSet<_> = desk::signed(act.conn, &ids)?.into_iter().collect();
    let mut batch = Batch { found: Vec::new(), more: rows.len() > MOST };
    for row in rows.iter().filter(|row| act.now < row.sign_by.ends_at()) {
        let Some((number, at)) = texts.get(&row.id).copied() else { continue };
        if asked(act, action, row, |party| signed.contains(&(row.id, number, party))) {
            batch.found.push(Found::of(row, "projects", row.id, at.date()).called(number).by(Some(row.sign_by)));
        }
    }
    Ok(batch)
}

/// Supplements that are laid before the caller's party.
pub(super) fn supplements(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(whose) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::changes_at(act.conn, whose, ChangeStage::Approved)?;
    let ids: Vec<ProjectId> = rows.iter().map(|(row, _)| row.project_id).collect();
    let signed: HashSet<_> = desk::signed(act.conn, &ids)?.into_iter().collect();
    let mut batch = Batch { found: Vec::new(), more: rows.len() > MOST };
    for (row, project) in rows.iter().filter(|(_, project)| project.stage == ProjectStage::Active) {
        let Some(number) = row.number else { continue };
        if asked(act, action, project, |party| signed.contains(&(project.id, number, party))) {
            batch.found.push(Found::of(project, "changes", row.id, row.created_at.date()).called(row.kind.zh()));
        }
    }
    Ok(batch)
}
