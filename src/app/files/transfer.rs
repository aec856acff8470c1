//! Bytes of files on their way to the disk and back, and off the disk: never inside a transaction.

use super::folder::{Reader, Stored, Writer};
use super::{Download, Lane, UNNAMED, scan};
use crate::app::App;
use crate::app::error::AppError;
use crate::auth::file_seal::FileKey;
use crate::domain::file::MediaType;
use crate::domain::id::UserId;
use crate::store::{Conn, evidence, files};
use bytes::Bytes;
use futures_util::Stream;

/// Removed files that are forgotten in one go.
const AT_ONCE: i64 = 100;

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
        let Download { content, key, stored_as } = file;
        Ok(scan::pieces(apart(move || Reader::open(&folder.0, &stored_as, key, content.bytes, from, end)).await?))
    }

    /// Removes from the disk what was taken out of a bid or a project, and nothing that was handed in names.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn forget_removed_files(&self) -> Result<(), AppError> {
        let forget = |conn: &mut Conn| {
            let mut names = files::forget_removed(conn, AT_ONCE)?;
            names.extend(evidence::forget_removed(conn, AT_ONCE)?);
            Ok::<_, AppError>(names)
        };
        let names = self.db.write(forget, |_, _| Ok(())).await??;
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
            let named = move |conn: &mut Conn| Ok::<_, AppError>(files::names(conn, &wanted)? || evidence::names(conn, &wanted)?);
            if !self.db.read(named).await?? {
                unnamed.push(name);
            }
        }
        self.discard(unnamed).await;
        Ok(())
    }
}
