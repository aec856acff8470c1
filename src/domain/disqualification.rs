//! Disqualification 取消资格 of a bid, between the opening and the award: proposed by supervision on a finding, decided by a director.

use crate::domain::bid::BidStage;
use crate::domain::challenge::ChallengeStage;
use crate::domain::codes::codes;
use crate::domain::fault::Faults;
use crate::domain::id::ObjectionId;
use crate::domain::policy::Action as A;
use crate::domain::text::{Line, Reason};
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a disqualification stands: proposed by one person, decided by another.
    pub enum DisqualificationStage {
        Proposed = "proposed" "待决定",
        Approved = "approved" "已取消资格",
        Declined = "declined" "不予取消资格",
    }
}

use DisqualificationStage as S;
stage_table!(
    S,
    &[path(S::Proposed, A::DisqualificationApprove, &[S::Approved]), path(S::Proposed, A::DisqualificationDecline, &[S::Declined])]
);

codes! {
    /// What was found.
    pub enum Finding {
        Integrity = "integrity" "科研诚信问题",
        FalseStatement = "false_statement" "提供虚假材料",
        Plagiarism = "plagiarism" "抄袭剽窃",
        Bribery = "bribery" "行贿或干扰评审",
        Collusion = "collusion" "串通揭榜",
        RoleConflict = "role_conflict" "应回避未回避",
        Other = "other" "其他",
    }
}

/// A disqualification that is proposed.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct DisqualificationInput {
    /// What was found.
    pub finding: Finding,
    /// Number of the finding 认定文书号.
    pub finding_no: Line<2, 80>,
    /// The facts and the rule; the team will read it.
    pub reason: Reason,
    /// The upheld objection by which it came to light.
    #[deserr(default)]
    pub objection_id: Option<ObjectionId>,
}

/// Whether a bid that stands so, on a challenge that stands so, can be disqualified: after the opening and before its award, a reserve also
/// while the winners sign.
#[must_use]
pub fn in_time(challenge: ChallengeStage, bid: BidStage) -> bool {
    match challenge {
        ChallengeStage::Screening | ChallengeStage::Reviewing | ChallengeStage::Deciding | ChallengeStage::Publicity => true,
        ChallengeStage::Awarded => bid == BidStage::Reserve,
        _ => false,
    }
}
