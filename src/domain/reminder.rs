//! Reminders and escalations: what is due, how long before or after a letter says so, and to whom. One row of [`RULES`] is all
//! that a reminder takes.
//!
//! A rule speaks once for each object and due date, until the next rule on the same subject takes over: whoever starts the
//! service after a week hears of each matter once, by the rule that fits today.

use crate::domain::calendar::{Calendar, NoTable};
use crate::domain::codes::codes;
use crate::domain::light::{ESCALATED_AFTER, RED_AFTER};
use crate::domain::notice::{Audience, Notice};
use crate::domain::policy::Action;
use crate::domain::time::Date;

codes! {
    /// What has a day that people are reminded of, as long as it is not done.
    pub enum Subject {
        Draft = "draft" "揭榜截止日（尚未提交的申请）",
        ObjectionReceived = "objection_received" "异议收到日（尚未受理审查）",
        ObjectionAdmitted = "objection_admitted" "异议收到日（尚未答复、未延期）",
        ObjectionExtended = "objection_extended" "异议延期后的办结日（尚未答复）",
        Signing = "signing" "签约截止日（尚未签约）",
        Milestone = "milestone" "里程碑到期日（尚未提交）",
        Rectification = "rectification" "整改截止日（尚未再次提交）",
        Report = "report" "报告到期日（尚未提交）",
        Problem = "problem" "问题办结期限（尚未办结）",
        Visit = "visit" "下次服务期限（季度末，尚无服务记录）",
        VisitOnsite = "visit_onsite" "下次现场服务期限（半年末，尚无现场记录）",
        Suspension = "suspension" "暂停期限（尚未恢复或终止）",
        Clawback = "clawback" "退款期限（尚未退清）",
        ProjectEnd = "project_end" "项目结束日（尚未申请验收）",
        FollowUp = "follow_up" "成果年度跟踪期限（尚未填报）",
    }
}

impl Subject {
    /// The action under which the audit log remembers a reminder.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Draft => Action::BidRemind,
            Self::ObjectionReceived | Self::ObjectionAdmitted | Self::ObjectionExtended => Action::ObjectionRemind,
            Self::Signing | Self::ProjectEnd | Self::Visit | Self::VisitOnsite => Action::ProjectRemind,
            Self::Problem => Action::ProblemRemind,
            Self::Report => Action::ReportRemind,
            Self::Suspension => Action::MeasureRemind,
            Self::Clawback => Action::ClawbackRemind,
            Self::Milestone | Self::Rectification => Action::MilestoneRemind,
            Self::FollowUp => Action::OutcomeRemind,
        }
    }
}

/// How far from the subject's day a rule speaks; before it when negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Calendar days.
    Days(i64),
    /// Working days; needs the table of the year.
    WorkingDays(i64),
    /// Months.
    Months(i64),
}

use When::{Days, Months, WorkingDays};

/// A rule: from this day on, these people get this letter.
#[derive(Debug)]
pub struct ReminderRule {
    /// Its name, which is kept with what was sent: never reuse one.
    pub code: &'static str,
    /// What has the day.
    pub subject: Subject,
    /// How far from that day.
    pub when: When,
    /// The letter.
    pub notice: Notice,
    /// Who gets it. A person in several audiences gets one.
    pub to: &'static [Audience],
}

const fn rule(code: &'static str, subject: Subject, when: When, notice: Notice, to: &'static [Audience]) -> ReminderRule {
    ReminderRule { code, subject, when, notice, to }
}

use Audience::{Author, Commissioner, Directors, Finance, Partners, Supervisors, Team};
use Notice as N;
use Subject as S;

/// Who hears that a milestone is overdue,
const LATE: &[Audience] = &[Team, Commissioner, Author];
/// and what goes on being overdue.
const ESCALATED: &[Audience] = &[Team, Commissioner, Author, Directors, Supervisors];

/// Who hears that a light has been red for long, or that a problem stays unsolved,
const RED: &[Audience] = &[Team, Commissioner, Author, Directors];
/// and that a commissioner was not there.
const ABSENT: &[Audience] = &[Commissioner, Author, Directors];

