//! The keys of rounds: each in a file of its own outside the database, which is removed once the round was opened.
//!
//! Of a key that lies with custodians there is no file; the shares that they release for the opening have one each.

use crate::auth::custody::SHARES;
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
    spent: Arc<Mutex<Vec<String>>>,
}

impl RoundKeys {
    /// The keys in `folder`, which is made (0700) when the first one is.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.into(), used: Arc::default(), spent: Arc::default() }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.key"))
    }

    fn share_path(&self, id: &str, number: usize) -> PathBuf {
        self.folder.join(format!("{id}.{number}.share"))
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
        self.write(std::fs::OpenOptions::new().create_new(true), &self.path(id), key.text().as_bytes())?;
        self.known().insert(id.to_owned(), Arc::new(key));
        Ok(())
    }

    fn write(&self, how: &mut std::fs::OpenOptions, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = how.write(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::File::open(&self.folder)?.sync_all()
    }

    /// Keeps a released share of the key `id`, sealed as it is given; another time it takes the place of what was there.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn put_share(&self, id: &str, number: usize, sealed: &[u8]) -> io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        // Written beside and moved there: a crash leaves the old one or the new one.
        let beside = self.folder.join(format!("{id}.{number}.part"));
        self.write(std::fs::OpenOptions::new().create(true).truncate(true), &beside, sealed)?;
        std::fs::rename(&beside, self.share_path(id, number))?;
        std::fs::File::open(&self.folder)?.sync_all()
    }

    /// The released shares of the key `id`: number and what was kept.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn shares(&self, id: &str) -> io::Result<Vec<(usize, Vec<u8>)>> {
        let mut shares = Vec::new();
        for number in 1..=SHARES {
            match std::fs::read(self.share_path(id, number)) {
                Ok(sealed) => shares.push((number, sealed)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(shares)
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

    /// The key `id`, which is made if it is not there.
    ///
    /// # Errors
    /// What [`RoundKeys::make`] and [`RoundKeys::get`] meet.
    pub fn get_or_make(&self, id: &str) -> io::Result<Arc<RoundKey>> {
        match self.get(id) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.make(id)?;
                self.get(id)
            }
            known => known,
        }
    }

    /// Remembers that the key `id` will not be needed, if what is under way is kept.
    pub fn spend(&self, id: String) {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner).push(id);
    }

    /// The keys that were spent since this was last asked.
    #[must_use]
    pub fn spent(&self) -> Vec<String> {
        std::mem::take(&mut *self.spent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Removes the key `id` for good, or its released shares. What it sealed stays sealed.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn erase(&self, id: &str) -> io::Result<()> {
        self.known().remove(id);
        let shares = (1..=SHARES).flat_map(|number| [self.share_path(id, number), self.folder.join(format!("{id}.{number}.part"))]);
        for path in std::iter::once(self.path(id)).chain(shares) {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                done => done?,
            }
        }
        Ok(())
    }

    /// The keys of which a file, or that of a share, is older than `age`; one may be named twice.
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
            let name = file.file_name().to_string_lossy().split_once('.').map(|(id, _)| id.to_owned());
            ids.extend(name.filter(|_| old));
        }
        Ok(ids)
    }
}
