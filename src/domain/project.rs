//! Projects 项目: their stages, and who signs.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action as A;
use crate::domain::text::{Line, Name};
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a project stands.
    pub enum ProjectStage {
        Signing = "signing" "待签约",
        Active = "active" "执行中",
        InAcceptance = "in_acceptance" "验收中",
        Rectifying = "rectifying" "限期整改",
        Completed = "completed" "通过验收",
        Concluded = "concluded" "结题",
        Failed = "failed" "验收不通过",
        Forfeited = "forfeited" "已放弃",
        Suspended = "suspended" "暂停",
        Terminated = "terminated" "已终止",
        Revoked = "revoked" "已撤销",
        Eliminated = "eliminated" "淘汰",
        Merged = "merged" "已合并",
    }
}

/// Stages in which a project binds its people.
pub const RUNNING: &[ProjectStage] = &[S::Signing, S::Active, S::Suspended, S::InAcceptance, S::Rectifying];

use ProjectStage as S;
stage_table!(
    S,
    &[
        path(S::Signing, A::ProjectPlan, &[S::Signing]),
        path(S::Signing, A::ProjectSign, &[S::Signing]),
        path(S::Signing, A::ProjectCountersign, &[S::Signing]),
        path(S::Signing, A::ProjectActivate, &[S::Active]),
        path(S::Signing, A::ProjectForfeit, &[S::Forfeited]),
        path(S::Signing, A::ProjectAssign, &[S::Signing]),
        path(S::Active, A::ProjectAssign, &[S::Active]),
        path(S::Active, A::ProjectApplyAcceptance, &[S::InAcceptance]),
        path(S::InAcceptance, A::ProjectConclude, &[S::Completed, S::Rectifying, S::Concluded, S::Failed]),
        path(S::Rectifying, A::ProjectApplyAcceptance, &[S::InAcceptance]),
        path(S::Rectifying, A::ProjectConclude, &[S::Concluded, S::Failed]),
        path(S::Active, A::ProjectSuspend, &[S::Suspended]),
        path(S::Active, A::ProjectTerminate, &[S::Terminated]),
        path(S::Active, A::ProjectRevoke, &[S::Revoked]),
        path(S::Active, A::ProjectPassGate, &[S::Active]),
        path(S::Active, A::ProjectEliminate, &[S::Eliminated]),
        path(S::Active, A::ProjectMerge, &[S::Merged]),
        path(S::Suspended, A::ProjectResume, &[S::Active]),
        path(S::Suspended, A::ProjectAssign, &[S::Suspended]),
        path(S::Suspended, A::ProjectTerminate, &[S::Terminated]),
        path(S::Suspended, A::ProjectRevoke, &[S::Revoked]),
        path(S::InAcceptance, A::ProjectTerminate, &[S::Terminated]),
        path(S::InAcceptance, A::ProjectRevoke, &[S::Revoked]),
        path(S::Rectifying, A::ProjectTerminate, &[S::Terminated]),
        path(S::Rectifying, A::ProjectRevoke, &[S::Revoked]),
    ]
);

codes! {
    /// The parties to a commitment 任务书与军令状.
    pub enum SigningParty {
        Department = "department" "甲方（科技厅）",
        Team = "team" "乙方（揭榜方）",
        Sponsor = "sponsor" "丙方（需求方）",
    }
}

/// Who signs, and under which name.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct SignInput {
    /// The party that signs.
    pub party: SigningParty,
    /// 军令状: the signer pledges the indicators and knows the consequences. Must be `true`.
    pub pledge: bool,
    /// Name of who signs, where it is not the one of the account.
    #[deserr(default)]
    pub signer: Option<Name>,
    /// 法定代表人 of the lead organisation: for the team, and for nobody else.
    #[deserr(default)]
    pub legal_representative: Option<Name>,
    /// SHA-256 of the text that the signer has read. If it is another by now, nothing is signed.
    #[deserr(default)]
    pub sha256: Option<Line<64, 64>>,
}

impl SignInput {
    /// Whether this may stand as a signature.
    ///
    /// # Errors
    /// No pledge; the team without its legal representative, or another party with one.
    pub fn check(&self) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(!self.pledge, "pledge", || Fault::new("not_affirmed", "须确认军令状承诺", "the pledge must be affirmed"));
        let (team, named) = (self.party == SigningParty::Team, self.legal_representative.is_some());
        faults.check(team && !named, "legal_representative", Fault::missing);
        faults.check(!team && named, "legal_representative", || Fault::new("not_here", "此处不应填写", "does not belong here"));
        faults.or(())
    }
}
