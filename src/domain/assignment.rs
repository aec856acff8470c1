//! Assignments of commissioners 项目专员: exactly one primary on an active project, none with an interest in it, none for ever.

use crate::domain::codes::codes;
use crate::domain::fault::Faults;
use crate::domain::id::UserId;
use crate::domain::text::Reason;
use crate::domain::time::Timestamp;
use chrono::TimeDelta;

/// After three years with one lead organisation a commissioner follows none of its projects until a year has passed 轮岗.
const ROTATION: TimeDelta = TimeDelta::days(3 * 365);
/// A break that begins the three years anew.
const BREAK: TimeDelta = TimeDelta::days(365);

/// Whether someone followed one lead organisation's projects long enough: `spans` are from when until when (`None`: still), by
/// their beginning.
#[must_use]
pub fn rotation_due(spans: &[(Timestamp, Option<Timestamp>)], now: Timestamp) -> bool {
    let chain = spans.iter().fold(None, |chain: Option<(Timestamp, Timestamp)>, (from, until)| {
        let until = until.unwrap_or(now);
        match chain {
            Some((begun, latest)) if *from < latest.plus(BREAK) => Some((begun, latest.max(until))),
            _ => Some((*from, until)),
        }
    });
    chain.is_some_and(|(begun, latest)| now < latest.plus(BREAK) && begun.plus(ROTATION) <= now)
}

codes! {
    /// As what somebody follows a project.
    pub enum AssignmentKind {
        Primary = "primary" "主责专员",
        Backup = "backup" "候补专员",
    }
}

/// Running projects that one commissioner should follow at most: six follow about thirty.
pub const SOFT_CAP: usize = 8;

/// Which commissioner follows the project from now on.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AssignInput {
    /// The commissioner.
    pub commissioner_id: UserId,
    /// As what: `primary` when left out.
    #[deserr(default = AssignmentKind::Primary)]
    #[schema(required = false)]
    pub kind: AssignmentKind,
    /// What is handed over: needed when somebody else followed it before.
    #[deserr(default)]
    pub note: Option<Reason>,
}

#[cfg(test)]
mod tests {
    use super::rotation_due;
    use crate::domain::time::Timestamp;

    fn day(text: &str) -> Timestamp {
        format!("{text}T00:00:00Z").parse().unwrap_or_else(|_| unreachable!("{text} is a date"))
    }

    #[test]
    fn three_years_with_one_organisation_are_enough_and_a_year_off_begins_anew() {
        let now = day("2026-01-01");
        assert!(!rotation_due(&[], now));
        assert!(rotation_due(&[(day("2023-01-01"), None)], now));
        assert!(!rotation_due(&[(day("2023-01-03"), None)], now));
        assert!(rotation_due(&[(day("2022-06-01"), Some(day("2023-01-01"))), (day("2023-10-01"), Some(day("2025-06-01")))], now));
        assert!(!rotation_due(&[(day("2020-01-01"), Some(day("2023-01-01"))), (day("2024-10-01"), None)], now), "a break of a year");
        assert!(!rotation_due(&[(day("2020-01-01"), Some(day("2024-12-01")))], now), "a year ago");
    }
}
