//! Scopes of machine keys: what a program may do on behalf of a team, action by action. What is not listed is denied.
//!
//! A key is never more than its creator in the role `team`: the permission table decides as for a person, and then the
//! scope must name the action. Signing, applying for acceptance, and everything about accounts, roles and keys is a
//! person's act and stands in no scope (`tests/house/scopes.rs`).

use super::action::Action;
use crate::domain::codes::codes;
use crate::domain::policy::action::Action as A;

codes! {
    /// What a machine key may be used for.
    pub enum KeyScope {
        Read = "read" "查看",
        Bid = "bid" "揭榜",
        Report = "report" "报告进展",
    }
}

impl KeyScope {
    /// Everything that a key with this scope may do.
    #[must_use]
    pub const fn actions(self) -> &'static [Action] {
        match self {
            Self::Read => &[
                A::OrganizationRead,
                A::ChallengeReadPublished,
                A::BidRead,
                A::FileRead,
                A::ProjectRead,
                A::MilestoneRead,
                A::EvidenceRead,
                A::PaymentRead,
            ],
            Self::Bid => &[
                A::ChallengeReadPublished,
                A::QuestionReadAnswered,
                A::AmendmentReadInEffect,
                A::BidRead,
                A::BidReceipt,
                A::FileRead,
                A::FileAdd,
                A::FileRemove,
                A::BidCreate,
                A::BidEdit,
                A::BidSubmit,
                A::BidResubmit,
                A::BidWithdraw,
            ],
            Self::Report => &[
                A::ProjectRead,
                A::MilestoneRead,
                A::MilestoneStart,
                A::MilestoneSubmit,
                A::EvidenceRead,
                A::EvidenceAdd,
                A::EvidenceRemove,
                A::PaymentRead,
                A::PaymentRequest,
            ],
        }
    }
}

/// Whether one of `scopes` names `action`.
#[must_use]
pub fn within(scopes: &[KeyScope], action: Action) -> bool {
    scopes.iter().any(|scope| scope.actions().contains(&action))
}
