//! Batches 批次: the challenges that a department publishes together in a year.

use crate::domain::fault::Faults;
use crate::domain::input::Whole;
use crate::domain::money::Fen;
use crate::domain::text::{Line, Title};

/// A new batch.
#[derive(Clone, Debug, deserr::Deserr, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct BatchInput {
    /// Year of the plan.
    pub year: Whole<2000, 2200>,
    /// Short code, unique: `JB2021-ZX`. Challenge codes continue it.
    pub code: Line<2, 30>,
    /// 批次名称.
    pub name: Title,
    /// Budget line in fen: the caps of its challenges may not exceed it together.
    pub budget_fen: Fen,
}
