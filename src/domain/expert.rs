//! Experts 评审专家: the pool from which panels are drawn, each with a profile beside the account.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults, path as path_of};
use crate::domain::id::{OrganizationId, UserId};
use crate::domain::policy::Action as A;
use crate::domain::text::Line;
use crate::domain::time::Date;
use crate::domain::user::Sector;
use crate::domain::workflow::{path, stage_table};
use deserr::ValuePointerRef;

codes! {
    /// Whether an expert can be drawn.
    pub enum ExpertStage {
        Listed = "listed" "在库",
        Paused = "paused" "暂停",
        Removed = "removed" "出库",
    }
}

use ExpertStage as S;
stage_table!(
    S,
    &[
        path(S::Listed, A::ExpertEdit, &[S::Listed]),
        path(S::Listed, A::ExpertConfirm, &[S::Listed]),
        path(S::Listed, A::ExpertPause, &[S::Paused]),
        path(S::Listed, A::ExpertRemove, &[S::Removed]),
        path(S::Paused, A::ExpertEdit, &[S::Paused]),
        path(S::Paused, A::ExpertResume, &[S::Listed]),
        path(S::Paused, A::ExpertRemove, &[S::Removed]),
    ]
);

codes! {
    /// What an expert judges.
    pub enum Speciality {
        Technical = "technical" "技术专家",
        Finance = "finance" "财务专家",
    }
}

/// How long a confirmation of the own profile holds, in days: who did not confirm it since is not drawn.
pub const CONFIRMED_DAYS: i64 = 365;

/// Where an expert worked before.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Affiliation {
    /// The organisation.
    pub organization_id: OrganizationId,
    /// The last day there.
    pub until: Date,
}

/// An expert's profile. Name and organisation are those of the account.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = ProfileInput::check -> Faults)]
pub struct ProfileInput {
    /// 职称.
    pub title: Line<1, 60>,
    /// For the technical side, or for the money.
    pub speciality: Speciality,
    /// Fields that a technical expert knows: at least one.
    #[deserr(default)]
    #[schema(required = false)]
    pub fields: Vec<Sector>,
    /// Where the expert worked before, at most ten.
    #[deserr(default)]
    #[schema(required = false)]
    pub affiliations: Vec<Affiliation>,
}

impl ProfileInput {
    fn check(mut self, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        self.fields.sort_unstable();
        self.fields.dedup();
        faults.check(self.speciality == Speciality::Technical && self.fields.is_empty(), "fields", Fault::missing);
        faults.check(self.affiliations.len() > 10, "affiliations", || Fault::new("wrong_length", "最多10项", "must hold at most 10"));
        for (index, one) in self.affiliations.iter().enumerate() {
            let again = self.affiliations.iter().take(index).any(|other| other.organization_id == one.organization_id);
            faults.check(again, &format!("affiliations[{index}]"), || Fault::new("repeated_code", "重复", "stands more than once"));
        }
        let here = path_of(at);
        faults.0 = faults.0.into_iter().map(|fault| fault.within(&here)).collect();
        faults.or(self)
    }
}

/// An expert who joins the pool: an account with the role `expert`, and its profile.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ExpertInput {
    /// The account.
    pub user_id: UserId,
    /// The profile.
    pub profile: ProfileInput,
}
