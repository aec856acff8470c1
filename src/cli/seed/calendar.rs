//! The calendar of the demo: on which days the department does what with a batch. Working days, Beijing time.

use crate::cli::seed::data::Challenge;
use crate::cli::seed::ends::Reach;
use crate::domain::time::{Date, Timestamp};
use chrono::TimeDelta;

/// The instant at which the demo's clock begins.
pub const BEGINS: &str = "2021-09-01T09:00:00+08:00";
/// The instant at which its story ends.
pub const ENDS: &str = "2023-03-20T10:00:00+08:00";
/// When batches of the second year are set up.
pub const SECOND_YEAR: &str = "2022-03-01";
/// When a challenge that failed is withdrawn.
pub const WITHDRAWN: &str = "2022-03-15";
/// When a challenge is finished whose projects have ended.
pub const FINISHED: &str = "2023-03-10";
/// When the clock opens the reports of a quarter, or finds that they are missing.
pub const CHORES: &[&str] = &["2022-07-04", "2022-10-10", "2023-01-04", "2023-01-17"];
/// When commissioners report on the month.
pub const MONTHS: &[&str] = &["2022-10-27", "2022-11-28", "2022-12-28", "2023-01-18", "2023-02-27"];
/// A day that the story does not get to.
const NEVER: &str = "9999-12-31";

/// The days of one round.
#[derive(Debug)]
pub struct Season {
    /// Drafts are written.
    pub drafted: &'static str,
    /// Drafts are submitted.
    pub submitted: &'static str,
    /// Directors approve or reject.
    pub approved: &'static str,
    /// Published; the window opens on this day at 09:00.
    pub published: &'static str,
    /// The window closes on this day at 17:00.
    pub closes: &'static str,
    /// Teams bid; the days after them are working days, too.
    pub bids: &'static [&'static str],
    /// Bids are opened.
    pub opened: &'static str,
    /// Bids are examined.
    pub examined: &'static str,
    /// Review starts.
    pub started: &'static str,
    /// Experts are asked.
    pub assigned: &'static str,
    /// Experts declare that they have no interest.
    pub declared: &'static str,
    /// Score sheets are submitted.
    pub scored: &'static str,
    /// Score sheets are due on this day at 17:00.
    pub scores_due: &'static str,
    /// A decision is proposed.
    pub proposed: &'static str,
    /// A director approves it.
    pub decided: &'static str,
    /// It is made public.
    pub publicised: &'static str,
    /// First and last day of the publicity.
    pub publicity: (&'static str, &'static str),
    /// The challenge is awarded.
    pub awarded: &'static str,
}

/// The batch of 2021.
pub const YEAR_2021: Season = Season {
    drafted: "2021-09-10",
    submitted: "2021-09-10",
    approved: "2021-09-23",
    published: "2021-10-15",
    closes: "2021-12-10",
    bids: &[
        "2021-11-22",
        "2021-11-23",
        "2021-11-24",
        "2021-11-25",
        "2021-11-29",
        "2021-11-30",
        "2021-12-01",
        "2021-12-02",
        "2021-12-06",
        "2021-12-07",
    ],
    opened: "2021-12-13",
    examined: "2021-12-20",
    started: "2021-12-22",
    assigned: "2021-12-24",
    declared: "2021-12-27",
    scored: "2022-01-05",
    scores_due: "2022-01-10",
    proposed: "2022-01-20",
    decided: "2022-01-24",
    publicised: "2022-01-28",
    publicity: ("2022-02-07", "2022-02-14"),
    awarded: "2022-02-16",
};

/// Challenges of 2022 that are through with their round, or nearly.
pub const AUTUMN_2022: Season = Season {
    drafted: "2022-03-15",
    submitted: "2022-03-22",
    approved: "2022-04-07",
    published: "2022-10-10",
    closes: "2022-12-01",
    bids: &["2022-11-14", "2022-11-15", "2022-11-16", "2022-11-17", "2022-11-21", "2022-11-22", "2022-11-23", "2022-11-24"],
    opened: "2022-12-05",
    examined: "2022-12-12",
    started: "2022-12-14",
    assigned: "2022-12-16",
    declared: "2022-12-20",
    scored: "2023-01-09",
    scores_due: "2023-01-13",
    proposed: "2023-02-16",
    decided: "2023-02-23",
    publicised: "2023-03-09",
    publicity: ("2023-03-13", "2023-03-17"),
    awarded: NEVER,
};

/// The second publicity of a challenge of 2022 whose first one was interrupted.
pub const SECOND_2023: Season = Season { publicity: ("2023-03-20", "2023-03-24"), ..AUTUMN_2022 };

/// The publicity of a reserve that moved up in 2022.
pub const RESERVE_2022: Season = Season { publicity: ("2022-03-10", "2022-03-17"), ..YEAR_2021 };

/// Challenges of 2022 whose bids are before the department when the story ends.
pub const WINTER_2022: Season = Season {
    published: "2023-01-09",
    closes: "2023-03-03",
    bids: &["2023-02-13", "2023-02-14", "2023-02-15", "2023-02-16", "2023-02-20", "2023-02-21", "2023-02-22", "2023-02-23"],
    opened: "2023-03-06",
    examined: "2023-03-08",
    started: "2023-03-09",
    assigned: "2023-03-10",
    declared: "2023-03-13",
    scored: "2023-03-15",
    scores_due: "2023-03-31",
    proposed: "2023-03-17",
    decided: NEVER,
    publicised: NEVER,
    publicity: (NEVER, NEVER),
    ..AUTUMN_2022
};

/// Challenges that are open when the story ends, or on their way there.
pub const SPRING_2023: Season = Season {
    submitted: "2023-01-09",
    approved: "2023-02-06",
    published: "2023-02-20",
    closes: "2023-04-20",
    bids: &["2023-03-06", "2023-03-07", "2023-03-08", "2023-03-09", "2023-03-13", "2023-03-14", "2023-03-15", "2023-03-16"],
    ..WINTER_2022
};

/// The season in which a challenge's first round falls.
#[must_use]
pub fn season(challenge: &Challenge, year: i64) -> &'static Season {
    match (year, challenge.extent()) {
        (2021, _) => &YEAR_2021,
        (_, Reach::Draft | Reach::InApproval | Reach::Approved | Reach::Open) => &SPRING_2023,
        (_, Reach::Screening) if challenge.fail_reason.is_some() => &AUTUMN_2022,
        (_, Reach::Closed | Reach::Screening | Reach::Reviewing | Reach::Deciding) => &WINTER_2022,
        _ => &AUTUMN_2022,
    }
}

/// An instant of the calendar, such as [`BEGINS`].
///
/// # Errors
/// It is none.
pub fn instant(text: &str) -> anyhow::Result<Timestamp> {
    text.parse().map_err(|_| anyhow::anyhow!("not an instant: {text}"))
}

/// A day of the calendar.
///
/// # Errors
/// It is none.
pub fn date(text: &str) -> anyhow::Result<Date> {
    text.parse().map_err(|_| anyhow::anyhow!("not a date: {text}"))
}

/// An instant on a day: so many seconds after 09:00.
///
/// # Errors
/// The day is none.
pub fn moment(day: &str, seconds: i64) -> anyhow::Result<Timestamp> {
    Ok(date(day)?.starts_at().plus(TimeDelta::hours(9)).plus(TimeDelta::seconds(seconds)))
}

/// 17:00 on a day.
///
/// # Errors
/// The day is none.
pub fn evening(day: &str) -> anyhow::Result<Timestamp> {
    moment(day, 8 * 3600)
}
