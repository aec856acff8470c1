//! Restrictions 限制申报: organisations and persons that may not bid for a time, after a finding on their integrity (科研诚信).

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action as A;
use crate::domain::proposal::consortium::OrganizationRef;
use crate::domain::proposal::identity::Identity;
use crate::domain::text::{Line, Name, Reason};
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};
use chrono::Months;
use deserr::ValuePointerRef;

codes! {
    /// Where a restriction stands: proposed by one person, put into force by another.
    pub enum RestrictionStage {
        Proposed = "proposed" "待批",
        InForce = "in_force" "执行中",
        Declined = "declined" "不予限制",
        Lifted = "lifted" "已解除",
    }
}

use RestrictionStage as S;
stage_table!(
    S,
    &[
        path(S::Proposed, A::RestrictionApprove, &[S::InForce]),
        path(S::Proposed, A::RestrictionDecline, &[S::Declined]),
        path(S::InForce, A::RestrictionLift, &[S::Lifted]),
    ]
);

codes! {
    /// How grave the finding is, which bounds the time (国科发监〔2022〕221号): up to 3 years, 3 to 5, above 5 or for good.
    pub enum Gravity {
        Minor = "minor" "较轻",
        Serious = "serious" "较重",
        Grave = "grave" "严重",
    }
}

impl Gravity {
    /// The shortest and the longest time in months; none is without end.
    const fn months(self) -> (u32, Option<u32>) {
        match self {
            Self::Minor => (0, Some(36)),
            Self::Serious => (36, Some(60)),
            Self::Grave => (60, None),
        }
    }
}

/// A person who is restricted.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct RestrictedPerson {
    /// Name.
    pub name: Name,
    /// Identity number; only a keyed hash is kept.
    pub identity: Identity,
}

/// A restriction: of one organisation or one person.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = RestrictionInput::check -> Faults)]
pub struct RestrictionInput {
    /// The organisation, by its credit code or id.
    #[deserr(default)]
    pub organization: Option<OrganizationRef>,
    /// Or the person.
    #[deserr(default)]
    pub person: Option<RestrictedPerson>,
    /// How grave the finding is.
    pub gravity: Gravity,
    /// What was found, and under which rule.
    pub basis: Reason,
    /// Number of the decision 处理决定文号.
    pub decision_no: Line<2, 80>,
    /// First day.
    pub starts_on: Date,
    /// Last day; without it, for good (`grave` alone).
    #[deserr(default)]
    pub ends_on: Option<Date>,
}

impl RestrictionInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.check(self.organization.is_some() == self.person.is_some(), "organization", || {
            Fault::new("one_of_two", "单位与个人须填且只填一项", "name either an organisation or a person")
        });
        let (least, most) = self.gravity.months();
        let after = |months: u32| self.starts_on.0.checked_add_months(Months::new(months)).map_or(self.starts_on, Date);
        let too_short = self.ends_on.is_some_and(|day| day < after(least).max(self.starts_on));
        let too_long = most.is_some_and(|most| self.ends_on.is_none_or(|day| day > after(most)));
        faults.check(too_short || too_long, "ends_on", || {
            Fault::new(
                "gravity_term",
                "期限与情节不符：较轻3年以内，较重3至5年，严重5年以上或永久",
                "does not fit the gravity: minor up to 3 years, serious 3 to 5, grave above 5 or for good",
            )
        });
        faults.or(self)
    }
}
