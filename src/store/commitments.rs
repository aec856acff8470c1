//! Commitments 任务书: every text that was ever laid before the parties of a project, and their signatures on it.

use crate::domain::commitment::Commitment;
use crate::domain::id::{ChangeId, ProjectId, UserId};
use crate::domain::project::SigningParty;
use crate::domain::time::Timestamp;
use crate::store::schema::{commitments, signatures};
use crate::store::{Conn, Json};
use diesel::prelude::*;

/// A row of `commitments`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = commitments, treat_none_as_default_value = false)]
pub struct CommitmentRow {
    pub project_id: ProjectId,
    /// From 1: each plan and each supplement is the next.
    pub number: i32,
    /// The change that it supplements; none for the first ones.
    pub change_id: Option<ChangeId>,
    pub content: Json<Commitment>,
    /// SHA-256 of `content`.
    pub sha256: String,
    pub made_by: UserId,
    pub made_at: Timestamp,
    /// Since when it is in force; none while it waits for signatures, or was replaced before it had them all.
    pub effective_at: Option<Timestamp>,
}

/// A signature on a commitment.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = signatures, treat_none_as_default_value = false)]
pub struct SignatureRow {
    pub project_id: ProjectId,
    /// The commitment that was signed.
    pub number: i32,
    pub party: SigningParty,
    pub user_id: UserId,
    /// Name of who signs.
    pub signer: String,
    /// 法定代表人 of the team's lead organisation.
    pub legal_representative: Option<String>,
    /// SHA-256 of what was signed.
    pub sha256: String,
    pub signed_at: Timestamp,
}

/// Adds a row.
///
/// # Errors
/// The project has a commitment of this number already.
pub fn insert(conn: &mut Conn, row: &CommitmentRow) -> QueryResult<()> {
    diesel::insert_into(commitments::table).values(row).execute(conn).map(|_| ())
}

/// The newest commitment of a project, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn latest(conn: &mut Conn, project: ProjectId) -> QueryResult<Option<CommitmentRow>> {
    commitments::table
        .filter(commitments::project_id.eq(project))
        .order(commitments::number.desc())
        .select(CommitmentRow::as_select())
        .first(conn)
        .optional()
}

/// The commitment of this number, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, project: ProjectId, number: i32) -> QueryResult<Option<CommitmentRow>> {
    commitments::table.find((project, number)).select(CommitmentRow::as_select()).first(conn).optional()
}

/// The commitment that is in force, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn in_force(conn: &mut Conn, project: ProjectId) -> QueryResult<Option<CommitmentRow>> {
    commitments::table
        .filter(commitments::project_id.eq(project).and(commitments::effective_at.is_not_null()))
        .order(commitments::number.desc())
        .select(CommitmentRow::as_select())
        .first(conn)
        .optional()
}

/// All commitments of a project, the oldest first.
///
/// # Errors
/// The database does not answer.
pub fn of_project(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<CommitmentRow>> {
    commitments::table.filter(commitments::project_id.eq(project)).order(commitments::number).select(CommitmentRow::as_select()).load(conn)
}

/// Puts a commitment into force.
///
/// # Errors
/// [`diesel::NotFound`] when it is in force already.
pub fn put_into_force(conn: &mut Conn, project: ProjectId, number: i32, now: Timestamp) -> QueryResult<()> {
    let waiting = commitments::table
        .filter(commitments::project_id.eq(project).and(commitments::number.eq(number)).and(commitments::effective_at.is_null()));
    match diesel::update(waiting).set(commitments::effective_at.eq(now)).execute(conn)? {
        1 => Ok(()),
        _ => Err(diesel::NotFound),
    }
}

/// The signatures on all commitments of a project, in the order in which they were given.
///
/// # Errors
/// The database does not answer.
pub fn signatures(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<SignatureRow>> {
    signatures::table
        .filter(signatures::project_id.eq(project))
        .order((signatures::number, signatures::signed_at))
        .select(SignatureRow::as_select())
        .load(conn)
}

/// The signatures on one commitment.
///
/// # Errors
/// The database does not answer.
pub fn signatures_on(conn: &mut Conn, project: ProjectId, number: i32) -> QueryResult<Vec<SignatureRow>> {
    signatures::table
        .filter(signatures::project_id.eq(project).and(signatures::number.eq(number)))
        .order(signatures::signed_at)
        .select(SignatureRow::as_select())
        .load(conn)
}

/// Adds a signature.
///
/// # Errors
/// The party has signed already.
pub fn sign(conn: &mut Conn, row: &SignatureRow) -> QueryResult<()> {
    diesel::insert_into(signatures::table).values(row).execute(conn).map(|_| ())
}

/// Voids all signatures on a project that is planned anew.
///
/// # Errors
/// The database does not answer.
pub fn void_signatures(conn: &mut Conn, project: ProjectId) -> QueryResult<()> {
    diesel::delete(signatures::table.filter(signatures::project_id.eq(project))).execute(conn).map(|_| ())
}
