//! Evidence 证明材料: the files of a project. Its team uploads them and alone sees them until a milestone or an application for
//! acceptance names them; from then on they stay, and whoever reads the milestones reads them.

use crate::app::act::{About, Act, Done, Known, Object, Seen};
use crate::app::bids::content;
use crate::app::error::AppError;
use crate::app::files::folder::Stored;
use crate::app::files::{Download, Kept, Named};
use crate::app::projects::{self, runs, team_standing};
use crate::domain::evidence::{EvidenceFile, EvidenceKind};
use crate::domain::file::{FileContent, Unfit};
use crate::domain::id::{EvidenceId, ProjectId, UserId};
use crate::domain::policy::{Action, Kind, Permit};
use crate::domain::refusal::Refusal;
use crate::store::evidence::{self, EvidenceRow};
use crate::store::projects::{self as project_rows, ProjectRow};

fn owner(row: &EvidenceRow) -> String {
    format!("evidence {} of project {}", row.id, row.project_id)
}

fn kept(act: &Act<'_>, row: &EvidenceRow) -> Result<Kept<EvidenceFile>, AppError> {
    Kept::read(&content::opened(&act.app.keys, &owner(row), &row.sealed)?)
}

/// The folder of a project: its team works on it.
fn folder(act: &Act<'_>, project: &ProjectRow) -> Object {
    let team = team_standing(act, project).tie();
    Object::plain(Kind::Evidence, project.id, team, project.version).read_as(projects::tie(act, project))
}

/// A file of it: what was not handed in is known to the team alone.
fn object(act: &Act<'_>, row: &EvidenceRow, project: &ProjectRow) -> Object {
    let known = if row.handed_in_at.is_some() { Known::ByRule } else { Known::PartyOnly };
    Object { id: row.id.to_string(), version: None, known, ..folder(act, project) }
}

/// A file with whether it was handed in.
pub type WithState = (EvidenceFile, bool);

/// Lists the files of a project: all for its team, for others those that were handed in.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Vec<WithState>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = folder(act, &project);
    let own = object.tie.of_party();
    let reader = Object { tie: object.reads_as, ..object };
    let permit = act.permit(Action::EvidenceRead, &reader)?;
    let rows = evidence::of_project(act.conn, id)?;
    let told = rows.iter().filter(|row| own || row.handed_in_at.is_some());
    let files = told.map(|row| Ok((kept(act, row)?.note, row.handed_in_at.is_some()))).collect::<Result<_, AppError>>()?;
    Ok(Seen::by(permit, files))
}

/// The files of a project, for what names them.
pub(super) fn files(act: &mut Act<'_>, project: ProjectId) -> Result<Vec<EvidenceFile>, AppError> {
    let rows = evidence::of_project(act.conn, project)?;
    rows.iter().map(|row| kept(act, row).map(|kept| kept.note)).collect()
}

/// Binds the files that were named to what was handed in: they stay.
pub(super) fn hand_in(act: &mut Act<'_>, named: impl Iterator<Item = EvidenceId>) -> Result<(), AppError> {
    Ok(evidence::hand_in(act.conn, &named.collect::<Vec<_>>(), act.now)?)
}

fn permitted(act: &mut Act<'_>, project: &ProjectRow, bytes: u64) -> Result<Permit, AppError> {
    let permit = act.permit(Action::EvidenceAdd, &folder(act, project))?;
    runs(project)?;
    let (limits, there) = (act.app.files.limits, files(act, project.id)?);
    if there.len() >= limits.evidence {
        return Err(Unfit::TooMany.into());
    }
    let taken = there.iter().map(|file| file.content.bytes).fold(bytes, u64::saturating_add);
    if taken > limits.project { Err(Unfit::ProjectFull.into()) } else { Ok(permit) }
}

/// Whether the caller may upload now: asked before a byte is read.
///
/// # Errors
/// Denied, the project does not run, no room.
pub fn may_add(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<UserId>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = permitted(act, &project, 1)?;
    Ok(Seen::by(permit, act.user()?))
}

/// Takes a file that is on the disk into a project. When this fails it goes again.
///
/// # Errors
/// As for [`may_add`], which was some time ago.
pub fn add(act: &mut Act<'_>, id: ProjectId, named: Named<EvidenceKind>, stored: Stored) -> Result<Done<EvidenceFile>, AppError> {
    let project = projects::load(act, id)?;
    let permit = permitted(act, &project, stored.bytes)?;
    let Named { kind, name, media_type } = named;
    let file = EvidenceFile {
        id: EvidenceId::new(act.now),
        kind,
        content: FileContent { name, media_type, bytes: stored.bytes, sha256: stored.sha256.clone() },
    };
    let mut row = EvidenceRow {
        id: file.id,
        project_id: id,
        sealed: Vec::new(),
        bytes_on_disk: i64::try_from(stored.on_disk).unwrap_or(i64::MAX),
        stored_as: stored.name.clone(),
        uploaded_by: act.user()?,
        created_at: act.now,
        handed_in_at: None,
        removed_at: None,
    };
    row.sealed = content::closed(&act.app.keys, &owner(&row), &Kept::of(&file, &stored).text()?)?;
    evidence::insert(act.conn, &row)?;
    let done = act.record_plain(permit, object(act, &row, &project), About::default())?.with(file);
    if !act.asked.dry_run {
        // From here on only the commit can fail, and then the sweep finds it.
        stored.keep();
    }
    Ok(done)
}

/// A file with its project.
fn load(act: &mut Act<'_>, id: EvidenceId) -> Result<(EvidenceRow, ProjectRow), AppError> {
    let row = evidence::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    Ok((row, project))
}

/// Removes a file that was not handed in.
///
/// # Errors
/// Denied; it was handed in.
pub fn remove(act: &mut Act<'_>, id: EvidenceId) -> Result<Done<EvidenceFile>, AppError> {
    let (found, _) = load(act, id)?;
    let project = projects::load(act, found.project_id)?;
    let row = evidence::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = object(act, &row, &project);
    let permit = act.permit(Action::EvidenceRemove, &object)?;
    if row.handed_in_at.is_some() {
        return Err(Refusal::EvidenceHandedIn.into());
    }
    let file = kept(act, &row)?.note;
    evidence::remove(act.conn, id, act.now)?;
    Ok(act.record_plain(permit, object, About::default())?.with(file))
}

/// Looks up a file for a download: each one asks anew.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn open(act: &mut Act<'_>, id: EvidenceId) -> Result<Seen<Download>, AppError> {
    let (row, project) = load(act, id)?;
    let object = object(act, &row, &project);
    let reader = if row.handed_in_at.is_some() { Object { tie: object.reads_as, ..object } } else { object };
    let permit = act.permit(Action::EvidenceRead, &reader)?;
    let kept = kept(act, &row)?;
    let content = kept.note.content.clone();
    Ok(Seen::by(permit, Download::of(content, &kept, row.stored_as)?))
}
