//! Files: small, documented, without leftovers.

use crate::source::{read, sources};

const LONGEST: usize = 400;
/// Mirrors of something else, as long as that is.
const MIRRORS: &[&str] = &["src/store/schema.rs"];
const NO_NAMES: &[&str] = &["utils", "helpers", "common", "types", "service", "manager"];

#[test]
fn no_file_outgrows_its_room() {
    let all = sources("src").into_iter().chain(sources("tests"));
    let long: Vec<String> = all
        .filter(|source| source.text.lines().count() > LONGEST && !MIRRORS.contains(&source.path.as_str()))
        .map(|source| format!("{}: {}", source.path, source.text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{long:?}");
    assert!(read("src/main.rs").lines().count() < 30);
}

#[test]
fn every_file_says_what_lives_in_it_and_none_has_an_empty_name() {
    for source in sources("src").into_iter().chain(sources("tests")) {
        assert!(source.text.starts_with("//!"), "{} has no header", source.path);
        let name = source.path.rsplit('/').next().unwrap().trim_end_matches(".rs");
        assert!(!NO_NAMES.contains(&name), "{}", source.path);
    }
}

#[test]
fn every_public_item_is_documented() {
    let kinds = ["fn ", "struct ", "enum ", "trait ", "const ", "type ", "async fn ", "const fn "];
    let mut bare = Vec::new();
    for source in sources("src") {
        let lines: Vec<&str> = source.text.split("#[cfg(test)]").next().unwrap().lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let item = line.trim_start().strip_prefix("pub ").filter(|rest| kinds.iter().any(|kind| rest.starts_with(kind)));
            let mut above = lines[..number].iter().rev().map(|line| line.trim_start());
            let said = above.find(|line| !(line.starts_with("#[") || line.starts_with(')') || line.ends_with(',') || line.is_empty()));
            let said = said.is_some_and(|line| line.starts_with("///") || line.contains("$(#[$meta])*") || line.contains("#[doc"));
            if item.is_some() && !said && !line.contains('$') {
                bare.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(bare.is_empty(), "{}", bare.join("\n"));
}

#[test]
fn nothing_is_left_undone_or_silenced() {
    let marks = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("#[al", "low("),
        // With a reason it is a longer form of a test that runs.
        concat!("#[ig", "nore]"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    for source in sources("src").into_iter().chain(sources("tests")) {
        for mark in marks {
            assert!(!source.text.contains(mark), "{mark} in {}", source.path);
        }
    }
}

#[test]
fn the_top_level_holds_what_it_should() {
    for path in [
        "README.md",
        "README.zh-CN.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        ".env.example",
        ".ci/run",
        "diesel.toml",
        "migrations/README.md",
        "seeds/README.md",
        "docs/ARCHITECTURE.md",
        "docs/api.md",
        "docs/ADDING.md",
        "docs/OPERATIONS.md",
        "docs/walkthrough.md",
    ] {
        assert!(!read(path).trim().is_empty(), "{path}");
    }
}
