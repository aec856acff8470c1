//! Decisions 立项决定: who is recommended, in reserve or declined; and the publicity 公示 that follows.

use crate::domain::calendar::{Calendar, NoTable};
use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::BidId;
use crate::domain::input::Whole;
use crate::domain::money::Fen;
use crate::domain::policy::Action as A;
use crate::domain::refusal::Refusal;
use crate::domain::text::{Line, Name, Reason};
use crate::domain::time::{Date, Timestamp};
use crate::domain::workflow::{path, stage_table};
use deserr::ValuePointerRef;

codes! {
    /// Where a decision stands.
    pub enum DecisionStage {
        Proposed = "proposed" "待批准",
        Approved = "approved" "已批准",
        Returned = "returned" "已退回",
        Reopened = "reopened" "公示中断",
        Replaced = "replaced" "已递补",
        Lapsed = "lapsed" "已失效",
    }
}

use DecisionStage as S;
stage_table!(
    S,
    &[
        path(S::Proposed, A::DecisionApprove, &[S::Approved, S::Proposed]),
        path(S::Proposed, A::DecisionReturn, &[S::Returned]),
        path(S::Approved, A::DecisionReopen, &[S::Reopened]),
        path(S::Approved, A::DecisionReplace, &[S::Replaced]),
        path(S::Proposed, A::DecisionLapse, &[S::Lapsed]),
        path(S::Approved, A::DecisionLapse, &[S::Lapsed]),
    ]
);

/// Decisions that no longer stand: another one can be proposed.
pub const VOID: &[DecisionStage] = &[S::Returned, S::Reopened, S::Replaced, S::Lapsed];

codes! {
    /// What is decided on one bid.
    pub enum Choice {
        Recommended = "recommended" "拟立项",
        Reserve = "reserve" "备选",
        Declined = "declined" "未入选",
    }
}

/// What is decided on one bid.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Selection {
    /// The bid.
    pub bid_id: BidId,
    /// Recommended, in reserve or declined.
    pub choice: Choice,
    /// Money awarded, in fen: for a recommended bid only.
    #[deserr(default)]
    pub award_fen: Option<Fen>,
    /// Place in the order of reserves, from 1: for a reserve only.
    #[deserr(default)]
    pub reserve_order: Option<Whole<1, 20>>,
    /// Why, where the choice does not follow the scores.
    #[deserr(default)]
    pub reason: Option<Reason>,
}

/// A proposal: one selection for each bid that is still before the panel.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct DecisionInput {
    /// The meeting 会议名称 that decided.
    #[deserr(default)]
    pub meeting: Option<Line<2, 120>>,
    /// Members who stepped aside 回避, by name: at most thirty.
    #[deserr(default)]
    #[schema(required = false)]
    pub recused_members: Vec<Name>,
    /// Number of the minute 会议纪要号.
    pub minute_no: Line<1, 60>,
    /// Date of the meeting.
    pub decided_on: Date,
    /// One selection for each bid.
    pub selections: Vec<Selection>,
}

/// A bid with its panel score, as the proposal is checked against it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The bid.
    pub bid_id: BidId,
    /// Its panel score.
    pub score: Decimal,
    /// What its team asked for.
    pub requested_fen: Fen,
    /// Whether the sponsor is not satisfied with it.
    pub unsatisfying: bool,
}

/// Within which bounds a proposal lies.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many teams may win.
    pub teams: i64,
    /// How much they may be awarded together.
    pub cap_fen: Fen,
    /// The least score with which a bid is recommended or put in reserve.
    pub threshold: i64,
}