/// Every rule; those of one subject in the order in which they speak.
pub const RULES: &[ReminderRule] = &[
    // The seal holds: of a draft only its own team hears.
    rule("draft_10", S::Draft, Days(-10), N::BidUnsent, &[Team]),
    rule("draft_3", S::Draft, Days(-3), N::BidUnsent, &[Team]),
    rule("draft_1", S::Draft, Days(-1), N::BidUnsent, &[Team]),
    rule("objection_to_admit", S::ObjectionReceived, WorkingDays(5), N::ObjectionDue, &[Supervisors]),
    rule("objection_to_answer", S::ObjectionAdmitted, WorkingDays(30), N::ObjectionDue, &[Supervisors]),
    rule("objection_extended", S::ObjectionExtended, Days(0), N::ObjectionDue, &[Supervisors]),
    rule("signing_10", S::Signing, Days(-10), N::SigningDue, &[Team]),
    rule("signing_3", S::Signing, Days(-3), N::SigningDue, &[Team, Author]),
    rule("milestone_60", S::Milestone, Days(-60), N::MilestoneDue, &[Team, Commissioner]),
    rule("milestone_30", S::Milestone, Days(-30), N::MilestoneDue, &[Team, Commissioner]),
    rule("milestone_7", S::Milestone, Days(-7), N::MilestoneDue, &[Team, Commissioner]),
    rule("milestone_1", S::Milestone, Days(-1), N::MilestoneDue, &[Team, Commissioner]),
    rule("milestone_0", S::Milestone, Days(0), N::MilestoneDue, &[Team, Commissioner]),
    rule("milestone_late_1", S::Milestone, Days(1), N::MilestoneOverdue, LATE),
    rule("milestone_late_15", S::Milestone, Days(15), N::MilestoneOverdue, LATE),
    rule("milestone_late_30", S::Milestone, Days(30), N::MilestoneOverdue, ESCALATED),
    // Red since the day after the last of the thirty.
    rule("milestone_red", S::Milestone, Days(RED_AFTER + 1 + ESCALATED_AFTER), N::LightRed, RED),
    rule("rectification_7", S::Rectification, Days(-7), N::MilestoneDue, &[Team, Commissioner]),
    rule("rectification_late_1", S::Rectification, Days(1), N::MilestoneOverdue, LATE),
    rule("rectification_red", S::Rectification, Days(1 + ESCALATED_AFTER), N::LightRed, RED),
    rule("report_15", S::Report, Days(-15), N::ReportDue, &[Team, Commissioner]),
    rule("report_3", S::Report, Days(-3), N::ReportDue, &[Team, Commissioner]),
    rule("report_late_1", S::Report, Days(1), N::ReportOverdue, LATE),
    rule("problem_late_1", S::Problem, Days(1), N::ProblemOverdue, LATE),
    rule("problem_late_15", S::Problem, Days(15), N::ProblemOverdue, RED),
    rule("visit_15", S::Visit, Days(-15), N::VisitDue, &[Commissioner]),
    rule("visit_late_1", S::Visit, Days(1), N::VisitMissing, ABSENT),
    rule("visit_late_30", S::Visit, Days(30), N::VisitMissing, ABSENT),
    rule("visit_onsite_30", S::VisitOnsite, Days(-30), N::VisitDue, &[Commissioner]),
    rule("visit_onsite_late_1", S::VisitOnsite, Days(1), N::VisitMissing, ABSENT),
    rule("suspension_15", S::Suspension, Days(-15), N::SuspensionDue, &[Author, Commissioner]),
    rule("suspension_late_1", S::Suspension, Days(1), N::SuspensionOverdue, &[Author, Commissioner, Directors]),
    rule("clawback_7", S::Clawback, Days(-7), N::ClawbackDue, &[Team, Partners]),
    rule("clawback_late_1", S::Clawback, Days(1), N::ClawbackOverdue, &[Team, Partners, Finance, Supervisors, Author]),
    rule("clawback_late_30", S::Clawback, Days(30), N::ClawbackOverdue, &[Team, Partners, Finance, Supervisors, Author, Directors]),
    rule("extension_180", S::ProjectEnd, Days(-180), N::ExtensionWindow, &[Team, Commissioner]),
    rule("extension_90", S::ProjectEnd, Days(-90), N::ExtensionWindow, &[Team, Commissioner]),
    rule("acceptance_late_3", S::ProjectEnd, Months(3), N::AcceptanceOverdue, ESCALATED),
    rule("acceptance_late_5", S::ProjectEnd, Months(5), N::AcceptanceOverdue, ESCALATED),
    rule("acceptance_late_6", S::ProjectEnd, Months(6), N::AcceptanceOverdue, ESCALATED),
    rule("follow_up_30", S::FollowUp, Days(-30), N::FollowUpDue, &[Team]),
    rule("follow_up_7", S::FollowUp, Days(-7), N::FollowUpDue, &[Team]),
    rule("follow_up_late_1", S::FollowUp, Days(1), N::FollowUpMissing, LATE),
    rule("follow_up_late_30", S::FollowUp, Days(30), N::FollowUpMissing, RED),
];

