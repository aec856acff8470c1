//! Progress reports 执行情况报告: which project reports when, what a report holds, and when missing ones show a yellow card 黄牌.
//!
//! Which reports there are is data: `QUARTERLY_DAYS`, `ANNUAL_DUE`, `EXEMPT_MONTHS`.

use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::evidence::falls;
use crate::domain::fault::{Fault, Faults};
use crate::domain::indicator::Comparator;
use crate::domain::light::Light;
use crate::domain::money::Fen;
use crate::domain::policy::Action as A;
use crate::domain::proposal::budget::{BudgetItem, BudgetLine};
use crate::domain::text::{Line, LongText, Reason};
use crate::domain::time::Date;
use crate::domain::workflow::{path, stage_table};
use chrono::{Datelike, Months, NaiveDate};
use std::collections::BTreeMap;

/// A quarterly report is due so many days after its quarter ends.
const QUARTERLY_DAYS: i64 = 15;
/// An annual report is due on this day of its year: month, day.
const ANNUAL_DUE: (u32, u32) = (11, 30);
/// A project that ran for less than so many months by the end of a period does not report on it.
const EXEMPT_MONTHS: u32 = 3;

codes! {
    /// What a report covers.
    pub enum ReportKind {
        Quarterly = "quarterly" "季度报告",
        Annual = "annual" "年度报告",
    }
}

codes! {
    /// Where a report stands.
    pub enum ReportStage {
        Due = "due" "待提交",
        Submitted = "submitted" "待审阅",
        Commented = "commented" "已审阅",
    }
}

use ReportStage as S;
stage_table!(
    S,
    &[
        path(S::Due, A::ReportSubmit, &[S::Submitted]),
        path(S::Submitted, A::ReportComment, &[S::Commented]),
        path(S::Submitted, A::ReportReturn, &[S::Due]),
    ]
);

/// A report that a project owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// What it covers.
    pub kind: ReportKind,
    /// The period: `2026Q3`, `2026`.
    pub period: String,
    /// Its order among those of its kind.
    pub number: i32,
    /// When it is due.
    pub due_on: Date,
}

/// The first day of the quarter of `day`.
#[must_use]
pub fn quarter_of(day: Date) -> Date {
    NaiveDate::from_ymd_opt(day.0.year(), day.0.month0() / 3 * 3 + 1, 1).map_or(day, Date)
}

/// The first day of the quarter after that of `day`.
#[must_use]
pub fn next_quarter(day: Date) -> Date {
    quarter_of(quarter_of(day).plus_days(100))
}

/// The reports that are opened with the quarter of `day`, for a project that came into force on `began_on`: the quarter's own, and
/// with the last one the year's.
#[must_use]
pub fn owed(day: Date, began_on: Date) -> Vec<Owed> {
    let (first, next) = (quarter_of(day), next_quarter(day));
    let ran_by = |end: Date| began_on.0.checked_add_months(Months::new(EXEMPT_MONTHS)).is_some_and(|ran| ran <= end.0);
    let year = first.0.year();
    let quarter = i32::try_from(first.0.month0() / 3).unwrap_or_default();
    let mut all = Vec::new();
    if ran_by(next) {
        let due_on = next.plus_days(QUARTERLY_DAYS - 1);
        let period = format!("{year}Q{}", quarter.saturating_add(1));
        all.push(Owed { kind: ReportKind::Quarterly, period, number: year.saturating_mul(4).saturating_add(quarter), due_on });
    }
    let annual = NaiveDate::from_ymd_opt(year, ANNUAL_DUE.0, ANNUAL_DUE.1).map(Date).filter(|due| *due >= first && *due < next);
    if let Some(due_on) = annual.filter(|due| ran_by(*due)) {
        all.push(Owed { kind: ReportKind::Annual, period: year.to_string(), number: year, due_on });
    }
    all
}

/// The value that an indicator reached so far.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Reached {
    /// Code of the indicator.
    pub code: Line<1, 20>,
    /// Value reached so far, a decimal string.
    pub value: Decimal,
    /// Why it is weaker than was reported before, in the direction of its comparator 更正说明: needed then.
    #[deserr(default)]
    #[serde(default)]
    pub correction: Option<Reason>,
}

