//! Files 附件 of bids: handed in before the submission, bound by it, read by whoever may read the bid.
//!
//! A content is on the disk, sealed and looked at by the scanner ([`folder`], then `scan`) before the transaction begins that names it.

pub mod folder;
mod lanes;
mod scan;
mod transfer;

use crate::app::act::{About, Act, Done, Known, Object, Record, Seen};
use crate::app::bids::content::{self, Submitted};
use crate::app::bids::submission::within_round;
use crate::app::bids::{self, Loaded, examination, vanishing};
use crate::app::error::AppError;
use crate::auth::file_seal::{self, FileKey};
use crate::auth::seal::{self, To};
use crate::domain::bid::BidStage;
use crate::domain::fault::{Fault, Faults};
use crate::domain::file::{Clamd, FileContent, FileKind, FileLimits, FileName, FileNote, MediaType, Unfit};
use crate::domain::id::{BidId, FileId, UserId};
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::seal::binding;
use crate::store::bids::BidRow;
use crate::store::files::{self, FileRow};
use folder::{Folder, Stored};
use lanes::Lanes;
use std::path::Path;
use std::time::Duration;

pub use folder::FOLDER;
pub use lanes::Lane;
pub use transfer::Upload;

/// What no row names is removed after so long: until then its row may be on its way.
const UNNAMED: Duration = Duration::from_hours(24);

/// The files of the service. Cloning shares them.
#[derive(Clone)]
pub struct Files {
    folder: Folder,
    lanes: Lanes,
    /// How much may be handed in.
    pub limits: FileLimits,
    /// The virus scanner; none unless the configuration names one.
    pub clamd: Option<Clamd>,
}

impl Files {
    /// The files in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: Folder(folder.into()), lanes: Lanes::default(), limits: FileLimits::default(), clamd: None }
    }

    /// The same files with these limits and this scanner.
    #[must_use]
    pub fn held_to(&self, limits: FileLimits, clamd: Option<Clamd>) -> Self {
        Self { limits, clamd, ..self.clone() }
    }
}

/// What is kept sealed of a file: what is known of it, and its key.
#[derive(serde::Serialize, serde::Deserialize)]
pub(in crate::app) struct Kept<N = FileNote> {
    /// What is known of it.
    pub note: N,
    key: String,
}

impl<N: Clone + serde::Serialize + serde::de::DeserializeOwned> Kept<N> {
    /// What is to be kept of a file that is on the disk.
    pub fn of(note: &N, stored: &Stored) -> Self {
        Self { note: note.clone(), key: stored.key.text().to_owned() }
    }

    /// As it is sealed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn text(&self) -> Result<Vec<u8>, AppError> {
        serde_json::to_vec(self).map_err(|error| AppError::Internal(error.to_string()))
    }

    /// As it was sealed.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(text: &str) -> Result<Self, AppError> {
        serde_json::from_str(text).map_err(|error| AppError::Internal(error.to_string()))
    }
}

fn owner(row: &FileRow) -> String {
    format!("file {} of bid {}", row.id, row.bid_id)
}

/// What is kept of a file; none while it lies with custodians, or where it cannot be opened.
fn kept(act: &Act<'_>, bid: &BidRow, row: &FileRow) -> Option<Kept> {
    let text = vanishing::opened(act, bid, &owner(row), &row.sealed)?;
    Kept::read(&text).ok()
}

/// A file as an object: what is not part of an opened submission is known to its party alone.
fn object(id: FileId, bid: &Loaded, submitted: bool) -> Object {
    let known = if submitted { bid.object().known } else { Known::PartyOnly };
    Object { id: id.to_string(), tie: bid.tie, reads_as: bid.tie, known, seal: bid.row.seal(), ..Object::kind(Kind::File) }
}

/// What an upload says of itself.
#[derive(Clone, Debug)]
pub struct Named<K = FileKind> {
    /// What it is.
    pub kind: K,
    /// Its name.
    pub name: FileName,
    /// What its name says that it holds.
    pub media_type: MediaType,
}

/// The files of a bid's working copy.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn working(act: &mut Act<'_>, bid: &BidRow) -> Result<Vec<FileNote>, AppError> {
    let rows = files::of_bid(act.conn, bid.id)?;
    Ok(rows.iter().filter_map(|row| kept(act, bid, row)).map(|kept| kept.note).collect())
}

