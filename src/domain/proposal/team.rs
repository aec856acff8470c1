//! The people of a bid: who leads, who is young, and how much of their time they give.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults, path};
use crate::domain::input::Whole;
use crate::domain::person::Gender;
use crate::domain::proposal::consortium::OrganizationRef;
use crate::domain::proposal::identity::Identity;
use crate::domain::text::{Line, Name, Prose};
use crate::domain::time::Date;
use chrono::{Datelike as _, NaiveDate};
use deserr::ValuePointerRef;

codes! {
    /// What a person is in the team.
    pub enum TeamRole {
        Pi = "pi" "挂帅人",
        YouthCoLead = "youth_co_lead" "青年技术挂帅人",
        Backbone = "backbone" "技术骨干",
        Member = "member" "成员",
        ForeignExpert = "foreign_expert" "外国专家",
    }
}

codes! {
    /// What a person's part in a running project counts as (限项).
    pub enum Part {
        Leads = "leads" "牵头",
        Joins = "joins" "参加",
    }
}

/// A person of the team.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = TeamMember::check -> Faults)]
pub struct TeamMember {
    /// Name.
    pub name: Name,
    /// What they are in the team.
    pub role: TeamRole,
    /// Number of the identity card, or of a passport. Only a keyed hash is kept, and shown; send that back to leave it as it is.
    #[deserr(default)]
    pub identity: Option<Identity>,
    /// Birth date; taken from the identity number where it is left out.
    #[deserr(default)]
    pub birth_date: Option<Date>,
    /// Gender; taken from the identity number where it is left out.
    #[deserr(default)]
    pub gender: Option<Gender>,
    /// Country or region of the passport or permit, ISO 3166-1 alpha-2; China where it is left out.
    #[deserr(default)]
    pub nationality: Option<Line<2, 2>>,
    /// The organisation they work for, by its id or credit code: the lead or a partner; the lead where it is left out.
    #[deserr(default)]
    pub organization: Option<OrganizationRef>,
    /// Title 职称.
    #[deserr(default)]
    pub title: Option<Line<1, 40>>,
    /// Degree 学位.
    #[deserr(default)]
    pub degree: Option<Line<1, 40>>,
    /// Months of work a year, 1 to 12.
    pub person_months: Whole<1, 12>,
    /// What they do.
    #[deserr(default)]
    pub task: Option<Prose<1, 500>>,
}

impl TeamMember {
    fn check(mut self, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        if let Some(number) = self.identity.as_ref().and_then(Identity::number) {
            let contradiction = || Fault::new("contradiction", "与身份证号码不符", "contradicts the identity number");
            let (born, gender) = (number.born(), Some(number.gender()));
            faults.check(self.birth_date.is_some() && self.birth_date != born, "birth_date", contradiction);
            faults.check(self.gender.is_some() && self.gender != gender, "gender", contradiction);
            self.birth_date = self.birth_date.or(born);
            self.gender = self.gender.or(gender);
        }
        let at = path(at);
        faults.or(self).map_err(|faults| Faults(faults.0.into_iter().map(|fault| fault.within(&at)).collect()))
    }

    /// What is kept of their identity number.
    #[must_use]
    pub fn kept_identity(&self) -> Option<String> {
        self.identity.as_ref().filter(|identity| matches!(identity, Identity::Kept { .. })).map(ToString::to_string)
    }

    /// Whether they hold no resident identity card: by passport, or by a permit of Hong Kong, Macao or Taiwan.
    #[must_use]
    pub fn is_from_abroad(&self) -> bool {
        self.nationality.as_ref().is_some_and(|code| code.as_str() != "CN")
    }
}

/// Who is young: by a cut-off of the birth date, never by years of age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YouthRule {
    /// Years for men.
    pub men: i32,
    /// Years for women.
    pub women: i32,
}

impl Default for YouthRule {
    /// 35 and 40, as Shanxi counts them.
    fn default() -> Self {
        Self { men: 35, women: 40 }
    }
}

impl YouthRule {
    /// The first birth date that counts as young for a bid handed in on `today`: 1 January of the year, so many years ago.
    #[must_use]
    pub fn cut_off(self, gender: Gender, today: Date) -> Date {
        let years = match gender {
            Gender::Male => self.men,
            Gender::Female => self.women,
        };
        NaiveDate::from_ymd_opt(today.0.year().saturating_sub(years), 1, 1).unwrap_or_default().into()
    }

    /// Whether someone born on `born` counts as young.
    #[must_use]
    pub fn holds(self, gender: Gender, born: Date, today: Date) -> bool {
        born >= self.cut_off(gender, today)
    }
}

#[cfg(test)]
mod tests {
    use super::YouthRule;
    use crate::domain::person::Gender;
    use crate::domain::time::Date;

    #[test]
    fn young_is_who_was_born_on_the_cut_off_or_later() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let rule = YouthRule::default();
        for (gender, born, young) in [
            (Gender::Male, "1987-01-01", true),
            (Gender::Male, "1986-12-31", false),
            (Gender::Female, "1982-01-01", true),
            (Gender::Female, "1981-12-31", false),
        ] {
            for today in ["2022-01-01", "2022-12-31"] {
                assert_eq!(rule.holds(gender, day(born), day(today)), young, "{born}, {today}");
            }
        }
    }
}