impl DecisionInput {
    /// Everything wrong with this proposal for `candidates` within these bounds.
    ///
    /// # Errors
    /// All faults at once.
    pub fn check(&self, candidates: &[Candidate], bounds: Bounds) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.recused_members.len() > 30, "recused_members", || Fault::new("wrong_length", "最多30人", "must hold at most 30"));
        for candidate in candidates {
            let times = self.selections.iter().filter(|chosen| chosen.bid_id == candidate.bid_id).count();
            let field = format!("selections.{}", candidate.bid_id);
            faults.check(times == 0, &field, Fault::missing);
            faults.check(times > 1, &field, || Fault::new("repeated_code", "重复", "stands more than once"));
        }
        // In a race the winners are measured by the best of those who do not win.
        let wins = |id| self.selections.iter().any(|chosen| chosen.bid_id == id && chosen.choice == Choice::Recommended);
        let best =
            candidates.iter().filter(|candidate| !wins(candidate.bid_id) && !candidate.unsatisfying).map(|candidate| candidate.score).max();
        for chosen in &self.selections {
            let field = format!("selections.{}", chosen.bid_id);
            match candidates.iter().find(|candidate| candidate.bid_id == chosen.bid_id) {
                None => faults.check(true, &field, || Fault::new("unknown_bid", "不是本轮在评的申请", "is no bid before this panel")),
                Some(candidate) => chosen.check(candidate, best, bounds.threshold, &field, &mut faults),
            }
        }
        self.check_totals(bounds.teams, bounds.cap_fen, &mut faults);
        faults.or(())
    }

    fn check_totals(&self, teams: i64, cap_fen: Fen, faults: &mut Faults) {
        let winners: Vec<&Selection> = self.selections.iter().filter(|chosen| chosen.choice == Choice::Recommended).collect();
        let count = i64::try_from(winners.len()).unwrap_or(i64::MAX);
        faults.check(count == 0, "selections", || {
            Fault::new("no_winner", "至少推荐一家；均不合格请流标", "recommend at least one bid, or declare the round failed")
        });
        faults.check(count > teams, "selections", || {
            Fault::new("too_many_winners", format!("最多{teams}家并行"), format!("at most {teams} teams may run"))
        });
        let sum = Fen::total(winners.iter().filter_map(|chosen| chosen.award_fen));
        faults.check(sum > cap_fen, "selections", || {
            Fault::new("over_cap", "立项金额合计超过榜单资助上限", "the awards exceed the challenge's cap together")
        });
        let mut orders: Vec<i64> = self.selections.iter().filter_map(|chosen| chosen.reserve_order.map(|order| order.0)).collect();
        orders.sort_unstable();
        let gap = orders.iter().zip(1..).any(|(order, expected)| *order != expected);
        faults.check(gap, "selections", || Fault::new("reserve_order", "备选顺序应从1起连续", "the order of reserves must be 1, 2, 3…"));
    }
}

impl Selection {
    fn check(&self, candidate: &Candidate, best: Option<Decimal>, threshold: i64, field: &str, faults: &mut Faults) {
        let wins = self.choice == Choice::Recommended;
        let reserve = self.choice == Choice::Reserve;
        let award = self.award_fen.unwrap_or(Fen::ZERO);
        let at = |name: &str| format!("{field}.{name}");
        let not_here = || Fault::new("not_here", "此处不应填写", "does not belong here");
        faults.check(wins && award == Fen::ZERO, &at("award_fen"), Fault::missing);
        faults.check(award > candidate.requested_fen, &at("award_fen"), || {
            Fault::new("over_request", "不得超过申请金额", "may not exceed what the team asked for")
        });
        faults.check(!wins && self.award_fen.is_some(), &at("award_fen"), not_here);
        faults.check(reserve && self.reserve_order.is_none(), &at("reserve_order"), Fault::missing);
        faults.check(!reserve && self.reserve_order.is_some(), &at("reserve_order"), not_here);
        let below = candidate.score.0 < threshold.into();
        faults.check(self.choice != Choice::Declined && below, field, || {
            Fault::new(
                "below_threshold",
                format!("评审得分低于{threshold}分，不得推荐"),
                format!("scored below {threshold}: it cannot be recommended"),
            )
        });
        faults.check(self.choice != Choice::Declined && candidate.unsatisfying, field, || {
            Fault::new("sponsor_unsatisfied", "需求方不满意，不得立项", "the sponsor is not satisfied with it: it cannot be recommended")
        });
        let not_top = wins && best.is_some_and(|best| candidate.score < best);
        faults.check(not_top && self.reason.is_none(), &at("reason"), || {
            Fault::new("reason_needed", "非最高分，须说明理由", "does not hold the top score: give the reason")
        });
    }
}

