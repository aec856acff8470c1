//! The plan of a project 项目计划: milestones and payments, held against the challenge, the bid and the award.

use crate::domain::challenge::ChallengeInput;
use crate::domain::disbursement::{self, PlannedPayment, Preset};
use crate::domain::fault::{Fault, Faults};
use crate::domain::indicator::{IndicatorValue, repeated};
use crate::domain::input::Whole;
use crate::domain::money::{Fen, WHOLE_BPS};
use crate::domain::proposal::BidInput;
use crate::domain::proposal::complete::weaker_than_target;
use crate::domain::text::Title;
use crate::domain::time::Date;

/// A milestone of the plan.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PlannedMilestone {
    /// What is reached.
    pub name: Title,
    /// When it is due.
    pub due_on: Date,
    /// Weight in basis points; all milestones together weigh 10,000.
    pub weight_bps: Whole<0, 10_000>,
    /// Target at this node, for at least one indicator of the challenge.
    pub indicators: Vec<IndicatorValue>,
    /// Whether a panel assesses it before the commissioner's word.
    #[deserr(default)]
    #[schema(required = false)]
    pub panel_required: bool,
}

/// The first milestone falls due within so many months.
pub const FIRST_WITHIN_MONTHS: u32 = 12;

/// Whether a milestone on this day is a mid-term gate 中期考核 of a project: between 40 % and 60 % of its time.
#[must_use]
pub fn is_mid_term(due_on: Date, starts_on: Date, ends_on: Date) -> bool {
    let days = |to: Date| to.0.signed_duration_since(starts_on.0).num_days();
    let (at, whole) = (days(due_on).saturating_mul(100), days(ends_on));
    (whole.saturating_mul(40)..=whole.saturating_mul(60)).contains(&at)
}

/// Holds the dates of milestones, in order, against each other and the time of the project.
pub fn check_dates(dates: &[Date], starts_on: Date, ends_on: Date, faults: &mut Faults) {
    let mut before = starts_on;
    for (index, due_on) in dates.iter().copied().enumerate() {
        let field = format!("milestones[{index}].due_on");
        faults.check(due_on <= before, &field, || Fault::new("not_increasing", "日期应依次递增", "dates must increase strictly"));
        faults.check(due_on > ends_on, &field, || {
            Fault::new("after_the_end", "不得晚于项目结束日", "may not lie after the end of the project")
        });
        before = due_on;
    }
    let latest = starts_on.0.checked_add_months(chrono::Months::new(FIRST_WITHIN_MONTHS)).map_or(ends_on, Date);
    faults.check(dates.first().is_some_and(|first| *first > latest), "milestones[0].due_on", || {
        Fault::new("first_too_late", "首个里程碑应在启动后12个月内", "the first milestone falls due within 12 months")
    });
    faults.check(!dates.iter().any(|due_on| is_mid_term(*due_on, starts_on, ends_on)), "milestones", || {
        Fault::new(
            "no_mid_term_gate",
            "实施期40%至60%之间应设中期考核节点",
            "one milestone must fall due between 40 % and 60 % of the project's time",
        )
    });
}

/// The plan of a project. Setting it anew voids the signatures given so far.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PlanInput {
    /// 1 to 20 milestones in the order of their dates.
    pub milestones: Vec<PlannedMilestone>,
    /// 拨付方式: computes the lines of the department's money from the award; `payments` then holds other sources' lines alone.
    #[deserr(default)]
    pub preset: Option<Preset>,
    /// Payments, 1 to 20 with those of the preset. Those of the department's money make the award, to the fen.
    #[deserr(default)]
    #[schema(required = false)]
    pub payments: Vec<PlannedPayment>,
}

/// What a plan is checked against.
#[derive(Clone, Copy, Debug)]
pub struct PlanFrame<'a> {
    /// First day of the project.
    pub starts_on: Date,
    /// Last day of the project.
    pub ends_on: Date,
    /// Money awarded.
    pub award_fen: Fen,
    /// The challenge that is answered.
    pub challenge: &'a ChallengeInput,
    /// What the team promised.
    pub bid: &'a BidInput,
}

impl PlanInput {
    /// Everything wrong with this plan.
    ///
    /// # Errors
    /// All faults at once.
    pub fn check(&self, frame: PlanFrame<'_>) -> Result<(), Faults> {
        let mut faults = Faults::default();
        self.check_milestones(frame, &mut faults);
        self.check_targets(frame, &mut faults);
        disbursement::check(self.preset, &self.payments, &self.milestones, frame, &mut faults);
        faults.or(())
    }

    /// The payments that it comes to: those that its preset computes, and those that it names.
    #[must_use]
    pub fn lines(&self, frame: PlanFrame<'_>) -> Vec<PlannedPayment> {
        disbursement::lines(self.preset, &self.payments, &self.milestones, frame)
    }

    fn check_milestones(&self, frame: PlanFrame<'_>, faults: &mut Faults) {
        faults.check(!(1..=20).contains(&self.milestones.len()), "milestones", || {
            Fault::new("wrong_length", "应有1至20个里程碑", "must hold 1 to 20 milestones")
        });
        let weight: i64 = self.milestones.iter().map(|milestone| milestone.weight_bps.0).sum();
        faults.check(weight != WHOLE_BPS, "milestones", || Fault::new("weights", "权重合计应为10000", "weights must sum to 10,000"));
        let dates: Vec<Date> = self.milestones.iter().map(|milestone| milestone.due_on).collect();
        check_dates(&dates, frame.starts_on, frame.ends_on, faults);
    }

    fn check_targets(&self, frame: PlanFrame<'_>, faults: &mut Faults) {
        for (index, milestone) in self.milestones.iter().enumerate() {
            let field = format!("milestones[{index}].indicators");
            faults.check(milestone.indicators.is_empty(), &field, Fault::missing);
            let twice = repeated(milestone.indicators.iter().map(|value| value.code.as_str())).is_some();
            faults.check(twice, &field, || Fault::new("repeated_code", "指标代码重复", "an indicator code stands twice"));
            for value in &milestone.indicators {
                let unknown = !frame.challenge.indicators.iter().any(|asked| asked.code == value.code);
                faults.check(unknown, &field, || Fault::new("unknown_indicator", "榜单没有这项指标", "is no indicator of the challenge"));
            }
        }
        // The last node that names an indicator is where the team's promise falls due.
        for asked in &frame.challenge.indicators {
            let planned = self.milestones.iter().rev().flat_map(|m| &m.indicators).find(|value| value.code == asked.code);
            let promise = frame.bid.indicators.iter().find(|value| value.code == asked.code).map(|value| value.value);
            let promised = promise.unwrap_or(asked.target);
            let field = format!("indicators.{}", asked.code);
            match planned {
                None => faults.check(asked.mandatory, &field, Fault::missing),
                Some(_) if !asked.mandatory && promise.is_none() => {}
                Some(planned) => faults.check(!asked.comparator.reached(planned.value, promised), &field, || {
                    weaker_than_target(asked.comparator.zh(), &promised.to_string())
                }),
            }
        }
    }
}
