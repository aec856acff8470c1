//! Experts: the pool, with what a draw looks at.

use crate::domain::expert::{Affiliation, ExpertStage, ProfileInput, Speciality};
use crate::domain::id::{OrganizationId, UserId};
use crate::domain::organization::Region;
use crate::domain::policy::Role;
use crate::domain::time::{Date, Timestamp};
use crate::domain::user::{Sector, UserStatus};
use crate::store::page::{Page, by_id};
use crate::store::schema::{expert_affiliations, expert_fields, experts, organizations, user_roles, users};
use crate::store::{Conn, Multi, step};
use diesel::prelude::*;

/// A row of `experts`: the id is that of the account.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = experts, treat_none_as_default_value = false)]
pub struct ExpertRow {
    pub id: UserId,
    pub title: String,
    pub speciality: Speciality,
    pub stage: ExpertStage,
    /// The last day on which the own confirmation holds.
    pub confirmed_until: Option<Date>,
    /// When the expert was asked to confirm for the last time.
    pub reminded_on: Option<Date>,
    pub last_drawn_at: Option<Timestamp>,
    pub created_by: UserId,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Who an expert is: name, organisation and where that is.
pub type Who = (String, OrganizationId, Region);

/// What a list of experts can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct ExpertFilter {
    pub field: Option<Sector>,
    pub speciality: Option<Speciality>,
    pub stage: Option<ExpertStage>,
}

/// Adds a row with its profile.
///
/// # Errors
/// The expert is in the pool already.
pub fn insert(conn: &mut Conn, row: &ExpertRow, profile: &ProfileInput) -> QueryResult<()> {
    diesel::insert_into(experts::table).values(row).execute(conn)?;
    keep(conn, row.id, profile)
}

fn keep(conn: &mut Conn, id: UserId, profile: &ProfileInput) -> QueryResult<()> {
    diesel::delete(expert_fields::table.filter(expert_fields::expert_id.eq(id))).execute(conn)?;
    diesel::delete(expert_affiliations::table.filter(expert_affiliations::expert_id.eq(id))).execute(conn)?;
    for sector in &profile.fields {
        let values = (expert_fields::expert_id.eq(id), expert_fields::sector.eq(*sector));
        diesel::insert_into(expert_fields::table).values(values).execute(conn)?;
    }
    for one in &profile.affiliations {
        let values = (
            expert_affiliations::expert_id.eq(id),
            expert_affiliations::organization_id.eq(one.organization_id),
            expert_affiliations::until.eq(one.until),
        );
        diesel::insert_into(expert_affiliations::table).values(values).execute(conn)?;
    }
    Ok(())
}

/// The expert, if there is one, with who it is.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: UserId) -> QueryResult<Option<(ExpertRow, Who)>> {
    experts::table
        .inner_join(users::table.on(users::id.eq(experts::id)))
        .inner_join(organizations::table.on(organizations::id.eq(users::organization_id)))
        .filter(experts::id.eq(id))
        .select((ExpertRow::as_select(), (users::name, organizations::id, organizations::region)))
        .first(conn)
        .optional()
}

/// A page of the pool.
///
/// # Errors
/// The database does not answer.
pub fn list(conn: &mut Conn, filter: &ExpertFilter, page: &Page) -> QueryResult<Vec<(ExpertRow, Who)>> {
    let mut query = experts::table
        .inner_join(users::table.on(users::id.eq(experts::id)))
        .inner_join(organizations::table.on(organizations::id.eq(users::organization_id)))
        .select((ExpertRow::as_select(), (users::name, organizations::id, organizations::region)))
        .into_boxed::<Multi>();
    if let Some(field) = filter.field {
        let known = expert_fields::table.filter(expert_fields::sector.eq(field)).select(expert_fields::expert_id);
        query = query.filter(experts::id.eq_any(known));
    }
    if let Some(speciality) = filter.speciality {
        query = query.filter(experts::speciality.eq(speciality));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(experts::stage.eq(stage));
    }
    by_id!(query, experts, page).load(conn)
}

/// Those of these accounts that are in the pool already, at whatever stage.
///
/// # Errors
/// The database does not answer.
pub fn among(conn: &mut Conn, ids: &[UserId]) -> QueryResult<Vec<UserId>> {
    experts::table.filter(experts::id.eq_any(ids.iter().copied())).select(experts::id).load(conn)
}

/// The fields of these experts.
///
/// # Errors
/// The database does not answer.
pub fn fields(conn: &mut Conn, ids: &[UserId]) -> QueryResult<Vec<(UserId, Sector)>> {
    expert_fields::table
        .filter(expert_fields::expert_id.eq_any(ids.iter().copied()))
        .order((expert_fields::expert_id, expert_fields::sector))
        .select((expert_fields::expert_id, expert_fields::sector))
        .load(conn)
}

/// Where an expert worked before.
///
/// # Errors
/// The database does not answer.
pub fn affiliations(conn: &mut Conn, id: UserId) -> QueryResult<Vec<Affiliation>> {
    let rows: Vec<(OrganizationId, Date)> = expert_affiliations::table
        .filter(expert_affiliations::expert_id.eq(id))
        .order(expert_affiliations::organization_id)
        .select((expert_affiliations::organization_id, expert_affiliations::until))
        .load(conn)?;
    Ok(rows.into_iter().map(|(organization_id, until)| Affiliation { organization_id, until }).collect())
}

