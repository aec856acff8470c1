//! The consortium 联合体 of a bid: the organisations beside the lead, each named by its id or its credit code.

use crate::domain::fault::Fault;
use crate::domain::id::OrganizationId;
use crate::domain::input::Whole;
use crate::domain::money::Fen;
use crate::domain::organization::CreditCode;
use crate::domain::text::Prose;
use deserr::Deserr;

/// A registered organisation, named by its 统一社会信用代码 or its id. It is kept and shown as its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrganizationRef {
    /// Its id.
    Id(OrganizationId),
    /// Its credit code.
    Code(CreditCode),
}

impl OrganizationRef {
    /// The id, where it is known.
    #[must_use]
    pub const fn id(&self) -> Option<OrganizationId> {
        if let Self::Id(id) = self { Some(*id) } else { None }
    }

    /// Whether it names this organisation.
    #[must_use]
    pub fn is(&self, id: OrganizationId) -> bool {
        self.id() == Some(id)
    }
}

impl std::fmt::Display for OrganizationRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Code(code) => code.fmt(f),
        }
    }
}

impl std::str::FromStr for OrganizationRef {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        // Ids have hyphens, credit codes none.
        if text.contains('-') { text.parse().map(Self::Id) } else { text.parse().map(Self::Code) }
    }
}

impl utoipa::ToSchema for OrganizationRef {}
impl utoipa::PartialSchema for OrganizationRef {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String).max_length(Some(36)).into()
    }
}
crate::domain::input::text_value!(OrganizationRef);

/// A member of the consortium 联合体成员 beside the lead.
#[derive(Clone, Debug, PartialEq, Eq, Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = crate::domain::fault::Faults)]
pub struct Partner {
    /// The organisation by its id or credit code: registered and verified, and not the lead.
    pub organization: OrganizationRef,
    /// What it does.
    pub tasks: Prose<2, 2_000>,
    /// Its share of the department's money in basis points.
    pub fiscal_share_bps: Whole<0, 10_000>,
    /// Money of its own, in fen.
    #[deserr(default = Fen::ZERO)]
    #[serde(default)]
    pub self_fund_fen: Fen,
}
