//! Bids 揭榜申请: their stages and their seal. What they hold is a [`crate::domain::proposal`].

use crate::domain::codes::codes;
use crate::domain::fault::Faults;
use crate::domain::policy::Action as A;
use crate::domain::text::Reason;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a bid stands.
    pub enum BidStage {
        Draft = "draft" "起草",
        Submitted = "submitted" "已提交",
        Withdrawn = "withdrawn" "已撤回",
        Eligible = "eligible" "形式审查通过",
        Ineligible = "ineligible" "形式审查不通过",
        Shortlisted = "shortlisted" "入围",
        NotShortlisted = "not_shortlisted" "未入围",
        Recommended = "recommended" "拟立项",
        Reserve = "reserve" "备选",
        Declined = "declined" "未入选",
        Awarded = "awarded" "中榜",
        Signed = "signed" "已签约",
    }
}

use BidStage as S;
stage_table!(
    S,
    &[
        path(S::Draft, A::BidEdit, &[S::Draft]),
        path(S::Draft, A::FileAdd, &[S::Draft]),
        path(S::Draft, A::FileRemove, &[S::Draft]),
        path(S::Draft, A::BidAppoint, &[S::Draft]),
        path(S::Draft, A::BidSubmit, &[S::Submitted]),
        path(S::Submitted, A::BidEdit, &[S::Submitted]),
        path(S::Submitted, A::FileAdd, &[S::Submitted]),
        path(S::Submitted, A::FileRemove, &[S::Submitted]),
        path(S::Submitted, A::BidAppoint, &[S::Submitted]),
        path(S::Submitted, A::BidResubmit, &[S::Submitted]),
        path(S::Submitted, A::BidWithdraw, &[S::Withdrawn]),
        path(S::Submitted, A::BidExamine, &[S::Eligible, S::Ineligible]),
        path(S::Submitted, A::BidDecline, &[S::Declined]),
        path(S::Withdrawn, A::BidEdit, &[S::Withdrawn]),
        path(S::Withdrawn, A::FileAdd, &[S::Withdrawn]),
        path(S::Withdrawn, A::FileRemove, &[S::Withdrawn]),
        path(S::Withdrawn, A::BidResubmit, &[S::Submitted]),
        path(S::Eligible, A::BidShortlist, &[S::Shortlisted, S::NotShortlisted]),
        path(S::Eligible, A::ReviewAssign, &[S::Eligible]),
        path(S::Eligible, A::BidSelect, &[S::Recommended, S::Reserve, S::Declined]),
        path(S::Eligible, A::BidDecline, &[S::Declined]),
        path(S::Shortlisted, A::ReviewAssign, &[S::Shortlisted]),
        path(S::Shortlisted, A::BidSelect, &[S::Recommended, S::Reserve, S::Declined]),
        path(S::Shortlisted, A::BidDecline, &[S::Declined]),
        path(S::Recommended, A::BidAward, &[S::Awarded]),
        path(S::Awarded, A::BidSign, &[S::Signed]),
    ]
);

/// Stages that count as the one live bid of a lead organisation in a round.
pub const LIVE: &[BidStage] = &[S::Draft, S::Submitted, S::Eligible, S::Shortlisted, S::Recommended, S::Reserve, S::Awarded, S::Signed];

/// Stages in which the department still has the bid before it: their teams hear what happens to the challenge.
pub const BEFORE_THE_DEPARTMENT: &[BidStage] =
    &[S::Submitted, S::Eligible, S::Shortlisted, S::Recommended, S::Reserve, S::Awarded, S::Signed];

/// The seal: before a round is opened nobody but the team may know a bid, not even that it exists.
///
/// `round` is the bid's, `opened_round` the last round of the challenge that was opened. Every read path asks here, and
/// the list's filter in `store::bids` says the same in SQL. A bid that was never submitted, or was withdrawn, stays the
/// team's own for ever.
#[must_use]
pub fn sealed(stage: BidStage, round: i32, opened_round: i32) -> bool {
    round > opened_round || matches!(stage, S::Draft | S::Withdrawn)
}

/// Whether a bid goes on to the panel.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ShortlistInput {
    /// `true` 入围, `false` 未入围.
    pub shortlisted: bool,
    /// The reason; the team will read it.
    pub reason: Reason,
}
