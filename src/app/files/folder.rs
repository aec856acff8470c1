//! The folder of the files: random names, each body under a key of its own, on the disk before any row names it.
//!
//! What is being written has a name of its own until it is whole, and goes when its writer is dropped: a refusal, a client that is
//! gone and a fault leave nothing.

use crate::app::error::AppError;
use crate::auth::file_seal::{Digest, FileKey, SEGMENT, TAG};
use crate::domain::file::{MediaType, Unfit, archive};
use crate::domain::seal::padded;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Name of the folder in the data directory.
pub const FOLDER: &str = "files";
/// Bytes at the beginning of a content by which its kind is told.
const HEAD: usize = 4 * 1024;
/// Ending of what is not whole yet.
const PART: &str = "part";

/// A file that is being written.
pub struct Writer {
    place: Placed,
    file: File,
    key: FileKey,
    digest: Digest,
    waiting: Vec<u8>,
    number: u64,
    bytes: u64,
    most: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
}

/// A file of the folder that goes when this is dropped, unless it is kept.
pub struct Placed {
    path: PathBuf,
    kept: bool,
}

/// A file that is whole and on the disk, and is removed again unless it is kept.
pub struct Stored {
    /// Its name in the folder.
    pub name: String,
    /// Its key.
    pub key: FileKey,
    /// Its size,
    pub bytes: u64,
    /// what it takes on the disk,
    pub on_disk: u64,
    /// and its hash.
    pub sha256: String,
    place: Placed,
}

impl Drop for Placed {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = remove(&self.path)
        {
            tracing::error!(%error, "a file that was not taken could not be removed: it is swept later");
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// What the disk says, for the log.
fn disk(error: io::Error) -> AppError {
    AppError::Internal(format!("the folder of the files: {error}"))
}

fn no_cipher() -> AppError {
    AppError::Internal("a file could not be sealed".into())
}

impl Stored {
    /// Keeps the file: a row names it.
    pub fn keep(mut self) {
        self.place.kept = true;
    }
}

impl Writer {
    /// Begins a file of at most `most` bytes in `folder`, which is made (0700) when the first one comes.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn begin(folder: &Path, most: u64) -> Result<Self, AppError> {
        let key = FileKey::fresh().ok_or_else(no_cipher)?;
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(disk)?;
        let path = folder.join(format!("{}.{PART}", uuid::Uuid::new_v4().simple()));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(disk)?;
        Ok(Self {
            place: Placed { path, kept: false },
            file,
            key,
            digest: Digest::default(),
            waiting: Vec::with_capacity(SEGMENT),
            number: 0,
            bytes: 0,
            most,
            head: Vec::new(),
            tail: Vec::new(),
        })
    }

    /// One more piece of the content.
    ///
    /// # Errors
    /// It is too large, or the disk does not take it.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), AppError> {
        self.bytes = self.bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if self.bytes > self.most {
            return Err(Unfit::TooLarge.into());
        }
        self.digest.update(piece);
        self.head.extend(piece.iter().take(HEAD.saturating_sub(self.head.len())));
        self.tail.extend_from_slice(piece);
        let surplus = self.tail.len().saturating_sub(archive::TAIL);
        if surplus > archive::TAIL {
            self.tail.drain(..surplus);
        }
        self.fill(piece)
    }

    /// Seals what waits, segment by segment; the last one waits until it is known to be the last.
    fn fill(&mut self, mut piece: &[u8]) -> Result<(), AppError> {
        while !piece.is_empty() {
            if self.waiting.len() == SEGMENT {
                self.segment(false)?;
            }
            let (now, later) = piece.split_at(piece.len().min(SEGMENT.saturating_sub(self.waiting.len())));
            self.waiting.extend_from_slice(now);
            piece = later;
        }
        Ok(())
    }

    fn segment(&mut self, last: bool) -> Result<(), AppError> {
        self.key.seal(self.number, last, &mut self.waiting).ok_or_else(no_cipher)?;
        self.file.write_all(&self.waiting).map_err(disk)?;
        self.waiting.clear();
        self.number = self.number.saturating_add(1);
        Ok(())
    }

