//! Which room may name which crate: what a crate does stays behind the wall of one room.

use crate::source::{src, text};
use std::collections::BTreeSet;

/// Crates that keep to their rooms.
const WALLS: &[(&str, &[&str])] = &[
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("libsqlite3_sys", &["store"]),
    ("pq_sys", &["store"]),
    ("argon2", &["auth"]),
    ("jsonwebtoken", &["auth"]),
    ("hmac", &["auth"]),
    ("sha2", &["auth"]),
    ("getrandom", &["auth"]),
    ("base64", &["auth"]),
    ("lettre", &["mail"]),
    ("minijinja", &["mail"]),
    ("rust_embed", &["mail"]),
    ("actix_web", &["http"]),
    ("utoipa_swagger_ui", &["http"]),
    ("metrics_exporter_prometheus", &["http"]),
    // The shape of inputs is described once, in domain (docs/adr/0001).
    ("utoipa", &["domain", "http"]),
    ("deserr", &["domain", "http"]),
    ("rust_decimal", &["domain"]),
    ("unicode_normalization", &["domain"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli"]),
    ("indicatif", &["cli"]),
    ("rpassword", &["cli"]),
    ("tracing_subscriber", &["cli"]),
    ("dotenvy", &["config"]),
];

/// Crates that any room may name: values, errors, futures, what is said to the log.
const PLAIN: &[&str] = &[
    "anyhow",
    "chrono",
    "futures_util",
    "metrics",
    "serde",
    "serde_json",
    "thiserror",
    "tokio",
    "tokio_util",
    "toml",
    "tracing",
    "url",
    "uuid",
];

/// Names of the standard library and others that keep to one place: what is named, and where it may be.
const PLACES: &[(&str, &[&str])] = &[
    ("std::env::var", &["src/config.rs"]),
    ("std::env::var_os", &["src/config.rs"]),
    ("std::env::vars", &["src/config.rs"]),
    ("chrono::Utc::now", &["src/app/clock.rs"]),
    ("chrono::Local", &[]),
    ("std::time::SystemTime", &["src/app/clock.rs"]),
    // Time passes in jobs alone; the other three are the deadlines of a body, a mail server and the shutdown.
    ("tokio::time::timeout", &["src/jobs/", "src/http/call.rs", "src/mail/transport.rs", "src/cli/serve.rs"]),
    ("tokio::time", &["src/jobs/"]),
];

#[test]
fn every_crate_keeps_to_its_rooms() {
    let mut wrong = Vec::new();
    for file in src() {
        for named in file.names() {
            let wall = WALLS.iter().find(|(name, _)| *name == named.segments[0]);
            if let Some((name, rooms)) = wall.filter(|(_, rooms)| !rooms.contains(&file.room())) {
                wrong.push(format!("{}:{} names {name}, which keeps to {}", file.path, named.line, rooms.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_has_its_rooms_or_is_plain() {
    let manifest = text("Cargo.toml");
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let names = section.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.replace('-', "_"));
    let known: BTreeSet<String> = WALLS.iter().map(|(name, _)| *name).chain(PLAIN.iter().copied()).map(str::to_owned).collect();
    assert_eq!(names.collect::<BTreeSet<String>>(), known);
}

#[test]
fn the_environment_the_clock_and_timers_have_their_places() {
    let mut wrong = Vec::new();
    for file in src() {
        for named in file.names() {
            let path = named.segments.join("::");
            let full = |what: &str| path == what || path.starts_with(&format!("{what}::"));
            let Some((what, places)) = PLACES.iter().find(|(what, _)| full(what)) else { continue };
            if !places.iter().any(|place| file.path.starts_with(place)) {
                wrong.push(format!("{}:{} names {what}", file.path, named.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_clock_and_the_environment_are_not_read_under_a_short_name() {
    let short = [("Utc::now", "src/app/clock.rs"), ("Local::now", ""), ("SystemTime::now", "src/app/clock.rs"), ("env::var", "src/config.rs")];
    let mut wrong = Vec::new();
    for (what, place) in short {
        wrong.extend(src().iter().filter(|file| file.path != place).flat_map(|file| file.holds(what)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
