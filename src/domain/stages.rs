//! Every stage table: the one list that the page of stages, the `stages` command and the house tests go through.

use crate::domain::workflow::Table;
use crate::domain::{
    acceptance, amendment, bid, challenge, change, clawback, decision, disqualification, draw, expert, grant, measure, milestone,
    objection, organization, outcome, partnership, payment, problem, project, question, race, report, restriction, review, satisfaction,
};

/// Every stage table. A house test fails when one is missing.
#[must_use]
pub fn tables() -> Vec<Table> {
    vec![
        Table::of::<challenge::ChallengeStage>("Challenge 榜单"),
        Table::of::<amendment::AmendmentStage>("Amendment 榜单变更"),
        Table::of::<bid::BidStage>("Bid 揭榜申请"),
        Table::of::<disqualification::DisqualificationStage>("Disqualification 取消资格"),
        Table::of::<partnership::PartnershipStage>("Partnership 联合体合作"),
        Table::of::<restriction::RestrictionStage>("Restriction 限制申报"),
        Table::of::<question::QuestionStage>("Question 答疑"),
        Table::of::<expert::ExpertStage>("Expert 评审专家"),
        Table::of::<draw::DrawStage>("Draw 专家抽取"),
        Table::of::<review::ReviewStage>("Review 评审"),
        Table::of::<satisfaction::SatisfactionStage>("Satisfaction 满意度评价"),
        Table::of::<decision::DecisionStage>("Decision 立项决定"),
        Table::of::<objection::ObjectionStage>("Objection 异议"),
        Table::of::<project::ProjectStage>("Project 项目"),
        Table::of::<acceptance::AcceptanceStage>("Acceptance 验收"),
        Table::of::<outcome::OutcomeStage>("Outcome 成果"),
        Table::of::<measure::MeasureStage>("Measure 处置"),
        Table::of::<race::RaceGateStage>("Race gate 赛马考核"),
        Table::of::<clawback::ClawbackStage>("Clawback 追回"),
        Table::of::<milestone::MilestoneStage>("Milestone 里程碑"),
        Table::of::<change::ChangeStage>("Change 变更"),
        Table::of::<report::ReportStage>("Progress report 执行情况报告"),
        Table::of::<problem::ProblemStage>("Problem 跟踪问题"),
        Table::of::<payment::PaymentStage>("Payment 拨付"),
        Table::of::<grant::GrantStage>("Role grant 授权"),
        Table::of::<organization::OrganizationStage>("Organisation 单位"),
    ]
}
