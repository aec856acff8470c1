//! Evidence 证明材料 of projects: what is known of each file, sealed. Their contents lie in a folder beside the database.

use crate::domain::id::{EvidenceId, ProjectId, UserId};
use crate::domain::time::Timestamp;
use crate::store::Conn;
use crate::store::schema::evidence_files;
use diesel::dsl::exists;
use diesel::prelude::*;

/// A row of `evidence_files`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = evidence_files, treat_none_as_default_value = false)]
pub struct EvidenceRow {
    pub id: EvidenceId,
    pub project_id: ProjectId,
    /// Name, kind, size, hash and data key, under the service's own key.
    pub sealed: Vec<u8>,
    pub bytes_on_disk: i64,
    /// Its name in the folder.
    pub stored_as: String,
    pub uploaded_by: UserId,
    pub created_at: Timestamp,
    /// Since when it belongs to what was handed in.
    pub handed_in_at: Option<Timestamp>,
    /// Since when it is gone.
    pub removed_at: Option<Timestamp>,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &EvidenceRow) -> QueryResult<()> {
    diesel::insert_into(evidence_files::table).values(row).execute(conn).map(|_| ())
}

/// The file, if it is there.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: EvidenceId) -> QueryResult<Option<EvidenceRow>> {
    let there = evidence_files::id.eq(id).and(evidence_files::removed_at.is_null());
    evidence_files::table.filter(there).select(EvidenceRow::as_select()).first(conn).optional()
}

/// The files of a project, the first one first.
///
/// # Errors
/// The database does not answer.
pub fn of_project(conn: &mut Conn, project: ProjectId) -> QueryResult<Vec<EvidenceRow>> {
    evidence_files::table
        .filter(evidence_files::project_id.eq(project).and(evidence_files::removed_at.is_null()))
        .order(evidence_files::id)
        .select(EvidenceRow::as_select())
        .load(conn)
}

/// Binds files to what was handed in.
///
/// # Errors
/// The database does not answer.
pub fn hand_in(conn: &mut Conn, files: &[EvidenceId], now: Timestamp) -> QueryResult<()> {
    let new = evidence_files::id.eq_any(files).and(evidence_files::handed_in_at.is_null());
    diesel::update(evidence_files::table.filter(new)).set(evidence_files::handed_in_at.eq(now)).execute(conn).map(|_| ())
}

/// Removes a file.
///
/// # Errors
/// [`diesel::NotFound`] when it is gone, or was handed in.
pub fn remove(conn: &mut Conn, id: EvidenceId, now: Timestamp) -> QueryResult<()> {
    let there = evidence_files::removed_at.is_null().and(evidence_files::handed_in_at.is_null());
    let changed = diesel::update(evidence_files::table.filter(evidence_files::id.eq(id).and(there)))
        .set(evidence_files::removed_at.eq(now))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(diesel::NotFound) }
}

/// Deletes the rows of files that were removed, `most` of them. Answers their names in the folder.
///
/// # Errors
/// The database does not answer.
pub fn forget_removed(conn: &mut Conn, most: i64) -> QueryResult<Vec<String>> {
    let rows: Vec<(EvidenceId, String)> = evidence_files::table
        .filter(evidence_files::removed_at.is_not_null())
        .order(evidence_files::id)
        .limit(most)
        .select((evidence_files::id, evidence_files::stored_as))
        .load(conn)?;
    let ids: Vec<EvidenceId> = rows.iter().map(|(id, _)| *id).collect();
    diesel::delete(evidence_files::table.filter(evidence_files::id.eq_any(ids))).execute(conn)?;
    Ok(rows.into_iter().map(|(_, name)| name).collect())
}

/// Whether a row names this file of the folder.
///
/// # Errors
/// The database does not answer.
pub fn names(conn: &mut Conn, stored_as: &str) -> QueryResult<bool> {
    diesel::select(exists(evidence_files::table.filter(evidence_files::stored_as.eq(stored_as)))).get_result(conn)
}
