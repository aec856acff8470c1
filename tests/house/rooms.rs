//! Rooms: imports run one way, and each library is named in the rooms that it belongs to.

use crate::source::sources;

/// Which rooms a room may name.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("auth", &["domain"]),
    ("mail", &["domain"]),
    ("app", &["domain", "store", "auth"]),
    ("http", &["domain", "app"]),
    ("jobs", &["domain", "app", "mail"]),
    ("config", &["domain", "auth", "store"]),
    ("cli", &["domain", "app", "auth", "http", "jobs", "mail", "config"]),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// Which rooms may name a library. What is not listed is anybody's.
const BELONGS_TO: &[(&str, &[&str])] = &[
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("argon2", &["auth"]),
    ("jsonwebtoken", &["auth"]),
    ("hmac", &["auth"]),
    ("sha2", &["auth"]),
    ("sm3", &["auth"]),
    ("base64", &["auth"]),
    ("aws_lc_rs", &["auth"]),
    ("aes_gcm", &["auth"]),
    ("sm4", &["auth"]),
    ("hpke", &["auth"]),
    ("blahaj", &["auth"]),
    ("zeroize", &["auth", "app"]),
    ("totp_rs", &["auth"]),
    ("getrandom", &["auth"]),
    ("lettre", &["mail"]),
    ("minijinja", &["mail", "http"]),
    ("rust_xlsxwriter", &["http"]),
    ("calamine", &["http"]),
    ("zip", &["http"]),
    ("atom_syndication", &["http"]),
    ("rust_embed", &["mail"]),
    ("infer", &["domain"]),
    ("clamav_client", &["app"]),
    ("actix_multipart", &["http"]),
    ("actix_web", &["http"]),
    ("utoipa_swagger_ui", &["http"]),
    ("metrics_exporter_prometheus", &["http"]),
    ("utoipa", &["domain", "http"]),
    // Demo data is read like the body of a request.
    ("deserr", &["domain", "http", "cli"]),
    ("rust_decimal", &["domain", "cli"]),
    ("unicode_normalization", &["domain"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli"]),
    ("indicatif", &["cli"]),
    ("rpassword", &["cli"]),
    ("dotenvy", &["config"]),
    // The configuration looks whether the filter can be read.
    ("tracing_subscriber", &["cli", "config"]),
    ("ipnet", &["config", "domain", "http"]),
    ("strsim", &["config"]),
    ("governor", &["app", "http"]),
    ("actix_cors", &["http"]),
];

/// Calls that stand in one place only.
const ONE_PLACE: &[(&str, &str)] =
    &[("Utc::now", "src/app/clock.rs"), ("SystemTime::now", "src/app/clock.rs"), ("env::var(", "src/config.rs")];

/// Whether `line` names `path` as a whole word followed by `::`.
fn names(line: &str, path: &str) -> bool {
    let wanted = format!("{path}::");
    line.match_indices(&wanted).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == ':'))
    })
}

#[test]
fn imports_run_one_way() {
    let rooms: Vec<&str> = MAY_IMPORT.iter().map(|(room, _)| *room).collect();
    let mut wrong = Vec::new();
    for source in sources("src") {
        let (_, allowed) =
            MAY_IMPORT.iter().find(|(room, _)| *room == source.room()).unwrap_or_else(|| panic!("a new room: {}", source.path));
        for line in source.code() {
            for room in rooms.iter().filter(|room| **room != source.room() && !allowed.contains(room)) {
                if names(line, &format!("crate::{room}")) || names(line, &format!("jiebang::{room}")) {
                    wrong.push(format!("{}: {}", source.path, line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_points_back() {
    // The table itself has no cycle: rooms can be put in an order in which each names only earlier ones.
    let mut placed: Vec<&str> = Vec::new();
    while placed.len() < MAY_IMPORT.len() {
        let next = MAY_IMPORT.iter().find(|(room, uses)| !placed.contains(room) && uses.iter().all(|used| placed.contains(used)));
        placed.push(next.unwrap_or_else(|| panic!("a cycle beyond {placed:?}")).0);
    }
}

#[test]
fn each_library_is_named_where_it_belongs() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        for line in source.code() {
            for (library, rooms) in BELONGS_TO {
                if !rooms.contains(&source.room()) && names(line, library) {
                    wrong.push(format!("{}: {}", source.path, line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_clock_and_the_environment_are_read_in_one_place() {
    for source in sources("src") {
        for (call, place) in ONE_PLACE {
            let named = source.code().iter().any(|line| line.contains(call));
            assert!(!named || source.path == *place, "{} in {}", call, source.path);
        }
    }
}