/// How long after its day the last rule on a subject still speaks, in days: for when the service stood still.
const GRACE: i64 = 31;

impl When {
    /// Whether it lies before the subject's day, or on it.
    const fn before(self) -> bool {
        matches!(self, Days(n) | WorkingDays(n) | Months(n) if n <= 0)
    }

    /// The latest day of a subject for which this is reached on `today`.
    fn latest(self, today: Date, calendar: &Calendar) -> Result<Date, NoTable> {
        match self {
            Days(n) => Ok(today.plus_days(-n)),
            Months(n) => {
                let guess = months_after(today, -n).plus_days(4);
                Ok((0..9).map(|back| guess.plus_days(-back)).find(|day| months_after(*day, n) <= today).unwrap_or(guess))
            }
            WorkingDays(n) if n < 0 => {
                let ahead = u32::try_from(n.unsigned_abs()).unwrap_or(u32::MAX).saturating_add(1);
                calendar.after(today, ahead).map(|day| day.plus_days(-1))
            }
            WorkingDays(n) => {
                let (mut day, mut left) = (today, n);
                while left > 0 {
                    left = left.saturating_sub(i64::from(calendar.is_working_day(day)?));
                    day = day.plus_days(-1);
                }
                Ok(day)
            }
        }
    }

    /// In words, for the documents.
    #[must_use]
    pub fn words(self) -> String {
        let (count, unit) = match self {
            Days(n) => (n, "days"),
            WorkingDays(n) => (n, "working days"),
            Months(n) => (n, "months"),
        };
        let unit = if count.abs() == 1 { unit.trim_end_matches('s') } else { unit };
        match count {
            0 => "on the day".to_owned(),
            n if n < 0 => format!("{} {unit} before", -n),
            n => format!("{n} {unit} after"),
        }
    }
}

/// The same day `months` later, or the last of that month when it has no such day.
fn months_after(day: Date, months: i64) -> Date {
    let count = chrono::Months::new(u32::try_from(months.unsigned_abs()).unwrap_or_default());
    let moved = if months < 0 { day.0.checked_sub_months(count) } else { day.0.checked_add_months(count) };
    moved.map_or(day, Date)
}

impl ReminderRule {
    /// The subject's days, first and last, of which the rule speaks on `today`; none when there is no such day.
    ///
    /// # Errors
    /// It counts working days, and the year has no table.
    pub fn window(&self, today: Date, calendar: &Calendar) -> Result<Option<(Date, Date)>, NoTable> {
        let last = self.when.latest(today, calendar)?;
        let first = match self.next() {
            Some(next) => next.when.latest(today, calendar)?.plus_days(1),
            None => last.plus_days(-GRACE),
        };
        let first = if self.when.before() { first.max(today) } else { first };
        Ok((first <= last).then_some((first, last)))
    }

