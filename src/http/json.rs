//! Strict JSON: what serde_json forgives (repeated keys, depth, endless arrays) is a fault here.

use crate::domain::fault::{Fault, Faults};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::RefCell;

/// Deepest nesting that is taken.
const DEEPEST: usize = 32;
/// Longest array that is taken.
const LONGEST: usize = 500;

thread_local! {
    /// Faults met while one body is read; a visitor has no other way to report without stopping.
    static MET: RefCell<(usize, Faults)> = RefCell::new((0, Faults::default()));
}

fn met(fault: Fault) {
    MET.with_borrow_mut(|(_, faults)| faults.0.push(fault));
}

/// Reads a body.
///
/// # Errors
/// It is not JSON, or holds repeated keys, is nested too deep or has an array too long: with the fault's place.
pub fn parse(body: &[u8]) -> Result<Value, Faults> {
    MET.set((0, Faults::default()));
    let value = serde_json::from_slice::<Strict>(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let zh = format!("不是合法的JSON（第{line}行第{column}列）");
        Faults::from(Fault::new("malformed_json", zh, format!("is not valid JSON (line {line}, column {column})")))
    });
    let (_, faults) = MET.take();
    let Strict(value) = value.map_err(|malformed| if faults.0.is_empty() { malformed } else { faults.clone() })?;
    faults.or(value)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader).map(Strict)
    }
}

struct Reader;

fn deeper<T, E: serde::de::Error>(read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let depth = MET.with_borrow_mut(|(depth, _)| {
        *depth = depth.saturating_add(1);
        *depth
    });
    if depth > DEEPEST {
        met(Fault::new("too_deep", format!("嵌套不得超过{DEEPEST}层"), format!("may be nested {DEEPEST} deep at most")));
        return Err(E::custom("too deep"));
    }
    let read = read();
    MET.with_borrow_mut(|(depth, _)| *depth = depth.saturating_sub(1));
    read
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        deeper(|| {
            let mut items = Vec::new();
            while let Some(Strict(item)) = from.next_element()? {
                items.push(item);
            }
            if items.len() > LONGEST {
                met(Fault::new("too_many", format!("数组不得超过{LONGEST}项"), format!("an array may hold {LONGEST} items at most")));
            }
            Ok(Value::Array(items))
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        deeper(|| {
            let mut map = Map::new();
            while let Some((key, Strict(item))) = from.next_entry::<String, Strict>()? {
                if map.contains_key(&key) {
                    met(Fault::new("repeated_field", "字段重复", "stands more than once").at(key.clone()));
                }
                map.insert(key, item);
            }
            Ok(Value::Object(map))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn code(body: &str) -> Option<&'static str> {
        parse(body.as_bytes()).err().and_then(|faults| faults.0.first().map(|fault| fault.code))
    }

    #[test]
    fn what_other_parsers_forgive_is_a_fault() {
        assert_eq!(code(r#"{"a": 1, "a": 2}"#), Some("repeated_field"));
        assert_eq!(code(&format!("{}1{}", "[".repeat(33), "]".repeat(33))), Some("too_deep"));
        assert_eq!(code(&format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000))), Some("too_deep"));
        assert_eq!(code(&format!("[{}]", vec!["1"; 501].join(","))), Some("too_many"));
        assert_eq!(code(r#""\ud800""#), Some("malformed_json"));
        assert_eq!(code("{\"a\": 1e999}"), Some("malformed_json"));
        assert_eq!(code(r#"{"a": [1, {"b": null}], "c": -1.5}"#), None);
    }
}
