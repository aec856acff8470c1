//! Notices: every step that changes a stage tells somebody, and every letter is sent by something.

use jiebang::domain::letters::{LETTERS, TOLD_BY_ANOTHER, letters};
use jiebang::domain::notice::Notice;
use jiebang::domain::policy::Action;
use jiebang::domain::reminder::RULES;
use jiebang::domain::stages::tables;
use std::path::Path;

/// Every (action, outcome) that changes a stage.
fn changes() -> Vec<(Action, &'static str)> {
    let mut all = Vec::new();
    for (from, action, to) in tables().into_iter().flat_map(|table| table.rows) {
        all.extend(to.into_iter().filter(|to| *to != from).map(|to| (action, to)));
    }
    all
}

#[test]
fn every_change_of_a_stage_writes_a_letter() {
    for (action, outcome) in changes() {
        let told = TOLD_BY_ANOTHER.iter().find(|(silent, _)| *silent == action);
        let speaks = told.map_or(action, |(_, other)| *other);
        // Each outcome of the step that tells it is looked at in its own turn.
        let written = match told {
            Some(_) => LETTERS.iter().any(|rule| rule.action == speaks && !rule.to.is_empty()),
            None => letters(speaks, outcome).any(|rule| !rule.to.is_empty()),
        };
        assert!(written, "nobody hears of {action} -> {outcome}");
    }
}

#[test]
fn every_row_can_happen_and_every_notice_is_sent() {
    let changes = changes();
    for rule in LETTERS {
        // A step that does not move may have a letter of its own, too.
        let stays =
            || tables().into_iter().flat_map(|table| table.rows).any(|(_, action, to)| action == rule.action && to.contains(&rule.outcome));
        let possible = rule.outcome.is_empty() || changes.contains(&(rule.action, rule.outcome)) || stays();
        assert!(possible, "{} never leads to {}", rule.action, rule.outcome);
    }
    for notice in Notice::ALL {
        let reminds = RULES.iter().any(|rule| rule.notice == *notice);
        assert!(reminds || LETTERS.iter().any(|rule| rule.notice == *notice), "nothing sends {notice}");
    }
}

#[test]
fn every_notice_has_its_templates_and_every_template_its_notice() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mail/templates");
    let mut known: Vec<String> = Notice::ALL.iter().map(|notice| notice.code().to_owned()).collect();
    known.push("layout".into());
    for name in &known {
        for language in ["zh", "en"] {
            assert!(folder.join(name).join(format!("{language}.txt")).exists(), "{name}/{language}");
        }
    }
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name), "{name} belongs to no notice");
    }
}
