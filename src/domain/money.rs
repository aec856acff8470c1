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

    /// As people in the field write it, and to the fen: 万元 with two decimals, and up to six where there are odd fen. Whoever reads it may
    /// act on it, so that nothing is rounded.
    #[must_use]
    pub fn in_wan(self) -> String {
        let (whole, rest) = (self.0 / 1_000_000, (self.0 % 1_000_000).abs());
        let (hundredths, odd) = (rest / 10_000, rest % 10_000);
        let sign = if self.0 < 0 && whole == 0 { "-" } else { "" };
        let text = format!("{sign}{whole}.{hundredths:02}");
        if odd == 0 { text } else { format!("{text}{odd:04}").trim_end_matches('0').to_owned() }
    }
}

/// Divides `total` by `weights` so that the parts make it again, to the fen: each gets what its weight comes to, rounded down, and the
/// fen that are left go to the largest remainders, one each, the earlier part first (最大余数法). Weights below nothing count as none;
/// without any weight there is nothing to divide by, and every part is zero.
#[must_use]
pub fn split(total: Fen, weights: &[i64]) -> Vec<Fen> {
    let whole: i128 = weights.iter().map(|weight| i128::from((*weight).max(0))).sum();
    let exact = |weight: &i64| i128::from(total.0).saturating_mul(i128::from((*weight).max(0)));
    let floors: Vec<i128> = weights.iter().map(|weight| exact(weight).checked_div(whole).unwrap_or_default()).collect();
    let mut left = if whole == 0 { 0 } else { i128::from(total.0) - floors.iter().sum::<i128>() };
    let mut order: Vec<(usize, i128)> =
        weights.iter().map(|weight| exact(weight).checked_rem(whole).unwrap_or_default()).enumerate().collect();
    order.sort_by_key(|(_, remainder)| std::cmp::Reverse(*remainder));
    let mut parts = floors;
    for (index, _) in order {
        if let Some(part) = parts.get_mut(index).filter(|_| left > 0) {
            (*part, left) = (*part + 1, left - 1);
        }
    }
    parts.into_iter().map(|part| Fen(i64::try_from(part).unwrap_or(i64::MAX))).collect()
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
    use super::{Fen, MOST, split};

    #[test]
    fn what_is_left_goes_to_the_largest_remainders() {
        assert_eq!(split(Fen(100), &[60, 40]), [Fen(60), Fen(40)]);
        assert_eq!(split(Fen(101), &[40, 30, 30]), [Fen(41), Fen(30), Fen(30)]);
        assert_eq!(split(Fen(100), &[1, 1, 1]), [Fen(34), Fen(33), Fen(33)]);
        assert_eq!(split(Fen(7), &[0, 0]), [Fen::ZERO, Fen::ZERO]);
    }

    #[test]
    fn wan_is_exact_to_the_fen() {
        for (fen, wan) in [
            (0, "0.00"),
            (1, "0.000001"),
            (12_690, "0.01269"),
            (650_000_000, "650.00"),
            (650_004_999, "650.004999"),
            (12_345_600, "12.3456"),
        ] {
            assert_eq!(Fen(fen).in_wan(), wan);
        }
    }

    proptest::proptest! {
        /// What is printed is the amount to the fen, read as a decimal, and through the number that a spreadsheet keeps.
        #[test]
        fn exact_wan_reads_back_to_the_fen(fen in 0i64..=MOST.0) {
            let text = Fen(fen).in_wan();
            let exact: rust_decimal::Decimal = text.parse().unwrap();
            proptest::prop_assert_eq!(exact * rust_decimal::Decimal::from(1_000_000), rust_decimal::Decimal::from(fen));
            proptest::prop_assert_eq!(format!("{:.6}", text.parse::<f64>().unwrap()), format!("{exact:.6}"));
        }

        #[test]
        fn parts_sum_to_the_whole_and_none_is_a_fen_off(total in 0i64..=MOST.0, weights in proptest::collection::vec(0i64..=10_000, 1..12)) {
            let parts = split(Fen(total), &weights);
            let whole: i64 = weights.iter().sum();
            proptest::prop_assume!(whole > 0);
            proptest::prop_assert_eq!(Fen::total(parts.iter().copied()), Fen(total));
            for (part, weight) in parts.iter().zip(&weights) {
                let exact = i128::from(total) * i128::from(*weight);
                let given = i128::from(part.0) * i128::from(whole);
                proptest::prop_assert!((given - exact).abs() < i128::from(whole), "{} of {} by {}", part.0, total, weight);
                proptest::prop_assert!(*weight > 0 || part.0 == 0);
            }
        }

        #[test]
        fn a_total_never_wraps(amounts in proptest::collection::vec(0i64..=i64::MAX, 0..8)) {
            let total = Fen::total(amounts.iter().copied().map(Fen));
            let exact: i128 = amounts.iter().map(|amount| i128::from(*amount)).sum();
            proptest::prop_assert_eq!(i128::from(total.0), exact.min(i128::from(i64::MAX)));
        }
    }
}
