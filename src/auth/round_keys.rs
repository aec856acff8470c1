//! The keys of rounds: each in a file of its own outside the database, which is removed once the round was opened.

use crate::auth::seal::RoundKey;
use std::collections::HashMap;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Name of the folder in the data directory.
pub const FOLDER: &str = "seals";

/// The folder with the keys, and those that were used. Cloning shares it.
#[derive(Clone)]
pub struct RoundKeys {
    folder: Arc<Path>,
    used: Arc<Mutex<HashMap<String, Arc<RoundKey>>>>,
}

impl RoundKeys {
    /// The keys in `folder`, which is made (0700) when the first one is.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.into(), used: Arc::default() }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.key"))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<RoundKey>>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the key `id` and keeps it: on disk when this returns.
    ///
    /// # Errors
    /// The folder cannot be written to, or the operating system gives no randomness.
    pub fn make(&self, id: &str) -> io::Result<()> {
        let key = RoundKey::fresh().ok_or_else(|| io::Error::other("no randomness"))?;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.path(id))?;
        file.write_all(key.text().as_bytes())?;
        file.sync_all()?;
        std::fs::File::open(&self.folder)?.sync_all()?;
        self.known().insert(id.to_owned(), Arc::new(key));
        Ok(())
    }

    /// The key `id`.
    ///
    /// # Errors
    /// Its file is not there, or holds no key.
    pub fn get(&self, id: &str) -> io::Result<Arc<RoundKey>> {
        if let Some(key) = self.known().get(id) {
            return Ok(Arc::clone(key));
        }
        let text = zeroize::Zeroizing::new(std::fs::read_to_string(self.path(id))?);
        let key = Arc::new(RoundKey::read(&text).ok_or_else(|| io::Error::other("the file holds no key"))?);
        self.known().insert(id.to_owned(), Arc::clone(&key));
        Ok(key)
    }

    /// Removes the key `id` for good. What it sealed stays sealed.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn erase(&self, id: &str) -> io::Result<()> {
        self.known().remove(id);
        match std::fs::remove_file(self.path(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// The keys whose files are older than `age`.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn older_than(&self, age: Duration) -> io::Result<Vec<String>> {
        let mut ids = Vec::new();
        let files = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ids),
            files => files?,
        };
        for file in files {
            let file = file?;
            let old = file.metadata()?.modified()?.elapsed().is_ok_and(|elapsed| elapsed >= age);
            let name = file.file_name().to_string_lossy().strip_suffix(".key").map(str::to_owned);
            ids.extend(name.filter(|_| old));
        }
        Ok(ids)
    }
}
