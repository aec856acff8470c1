//! The commissioner's service log 服务记录: visits, when they are due, and until when a record of one may be changed.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::input::Whole;
use crate::domain::problem::ProblemInput;
use crate::domain::text::{Line, LongText, Name, Reason};
use crate::domain::time::{Date, Timestamp};
use chrono::{Datelike, NaiveDate, TimeDelta};

codes! {
    /// How a visit was made.
    pub enum VisitMode {
        Onsite = "onsite" "现场",
        Online = "online" "线上",
        Phone = "phone" "电话",
        Document = "document" "查阅资料",
    }
}

/// How long a record may be changed after it was made.
pub const OPEN_FOR: TimeDelta = TimeDelta::hours(24);
/// A visit that was written down later than so many days after it is flagged.
const PROMPT_DAYS: i64 = 7;
/// People and problems that one record names, at most.
const MOST: usize = 30;

/// A visit, as its commissioner writes it down.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct VisitInput {
    /// When it was.
    pub held_at: Timestamp,
    /// How it was made.
    pub mode: VisitMode,
    /// Where; needed on site.
    #[deserr(default)]
    pub place: Option<Line<2, 200>>,
    /// Who took part, by name.
    pub participants: Vec<Name>,
    /// How long it took, in minutes.
    pub duration_min: Whole<1, 1_440>,
    /// What was found; the team reads it.
    pub findings: LongText,
    /// For the department alone.
    #[deserr(default)]
    pub note: Option<Reason>,
    /// When the next visit is planned.
    #[deserr(default)]
    pub next_visit_on: Option<Date>,
    /// Problems that were found; when a record is changed, further ones.
    #[deserr(default)]
    #[schema(required = false)]
    pub problems: Vec<ProblemInput>,
}

impl VisitInput {
    /// Whether it may stand, of a project that began on `began_on`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check(&self, began_on: Date, now: Timestamp) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.held_at > now, "held_at", || Fault::new("in_the_future", "不得晚于现在", "must not be in the future"));
        faults.check(self.held_at.date() < began_on, "held_at", || {
            Fault::new("before_the_project", "早于项目开始日", "is before the project began")
        });
        faults.check(self.mode == VisitMode::Onsite && self.place.is_none(), "place", Fault::missing);
        faults.check(self.participants.is_empty(), "participants", Fault::missing);
        faults.check(self.participants.len() > MOST, "participants", || too_many(MOST));
        faults.check(self.problems.len() > MOST, "problems", || too_many(MOST));
        let past = self.next_visit_on.is_some_and(|day| day < now.date());
        faults.check(past, "next_visit_on", || Fault::new("in_the_past", "不得早于今天", "must not be before today"));
        for (index, problem) in self.problems.iter().enumerate() {
            if let Err(found) = problem.check(now.date()) {
                faults.0.extend(found.0.into_iter().map(|fault| fault.within(&format!("problems[{index}]"))));
            }
        }
        faults.or(())
    }
}

fn too_many(most: usize) -> Fault {
    Fault::new("too_many", format!("最多{most}项"), format!("must be at most {most}"))
}

/// Whether a visit was written down late: more than a week after it.
#[must_use]
pub fn backdated(held_at: Timestamp, logged_at: Timestamp) -> bool {
    logged_at.date() > held_at.date().plus_days(PROMPT_DAYS)
}

/// The last day of the quarter after that of `day`: by then the next visit is to be made.
#[must_use]
pub fn next_quarter_ends(day: Date) -> Date {
    period_after(day, 3)
}

/// The last day of the half-year after that of `day`: by then the next visit on site is to be made.
#[must_use]
pub fn next_half_year_ends(day: Date) -> Date {
    period_after(day, 6)
}

/// The last day of the period of so many months after the one that `day` lies in.
fn period_after(day: Date, months: u32) -> Date {
    let begins = day.0.month0() / months * months;
    let first = NaiveDate::from_ymd_opt(day.0.year(), begins + 1, 1);
    let after = first.and_then(|first| first.checked_add_months(chrono::Months::new(2 * months)));
    after.and_then(|after| after.pred_opt()).map_or(day, Date)
}

#[cfg(test)]
mod tests {
    use super::{backdated, next_half_year_ends, next_quarter_ends};
    use crate::domain::time::Date;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_next_visit_is_due_by_the_end_of_the_next_quarter() {
        for (visited, by, onsite_by) in [
            ("2026-04-01", "2026-09-30", "2026-12-31"),
            ("2026-06-30", "2026-09-30", "2026-12-31"),
            ("2026-07-01", "2026-12-31", "2027-06-30"),
            ("2026-12-31", "2027-03-31", "2027-06-30"),
        ] {
            assert_eq!((next_quarter_ends(day(visited)), next_half_year_ends(day(visited))), (day(by), day(onsite_by)), "{visited}");
        }
    }

    #[test]
    fn what_is_written_down_after_more_than_a_week_is_flagged() {
        let at = |text: &str| format!("{text}T02:00:00Z").parse().unwrap();
        assert!(!backdated(at("2026-05-01"), at("2026-05-08")));
        assert!(backdated(at("2026-05-01"), at("2026-05-09")));
    }
}
