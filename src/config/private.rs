//! Files and folders that nobody else on the machine may look into.

use super::reader::Reader;
use crate::auth::ring::{self, KeyFile};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode())
}

/// Whether anyone but its owner can do anything with `path`, if it is there.
pub fn tells_others(path: &Path) -> bool {
    mode(path) & 0o077 != 0
}

/// Whether everyone on the machine can do something with `path`: a group of its own is fine.
pub fn tells_everyone(path: &Path) -> bool {
    mode(path) & 0o007 != 0
}

impl Reader<'_> {
    /// The folder for what the service keeps; the service makes it when it is not there.
    pub fn data_dir(&mut self) -> PathBuf {
        const KEY: &str = "JIEBANG_DATA_DIR";
        let folder = PathBuf::from(self.text(KEY).unwrap_or_else(|| "data".into()));
        if folder.exists() && !folder.is_dir() {
            self.fault(KEY, "is no folder");
        } else if tells_others(&folder) {
            self.fault(KEY, "is a folder that others than its owner can look into (chmod 700)");
        }
        if let Err(problem) = KeyFile::read(&folder.join(ring::FILE)) {
            self.fault(KEY, format!("{} in it {problem}", ring::FILE));
        }
        folder
    }
}
