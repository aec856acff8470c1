//! Restrictions of organisations and persons.

use crate::domain::id::{OrganizationId, RestrictionId, UserId};
use crate::domain::restriction::{Gravity, RestrictionStage};
use crate::domain::time::{Date, Timestamp};
use crate::store::page::{Page, by_id};
use crate::store::schema::restrictions;
use crate::store::{Conn, Multi, step};
use diesel::prelude::*;

/// A row of `restrictions`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = restrictions, treat_none_as_default_value = false)]
pub struct RestrictionRow {
    pub id: RestrictionId,
    pub stage: RestrictionStage,
    pub gravity: Gravity,
    pub organization_id: Option<OrganizationId>,
    /// What is kept of a person's identity.
    pub identity: Option<String>,
    /// Name of the person or organisation.
    pub name: String,
    pub basis: String,
    pub decision_no: String,
    pub starts_on: Date,
    pub ends_on: Option<Date>,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &RestrictionRow) -> QueryResult<()> {
    diesel::insert_into(restrictions::table).values(row).execute(conn).map(|_| ())
}

/// The restriction, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: RestrictionId) -> QueryResult<Option<RestrictionRow>> {
    restrictions::table.find(id).select(RestrictionRow::as_select()).first(conn).optional()
}

/// A page of the restrictions.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, stage: Option<RestrictionStage>, page: &Page) -> QueryResult<Vec<RestrictionRow>> {
    let mut query = restrictions::table.select(RestrictionRow::as_select()).into_boxed::<Multi>();
    if let Some(stage) = stage {
        query = query.filter(restrictions::stage.eq(stage));
    }
    by_id!(query, restrictions, page).load(conn)
}

/// Moves a restriction on.
///
/// # Errors
/// [`diesel::NotFound`] when it is not as it was read.
pub fn advance(conn: &mut Conn, row: &RestrictionRow, to: RestrictionStage, now: Timestamp) -> QueryResult<RestrictionRow> {
    step!(conn, restrictions, RestrictionRow, row, to, now)
}

/// Which of these organisations and identities are restricted on `today`.
///
/// # Errors
/// The database does not answer.
pub fn holding(
    conn: &mut Conn,
    organizations: &[OrganizationId],
    identities: &[String],
    today: Date,
) -> QueryResult<Vec<(Option<OrganizationId>, Option<String>)>> {
    let named =
        restrictions::organization_id.eq_any(organizations.iter().copied()).or(restrictions::identity.eq_any(identities.iter().cloned()));
    restrictions::table
        .filter(restrictions::stage.eq(RestrictionStage::InForce).and(restrictions::starts_on.le(today)))
        .filter(restrictions::ends_on.is_null().or(restrictions::ends_on.ge(today)))
        .filter(named)
        .select((restrictions::organization_id, restrictions::identity))
        .load(conn)
}