/// The least number of working days that a publicity window holds.
pub const PUBLICITY_WORKING_DAYS: u32 = 5;

/// How many days a winner has to sign after the award.
pub const DAYS_TO_SIGN: i64 = 30;

codes! {
    /// Whom a reader of a publicity can turn to.
    pub enum ContactKind {
        Business = "business" "业务联系人",
        Supervision = "supervision" "监督联系人",
    }
}

/// Whom to turn to during a publicity.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Contact {
    /// For questions on the matter, or for objections.
    pub kind: ContactKind,
    /// A name, or that of a division.
    pub name: Line<1, 60>,
    /// A phone number or an address: it is shown to everyone.
    pub reached_by: Line<3, 120>,
}

/// The window of a publicity 公示: explicit dates, both included, and whom to turn to.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = PublicityWindow::complete -> Faults)]
pub struct PublicityWindow {
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// At least one for business and one for supervision; at most six.
    pub contacts: Vec<Contact>,
}

/// A winner as the public reads of it: no amount, no score, nothing personal but the names of those who lead.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Announced {
    /// 牵头单位.
    pub lead_organization: String,
    /// 合作单位.
    pub partners: Vec<String>,
    /// 挂帅人.
    pub principal: String,
    /// 青年技术挂帅人.
    pub youth_co_lead: Option<String>,
}

/// What a publicity says 公示内容: kept as it was when it began.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Announcement {
    /// Title of the challenge.
    pub challenge: String,
    /// Its code.
    pub code: String,
    /// Its round.
    pub round: i32,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// How many working days the window holds.
    pub working_days: u32,
    /// Those to be awarded 拟立项.
    pub winners: Vec<Announced>,
    /// Whom to turn to.
    pub contacts: Vec<Contact>,
}

codes! {
    /// Where a publicity stands.
    pub enum PublicityState {
        Ahead = "ahead" "尚未开始",
        Running = "running" "公示中",
        Over = "over" "已结束",
        Interrupted = "interrupted" "已中断",
    }
}

impl Announcement {
    /// Where a publicity that was not interrupted stands.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> PublicityState {
        match () {
            () if now < self.starts_on.starts_at() => PublicityState::Ahead,
            () if now < self.ends_on.ends_at() => PublicityState::Running,
            () => PublicityState::Over,
        }
    }
}

impl PublicityWindow {
    fn complete(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        for kind in ContactKind::ALL {
            let named = self.contacts.iter().any(|contact| contact.kind == *kind);
            faults.check(!named, &format!("contacts.{kind}"), Fault::missing);
        }
        faults.check(self.contacts.len() > 6, "contacts", || Fault::new("too_many", "最多6个联系人", "at most 6 contacts"));
        faults.or(self)
    }

    /// Whether the window may stand: not before `today`, and at least 5 working days long. Answers how many it holds.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn check(&self, today: Date, calendar: &Calendar) -> Result<u32, Refusal> {
        if self.starts_on < today {
            return Err(Refusal::PublicityStarted);
        }
        match calendar.working_days(self.starts_on, self.ends_on) {
            Err(NoTable(_)) => Err(Refusal::CalendarMissing),
            Ok(days) if days < PUBLICITY_WORKING_DAYS => Err(Refusal::PublicityTooShort),
            Ok(days) => Ok(days),
        }
    }
}
