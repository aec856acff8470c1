//! By which number a person of a team is known: taken once, kept as a keyed hash.

use crate::domain::fault::Fault;
use crate::domain::person::IdentityNumber;

/// A person's number: of the resident identity card, or of a passport or another document. What is kept of it is shown as
/// `resident:…` or `document:…`, and taken back so.
#[derive(Clone, PartialEq, Eq)]
pub enum Identity {
    /// 居民身份证.
    Resident(IdentityNumber),
    /// A passport, a 港澳台 or another document.
    Document(String),
    /// What is kept: whether it was a resident's, and the keyed hash in hex.
    Kept {
        /// Of a resident identity card.
        resident: bool,
        /// Keyed hash, 64 hex digits.
        hash: String,
    },
}

const RESIDENT: &str = "resident:";
const DOCUMENT: &str = "document:";
/// Hex digits of a keyed hash.
const DIGITS: usize = 64;

impl Identity {
    /// Keeps what `hash` makes of the number; what is kept already stays.
    #[must_use]
    pub fn kept(self, hash: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Resident(number) => Self::Kept { resident: true, hash: hash(number.reveal()) },
            Self::Document(number) => Self::Kept { resident: false, hash: hash(&format!("{DOCUMENT}{number}")) },
            kept @ Self::Kept { .. } => kept,
        }
    }

    /// Whether it is the number of a resident identity card.
    #[must_use]
    pub const fn is_residents(&self) -> bool {
        matches!(self, Self::Resident(_) | Self::Kept { resident: true, .. })
    }

    /// The card's number, while it is known.
    #[must_use]
    pub const fn number(&self) -> Option<&IdentityNumber> {
        if let Self::Resident(number) = self { Some(number) } else { None }
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Resident(number) => f.write_str(&number.masked()),
            Self::Document(number) => f.write_str(&crate::domain::person::masked(number)),
            Self::Kept { resident, hash } => write!(f, "{}{hash}", if *resident { RESIDENT } else { DOCUMENT }),
        }
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Identity {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        for (prefix, resident) in [(RESIDENT, true), (DOCUMENT, false)] {
            let hash = text.strip_prefix(prefix).unwrap_or_default();
            if hash.len() == DIGITS && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
                return Ok(Self::Kept { resident, hash: hash.to_owned() });
            }
        }
        let mut digits = text.bytes();
        if text.len() == 18 && digits.by_ref().take(17).all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self::Resident);
        }
        if (5..=30).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Ok(Self::Document(text.to_ascii_uppercase()));
        }
        Err(Fault::new(
            "identity",
            "应为18位居民身份证号码，或5至30位的护照等证件号码",
            "must be a resident identity number of 18 characters, or a passport's or another document's of 5 to 30",
        ))
    }
}

impl utoipa::ToSchema for Identity {}
impl utoipa::PartialSchema for Identity {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String).max_length(Some(80)).into()
    }
}
crate::domain::input::text_value!(Identity);

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn a_number_is_never_printed_and_what_is_kept_is_taken_back() {
        for number in ["11010519491231002X", "E12345678"] {
            let typed: Identity = number.parse().unwrap();
            assert!(!format!("{typed:?}").contains(number));
            let kept = typed.kept(|_| "ab".repeat(32));
            assert_eq!(kept.to_string().parse::<Identity>().unwrap(), kept);
            assert_eq!(kept.clone().kept(|_| unreachable!()), kept);
        }
        for bad in ["", "1234", "110105194912310021", "护照123456", "a b c d e f", "resident:abc"] {
            assert!(bad.parse::<Identity>().is_err(), "{bad}");
        }
    }
}
