//! Sizes, names and manners of files: short, named after what they hold, documented, finished.

use crate::source::{File, files, src};

const LONGEST_FILE: usize = 400;
const LONGEST_MAIN: usize = 30;
/// Names that say nothing about what a file holds.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "types", "service", "services", "manager", "misc"];
/// What stands before an item that others can name.
const ITEMS: &[&str] =
    &["fn ", "const fn ", "async fn ", "struct ", "enum ", "trait ", "const ", "static ", "type ", "union ", "macro_rules! "];
/// Marks of unfinished work, and ways to silence a warning or a test. Written in two parts, so that this file has none.
const UNFINISHED: &[&str] =
    &[concat!("to", "do!"), concat!("unim", "plemented!"), concat!("#[al", "low("), concat!("#![al", "low("), concat!("#[ig", "nore")];
const NOTES: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

fn all() -> impl Iterator<Item = File> {
    files("src").into_iter().chain(files("tests"))
}

fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let long = all().map(|file| (file.text.lines().count(), file.path)).filter(|(lines, _)| *lines > LONGEST_FILE);
    none(long.map(|(lines, path)| format!("{path}: {lines} lines")).collect());
}

#[test]
fn the_program_only_hands_over() {
    let main = src().iter().find(|file| file.path == "src/main.rs").unwrap();
    assert!(main.text.lines().count() < LONGEST_MAIN);
}

#[test]
fn every_file_is_named_after_what_it_holds() {
    let empty = |path: &str| path.split(['/', '.']).any(|part| EMPTY_NAMES.contains(&part));
    none(all().map(|file| file.path).filter(|path| empty(path)).collect());
}

#[test]
fn every_file_begins_by_saying_what_lives_there() {
    none(all().filter(|file| !file.text.starts_with("//! ")).map(|file| file.path).collect());
}

#[test]
fn every_public_item_says_what_it_is() {
    none(src().iter().flat_map(undocumented).collect());
}

/// Public items without a line of documentation above them.
fn undocumented(file: &File) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    let public = |line: &str| line.trim().strip_prefix("pub ").is_some_and(|rest| ITEMS.iter().any(|item| rest.starts_with(item)));
    let items = file.code.lines().enumerate().filter(|(_, line)| public(line));
    items.filter(|(at, _)| !documented(&lines[..*at])).map(|(at, line)| format!("{}:{} {}", file.path, at + 1, line.trim())).collect()
}

/// Whether the lines above an item end in its documentation, attributes aside. In a macro the caller's attributes are it.
fn documented(above: &[&str]) -> bool {
    let mut lines = above.iter().rev();
    while let Some(line) = lines.next() {
        if line.starts_with("///") || line.starts_with("#[doc") || line.starts_with("$(#[$") {
            return true;
        }
        if line.starts_with("#[") {
            continue;
        }
        // The end of an attribute of several lines: on to its beginning.
        if !line.ends_with(']') || !lines.by_ref().any(|line| line.starts_with("#[")) {
            return false;
        }
    }
    false
}

#[test]
fn nothing_is_unfinished_or_silenced() {
    let mut wrong = Vec::new();
    for file in all() {
        wrong.extend(UNFINISHED.iter().flat_map(|what| file.holds(what)));
        for (at, line) in file.text.lines().enumerate() {
            let words = line.split(|c: char| !c.is_alphanumeric());
            wrong.extend(words.filter(|word| NOTES.contains(word)).map(|word| format!("{}:{} {word}", file.path, at + 1)));
        }
    }
    none(wrong);
}

#[test]
fn only_tests_take_success_for_granted() {
    none(src().iter().flat_map(|file| [".unwrap()", ".expect(", "panic!("].into_iter().flat_map(|what| file.holds(what))).collect());
}