/// Hands the files of a bid over with its submission: where custodians hold the key, only they can open from now on what is kept of
/// them, and the working copy is without.
///
/// # Errors
/// The database does not answer; the operating system gives no randomness.
pub(in crate::app) fn hand_over(act: &mut Act<'_>, bid: &BidRow, submitted: &BidRow, public: Option<&[u8]>) -> Result<(), AppError> {
    let rows = files::of_bid(act.conn, bid.id)?;
    files::bind(act.conn, bid.id, submitted.submission, rows.iter().map(|row| row.id))?;
    let Some(public) = public else { return Ok(()) };
    for row in rows {
        let broken = || AppError::Internal(format!("the {} could not be sealed", owner(&row)));
        let text = kept(act, bid, &row).and_then(|kept| serde_json::to_vec(&kept).ok()).ok_or_else(broken)?;
        let sealed = seal::seal(act.app.cipher, &To::Custodians(public), &bound(submitted, &row), &text).ok_or_else(broken)?;
        files::reseal(act.conn, row.id, &sealed)?;
        files::remove(act.conn, row.id, act.now)?;
    }
    Ok(())
}

/// Opens what is kept of a submission's files with the key of the round. What does not open stays as it is.
///
/// # Errors
/// The database does not answer; the operating system gives no randomness.
pub(in crate::app) fn unseal(act: &mut Act<'_>, bid: &BidRow, key: &seal::RoundKey) -> Result<(), AppError> {
    for row in files::of_submission(act.conn, bid.id, bid.submission)? {
        if let Some(text) = seal::open(key, &bound(bid, &row), &row.sealed) {
            let sealed = content::closed(&act.app.keys, &owner(&row), &text)?;
            files::reseal(act.conn, row.id, &sealed)?;
        }
    }
    Ok(())
}

/// What a file is bound to when it is handed over.
fn bound(bid: &BidRow, row: &FileRow) -> String {
    format!("{}\nfile {}", binding(bid.challenge_id, bid.round, bid.id, bid.lead_org_id, bid.submission), row.id)
}

/// The files that a reader of a bid sees: the team those of the working copy, others those of the opened submission, and what its
/// correction added.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn shown(act: &mut Act<'_>, row: &BidRow, tie: Tie) -> Result<Vec<FileNote>, AppError> {
    if tie.of_party() {
        let own = working(act, row)?;
        // Where the working copy vanished, the team reads what it submitted, once that is opened.
        if !own.is_empty() || vanishing::is_there(act, row)? {
            return Ok(own);
        }
    }
    let Submitted::Content(submission) = content::submitted(act, row)? else { return Ok(Vec::new()) };
    let mut notes = submission.files;
    for file in files::of_submission(act.conn, row.id, row.submission)? {
        if notes.iter().all(|note| note.id != file.id) {
            notes.extend(kept(act, row, &file).map(|kept| kept.note));
        }
    }
    Ok(notes)
}

/// Hands in what was added to correct the form: it belongs to the submission from now on, beside what that was sealed with.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn hand_in_correction(act: &mut Act<'_>, row: &BidRow) -> Result<(), AppError> {
    let before: Vec<FileId> = files::of_submission(act.conn, row.id, row.submission)?.iter().map(|file| file.id).collect();
    let added: Vec<FileId> = files::of_bid(act.conn, row.id)?.iter().map(|file| file.id).filter(|id| !before.contains(id)).collect();
    files::bind(act.conn, row.id, row.submission, added.into_iter()).map_err(Into::into)
}

/// That files may come and go now: while the round is open, or while the form is corrected.
fn in_time(act: &mut Act<'_>, bid: &Loaded) -> Result<(), AppError> {
    if bid.row.stage == BidStage::InCorrection {
        examination::in_time_to_correct(act, bid.row.id).map(|_| ())
    } else {
        within_round(act, bid)
    }
}

/// That there is room for another file of `bytes`, which takes `on_disk` on the disk.
fn room(act: &mut Act<'_>, bid: &BidRow, bytes: u64, on_disk: u64) -> Result<(), AppError> {
    let limits = act.app.files.limits;
    let notes = working(act, bid)?;
    if notes.len() >= limits.files {
        return Err(Unfit::TooMany.into());
    }
    if notes.iter().map(|note| note.content.bytes).fold(bytes, u64::saturating_add) > limits.bid {
        return Err(Unfit::BidFull.into());
    }
    let taken = u64::try_from(files::on_disk(act.conn, bid.lead_org_id)?).unwrap_or(u64::MAX);
    if taken.saturating_add(on_disk) > limits.team { Err(Unfit::OverQuota.into()) } else { Ok(()) }
}

/// Whether the caller may hand in a file now: asked before a byte of it is read.
///
/// # Errors
/// Denied, not to be edited any more, past the deadline, no room.
pub fn may_add(act: &mut Act<'_>, id: BidId) -> Result<Seen<UserId>, AppError> {
    let bid = bids::found(act, id)?;
    let object = bid.object();
    let _step = act.step(Action::FileAdd, &bid.row, object.clone())?;
    let permit = act.permit(Action::FileAdd, &object)?;
    in_time(act, &bid)?;
    room(act, &bid.row, 1, 1)?;
    Ok(Seen::by(permit, act.user()?))
}