/// What was spent of one kind of cost since the project began, by source, in fen.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct SpentLine {
    /// Which kind of cost.
    pub item: BudgetItem,
    /// The department's money 财政资金.
    pub fiscal_fen: Fen,
    /// The sponsor's money 需求方出资.
    #[deserr(default = Fen::ZERO)]
    #[serde(default)]
    pub sponsor_fen: Fen,
    /// The consortium's own 自筹.
    #[deserr(default = Fen::ZERO)]
    #[serde(default)]
    pub self_fen: Fen,
    /// Why something of it is less than was reported before 更正说明: needed then.
    #[deserr(default)]
    #[serde(default)]
    pub correction: Option<Reason>,
}

impl SpentLine {
    /// The sums alone.
    #[must_use]
    pub const fn sums(&self) -> BudgetLine {
        BudgetLine { item: self.item, fiscal_fen: self.fiscal_fen, sponsor_fen: self.sponsor_fen, self_fen: self.self_fen }
    }

    /// The sum of each source, with the name of its field.
    const fn parts(&self) -> [(&'static str, Fen); 3] {
        [("fiscal_fen", self.fiscal_fen), ("sponsor_fen", self.sponsor_fen), ("self_fen", self.self_fen)]
    }
}

/// A progress report. Values and money are cumulative, since the project began.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ReportInput {
    /// What was done in the period.
    pub done: LongText,
    /// Values of the project's indicators so far.
    pub indicators: Vec<Reached>,
    /// Spent so far, by kind of cost and source: of each source at most what there is of it.
    pub spending: Vec<SpentLine>,
    /// Own money put in so far.
    pub self_fund_fen: Fen,
    /// Why that is less than was reported before 更正说明: needed then.
    #[deserr(default)]
    #[serde(default)]
    pub self_fund_correction: Option<Reason>,
    /// Person-months worked in the period, a decimal string.
    pub staff_months: Decimal,
    /// 成果: what came of it in the period.
    #[deserr(default)]
    #[schema(required = false)]
    pub outputs: Vec<Line<2, 200>>,
    /// Problems met.
    #[deserr(default)]
    pub problems: Option<LongText>,
    /// Help that is needed.
    #[deserr(default)]
    pub help_needed: Option<LongText>,
    /// What is planned next.
    pub next_plan: LongText,
    /// How the team itself sees it.
    pub risk: Light,
}

/// What a report is held against.
#[derive(Clone, Debug, Default)]
pub struct ReportFrame {
    /// The project's indicators: code and direction.
    pub indicators: BTreeMap<String, Comparator>,
    /// What was last reported of each.
    pub before: BTreeMap<String, Decimal>,
    /// What was last reported as spent.
    pub spent: Vec<SpentLine>,
    /// What was last reported as own money put in.
    pub own: Fen,
    /// The department's money that was paid to the project.
    pub fiscal: Fen,
    /// The sponsor's money that is there to be spent.
    pub sponsor: Fen,
}

/// Lines of outputs and spending in one report, at most.
const MOST: usize = 50;

