//! Files 附件 of bids: handed in before the submission, bound by it, read by whoever may read the bid.
//!
//! A content is on the disk, sealed and looked at by the scanner ([`folder`], then `scan`) before the transaction begins that names it.

pub mod folder;
mod lanes;
mod scan;

use crate::app::App;
use crate::app::act::{About, Act, Done, Known, Object, Record, Seen};
use crate::app::bids::content::{self, Submitted};
use crate::app::bids::submission::within_round;
use crate::app::bids::{self, Loaded};
use crate::app::error::AppError;
use crate::auth::Keys;
use crate::auth::file_seal::{self, FileKey};
use crate::domain::file::{Clamd, FileKind, FileLimits, FileName, FileNote, MediaType, Unfit};
use crate::domain::id::{BidId, FileId, UserId};
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::refusal::Refusal;
use crate::store::bids::BidRow;
use crate::store::files::{self, FileRow};
use bytes::Bytes;
use folder::{Folder, Reader, Stored, Writer};
use futures_util::Stream;
use lanes::Lanes;
use std::path::Path;
use std::time::Duration;

pub use folder::FOLDER;
pub use lanes::Lane;

/// What no row names is removed after so long: until then its row may be on its way.
const UNNAMED: Duration = Duration::from_hours(24);
/// Removed files that are forgotten in one go.
const AT_ONCE: i64 = 100;

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

/// What is kept sealed of a file.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    note: FileNote,
    key: String,
}

fn owner(row: &FileRow) -> String {
    format!("file {} of bid {}", row.id, row.bid_id)
}

fn kept(keys: &Keys, row: &FileRow) -> Result<Kept, AppError> {
    let text = content::opened(keys, &owner(row), &row.sealed)?;
    serde_json::from_str(&text).map_err(|error| AppError::Internal(format!("a file of a bid: {error}")))
}

/// A file as an object: what is not part of an opened submission is known to its party alone.
fn object(id: FileId, bid: &Loaded, submitted: bool) -> Object {
    let known = if submitted { bid.object().known } else { Known::PartyOnly };
    Object { id: id.to_string(), tie: bid.tie, reads_as: bid.tie, known, seal: bid.row.seal(), ..Object::kind(Kind::File) }
}

/// What an upload says of itself.
#[derive(Clone, Debug)]
pub struct Named {
    /// What it is.
    pub kind: FileKind,
    /// Its name.
    pub name: FileName,
    /// What its name says that it holds.
    pub media_type: MediaType,
}

/// The files of a bid's working copy.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn working(act: &mut Act<'_>, bid: BidId) -> Result<Vec<FileNote>, AppError> {
    let rows = files::of_bid(act.conn, bid)?;
    rows.iter().map(|row| Ok(kept(&act.app.keys, row)?.note)).collect()
}

/// The files that a reader of a bid sees: the team those of the working copy, others those of the opened submission.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn shown(act: &mut Act<'_>, row: &BidRow, tie: Tie) -> Result<Vec<FileNote>, AppError> {
    if tie.of_party() {
        return working(act, row.id);
    }
    match content::submitted(act, row)? {
        Submitted::Content(submission) => Ok(submission.files),
        Submitted::NotYet | Submitted::Flawed(_) => Ok(Vec::new()),
    }
}

/// That there is room for another file of `bytes`, which takes `on_disk` on the disk.
fn room(act: &mut Act<'_>, bid: &BidRow, bytes: u64, on_disk: u64) -> Result<(), AppError> {
    let limits = act.app.files.limits;
    let notes = working(act, bid.id)?;
    if notes.len() >= limits.files {
        return Err(Unfit::TooMany.into());
    }
    if notes.iter().map(|note| note.bytes).fold(bytes, u64::saturating_add) > limits.bid {
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
    within_round(act, &bid)?;
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
    within_round(act, &bid)?;
    room(act, &bid.row, stored.bytes, stored.on_disk)?;
    let Named { kind, name, media_type } = named;
    let note = FileNote { id: FileId::new(act.now), kind, name, media_type, bytes: stored.bytes, sha256: stored.sha256.clone() };
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
    let text = serde_json::to_vec(&Kept { note: note.clone(), key: stored.key.text().to_owned() });
    row.sealed = content::closed(&act.app.keys, &owner(&row), &text.map_err(|error| AppError::Internal(error.to_string()))?)?;
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
    within_round(act, &bid)?;
    if row.removed_at.is_some() {
        return Err(AppError::NotFound);
    }
    files::remove(act.conn, id, act.now)?;
    Ok(act.record_on(step, object, About::default())?.with(kept(&act.app.keys, &row)?.note))
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
    /// What is known of it.
    pub note: FileNote,
    key: FileKey,
    stored_as: String,
}

/// Looks up a file for a download: each one asks anew.
///
/// # Errors
/// Not there, or not for the caller to know; another content than the one that was submitted.
pub fn open(act: &mut Act<'_>, id: FileId) -> Result<Seen<Download>, AppError> {
    let row = files::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let bid = bids::found(act, row.bid_id)?;
    let submitted = if bid.tie.of_party() { None } else { shown(act, &bid.row, bid.tie)?.into_iter().find(|note| note.id == id) };
    let permit = act.permit(Action::FileRead, &object(id, &bid, bid.tie.of_party() || submitted.is_some()))?;
    let Kept { note, key } = kept(&act.app.keys, &row)?;
    if submitted.is_some_and(|submitted| submitted != note) {
        return Err(Refusal::BidFlawed.into());
    }
    // A file that was taken out is gone for its team, too.
    if bid.tie.of_party() && row.removed_at.is_some() {
        return Err(AppError::NotFound);
    }
    let key = FileKey::read(&key).ok_or_else(|| AppError::Internal("the key of a file cannot be read".into()))?;
    Ok(Seen::by(permit, Download { note, key, stored_as: row.stored_as }))
}

/// The hash of a file as `Repr-Digest` says it.
#[must_use]
pub fn digest_field(note: &FileNote) -> Option<String> {
    file_seal::digest_field(&note.sha256)
}

/// An upload: pieces are gathered, and written where blocking harms nobody.
pub struct Upload {
    writer: Writer,
    gathered: Vec<u8>,
}

/// Bytes that are gathered before they are written.
const GATHERED: usize = 512 * 1024;

async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, AppError> + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| AppError::Internal(error.to_string()))?
}

