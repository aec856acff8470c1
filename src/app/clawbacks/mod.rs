//! Clawbacks 追回: a project that ended early is settled by one person and decided on by another; what goes back is followed until
//! nothing is outstanding.

pub mod collecting;
pub mod settling;

use crate::app::act::{About, Act, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::app::projects;
use crate::domain::clawback::ClawbackStage;
use crate::domain::id::ClawbackId;
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::store::Page;
use crate::store::clawbacks::{self, ReceiptRow};
use crate::store::projects::{self as project_rows, ProjectRow};

pub use crate::store::clawbacks::{ClawbackFilter, ClawbackRow};

impl Record for ClawbackRow {
    type Stage = ClawbackStage;
    const KIND: Kind = Kind::Clawback;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> ClawbackStage {
        self.stage
    }
}

/// How the caller stands to a clawback: its author is whoever proposed it, or proposed to write it off. The team knows of it when it is
/// told.
pub(super) fn tie(act: &Act<'_>, row: &ClawbackRow, project: &ProjectRow) -> Tie {
    let standing = projects::team_standing(act, project);
    let told = !matches!(row.stage, ClawbackStage::Proposed | ClawbackStage::Declined);
    let author = act.actor.is(row.created_by) || row.write_off_by.is_some_and(|user| act.actor.is(user));
    Standing { author, party: standing.party && told, ..standing }.tie()
}

fn object(act: &Act<'_>, row: &ClawbackRow, project: &ProjectRow) -> Object {
    Object::record(row, tie(act, row, project))
}

fn shown(act: &Act<'_>, row: ClawbackRow, project: &ProjectRow) -> Shown<ClawbackRow> {
    Shown { allowed: act.allowed(&row, tie(act, &row, project)), record: row }
}

pub(super) fn about(act: &mut Act<'_>, row: &ClawbackRow, project: &ProjectRow) -> Result<About, AppError> {
    let mut about = projects::about(project);
    about.person = Some(row.created_by);
    about.partners = projects::partners(act, project)?;
    about.facts.amount_wan = row.due().in_wan();
    about.facts.interest_wan = row.interest_fen.in_wan();
    about.facts.left_wan = row.outstanding().in_wan();
    about.facts.until = row.due_on.map(|day| day.to_string()).unwrap_or_default();
    about.facts.proof = row.decision_no.clone().unwrap_or_default();
    about.facts.reason.clone_from(&row.reason);
    about.facts.path = format!("/clawbacks/{}", row.id);
    about.detail = format!("{} principal_fen {} interest_fen {}", row.cause, row.principal_fen.0, row.interest_fen.0);
    Ok(about)
}

fn load(act: &mut Act<'_>, id: ClawbackId) -> Result<(ClawbackRow, ProjectRow), AppError> {
    let found = clawbacks::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = projects::load(act, found.project_id)?;
    let row = clawbacks::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, project))
}

/// A clawback with what came in for it.
pub type WithReceipts = (Shown<ClawbackRow>, Vec<ReceiptRow>);

/// Shows a clawback with its receipts.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: ClawbackId) -> Result<Seen<WithReceipts>, AppError> {
    let row = clawbacks::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ClawbackRead, &object(act, &row, &project))?;
    let receipts = clawbacks::receipts(act.conn, id)?;
    Ok(Seen::by(permit, (shown(act, row, &project), receipts)))
}

/// Lists clawbacks: all for staff, their own for teams once they were told.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, filter: &ClawbackFilter, page: &Page) -> Result<Seen<Vec<Shown<ClawbackRow>>>, AppError> {
    let (permit, scope) = act.scope(Action::ClawbackRead, Kind::Clawback)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let rows = clawbacks::list(act.conn, scope, own, filter, page)?;
    let rows = rows.into_iter().map(|(row, project)| shown(act, row, &project)).collect();
    Ok(Seen::by(permit, rows))
}
