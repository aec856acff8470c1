//! The light 红黄绿 of a milestone and of a project, and how late something is: computed from dates and results, never set by hand.
//! The commissioner adds the reason, in the monthly status.
//!
//! | light | a milestone that |
//! |---|---|
//! | red | was found not met; is more than 30 days overdue; was to be mended by a day that is past |
//! | yellow | is overdue; is due within 30 days and was not started; is being mended |
//! | green | is anything else: handed in and waiting, met, or not due soon |
//!
//! A project has the worst light of its milestones; two reports missing in a row make it yellow at least.

use crate::domain::codes::codes;
use crate::domain::milestone::{MilestoneStage, late};
use crate::domain::project::ProjectStage;
use crate::domain::time::Date;
use crate::domain::workflow::Stage;

codes! {
    /// How something stands. In the order of concern.
    pub enum Light {
        Green = "green" "绿灯",
        Yellow = "yellow" "黄灯",
        Red = "red" "红灯",
    }
}

/// A milestone that is overdue for more days than these is red.
pub const RED_AFTER: i64 = 30;
/// A milestone that is due within these days should have been started.
const SOON: i64 = 30;
/// Reports missing in a row that make a project yellow.
pub const MISSING_REPORTS: i32 = 2;
/// How long a light is red before the directors hear of it, in days.
pub const ESCALATED_AFTER: i64 = 14;

/// What the light of a milestone depends on.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Where it stands.
    pub stage: MilestoneStage,
    /// Its day.
    pub due_on: Date,
    /// By when it is to be mended.
    pub rectify_by: Option<Date>,
}

impl Node {
    /// How many days it is overdue on `today`: past its day, or that of its rectification, with nothing handed in.
    #[must_use]
    pub fn overdue_days(self, today: Date) -> i64 {
        let until = if self.stage == MilestoneStage::Rectifying { self.rectify_by.unwrap_or(self.due_on) } else { self.due_on };
        if late(self.stage, self.due_on, self.rectify_by, today) { (today.0 - until.0).num_days() } else { 0 }
    }

    /// Since when it is red on `today`, if it is; of one that was found not met, its day.
    #[must_use]
    pub fn red_since(self, today: Date) -> Option<Date> {
        (self.light(today) == Light::Red).then(|| match self.stage {
            MilestoneStage::NotMet => self.due_on.min(today),
            MilestoneStage::Rectifying => self.rectify_by.unwrap_or(self.due_on).plus_days(1),
            _ => self.due_on.plus_days(RED_AFTER + 1),
        })
    }

    /// Its light on `today`.
    #[must_use]
    pub fn light(self, today: Date) -> Light {
        let overdue = self.overdue_days(today);
        match self.stage {
            MilestoneStage::NotMet => Light::Red,
            MilestoneStage::Rectifying if overdue > 0 => Light::Red,
            MilestoneStage::Rectifying => Light::Yellow,
            _ if overdue > RED_AFTER => Light::Red,
            _ if overdue > 0 => Light::Yellow,
            MilestoneStage::Planned if self.due_on <= today.plus_days(SOON) => Light::Yellow,
            _ => Light::Green,
        }
    }
}

/// The light of a project with these milestones, of which so many reports in a row are missing.
pub fn of_project(nodes: impl IntoIterator<Item = Node>, missing_reports: i32, today: Date) -> Light {
    let reports = if missing_reports >= MISSING_REPORTS { Light::Yellow } else { Light::Green };
    nodes.into_iter().map(|node| node.light(today)).fold(reports, Ord::max)
}

/// Whether a project at this stage has a light: it runs.
#[must_use]
pub fn shines(stage: ProjectStage) -> bool {
    stage != ProjectStage::Signing && !stage.ended()
}

#[cfg(test)]
mod tests {
    use super::{Light, Node, of_project};
    use crate::domain::milestone::MilestoneStage as S;
    use crate::domain::time::Date;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn node(stage: S) -> Node {
        Node { stage, due_on: day("2027-02-01"), rectify_by: (stage == S::Rectifying).then(|| day("2027-04-01")) }
    }

    #[test]
    fn each_row_of_the_rule_holds_on_its_first_day_and_not_before() {
        for (stage, today, light) in [
            (S::Planned, "2027-01-01", Light::Green),
            (S::Planned, "2027-01-02", Light::Yellow),
            (S::InProgress, "2027-02-01", Light::Green),
            (S::InProgress, "2027-02-02", Light::Yellow),
            (S::InProgress, "2027-03-03", Light::Yellow),
            (S::InProgress, "2027-03-04", Light::Red),
            (S::Planned, "2027-03-04", Light::Red),
            (S::Submitted, "2028-01-01", Light::Green),
            (S::Met, "2028-01-01", Light::Green),
            (S::NotMet, "2027-01-01", Light::Red),
            (S::Rectifying, "2027-04-01", Light::Yellow),
            (S::Rectifying, "2027-04-02", Light::Red),
        ] {
            assert_eq!(node(stage).light(day(today)), light, "{stage} on {today}");
        }
    }

    #[test]
    fn a_project_is_as_its_worst_milestone_and_yellow_when_two_reports_are_missing() {
        let today = day("2027-02-02");
        assert_eq!(of_project([], 0, today), Light::Green);
        assert_eq!(of_project([node(S::Met), node(S::InProgress)], 0, today), Light::Yellow);
        assert_eq!(of_project([node(S::NotMet), node(S::InProgress)], 0, today), Light::Red);
        assert_eq!(of_project([node(S::Met)], 1, today), Light::Green);
        assert_eq!(of_project([node(S::Met)], 2, today), Light::Yellow);
    }

    proptest! {
        /// As days go by with nothing done, no light grows better and nothing is less overdue.
        #[test]
        fn time_alone_makes_no_light_better(stage in 0..S::ALL.len(), mend in 0i64..200, from in -400i64..400, later in 0i64..400, missing in 0i32..4) {
            let due_on = day("2027-02-01");
            let node = Node { stage: S::ALL[stage], due_on, rectify_by: (mend > 0).then(|| due_on.plus_days(mend)) };
            let (today, then) = (due_on.plus_days(from), due_on.plus_days(from + later));
            prop_assert!(node.light(today) <= node.light(then));
            prop_assert!(node.overdue_days(today) <= node.overdue_days(then));
            prop_assert!(of_project([node], missing, today) <= of_project([node], missing + 1, then));
        }

        /// The later something is due, the better its light on one day.
        #[test]
        fn a_later_day_makes_no_light_worse(stage in 0..S::ALL.len(), off in -400i64..400, later in 0i64..400) {
            let today = day("2027-02-01");
            let light = |due: i64| Node { stage: S::ALL[stage], due_on: today.plus_days(due), rectify_by: None }.light(today);
            prop_assert!(light(off) >= light(off + later));
        }
    }
}
