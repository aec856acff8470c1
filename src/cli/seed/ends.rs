//! How far the stories of the demo data go.

use crate::domain::challenge::ChallengeStage;
use crate::domain::examination::ExaminationItem;
use crate::domain::fault::Fault;
use serde::Deserialize;

/// Where a challenge's story ends. In the order of the story, so that a later one has passed the earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// 起草.
    Draft,
    /// 审批中.
    InApproval,
    /// 不予发榜.
    Rejected,
    /// 已批准.
    Approved,
    /// 揭榜中.
    Open,
    /// 已截止.
    Closed,
    /// 形式审查.
    Screening,
    /// 评审中.
    Reviewing,
    /// 拟立项.
    Deciding,
    /// 公示中.
    Publicity,
    /// 已立项.
    Awarded,
    /// 已完成.
    Finished,
    /// 流标.
    Failed,
    /// 流标后撤榜.
    Withdrawn,
    /// 流标后再次发榜.
    Republished,
}

impl Reach {
    /// The stage that the challenge must end in.
    #[must_use]
    pub const fn stage(self) -> ChallengeStage {
        match self {
            Self::Draft => ChallengeStage::Draft,
            Self::InApproval => ChallengeStage::InApproval,
            Self::Rejected => ChallengeStage::Rejected,
            Self::Approved => ChallengeStage::Approved,
            Self::Open | Self::Republished => ChallengeStage::Open,
            Self::Closed => ChallengeStage::Closed,
            Self::Screening => ChallengeStage::Screening,
            Self::Reviewing => ChallengeStage::Reviewing,
            Self::Deciding => ChallengeStage::Deciding,
            Self::Publicity => ChallengeStage::Publicity,
            Self::Awarded => ChallengeStage::Awarded,
            Self::Finished => ChallengeStage::Finished,
            Self::Failed => ChallengeStage::Failed,
            Self::Withdrawn => ChallengeStage::Withdrawn,
        }
    }
}

/// What the formal examination finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Examined {
    /// Everything passes.
    Eligible,
    /// One item fails.
    Fails(ExaminationItem),
}

impl TryFrom<String> for Examined {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text == "eligible" {
            return Ok(Self::Eligible);
        }
        text.parse().map(Self::Fails).map_err(|fault: Fault| fault.en)
    }
}

/// How far a project gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Planned, not signed by all.
    Signing,
    /// At work on its second milestone.
    Active,
    /// Late with its first milestone, and with its reports.
    #[serde(rename = "milestone_1_late")]
    Late,
    /// The first milestone is handed in.
    #[serde(rename = "milestone_1_submitted")]
    Submitted,
    /// The first milestone is sent back to be mended.
    #[serde(rename = "milestone_1_returned")]
    Returned,
    /// The first milestone is sent back, and met then.
    #[serde(rename = "milestone_1_mended")]
    Mended,
    /// The first milestone is not met.
    #[serde(rename = "milestone_1_not_met")]
    NotMet,
    /// The first milestone is met, its money falls due.
    #[serde(rename = "milestone_1_met")]
    Met,
    /// The first milestone's money is paid, too.
    #[serde(rename = "paid_1")]
    Paid,
    /// All milestones are met early, acceptance is applied for.
    InAcceptance,
    /// Accepted 通过验收.
    Completed,
    /// Accepted at the second time.
    #[serde(rename = "completed_after_rectification")]
    CompletedLater,
    /// Ended 结题.
    Concluded,
}

impl Progress {
    /// Whether all milestones are met within the first year.
    #[must_use]
    pub const fn is_early(self) -> bool {
        matches!(self, Self::InAcceptance | Self::Completed | Self::CompletedLater | Self::Concluded)
    }
}
