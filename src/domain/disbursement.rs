//! The plan of payments 拨付计划: lines by source and gate, the presets that compute them, and what they must sum to.

use crate::domain::challenge::ChallengeInput;
use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::input::Whole;
use crate::domain::money::{Fen, split};
use crate::domain::payment::{Gate, Source};
use crate::domain::plan::{PlanFrame, PlannedMilestone};
use crate::domain::proposal::BidInput;

/// A payment of the plan.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PlannedPayment {
    /// Whose money it is: the department's, unless it is said.
    #[deserr(default = Source::Fiscal)]
    #[schema(required = false)]
    pub source: Source,
    /// What opens it.
    pub gate: Gate,
    /// Number of the milestone, from 1: for the gate `milestone` only.
    #[deserr(default)]
    pub milestone: Option<Whole<1, 20>>,
    /// Amount in fen.
    pub amount_fen: Fen,
}

codes! {
    /// A usual division of the award 拨付方式. What is meant by the middle is the milestone whose date lies nearest to half of the time.
    pub enum Preset {
        TwoParts = "60_40" "签约60%、中期40%",
        ThreeParts = "40_30_30" "签约40%、中期30%、验收30%",
        Afterwards = "after_acceptance" "后补助：验收后100%",
    }
}

impl Preset {
    /// What opens each part, and its weight.
    const fn parts(self) -> (&'static [Gate], &'static [i64]) {
        match self {
            Self::TwoParts => (&[Gate::Signing, Gate::Milestone], &[60, 40]),
            Self::ThreeParts => (&[Gate::Signing, Gate::Milestone, Gate::Acceptance], &[40, 30, 30]),
            Self::Afterwards => (&[Gate::Acceptance], &[100]),
        }
    }

    /// The lines that divide the award; to the fen, whatever it is.
    fn lines(self, milestones: &[PlannedMilestone], frame: PlanFrame<'_>) -> impl Iterator<Item = PlannedPayment> {
        let (gates, weights) = self.parts();
        let middle = middle(milestones, frame);
        let of = move |gate: Gate| (gate == Gate::Milestone).then_some(middle);
        let amounts = split(frame.award_fen, weights);
        let lines = gates.iter().zip(amounts).filter(|(_, amount)| *amount > Fen::ZERO);
        lines.map(move |(gate, amount_fen)| PlannedPayment { source: Source::Fiscal, gate: *gate, milestone: of(*gate), amount_fen })
    }
}

/// The number of the milestone nearest to the middle of the project, the earlier one of two.
fn middle(milestones: &[PlannedMilestone], frame: PlanFrame<'_>) -> Whole<1, 20> {
    let off = |milestone: &PlannedMilestone| {
        let before = milestone.due_on.0 - frame.starts_on.0;
        let after = frame.ends_on.0 - milestone.due_on.0;
        (before - after).num_days().abs()
    };
    let nearest = (1..).zip(milestones).min_by_key(|(_, milestone)| off(milestone));
    Whole(nearest.map_or(1, |(number, _)| number))
}

/// The lines of a plan: those of the preset, if there is one, and those that are given.
#[must_use]
pub fn lines(
    preset: Option<Preset>,
    given: &[PlannedPayment],
    milestones: &[PlannedMilestone],
    frame: PlanFrame<'_>,
) -> Vec<PlannedPayment> {
    let computed = preset.map(|preset| preset.lines(milestones, frame));
    computed.into_iter().flatten().chain(given.iter().cloned()).collect()
}

/// What the sponsor gives, in the plan and in the commitment alike: its part of the bid's budget or, where that names none, what the
/// challenge says.
#[must_use]
pub fn sponsors_part(bid: &BidInput, challenge: &ChallengeInput) -> Fen {
    let budgeted = Fen::total(bid.budget.iter().map(|line| line.sponsor_fen));
    if budgeted == Fen::ZERO { challenge.sponsor_fund_fen } else { budgeted }
}

/// What comes from a source: the award, what the sponsor gives, what the team adds.
fn promised(source: Source, frame: PlanFrame<'_>) -> Fen {
    match source {
        Source::Fiscal => frame.award_fen,
        Source::Sponsor => sponsors_part(frame.bid, frame.challenge),
        Source::Own => frame.bid.self_fund_fen.unwrap_or(Fen::ZERO),
    }
}

/// Notes what is wrong with the payments of a plan. The department's make the award; money of the sponsor or the team may be left
/// out of the plan, and makes what was promised where it is in.
pub fn check(preset: Option<Preset>, given: &[PlannedPayment], milestones: &[PlannedMilestone], frame: PlanFrame<'_>, faults: &mut Faults) {
    let all = lines(preset, given, milestones, frame);
    faults
        .check(!(1..=20).contains(&all.len()), "payments", || Fault::new("wrong_length", "应有1至20笔拨付", "must hold 1 to 20 payments"));
    for (index, payment) in given.iter().enumerate() {
        let at = |name: &str| format!("payments[{index}].{name}");
        faults.check(payment.amount_fen == Fen::ZERO, &at("amount_fen"), || Fault::new("too_small", "应大于0", "must be above 0"));
        let exists = payment.milestone.is_some_and(|number| usize::try_from(number.0).is_ok_and(|number| number <= milestones.len()));
        let gated = payment.gate == Gate::Milestone;
        faults
            .check(gated && !exists, &at("milestone"), || Fault::new("unknown_milestone", "没有这个里程碑", "is no milestone of the plan"));
        faults.check(!gated && payment.milestone.is_some(), &at("milestone"), || {
            Fault::new("not_here", "此处不应填写", "does not belong here")
        });
        faults.check(preset.is_some() && payment.source == Source::Fiscal, &at("source"), || {
            Fault::new("computed", "已选拨付方式，财政资金由系统计算", "the preset computes the lines of the department's money")
        });
    }
    for source in Source::ALL {
        let of: Vec<Fen> = all.iter().filter(|line| line.source == *source).map(|line| line.amount_fen).collect();
        let (sum, wanted) = (Fen::total(of.iter().copied()), promised(*source, frame));
        let planned = *source == Source::Fiscal || !of.is_empty();
        faults.check(planned && sum != wanted, "payments", || wrong_sum(*source, wanted));
    }
}

fn wrong_sum(source: Source, wanted: Fen) -> Fault {
    if source == Source::Fiscal {
        let zh = format!("财政资金拨付合计应等于立项金额（{}分）", wanted.0);
        return Fault::new("not_the_award", zh, format!("payments of the department's money must sum to the award ({} fen)", wanted.0));
    }
    let zh = format!("{}资金合计应等于承诺金额（{}分）", source.zh(), wanted.0);
    Fault::new("not_what_was_promised", zh, format!("payments of source {source} must sum to what was promised ({} fen)", wanted.0))
}
