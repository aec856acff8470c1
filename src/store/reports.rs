//! Progress reports that projects owe or gave, and the yellow cards for those that are missing.

use crate::domain::id::{ProjectId, ReportId, UserId};
use crate::domain::light::MISSING_REPORTS;
use crate::domain::project::ProjectStage;
use crate::domain::report::{Owed, ReportInput, ReportKind, ReportStage};
use crate::domain::time::{Date, Timestamp};
use crate::store::page::{Page, by_id};
use crate::store::schema::{follow_ups, projects, report_returns, reports, yellow_cards};
use crate::store::{Conn, Json, Multi, on, step};
use diesel::prelude::*;

/// A row of `reports`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = reports, treat_none_as_default_value = false)]
pub struct ReportRow {
    pub id: ReportId,
    pub project_id: ProjectId,
    pub kind: ReportKind,
    pub period: String,
    /// Its order among those of its kind.
    pub number: i32,
    pub due_on: Date,
    pub stage: ReportStage,
    pub content: Option<Json<ReportInput>>,
    pub submitted_by: Option<UserId>,
    pub submitted_at: Option<Timestamp>,
    pub comment: Option<String>,
    pub commented_by: Option<UserId>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A row of `report_returns`: what was handed in, and why it was sent back.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_returns, treat_none_as_default_value = false)]
pub struct ReturnRow {
    pub report_id: ReportId,
    pub number: i32,
    pub content: Json<ReportInput>,
    pub submitted_by: UserId,
    pub submitted_at: Timestamp,
    pub reason: String,
    pub returned_by: UserId,
    pub returned_at: Timestamp,
}

/// A row of `yellow_cards`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = yellow_cards, treat_none_as_default_value = false)]
pub struct CardRow {
    /// The second report in a row that is missing.
    pub report_id: ReportId,
    pub project_id: ProjectId,
    pub issued_on: Date,
}

/// Running projects whose next reports are to be opened by `today`, with when they came into force and which quarter is next.
///
/// # Errors
/// The database does not answer.
pub fn to_open(conn: &mut Conn, today: Date, limit: i64) -> QueryResult<Vec<(ProjectId, Date, Date)>> {
    follow_ups::table
        .inner_join(projects::table)
        .filter(follow_ups::reports_from.le(today).and(projects::stage.eq(ProjectStage::Active)))
        .order((follow_ups::reports_from, follow_ups::project_id))
        .limit(limit)
        .select((follow_ups::project_id, follow_ups::began_on, follow_ups::reports_from))
        .load(conn)
}

/// Opens the reports that a project owes for a quarter, and goes on to the next one. Answers whether nobody else did it meanwhile.
///
/// # Errors
/// The database does not answer.
pub fn open(conn: &mut Conn, project: ProjectId, quarter: Date, next: Date, owed: Vec<Owed>, now: Timestamp) -> QueryResult<bool> {
    let same = follow_ups::table.find(project).filter(follow_ups::reports_from.eq(quarter));
    if diesel::update(same).set(follow_ups::reports_from.eq(next)).execute(conn)? == 0 {
        return Ok(false);
    }
    for Owed { kind, period, number, due_on } in owed {
        let row = ReportRow {
            id: ReportId::new(now),
            project_id: project,
            kind,
            period,
            number,
            due_on,
            stage: ReportStage::Due,
            content: None,
            submitted_by: None,
            submitted_at: None,
            comment: None,
            commented_by: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        on!(conn, inner => diesel::insert_into(reports::table).values(&row).on_conflict_do_nothing().execute(inner))?;
    }
    Ok(true)
}

/// The report, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: ReportId) -> QueryResult<Option<ReportRow>> {
    reports::table.find(id).select(ReportRow::as_select()).first(conn).optional()
}

/// A page of the reports of a project.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, project: ProjectId, page: &Page) -> QueryResult<Vec<ReportRow>> {
    let query = reports::table.filter(reports::project_id.eq(project)).select(ReportRow::as_select()).into_boxed::<Multi>();
    by_id!(query, reports, page).load(conn)
}

/// The report of a project that was handed in last.
///
/// # Errors
/// The database does not answer.
pub fn last_given(conn: &mut Conn, project: ProjectId) -> QueryResult<Option<ReportRow>> {
    reports::table
        .filter(reports::project_id.eq(project).and(reports::submitted_at.is_not_null()))
        .order(reports::submitted_at.desc())
        .select(ReportRow::as_select())
        .first(conn)
        .optional()
}

/// Takes what the team hands in.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn submit(
    conn: &mut Conn,
    row: &ReportRow,
    to: ReportStage,
    content: &ReportInput,
    by: UserId,
    now: Timestamp,
) -> QueryResult<ReportRow> {
    let kept = Json::of(content)?;
    step!(conn, reports, ReportRow, row, to, now, reports::content.eq(kept), reports::submitted_by.eq(by), reports::submitted_at.eq(now))
}