/// Who worked at which organisation until `since` or later: of one expert, or of all.
///
/// # Errors
/// The database does not answer.
pub fn formerly(conn: &mut Conn, expert: Option<UserId>, since: Date) -> QueryResult<Vec<(UserId, OrganizationId)>> {
    let mut query = expert_affiliations::table
        .filter(expert_affiliations::until.ge(since))
        .select((expert_affiliations::expert_id, expert_affiliations::organization_id))
        .into_boxed::<Multi>();
    if let Some(expert) = expert {
        query = query.filter(expert_affiliations::expert_id.eq(expert));
    }
    query.load(conn)
}

/// Replaces a profile: what was confirmed was another one.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn edit(conn: &mut Conn, row: &ExpertRow, profile: &ProfileInput, now: Timestamp) -> QueryResult<ExpertRow> {
    keep(conn, row.id, profile)?;
    let nothing = None::<Date>;
    let set = (experts::title.eq(profile.title.as_str()), experts::speciality.eq(profile.speciality), experts::confirmed_until.eq(nothing));
    step!(conn, experts, ExpertRow, row, row.stage, now, set)
}

/// Keeps until when the own confirmation holds.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn confirm(conn: &mut Conn, row: &ExpertRow, until: Date, now: Timestamp) -> QueryResult<ExpertRow> {
    step!(conn, experts, ExpertRow, row, row.stage, now, experts::confirmed_until.eq(until))
}

/// Moves an expert on.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn advance(conn: &mut Conn, row: &ExpertRow, to: ExpertStage, now: Timestamp) -> QueryResult<ExpertRow> {
    step!(conn, experts, ExpertRow, row, to, now)
}

/// Notes that these were drawn.
///
/// # Errors
/// The database does not answer.
pub fn drawn(conn: &mut Conn, ids: &[UserId], now: Timestamp) -> QueryResult<()> {
    let some = experts::table.filter(experts::id.eq_any(ids.iter().copied()));
    diesel::update(some).set(experts::last_drawn_at.eq(now)).execute(conn).map(|_| ())
}

/// Somebody who can be drawn, as interests and lots look at them.
#[derive(Clone, Debug, Queryable)]
pub struct PersonRow {
    pub id: UserId,
    pub name: String,
    pub organization_id: OrganizationId,
    pub organization: String,
    pub region: Region,
    /// What stands for the identity number.
    pub mark: Option<String>,
}

/// A person as interests look at them.
///
/// # Errors
/// The database does not answer.
pub fn person(conn: &mut Conn, id: UserId) -> QueryResult<Option<PersonRow>> {
    users::table
        .inner_join(organizations::table)
        .filter(users::id.eq(id))
        .select((users::id, users::name, organizations::id, organizations::name, organizations::region, users::id_mark))
        .first(conn)
        .optional()
}

/// Whether an account is in use, with the role.
///
/// # Errors
/// The database does not answer.
pub fn in_use(conn: &mut Conn, id: UserId) -> QueryResult<bool> {
    let role = user_roles::table.filter(user_roles::user_id.eq(id).and(user_roles::role.eq(Role::Expert))).select(user_roles::user_id);
    let found = users::table.filter(users::id.eq_any(role).and(users::status.eq(UserStatus::Active))).select(users::id);
    found.first::<UserId>(conn).optional().map(|found| found.is_some())
}

/// Who can be drawn on `today`: listed, confirmed, with an account in use and the role; for the money, or who knows one of `fields`.
///
/// # Errors
/// The database does not answer.
pub fn pool(conn: &mut Conn, today: Date, fields: &[Sector]) -> QueryResult<Vec<(PersonRow, Speciality)>> {
    let known = expert_fields::table.filter(expert_fields::sector.eq_any(fields.iter().copied())).select(expert_fields::expert_id);
    let experts_by_role = user_roles::table.filter(user_roles::role.eq(Role::Expert)).select(user_roles::user_id);
    experts::table
        .inner_join(users::table.on(users::id.eq(experts::id)))
        .inner_join(organizations::table.on(organizations::id.eq(users::organization_id)))
        .filter(experts::stage.eq(ExpertStage::Listed).and(experts::confirmed_until.ge(today)))
        .filter(users::status.eq(UserStatus::Active).and(users::id.eq_any(experts_by_role)))
        .filter(experts::speciality.eq(Speciality::Finance).or(experts::id.eq_any(known)))
        .order(experts::id)
        .select((
            (users::id, users::name, organizations::id, organizations::name, organizations::region, users::id_mark),
            experts::speciality,
        ))
        .load(conn)
}

/// Listed experts whose confirmation ends by `by`, and who were not asked after `asked`: at most `limit`.
///
/// # Errors
/// The database does not answer.
pub fn to_remind(conn: &mut Conn, by: Date, asked: Date, limit: i64) -> QueryResult<Vec<ExpertRow>> {
    experts::table
        .filter(experts::stage.eq(ExpertStage::Listed))
        .filter(experts::confirmed_until.le(by).or(experts::confirmed_until.is_null()))
        .filter(experts::reminded_on.le(asked).or(experts::reminded_on.is_null()))
        .order(experts::id)
        .limit(limit)
        .select(ExpertRow::as_select())
        .load(conn)
}

/// Notes when an expert was asked to confirm.
///
/// # Errors
/// The database does not answer.
pub fn reminded(conn: &mut Conn, id: UserId, on: Date) -> QueryResult<()> {
    diesel::update(experts::table.find(id)).set(experts::reminded_on.eq(on)).execute(conn).map(|_| ())
}
