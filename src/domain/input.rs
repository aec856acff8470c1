//! How a domain value is read from JSON: one `FromStr` a type, from which the body and query parsers follow.
//!
//! Numbers that are money or counts are read by their own types (`money`, [`Whole`]).

use crate::domain::fault::{Fault, Faults, path};
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};

/// Makes a type that parses from text readable from a JSON string and printable as one.
macro_rules! text_value {
    ($name:ty) => {
        impl deserr::Deserr<$crate::domain::fault::Faults> for $name {
            fn deserialize_from_value<V: deserr::IntoValue>(
                value: deserr::Value<V>,
                at: deserr::ValuePointerRef<'_>,
            ) -> Result<Self, $crate::domain::fault::Faults> {
                $crate::domain::input::from_text(value, at)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                text.parse().map_err(|fault: $crate::domain::fault::Fault| serde::de::Error::custom(fault.en))
            }
        }
    };
}
pub(crate) use text_value;

/// Reads a text value, or says that a string was expected.
///
/// # Errors
/// The fault of the value, at its place.
pub fn from_text<T, V>(value: Value<V>, at: ValuePointerRef<'_>) -> Result<T, Faults>
where
    T: std::str::FromStr<Err = Fault>,
    V: IntoValue,
{
    let Value::String(text) = value else {
        return Err(Fault::new("wrong_type", "应为字符串", "must be a string").at(path(at)).into());
    };
    text.parse().map_err(|fault: Fault| fault.at(path(at)).into())
}

/// A whole number between two bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Whole<const MIN: i64, const MAX: i64>(pub i64);

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    fn checked(number: Option<i64>) -> Result<Self, Fault> {
        match number {
            Some(number) if (MIN..=MAX).contains(&number) => Ok(Self(number)),
            _ => Err(Fault::new(
                "out_of_range",
                format!("应为{MIN}到{MAX}之间的整数"),
                format!("must be a whole number from {MIN} to {MAX}"),
            )),
        }
    }
}

impl<const MIN: i64, const MAX: i64> std::str::FromStr for Whole<MIN, MAX> {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::checked(text.parse().ok())
    }
}

impl<const MIN: i64, const MAX: i64> Deserr<Faults> for Whole<MIN, MAX> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let number = match value {
            Value::Integer(number) => i64::try_from(number).ok(),
            Value::NegativeInteger(number) => Some(number),
            _ => None,
        };
        Self::checked(number).map_err(|fault| fault.at(path(at)).into())
    }
}

impl<const MIN: i64, const MAX: i64> utoipa::ToSchema for Whole<MIN, MAX> {}
impl<const MIN: i64, const MAX: i64> utoipa::PartialSchema for Whole<MIN, MAX> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(MIN))
            .maximum(Some(MAX))
            .into()
    }
}

/// A query parameter or other value that comes as text although its type is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelled<T>(pub T);

impl<T: std::str::FromStr<Err = Fault>> Deserr<Faults> for Spelled<T> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        from_text(value, at).map(Self)
    }
}

impl<T: utoipa::ToSchema> utoipa::ToSchema for Spelled<T> {}
impl<T: utoipa::PartialSchema> utoipa::PartialSchema for Spelled<T> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        T::schema()
    }
}