/// Takes a file that is on the disk into a bid. When this fails it goes again.
///
/// # Errors
/// As for [`may_add`], which was some time ago.
pub fn add(act: &mut Act<'_>, id: BidId, named: Named, stored: Stored) -> Result<Done<FileNote>, AppError> {
    let bid = bids::load(act, id)?;
    let step = act.step(Action::FileAdd, &bid.row, bid.object())?;
    in_time(act, &bid)?;
    room(act, &bid.row, stored.bytes, stored.on_disk)?;
    let Named { kind, name, media_type } = named;
    if bid.row.stage == BidStage::InCorrection && kind == FileKind::TechnicalPlan {
        let fault =
            Fault::new("not_of_form", "补正只限形式材料，技术方案不得改动", "a correction is of form alone: the technical plan stays");
        return Err(Faults::from(fault.at("kind")).into());
    }
    let content = FileContent { name, media_type, bytes: stored.bytes, sha256: stored.sha256.clone() };
    let note = FileNote { id: FileId::new(act.now), kind, content };
    let mut row = FileRow {
        id: note.id,
        bid_id: id,
        sealed: Vec::new(),
        bytes_on_disk: i64::try_from(stored.on_disk).unwrap_or(i64::MAX),
        stored_as: stored.name.clone(),
        uploaded_by: act.user()?,
        created_at: act.now,
        removed_at: None,
    };
    row.sealed = vanishing::closed(act, &bid.row, &owner(&row), &Kept::of(&note, &stored).text()?)?;
    files::insert(act.conn, &row)?;
    let done = act.record_on(step, object(row.id, &bid, false), About::default())?.with(note);
    if !act.asked.dry_run {
        // From here on only the commit can fail, and then the sweep finds it.
        stored.keep();
    }
    Ok(done)
}

/// Takes a file out of the working copy. What was submitted with it keeps it.
///
/// # Errors
/// Denied, not to be edited any more, past the deadline.
pub fn remove(act: &mut Act<'_>, id: FileId) -> Result<Done<FileNote>, AppError> {
    let found = files::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let bid = bids::load(act, found.bid_id)?;
    let row = files::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let submitted = bid.tie.of_party() || shown(act, &bid.row, bid.tie)?.iter().any(|note| note.id == id);
    let object = object(id, &bid, submitted);
    let step = act.step(Action::FileRemove, &bid.row, object.clone())?;
    in_time(act, &bid)?;
    let kept = kept(act, &bid.row, &row).filter(|_| row.removed_at.is_none()).ok_or(AppError::NotFound)?;
    files::remove(act.conn, id, act.now)?;
    Ok(act.record_on(step, object, About::default())?.with(kept.note))
}

/// Lists the files of a bid.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn of_bid(act: &mut Act<'_>, id: BidId) -> Result<Seen<Vec<FileNote>>, AppError> {
    let bid = bids::found(act, id)?;
    let permit = act.permit(Action::FileRead, &bid.object())?;
    Ok(Seen::by(permit, shown(act, &bid.row, bid.tie)?))
}

/// A file that may be downloaded.
pub struct Download {
    /// What it holds.
    pub content: FileContent,
    key: FileKey,
    stored_as: String,
}

impl Download {
    /// A file that lies under this name.
    pub(in crate::app) fn of<N>(content: FileContent, kept: &Kept<N>, stored_as: String) -> Result<Self, AppError> {
        let key = FileKey::read(&kept.key).ok_or_else(|| AppError::Internal("the key of a file cannot be read".into()))?;
        Ok(Self { content, key, stored_as })
    }

    /// The hash as `Repr-Digest` says it.
    #[must_use]
    pub fn digest_field(&self) -> Option<String> {
        file_seal::digest_field(&self.content.sha256)
    }
}

/// Looks up a file for a download: each one asks anew.
///
/// # Errors
/// Not there, or not for the caller to know; another content than the one that was submitted.
pub fn open(act: &mut Act<'_>, id: FileId) -> Result<Seen<Download>, AppError> {
    let row = files::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let bid = bids::found(act, row.bid_id)?;
    let listed = shown(act, &bid.row, bid.tie)?.into_iter().find(|note| note.id == id);
    let permit = act.permit(Action::FileRead, &object(id, &bid, bid.tie.of_party() || listed.is_some()))?;
    // A file that was taken out is gone for its team, too.
    let listed = listed.ok_or(AppError::NotFound)?;
    let kept = kept(act, &bid.row, &row).filter(|kept| kept.note == listed).ok_or(Refusal::BidFlawed)?;
    Ok(Seen::by(permit, Download::of(listed.content, &kept, row.stored_as)?))
}
