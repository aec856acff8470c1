//! The source, as the other tests read it.

use std::path::{Path, PathBuf};

/// A source file.
pub struct Source {
    /// Path below the top of the project: `src/app/bids/mod.rs`.
    pub path: String,
    pub text: String,
}

impl Source {
    /// The room that a file under `src` belongs to: the folder, or the file for `config.rs` and the like.
    pub fn room(&self) -> &str {
        let below = self.path.trim_start_matches("src/");
        below.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// The lines that are program: no comments, nothing after the tests begin.
    pub fn code(&self) -> Vec<&str> {
        let before_tests = self.text.split("#[cfg(test)]").next().unwrap();
        before_tests.lines().filter(|line| !line.trim_start().starts_with("//")).collect()
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// All Rust files below a folder of the project.
pub fn sources(folder: &str) -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    walk(&top.join(folder), &mut paths);
    paths.sort();
    let read = |path: PathBuf| Source {
        text: std::fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(top).unwrap().to_str().unwrap().to_owned(),
    };
    paths.into_iter().map(read).collect()
}

/// A file of the project.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}
