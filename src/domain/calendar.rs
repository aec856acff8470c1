//! Working days: the Chinese calendar with its make-up days (调休), kept as data in `calendar.toml`.
//!
//! A year without a table refuses to compute.

use crate::domain::fault::{Fault, Faults};
use crate::domain::input::Whole;
use crate::domain::text::Line;
use crate::domain::time::Date;
use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::{BTreeMap, BTreeSet};

/// Tables of working days by year.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    years: BTreeMap<i32, Year>,
}

#[derive(Clone, Debug, Default)]
struct Year {
    off: BTreeSet<NaiveDate>,
    work: BTreeSet<NaiveDate>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct YearText {
    off: String,
    work: String,
}

/// A year for which no table is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoTable(pub i32);

/// The days of a year as the State Council announces them: `0101-03 0217` are MMDD, or spans of them.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = CalendarInput::check -> Faults)]
pub struct CalendarInput {
    /// Which year.
    pub year: Whole<2000, 2200>,
    /// Holidays: 放假.
    pub off: Line<1, 400>,
    /// Weekends that are working days: 调休上班. `-` when there is none.
    pub work: Line<1, 400>,
}

impl CalendarInput {
    fn check(self, _: deserr::ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let year = self.year();
        for (field, text) in [("off", self.off()), ("work", self.work())] {
            match parse_days(year, text) {
                Err(_) => faults.check(true, field, || {
                    Fault::new(
                        "bad_days",
                        "应为该年的MMDD日期或区间，如“0101-03 0217”",
                        "must be days of that year as MMDD or spans, such as \"0101-03 0217\"",
                    )
                }),
                Ok(days) => {
                    let weekday = days.iter().find(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
                    faults.check(field == "work" && weekday.is_some(), field, || {
                        Fault::new("not_a_weekend", "调休上班日应为周六或周日", "a make-up day must be a Saturday or a Sunday")
                    });
                }
            }
        }
        faults.or(self)
    }

    /// The year.
    #[must_use]
    pub fn year(&self) -> i32 {
        i32::try_from(self.year.0).unwrap_or_default()
    }

    /// The holidays.
    #[must_use]
    pub fn off(&self) -> &str {
        self.off.as_str()
    }

    /// The make-up days; empty when there is none.
    #[must_use]
    pub fn work(&self) -> &str {
        if self.work.as_str() == "-" { "" } else { self.work.as_str() }
    }
}

impl Calendar {
    /// The tables that ship with the service.
    ///
    /// # Errors
    /// Never, unless `calendar.toml` itself is broken.
    pub fn built_in() -> Result<Self, String> {
        Self::default().with(include_str!("calendar.toml"))
    }

    /// These tables and those of `text`, which win for their years.
    ///
    /// # Errors
    /// The first thing in `text` that is not understood.
    pub fn with(mut self, text: &str) -> Result<Self, String> {
        let years: BTreeMap<String, YearText> = toml::from_str(text).map_err(|e| e.to_string())?;
        for (name, days) in years {
            let year: i32 = name.parse().map_err(|_| format!("not a year: {name}"))?;
            self = self.with_year(year, &days.off, &days.work)?;
        }
        Ok(self)
    }

    /// These tables and that of one year, which wins.
    ///
    /// # Errors
    /// The first thing in it that is not understood.
    pub fn with_year(mut self, year: i32, off: &str, work: &str) -> Result<Self, String> {
        self.years.insert(year, Year { off: parse_days(year, off)?, work: parse_days(year, work)? });
        Ok(self)
    }

    /// The years that there is a table for.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        self.years.keys().copied()
    }

    /// Whether `date` is a working day.
    ///
    /// # Errors
    /// [`NoTable`] when the year is unknown.
    pub fn is_working_day(&self, date: Date) -> Result<bool, NoTable> {
        let year = self.years.get(&date.0.year()).ok_or(NoTable(date.0.year()))?;
        let weekend = matches!(date.0.weekday(), Weekday::Sat | Weekday::Sun);
        Ok(year.work.contains(&date.0) || (!weekend && !year.off.contains(&date.0)))
    }

    /// The `count`-th working day after `date`, which itself does not count (民法典 §201).
    ///
    /// # Errors
    /// [`NoTable`] when a year on the way is unknown.
    pub fn after(&self, date: Date, count: u32) -> Result<Date, NoTable> {
        let (mut day, mut left) = (date, count);
        while left > 0 {
            day = day.plus_days(1);
            left = left.saturating_sub(u32::from(self.is_working_day(day)?));
        }
        Ok(day)
    }

    /// How many working days `[from, to]` holds, both ends included.
    ///
    /// # Errors
    /// [`NoTable`] when a year of the span is unknown.
    pub fn working_days(&self, from: Date, to: Date) -> Result<u32, NoTable> {
        let mut count = 0;
        // A span of more than a year is no publicity window; the cap keeps a typing error from costing time.
        for date in from.0.iter_days().take_while(|date| *date <= to.0).take(400) {
            count += u32::from(self.is_working_day(Date(date))?);
        }
        Ok(count)
    }
}

fn parse_days(year: i32, text: &str) -> Result<BTreeSet<NaiveDate>, String> {
    let day = |mmdd: &str| -> Option<NaiveDate> {
        let number: u32 = mmdd.parse().ok().filter(|_| mmdd.len() == 4)?;
        NaiveDate::from_ymd_opt(year, number / 100, number % 100)
    };
    let mut days = BTreeSet::new();
    for word in text.split_whitespace() {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let last = if last.len() == 2 { format!("{}{last}", first.get(..2).unwrap_or_default()) } else { last.to_owned() };
        let (Some(first), Some(last)) = (day(first), day(&last)) else {
            return Err(format!("not a day of {year}: {word}"));
        };
        days.extend(first.iter_days().take_while(|date| *date <= last));
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::{Calendar, NoTable};

    fn working_days(from: &str, to: &str) -> Result<u32, NoTable> {
        Calendar::built_in().unwrap().working_days(from.parse().unwrap(), to.parse().unwrap())
    }

    /// Windows of real notices, each of five working days.
    #[test]
    fn windows_of_real_notices_hold_five_working_days() {
        for (from, to) in [
            ("2023-04-27", "2023-05-06"),
            ("2022-05-23", "2022-05-27"),
            ("2023-11-15", "2023-11-21"),
            ("2023-07-31", "2023-08-04"),
            ("2023-09-11", "2023-09-17"),
        ] {
            assert_eq!(working_days(from, to), Ok(5), "{from}…{to}");
        }
    }

    /// Computed vectors: five working days that start on the day after the first date.
    #[test]
    fn windows_across_holidays_count_make_up_days() {
        for (published, end) in [
            ("2021-10-01", "2021-10-13"),
            ("2022-01-25", "2022-01-29"),
            ("2022-04-30", "2022-05-10"),
            ("2021-12-31", "2022-01-07"),
            ("2022-10-01", "2022-10-12"),
        ] {
            assert_eq!(working_days(published, end), Ok(5), "{published}…{end}");
        }
    }

    #[test]
    fn a_year_without_a_table_is_refused_not_guessed() {
        assert_eq!(working_days("2026-12-30", "2027-01-08"), Err(NoTable(2027)));
    }
}
