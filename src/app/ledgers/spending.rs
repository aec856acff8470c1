//! 经费执行台账: for every project in force and every kind of cost, the budget and what the last report says was spent.

use super::Ledger;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::domain::money::Fen;
use crate::domain::proposal::budget::{BudgetItem, BudgetLine};
use crate::domain::report::SpentLine;
use crate::store::Json;
use crate::store::ledgers::spending::SpendingLine;

impl Ledger for SpendingLine {
    const KIND: LedgerKind = LedgerKind::Spending;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::text("lead_organization", "牵头单位"),
        Column::code("item", "科目"),
        Column::money("budget_fen", "预算"),
        Column::money("fiscal_budget_fen", "其中财政预算"),
        Column::money("fiscal_spent_fen", "财政支出"),
        Column::money("sponsor_spent_fen", "需求方支出"),
        Column::money("self_spent_fen", "自筹支出"),
        Column::share("spent_bps", "执行率"),
        Column::text("period", "依据报告期"),
    ];

    fn values(self, _: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let item = usize::try_from(self.number.saturating_sub(1)).ok().and_then(|place| BudgetItem::ALL.get(place)).copied();
        let item = item.ok_or_else(|| AppError::Internal(format!("there is no kind of cost {}", self.number)))?;
        let none = BudgetLine { item, fiscal_fen: Fen::ZERO, sponsor_fen: Fen::ZERO, self_fen: Fen::ZERO };
        let budget = self.commitment.read()?.budget.into_iter().find(|line| line.item == item).unwrap_or(none);
        let report = self.report.as_ref().map(Json::read).transpose()?;
        let spent = report.map(|report| report.spending.iter().find(|line| line.item == item).map_or(none, SpentLine::sums));
        let whole = |line: &BudgetLine| Fen::total([line.fiscal_fen, line.sponsor_fen, line.self_fen]);
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.lead_organization.into(),
            item.into(),
            whole(&budget).into(),
            budget.fiscal_fen.into(),
            spent.map(|line| line.fiscal_fen).into(),
            spent.map(|line| line.sponsor_fen).into(),
            spent.map(|line| line.self_fen).into(),
            spent.map(|line| Value::share(whole(&line).0, whole(&budget).0)).into(),
            self.period.into(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::proposal::budget::BudgetItem;
    use crate::store::ledgers::Line;
    use crate::store::ledgers::spending::SpendingLine;

    #[test]
    fn the_query_has_a_row_for_each_kind_of_cost() {
        let join = SpendingLine::SHAPE.join;
        let last = format!("SELECT {})", BudgetItem::ALL.len());
        assert!(join.contains(&last), "{join}");
    }
}
