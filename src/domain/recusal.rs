//! Recusal 回避: a person steps aside from a challenge, of their own accord or by order of supervision; and the interests for it.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::UserId;
use crate::domain::text::Reason;
use deserr::ValuePointerRef;

codes! {
    /// How somebody came to step aside.
    pub enum Ground {
        Declared = "declared" "自行申报",
        Detected = "detected" "数据比对发现",
        Requested = "requested" "他人申请",
    }
}

codes! {
    /// What keeps somebody from judging a round, as the data show it.
    pub enum Interest {
        SteppedAside = "stepped_aside" "已回避",
        Examined = "examined" "形式审查人",
        SameOrganization = "same_organization" "与参与单位同一单位",
        FormerOrganization = "former_organization" "近三年曾在参与单位任职",
        Sponsor = "sponsor" "与需求方同一单位",
        TeamMember = "team_member" "申请团队成员",
        SharedProject = "shared_project" "近三年与申请团队成员共同承担项目",
        Avoided = "avoided" "申请团队要求回避",
    }
}

/// Who steps aside from a challenge, and why.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = RecusalInput::check -> Faults)]
pub struct RecusalInput {
    /// Somebody else, by order of supervision; left out, it is oneself.
    #[deserr(default)]
    pub user_id: Option<UserId>,
    /// `detected` or `requested`, for somebody else only: what one declares oneself is `declared`.
    #[deserr(default)]
    pub ground: Option<Ground>,
    /// The interest in words. Supervision and audit read it, nobody else.
    pub reason: Reason,
}

impl RecusalInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.check(self.user_id.is_some() && self.ground.is_none(), "ground", Fault::missing);
        let own = self.ground == Some(Ground::Declared) || (self.user_id.is_none() && self.ground.is_some());
        faults.check(own, "ground", || {
            Fault::new("not_here", "自行申报无须填写；责令他人回避须为detected或requested", "only for somebody else: detected or requested")
        });
        faults.or(self)
    }
}