    /// Ends the file, which must be of the kind `media_type`: padded, on the disk, and under its name.
    ///
    /// # Errors
    /// It is of another kind, or the disk does not take it.
    pub fn finish(mut self, media_type: MediaType) -> Result<Stored, AppError> {
        if !media_type.holds(&self.head, &self.tail, self.bytes) {
            return Err(Unfit::Kind.into());
        }
        let whole = whole(self.bytes)?;
        let zeros = [0u8; 4 * 1024];
        let mut left = usize::try_from(whole.saturating_sub(self.bytes)).map_err(|_| no_cipher())?;
        while left > 0 {
            let now = left.min(zeros.len());
            self.fill(zeros.get(..now).unwrap_or_default())?;
            left = left.saturating_sub(now);
        }
        self.segment(true)?;
        self.file.sync_all().map_err(disk)?;
        let path = self.place.path.with_extension("");
        std::fs::rename(&self.place.path, &path).map_err(disk)?;
        self.place.path = path;
        let folder = self.place.path.parent().unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(disk)?;
        let name = self.place.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let on_disk = whole.saturating_add(self.number.saturating_mul(u64::try_from(TAG).unwrap_or(16)));
        Ok(Stored { name, key: self.key, bytes: self.bytes, on_disk, sha256: self.digest.finish(), place: self.place })
    }
}

/// Bytes of a content with its padding.
fn whole(bytes: u64) -> Result<u64, AppError> {
    let length = usize::try_from(bytes).map_err(|_| no_cipher())?;
    u64::try_from(padded(length)).map_err(|_| no_cipher())
}

/// A range of a content, read segment by segment.
pub struct Reader {
    file: File,
    key: FileKey,
    /// Bytes with the padding.
    whole: u64,
    /// The next byte,
    next: u64,
    /// and the one behind the last.
    end: u64,
}

impl Reader {
    /// Opens the bytes from `from` to before `end` of a content of `bytes`.
    ///
    /// # Errors
    /// The file is not there.
    pub fn open(folder: &Path, name: &str, key: FileKey, bytes: u64, from: u64, end: u64) -> Result<Self, AppError> {
        let file = File::open(folder.join(name)).map_err(disk)?;
        Ok(Self { file, key, whole: whole(bytes)?, next: from, end: end.min(bytes) })
    }

    /// The next piece; `None` when all is read.
    ///
    /// # Errors
    /// The file was changed, or cannot be read.
    pub fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.next >= self.end {
            return Ok(None);
        }
        let broken = || io::Error::new(ErrorKind::InvalidData, "a file was changed on the disk");
        let segment = u64::try_from(SEGMENT).map_err(io::Error::other)?;
        let tag = u64::try_from(TAG).map_err(io::Error::other)?;
        let number = self.next.checked_div(segment).ok_or_else(broken)?;
        let begins = number.saturating_mul(segment);
        let length = segment.min(self.whole.saturating_sub(begins));
        let last = begins.saturating_add(length) >= self.whole;
        let mut piece = vec![0u8; usize::try_from(length.saturating_add(tag)).map_err(io::Error::other)?];
        self.file.read_exact_at(&mut piece, number.saturating_mul(segment.saturating_add(tag)))?;
        self.key.open(number, last, &mut piece).ok_or_else(broken)?;
        let until = self.end.min(begins.saturating_add(length));
        let cut = |at: u64| usize::try_from(at.saturating_sub(begins)).map_err(io::Error::other);
        let part = piece.get(cut(self.next)?..cut(until)?).ok_or_else(broken)?.to_vec();
        self.next = until;
        Ok(Some(part))
    }
}

/// A folder of files. Cloning shares it.
#[derive(Clone)]
pub struct Folder(pub Arc<Path>);

impl Folder {
    /// Removes a file; it may be gone already.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        remove(&self.0.join(name))
    }

    /// The names of what lies there for longer than `age`.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn older_than(&self, age: Duration) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        let files = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(names),
            files => files?,
        };
        for file in files {
            let file = file?;
            // It may go in between.
            let old = file.metadata().and_then(|data| data.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|elapsed| elapsed >= age));
            if old {
                names.push(file.file_name().to_string_lossy().into_owned());
            }
        }
        Ok(names)
    }
}
