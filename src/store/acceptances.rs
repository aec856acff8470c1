//! Acceptances: applications of projects, with what the panel found and what was concluded.

use crate::domain::acceptance::{
    AcceptanceInput, AcceptanceItem, AcceptanceResult, AcceptanceStage, AssessmentInput, IndicatorResult, PanelVerdict,
};
use crate::domain::id::{AcceptanceId, ProjectId, UserId};
use crate::domain::time::{Date, Timestamp};
use crate::store::schema::{acceptance_experts, acceptances, experts, organizations, users};
use crate::store::{Conn, Json, step};
use diesel::prelude::*;

/// A row of `acceptances`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = acceptances, treat_none_as_default_value = false)]
pub struct AcceptanceRow {
    pub id: AcceptanceId,
    pub project_id: ProjectId,
    /// 1, or 2 after a rectification.
    pub number: i32,
    pub stage: AcceptanceStage,
    pub self_evaluation: String,
    pub items: Json<Vec<AcceptanceItem>>,
    pub applied_by: UserId,
    pub applied_on: Date,
    /// The day by which a rectification was to be over, for the second application.
    pub rectifies_by: Option<Date>,
    pub meeting_on: Option<Date>,
    pub task: Option<PanelVerdict>,
    pub finance: Option<PanelVerdict>,
    pub results: Option<Json<Vec<IndicatorResult>>>,
    pub panel_opinion: Option<String>,
    pub recorded_by: Option<UserId>,
    pub result: Option<AcceptanceResult>,
    pub opinion: Option<String>,
    /// By when to apply again, if that was concluded.
    pub rectify_by: Option<Date>,
    pub decided_by: Option<UserId>,
    pub decided_on: Option<Date>,
    pub certificate_no: Option<String>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl AcceptanceRow {
    /// A new application.
    ///
    /// # Errors
    /// The items cannot be written as JSON.
    pub fn new(project_id: ProjectId, before: Option<&Self>, input: &AcceptanceInput, by: UserId, now: Timestamp) -> QueryResult<Self> {
        Ok(Self {
            id: AcceptanceId::new(now),
            project_id,
            number: before.map_or(1, |before| before.number.saturating_add(1)),
            stage: AcceptanceStage::Applied,
            self_evaluation: input.self_evaluation.to_string(),
            items: Json::of(&input.items)?,
            applied_by: by,
            applied_on: now.date(),
            rectifies_by: before.and_then(|before| before.rectify_by),
            meeting_on: None,
            task: None,
            finance: None,
            results: None,
            panel_opinion: None,
            recorded_by: None,
            result: None,
            opinion: None,
            rectify_by: None,
            decided_by: None,
            decided_on: None,
            certificate_no: None,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}

/// A member of a panel: name, title and organisation, nothing else of the person.
#[derive(Clone, Debug, Queryable)]
pub struct MemberRow {
    pub expert_id: UserId,
    pub name: String,
    pub title: String,
    pub organization: String,
}

/// Adds a row.
///
/// # Errors
/// The project has an application of this number already.
pub fn insert(conn: &mut Conn, row: &AcceptanceRow) -> QueryResult<()> {
    diesel::insert_into(acceptances::table).values(row).execute(conn).map(|_| ())
}

/// The application, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: AcceptanceId) -> QueryResult<Option<AcceptanceRow>> {
    acceptances::table.find(id).select(AcceptanceRow::as_select()).first(conn).optional()
}

/// The last application of a project, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn latest(conn: &mut Conn, project: ProjectId) -> QueryResult<Option<AcceptanceRow>> {
    acceptances::table
        .filter(acceptances::project_id.eq(project))
        .order(acceptances::number.desc())
        .select(AcceptanceRow::as_select())
        .first(conn)
        .optional()
}

/// The applications of a project, in order.
///
/// # Errors
/// The database does not answer.
pub fn of_project(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<AcceptanceRow>> {
    acceptances::table.filter(acceptances::project_id.eq(project)).order(acceptances::number).select(AcceptanceRow::as_select()).load(conn)
}

/// The panel of an application, by name.
///
/// # Errors
/// The database does not answer.
pub fn members(conn: &mut Conn, id: AcceptanceId) -> QueryResult<Vec<MemberRow>> {
    acceptance_experts::table
        .inner_join(users::table.on(users::id.eq(acceptance_experts::expert_id)))
        .inner_join(organizations::table.on(organizations::id.eq(users::organization_id)))
        .inner_join(experts::table.on(experts::id.eq(acceptance_experts::expert_id)))
        .filter(acceptance_experts::acceptance_id.eq(id))
        .order((users::name, users::id))
        .select((users::id, users::name, experts::title, organizations::name))
        .load(conn)
}

/// Keeps what the panel found, instead of what stood there.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn assess(
    conn: &mut Conn,
    row: &AcceptanceRow,
    to: AcceptanceStage,
    input: &AssessmentInput,
    results: &Vec<IndicatorResult>,
    by: UserId,
    now: Timestamp,
) -> QueryResult<AcceptanceRow> {
    diesel::delete(acceptance_experts::table.filter(acceptance_experts::acceptance_id.eq(row.id))).execute(conn)?;
    for expert in &input.experts {
        let values = (acceptance_experts::acceptance_id.eq(row.id), acceptance_experts::expert_id.eq(*expert));
        diesel::insert_into(acceptance_experts::table).values(values).execute(conn)?;
    }
    let set = (
        (acceptances::meeting_on.eq(input.meeting_on), acceptances::task.eq(input.task), acceptances::finance.eq(input.finance)),
        (
            acceptances::results.eq(Json::of(results)?),
            acceptances::panel_opinion.eq(input.opinion.as_str()),
            acceptances::recorded_by.eq(by),
        ),
    );
    step!(conn, acceptances, AcceptanceRow, row, to, now, set)
}

/// What is concluded.
pub struct Decided<'a> {
    pub result: AcceptanceResult,
    pub opinion: &'a str,
    pub rectify_by: Option<Date>,
    pub by: UserId,
    pub certificate_no: Option<String>,
}

/// Keeps the conclusion.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn decide(
    conn: &mut Conn,
    row: &AcceptanceRow,
    to: AcceptanceStage,
    decided: &Decided<'_>,
    now: Timestamp,
) -> QueryResult<AcceptanceRow> {
    let set = (
        (acceptances::result.eq(decided.result), acceptances::opinion.eq(decided.opinion), acceptances::rectify_by.eq(decided.rectify_by)),
        (acceptances::decided_by.eq(decided.by), acceptances::decided_on.eq(now.date())),
        acceptances::certificate_no.eq(decided.certificate_no.as_deref()),
    );
    step!(conn, acceptances, AcceptanceRow, row, to, now, set)
}
