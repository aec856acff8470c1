//! Targets, with the figures that were reached over time, which are only ever added.

use crate::domain::decimal::Decimal;
use crate::domain::id::{ActualId, TargetId, UserId};
use crate::domain::indicator::Comparator;
use crate::domain::target::{ActualInput, Mark, Nature, TargetInput, TargetScope};
use crate::domain::time::{Date, Timestamp};
use crate::store::page::{Page, by_id};
use crate::store::schema::{target_actuals, targets};
use crate::store::{Conn, Multi};
use diesel::prelude::*;

/// A row of `targets`. Numbers are kept as text, exactly as they were written.
#[derive(Clone, Debug, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = targets, treat_none_as_default_value = false)]
pub struct TargetRow {
    pub id: TargetId,
    pub code: String,
    pub name: String,
    pub scope: TargetScope,
    pub year: i32,
    pub aspect: String,
    pub responsible_unit: String,
    pub document: String,
    pub section: String,
    pub quote: String,
    pub baseline: Option<String>,
    pub target: String,
    pub tolerance: Option<String>,
    pub comparator: Comparator,
    pub nature: Nature,
    pub unit: Option<String>,
    pub as_of: Date,
    /// The last figure, the day of which it speaks, and what was said of it.
    pub actual: Option<String>,
    pub actual_on: Option<Date>,
    pub actual_note: Option<String>,
    /// What stands in its place.
    pub replaced_by: Option<TargetId>,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A figure, as it was reported once.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = target_actuals, treat_none_as_default_value = false)]
pub struct ActualRow {
    pub id: ActualId,
    pub target_id: TargetId,
    /// The how many-th word on the target it is.
    pub number: i32,
    pub value: String,
    pub as_of: Date,
    pub source: String,
    pub note: Option<String>,
    pub recorded_by: UserId,
    pub created_at: Timestamp,
}

/// What a list of targets can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct TargetFilter {
    pub scope: Option<TargetScope>,
    pub year: Option<i32>,
    pub aspect: Option<String>,
    /// Also those that were replaced.
    pub replaced: bool,
}

fn number(text: &str) -> QueryResult<Decimal> {
    text.parse().map_err(|_| diesel::result::Error::DeserializationError(format!("not a number: {text}").into()))
}

impl TargetRow {
    /// A new row.
    #[must_use]
    pub fn new(input: &TargetInput, by: UserId, now: Timestamp) -> Self {
        Self {
            id: TargetId::new(now),
            code: input.code.to_string(),
            name: input.name.to_string(),
            scope: input.scope,
            year: i32::try_from(input.year.0).unwrap_or_default(),
            aspect: input.aspect.to_string(),
            responsible_unit: input.responsible_unit.to_string(),
            document: input.source.document.to_string(),
            section: input.source.section.to_string(),
            quote: input.source.quote.to_string(),
            baseline: input.baseline.map(|number| number.to_string()),
            target: input.target.to_string(),
            tolerance: input.tolerance.map(|number| number.to_string()),
            comparator: input.comparator,
            nature: input.nature,
            unit: input.unit.as_ref().map(ToString::to_string),
            as_of: input.as_of,
            actual: None,
            actual_on: None,
            actual_note: None,
            replaced_by: None,
            created_by: by,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// What figures are held against.
    ///
    /// # Errors
    /// What is kept is no number.
    pub fn mark(&self) -> QueryResult<Mark> {
        Ok(Mark {
            scope: self.scope,
            year: self.year,
            comparator: self.comparator,
            nature: self.nature,
            baseline: self.baseline.as_deref().map(number).transpose()?,
            target: number(&self.target)?,
            tolerance: self.tolerance.as_deref().map(number).transpose()?,
        })
    }

    /// The last figure, and the day of which it speaks.
    ///
    /// # Errors
    /// What is kept is no number.
    pub fn last(&self) -> QueryResult<Option<(Decimal, Date)>> {
        self.actual.as_deref().zip(self.actual_on).map(|(value, on)| Ok((number(value)?, on))).transpose()
    }
}

/// Adds a row.
///
/// # Errors
/// A live target has this code.
pub fn insert(conn: &mut Conn, row: &TargetRow) -> QueryResult<()> {
    diesel::insert_into(targets::table).values(row).execute(conn).map(|_| ())
}

/// The target, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: TargetId) -> QueryResult<Option<TargetRow>> {
    targets::table.find(id).select(TargetRow::as_select()).first(conn).optional()
}

/// A page of targets.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, filter: &TargetFilter, page: &Page) -> QueryResult<Vec<TargetRow>> {
    let mut query = targets::table.select(TargetRow::as_select()).into_boxed::<Multi>();
    if !filter.replaced {
        query = query.filter(targets::replaced_by.is_null());
    }
    if let Some(scope) = filter.scope {
        query = query.filter(targets::scope.eq(scope));
    }
    if let Some(year) = filter.year {
        query = query.filter(targets::year.eq(year));
    }
    if let Some(aspect) = &filter.aspect {
        query = query.filter(targets::aspect.eq(aspect.clone()));
    }
    by_id!(query, targets, page).load(conn)
}

/// The figures of a target, in the order of their days; of one day, the last word comes last.
///
/// # Errors
/// The database does not answer.
pub fn actuals(conn: &mut Conn, id: TargetId) -> QueryResult<Vec<ActualRow>> {
    target_actuals::table
        .filter(target_actuals::target_id.eq(id))
        .order((target_actuals::as_of, target_actuals::number))
        .select(ActualRow::as_select())
        .load(conn)
}

/// Notes what stands in the place of a target.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn replace(conn: &mut Conn, row: &TargetRow, by: TargetId, now: Timestamp) -> QueryResult<()> {
    let same = targets::table.find(row.id).filter(targets::version.eq(row.version));
    let set = (targets::replaced_by.eq(by), targets::version.eq(row.version.saturating_add(1)), targets::updated_at.eq(now));
    if diesel::update(same).set(set).execute(conn)? == 1 { Ok(()) } else { Err(diesel::NotFound) }
}

/// Adds a figure. Answers the target with its last one.
///
/// # Errors
/// [`diesel::NotFound`] when the target is not as it was read.
pub fn record(conn: &mut Conn, row: &TargetRow, input: &ActualInput, by: UserId, now: Timestamp) -> QueryResult<TargetRow> {
    // Taken first: of two at once, one finds the row as it was read.
    let same = targets::table.find(row.id).filter(targets::version.eq(row.version));
    let moved = (targets::version.eq(row.version.saturating_add(1)), targets::updated_at.eq(now));
    if diesel::update(same).set(moved).execute(conn)? != 1 {
        return Err(diesel::NotFound);
    }
    let said: i64 = target_actuals::table.filter(target_actuals::target_id.eq(row.id)).count().get_result(conn)?;
    let actual = ActualRow {
        id: ActualId::new(now),
        target_id: row.id,
        number: i32::try_from(said).unwrap_or(i32::MAX).saturating_add(1),
        value: input.value.to_string(),
        as_of: input.as_of,
        source: input.source.to_string(),
        note: input.note.as_ref().map(ToString::to_string),
        recorded_by: by,
        created_at: now,
    };
    diesel::insert_into(target_actuals::table).values(&actual).execute(conn)?;
    if row.actual_on.is_none_or(|on| on <= actual.as_of) {
        let last = (targets::actual.eq(&actual.value), targets::actual_on.eq(actual.as_of), targets::actual_note.eq(&actual.note));
        diesel::update(targets::table.find(row.id)).set(last).execute(conn)?;
    }
    find(conn, row.id)?.ok_or(diesel::NotFound)
}