    /// The day by which something must be done, when the subject's day is `day`: for what runs from a receipt, its end.
    ///
    /// # Errors
    /// It counts working days, and the year has no table.
    pub fn deadline(&self, day: Date, calendar: &Calendar) -> Result<Date, NoTable> {
        match self.when {
            WorkingDays(n) if n > 0 => calendar.after(day, u32::try_from(n).unwrap_or_default()),
            _ => Ok(day),
        }
    }

    /// The rule on the same subject that speaks next.
    fn next(&self) -> Option<&'static Self> {
        RULES.iter().filter(|other| other.subject == self.subject).skip_while(|other| other.code != self.code).nth(1)
    }
}

/// The last day on which an extension may be asked for: three months before the end (DOMAIN §2.3, D9).
#[must_use]
pub fn last_day_to_extend(ends_on: Date) -> Date {
    months_after(ends_on, -3)
}

#[cfg(test)]
mod tests {
    use super::{RULES, months_after};
    use crate::domain::calendar::Calendar;
    use crate::domain::time::Date;
    use std::collections::BTreeSet;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn every_rule_has_a_name_of_its_own_and_somebody_to_tell() {
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(names.len(), RULES.len());
        assert!(RULES.iter().all(|rule| !rule.to.is_empty()));
    }

    /// Whatever the day, a matter is spoken of by one rule at most, from the first rule's day on.
    #[test]
    fn on_no_day_do_two_rules_speak_of_one_date() {
        let calendar = Calendar::built_in().unwrap();
        for offset in 0..700 {
            let today = day("2025-01-05").plus_days(offset);
            for rule in RULES {
                let Ok(Some((first, last))) = rule.window(today, &calendar) else { continue };
                assert!(first <= last);
                for other in RULES.iter().filter(|other| other.subject == rule.subject && other.code != rule.code) {
                    let Ok(Some((from, until))) = other.window(today, &calendar) else { continue };
                    assert!(last < from || until < first, "{} and {} on {today}", rule.code, other.code);
                }
            }
        }
    }

    #[test]
    fn a_rule_speaks_from_its_day_until_the_next_one_does() {
        let calendar = Calendar::built_in().unwrap();
        let speaks = |today: &str, code: &str, due: &str| {
            let rule = RULES.iter().find(|rule| rule.code == code).unwrap();
            let (first, last) = rule.window(day(today), &calendar).unwrap().unwrap();
            first <= day(due) && day(due) <= last
        };
        assert!(!speaks("2026-07-02", "milestone_30", "2026-08-02"));
        assert!(speaks("2026-07-03", "milestone_30", "2026-08-02"));
        assert!(speaks("2026-07-25", "milestone_30", "2026-08-02"));
        assert!(!speaks("2026-07-26", "milestone_30", "2026-08-02"));
        assert!(speaks("2026-08-02", "milestone_0", "2026-08-02"));
        assert!(speaks("2026-08-03", "milestone_late_1", "2026-08-02"));
        // Ends of months, of different lengths.
        assert!(!speaks("2026-02-27", "acceptance_late_3", "2025-11-30"));
        assert!(speaks("2026-02-28", "acceptance_late_3", "2025-11-30"));
        assert!(!speaks("2026-04-30", "acceptance_late_3", "2025-11-30"));
        // Five working days after a Monday, over the holiday of May.
        assert!(!speaks("2026-05-07", "objection_to_admit", "2026-04-29"));
        assert!(speaks("2026-05-09", "objection_to_admit", "2026-04-29"));
    }

    #[test]
    fn a_year_without_a_table_keeps_only_those_quiet_that_need_it() {
        let calendar = Calendar::built_in().unwrap();
        let quiet: BTreeSet<&str> =
            RULES.iter().filter(|rule| rule.window(day("2037-03-01"), &calendar).is_err()).map(|rule| rule.code).collect();
        assert_eq!(quiet, BTreeSet::from(["objection_to_admit", "objection_to_answer"]));
    }

    #[test]
    fn months_end_with_the_month() {
        assert_eq!(months_after(day("2026-08-31"), 6), day("2027-02-28"));
        assert_eq!(months_after(day("2026-05-31"), -3), day("2026-02-28"));
    }
}
