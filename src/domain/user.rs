//! Users: people with an account, and what may be said about them.

use crate::domain::codes::codes;
use crate::domain::fault::Faults;
use crate::domain::grant::GrantInput;
use crate::domain::id::OrganizationId;
use crate::domain::input::Whole;
pub use crate::domain::password::Password;
use crate::domain::text::{Email, Line, Name};
use deserr::Deserr;

codes! {
    /// Whether an account can be used.
    pub enum UserStatus {
        Invited = "invited" "已邀请",
        Active = "active" "在用",
        Disabled = "disabled" "停用",
        Erased = "erased" "已注销",
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

/// An invitation. The person accepts it by setting a password; a security administrator decides on the roles.
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
    /// Roles that are proposed for the person at once.
    #[deserr(default)]
    pub grant: Option<GrantInput>,
    /// Days for which the link in the letter is good: 7 by default.
    #[deserr(default)]
    pub valid_days: Option<ValidDays>,
}

/// How many days a link to a first password can be good.
pub type ValidDays = Whole<1, 30>;

/// A new link for someone who is invited.
#[derive(Clone, Debug, Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct InvitationInput {
    /// Days for which the link in the letter is good: 7 by default.
    #[deserr(default)]
    pub valid_days: Option<ValidDays>,
}