/// Takes the commissioner's comment.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn comment(conn: &mut Conn, row: &ReportRow, to: ReportStage, text: &str, by: UserId, now: Timestamp) -> QueryResult<ReportRow> {
    step!(conn, reports, ReportRow, row, to, now, reports::comment.eq(text), reports::commented_by.eq(by))
}

/// Sends a report back to the team: what it held is kept beside it.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn send_back(conn: &mut Conn, row: &ReportRow, to: ReportStage, kept: &ReturnRow) -> QueryResult<ReportRow> {
    diesel::insert_into(report_returns::table).values(kept).execute(conn)?;
    step!(
        conn,
        reports,
        ReportRow,
        row,
        to,
        kept.returned_at,
        reports::content.eq(None::<&str>),
        reports::submitted_by.eq(None::<UserId>),
        reports::submitted_at.eq(None::<Timestamp>)
    )
}

/// What was handed in of a report and sent back, in order.
///
/// # Errors
/// The database does not answer.
pub fn returns(conn: &mut Conn, report: ReportId) -> QueryResult<Vec<ReturnRow>> {
    let own = report_returns::table.filter(report_returns::report_id.eq(report));
    own.order(report_returns::number).select(ReturnRow::as_select()).load(conn)
}

/// Reports of these projects that wait for a comment, with their periods and when they came.
///
/// # Errors
/// The database does not answer.
pub fn to_comment(conn: &mut Conn, of: &[ProjectId]) -> QueryResult<Vec<(ProjectId, ReportId, String, Timestamp)>> {
    reports::table
        .filter(reports::project_id.eq_any(of.iter().copied()))
        .filter(reports::stage.eq(ReportStage::Submitted).and(reports::submitted_at.is_not_null()))
        .select((reports::project_id, reports::id, reports::period, reports::submitted_at.assume_not_null()))
        .load(conn)
}

/// A quarterly report that is missing: of which project, and its number.
pub type Missing = (ProjectId, ReportId, i32);

/// Since when reports that are missing matter for the light and for cards.
fn since(today: Date) -> Date {
    today.plus_days(-92 * i64::from(MISSING_REPORTS) - 14)
}

/// Quarterly reports that are missing on `today`, of these projects, project by project and of each the newest first. What was handed in
/// and sent back is not missing.
///
/// # Errors
/// The database does not answer.
pub fn missing(conn: &mut Conn, of: &[ProjectId], today: Date) -> QueryResult<Vec<Missing>> {
    reports::table
        .inner_join(projects::table)
        .filter(reports::project_id.eq_any(of.iter().copied()))
        .filter(reports::stage.eq(ReportStage::Due).and(reports::due_on.between(since(today), today.plus_days(-1))))
        .filter(reports::kind.eq(ReportKind::Quarterly).and(projects::stage.eq(ProjectStage::Active)))
        .filter(reports::id.ne_all(report_returns::table.select(report_returns::report_id)))
        .order((reports::project_id, reports::number.desc()))
        .select((reports::project_id, reports::id, reports::number))
        .load(conn)
}

/// The same of all projects after one, at most so many rows.
///
/// # Errors
/// The database does not answer.
pub fn missing_after(conn: &mut Conn, after: Option<ProjectId>, today: Date, limit: i64) -> QueryResult<Vec<Missing>> {
    let mut query = reports::table
        .inner_join(projects::table)
        .filter(reports::stage.eq(ReportStage::Due).and(reports::due_on.between(since(today), today.plus_days(-1))))
        .filter(reports::kind.eq(ReportKind::Quarterly).and(projects::stage.eq(ProjectStage::Active)))
        .filter(reports::id.ne_all(report_returns::table.select(report_returns::report_id)))
        .order((reports::project_id, reports::number.desc()))
        .limit(limit)
        .select((reports::project_id, reports::id, reports::number))
        .into_boxed::<Multi>();
    if let Some(after) = after {
        query = query.filter(reports::project_id.gt(after));
    }
    query.load(conn)
}

/// Shows a project a yellow card. Answers whether it had none for this report.
///
/// # Errors
/// The database does not answer.
pub fn card(conn: &mut Conn, row: &CardRow) -> QueryResult<bool> {
    on!(conn, inner => diesel::insert_into(yellow_cards::table).values(row).on_conflict_do_nothing().execute(inner)).map(|kept| kept == 1)
}

/// For which of these reports a card was shown.
///
/// # Errors
/// The database does not answer.
pub fn carded(conn: &mut Conn, of: &[ReportId]) -> QueryResult<Vec<ReportId>> {
    yellow_cards::table.filter(yellow_cards::report_id.eq_any(of.iter().copied())).select(yellow_cards::report_id).load(conn)
}

/// The yellow cards of a project.
///
/// # Errors
/// The database does not answer.
pub fn cards(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<CardRow>> {
    yellow_cards::table
        .filter(yellow_cards::project_id.eq(project))
        .order((yellow_cards::issued_on, yellow_cards::report_id))
        .select(CardRow::as_select())
        .load(conn)
}
