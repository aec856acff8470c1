//! Judging schemes 评审方案: criteria, phases, thresholds, blindness, the sponsor's turn and the desks of approval, as versioned data.
//!
//! A challenge names a scheme when it is drafted, and is approved with it; one that names none is judged by
//! [`Scheme::standard`]. A scheme is never changed: another version stands beside it.

use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::fault::{Fault, Faults, path};
use crate::domain::indicator::repeated;
use crate::domain::input::Whole;
use crate::domain::money::WHOLE_BPS;
use crate::domain::text::{Line, Reason};
use crate::domain::time::Timestamp;
use deserr::ValuePointerRef;

codes! {
    /// A part of the judging, in the order in which they follow each other.
    pub enum Phase {
        Network = "network" "网络评审",
        Meeting = "meeting" "会议评审",
        Site = "site" "现场考察",
    }
}

codes! {
    /// When the sponsor says how satisfied it is 需求方满意度评价.
    pub enum SponsorTurn {
        DepartmentFirst = "department_first" "先评审后征求需求方意见",
        SponsorFirst = "sponsor_first" "先征求需求方意见后评审",
    }
}

codes! {
    /// Of which division a desk of approval is, seen from the challenge.
    pub enum DeskDivision {
        Any = "any" "不限处室",
        Own = "own" "本处室",
        Other = "other" "其他处室",
    }
}

/// What a bid is judged by.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Criterion {
    /// Code, unique in the scheme: `fit`.
    pub code: Line<1, 20>,
    /// Name.
    pub name: Line<1, 60>,
    /// The most points; those of all criteria together make 100.
    pub most: Whole<1, 100>,
    /// Whether an expert may find that it does not apply 不适用: the others then make the 100 among themselves.
    #[deserr(default)]
    #[serde(default)]
    pub may_not_apply: bool,
}

impl Criterion {
    /// Whether points lie at an extreme, which has to be explained: below 60 % or above 90 % of the most.
    #[must_use]
    pub fn is_extreme(&self, points: Decimal) -> bool {
        let share = |percent: i64| rust_decimal::Decimal::new(percent.saturating_mul(self.most.0), 2);
        points.0 < share(60) || points.0 > share(90)
    }
}

/// A phase of the judging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PhaseTerms {
    /// Which.
    pub phase: Phase,
    /// How many sheets each bid needs that count.
    pub least_reviews: Whole<1, 25>,
    /// Its share in the score of a bid, in basis points; 0 for a visit that only informs. All phases together make 10,000.
    pub weight_bps: Whole<0, 10_000>,
}

/// A desk at which a decision is approved.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Desk {
    /// Whose desk: `处长`, `分管领导`, `厅党组`.
    pub name: Line<1, 60>,
    /// Of which division the director is who signs there.
    #[deserr(default = DeskDivision::Any)]
    #[serde(default = "any_division")]
    pub division: DeskDivision,
}

const fn any_division() -> DeskDivision {
    DeskDivision::Any
}

/// How the bids of a round are judged.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = Scheme::check -> Faults)]
pub struct Scheme {
    /// Name.
    pub name: Line<2, 80>,
    /// 2 to 12 criteria.
    pub criteria: Vec<Criterion>,
    /// Code of the criterion that decides between equal scores.
    pub decisive: Line<1, 20>,
    /// The least score with which a bid may be recommended.
    pub threshold: Whole<0, 100>,
    /// From this number of sheets on, the highest and the lowest are dropped.
    #[deserr(default = Whole(7))]
    #[schema(required = false)]
    pub trimmed_from: Whole<3, 25>,
    /// A total further than this from the score is flagged, and counts all the same.
    #[deserr(default = Whole(20))]
    #[schema(required = false)]
    pub outlier: Whole<1, 100>,
    /// 1 to 3 phases in their order.
    pub phases: Vec<PhaseTerms>,
    /// Whether the experts read bids without the names of people and organisations, and without files 匿名评审.
    #[deserr(default)]
    #[schema(required = false)]
    pub blind: bool,
    /// Whether the public page names the experts once the challenge is awarded. Bidders never learn them before.
    #[deserr(default)]
    #[schema(required = false)]
    pub names_experts: bool,
    /// When the sponsor of a challenge is asked.
    #[deserr(default = SponsorTurn::DepartmentFirst)]
    #[schema(required = false)]
    pub sponsor: SponsorTurn,
    /// 1 to 5 desks at which a decision is approved, one after the other, nobody at two of them.
    pub desks: Vec<Desk>,
}

