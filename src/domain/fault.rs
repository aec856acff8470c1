//! Faults: what is wrong with a given value, as a stable code with a message in Chinese and English.
//!
//! A body is checked to its end and answered with all its faults at once ([`Faults`]). What a *rule* refuses although
//! the value is well formed is a [`crate::domain::refusal::Refusal`] instead.

use deserr::{ErrorKind, IntoValue, MergeWithError, ValueKind, ValuePointerRef};
use std::ops::ControlFlow;

/// One thing wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Path of the field, such as `milestones[2].due_on`; empty for the body as a whole.
    pub field: String,
    /// Stable code, for programs.
    pub code: &'static str,
    /// Message in Chinese.
    pub zh: String,
    /// Message in English.
    pub en: String,
}

impl Fault {
    /// A fault with its code and both messages; the field is filled in where the value stands.
    pub fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { field: String::new(), code, zh: zh.into(), en: en.into() }
    }

    /// The same fault, said of `field`.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }

    /// The same fault, of a value that stands in `field`.
    #[must_use]
    pub fn within(mut self, field: &str) -> Self {
        self.field = join(field.to_owned(), &self.field);
        self
    }

    /// The value is none of the accepted codes.
    #[must_use]
    pub fn unknown_code(accepted: &[&str]) -> Self {
        let list = accepted.join(", ");
        Self::new("unknown_code", format!("应为下列之一：{list}"), format!("must be one of: {list}"))
    }

    /// A field that is needed is not there.
    #[must_use]
    pub fn missing() -> Self {
        Self::new("required", "必填", "is required")
    }
}

/// All faults of one body or query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Notes `fault` for `field` when `wrong` holds.
    pub fn check(&mut self, wrong: bool, field: &str, fault: impl FnOnce() -> Fault) {
        if wrong {
            self.0.push(fault().at(field));
        }
    }

    /// `Ok(value)` when there is no fault.
    ///
    /// # Errors
    /// The collected faults.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

/// The path of a value in a body, as people write it.
pub(crate) fn path(at: ValuePointerRef<'_>) -> String {
    match at {
        ValuePointerRef::Origin => String::new(),
        ValuePointerRef::Key { key, prev } => join(path(*prev), key),
        ValuePointerRef::Index { index, prev } => format!("{}[{index}]", path(*prev)),
    }
}

fn join(root: String, field: &str) -> String {
    match (root.is_empty(), field.is_empty()) {
        (true, _) => field.to_owned(),
        (_, true) => root,
        _ => format!("{root}.{field}"),
    }
}

fn kind_name(kind: ValueKind) -> (&'static str, &'static str) {
    match kind {
        ValueKind::Null => ("空值", "null"),
        ValueKind::Boolean => ("布尔值", "a boolean"),
        ValueKind::Integer => ("非负整数", "a non-negative integer"),
        ValueKind::NegativeInteger => ("整数", "an integer"),
        ValueKind::Float => ("小数", "a number"),
        ValueKind::String => ("字符串", "a string"),
        ValueKind::Sequence => ("数组", "an array"),
        ValueKind::Map => ("对象", "an object"),
    }
}

impl deserr::DeserializeError for Faults {
    fn error<V: IntoValue>(found: Option<Self>, error: ErrorKind<'_, V>, at: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        let here = path(at);
        let fault = match error {
            ErrorKind::IncorrectValueKind { accepted, .. } => {
                let (zh, en): (Vec<_>, Vec<_>) = accepted.iter().map(|kind| kind_name(*kind)).unzip();
                Fault::new("wrong_type", format!("应为{}", zh.join("或")), format!("must be {}", en.join(" or "))).at(here)
            }
            ErrorKind::MissingField { field } => Fault::missing().at(join(here, field)),
            ErrorKind::UnknownKey { key, .. } => {
                Fault::new("unknown_field", "不认识的字段，或由系统填写", "is not a field here, or is set by the service")
                    .at(join(here, key))
            }
            ErrorKind::UnknownValue { accepted, .. } => Fault::unknown_code(accepted).at(here),
            ErrorKind::BadSequenceLen { expected, .. } => {
                Fault::new("wrong_length", format!("应有{expected}项"), format!("must hold {expected} items")).at(here)
            }
            ErrorKind::Unexpected { msg } => Fault::new("invalid", format!("取值无效：{msg}"), msg).at(here),
        };
        let mut all = found.unwrap_or_default();
        all.0.push(fault);
        ControlFlow::Continue(all)
    }
}

impl MergeWithError<Faults> for Faults {
    fn merge(found: Option<Self>, other: Faults, _: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        let mut all = found.unwrap_or_default();
        all.0.extend(other.0);
        ControlFlow::Continue(all)
    }
}

impl MergeWithError<Fault> for Faults {
    fn merge(found: Option<Self>, other: Fault, at: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        let mut all = found.unwrap_or_default();
        let field = join(path(at), &other.field);
        all.0.push(other.at(field));
        ControlFlow::Continue(all)
    }
}
