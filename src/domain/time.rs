//! Instants and dates: UTC microseconds inside, RFC 3339 at the door, Beijing dates for people.

use crate::domain::fault::Fault;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, Timelike, Utc};
use uuid::{NoContext, Uuid};

/// An instant in UTC, exact to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(pub NaiveDateTime);

/// Beijing time: +08:00 the whole year.
fn beijing() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

impl Timestamp {
    /// The instant, cut to whole microseconds, which is what both databases keep.
    #[must_use]
    pub fn new(instant: DateTime<Utc>) -> Self {
        Self(instant.naive_utc().trunc_subsecs(6))
    }

    /// Reads what SQLite keeps, in UTC: `2021-12-31 09:00:00`, and up to six digits of a fraction behind a point.
    #[must_use]
    pub fn kept(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
        let date = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)?;
        let micros = match text.get(20..) {
            None => 0,
            Some(digits) => digits.parse::<u32>().ok()?.checked_mul(10_u32.pow(6_u32.checked_sub(u32::try_from(digits.len()).ok()?)?))?,
        };
        date.and_hms_micro_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, micros).map(Self)
    }

    /// The instant as chrono knows it.
    #[must_use]
    pub const fn utc(self) -> DateTime<Utc> {
        self.0.and_utc()
    }

    /// `amount` later (or earlier, when negative); stays put at the end of the calendar.
    #[must_use]
    pub fn plus(self, amount: TimeDelta) -> Self {
        self.0.checked_add_signed(amount).map_or(self, Self)
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.utc().timestamp()
    }

    /// The date in Beijing at this instant.
    #[must_use]
    pub fn date(self) -> Date {
        Date(self.utc().with_timezone(&beijing()).date_naive())
    }

    /// The instant as Beijing reads it, to the minute: `2021-12-31 17:00`.
    #[must_use]
    pub fn in_beijing(self) -> String {
        self.utc().with_timezone(&beijing()).format("%Y-%m-%d %H:%M").to_string()
    }

    /// RFC 3339. By hand, since lists are full of instants and chrono interprets a format for each.
    fn text(self) -> String {
        let (date, time, micros) = (self.0.date(), self.0.time(), self.0.and_utc().timestamp_subsec_micros());
        let mut text = String::with_capacity(27);
        let year = u32::try_from(date.year()).unwrap_or_default();
        for (number, width, after) in [(year, 4, "-"), (date.month(), 2, "-"), (date.day(), 2, "T")] {
            push(&mut text, number, width, after);
        }
        for (number, after) in [(time.hour(), ":"), (time.minute(), ":"), (time.second(), "")] {
            push(&mut text, number, 2, after);
        }
        let (fraction, width) = if micros % 1_000 == 0 { (micros / 1_000, 3) } else { (micros, 6) };
        if fraction > 0 {
            text.push('.');
            push(&mut text, fraction, width, "");
        }
        text.push('Z');
        text
    }

    /// A UUIDv7 whose time part is this instant.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        let seconds = u64::try_from(self.utc().timestamp()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, self.utc().timestamp_subsec_nanos()))
    }

    /// The least UUID (version 7) of this millisecond.
    #[must_use]
    pub fn first_uuid(self) -> Uuid {
        let millis = u64::try_from(self.utc().timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
    }
}

/// RFC 3339 in UTC, with three or six digits of a second where it has a fraction.
impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())
    }
}

/// Adds `number` in `width` digits.
fn push(text: &mut String, number: u32, width: u32, after: &str) {
    text.extend((0..width).rev().filter_map(|place| char::from_digit(number / 10_u32.pow(place) % 10, 10)));
    text.push_str(after);
}

impl std::str::FromStr for Timestamp {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .filter(|instant| (2000..=2200).contains(&instant.year()))
            .map(|instant| Self::new(instant.with_timezone(&Utc)))
            .ok_or_else(|| {
                Fault::new(
                    "not_an_instant",
                    "应为带时区偏移的RFC 3339时间，如 2021-12-31T17:00:00+08:00",
                    "must be an RFC 3339 time with an offset, such as 2021-12-31T17:00:00+08:00",
                )
            })
    }
}

/// A calendar date in Beijing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(pub NaiveDate);

impl Date {
    /// The instant at which this date begins in Beijing.
    #[must_use]
    pub fn starts_at(self) -> Timestamp {
        let midnight = self.0.and_time(chrono::NaiveTime::MIN);
        Timestamp(midnight).plus(TimeDelta::hours(-8))
    }

    /// The instant at which this date is over in Beijing (24:00).
    #[must_use]
    pub fn ends_at(self) -> Timestamp {
        self.starts_at().plus(TimeDelta::days(1))
    }

    /// `days` later, or earlier when negative.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        TimeDelta::try_days(days).and_then(|delta| self.0.checked_add_signed(delta)).map_or(self, Self)
    }

    /// The same day some years ago; of a 29 February, the day before.
    #[must_use]
    pub fn years_before(self, years: u32) -> Self {
        self.0.checked_sub_months(chrono::Months::new(years.saturating_mul(12))).map_or(self, Self)
    }
}

/// The first and the last day of a year.
#[must_use]
pub fn year_of(year: i32) -> Option<(Date, Date)> {
    Some((Date(NaiveDate::from_ymd_opt(year, 1, 1)?), Date(NaiveDate::from_ymd_opt(year, 12, 31)?)))
}

impl From<NaiveDate> for Date {
    /// A date of any century: a birth date, unlike a day that something is planned for, may lie before 2000.
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Date {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|date| text.len() == 10 && (1900..=2200).contains(&date.year()))
            .map(Self)
            .ok_or_else(|| Fault::new("not_a_date", "应为日期，如 2021-12-31", "must be a date, such as 2021-12-31"))
    }
}

macro_rules! schema {
    ($name:ty, $format:literal) => {
        impl utoipa::ToSchema for $name {}
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::schema::SchemaFormat::Custom($format.into())))
                    .into()
            }
        }
        $crate::domain::input::text_value!($name);
    };
}
schema!(Timestamp, "date-time");
schema!(Date, "date");

#[cfg(test)]
mod tests {
    use super::Timestamp;
    use chrono::DateTime;

    proptest::proptest! {
        #[test]
        fn what_is_kept_is_read_as_it_was(micros in 946_684_800_000_000_i64..7_258_118_400_000_000, round in 0_u32..7) {
            let step = 10_i64.pow(round);
            let instant = Timestamp::new(DateTime::from_timestamp_micros(micros / step * step).unwrap());
            proptest::prop_assert_eq!(Timestamp::kept(&instant.0.to_string()), Some(instant));
            // As diesel would write it, so that either can read what the other wrote, and text sorts as time does.
            proptest::prop_assert_eq!(instant.0.to_string(), instant.0.format("%F %T%.f").to_string());
            // And as chrono writes RFC 3339.
            proptest::prop_assert_eq!(instant.to_string(), instant.utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
        }
    }

    #[test]
    fn what_is_no_instant_is_not_read() {
        for text in ["", "2021-12-31", "2021-13-01 00:00:00", "2021-12-31 24:00:00", "2021-12-31 09:00:00.1234567", "一年之计在于春日"]
        {
            assert_eq!(Timestamp::kept(text), None, "{text}");
        }
    }
}
