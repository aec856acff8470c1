//! Amendments 榜单变更 of an open challenge: extended 延期, corrected 更正, suspended 暂停, resumed 恢复. The deadline never
//! moves to an earlier instant.

use crate::domain::challenge::ChallengeInput;
use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::indicator::Indicator;
use crate::domain::input::Whole;
use crate::domain::money::Fen;
use crate::domain::policy::Action as A;
use crate::domain::text::{Prose, Reason};
use crate::domain::time::Timestamp;
use crate::domain::workflow::{path, stage_table};
use chrono::TimeDelta;
use deserr::ValuePointerRef;

codes! {
    /// Where an amendment stands.
    pub enum AmendmentStage {
        Proposed = "proposed" "待批准",
        InEffect = "in_effect" "已生效",
        Declined = "declined" "未获批准",
    }
}

use AmendmentStage as S;
stage_table!(S, &[path(S::Proposed, A::AmendmentApprove, &[S::InEffect]), path(S::Proposed, A::AmendmentDecline, &[S::Declined])]);

codes! {
    /// What is amended. The first two are proposed and approved, the others take effect at once.
    pub enum AmendmentKind {
        Extension = "extension" "延期",
        Correction = "correction" "更正",
        Suspension = "suspension" "暂停",
        Resumption = "resumption" "恢复",
    }
}

/// The farthest that one amendment moves a deadline, in days.
const FARTHEST_DAYS: i64 = 180;
/// Days that teams have at least after a correction took effect (ten, by default).
pub const CORRECTED_DAYS: i64 = 10;

/// What is asked for: a later deadline, or with `changes` a correction.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = AmendmentInput::check -> Faults)]
pub struct AmendmentInput {
    /// The new deadline, later than the present one by at most 180 days. A correction gives at least ten days by itself.
    #[deserr(default)]
    pub closes_at: Option<Timestamp>,
    /// What is corrected; nothing, for an extension.
    #[deserr(default)]
    pub changes: Option<Changes>,
    /// Why; everyone will read it.
    pub reason: Reason,
    /// The public notice 更正公告; required for a correction.
    #[deserr(default)]
    pub notice: Option<Prose<2, 4_000>>,
}

impl AmendmentInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.check(self.changes.is_none() && self.closes_at.is_none(), "closes_at", Fault::missing);
        faults.check(self.changes.is_some() && self.notice.is_none(), "notice", Fault::missing);
        faults.or(self)
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> AmendmentKind {
        if self.changes.is_some() { AmendmentKind::Correction } else { AmendmentKind::Extension }
    }
}

/// What a correction may change: what bidders work to, and nothing that says which challenge it is. What is left out stays.
#[derive(Clone, Debug, Default, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Changes {
    /// Background and the problem to be solved.
    #[deserr(default)]
    pub background: Option<Prose<1, 4_000>>,
    /// What is to be researched.
    #[deserr(default)]
    pub research_content: Option<Prose<1, 8_000>>,
    /// Conditions for bidders 揭榜条件.
    #[deserr(default)]
    pub conditions: Option<Prose<1, 2_000>>,
    /// All indicators, as they shall be.
    #[deserr(default)]
    pub indicators: Option<Vec<Indicator>>,
    /// Cap of the department's money in fen, within the budget of the batch.
    #[deserr(default)]
    pub fiscal_cap_fen: Option<Fen>,
    /// The sponsor's money in fen: never less than was published.
    #[deserr(default)]
    pub sponsor_fund_fen: Option<Fen>,
    /// Duration in months.
    #[deserr(default)]
    pub duration_months: Option<Whole<1, 72>>,
}

/// One field before and after a correction.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Change {
    /// The field of the challenge.
    pub field: String,
    /// As it was published.
    #[schema(value_type = Object)]
    pub before: serde_json::Value,
    /// As it is from now on.
    #[schema(value_type = Object)]
    pub after: serde_json::Value,
}

/// Puts `after` in the place of `field`, and notes it where it is another value.
fn put<T: serde::Serialize>(found: &mut Vec<Change>, name: &str, field: &mut T, after: T) {
    let kept = |value: &T| serde_json::to_value(value).unwrap_or_default();
    let change = Change { field: name.to_owned(), before: kept(field), after: kept(&after) };
    if change.before != change.after {
        found.push(change);
        *field = after;
    }
}

