//! The budget of a bid: kinds of cost by source, their totals, and the cap on indirect costs.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::money::{Fen, WHOLE_BPS};
use crate::domain::proposal::BidInput;

codes! {
    /// Kinds of cost 预算科目 (国办发〔2021〕32号).
    pub enum BudgetItem {
        Equipment = "equipment" "设备费",
        Business = "business" "业务费",
        Labour = "labour" "劳务费",
        Indirect = "indirect" "间接费用",
    }
}

/// What one kind of cost takes from each source, in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct BudgetLine {
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
}

/// Up to where (in fen of direct costs without equipment) which share may go into indirect costs, in basis points:
/// 30 % of the first 5 million yuan, 25 % of the next 5 million, 20 % of the rest (国办发〔2021〕32号).
const INDIRECT: [(i64, i64); 3] = [(500_000_000, 3_000), (500_000_000, 2_500), (i64::MAX, 2_000)];

/// The most that indirect costs may take beside `base` of direct costs without equipment.
#[must_use]
pub fn indirect_cap(base: Fen) -> Fen {
    let (mut left, mut cap) = (base.0, 0i64);
    for (width, share) in INDIRECT {
        let part = left.min(width);
        cap = cap.saturating_add(part.saturating_mul(share) / WHOLE_BPS);
        left = left.saturating_sub(part);
    }
    Fen(cap)
}

/// Holds the lines against the sums that the bid states, the sponsor's money and the cap on indirect costs.
pub(super) fn check(bid: &BidInput, sponsor_fund: Fen, faults: &mut Faults) {
    if bid.budget.is_empty() {
        faults.check(true, "budget", Fault::missing);
        return;
    }
    let sum = |part: fn(&BudgetLine) -> Fen| Fen::total(bid.budget.iter().map(part));
    let differ = |stated: Option<Fen>, lines: Fen| stated.is_some_and(|stated| stated != lines);
    let words = |lines: Fen| {
        Fault::new("totals_differ", format!("与预算合计{}分不符", lines.0), format!("is not what the budget makes: {} fen", lines.0))
    };
    let (fiscal, own) = (sum(|line| line.fiscal_fen), sum(|line| line.self_fen));
    faults.check(differ(bid.requested_fen, fiscal), "requested_fen", || words(fiscal));
    faults.check(differ(bid.self_fund_fen, own), "self_fund_fen", || words(own));
    let partners = Fen::total(bid.partners.iter().map(|partner| partner.self_fund_fen));
    faults.check(partners > own, "partners", || {
        Fault::new("totals_differ", "合作单位自筹超过预算自筹合计", "the partners' own money is more than the budget's")
    });
    faults.check(sum(|line| line.sponsor_fen) > sponsor_fund, "budget", || {
        Fault::new("over_cap", "需求方出资超过榜单所定", "the sponsor's part is above what the challenge names")
    });
    check_indirect(&bid.budget, faults);
}

/// Holds indirect costs against their cap.
pub fn check_indirect(lines: &[BudgetLine], faults: &mut Faults) {
    let of = |items: &[BudgetItem]| Fen::total(lines.iter().filter(|line| items.contains(&line.item)).map(|line| line.fiscal_fen));
    let cap = indirect_cap(of(&[BudgetItem::Business, BudgetItem::Labour]));
    faults.check(of(&[BudgetItem::Indirect]) > cap, "budget.indirect", || {
        Fault::new("over_cap", format!("间接费用不得超过{}万元", cap.in_wan()), format!("indirect costs may be at most {} fen", cap.0))
    });
}

#[cfg(test)]
mod tests {
    use super::indirect_cap;
    use crate::domain::money::Fen;

    #[test]
    fn indirect_costs_are_capped_in_three_steps() {
        let million = |yuan: i64| Fen(yuan * 100_000_000);
        assert_eq!(indirect_cap(million(5)), Fen(150_000_000));
        assert_eq!(indirect_cap(million(10)), Fen(275_000_000));
        assert_eq!(indirect_cap(million(15)), Fen(375_000_000));
        assert_eq!(indirect_cap(Fen::ZERO), Fen::ZERO);
    }

    proptest::proptest! {
        #[test]
        fn more_direct_costs_never_lower_the_cap(base in 0i64..100_000_000_000_000, more in 0i64..1_000_000_000) {
            proptest::prop_assert!(indirect_cap(Fen(base)) <= indirect_cap(Fen(base + more)));
            proptest::prop_assert!(indirect_cap(Fen(base)).0 <= base * 3 / 10);
        }
    }
}