impl ReportInput {
    /// Whether it may stand.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check(&self, frame: &ReportFrame) -> Result<(), Faults> {
        let mut faults = Faults::default();
        for (index, reached) in self.indicators.iter().enumerate() {
            let field = format!("indicators[{index}]");
            let direction = frame.indicators.get(reached.code.as_str());
            faults.check(direction.is_none(), &format!("{field}.code"), || {
                Fault::new("unknown_indicator", "项目没有这项指标", "is no indicator of the project")
            });
            let twice = self.indicators.iter().take(index).any(|other| other.code == reached.code);
            faults.check(twice, &format!("{field}.code"), || Fault::new("repeated_code", "重复", "stands more than once"));
            let before = direction.zip(frame.before.get(reached.code.as_str()));
            let fell = before.is_some_and(|(direction, before)| falls(*direction, reached.value, *before));
            faults.check(fell && reached.correction.is_none(), &format!("{field}.value"), || {
                Fault::new("fell", "不得弱于上次报告，除非说明更正原因", "may not be weaker than reported before without a correction")
            });
        }
        for code in frame.indicators.keys().filter(|code| !self.indicators.iter().any(|reached| reached.code.as_str() == *code)) {
            faults.check(true, &format!("indicators.{code}"), Fault::missing);
        }
        self.within(frame, &mut faults);
        self.not_less(frame, &mut faults);
        faults.check(self.staff_months.0.is_sign_negative(), "staff_months", || Fault::new("negative", "不得为负", "must not be negative"));
        let too_many = || Fault::new("too_many", format!("最多{MOST}项"), format!("must be at most {MOST}"));
        faults.check(self.outputs.len() > MOST, "outputs", too_many);
        faults.or(())
    }

    /// That of no source more was spent than there is: one does not stand in for another.
    fn within(&self, frame: &ReportFrame, faults: &mut Faults) {
        let of = |field: &str| {
            let sums = self.spending.iter().flat_map(SpentLine::parts);
            Fen::total(sums.filter(|(name, _)| *name == field).map(|(_, fen)| fen))
        };
        for (field, had, zh, en) in [
            ("fiscal_fen", frame.fiscal, "财政资金累计支出不得超过已拨付的", "of the department's money at most what was paid"),
            (
                "sponsor_fen",
                frame.sponsor,
                "需求方资金累计支出不得超过其到位或承诺的",
                "of the sponsor's money at most what it paid or promised",
            ),
            ("self_fen", self.self_fund_fen, "自筹资金累计支出不得超过已投入的", "of the own money at most what was put in"),
        ] {
            faults.check(of(field) > had, &format!("spending.{field}"), || {
                Fault::new("overspent", format!("{zh}{}分", had.0), format!("{en}: {} fen", had.0))
            });
        }
    }

    /// That no kind of cost stands twice, and no sum fell without a correction: a line that is left out counts as nothing spent.
    fn not_less(&self, frame: &ReportFrame, faults: &mut Faults) {
        let fell =
            || Fault::new("fell", "累计值不得低于上次报告，除非说明更正原因", "may not be less than reported before without a correction");
        for (index, line) in self.spending.iter().enumerate() {
            let twice = self.spending.iter().take(index).any(|other| other.item == line.item);
            faults.check(twice, &format!("spending[{index}].item"), || Fault::new("repeated", "重复", "stands more than once"));
            let Some(before) = frame.spent.iter().find(|before| before.item == line.item) else { continue };
            for ((field, now), (_, before)) in line.parts().into_iter().zip(before.parts()) {
                faults.check(now < before && line.correction.is_none(), &format!("spending[{index}].{field}"), fell);
            }
        }
        for before in &frame.spent {
            let gone = before.parts().iter().any(|(_, fen)| *fen > Fen::ZERO) && !self.spending.iter().any(|line| line.item == before.item);
            faults.check(gone, &format!("spending.{}", before.item), fell);
        }
        faults.check(self.self_fund_fen < frame.own && self.self_fund_correction.is_none(), "self_fund_fen", fell);
    }

    /// Everything that was spent.
    #[must_use]
    pub fn spent(&self) -> Fen {
        Fen::total(self.spending.iter().flat_map(|line| [line.fiscal_fen, line.sponsor_fen, line.self_fen]))
    }
}

/// What the commissioner says of a report.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct CommentInput {
    /// The comment; the team will read it.
    pub comment: Reason,
}

#[cfg(test)]
mod tests {
    use super::{ReportKind, next_quarter, owed, quarter_of};
    use crate::domain::time::Date;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn who_ran_for_three_months_reports_on_the_quarter_and_by_the_end_of_november_on_the_year() {
        let periods = |day_in: &str, began: &str| -> Vec<(ReportKind, String, String)> {
            owed(day(day_in), day(began)).into_iter().map(|owed| (owed.kind, owed.period, owed.due_on.to_string())).collect()
        };
        assert_eq!(periods("2026-04-15", "2026-04-15"), [], "not three months by the end of June");
        assert_eq!(periods("2026-04-15", "2026-04-01").len(), 1, "three whole months");
        assert_eq!(periods("2026-08-01", "2026-04-15"), [(ReportKind::Quarterly, "2026Q3".into(), "2026-10-15".into())]);
        assert_eq!(
            periods("2026-10-01", "2026-04-15"),
            [(ReportKind::Quarterly, "2026Q4".into(), "2027-01-15".into()), (ReportKind::Annual, "2026".into(), "2026-11-30".into()),]
        );
        assert_eq!(periods("2026-10-01", "2026-09-01").len(), 1, "not three months by the end of November");
    }

    #[test]
    fn quarters_follow_each_other() {
        for (some, first, next) in [("2026-12-31", "2026-10-01", "2027-01-01"), ("2028-01-01", "2028-01-01", "2028-04-01")] {
            assert_eq!((quarter_of(day(some)), next_quarter(day(some))), (day(first), day(next)));
        }
        let (one, two) = (owed(day("2026-10-01"), day("2020-01-01")), owed(day("2027-01-01"), day("2020-01-01")));
        assert_eq!(one[0].number + 1, two[0].number, "in a row over the turn of the year");
    }
}
