//! Objections 异议 to what is in publicity: in writing, under a real name, in time; handled by supervision.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action as A;
use crate::domain::text::{Email, Line, Name, Prose};
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};
use deserr::ValuePointerRef;

codes! {
    /// Where an objection stands.
    pub enum ObjectionStage {
        Unconfirmed = "unconfirmed" "待本人确认",
        Received = "received" "已收到",
        Inadmissible = "inadmissible" "不予受理",
        Admitted = "admitted" "已受理",
        Upheld = "upheld" "成立",
        PartlyUpheld = "partly_upheld" "部分成立",
        Dismissed = "dismissed" "不成立",
    }
}

use ObjectionStage as S;
stage_table!(
    S,
    &[
        path(S::Unconfirmed, A::ObjectionConfirm, &[S::Received]),
        path(S::Received, A::ObjectionRuleOut, &[S::Inadmissible]),
        path(S::Received, A::ObjectionAdmit, &[S::Admitted]),
        path(S::Admitted, A::ObjectionExtend, &[S::Admitted]),
        path(S::Admitted, A::ObjectionAnswer, &[S::Upheld, S::PartlyUpheld, S::Dismissed]),
    ]
);

/// Stages of objections that wait for an answer: nothing is awarded meanwhile.
pub const OPEN: &[ObjectionStage] = &[S::Unconfirmed, S::Received, S::Admitted];

/// Working days to say whether an objection is admitted.
pub const DAYS_TO_ADMIT: u32 = 5;
/// Working days to answer it; extended once, at most by as many.
pub const DAYS_TO_ANSWER: u32 = 30;
/// Days in which somebody without an account confirms an objection by the link in the letter.
pub const DAYS_TO_CONFIRM: i64 = 3;
/// Objections to one publicity that wait to be confirmed, at most: all together, and by one address, which gets a letter for each.
pub const MOST_UNCONFIRMED: i64 = 1_000;
/// See [`MOST_UNCONFIRMED`].
pub const MOST_BY_ONE_ADDRESS: i64 = 3;
/// Objections that one client network makes without an account within a quarter of an hour, at most: an office shares an address.
pub const MOST_FROM_ONE_NETWORK: i32 = 20;

codes! {
    /// In whose name an objection is made.
    pub enum ObjectorKind {
        Organization = "organization" "单位",
        Person = "person" "个人",
    }
}

codes! {
    /// Why an objection is not admitted.
    pub enum Inadmissibility {
        Anonymous = "anonymous" "匿名或冒名",
        NoEvidence = "no_evidence" "无具体事实或证据",
        NotAboutThis = "not_about_this" "与公示内容无关",
        Repeated = "repeated" "已就同一事实作出处理",
    }
}

/// An objection. Name, address and text are read by supervision alone.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = ObjectionInput::check -> Faults)]
pub struct ObjectionInput {
    /// In the name of an organisation, or in one's own.
    pub kind: ObjectorKind,
    /// The real name; of an organisation, its own and whose hand signs for it.
    pub name: Name,
    /// Where the answer goes. Left out by whoever is signed in: it is the account's.
    #[deserr(default)]
    pub email: Option<Email>,
    /// A phone to ask back.
    #[deserr(default)]
    pub phone: Option<Line<5, 40>>,
    /// What is objected to, and the facts.
    pub facts: Prose<20, 5_000>,
    /// Evidence, one to ten: what it is, and where it can be seen.
    pub evidence: Vec<Line<4, 500>>,
}

impl ObjectionInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.check(self.evidence.is_empty(), "evidence", Fault::missing);
        faults.check(self.evidence.len() > 10, "evidence", || Fault::new("wrong_length", "最多10项", "must hold at most 10"));
        faults.or(self)
    }
}

/// The link's token, by which somebody without an account confirms an objection.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ConfirmInput {
    /// What stands behind `#token=` in the letter's link.
    pub token: Line<1, 200>,
}

/// Why an objection is not admitted.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct RuleOutInput {
    /// The rule that it breaks.
    pub ground: Inadmissibility,
    /// The reply; the objector reads it.
    pub reply: Prose<10, 5_000>,
}

/// A later day for the answer, once.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ExtendInput {
    /// The new last day: at most 30 working days after the one before.
    pub until: Date,
    /// Why; the objector reads it.
    pub reason: Prose<10, 2_000>,
}

codes! {
    /// What an objection comes to.
    pub enum Verdict {
        Upheld = "upheld" "成立",
        PartlyUpheld = "partly_upheld" "部分成立",
        Dismissed = "dismissed" "不成立",
    }
}

impl Verdict {
    /// The stage that it leads to.
    #[must_use]
    pub const fn stage(self) -> ObjectionStage {
        match self {
            Self::Upheld => S::Upheld,
            Self::PartlyUpheld => S::PartlyUpheld,
            Self::Dismissed => S::Dismissed,
        }
    }
}

/// The answer to an objection.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = AnswerInput::check -> Faults)]
pub struct AnswerInput {
    /// What it comes to.
    pub verdict: Verdict,
    /// Whether the publicity is interrupted and the decision taken anew: always where it is upheld, never where it is dismissed.
    #[deserr(default)]
    pub reopens: Option<bool>,
    /// The reply; the objector reads it, and nobody else but supervision.
    pub reply: Prose<10, 5_000>,
}

impl AnswerInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.check(self.verdict == Verdict::PartlyUpheld && self.reopens.is_none(), "reopens", Fault::missing);
        let against = (self.verdict == Verdict::Upheld && self.reopens == Some(false))
            || (self.verdict == Verdict::Dismissed && self.reopens == Some(true));
        faults.check(against, "reopens", || Fault::new("not_here", "与处理结论不符", "does not go with the verdict"));
        faults.or(self)
    }

    /// Whether the decision is taken anew.
    #[must_use]
    pub fn takes_anew(&self) -> bool {
        self.verdict == Verdict::Upheld || self.reopens == Some(true)
    }
}
