//! Text that people type: one line or prose, in NFC, within a length, without characters that deceive.
//!
//! Lengths count Unicode scalar values after trimming. Han outside the BMP is kept exactly.

use crate::domain::fault::Fault;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// One line of text of `MIN` to `MAX` characters: a name, a title, a code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line<const MIN: usize, const MAX: usize>(String);

/// Text of several lines, of `MIN` to `MAX` characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Prose<const MIN: usize, const MAX: usize>(String);

/// A person's or an organisation's name.
pub type Name = Line<2, 80>;
/// A title.
pub type Title = Line<4, 200>;
/// A short remark or reason.
pub type Reason = Prose<2, 2_000>;
/// Long text.
pub type LongText = Prose<1, 20_000>;

/// More combining marks in a row than any script needs: a pile of them covers the lines around it.
const MOST_MARKS: usize = 4;

/// Characters that change how text *looks* without being seen: bidi controls, zero-width ones, the BOM, and fillers that
/// pass for letters.
fn deceives(c: char) -> bool {
    matches!(c,
        '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{034F}' |
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Whether `c` is a combining mark; most text is ASCII or Han, for which no table needs to be asked.
fn combines(c: char) -> bool {
    !c.is_ascii() && !('\u{3400}'..='\u{9FFF}').contains(&c) && is_combining_mark(c)
}

fn clean(text: &str, min: usize, max: usize, lines: bool) -> Result<String, Fault> {
    if text.chars().any(|c| deceives(c) || (c.is_control() && !(lines && matches!(c, '\n' | '\t' | '\r')))) {
        return Err(Fault::new(
            "forbidden_character",
            "不得含有控制字符、零宽字符或方向控制符",
            "must hold no control, zero-width or bidirectional control characters",
        ));
    }
    if text.split(|c| !combines(c)).any(|marks| marks.chars().count() > MOST_MARKS) {
        return Err(Fault::new("forbidden_character", "叠加符号过多", "must not pile up combining marks"));
    }
    // Refused before it is normalised: NFC of a very long text is work that nobody asked for.
    if text.len() > max.saturating_mul(12) {
        return Err(too_long(max));
    }
    let clean = if is_nfc(text) { text.trim().to_owned() } else { text.nfc().collect::<String>().trim().to_owned() };
    match clean.chars().count() {
        0 if min > 0 => Err(Fault::missing()),
        count if count < min => Err(Fault::new("too_short", format!("至少{min}个字符"), format!("must be at least {min} characters"))),
        count if count > max => Err(too_long(max)),
        _ => Ok(clean),
    }
}

fn too_long(max: usize) -> Fault {
    Fault::new("too_long", format!("最多{max}个字符"), format!("must be at most {max} characters"))
}

macro_rules! text_type {
    ($name:ident, $lines:literal) => {
        impl<const MIN: usize, const MAX: usize> std::str::FromStr for $name<MIN, MAX> {
            type Err = Fault;
            fn from_str(text: &str) -> Result<Self, Fault> {
                clean(text, MIN, MAX, $lines).map(Self)
            }
        }

        impl<const MIN: usize, const MAX: usize> $name<MIN, MAX> {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> From<$name<MIN, MAX>> for String {
            fn from(text: $name<MIN, MAX>) -> Self {
                text.0
            }
        }

        impl<const MIN: usize, const MAX: usize> std::fmt::Display for $name<MIN, MAX> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MIN: usize, const MAX: usize> serde::Serialize for $name<MIN, MAX> {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        /// What the service kept, which was cleaned when it came in. What comes in is read by `deserr`.
        impl<'de, const MIN: usize, const MAX: usize> serde::Deserialize<'de> for $name<MIN, MAX> {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from).map(Self)
            }
        }

        impl<const MIN: usize, const MAX: usize> deserr::Deserr<crate::domain::fault::Faults> for $name<MIN, MAX> {
            fn deserialize_from_value<V: deserr::IntoValue>(
                value: deserr::Value<V>,
                at: deserr::ValuePointerRef<'_>,
            ) -> Result<Self, crate::domain::fault::Faults> {
                crate::domain::input::from_text(value, at)
            }
        }

        impl<const MIN: usize, const MAX: usize> utoipa::ToSchema for $name<MIN, MAX> {}
        impl<const MIN: usize, const MAX: usize> utoipa::PartialSchema for $name<MIN, MAX> {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .min_length(Some(MIN))
                    .max_length(Some(MAX))
                    .into()
            }
        }
    };
}
text_type!(Line, false);
text_type!(Prose, true);

/// The number of a voucher 凭证号, as it is kept: without spaces and in half-width capitals, so that one number is one voucher however it
/// is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoucherNo(String);

impl std::str::FromStr for VoucherNo {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let typed: Line<3, 60> = text.parse()?;
        let kept: String = typed.as_str().nfkc().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
        clean(&kept, 3, 60, false).map(Self)
    }
}

impl VoucherNo {
    /// The number itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for VoucherNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl utoipa::ToSchema for VoucherNo {}
impl utoipa::PartialSchema for VoucherNo {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <Line<3, 60> as utoipa::PartialSchema>::schema()
    }
}

crate::domain::input::text_value!(VoucherNo);

/// An e-mail address, kept in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

impl Email {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Email {
    type Err = Fault;
    /// Plain ASCII addresses: what every mail server of the field can deliver.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new("not_an_email", "应为电子邮箱地址", "must be an e-mail address");
        let (local, host) = text.rsplit_once('@').ok_or_else(wrong)?;
        let plain = |part: &str, extra: &str| {
            !part.is_empty()
                && part.split('.').all(|label| !label.is_empty())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
        };
        let good = text.len() <= 254 && local.len() <= 64 && plain(local, ".!#$%&'*+/=?^_`{|}~-") && plain(host, ".-");
        if good { Ok(Self(text.to_ascii_lowercase())) } else { Err(wrong()) }
    }
}

impl utoipa::ToSchema for Email {}
impl utoipa::PartialSchema for Email {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::schema::SchemaFormat::Custom("email".into())))
            .max_length(Some(254))
            .into()
    }
}
crate::domain::input::text_value!(Email);

#[cfg(test)]
mod tests {
    use super::{Email, Line, Prose};

    #[test]
    fn a_name_with_a_trick_is_refused() {
        for trick in ["张\n三", "张\u{202E}三", "张\u{0}三", "a\u{200B}b", "a\u{FEFF}b"] {
            assert!(trick.parse::<Line<2, 80>>().is_err(), "{trick:?}");
        }
        assert!("第一行\n第二行".parse::<Prose<1, 80>>().is_ok());
    }

    #[test]
    fn text_is_trimmed_and_composed_and_rare_han_is_kept() {
        assert_eq!("  e\u{301}𠮷 ".parse::<Line<2, 80>>().map(String::from), Ok("é𠮷".to_owned()));
    }

    #[test]
    fn addresses_that_could_smuggle_a_header_are_refused() {
        for bad in ["a@b\r\nBcc: c@d", "a b@c", "@c", "a@", "a@b..c", "张@b.cn", "a@b@c d"] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
        assert_eq!("A.B+c@X.cn".parse::<Email>().map(|e| e.to_string()), Ok("a.b+c@x.cn".into()));
    }
}
