//! Stage tables: everything can be reached, nothing stands twice, and whatever is done stays inside the table.

use crate::source::{read, sources};
use jiebang::domain::bid::{BidStage, NOT_LIVE};
use jiebang::domain::policy::{Action, Role, Tie, allows};
use jiebang::domain::stages::tables;
use jiebang::domain::workflow::Stage;
use jiebang::domain::{challenge, milestone, payment};
use proptest::prelude::*;

#[test]
fn every_stage_table_is_sound() {
    for table in tables() {
        let mut reached = vec![table.stages[0].0];
        let mut next = 0;
        while let Some(at) = reached.get(next).copied() {
            for to in table.rows.iter().filter(|(from, ..)| *from == at).flat_map(|(_, _, to)| to) {
                if !reached.contains(to) {
                    reached.push(to);
                }
            }
            next += 1;
        }
        for (stage, _) in &table.stages {
            assert!(reached.contains(stage), "{}: {stage} cannot be reached", table.title);
        }
        for (index, (from, action, to)) in table.rows.iter().enumerate() {
            let twice = table.rows[..index].iter().any(|(other, same, _)| other == from && same == action);
            assert!(!twice, "{from} {action} stands twice");
            assert!(!to.is_empty(), "{from} {action} leads nowhere");
            let somebody = Role::ALL.iter().any(|role| Tie::ALL.iter().any(|tie| allows(*action, *role, *tie)));
            assert!(somebody, "nobody may do {action}");
        }
    }
}

#[test]
fn every_stage_table_is_in_the_list() {
    let made: usize = sources("src/domain").iter().flat_map(|file| file.code()).filter(|line| line.contains("stage_table!(")).count();
    assert_eq!(tables().len(), made, "domain/stages.rs lists every stage_table!");
}

#[test]
fn the_index_of_live_bids_names_the_stages_that_do_not_count_as_live() {
    let sql = read("migrations/2026-11-23-000001_first/up.sql");
    let index = sql.lines().find(|line| line.contains("bids_one_live")).unwrap();
    for stage in BidStage::ALL {
        assert_eq!(index.contains(&format!("'{}'", stage.code())), NOT_LIVE.contains(stage), "{stage}");
    }
}

/// Walks at random and counts the money: a payment is paid once, whatever the order of the attempts.
fn walk<S: Stage>(choices: &[(usize, usize)]) -> Vec<S> {
    let mut stages = vec![S::all()[0]];
    for (action, outcome) in choices {
        let stage = *stages.last().unwrap();
        let action = Action::ALL[action % Action::ALL.len()];
        let outcomes = stage.outcomes(action);
        if !outcomes.is_empty() {
            stages.push(outcomes[outcome % outcomes.len()]);
        }
    }
    stages
}

proptest! {
    #[test]
    fn no_walk_leaves_an_end_or_pays_twice(choices in prop::collection::vec((0usize..1_000, 0usize..4), 0..400)) {
        let mut payments = walk::<payment::PaymentStage>(&choices);
        payments.dedup();
        let times = |at| payments.iter().filter(|stage| **stage == at).count();
        prop_assert!(times(payment::PaymentStage::Paid) <= 1 + times(payment::PaymentStage::Returned), "again only after it came back");
        let challenges = walk::<challenge::ChallengeStage>(&choices);
        for pair in challenges.windows(2) {
            prop_assert!(!pair[0].ended(), "{:?} was left", pair[0]);
        }
        let milestones = walk::<milestone::MilestoneStage>(&choices);
        for pair in milestones.windows(2) {
            prop_assert!(!pair[0].ended(), "{:?} was left", pair[0]);
        }
    }
}
