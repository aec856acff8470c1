//! Money in fen and shares in basis points: exact integers, checked arithmetic, never a float.

use crate::domain::fault::{Fault, Faults, path};
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};

/// An amount of money in fen 分 (1/100 yuan), never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// The largest amount that is taken: ten thousand times a hundred million yuan.
pub const MOST: Fen = Fen(100_000_000_000_000);

/// All of something, in basis points.
pub const WHOLE_BPS: i64 = 10_000;

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The sum of `amounts`; stops at the largest `i64` instead of wrapping round.
    pub fn total(amounts: impl IntoIterator<Item = Self>) -> Self {
        Self(amounts.into_iter().fold(0, |sum, amount| sum.saturating_add(amount.0)))
    }

    /// As people in the field write it: 万元 with two decimals, half up.
    #[must_use]
    pub fn in_wan(self) -> String {
        let hundredths = self.0.saturating_add(5_000) / 10_000;
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

impl Deserr<Faults> for Fen {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let amount = match value {
            Value::Integer(amount) => i64::try_from(amount).ok().map(Self),
            _ => None,
        };
        amount.filter(|amount| *amount <= MOST).ok_or_else(|| {
            Fault::new(
                "not_an_amount",
                format!("应为以分为单位的整数，0到{}", MOST.0),
                format!("must be a whole number of fen from 0 to {}", MOST.0),
            )
            .at(path(at))
            .into()
        })
    }
}

impl utoipa::ToSchema for Fen {}
impl utoipa::PartialSchema for Fen {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(0))
            .maximum(Some(MOST.0))
            .description(Some("分 fen"))
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::Fen;

    #[test]
    fn wan_is_rounded_half_up_to_two_decimals() {
        assert_eq!(Fen(650_000_000).in_wan(), "650.00");
        assert_eq!(Fen(650_005_000).in_wan(), "650.01");
        assert_eq!(Fen(650_004_999).in_wan(), "650.00");
    }

    proptest::proptest! {
        #[test]
        fn a_total_never_wraps(amounts in proptest::collection::vec(0i64..=i64::MAX, 0..8)) {
            let total = Fen::total(amounts.iter().copied().map(Fen));
            let exact: i128 = amounts.iter().map(|amount| i128::from(*amount)).sum();
            proptest::prop_assert_eq!(i128::from(total.0), exact.min(i128::from(i64::MAX)));
        }
    }
}
