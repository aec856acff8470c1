//! What is kept of a person besides name and address: phone and identity number, each shown in full to nobody else.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::time::Date;
use chrono::NaiveDate;

codes! {
    /// Gender, as the identity number names it.
    pub enum Gender {
        Male = "male" "男",
        Female = "female" "女",
    }
}

/// The first three and the last four characters; stars for what is between (个人信息保护法: `138****1234`).
#[must_use]
pub fn masked(text: &str) -> String {
    let count = text.chars().count();
    text.chars().enumerate().map(|(at, c)| if at < 3 || at.saturating_add(4) >= count { c } else { '*' }).collect()
}

/// A phone number: a mobile of the mainland, a landline with its area code, or any other with `+` and country code.
/// Spaces and hyphens between digits are left out.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// The number in full.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&masked(&self.0))
    }
}

impl std::str::FromStr for Phone {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = || {
            Fault::new(
                "phone",
                "应为11位手机号、带区号的固定电话，或以+和国家代码开头的号码",
                "must be a mainland mobile number, a landline with its area code, or begin with + and a country code",
            )
        };
        let text: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = text.strip_prefix('+').unwrap_or(&text);
        let abroad = digits.len() < text.len();
        let lengths = match digits.as_bytes() {
            [b'1'..=b'9', ..] if abroad => 7..=15,
            [b'1', b'3'..=b'9', ..] if !abroad => 11..=11,
            [b'0', b'1'..=b'9', ..] if !abroad => 10..=12,
            _ => return Err(wrong()),
        };
        if lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) { Ok(Self(text)) } else { Err(wrong()) }
    }
}

/// A 居民身份证 number: place, birth date, order, and a check character (GB 11643-1999; ISO 7064 MOD 11-2).
///
/// It is never kept: the database holds a keyed hash, by which one person cannot have two accounts, and the masked form.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityNumber(String);

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &str = "10X98765432";

impl IdentityNumber {
    /// The check character of the first 17 digits; `None` when one is no digit.
    #[must_use]
    pub fn check_character(body: &str) -> Option<char> {
        let mut sum = 0;
        for (c, weight) in body.chars().zip(WEIGHTS) {
            sum += c.to_digit(10)? * weight;
        }
        CHECKS.chars().nth(usize::try_from(sum % 11).ok()?)
    }

    /// The number in full, for hashing alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What may be shown of it.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0)
    }

    /// The gender that it names: the last digit of the order is odd for men.
    #[must_use]
    pub fn gender(&self) -> Gender {
        if self.0.as_bytes().get(16).is_some_and(|digit| digit % 2 == 1) { Gender::Male } else { Gender::Female }
    }

    /// The birth date that it names.
    #[must_use]
    pub fn born(&self) -> Option<Date> {
        born(&self.0).map(Date::from)
    }
}

fn born(text: &str) -> Option<NaiveDate> {
    let part = |range| text.get::<std::ops::Range<usize>>(range)?.parse::<u32>().ok();
    NaiveDate::from_ymd_opt(i32::try_from(part(6..10)?).ok()?, part(10..12)?, part(12..14)?)
}

impl std::fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

impl std::str::FromStr for IdentityNumber {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let text = text.trim().to_ascii_uppercase();
        let shape = text.len() == 18 && text.is_ascii() && !text.starts_with('0');
        let (body, check) = text.split_at_checked(17).unwrap_or(("", ""));
        let expected = if shape { Self::check_character(body) } else { None };
        let Some(expected) = expected else {
            return Err(Fault::new("identity_number", "应为18位居民身份证号码", "must be an 18-character resident identity number"));
        };
        if !check.starts_with(expected) {
            return Err(Fault::new(
                "identity_number_check_digit",
                "身份证号码校验位不符（GB 11643-1999）",
                "the check digit of the identity number does not hold (GB 11643-1999)",
            ));
        }
        if born(&text).is_none_or(|born| born < NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default()) {
            return Err(Fault::new(
                "identity_number_birth_date",
                "身份证号码中的出生日期不存在",
                "the birth date in the identity number is none",
            ));
        }
        Ok(Self(text))
    }
}

/// Lets a private value be read from a JSON string, and says so in the contract.
macro_rules! private_text {
    ($name:ident, $pattern:literal) => {
        impl deserr::Deserr<Faults> for $name {
            fn deserialize_from_value<V: deserr::IntoValue>(
                value: deserr::Value<V>,
                at: deserr::ValuePointerRef<'_>,
            ) -> Result<Self, Faults> {
                crate::domain::input::from_text(value, at)
            }
        }

        impl utoipa::ToSchema for $name {}
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String).pattern(Some($pattern)).into()
            }
        }
    };
}
private_text!(Phone, "^[+0-9][0-9 -]{6,30}$");
private_text!(IdentityNumber, "^[1-9][0-9]{16}[0-9Xx]$");

/// One's phone.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PhoneInput {
    /// The number; `null` to have none kept.
    #[schema(required = true)]
    pub phone: Option<Phone>,
}

/// One's identity number.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct IdentityInput {
    /// The number; `null` to have none kept.
    #[schema(required = true)]
    pub identity_number: Option<IdentityNumber>,
}

#[cfg(test)]
mod tests {
    use super::{IdentityNumber, Phone, masked};

    fn fault(text: &str) -> &'static str {
        text.parse::<IdentityNumber>().map_or_else(|fault| fault.code, |_| "")
    }

    #[test]
    fn an_identity_number_has_a_check_character_and_a_birth_date() {
        // The sample of GB 11643-1999, and one with a check character X.
        for good in ["11010519491231002X", "11010519491231002x", "440524188001010014", " 110105194912310038 "] {
            let expected = if good.starts_with("4405") { "identity_number_birth_date" } else { "" };
            assert_eq!(fault(good), expected, "{good}");
        }
        for other in '0'..='9' {
            assert_eq!(fault(&format!("11010519491231002{other}")), "identity_number_check_digit");
        }
        for shape in ["", "1101051949123100", "11010519491231002XX", "A1010519491231002X", "０10105194912310020", "揭榜揭榜揭榜"] {
            assert_eq!(fault(shape), "identity_number", "{shape}");
        }
        let body = "11010519490230002";
        let check = IdentityNumber::check_character(body).unwrap();
        assert_eq!(fault(&format!("{body}{check}")), "identity_number_birth_date", "there is no 30 February");
    }

    #[test]
    fn phones_are_those_that_can_be_called() {
        for (typed, kept) in [
            ("138 0013 8000", "13800138000"),
            ("0351-1234567", "03511234567"),
            ("+44 20 7946 0958", "+442079460958"),
            ("010-12345678", "01012345678"),
        ] {
            assert_eq!(typed.parse::<Phone>().unwrap().reveal(), kept);
        }
        for bad in
            ["", "12345", "12800138000", "138001380001", "1380013800a", "+0123456789", "+86", "13800138000\n138", "++4420", "00123456789"]
        {
            assert!(bad.parse::<Phone>().is_err(), "{bad}");
        }
    }

    #[test]
    fn neither_is_ever_printed_in_full() {
        assert_eq!(masked("13800138000"), "138****8000");
        let (number, phone) = ("11010519491231002X".parse::<IdentityNumber>().unwrap(), "13800138000".parse::<Phone>().unwrap());
        assert_eq!(number.masked(), "110***********002X");
        assert_eq!(format!("{number:?} {phone:?}"), "110***********002X 138****8000");
    }
}