impl Changes {
    /// The content as it will be, and what changes in it.
    ///
    /// # Errors
    /// Nothing changes; the sponsor's money would be less; the content would not be one that may be published.
    pub fn of(self, mut content: ChallengeInput) -> Result<(ChallengeInput, Vec<Change>), Faults> {
        let (mut found, promised) = (Vec::new(), content.sponsor_fund_fen);
        macro_rules! put {
            ($($field:ident),+) => {$(
                if let Some(after) = self.$field {
                    put(&mut found, stringify!($field), &mut content.$field, after);
                }
            )+};
        }
        put!(background, research_content, indicators, fiscal_cap_fen, sponsor_fund_fen, duration_months);
        if let Some(after) = self.conditions {
            put(&mut found, "conditions", &mut content.conditions, Some(after));
        }
        let mut faults = content.faults();
        faults.check(content.sponsor_fund_fen < promised, "sponsor_fund_fen", || {
            Fault::new("lowered", "需求方出资不得低于已公布金额", "the sponsor's money may not be less than was published")
        });
        faults = Faults(faults.0.into_iter().map(|fault| fault.within("changes")).collect());
        faults.check(found.is_empty(), "changes", || Fault::new("nothing_changes", "没有任何变更", "nothing changes"));
        faults.or((content, found))
    }
}

/// Until when a round takes bids and questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// First instant at which bids are no longer taken.
    pub closes_at: Timestamp,
    /// First instant at which questions are no longer taken.
    pub questions_until: Option<Timestamp>,
}

impl Deadline {
    /// The deadline moved to `closes_at`, never to an earlier instant. The time for questions moves along where it was not over at
    /// `since`.
    #[must_use]
    pub fn moved(self, closes_at: Timestamp, since: Timestamp) -> Self {
        let closes_at = closes_at.max(self.closes_at);
        let span = closes_at.0.signed_duration_since(self.closes_at.0);
        let moved = |until: Timestamp| if until > since { until.plus(span) } else { until };
        Self { closes_at, questions_until: self.questions_until.map(moved) }
    }

    /// The deadline after a correction that takes effect `now`, with as much time as was asked for.
    #[must_use]
    pub fn corrected(self, asked: Option<Timestamp>, now: Timestamp) -> Self {
        let least = now.plus(TimeDelta::days(CORRECTED_DAYS));
        self.moved(asked.map_or(least, |asked| asked.max(least)), now)
    }

    /// The deadline after a suspension that began at `since`: the time lost is given back, and more where it is asked for.
    #[must_use]
    pub fn resumed(self, since: Timestamp, now: Timestamp, asked: Option<Timestamp>) -> Self {
        let lost = now.0.signed_duration_since(since.0).max(TimeDelta::zero());
        let due = self.closes_at.plus(lost);
        self.moved(asked.map_or(due, |asked| asked.max(due)), since)
    }

    /// What is wrong with a deadline that is asked for, `least` being the earliest that there may be.
    ///
    /// # Errors
    /// It would give less time, or too much.
    pub fn admits(self, asked: Option<Timestamp>, least: Timestamp) -> Result<(), Faults> {
        let farthest = self.closes_at.max(least).plus(TimeDelta::days(FARTHEST_DAYS));
        let mut faults = Faults::default();
        faults.check(asked.is_some_and(|asked| asked < least), "closes_at", || {
            Fault::new("shortens", "揭榜期限只能延长，不得缩短", "the time to bid is only ever extended, never shortened")
        });
        faults.check(asked.is_some_and(|asked| asked > farthest), "closes_at", || {
            Fault::new("too_far", format!("一次最多延长{FARTHEST_DAYS}天"), format!("at most {FARTHEST_DAYS} days at a time"))
        });
        faults.or(())
    }
}

/// The end of a suspension.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ResumeInput {
    /// Why it goes on; everyone will read it.
    pub reason: Reason,
    /// A later deadline than the time lost gives back, if wanted.
    #[deserr(default)]
    pub closes_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        start.plus(TimeDelta::minutes(minutes))
    }

    proptest! {
        #[test]
        fn no_order_of_amendments_takes_time_away(steps in prop::collection::vec((0..3, 0i64..50_000, 0i64..300_000), 1..12)) {
            let mut deadline = Deadline { closes_at: at(43_200), questions_until: Some(at(36_000)) };
            let mut now = 0;
            for (step, passed, asked) in steps {
                let since = at(now);
                now += passed;
                let before = deadline;
                deadline = match step {
                    0 => before.moved(at(asked), at(now)),
                    1 => before.corrected(Some(at(asked)), at(now)),
                    _ => before.resumed(since, at(now), Some(at(asked))),
                };
                prop_assert!(deadline.closes_at >= before.closes_at && deadline.questions_until >= before.questions_until);
                prop_assert!(step != 1 || deadline.closes_at >= at(now).plus(TimeDelta::days(CORRECTED_DAYS)));
                prop_assert!(step != 2 || deadline.closes_at >= before.closes_at.plus(TimeDelta::minutes(passed)));
                prop_assert!(deadline.questions_until.is_none_or(|until| until < deadline.closes_at));
            }
        }
    }
}
