//! Members of a bid: who of the lead organisation may edit it, who may submit it. All of its team may read it.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::UserId;
use deserr::ValuePointerRef;

codes! {
    /// What a member may do with a bid, beyond reading it.
    pub enum Access {
        Edit = "edit" "编辑",
        Submit = "submit" "编辑和提交",
    }
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Member {
    /// Who: of the lead organisation, with the role `team`.
    pub user_id: UserId,
    /// What the person may do.
    pub access: Access,
}

/// All members of a bid.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = MembersInput::check -> Faults)]
pub struct MembersInput {
    /// All members, and no others. One of them at least may submit.
    pub members: Vec<Member>,
}

impl MembersInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.check(!self.members.iter().any(|member| member.access == Access::Submit), "members", || {
            Fault::new("submitter_missing", "至少应有一名成员可以提交", "one member at least must be able to submit")
        });
        for (index, member) in self.members.iter().enumerate() {
            let twice = self.members.iter().take(index).any(|other| other.user_id == member.user_id);
            faults.check(twice, &format!("members[{index}].user_id"), || Fault::new("repeated", "重复", "stands twice"));
        }
        faults.or(self)
    }
}
