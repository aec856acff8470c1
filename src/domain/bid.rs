//! Bids 揭榜申请: their stages and their seal. What they hold is a [`crate::domain::proposal`].

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action as A;
use crate::domain::text::{Line, Reason};
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a bid stands.
    pub enum BidStage {
        Draft = "draft" "起草",
        Submitted = "submitted" "已提交",
        NeedsReconfirmation = "needs_reconfirmation" "待确认",
        Lapsed = "lapsed" "未确认失效",
        Withdrawn = "withdrawn" "已撤回",
        InCorrection = "in_correction" "补正中",
        Doubted = "doubted" "拟不通过",
        InAppeal = "in_appeal" "复核中",
        Eligible = "eligible" "形式审查通过",
        Ineligible = "ineligible" "形式审查不通过",
        Shortlisted = "shortlisted" "入围",
        NotShortlisted = "not_shortlisted" "未入围",
        Recommended = "recommended" "拟立项",
        Reserve = "reserve" "备选",
        Declined = "declined" "未入选",
        Awarded = "awarded" "中榜",
        Signed = "signed" "已签约",
        Forfeited = "forfeited" "已放弃",
        Left = "left" "已退出",
        Disqualified = "disqualified" "已取消资格",
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
        path(S::Submitted, A::BidExamine, &[S::Eligible, S::Doubted]),
        path(S::Submitted, A::BidRequestCorrection, &[S::InCorrection]),
        path(S::InCorrection, A::FileAdd, &[S::InCorrection]),
        path(S::InCorrection, A::FileRemove, &[S::InCorrection]),
        path(S::InCorrection, A::BidCorrect, &[S::Submitted]),
        path(S::InCorrection, A::BidExamine, &[S::Eligible, S::Doubted]),
        path(S::InCorrection, A::BidDecline, &[S::Declined]),
        path(S::Doubted, A::BidConfirmFailure, &[S::Ineligible]),
        path(S::Doubted, A::BidReturnExamination, &[S::Submitted]),
        path(S::Doubted, A::BidDecline, &[S::Declined]),
        path(S::Ineligible, A::BidAppeal, &[S::InAppeal]),
        path(S::InAppeal, A::BidDecideAppeal, &[S::Eligible, S::Ineligible]),
        path(S::InAppeal, A::BidDecline, &[S::Declined]),
        path(S::Submitted, A::BidDecline, &[S::Declined]),
        path(S::Submitted, A::BidHandBack, &[S::Withdrawn]),
        path(S::Submitted, A::BidAskAgain, &[S::NeedsReconfirmation]),
        path(S::NeedsReconfirmation, A::BidEdit, &[S::NeedsReconfirmation]),
        path(S::NeedsReconfirmation, A::FileAdd, &[S::NeedsReconfirmation]),
        path(S::NeedsReconfirmation, A::FileRemove, &[S::NeedsReconfirmation]),
        path(S::NeedsReconfirmation, A::BidAppoint, &[S::NeedsReconfirmation]),
        path(S::NeedsReconfirmation, A::BidResubmit, &[S::Submitted]),
        path(S::NeedsReconfirmation, A::BidWithdraw, &[S::Withdrawn]),
        path(S::NeedsReconfirmation, A::BidExpire, &[S::Lapsed]),
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
        path(S::Recommended, A::BidReopen, &[S::Eligible]),
        path(S::Reserve, A::BidReopen, &[S::Eligible]),
        path(S::Declined, A::BidReopen, &[S::Eligible]),
        path(S::Recommended, A::BidAward, &[S::Awarded]),
        path(S::Awarded, A::BidSign, &[S::Signed]),
        path(S::Awarded, A::BidForfeit, &[S::Forfeited]),
        path(S::Reserve, A::BidCallUp, &[S::Eligible]),
        path(S::Submitted, A::BidLeave, &[S::Left]),
        path(S::InCorrection, A::BidLeave, &[S::Left]),
        path(S::Doubted, A::BidLeave, &[S::Left]),
        path(S::InAppeal, A::BidLeave, &[S::Left]),
        path(S::Eligible, A::BidLeave, &[S::Left]),
        path(S::Shortlisted, A::BidLeave, &[S::Left]),
        path(S::Recommended, A::BidLeave, &[S::Left]),
        path(S::Reserve, A::BidLeave, &[S::Left]),
        path(S::Left, A::BidHandBack, &[S::Withdrawn]),
        path(S::Submitted, A::BidDisqualify, &[S::Disqualified]),
        path(S::InCorrection, A::BidDisqualify, &[S::Disqualified]),
        path(S::Doubted, A::BidDisqualify, &[S::Disqualified]),
        path(S::InAppeal, A::BidDisqualify, &[S::Disqualified]),
        path(S::Eligible, A::BidDisqualify, &[S::Disqualified]),
        path(S::Ineligible, A::BidDisqualify, &[S::Disqualified]),
        path(S::Shortlisted, A::BidDisqualify, &[S::Disqualified]),
        path(S::NotShortlisted, A::BidDisqualify, &[S::Disqualified]),
        path(S::Recommended, A::BidDisqualify, &[S::Disqualified]),
        path(S::Reserve, A::BidDisqualify, &[S::Disqualified]),
        path(S::Declined, A::BidDisqualify, &[S::Disqualified]),
    ]
);

