//! Which room may name which: imports run one way, down the floors.

use crate::source::{File, Named, src, text};
use std::collections::{BTreeMap, BTreeSet};

/// From the ground up: a room, and the rooms that it may name. The operator's door calls use cases, never the database.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("auth", &["domain"]),
    ("mail", &["domain"]),
    ("app", &["domain", "store", "auth"]),
    ("http", &["domain", "app"]),
    ("jobs", &["domain", "app", "mail"]),
    ("config", &["domain", "store", "auth"]),
    ("cli", &["domain", "auth", "mail", "app", "http", "jobs", "config"]),
    ("main", &["cli"]),
];

/// The room that a path leads into, if it leaves the file's own by way of the crate's root.
fn room(file: &File, named: &Named) -> Option<String> {
    let mut segments = named.segments.iter();
    let first = segments.next()?;
    if first == "crate" || first == "jiebang" {
        return segments.next().cloned();
    }
    let supers = named.segments.iter().take_while(|segment| *segment == "super").count();
    (supers > 0 && supers >= file.depth()).then(|| named.segments.get(supers).cloned()).flatten()
}

/// Every arrow between two rooms with the places that draw it.
fn arrows() -> BTreeMap<(String, String), Vec<String>> {
    let mut arrows: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for file in src().iter().filter(|file| file.room() != "lib") {
        for named in file.names() {
            let Some(to) = room(file, &named) else { continue };
            if to != file.room() {
                arrows.entry((file.room().to_owned(), to)).or_default().push(format!("{}:{}", file.path, named.line));
            }
        }
    }
    arrows
}

#[test]
fn every_room_names_only_the_rooms_that_it_may() {
    let may = |from: &str, to: &str| MAY_NAME.iter().any(|(room, others)| *room == from && others.contains(&to));
    let wrong: Vec<String> = arrows()
        .into_iter()
        .filter(|((from, to), _)| !may(from, to))
        .map(|((from, to), places)| format!("{from} → {to}: {}", places.join(", ")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_arrows_that_must_be_there_are_seen() {
    let arrows = arrows();
    for (from, to) in [("app", "store"), ("app", "auth"), ("http", "app"), ("jobs", "mail"), ("cli", "http"), ("main", "cli")] {
        assert!(arrows.contains_key(&(from.to_owned(), to.to_owned())), "{from} → {to}");
    }
}

#[test]
fn no_room_may_name_one_above_it_so_there_is_no_cycle() {
    for (floor, (room, others)) in MAY_NAME.iter().enumerate() {
        for other in *others {
            assert!(MAY_NAME[..floor].iter().any(|(below, _)| below == other), "{room} → {other}");
        }
    }
}

#[test]
fn the_map_names_every_room_and_holds_no_code() {
    let map = text("src/lib.rs");
    let code: Vec<&str> = map.lines().filter(|line| !line.is_empty() && !line.starts_with("//!") && !line.starts_with("#![")).collect();
    let rooms: BTreeSet<&str> = code.iter().map(|line| line.trim_start_matches("pub mod ").trim_end_matches(';')).collect();
    let known: BTreeSet<&str> = MAY_NAME.iter().map(|(room, _)| *room).filter(|room| *room != "main").collect();
    assert_eq!(rooms, known);
    for room in rooms {
        assert!(map.contains(&format!("//! - [`{room}`] ")), "no line about {room}");
    }
}

#[test]
fn the_domain_is_pure_and_knows_no_clock() {
    let outside = ["std::fs", "std::net", "std::env", "std::process", "std::thread", "std::io", "tokio::", "async fn", "async move", ".await"];
    let wrong: Vec<String> = src()
        .iter()
        .filter(|file| file.room() == "domain")
        .flat_map(|file| outside.iter().flat_map(|what| file.holds(what)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
