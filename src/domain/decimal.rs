//! Exact decimal numbers for indicators and scores: strings in JSON, never floats.

use crate::domain::fault::Fault;
use rust_decimal::Decimal as Inner;

/// An exact number of at most 18 digits, 9 of them after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub Inner);

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.normalize().fmt(f)
    }
}

/// Basis points as a percentage that people read: `12.5%`.
#[must_use]
pub fn percent(bps: i64) -> String {
    format!("{}%", Decimal(Inner::new(bps, 2)))
}

impl std::str::FromStr for Decimal {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let plain = text.len() <= 20 && number(whole) && number(fraction);
        Inner::from_str_exact(text).ok().filter(|number| plain && number.scale() <= 9).map(Self).ok_or_else(|| {
            Fault::new("not_a_number", "应为十进制数字符串，如 \"99.5\"", "must be a decimal number as a string, such as \"99.5\"")
        })
    }
}

impl utoipa::ToSchema for Decimal {}
impl utoipa::PartialSchema for Decimal {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some(r"^-?[0-9]+(\.[0-9]{1,9})?$"))
            .into()
    }
}
crate::domain::input::text_value!(Decimal);