/// Stages of bids that are over for their team: any other one counts as the one live bid of a lead organisation in a round.
pub const NOT_LIVE: &[BidStage] =
    &[S::Withdrawn, S::Lapsed, S::Ineligible, S::NotShortlisted, S::Declined, S::Forfeited, S::Left, S::Disqualified];

/// Stages of bids that were taken out of a round after its closing: nothing is decided on them any more, and no expert reads them.
pub const GONE: &[BidStage] = &[S::Left, S::Disqualified];

/// Stages of bids of a round that was awarded before: winners, whatever became of them.
pub const AWARDED_BEFORE: &[BidStage] = &[S::Awarded, S::Signed, S::Forfeited];

/// Stages in which the department still has the bid before it: their teams hear what happens to the challenge.
pub const BEFORE_THE_DEPARTMENT: &[BidStage] = &[
    S::Submitted,
    S::NeedsReconfirmation,
    S::InCorrection,
    S::Doubted,
    S::InAppeal,
    S::Eligible,
    S::Shortlisted,
    S::Recommended,
    S::Reserve,
    S::Awarded,
    S::Signed,
];

/// Stages in which the formal examination of a bid is not over.
pub const UNDER_EXAMINATION: &[BidStage] = &[S::Submitted, S::InCorrection, S::Doubted];

/// Stages of bids that no opening looks at: never submitted, taken back, or not confirmed after a correction of the challenge.
pub const NEVER_OPENED: &[BidStage] = &[S::Draft, S::Withdrawn, S::NeedsReconfirmation, S::Lapsed];

/// The seal: before a round is opened nobody but the team may know a bid, not even that it exists.
///
/// `round` is the bid's, `opened_round` the last round of the challenge that was opened. Every read path asks here, and
/// the list's filter in `store::bids` says the same in SQL. A bid that was never submitted, was withdrawn, or was not
/// confirmed after a correction stays the team's own for ever.
#[must_use]
pub fn sealed(stage: BidStage, round: i32, opened_round: i32) -> bool {
    round > opened_round || NEVER_OPENED.contains(&stage)
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

/// The written letter with which a team leaves the round 退出 after its closing.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct LeaveInput {
    /// Number of the letter 退出函文号.
    pub letter_no: Line<2, 80>,
    /// Date of the letter: not after today.
    pub letter_on: Date,
    /// Why; the department reads it once the round is opened.
    pub reason: Reason,
}

impl LeaveInput {
    /// That the letter was written by `today`.
    ///
    /// # Errors
    /// It is dated later.
    pub fn check(&self, today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.letter_on > today, "letter_on", || Fault::new("in_the_future", "不得晚于今天", "may not be in the future"));
        faults.or(())
    }
}
