//! Users: people with an account, and what may be said about them.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::OrganizationId;
use crate::domain::text::{Email, Line, Name};
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};

codes! {
    /// Whether an account can be used.
    pub enum UserStatus {
        Active = "active" "在用",
        Disabled = "disabled" "停用",
    }
}

codes! {
    /// The language of a person's letters.
    pub enum Locale {
        Zh = "zh" "中文",
        En = "en" "English",
    }
}

codes! {
    /// A field of science and industry, by which challenges are sorted and subscribed to.
    pub enum Sector {
        EnergyEnv = "energy_env" "能源与环境",
        SemiNewmat = "semi_newmat" "半导体与新材料",
        XinchuangBigdata = "xinchuang_bigdata" "信创与大数据",
        IntelligentApp = "intelligent_app" "智能应用与高端装备",
        HealthBiomed = "health_biomed" "生命健康与生物医药",
        ModernAgri = "modern_agri" "现代农业",
        Frontier = "frontier" "前沿交叉",
    }
}

/// A password as it was typed: never printed, never kept. 8 to 256 bytes.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// The characters as typed.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

impl std::str::FromStr for Password {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        if text.chars().count() < 8 || text.len() > 256 {
            return Err(Fault::new(
                "password_length",
                "密码至少8个字符、至多256字节",
                "a password has at least 8 characters and at most 256 bytes",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl Deserr<Faults> for Password {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        crate::domain::input::from_text(value, at)
    }
}

impl utoipa::ToSchema for Password {}
impl utoipa::PartialSchema for Password {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::schema::SchemaFormat::Custom("password".into())))
            .min_length(Some(8))
            .into()
    }
}

/// A new account. Roles are granted separately, by a security administrator.
#[derive(Clone, Debug, Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct UserInput {
    /// The person's organisation.
    pub organization_id: OrganizationId,
    /// Address for letters and sign-in; unique.
    pub email: Email,
    /// 姓名.
    pub name: Name,
    /// 处室, for staff of the department.
    #[deserr(default)]
    pub division: Option<Line<2, 40>>,
    /// Language of letters: `zh` by default.
    #[deserr(default)]
    pub locale: Option<Locale>,
    /// First password, handed over in person.
    pub password: Password,
}
