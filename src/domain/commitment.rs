//! The commitment 任务书 with its pledge 军令状: the text that all parties sign, made from the bid and the decision, and its clauses.

use crate::domain::id::OrganizationId;
use crate::domain::indicator::{Indicator, IndicatorValue};
use crate::domain::money::{Fen, split};
use crate::domain::payment::{Gate, Source};
use crate::domain::project::SigningParty;
use crate::domain::proposal::budget::BudgetLine;
use crate::domain::time::Date;

/// A party to the commitment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct CommitmentParty {
    /// 甲、乙 or 丙.
    pub party: SigningParty,
    /// Name of its organisation.
    pub organization: String,
    /// 统一社会信用代码, where it has one.
    pub uscc: Option<String>,
}

/// A member of the consortium beside the lead, with the part that it took over in its agreement.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ConsortiumMember {
    /// Its id.
    pub organization_id: OrganizationId,
    /// Its name.
    pub organization: String,
    /// What it does.
    pub tasks: String,
    /// Its share of the department's money in basis points.
    pub fiscal_share_bps: i64,
    /// Money of its own, in fen.
    pub self_fund_fen: Fen,
}

/// A consortium agreement that was handed in with the bid.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Agreement {
    /// Name of the file.
    pub name: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// A milestone as it is committed to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct CommitmentNode {
    /// Its number, from 1.
    pub number: i32,
    /// What is reached.
    pub name: String,
    /// When it is due.
    pub due_on: Date,
    /// Its weight in basis points.
    pub weight_bps: i32,
    /// Target at this node.
    pub indicators: Vec<IndicatorValue>,
    /// Whether an approved change has waived it.
    pub waived: bool,
}

/// A payment as it is committed to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Instalment {
    /// Its number, from 1.
    pub number: i32,
    /// Whose money it is.
    pub source: Source,
    /// What opens it.
    pub gate: Gate,
    /// Number of the milestone that opens it.
    pub milestone: Option<i32>,
    /// Amount in fen.
    pub amount_fen: Fen,
}

/// A clause of the commitment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Clause {
    /// Heading.
    pub heading: String,
    /// Text.
    pub text: String,
}

/// A commitment. What is signed is its JSON without spaces, its fields in this order.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Commitment {
    /// Code of the project, which is the number of the contract.
    pub code: String,
    /// Title of the project.
    pub title: String,
    /// 甲方、乙方、丙方.
    pub parties: Vec<CommitmentParty>,
    /// The consortium beside the lead.
    pub members: Vec<ConsortiumMember>,
    /// Consortium agreements handed in with the bid.
    pub agreements: Vec<Agreement>,
    /// 挂帅人: the principal investigator.
    pub principal: String,
    /// 青年技术挂帅人.
    pub youth_co_lead: Option<String>,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// The department's money, in fen: what the decision awarded.
    pub award_fen: Fen,
    /// The sponsor's money, in fen.
    pub sponsor_fund_fen: Fen,
    /// The consortium's own money, in fen.
    pub self_fund_fen: Fen,
    /// The budget; the department's part makes the award.
    pub budget: Vec<BudgetLine>,
    /// How it is done.
    pub technical_route: String,
    /// Pledged indicators: what the team promised, never weaker than what was asked.
    pub indicators: Vec<Indicator>,
    /// Milestones in order.
    pub milestones: Vec<CommitmentNode>,
    /// Payments in order.
    pub payments: Vec<Instalment>,
    /// Account into which money is paid, where a change has named one.
    pub account: Option<String>,
    /// 军令状: consequences, and when diligent failure is excused.
    pub clauses: Vec<Clause>,
}

/// The clauses of every commitment.
const CLAUSES: &[(&str, &str)] = &[
    ("承诺", "揭榜方和挂帅人承诺按期完成本任务书所列全部必达指标，指标只可提高、不得降低；联合体各方对联合体协议所定任务承担责任。"),
    ("停拨", "里程碑未通过考核、进入限期整改或项目暂停的，甲方停止拨付后续财政经费，直至恢复执行。"),
    (
        "追回",
        "项目终止、撤销或者存在弄虚作假、挪用经费的，甲方追回结余和违规使用的财政经费；从未实质启动或存在欺诈的，追回全部财政经费及利息。",
    ),
    ("禁申", "因主观原因未兑现军令状的，依照科研失信行为调查处理规则，限制牵头单位和挂帅人在规定期限内申报和承担财政科技项目。"),
    (
        "尽职免责",
        "已勤勉尽责履行任务书，因技术路线探索失败、不可抗力等原因未达到预定目标，且过程记录完整、经费使用合规的，经专家论证后按结题处理，不追究相关责任、不列入失信记录。",
    ),
    ("变更", "任务书的重大变更须经批准并由各方签署补充任务书后生效，其他变更经项目专员备案后生效；补充任务书与本任务书具有同等效力。"),
];

/// The clauses of every commitment.
#[must_use]
pub fn clauses() -> Vec<Clause> {
    CLAUSES.iter().map(|(heading, text)| Clause { heading: (*heading).to_owned(), text: (*text).to_owned() }).collect()
}

/// The budget of a bid held to what was awarded: each line takes the same share of the department's money, by largest remainders, so
/// that the lines make the award to the fen.
#[must_use]
pub fn held_to_award(lines: &[BudgetLine], award: Fen) -> Vec<BudgetLine> {
    let asked: Vec<i64> = lines.iter().map(|line| line.fiscal_fen.0).collect();
    if asked.iter().all(|fen| *fen == 0) {
        return lines.to_vec();
    }
    lines.iter().zip(split(award, &asked)).map(|(line, fiscal_fen)| BudgetLine { fiscal_fen, ..*line }).collect()
}

#[cfg(test)]
mod tests {
    use super::held_to_award;
    use crate::domain::money::Fen;
    use crate::domain::proposal::budget::{BudgetItem, BudgetLine};

    proptest::proptest! {
        #[test]
        fn a_budget_held_to_the_award_makes_it_to_the_fen(asked in proptest::collection::vec(1i64..100_000_000_000, 1..5), cut in 1i64..=10_000) {
            let line = |fen: &i64| BudgetLine { item: BudgetItem::Business, fiscal_fen: Fen(*fen), sponsor_fen: Fen(7), self_fen: Fen::ZERO };
            let lines: Vec<BudgetLine> = asked.iter().map(line).collect();
            let award = Fen((asked.iter().sum::<i64>() * cut / 10_000).max(1));
            let held = held_to_award(&lines, award);
            proptest::prop_assert_eq!(Fen::total(held.iter().map(|line| line.fiscal_fen)), award);
            proptest::prop_assert!(held.iter().all(|line| line.fiscal_fen.0 >= 0 && line.sponsor_fen == Fen(7)));
        }
    }
}
