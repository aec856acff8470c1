//! How domain values become columns: codes and ids are TEXT, money BIGINT, times TIMESTAMP in UTC, records JSON in TEXT.

use crate::domain::money::Fen;
use crate::domain::time::{Date, Timestamp};
use crate::domain::{
    acceptance, amendment, assignment, bid, challenge, change, clawback, decision, disqualification, draw, expert, grant, id, indicator,
    ledger, light, measure, member, milestone, notice, objection, organization, outcome, partnership, payment, policy, problem, project,
    proposal, question, race, recusal, report, restriction, review, satisfaction, scheme, seal, target, user, visit,
};
use crate::store::Multi;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, BigInt, Nullable, SingleValue, Text};
use diesel::sqlite::Sqlite;
use std::marker::PhantomData;

/// Lets `$type`, which says itself how it is written and read, stand in queries on a column of type `$sql`.
macro_rules! value {
    ([$($generics:tt)*] $type:ty, $sql:ty) => {
        impl<$($generics)*> AsExpression<$sql> for $type {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<'column, $($generics)*> AsExpression<$sql> for &'column $type {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<$($generics)*> AsExpression<Nullable<$sql>> for $type {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<'column, $($generics)*> AsExpression<Nullable<$sql>> for &'column $type {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<DB: Backend, $($generics)*> ToSql<Nullable<$sql>, DB> for $type where Self: ToSql<$sql, DB> {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                <Self as ToSql<$sql, DB>>::to_sql(self, out)
            }
        }
        impl<DB: Backend, Sql: SingleValue, $($generics)*> Queryable<Sql, DB> for $type where Self: FromSql<Sql, DB> {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> { Ok(row) }
        }
    };
}

/// Lets `$type` be bound to and read from a column of type `$sql` by way of `$inner`.
macro_rules! column {
    ([$($generics:tt)*] $type:ty, $sql:ty, $inner:ty, $lend:expr, $read:expr) => {
        impl<DB: Backend, $($generics)*> ToSql<$sql, DB> for $type where $inner: ToSql<$sql, DB> {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                let lend: fn(&Self) -> &$inner = $lend;
                <$inner as ToSql<$sql, DB>>::to_sql(lend(self), out)
            }
        }
        impl<DB: Backend, $($generics)*> FromSql<$sql, DB> for $type where <$inner as ToOwned>::Owned: FromSql<$sql, DB> {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let read: fn(<$inner as ToOwned>::Owned) -> deserialize::Result<Self> = $read;
                read(<<$inner as ToOwned>::Owned as FromSql<$sql, DB>>::from_sql(bytes)?)
            }
        }
        value!([$($generics)*] $type, $sql);
    };
}

/// Columns of ids and codes: anything with `$text` to lend its text and `FromStr` to read it.
macro_rules! text_columns {
    ($text:ident: $($type:ty),+ $(,)?) => {$(
        column!([] $type, Text, str, |value| value.$text(), |text| text.parse().map_err(|_| format!("unknown {}: {text}", stringify!($type)).into()));
    )+};
}

text_columns!(as_str:
    id::AmendmentId, id::AssignmentId, id::AuditId, id::BatchId, id::BidId, id::ChallengeId, id::ChangeId, id::ClawbackId,
    id::DecisionId, id::DisqualificationId, id::DrawId, id::EvidenceId, id::FileId, id::GrantId, id::KeyId, id::LetterId, id::MeasureId, id::MilestoneId, id::ObjectionId,
    id::OrganizationId, id::PartnershipId, id::PaymentId, id::ProblemId, id::ProjectId, id::QuestionId, id::RecusalId, id::RestrictionId,
    id::RaceGateId, id::ReviewId, id::SatisfactionId, id::SchemeId, id::SessionId, id::UserId, id::VisitId, id::AcceptanceId, id::ReportId,
    id::OutcomeId, id::FollowUpId, id::TargetId, id::ActualId,
);

/// Codes lend static text; the argument is taken by reference only to fit the macro.
macro_rules! code_columns {
    ($($type:ty),+ $(,)?) => {$(
        column!([] $type, Text, str, |value| value.code(), |text| text.parse().map_err(|_| format!("unknown {}: {text}", stringify!($type)).into()));
    )+};
}

code_columns!(
    challenge::ChallengeStage,
    challenge::ChallengeClass,
    challenge::PlanCategory,
    challenge::FailReason,
    bid::BidStage,
    disqualification::DisqualificationStage,
    disqualification::Finding,
    question::QuestionStage,
    amendment::AmendmentStage,
    amendment::AmendmentKind,
    partnership::PartnershipStage,
    restriction::RestrictionStage,
    restriction::Gravity,
    proposal::team::Part,
    review::ReviewStage,
    review::Vote,
    scheme::Phase,
    satisfaction::SatisfactionStage,
    satisfaction::Grade,
    recusal::Ground,
    expert::ExpertStage,
    expert::Speciality,
    draw::DrawStage,
    objection::ObjectionStage,
    objection::ObjectorKind,
    objection::Inadmissibility,
    grant::GrantStage,
    decision::DecisionStage,
    project::ProjectStage,
    project::SigningParty,
    acceptance::AcceptanceStage,
    acceptance::PanelVerdict,
    acceptance::AcceptanceResult,
    outcome::OutcomeStage,
    outcome::OutcomeKind,
    outcome::AwardPart,
    outcome::Maturity,
    outcome::TransferMode,
    milestone::MilestoneStage,
    change::ChangeKind,
    change::ChangeStage,
    payment::Gate,
    payment::PaymentStage,
    visit::VisitMode,
    problem::ProblemStage,
    assignment::AssignmentKind,
    light::Light,
    ledger::RectificationSource,
    report::ReportKind,
    report::ReportStage,
    payment::Source,
    measure::MeasureKind,
    measure::MeasureStage,
    measure::Cause,
    race::RaceGateStage,
    clawback::ClawbackStage,
    clawback::ClawbackCause,
    indicator::Comparator,
    target::TargetScope,
    target::Nature,
    policy::Role,
    policy::Action,
    policy::Kind,
    policy::Tie,
    user::UserStatus,
    user::Locale,
    user::Sector,
    member::Access,
    organization::OrganizationKind,
    organization::OrganizationStage,
    organization::Region,
    notice::Notice,
    seal::SealMode,
    seal::Flaw,
);

column!([] Fen, BigInt, i64, |amount| &amount.0, |amount| Ok(Fen(amount)));

// SQLite keeps instants as text, which diesel writes and reads by formats that chrono interprets each time: dear in a list.
value!([] Timestamp, sql_types::Timestamp);
impl ToSql<sql_types::Timestamp, Sqlite> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}
impl FromSql<sql_types::Timestamp, Sqlite> for Timestamp {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Self::kept(&text).ok_or_else(|| format!("not an instant: {text}").into())
    }
}
/// By way of chrono's type, as diesel does it.
macro_rules! instants {
    ($($db:ty),+) => {$(
        impl ToSql<sql_types::Timestamp, $db> for Timestamp {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, $db>) -> serialize::Result {
                ToSql::<sql_types::Timestamp, $db>::to_sql(&self.0, out)
            }
        }
        impl FromSql<sql_types::Timestamp, $db> for Timestamp {
            fn from_sql(value: <$db as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                FromSql::<sql_types::Timestamp, $db>::from_sql(value).map(Timestamp)
            }
        }
    )+};
}
instants!(Pg, Multi);

column!([] Date, sql_types::Date, chrono::NaiveDate, |date| &date.0, |date| Ok(Date(date)));

/// A record kept as JSON text. Written once, read only when someone asks for it.
pub struct Json<T> {
    text: String,
    of: PhantomData<fn() -> T>,
}

impl<T> std::fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T> Clone for Json<T> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), of: PhantomData }
    }
}

impl<T: serde::Serialize> Json<T> {
    /// `value` as it will be kept.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub fn of(value: &T) -> diesel::QueryResult<Self> {
        let text = serde_json::to_string(value).map_err(|e| diesel::result::Error::SerializationError(Box::new(e)))?;
        Ok(Self { text, of: PhantomData })
    }
}

impl<T: serde::de::DeserializeOwned> Json<T> {
    /// The record.
    ///
    /// # Errors
    /// What is kept is not such a record.
    pub fn read(&self) -> diesel::QueryResult<T> {
        serde_json::from_str(&self.text).map_err(|e| diesel::result::Error::DeserializationError(Box::new(e)))
    }
}

impl<T> Json<T> {
    /// The text as it is kept.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

column!([T: std::fmt::Debug] Json<T>, Text, str, |json| json.text(), |text| Ok(Json { text, of: PhantomData }));
