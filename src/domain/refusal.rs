//! Refusals: every "no" of a business rule, with its stable code and its words.
//!
//! A refusal says that the request is well formed but a rule forbids it now. Wrong values are
//! [`crate::domain::fault::Fault`]s; who may do what is [`crate::domain::policy`]; the order of stages is
//! [`crate::domain::workflow`].

macro_rules! refusals {
    ($($(#[$meta:meta])* $variant:ident $code:literal $zh:literal $en:literal;)+) => {
        /// A rule that says no.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal { $($(#[$meta])* #[doc = $en] $variant),+ }

        impl Refusal {
            /// Every refusal.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Stable code, message in Chinese, message in English.
            #[must_use]
            pub const fn words(self) -> (&'static str, &'static str, &'static str) {
                match self { $(Self::$variant => ($code, $zh, $en)),+ }
            }
        }
    };
}

refusals! {
    LedgerTooLong "ledger_too_long" "台账超过10000行，请按年度、计划类别、领域等条件缩小范围后导出" "The ledger has more than 10,000 rows: narrow it by year, plan category, field or another filter.";
    NotYetOpen "not_yet_open" "揭榜尚未开始" "The time to bid has not begun.";
    DeadlinePassed "deadline_passed" "揭榜已截止" "The time to bid is over.";
    Suspended "suspended" "揭榜已暂停" "The challenge is suspended.";
    AmendmentWaits "amendment_waits" "本轮已有一项延期或更正待批准" "Another amendment of this round waits for its approval.";
    NotLater "not_later" "截止时间已晚于所提延期" "The deadline is later than what was asked for by now.";
    SecondFactorOn "second_factor_on" "第二因素已启用" "A second factor is set up already.";
    SecondFactorOff "second_factor_off" "第二因素未设置" "No second factor is set up.";
    OrganizationNotVerified "organization_not_verified" "该单位尚未核验或已暂停" "The organisation is not verified, or is suspended.";
    StillInUse "account_in_use" "账户须先停用" "The account must be disabled first.";
    AccountErased "account_erased" "账户已注销" "The account has been erased.";
    OpenDuties "open_duties" "该人员尚有未办结的评审、在管项目或未启封轮次的密钥份额" "The person still has a review to write, follows a project that has not ended, or holds a share of a round that is not opened.";
    NotInvitable "not_invitable" "账户已停用或已设置密码" "The account is disabled, or has a password already.";
    KeyNotLive "key_not_live" "该密钥已轮换、过期或吊销" "The key was replaced or revoked, or has expired.";
    TooManyKeys "too_many_keys" "您的有效机器密钥已达上限，请先吊销不用的密钥" "You have as many live keys as one may have: revoke one first.";
    SecondFactorNeeded "second_factor_needed" "您的角色必须使用第二因素" "Your role needs a second factor.";
    StillOpen "still_open" "揭榜尚未截止" "The time to bid is not over yet.";
    LiveBidExists "live_bid_exists" "本单位在本轮已有一份有效的揭榜申请" "Your organisation already has a live bid in this round.";
    LeadNotLegalPerson "lead_not_eligible" "牵头单位须为可揭榜的法人单位（政府机关除外）" "The lead organisation must be a legal person that may bid (no government agency).";
    QuestionsClosed "questions_closed" "提问时间已过" "The time for questions is over.";
    TooManyQuestions "too_many_questions" "本单位待答复的提问过多，请等待答复" "Too many questions of your organisation wait for an answer.";
    CorrectedOnce "corrected_once" "已补正过一次" "It was corrected once already.";
    CorrectionRunning "correction_running" "补正期限未到" "The time to correct it is not over.";
    CorrectionOver "correction_over" "补正期限已过" "The time to correct it is over.";
    AppealOver "appeal_over" "复核申请期限已过，或已申请过一次" "The time to appeal is over, or there was an appeal.";
    AppealsPending "appeals_pending" "有未办结的复核，或复核申请期限未到" "An appeal is open, or the time to appeal is not over.";
    NotSubmitted "not_submitted" "该揭榜申请尚未提交" "This bid was never submitted.";
    BeingOpened "being_opened" "揭榜申请正在启封，请稍候" "The bids of this round are being opened: try again in a moment.";
    BidFlawed "bid_flawed" "该揭榜申请的密文已损坏或被改动，无法启封" "This bid was damaged or changed while it was sealed and could not be opened.";
    NothingToSubmit "nothing_to_submit" "上次提交的内容已密封，请先重新填写再提交" "What was submitted is sealed: write the bid anew before you submit it again.";
    CustodyKept "custody_kept" "您已设置保管口令" "You have a custody passphrase already.";
    NoCustody "no_custody" "您尚未设置保管口令" "You have not set a custody passphrase yet.";
    ShareLost "share_lost" "您在本轮的密钥份额已失效" "Your share of this round's key is lost.";
    SharesMissing "shares_missing" "启封须两名保管人交出密钥份额，目前不足" "Two custodians must release their shares before the round can be opened.";
    BidsNotExamined "bids_not_examined" "尚有揭榜申请未完成形式审查" "Some bids have not been examined yet.";
    NoEligibleBid "no_eligible_bid" "没有通过形式审查的揭榜申请" "No bid is eligible.";
    LastPhase "last_phase" "已是最后一个评审阶段" "This is the last phase of the judging.";
    PhaseAhead "phase_ahead" "评审方案中还有后续阶段" "The scheme has another phase of the judging.";
    ShortlistOpen "shortlist_open" "尚有申请未作入围评定" "It is open whether some bids are shortlisted.";
    NoSponsor "no_sponsor" "本榜单没有需求方" "The challenge has no sponsor.";
    NothingToAsk "nothing_to_ask" "没有尚未征求意见的申请" "The sponsor was asked about every bid that may win.";
    SponsorLater "sponsor_later" "按评审方案，评审完成后再征求需求方意见" "By the scheme the sponsor is asked after the panel.";
    SatisfactionMissing "satisfaction_missing" "需求方尚未评价全部申请" "The sponsor has not answered on every bid.";
    NotOverdue "not_overdue" "尚未逾期" "It is not overdue.";
    NotTheDesk "not_the_desk" "这一审批环节由其他处室签批" "This desk is that of another division.";
    ReviewsMissing "reviews_missing" "尚有评审意见未提交" "Some reviews are still missing.";
    ReasonDoesNotHold "reason_does_not_hold" "所选流标原因与事实不符" "The reason given for the failure does not match the facts.";
    ConflictOfInterest "conflict_of_interest" "该人员与本事项存在利益关系，应当回避" "This person has an interest in the matter and must step aside.";
    SteppedAside "stepped_aside" "该人员已回避本榜单" "This person has stepped aside from the challenge.";
    NotDrawn "not_drawn" "本轮已抽取专家组，只能邀请组内专家" "The round has a panel that was drawn: only its members are asked.";
    DrawStands "draw_stands" "本轮已有抽取记录" "The round has a draw already.";
    PoolTooSmall "pool_too_small" "符合条件的专家不足以组成所要求的专家组" "The pool does not hold such a panel.";
    NoSubstitute "no_substitute" "没有符合要求的候补专家" "No substitute fits.";
    PanelBegun "panel_begun" "专家组已开始评审，不能作废" "The panel has begun.";
    SheetCounts "sheet_counts" "该专家已提交评分，如有利益关系请办理回避" "This expert has submitted a sheet; with an interest, have them step aside.";
    NoPublicityNow "no_publicity_now" "当前不在公示期内，异议应在公示期内提出" "Nothing is in publicity now: objections are made while it runs.";
    TooManyUnconfirmed "too_many_unconfirmed" "待确认的异议过多，请稍后再试，或与监督联系人联系" "Too many objections wait to be confirmed: try later, or turn to the contact for supervision.";
    ExtendedOnce "extended_once" "办理期限已延长过一次" "It was extended once already.";
    DisqualificationWaits "disqualification_waits" "取消资格的建议尚待决定" "A proposal to disqualify the bid waits for its decision.";
    ObjectionOpen "objection_open" "有异议尚未办结" "An objection waits for its answer.";
    TimeToSign "time_to_sign" "签约期限尚未届满" "There is time to sign still.";
    SigningOver "signing_over" "签约期限已过，视为放弃" "The time to sign is over: it counts as given up.";
    NotAnExpert "not_an_expert" "该用户不是在用的评审专家" "This user is not an active expert.";
    AlreadyAssigned "already_assigned" "该人员已被指派" "This person is already assigned.";
    NotOfTheDepartment "not_of_the_department" "经办、处长、资金管理角色只能授予政府机关的人员" "Officers, directors and finance are people of a government agency.";
    NotACommissioner "not_a_commissioner" "该用户不是在用的项目专员" "This user is not an active commissioner.";
    RotationDue "rotation_due" "该专员连续联系同一牵头单位已满三年，应当轮换" "This commissioner has followed the lead organisation for three years: it is someone else's turn.";
    InterestNotDeclared "interest_not_declared" "评分前须先声明不存在利益冲突" "Declare that you have no conflict of interest before you score.";
    DecisionNotApproved "decision_not_approved" "立项决定尚未批准" "The decision has not been approved.";
    PublicityTooShort "publicity_too_short" "公示期不足5个工作日" "The publicity window holds fewer than 5 working days.";
    PublicityStarted "publicity_in_the_past" "公示不得早于今天开始" "Publicity may not begin before today.";
    PublicityRunning "publicity_running" "公示期尚未结束" "The publicity window is not over yet.";
    CalendarMissing "calendar_missing" "尚未导入该年度放假调休安排，工作日无法计算" "The working-day calendar of that year has not been loaded.";
    PlanMissing "plan_missing" "里程碑或拨付计划尚未制定" "The project has no plan of milestones and payments yet.";
    CommitmentChanged "commitment_changed" "任务书文本已变更，请重新阅读后签署" "The commitment is another text by now: read it before you sign.";
    Restricted "restricted" "签署方或团队成员处于科研诚信限制期内，不得签署" "A party or a person of the team is restricted after a finding on integrity: nothing is signed.";
    AlreadySigned "already_signed" "该方已签署" "This party has already signed.";
    NotAParty "not_a_party" "本项目无此签署方" "The project has no such party.";
    CommissionerMissing "commissioner_missing" "尚未指派项目专员" "No commissioner is assigned yet.";
    MilestonesOpen "milestones_open" "尚有里程碑未办结" "Some milestones are not concluded.";
    NoPanelAsked "no_panel_asked" "该里程碑无需考核组考核" "The plan asks for no panel at this milestone.";
    PanelNotPassed "panel_not_passed" "考核组结论不是通过，不能认定达标" "The panel did not pass it: the milestone cannot be met.";
    ExtendedBefore "extended_before" "项目延期仅限一次" "A project is extended once only.";
    ExtensionPending "extension_pending" "已有一项延期申请在办理" "An extension is under way already.";
    SuspensionOver "suspension_over" "拟定的暂停期限已过，请不予处置并另行提出" "The day by which the project was to go on has passed: decline it and propose anew.";
    NotInAcceptance "not_in_acceptance" "项目不在验收中" "The project is not in acceptance.";
    SupplementWaits "supplement_waits" "已有一份补充任务书待签署" "A supplement waits for its signatures.";
    PanelMissing "panel_missing" "专家组意见尚未登记" "What the panel found is not written down yet.";
    AcceptancePassed "acceptance_passed" "任务、经费均通过且必达指标全部达到，应作通过结论" "Tasks, accounts and mandatory targets all pass: so does the project.";
    AcceptanceNotPassed "acceptance_not_passed" "任务、经费未全部通过或必达指标未达到，不能通过验收" "Tasks, accounts or a mandatory target do not pass: nor does the project.";
    AcceptanceRectified "acceptance_rectified" "验收限期整改仅限一次" "A project is sent to rectify once only.";
    RectificationRunning "rectification_running" "整改期限未到" "The time to rectify is not over.";
    RectificationOver "rectification_over" "整改期限已过" "The time to rectify is over.";
    NoCertificate "no_certificate" "该申请未通过验收，没有证书" "This application did not pass: there is no certificate.";
    OutcomesClosed "outcomes_closed" "项目尚未生效、已暂停、已提前结束，或跟踪期已过，不登记成果" "The project has not begun, is suspended, ended early, or is followed no more: it takes no outcomes.";
    OutcomeKnown "outcome_known" "该成果（类型与编号相同）已登记，多个项目共有的应由登记方注明份额" "This outcome, of the same kind and number, is registered already: projects that share it are named there with their shares.";
    NotFollowedYet "not_followed_yet" "项目结束后方填报成果跟踪" "Outcomes are followed once their project has ended.";
    TargetReplaced "target_replaced" "该指标任务已被新的指标任务替换" "Another target stands in the place of this one.";
    TargetNotReached "target_not_reached" "必达指标未达到节点目标，不能认定达标" "A mandatory target was not reached: the milestone cannot be met.";
    NotDueYet "not_due_yet" "尚未到期且未提交材料，不能认定未达标" "Nothing was handed in yet and it is not due yet.";
    EvidenceHandedIn "evidence_handed_in" "该证明材料已提交，不能移除" "What was handed in stays: this file cannot be removed.";
    RectifiedOnce "rectified_once" "限期整改仅限一次" "A milestone may be sent back once only.";
    ReportFollowed "report_followed" "其后的报告已提交，更正应在下期报告中说明" "A later report was handed in: what is wrong is corrected in the next one.";
    LogClosed "log_closed" "服务记录登记已满24小时，不能再修改" "The record of a visit stands a day after it was written down.";
    ProjectNotActive "project_not_active" "项目不在执行中" "The project is not active.";
    ProjectsOpen "projects_open" "尚有项目未结束" "Some projects have not ended.";
    OverAward "over_award" "拨付合计将超过立项金额" "Payments would exceed the award.";
    MeasureWaits "measure_waits" "本项目已有一项处置待决定" "Another measure on the project waits for its decision.";
    NotARace "not_a_race" "没有可比较的两队：须有一个执行中的项目，以及另一个执行中或已在赛马考核中结束的项目" "It is no race: that takes an active project, and another one that is active or ended at a gate.";
    RaceGateWaits "race_gate_waits" "本榜单已有一项赛马考核待决定" "Another gate of the race waits for its decision.";
    LanesChanged "lanes_changed" "各队情况已变，请重新提出考核意见" "The lanes are others by now: what becomes of them is to be proposed anew.";
    NotSoMuchLeft "not_so_much_left" "转入金额超过已结束赛道未拨付的经费" "The lanes that ended leave less money than that.";
    OrderedByAGate "ordered_by_a_gate" "赛马考核形成的变更不能撤回" "What a gate of the race ordered is not dropped.";
    NotSettledHere "not_settled_here" "项目未终止、撤销或以应清算的方式结束" "The project has not ended in a way that is settled.";
    PaymentsOpen "payments_open" "尚有已批准的拨付未办结，不能清算；应先拨付或退回" "Some payments were approved and are still on their way: they are paid or sent back before the project is settled.";
    SettledAlready "settled_already" "本项目已清算或正在清算" "The project is settled already, or about to be.";
    ForwardedOn "forwarded_on" "已向合作单位转拨（含已退出的单位），退汇后转拨合计将超过其份额" "Partners, also those who have left, have got more of it than would be theirs if it came back.";
    NotShared "not_shared" "只有财政资金按份额转拨" "Only the department's money is shared with partners.";
    PaymentBlocked "payment_blocked" "该笔拨付暂不能办理" "Something stands in the way of this payment for now.";
    BatchBudget "over_batch_budget" "批次内榜单资助上限合计将超过批次预算" "The caps of the batch's challenges would exceed its budget.";
    RolesClash "roles_clash" "这些角色不得由同一人担任" "These roles may not be held by one person.";
    LastOfItsKind "last_security_administrator" "不能停用最后一名系统管理员或安全管理员" "The last system or security administrator cannot be disabled.";
}
