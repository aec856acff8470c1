//! Stage tables: everything can be reached, nothing stands twice, and whatever is done stays inside the table.

use crate::source::read;
use jiebang::domain::bid::{BidStage, LIVE};
use jiebang::domain::policy::{Action, Role, Tie, allows};
use jiebang::domain::workflow::Stage;
use jiebang::domain::{challenge, decision, grant, milestone, organization, payment, project, review};
use proptest::prelude::*;

fn sound<S: Stage>() {
    let start = S::all()[0];
    let mut reached = vec![start];
    let mut next = 0;
    while let Some(from) = reached.get(next).copied() {
        for to in S::PATHS.iter().filter(|path| path.from == from).flat_map(|path| path.to) {
            if !reached.contains(to) {
                reached.push(*to);
            }
        }
        next += 1;
    }
    for stage in S::all() {
        assert!(reached.contains(stage), "{stage:?} cannot be reached");
    }
    for (index, path) in S::PATHS.iter().enumerate() {
        let twice = S::PATHS[..index].iter().any(|other| other.from == path.from && other.action == path.action);
        assert!(!twice, "{:?} {} stands twice", path.from, path.action);
        assert!(!path.to.is_empty(), "{:?} {} leads nowhere", path.from, path.action);
        let somebody = Role::ALL.iter().any(|role| Tie::ALL.iter().any(|tie| allows(path.action, *role, *tie)));
        assert!(somebody, "nobody may do {}", path.action);
    }
}

#[test]
fn every_stage_table_is_sound() {
    sound::<organization::OrganizationStage>();
    sound::<grant::GrantStage>();
    sound::<challenge::ChallengeStage>();
    sound::<BidStage>();
    sound::<review::ReviewStage>();
    sound::<decision::DecisionStage>();
    sound::<project::ProjectStage>();
    sound::<milestone::MilestoneStage>();
    sound::<payment::PaymentStage>();
}

#[test]
fn the_index_of_live_bids_names_the_stages_that_do_not_count_as_live() {
    let sql = read("migrations/2026-11-23-000001_first/up.sql");
    let index = sql.lines().find(|line| line.contains("bids_one_live")).unwrap();
    for stage in BidStage::ALL {
        assert_eq!(index.contains(&format!("'{}'", stage.code())), !LIVE.contains(stage), "{stage}");
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
        let payments = walk::<payment::PaymentStage>(&choices);
        prop_assert!(payments.iter().filter(|stage| **stage == payment::PaymentStage::Paid).count() <= 1);
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