impl Scheme {
    /// The scheme of whoever names no other one.
    ///
    /// # Errors
    /// The built-in file is no scheme (a test reads it).
    pub fn standard() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("scheme.toml"))
    }

    fn check(self, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let length = |most| move || Fault::new("wrong_length", format!("应有1至{most}项"), format!("must hold 1 to {most}"));
        faults.check(!(2..=12).contains(&self.criteria.len()), "criteria", || {
            Fault::new("wrong_length", "应有2至12项指标", "must hold 2 to 12 criteria")
        });
        let twice = || Fault::new("repeated_code", "重复", "stands more than once");
        faults.check(repeated(self.criteria.iter().map(|one| one.code.as_str())).is_some(), "criteria", twice);
        faults.check(self.criteria.iter().map(|one| one.most.0).sum::<i64>() != 100, "criteria", || {
            Fault::new("not_a_hundred", "各项满分合计应为100", "the points of all criteria must make 100")
        });
        let decisive = self.criterion(self.decisive.as_str());
        faults.check(decisive.is_none_or(|one| one.may_not_apply), "decisive", || {
            Fault::new("unknown_criterion", "应为一项始终适用的指标", "must be a criterion that always applies")
        });
        faults.check(!(1..=3).contains(&self.phases.len()), "phases", length(3));
        let ordered = self.phases.iter().zip(self.phases.iter().skip(1)).all(|(before, after)| before.phase < after.phase);
        faults.check(!ordered, "phases", || {
            Fault::new(
                "wrong_order",
                "应按网络评审、会议评审、现场考察的顺序各列一次",
                "must follow the order network, meeting, site, each once",
            )
        });
        faults.check(self.phases.iter().map(|one| one.weight_bps.0).sum::<i64>() != WHOLE_BPS, "phases", || {
            Fault::new("weights", "权重合计应为10000", "weights must sum to 10,000")
        });
        faults.check(!(1..=5).contains(&self.desks.len()), "desks", length(5));
        Faults(faults.0.into_iter().map(|fault| fault.within(&path(at))).collect()).or(self)
    }

    /// The criterion of a code.
    #[must_use]
    pub fn criterion(&self, code: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|one| one.code.as_str() == code)
    }

    /// The phase with which the judging begins.
    #[must_use]
    pub fn first(&self) -> Phase {
        self.phases.first().map_or(Phase::Network, |one| one.phase)
    }

    /// What is asked for in a phase.
    #[must_use]
    pub fn terms(&self, phase: Phase) -> Option<&PhaseTerms> {
        self.phases.iter().find(|one| one.phase == phase)
    }

    /// The phase after `phase`; none after the last one.
    #[must_use]
    pub fn after(&self, phase: Phase) -> Option<Phase> {
        self.phases.iter().map(|one| one.phase).find(|next| *next > phase)
    }
}

/// What those who go on to the next phase are told: when and where it is, and what to bring.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct NextPhaseInput {
    /// When a defence 答辩 or a visit begins.
    #[deserr(default)]
    pub starts_at: Option<Timestamp>,
    /// Where it is.
    #[deserr(default)]
    pub place: Option<Line<2, 200>>,
    /// What the teams are to prepare.
    #[deserr(default)]
    pub bring: Option<Reason>,
}

/// A scheme, or its next version.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct SchemeInput {
    /// Code of all its versions: `sx-2022`.
    pub code: Line<2, 40>,
    /// What it says.
    pub scheme: Scheme,
}

#[cfg(test)]
mod tests {
    use super::{Phase, Scheme};
    use crate::domain::fault::Faults;

    #[test]
    fn the_standard_scheme_is_one() {
        let standard = Scheme::standard().unwrap();
        let text = serde_json::to_value(&standard).unwrap();
        assert_eq!(deserr::deserialize::<Scheme, _, Faults>(text).map_err(|faults| format!("{:?}", faults.0)).unwrap(), standard);
        assert_eq!((standard.first(), standard.after(Phase::Network)), (Phase::Network, None));
    }
}
