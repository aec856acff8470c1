//! Notices: every step that changes a stage tells somebody, and every letter is sent by something.

use jiebang::domain::notice::{LETTERS, Notice, TOLD_BY_ANOTHER, letters};
use jiebang::domain::policy::Action;
use jiebang::domain::workflow::Stage;
use jiebang::domain::{bid, challenge, decision, grant, milestone, organization, payment, project, review};
use std::path::Path;

/// Every (action, outcome) that changes a stage.
fn changes() -> Vec<(Action, &'static str)> {
    fn of<S: Stage>(all: &mut Vec<(Action, &'static str)>) {
        for path in S::PATHS {
            all.extend(path.to.iter().filter(|to| **to != path.from).map(|to| (path.action, to.code())));
        }
    }
    let mut all = Vec::new();
    of::<organization::OrganizationStage>(&mut all);
    of::<grant::GrantStage>(&mut all);
    of::<challenge::ChallengeStage>(&mut all);
    of::<bid::BidStage>(&mut all);
    of::<review::ReviewStage>(&mut all);
    of::<decision::DecisionStage>(&mut all);
    of::<project::ProjectStage>(&mut all);
    of::<milestone::MilestoneStage>(&mut all);
    of::<payment::PaymentStage>(&mut all);
    all
}

#[test]
fn every_change_of_a_stage_writes_a_letter() {
    for (action, outcome) in changes() {
        let told = TOLD_BY_ANOTHER.iter().find(|(silent, _)| *silent == action);
        let speaks = told.map_or(action, |(_, other)| *other);
        let outcome = if told.is_some() { "" } else { outcome };
        let written = letters(speaks, outcome).any(|rule| !rule.to.is_empty());
        assert!(written, "nobody hears of {action} -> {outcome}");
    }
}

#[test]
fn every_row_can_happen_and_every_notice_is_sent() {
    let changes = changes();
    for rule in LETTERS {
        let possible = rule.outcome.is_empty() || changes.contains(&(rule.action, rule.outcome));
        assert!(possible, "{} never leads to {}", rule.action, rule.outcome);
    }
    for notice in Notice::ALL {
        assert!(LETTERS.iter().any(|rule| rule.notice == *notice), "nothing sends {notice}");
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
