//! Actions: everything that can be done, each under one name.
//!
//! The same word stands in the stage tables, the permission table, the routes, the audit log and `allowed_actions`.

use crate::domain::codes::codes;

codes! {
    /// Something that can be done. The part of the code before the point is the kind of object.
    pub enum Action {
        SessionLogin = "session.login" "登录",
        SessionRefresh = "session.refresh" "续期登录",
        SessionLogout = "session.logout" "退出登录",
        SessionChallenge = "session.challenge" "要求第二因素",
        SessionVerify = "session.verify" "以第二因素登录",
        SessionStepUp = "session.step_up" "再次验证身份",
        SessionRead = "session.read" "查看登录",
        SessionEnd = "session.end" "终止登录",
        SessionEndOthers = "session.end_others" "终止其他登录",
        SessionRevoke = "session.revoke" "续期令牌重复使用",
        SessionGuessed = "session.guessed" "密码被反复猜测",
        SessionAdoptKeys = "session.adopt_keys" "更换令牌密钥",
        SessionNewPlace = "session.new_place" "新地点登录",
        SecondFactorRead = "second_factor.read" "查看第二因素",
        SecondFactorEnrol = "second_factor.enrol" "设置第二因素",
        SecondFactorConfirm = "second_factor.confirm" "启用第二因素",
        SecondFactorRegenerate = "second_factor.regenerate" "更换恢复码",
        SecondFactorDisable = "second_factor.disable" "停用第二因素",
        SecondFactorRecover = "second_factor.recover" "使用恢复码",
        MeRead = "me.read" "查看本人信息",
        MeSubscribe = "me.subscribe" "订阅领域",
        MeChangePassword = "me.change_password" "修改密码",
        MeSetPhone = "me.set_phone" "登记本人电话",
        MeSetIdentity = "me.set_identity" "登记本人身份证号",
        MeForgotPassword = "me.forgot_password" "申请重置密码",
        MeResetPassword = "me.reset_password" "凭链接设置密码",
        OrganizationCreate = "organization.create" "登记单位",
        OrganizationRead = "organization.read" "查看单位",
        OrganizationVerify = "organization.verify" "核验单位",
        OrganizationSuspend = "organization.suspend" "暂停单位",
        OrganizationReinstate = "organization.reinstate" "恢复单位",
        UserCreate = "user.create" "开立账户",
        UserInvite = "user.invite" "邀请设置密码",
        UserWithdrawInvitation = "user.withdraw_invitation" "撤回邀请",
        UserRead = "user.read" "查看账户",
        UserGrantRoles = "user.grant_roles" "授予角色",
        GrantPropose = "grant.propose" "提出授权",
        GrantRead = "grant.read" "查看授权",
        GrantApprove = "grant.approve" "批准授权",
        GrantDecline = "grant.decline" "不予授权",
        GrantLapse = "grant.lapse" "授权建议失效",
        UserDisable = "user.disable" "停用账户",
        UserEnable = "user.enable" "启用账户",
        UserAnonymise = "user.anonymise" "注销账户",
        UserResetSecondFactor = "user.reset_second_factor" "重置第二因素",
        KeyCreate = "key.create" "开立机器密钥",
        KeyRead = "key.read" "查看机器密钥",
        KeyRotate = "key.rotate" "轮换机器密钥",
        KeyRevoke = "key.revoke" "吊销机器密钥",
        KeyRemind = "key.remind" "提醒密钥将到期",
        CalendarImport = "calendar.import" "导入放假调休安排",
        CalendarRead = "calendar.read" "查看放假调休安排",
        BatchCreate = "batch.create" "建立批次",
        BatchRead = "batch.read" "查看批次",
        ChallengeCreate = "challenge.create" "起草榜单",
        ChallengeRead = "challenge.read" "查看榜单",
        ChallengeReadPublished = "challenge.read_published" "查看已发布榜单",
        ChallengeEdit = "challenge.edit" "修改榜单",
        ChallengeSubmit = "challenge.submit" "提交审批",
        ChallengeReturn = "challenge.return" "退回榜单",
        ChallengeReject = "challenge.reject" "不予发榜",
        ChallengeApprove = "challenge.approve" "批准榜单",
        ChallengePublish = "challenge.publish" "发榜",
        ChallengeClose = "challenge.close" "截止",
        ChallengeOpenBids = "challenge.open_bids" "启封",
        ChallengeStartReview = "challenge.start_review" "启动评审",
        ChallengePropose = "challenge.propose" "提出立项建议",
        ChallengePublicise = "challenge.publicise" "公示",
        ChallengeAward = "challenge.award" "立项",
        ChallengeFail = "challenge.fail" "流标",
        ChallengeRepublish = "challenge.republish" "重新发榜",
        ChallengeWithdraw = "challenge.withdraw" "撤榜",
        ChallengeFinish = "challenge.finish" "办结榜单",
        DecisionRead = "decision.read" "查看立项决定",
        DecisionApprove = "decision.approve" "批准立项决定",
        DecisionReturn = "decision.return" "退回立项决定",
        QuestionAsk = "question.ask" "提问",
        QuestionRead = "question.read" "查看提问",
        QuestionReadAnswered = "question.read_answered" "查看已公开答复",
        QuestionAnswer = "question.answer" "公开答复",
        QuestionDecline = "question.decline" "不予公开答复",
        BidCreate = "bid.create" "起草揭榜申请",
        BidRead = "bid.read" "查看揭榜申请",
        BidEdit = "bid.edit" "修改揭榜申请",
        BidSubmit = "bid.submit" "提交揭榜申请",
        BidReceipt = "bid.receipt" "查看回执",
        BidUnseal = "bid.unseal" "解封揭榜申请",
        BidFlaw = "bid.flaw" "揭榜申请无法解封",
        BidResubmit = "bid.resubmit" "重新提交揭榜申请",
        BidWithdraw = "bid.withdraw" "撤回揭榜申请",
        FileAdd = "file.add" "上传附件",
        FileRead = "file.read" "查看附件",
        FileRemove = "file.remove" "移除附件",
        PartnershipRead = "partnership.read" "查看联合体合作",
        PartnershipAsk = "partnership.ask" "请合作单位确认",
        PartnershipDrop = "partnership.drop" "不再作为合作单位",
        PartnershipConfirm = "partnership.confirm" "确认联合体合作",
        PartnershipRefuse = "partnership.refuse" "谢绝联合体合作",
        RestrictionRead = "restriction.read" "查看限制申报",
        RestrictionPropose = "restriction.propose" "提出限制申报",
        RestrictionApprove = "restriction.approve" "批准限制申报",
        RestrictionDecline = "restriction.decline" "不予限制申报",
        RestrictionLift = "restriction.lift" "解除限制申报",
        BidAppoint = "bid.appoint" "设定成员权限",
        BidAdmit = "bid.admit" "成员获得权限",
        BidDismiss = "bid.dismiss" "成员失去权限",
        BidExamine = "bid.examine" "形式审查",
        BidShortlist = "bid.shortlist" "入围评定",
        BidSelect = "bid.select" "拟立项结果",
        BidDecline = "bid.decline" "未入选",
        BidAward = "bid.award" "中榜",
        BidSign = "bid.sign" "签约",
        ReviewAssign = "review.assign" "指派评审专家",
        ReviewRead = "review.read" "查看评审意见",
        ReviewDeclare = "review.declare" "声明无利益冲突",
        ReviewSubmit = "review.submit" "提交评审意见",
        ReviewDecline = "review.decline" "谢绝评审",
        ReviewComplete = "review.complete" "评审齐备",
        ProjectRead = "project.read" "查看项目",
        ProjectPlan = "project.plan" "制定项目计划",
        ProjectSign = "project.sign" "签署任务书",
        ProjectCountersign = "project.countersign" "代表科技厅签署任务书",
        ProjectAssign = "project.assign" "指派项目专员",
        ProjectActivate = "project.activate" "任务书生效",
        ProjectApplyAcceptance = "project.apply_acceptance" "申请验收",
        ProjectConclude = "project.conclude" "验收结论",
        MilestoneRead = "milestone.read" "查看里程碑",
        MilestoneStart = "milestone.start" "启动里程碑",
        MilestoneSubmit = "milestone.submit" "提交里程碑材料",
        MilestoneVerify = "milestone.verify" "认定达标",
        MilestoneReturn = "milestone.return" "限期整改",
        MilestoneFail = "milestone.fail" "认定未达标",
        PaymentRead = "payment.read" "查看拨付",
        PaymentUnlock = "payment.unlock" "达到拨付条件",
        PaymentRequest = "payment.request" "申请拨付",
        PaymentCheck = "payment.check" "审核拨付",
        PaymentApprove = "payment.approve" "批准拨付",
        PaymentPay = "payment.pay" "拨付到账",
        PaymentReturn = "payment.return" "退回拨付申请",
        PaymentCancel = "payment.cancel" "停拨",
        AuditRead = "audit.read" "查看审计记录",
        PortfolioRead = "portfolio.read" "查看项目总览",
        NotaryRead = "notary.read" "查看签名公钥",
    }
}

