//! The monthly status of a project: the commissioner's word on its light, for all their projects in one request.

use crate::domain::fault::{Fault, Faults};
use crate::domain::id::ProjectId;
use crate::domain::text::{Line, Reason};
use crate::domain::time::Date;
use chrono::{Datelike, NaiveDate};

/// Projects in one request, at most.
const MOST: usize = 200;

/// The status of one project.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct StatusInput {
    /// The project.
    pub project_id: ProjectId,
    /// Why its light is as it is; needed unless it is green.
    #[deserr(default)]
    pub light_reason: Option<Reason>,
    /// How it goes.
    pub note: Reason,
}

/// The status of projects in a month. What was said of that month before is replaced.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct MonthInput {
    /// `2026-11`: this month or the last one; this month when left out.
    #[deserr(default)]
    pub month: Option<Line<7, 7>>,
    /// One entry a project.
    pub reports: Vec<StatusInput>,
}

impl MonthInput {
    /// The first day of the month that it is about.
    ///
    /// # Errors
    /// It is neither this month nor the last; a project stands twice; there is none, or there are too many.
    pub fn check(&self, today: Date) -> Result<Date, Faults> {
        let mut faults = Faults::default();
        let this = month_of(today);
        let last = month_of(this.plus_days(-1));
        let month = self.month.as_ref().map_or(Some(this), |text| format!("{text}-01").parse::<Date>().ok());
        let month = month.filter(|month| *month == this || *month == last);
        faults.check(month.is_none(), "month", || {
            Fault::new("not_this_month", "应为本月或上月，如 2026-11", "must be this month or the last")
        });
        faults.check(self.reports.is_empty(), "reports", Fault::missing);
        let too_many = || Fault::new("too_many", format!("最多{MOST}项"), format!("must be at most {MOST}"));
        faults.check(self.reports.len() > MOST, "reports", too_many);
        for (index, report) in self.reports.iter().enumerate().take(MOST) {
            let twice = self.reports.iter().take(index).any(|other| other.project_id == report.project_id);
            let field = format!("reports[{index}].project_id");
            faults.check(twice, &field, || Fault::new("repeated", "重复", "stands more than once"));
        }
        faults.or(month.unwrap_or(this))
    }
}

/// The first day of a day's month.
#[must_use]
pub fn month_of(day: Date) -> Date {
    NaiveDate::from_ymd_opt(day.0.year(), day.0.month(), 1).map_or(day, Date)
}

/// The last day of a day's month.
#[must_use]
pub fn month_ends(day: Date) -> Date {
    month_of(month_of(day).plus_days(31)).plus_days(-1)
}

#[cfg(test)]
mod tests {
    use super::{month_ends, month_of};

    #[test]
    fn a_month_has_a_first_and_a_last_day() {
        for (day, first, last) in [("2026-11-28", "2026-11-01", "2026-11-30"), ("2028-02-01", "2028-02-01", "2028-02-29")] {
            let day = day.parse().unwrap();
            assert_eq!((month_of(day), month_ends(day)), (first.parse().unwrap(), last.parse().unwrap()));
        }
    }
}
