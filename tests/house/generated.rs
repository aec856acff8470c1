//! Generated documents equal what the program says. `UPDATE_DOCS=1 cargo test --test house` writes them anew.

use jiebang::cli::inspect;
use std::path::Path;

fn is_current(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let wanted = format!("{}\n", text.trim_end());
    if std::env::var("UPDATE_DOCS").is_ok() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    let difference = found.lines().zip(wanted.lines()).find(|(is, should)| is != should);
    assert!(found == wanted, "{path} is not current (UPDATE_DOCS=1 cargo test --test house): {difference:?}");
}

/// As [`is_current`], for the part of a page between `<!-- name -->` and `<!-- /name -->`.
fn part_is_current(path: &str, name: &str, text: &str) {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = page.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    is_current(path, &format!("{before}{begin}{text}{end}{after}"));
}

#[test]
fn the_reminders_in_the_docs_are_the_ones_that_are_sent() {
    part_is_current("docs/delivery.md", "reminders", &inspect::reminders());
}

#[test]
fn the_columns_in_the_docs_are_those_of_the_ledgers() {
    part_is_current("docs/ledgers.md", "ledgers", &inspect::ledgers());
}

#[test]
fn the_permission_table_in_the_docs_is_the_one_that_decides() {
    is_current("docs/permissions.md", &inspect::permissions());
}

#[test]
fn the_stage_tables_in_the_docs_are_the_ones_that_decide() {
    is_current("docs/stages.md", &inspect::stages());
}

#[test]
fn the_openapi_document_is_that_of_the_routes() {
    is_current("docs/openapi.json", &inspect::openapi().unwrap());
}

#[test]
fn what_may_be_left_out_is_not_asked_for_by_the_openapi_document() {
    let mut wrong = Vec::new();
    for source in crate::source::sources("src") {
        let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("#[deserr(default")) {
            let above = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
            let attributes: Vec<_> = above.chain(lines[at + 1..].iter().take_while(|line| line.starts_with("#["))).collect();
            let field = lines[at + 1..].iter().find(|line| !line.starts_with("#[")).unwrap();
            let said = attributes.iter().any(|said| said.contains("serde(default") || said.contains("schema("));
            if !said && !field.contains(": Option<") {
                wrong.push(format!("{}: {field} ({line}) needs #[schema(required = false)]", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
