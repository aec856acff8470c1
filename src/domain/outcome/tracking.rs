//! Following up 跟踪: each year, for three years after the end of a project, its team says how far a confirmed outcome is, what its
//! transfer brought and what it sold. Said again of a year, the last word counts; what was said before stays.

use super::Maturity;
use super::input::OutcomeTransfer;
use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::input::Whole;
use crate::domain::money::Fen;
use crate::domain::text::Reason;
use crate::domain::time::Date;
use std::collections::BTreeMap;

/// Years after the end of a project in which its outcomes are followed.
pub const YEARS: i32 = 3;
/// How many days before its end a year may be spoken of.
const AHEAD: i64 = 60;

codes! {
    /// How a year stands.
    pub enum TrackingState {
        Due = "due" "待填报",
        Missing = "missing" "逾期未填报",
        Reported = "reported" "已填报",
    }
}

/// The figures of one year.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct FollowUpInput {
    /// Which year after the end of the project: 1, 2 or 3.
    pub year: Whole<1, 3>,
    /// How far the outcome is by then.
    #[deserr(default)]
    pub maturity: Option<Maturity>,
    /// What was transferred in that year, if anything was.
    #[deserr(default)]
    pub transfer: Option<OutcomeTransfer>,
    /// Sales in that year, in fen; 0 for none.
    pub sales_fen: Fen,
    /// A word on the figures.
    #[deserr(default)]
    pub note: Option<Reason>,
}

/// What the years of an outcome depend on.
#[derive(Clone, Copy, Debug)]
pub struct Tracking {
    /// When its project ended: the day on which acceptance was concluded.
    pub ended_on: Date,
    /// When the outcome was registered: of years that were over by then nothing is asked.
    pub registered_on: Date,
}

impl Tracking {
    /// The day by which a year is to be spoken of: its last.
    #[must_use]
    pub fn due_on(self, year: i32) -> Date {
        years_after(self.ended_on, year)
    }

    /// The years of which something is asked, with their days.
    pub fn owed(self) -> impl Iterator<Item = (i32, Date)> {
        (1..=YEARS).map(move |year| (year, self.due_on(year))).filter(move |(_, due_on)| *due_on >= self.registered_on)
    }

    /// When the next year is due of which nothing was said.
    #[must_use]
    pub fn next_due(self, reported: &[i32]) -> Option<Date> {
        self.owed().find(|(year, _)| !reported.contains(year)).map(|(_, due_on)| due_on)
    }

    /// How a year stands on `today`.
    #[must_use]
    pub fn state(due_on: Date, reported: bool, today: Date) -> TrackingState {
        match reported {
            true => TrackingState::Reported,
            false if due_on < today => TrackingState::Missing,
            false => TrackingState::Due,
        }
    }

    /// Whether a year may be spoken of on `today`.
    ///
    /// # Errors
    /// Nothing is asked of it; it is far from over.
    pub fn check(self, input: &FollowUpInput, today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        let owed = self.owed().find(|(year, _)| i64::from(*year) == input.year.0);
        faults.check(owed.is_none(), "year", || {
            Fault::new("not_owed", "该年度在成果登记前已结束", "was over before the outcome was registered")
        });
        let early = owed.is_some_and(|(_, due_on)| today < due_on.plus_days(-AHEAD));
        faults.check(early, "year", || {
            Fault::new("too_early", format!("年度结束前{AHEAD}天起方可填报"), format!("is taken from {AHEAD} days before its end"))
        });
        if let Some(transfer) = &input.transfer {
            transfer.check(&mut faults);
        }
        faults.or(())
    }
}

/// Whether outcomes of a project that ended on `ended_on` are followed no more.
#[must_use]
pub fn over(ended_on: Date, today: Date) -> bool {
    today > years_after(ended_on, YEARS)
}

