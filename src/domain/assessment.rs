//! A panel's assessment 考核 of a milestone, where the plan demands one before the commissioner's word.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::UserId;
use crate::domain::text::{Name, Reason};
use crate::domain::time::{Date, Timestamp};

codes! {
    /// What a panel concludes.
    pub enum PanelConclusion {
        Pass = "pass" "通过",
        Rectify = "rectify" "限期整改",
        Fail = "fail" "不通过",
    }
}

/// A member of the panel.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Assessor {
    /// Name.
    pub name: Name,
    /// Where they work.
    pub organization: Name,
    /// Whether they come from the side of the users 用户方.
    #[deserr(default)]
    #[schema(required = false)]
    pub of_users: bool,
}

/// What a panel said of a milestone.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AssessmentInput {
    /// 3 to 15 people, none twice, at least one from the side of the users.
    pub assessors: Vec<Assessor>,
    /// The conclusion.
    pub conclusion: PanelConclusion,
    /// The opinion.
    pub opinion: Reason,
    /// When the panel met: not after today.
    pub met_on: Date,
}

/// An assessment, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Assessment {
    /// The panel.
    pub assessors: Vec<Assessor>,
    /// Its conclusion.
    pub conclusion: PanelConclusion,
    /// Its opinion.
    pub opinion: String,
    /// When it met.
    pub met_on: Date,
    /// Who wrote it down.
    pub recorded_by: UserId,
    /// When.
    pub recorded_at: Timestamp,
}

impl AssessmentInput {
    /// Whether this may stand as an assessment; `outside` must not sit on the panel.
    ///
    /// # Errors
    /// Too few people, one twice, nobody of the users, one who must not be there, a day to come: all of it at once.
    pub fn check(&self, outside: &[String], today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        check_panel(&self.assessors, outside, &mut faults);
        faults.check(self.met_on > today, "met_on", || Fault::new("in_the_future", "不得晚于今天", "may not be after today"));
        faults.or(())
    }
}

/// Holds a panel to its rules: 3 to 15 people, none twice, one from the side of the users, and nobody of `outside`.
pub fn check_panel(assessors: &[Assessor], outside: &[String], faults: &mut Faults) {
    faults.check(!(3..=15).contains(&assessors.len()), "assessors", || {
        Fault::new("wrong_length", "考核组应有3至15人", "must hold 3 to 15 people")
    });
    faults.check(!assessors.iter().any(|assessor| assessor.of_users), "assessors", || {
        Fault::new("no_user", "考核组须有用户方代表", "must hold somebody from the side of the users")
    });
    // Spaces make no other person.
    let compact = |text: &str| text.split_whitespace().collect::<String>();
    let same = |a: &Assessor, b: &Assessor| {
        compact(a.name.as_str()) == compact(b.name.as_str()) && compact(a.organization.as_str()) == compact(b.organization.as_str())
    };
    for (index, assessor) in assessors.iter().enumerate() {
        let field = format!("assessors[{index}].name");
        let before = assessors.iter().take(index).any(|other| same(other, assessor));
        faults.check(before, &field, || Fault::new("repeated_person", "重复", "stands in the panel already"));
        faults.check(outside.iter().any(|name| compact(name) == compact(assessor.name.as_str())), &field, || {
            Fault::new("is_the_commissioner", "项目专员不得担任考核专家", "the commissioner does not sit on the panel")
        });
    }
}