codes! {
    /// Kinds of objects, as the audit log and the links name them.
    pub enum Kind {
        Session = "session" "登录",
        SecondFactor = "second_factor" "第二因素",
        Me = "me" "本人",
        Organization = "organization" "单位",
        User = "user" "用户",
        Grant = "grant" "授权",
        Key = "key" "机器密钥",
        Calendar = "calendar" "放假调休安排",
        Batch = "batch" "批次",
        Challenge = "challenge" "榜单",
        Decision = "decision" "立项决定",
        Question = "question" "答疑",
        Partnership = "partnership" "联合体合作",
        Restriction = "restriction" "限制申报",
        Bid = "bid" "揭榜申请",
        File = "file" "附件",
        Review = "review" "评审",
        Project = "project" "项目",
        Milestone = "milestone" "里程碑",
        Payment = "payment" "拨付",
        Audit = "audit" "审计记录",
        Portfolio = "portfolio" "项目总览",
        Notary = "notary" "签名公钥",
    }
}

impl Action {
    /// The kind of object that it is done to.
    #[must_use]
    pub fn kind(self) -> Kind {
        let noun = self.code().split('.').next().unwrap_or_default();
        Kind::ALL.iter().copied().find(|kind| kind.code() == noun).unwrap_or(Kind::Me)
    }