fn years_after(day: Date, years: i32) -> Date {
    let months = chrono::Months::new(u32::try_from(years).unwrap_or_default().saturating_mul(12));
    day.0.checked_add_months(months).map_or(day, Date)
}

/// What was said of a year: maturity, transfer and sales.
pub type Word = (i32, Option<Maturity>, Fen, Fen);

/// What an outcome comes to: its maturity, all transfers and all sales, from what it was registered with and the last word on each year.
/// `words` come in the order in which they were said.
#[must_use]
pub fn comes_to(registered: (Option<Maturity>, Fen, Fen), words: &[Word]) -> (Option<Maturity>, Fen, Fen) {
    let last: BTreeMap<i32, &Word> = words.iter().map(|word| (word.0, word)).collect();
    let maturity = last.values().rev().find_map(|(_, maturity, ..)| *maturity).or(registered.0);
    let transfer = Fen::total(last.values().map(|word| word.2).chain([registered.1]));
    let sales = Fen::total(last.values().map(|word| word.3).chain([registered.2]));
    (maturity, transfer, sales)
}

#[cfg(test)]
mod tests {
    use super::{Tracking, TrackingState, comes_to, over};
    use crate::domain::money::Fen;
    use crate::domain::outcome::Maturity;
    use crate::domain::time::Date;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn three_years_are_asked_of_and_what_was_over_before_is_not() {
        let tracking = Tracking { ended_on: day("2028-02-29"), registered_on: day("2027-05-01") };
        let owed: Vec<_> = tracking.owed().map(|(year, due)| (year, due.to_string())).collect();
        assert_eq!(owed, [(1, "2029-02-28".to_owned()), (2, "2030-02-28".to_owned()), (3, "2031-02-28".to_owned())]);
        assert_eq!(tracking.next_due(&[1, 3]), Some(day("2030-02-28")));
        assert_eq!(tracking.next_due(&[1, 2, 3]), None);
        let late = Tracking { registered_on: day("2029-03-01"), ..tracking };
        assert_eq!(late.owed().count(), 2);
        assert!(!over(day("2028-02-29"), day("2031-02-28")) && over(day("2028-02-29"), day("2031-03-01")));
        assert_eq!(Tracking::state(day("2029-02-28"), false, day("2029-02-28")), TrackingState::Due);
        assert_eq!(Tracking::state(day("2029-02-28"), false, day("2029-03-01")), TrackingState::Missing);
        assert_eq!(Tracking::state(day("2029-02-28"), true, day("2029-03-01")), TrackingState::Reported);
    }

    #[test]
    fn the_last_word_on_a_year_counts() {
        let words = [
            (1, Some(Maturity::Product), Fen(10), Fen(500)),
            (2, Some(Maturity::Commodity), Fen(0), Fen(900)),
            (1, None, Fen(20), Fen(450)),
        ];
        assert_eq!(comes_to((Some(Maturity::Sample), Fen(5), Fen(1)), &words), (Some(Maturity::Commodity), Fen(25), Fen(1_351)));
        assert_eq!(comes_to((Some(Maturity::Sample), Fen(5), Fen(1)), &[]), (Some(Maturity::Sample), Fen(5), Fen(1)));
    }

    proptest::proptest! {
        /// However often and in whatever order years are spoken of, each counts once.
        #[test]
        fn no_year_counts_twice(said in proptest::collection::vec((1i32..=3, 0i64..1_000_000_000, 0i64..1_000_000_000), 0..20)) {
            let words: Vec<_> = said.iter().map(|(year, transfer, sales)| (*year, None, Fen(*transfer), Fen(*sales))).collect();
            let (_, transfer, sales) = comes_to((None, Fen::ZERO, Fen::ZERO), &words);
            let of = |year: i32| said.iter().rev().find(|word| word.0 == year).map_or((0, 0), |word| (word.1, word.2));
            let sum = [1, 2, 3].map(of).into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            proptest::prop_assert_eq!((transfer.0, sales.0), sum);
        }
    }
}
