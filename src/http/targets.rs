//! Targets: views and handlers.

use crate::app::Page;
use crate::app::targets::{self, ActualRow, Target, TargetFilter};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::decimal::Decimal;
use crate::domain::fault::Faults;
use crate::domain::id::{TargetId, UserId};
use crate::domain::indicator::Comparator;
use crate::domain::policy::Action;
use crate::domain::target::{ActualInput, Judgement, Nature, Replaced, TargetInput, TargetScope};
use crate::domain::text::Line;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::{View, record_view};
use crate::http::batches::Year;

/// A figure, as it was reported once.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ActualView {
    /// A decimal string.
    value: String,
    as_of: Date,
    source: String,
    note: Option<String>,
    recorded_by: UserId,
    recorded_at: Timestamp,
}

impl From<ActualRow> for ActualView {
    fn from(row: ActualRow) -> Self {
        let ActualRow { value, as_of, source, note, recorded_by, created_at, .. } = row;
        Self { value, as_of, source, note, recorded_by, recorded_at: created_at }
    }
}

/// Where a target was set.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TargetSourceView {
    document: String,
    section: String,
    /// 出处原文.
    quote: String,
}

/// A target, and how it stands.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TargetView {
    id: TargetId,
    version: i64,
    code: String,
    name: String,
    scope: TargetScope,
    year: i32,
    /// The first day of the time for it,
    starts_on: Date,
    /// and the last.
    ends_on: Date,
    aspect: String,
    responsible_unit: String,
    source: TargetSourceView,
    baseline: Option<Decimal>,
    target: Decimal,
    tolerance: Option<Decimal>,
    comparator: Comparator,
    nature: Nature,
    unit: Option<String>,
    /// The day of which the document speaks.
    as_of: Date,
    /// The last figure,
    actual: Option<Decimal>,
    /// the day of which it speaks,
    actual_on: Option<Date>,
    /// and a word on it.
    actual_note: Option<String>,
    /// 完成率; none where there is no figure, or nothing to divide by.
    completion_bps: Option<i64>,
    /// 进度判断, as of today.
    judgement: Judgement,
    /// What stands in its place.
    replaced_by: Option<TargetId>,
    /// All figures, in the order of their days; left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    actuals: Option<Vec<ActualView>>,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(TargetView);

impl From<Target> for TargetView {
    fn from(Target { shown, mark, last, judgement, actuals }: Target) -> Self {
        let row = shown.record;
        Self {
            id: row.id,
            version: row.version,
            code: row.code,
            name: row.name,
            scope: row.scope,
            year: row.year,
            starts_on: mark.starts_on(),
            ends_on: mark.ends_on(),
            aspect: row.aspect,
            responsible_unit: row.responsible_unit,
            source: TargetSourceView { document: row.document, section: row.section, quote: row.quote },
            baseline: mark.baseline,
            target: mark.target,
            tolerance: mark.tolerance,
            comparator: row.comparator,
            nature: row.nature,
            unit: row.unit,
            as_of: row.as_of,
            actual: last.map(|(value, _)| value),
            actual_on: row.actual_on,
            actual_note: row.actual_note,
            completion_bps: last.and_then(|(value, _)| mark.completion_bps(value)),
            judgement,
            replaced_by: row.replaced_by,
            actuals: actuals.map(|all| all.into_iter().map(Into::into).collect()),
            created_by: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: shown.allowed,
        }
    }
}

/// What a list of targets can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct TargetQuery {
    #[deserr(default)]
    scope: Option<TargetScope>,
    /// The first year of the plan.
    #[deserr(default)]
    year: Option<Year>,
    #[deserr(default)]
    aspect: Option<Line<2, 60>>,
    /// Whether also what was replaced is shown; `without`, if nothing is said.
    #[deserr(default)]
    replaced: Option<Replaced>,
}

impl From<TargetQuery> for TargetFilter {
    fn from(query: TargetQuery) -> Self {
        Self {
            scope: query.scope,
            year: query.year.map(|year| i32::try_from(year.0.0).unwrap_or_default()),
            aspect: query.aspect.map(String::from),
            replaced: query.replaced == Some(Replaced::With),
        }
    }
}

/// `POST /targets`
pub fn create(act: &mut Act<'_>, (): (), input: TargetInput) -> Result<Done<TargetView>, AppError> {
    Ok(targets::create(act, &input)?.map(Into::into))
}

/// `GET /targets`
pub fn list(act: &mut Act<'_>, (): (), query: TargetQuery, page: &Page) -> Result<Seen<Vec<TargetView>>, AppError> {
    Ok(targets::list(act, &query.into(), page)?.map(|all| all.into_iter().map(Into::into).collect()))
}

/// `GET /targets/{id}`
pub fn get(act: &mut Act<'_>, id: TargetId) -> Result<Seen<TargetView>, AppError> {
    Ok(targets::get(act, id)?.map(Into::into))
}

/// `POST /targets/{id}/record`
pub fn record(act: &mut Act<'_>, id: TargetId, input: ActualInput) -> Result<Done<TargetView>, AppError> {
    Ok(targets::record(act, id, &input)?.map(Into::into))
}
