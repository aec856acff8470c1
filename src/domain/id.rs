//! Ids: UUIDv7 behind a newtype for each noun, so that a bid's id cannot be passed for a challenge's.

use crate::domain::time::Timestamp;
use uuid::Uuid;

/// Characters of a hyphenated UUID. Ids are kept as written, so that they can be lent to a query without a copy.
const LENGTH: usize = 36;

fn written(id: Uuid) -> [u8; LENGTH] {
    let mut text = [0; LENGTH];
    id.hyphenated().encode_lower(&mut text);
    text
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; LENGTH]);

        impl $name {
            /// A new id that sorts by `now`.
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                Self(written(now.uuid()))
            }

            /// The least id that sorts by `at`: for narrowing a list to what came from then on.
            #[must_use]
            pub fn first_at(at: Timestamp) -> Self {
                Self(written(at.first_uuid()))
            }

            /// The id as the database and the API write it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::fault::Fault;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match Uuid::try_parse(text) {
                    Ok(id) if text.len() == LENGTH => Ok(Self(written(id))),
                    _ => Err($crate::domain::fault::Fault::new("not_an_id", "应为UUID格式的编号", "must be an id (a UUID)")),
                }
            }
        }

        impl utoipa::ToSchema for $name {}
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::schema::SchemaFormat::Custom("uuid".into())))
                    .into()
            }
        }

        $crate::domain::input::text_value!($name);
    )+};
}

ids! {
    /// An organisation 单位.
    OrganizationId,
    /// A user 用户.
    UserId,
    /// A sign-in of a user on one device.
    SessionId,
    /// A batch 批次.
    BatchId,
    /// A challenge 榜单.
    ChallengeId,
    /// A bid 揭榜申请.
    BidId,
    /// A file 附件 of a bid.
    FileId,
    /// A question 答疑 on a challenge.
    QuestionId,
    /// An amendment 榜单变更 of an open challenge.
    AmendmentId,
    /// A partnership 联合体合作 that a bid asks for.
    PartnershipId,
    /// A restriction 限制申报 of an organisation or a person.
    RestrictionId,
    /// A disqualification 取消资格 of a bid.
    DisqualificationId,
    /// An objection 异议.
    ObjectionId,
    /// A draw 抽取 of a panel.
    DrawId,
    /// A recusal 回避 of a person from a challenge.
    RecusalId,
    /// An expert's review 评审 of a bid.
    ReviewId,
    /// What a sponsor is asked about a bid 满意度评价.
    SatisfactionId,
    /// A version of a judging scheme 评审方案.
    SchemeId,
    GrantId,
    /// A machine key 机器密钥.
    KeyId,
    /// A decision 立项决定 on a round of a challenge.
    DecisionId,
    /// A project 项目.
    ProjectId,
    /// A milestone 里程碑.
    MilestoneId,
    /// A file 证明材料 of a project.
    EvidenceId,
    /// A change 变更 of a project.
    ChangeId,
    /// A payment 拨付.
    PaymentId,
    /// An application for acceptance 验收.
    AcceptanceId,
    /// An outcome 成果.
    OutcomeId,
    /// The figures of an outcome for a year.
    FollowUpId,
    /// A measure 处置 on a project.
    MeasureId,
    /// A gate 赛马考核 of a race.
    RaceGateId,
    /// A clawback 追回.
    ClawbackId,
    /// A visit 服务记录.
    VisitId,
    /// A problem 跟踪问题.
    ProblemId,
    /// A progress report 执行情况报告.
    ReportId,
    /// The assignment of a commissioner 专员 to a project.
    AssignmentId,
    /// A target 指标任务.
    TargetId,
    /// A figure that was reported of a target.
    ActualId,
    /// A row of the audit log 审计.
    AuditId,
    /// A letter in the outbox.
    LetterId,
}
