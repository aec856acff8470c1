//! The desk 待办: what can wait for somebody, and by when it should be done.

use crate::domain::codes::codes;

codes! {
    /// What waits.
    pub enum Waiting {
        RedLight = "red_light" "红灯",
        MilestoneToVerify = "milestone_to_verify" "待认定里程碑",
        PaymentToCheck = "payment_to_check" "待审核拨付",
        ChangeToAdvise = "change_to_advise" "待提出专员意见",
        ReportToComment = "report_to_comment" "待审阅报告",
        ProblemOverdue = "problem_overdue" "问题逾期",
        VisitDue = "visit_due" "待服务",
        OutcomeToConfirm = "outcome_to_confirm" "待确认成果",
        StatusDue = "status_due" "待填月度状态",
        CommitmentToCountersign = "commitment_to_countersign" "待代表科技厅签署任务书",
        ChangeToApprove = "change_to_approve" "待批准变更",
        SupplementToCountersign = "supplement_to_countersign" "待代表科技厅签署补充任务书",
        RaceGateToDecide = "race_gate_to_decide" "待决定赛马考核",
        MeasureToDecide = "measure_to_decide" "待决定处置",
        ClawbackToDecide = "clawback_to_decide" "待决定追回",
        WriteOffToDecide = "write_off_to_decide" "待决定核销",
        ProjectToConclude = "project_to_conclude" "待作验收结论",
        PaymentToApprove = "payment_to_approve" "待批准拨付",
        PaymentToPay = "payment_to_pay" "待拨付",
        PaymentToPayAgain = "payment_to_pay_again" "退汇待重新拨付",
        ReceiptDue = "receipt_due" "待收退款",
        PlanToMake = "plan_to_make" "待制定项目计划",
        CommissionerMissing = "commissioner_missing" "待指派项目专员",
        PanelToHear = "panel_to_hear" "待登记考核组意见",
        AcceptanceToAssess = "acceptance_to_assess" "待登记验收专家组意见",
        CommitmentToSign = "commitment_to_sign" "待签署任务书",
        SupplementToSign = "supplement_to_sign" "待签署补充任务书",
        MilestoneToStart = "milestone_to_start" "待启动里程碑",
        MilestoneDue = "milestone_due" "待提交里程碑材料",
        ReportDue = "report_due" "待提交报告",
        PaymentToRequest = "payment_to_request" "待申请拨付",
        ChangeReturned = "change_returned" "变更已退回待修改",
        OutcomeReturned = "outcome_returned" "成果已退回待修改",
        ShareToConfirm = "share_to_confirm" "待确认成果份额",
        FollowUpDue = "follow_up_due" "待填报成果跟踪",
        ClawbackToPay = "clawback_to_pay" "待退款",
        ChangeToComment = "change_to_comment" "待提出需求方意见",
        ChallengeToApprove = "challenge_to_approve" "待批准榜单",
        DecisionToApprove = "decision_to_approve" "待批准立项决定",
        AmendmentToApprove = "amendment_to_approve" "待批准延期或更正",
        RestrictionToApprove = "restriction_to_approve" "待批准限制申报",
        DisqualificationToDecide = "disqualification_to_decide" "待决定取消资格",
        ChallengeToPublish = "challenge_to_publish" "待发榜",
        QuestionToAnswer = "question_to_answer" "待答复提问",
        SatisfactionToGive = "satisfaction_to_give" "待评价满意度",
        PartnershipToConfirm = "partnership_to_confirm" "待确认联合体合作",
        ReviewToDeclare = "review_to_declare" "待声明无利益冲突",
        ReviewToSubmit = "review_to_submit" "待提交评审意见",
        ObjectionToAdmit = "objection_to_admit" "待受理异议",
        ObjectionToAnswer = "objection_to_answer" "待答复异议",
    }
}

/// Days in which a milestone that was handed in is assessed.
pub const TO_ASSESS: i64 = 30;
/// Days in which a request for money is checked.
pub const TO_CHECK: i64 = 10;
/// Days in which a report is commented.
pub const TO_COMMENT: i64 = 15;
/// Days in which an outcome that was registered is confirmed.
pub const TO_CONFIRM: i64 = 30;
/// How many days before its end a visit of the quarter, or the status of the month, appears on the desk.
pub const SOON: i64 = 15;
/// How many days before its day what a team has to do appears on its desk.
pub const AHEAD: i64 = 60;
/// Things on one desk, at most: the most urgent ones. Of each kind so many are looked for.
pub const MOST: usize = 200;