impl Upload {
    /// One more piece.
    ///
    /// # Errors
    /// Too large, or the disk does not take it: what there was is gone then.
    pub async fn push(mut self, piece: &[u8]) -> Result<Self, AppError> {
        self.gathered.extend_from_slice(piece);
        if self.gathered.len() < GATHERED {
            return Ok(self);
        }
        apart(move || {
            self.writer.push(&self.gathered)?;
            self.gathered.clear();
            Ok(self)
        })
        .await
    }

    async fn finish(mut self, media_type: MediaType) -> Result<Stored, AppError> {
        apart(move || {
            self.writer.push(&self.gathered)?;
            self.writer.finish(media_type)
        })
        .await
    }
}

impl App {
    /// A lane for an upload of this person.
    ///
    /// # Errors
    /// Too many are under way.
    pub fn lane(&self, user: UserId) -> Result<Lane, AppError> {
        self.files.lanes.take(user).map_err(Into::into)
    }

    /// Begins an upload.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub async fn receive(&self) -> Result<Upload, AppError> {
        let (folder, most) = (self.files.folder.clone(), self.files.limits.file);
        apart(move || Ok(Upload { writer: Writer::begin(&folder.0, most)?, gathered: Vec::new() })).await
    }

    /// Ends an upload: of the kind that its name says, on the disk, and looked at by the virus scanner if there is one.
    ///
    /// # Errors
    /// It is not taken, and gone.
    pub async fn received(&self, upload: Upload, media_type: MediaType) -> Result<Stored, AppError> {
        let stored = upload.finish(media_type).await?;
        if let Some(clamd) = &self.files.clamd {
            let key = FileKey::read(stored.key.text()).ok_or_else(|| AppError::Internal("the key of a file cannot be read".into()))?;
            let (folder, name, bytes) = (self.files.folder.clone(), stored.name.clone(), stored.bytes);
            let reader = apart(move || Reader::open(&folder.0, &name, key, bytes, 0, bytes)).await?;
            scan::scan(clamd, reader).await?;
        }
        Ok(stored)
    }

    /// The bytes of a file from `from` to before `end`.
    ///
    /// # Errors
    /// It is not there.
    pub async fn content(
        &self,
        file: Download,
        from: u64,
        end: u64,
    ) -> Result<impl Stream<Item = std::io::Result<Bytes>> + Send + Unpin + use<>, AppError> {
        let folder = self.files.folder.clone();
        let Download { note, key, stored_as } = file;
        Ok(scan::pieces(apart(move || Reader::open(&folder.0, &stored_as, key, note.bytes, from, end)).await?))
    }

    /// Removes from the disk what was taken out of a bid and no submission names.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn forget_removed_files(&self) -> Result<(), AppError> {
        let names = self.db.write(|conn| files::forget_removed(conn, AT_ONCE).map_err(AppError::from), |_, _| Ok(())).await??;
        self.discard(names).await;
        Ok(())
    }

    async fn discard(&self, names: Vec<String>) {
        let folder = self.files.folder.clone();
        let gone = apart(move || {
            for name in names {
                if let Err(error) = folder.remove(&name) {
                    tracing::error!(%error, name, "a file could not be removed");
                }
            }
            Ok(())
        });
        if let Err(error) = gone.await {
            tracing::error!(%error, "files could not be removed");
        }
    }

    /// Removes from the disk what no row names and is older than a day: uploads that a stop of the service cut off.
    ///
    /// # Errors
    /// The database cannot be asked, or the folder cannot be read.
    pub async fn sweep_files(&self) -> Result<(), AppError> {
        self.forget_removed_files().await?;
        let folder = self.files.folder.clone();
        let old = apart(move || folder.older_than(UNNAMED).map_err(|error| AppError::Internal(error.to_string()))).await?;
        let mut unnamed = Vec::new();
        for name in old {
            let wanted = name.clone();
            if !self.db.read(move |conn| files::names(conn, &wanted)).await?? {
                unnamed.push(name);
            }
        }
        self.discard(unnamed).await;
        Ok(())
    }
}
