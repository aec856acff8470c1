//! Organisations 单位: kinds, regions, and the 统一社会信用代码 with its check digit.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action as A;
use crate::domain::text::{Line, Name};
use crate::domain::workflow::{path, stage_table};
use deserr::ValuePointerRef;

codes! {
    /// What an organisation is.
    pub enum OrganizationKind {
        Enterprise = "enterprise" "企业",
        University = "university" "高等学校",
        ResearchInstitute = "research_institute" "科研院所",
        NewRdInstitution = "new_rd_institution" "新型研发机构",
        Hospital = "hospital" "医疗机构",
        GovAgency = "gov_agency" "政府机关",
        SocialOrg = "social_org" "社会组织",
        Foreign = "foreign" "境外机构",
    }
}

impl OrganizationKind {
    /// Whether such an organisation may lead a bid: every legal person but a government agency.
    #[must_use]
    pub const fn may_lead_a_bid(self) -> bool {
        !matches!(self, Self::GovAgency)
    }
}

codes! {
    /// Where an organisation sits, seen from the department's province.
    pub enum Region {
        InProvince = "in_province" "省内",
        Domestic = "domestic" "省外",
        HkMoTw = "hk_mo_tw" "港澳台",
        Overseas = "overseas" "境外",
    }
}

codes! {
    /// Whether the department has satisfied itself of an organisation.
    pub enum OrganizationStage {
        Registered = "registered" "已登记",
        Verified = "verified" "已核验",
        Suspended = "suspended" "已暂停",
    }
}

use OrganizationStage as S;
stage_table!(
    S,
    &[
        path(S::Registered, A::OrganizationVerify, &[S::Verified]),
        path(S::Verified, A::OrganizationSuspend, &[S::Suspended]),
        path(S::Suspended, A::OrganizationReinstate, &[S::Verified]),
    ]
);

/// A 统一社会信用代码: 18 characters whose last one checks the rest (GB 32100-2015).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CreditCode(String);

/// The 31 characters of GB 32100-2015: no I, O, S, V, Z.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

impl CreditCode {
    /// The check character of the first 17, or `None` when one is not of the alphabet.
    #[must_use]
    pub fn check_character(body: &str) -> Option<char> {
        let mut sum = 0;
        for (c, weight) in body.chars().zip(WEIGHTS) {
            sum += ALPHABET.find(c)? * weight;
        }
        ALPHABET.chars().nth((31 - sum % 31) % 31)
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CreditCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for CreditCode {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let length = text.chars().count();
        if length != 18 || !text.chars().all(|c| ALPHABET.contains(c)) {
            return Err(Fault::new(
                "not_a_credit_code",
                "应为18位统一社会信用代码（大写，不含I、O、S、V、Z）",
                "must be an 18-character unified social credit code (upper case, without I, O, S, V, Z)",
            ));
        }
        let (body, check) = text.split_at(17);
        if Self::check_character(body).is_some_and(|expected| check.starts_with(expected)) {
            return Ok(Self(text.to_owned()));
        }
        Err(Fault::new(
            "credit_code_check_digit",
            "统一社会信用代码校验位不符（GB 32100-2015）",
            "the check digit of the unified social credit code does not hold (GB 32100-2015)",
        ))
    }
}

impl utoipa::ToSchema for CreditCode {}
impl utoipa::PartialSchema for CreditCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9A-HJ-NPQRTUWXY]{18}$"))
            .into()
    }
}
crate::domain::input::text_value!(CreditCode);

/// An organisation as it is registered.
///
/// One in the country carries its `uscc`; a foreign one its `country` (ISO 3166-1 alpha-2) and `foreign_reg_no`.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = OrganizationInput::check -> Faults)]
pub struct OrganizationInput {
    /// 单位全称, equal to the name on its seal.
    pub name: Name,
    /// 统一社会信用代码.
    #[deserr(default)]
    pub uscc: Option<CreditCode>,
    /// ISO 3166-1 alpha-2, for organisations abroad.
    #[deserr(default)]
    pub country: Option<Line<2, 2>>,
    /// Registration number abroad.
    #[deserr(default)]
    pub foreign_reg_no: Option<Line<1, 60>>,
    /// 单位性质.
    pub kind: OrganizationKind,
    /// 省内、省外、港澳台或境外.
    pub region: Region,
    /// City 所在市.
    #[deserr(default)]
    pub city: Option<Line<2, 40>>,
}

impl OrganizationInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let abroad = self.uscc.is_none();
        faults.check(abroad && self.country.is_none(), "country", Fault::missing);
        faults.check(abroad && self.foreign_reg_no.is_none(), "foreign_reg_no", Fault::missing);
        faults.check(abroad && self.region == Region::InProvince, "uscc", Fault::missing);
        faults.check(!abroad && self.kind == OrganizationKind::Foreign, "kind", || {
            Fault::new("contradiction", "境外机构没有统一社会信用代码", "a foreign organisation has no credit code")
        });
        faults.or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::CreditCode;

    /// Public samples and synthetic fixtures; each is valid as it stands.
    const VALID: [&str; 12] = [
        "91350200MA2YJ1XR9G",
        "91350200776049653A",
        "91440101MA5CJQ4N59",
        "123502001549897397",
        "9135021359498494XQ",
        "91140100990000017F",
        "12140000990000017F",
        "911405009900000174",
        "91140300990000017R",
        "12100000990000017Y",
        "91110108990000017N",
        "52140000990000017B",
    ];

    #[test]
    fn valid_codes_pass_and_any_other_last_character_fails() {
        for code in VALID {
            assert!(code.parse::<CreditCode>().is_ok(), "{code}");
            let (body, check) = code.split_at(17);
            for other in super::ALPHABET.chars().filter(|c| !check.starts_with(*c)) {
                assert!(format!("{body}{other}").parse::<CreditCode>().is_err(), "{body}{other}");
            }
        }
    }

    #[test]
    fn wrong_length_lower_case_and_foreign_letters_are_refused() {
        for code in ["91140100990000017", "91140100990000017FF", "91140100990000017f", "9114010099000001IF", "９1140100990000017F"] {
            assert!(code.parse::<CreditCode>().is_err(), "{code}");
        }
    }
}