    /// Whether a permit for `permitted` will do where a route names `self`: the same, or another form of it.
    #[must_use]
    pub fn covers(self, permitted: Self) -> bool {
        let forms = [
            (Self::ChallengeReadPublished, Self::ChallengeRead),
            (Self::ProjectSign, Self::ProjectCountersign),
            (Self::QuestionReadAnswered, Self::QuestionRead),
        ];
        self == permitted || forms.contains(&(self, permitted))
    }

    /// The verb alone: `publish` of `challenge.publish`.
    #[must_use]
    pub fn verb(self) -> &'static str {
        self.code().split('.').nth(1).unwrap_or_default()
    }
}

impl Kind {
    /// The action that decides whether a record of this kind may be known at all.
    #[must_use]
    pub const fn read(self) -> Action {
        match self {
            Self::Session => Action::SessionRead,
            Self::SecondFactor => Action::SecondFactorRead,
            Self::Me => Action::MeRead,
            Self::Organization => Action::OrganizationRead,
            Self::User => Action::UserRead,
            Self::Grant => Action::GrantRead,
            Self::Key => Action::KeyRead,
            Self::Calendar => Action::CalendarRead,
            Self::Batch => Action::BatchRead,
            Self::Challenge => Action::ChallengeRead,
            Self::Decision => Action::DecisionRead,
            Self::Question => Action::QuestionRead,
            Self::Bid => Action::BidRead,
            Self::File => Action::FileRead,
            Self::Partnership => Action::PartnershipRead,
            Self::Restriction => Action::RestrictionRead,
            Self::Review => Action::ReviewRead,
            Self::Project => Action::ProjectRead,
            Self::Milestone => Action::MilestoneRead,
            Self::Payment => Action::PaymentRead,
            Self::Audit => Action::AuditRead,
            Self::Portfolio => Action::PortfolioRead,
            Self::Notary => Action::NotaryRead,
        }
    }
}
