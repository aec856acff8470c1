//! Organisations.

use crate::domain::id::{OrganizationId, UserId};
use crate::domain::organization::{OrganizationInput, OrganizationKind, OrganizationStage, Region};
use crate::domain::policy::Scope;
use crate::domain::time::Timestamp;
use crate::store::page::{Page, by_id};
use crate::store::schema::organizations;
use crate::store::{Conn, Multi, on, step};
use diesel::prelude::*;

/// A row of `organizations`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = organizations, treat_none_as_default_value = false)]
pub struct OrganizationRow {
    pub id: OrganizationId,
    pub name: String,
    pub uscc: Option<String>,
    pub country: Option<String>,
    pub foreign_reg_no: Option<String>,
    pub kind: OrganizationKind,
    pub region: Region,
    pub city: Option<String>,
    pub stage: OrganizationStage,
    /// Who registered it; none for the operator on the host.
    pub created_by: Option<UserId>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl OrganizationRow {
    /// A new row, registered by `created_by`.
    #[must_use]
    pub fn new(input: OrganizationInput, created_by: Option<UserId>, now: Timestamp) -> Self {
        Self {
            id: OrganizationId::new(now),
            name: input.name.into(),
            uscc: input.uscc.map(|code| code.to_string()),
            country: input.country.map(String::from),
            foreign_reg_no: input.foreign_reg_no.map(String::from),
            kind: input.kind,
            region: input.region,
            city: input.city.map(String::from),
            stage: OrganizationStage::Registered,
            created_by,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Adds a row.
///
/// # Errors
/// The name or a number is registered already.
pub fn insert(conn: &mut Conn, row: &OrganizationRow) -> QueryResult<()> {
    diesel::insert_into(organizations::table).values(row).execute(conn).map(|_| ())
}

/// The organisation, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: OrganizationId) -> QueryResult<Option<OrganizationRow>> {
    on!(conn, inner => organizations::table.find(id).select(OrganizationRow::as_select()).first(inner)).optional()
}

/// A page of the organisations that a caller of `own` organisation may see.
///
/// # Errors
/// The database does not answer.
pub fn list(
    conn: &mut Conn,
    scope: Scope,
    own: OrganizationId,
    stage: Option<OrganizationStage>,
    page: &Page,
) -> QueryResult<Vec<OrganizationRow>> {
    let mut query = organizations::table.select(OrganizationRow::as_select()).into_boxed::<Multi>();
    if !scope.all {
        query = query.filter(organizations::id.eq(own));
    }
    if let Some(stage) = stage {
        query = query.filter(organizations::stage.eq(stage));
    }
    by_id!(query, organizations, page).load(conn)
}

/// Moves an organisation to a stage.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn advance(conn: &mut Conn, row: &OrganizationRow, to: OrganizationStage, now: Timestamp) -> QueryResult<OrganizationRow> {
    step!(conn, organizations, OrganizationRow, row, to, now)
}

/// The organisations with these ids.
///
/// # Errors
/// The database does not answer.
pub fn of_ids(conn: &mut Conn, ids: &[OrganizationId]) -> QueryResult<Vec<OrganizationRow>> {
    organizations::table.filter(organizations::id.eq_any(ids.iter().copied())).select(OrganizationRow::as_select()).load(conn)
}

/// Those of these ids and credit codes that are registered, each with both.
///
/// # Errors
/// The database does not answer.
pub fn named(conn: &mut Conn, ids: &[OrganizationId], codes: &[String]) -> QueryResult<Vec<(OrganizationId, Option<String>)>> {
    let named = organizations::id.eq_any(ids.iter().copied()).or(organizations::uscc.eq_any(codes.iter().cloned()));
    organizations::table.filter(named).select((organizations::id, organizations::uscc)).load(conn)
}

/// The organisations with one of these names or credit codes.
///
/// # Errors
/// The database does not answer.
pub fn called(conn: &mut Conn, names: &[String]) -> QueryResult<Vec<OrganizationRow>> {
    let called = organizations::name.eq_any(names.iter().cloned()).or(organizations::uscc.eq_any(names.iter().cloned()));
    organizations::table.filter(called).select(OrganizationRow::as_select()).load(conn)
}

/// The organisation with this credit code, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find_by_code(conn: &mut Conn, code: &str) -> QueryResult<Option<OrganizationId>> {
    organizations::table.filter(organizations::uscc.eq(code)).select(organizations::id).first(conn).optional()
}
