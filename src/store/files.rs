//! Files of bids: what is known of each, sealed; which submissions name it. Their contents lie in a folder beside the database.

use crate::domain::id::{BidId, FileId, OrganizationId, UserId};
use crate::domain::time::Timestamp;
use crate::store::Conn;
use crate::store::schema::{bid_files, bid_submission_files, bids};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// A row of `bid_files`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = bid_files, treat_none_as_default_value = false)]
pub struct FileRow {
    pub id: FileId,
    pub bid_id: BidId,
    /// Name, kind, size, hash and data key, under the service's own key.
    pub sealed: Vec<u8>,
    pub bytes_on_disk: i64,
    /// Its name in the folder.
    pub stored_as: String,
    pub uploaded_by: UserId,
    pub created_at: Timestamp,
    /// Since when it is no part of the working copy any more.
    pub removed_at: Option<Timestamp>,
}

/// Adds a row.
///
/// # Errors
/// The database does not answer.
pub fn insert(conn: &mut Conn, row: &FileRow) -> QueryResult<()> {
    diesel::insert_into(bid_files::table).values(row).execute(conn).map(|_| ())
}

/// The file, if there is one.
///
/// # Errors
/// The database does not answer.
pub fn find(conn: &mut Conn, id: FileId) -> QueryResult<Option<FileRow>> {
    bid_files::table.find(id).select(FileRow::as_select()).first(conn).optional()
}

/// The files of a bid's working copy, the first one first.
///
/// # Errors
/// The database does not answer.
pub fn of_bid(conn: &mut Conn, bid: BidId) -> QueryResult<Vec<FileRow>> {
    bid_files::table
        .filter(bid_files::bid_id.eq(bid).and(bid_files::removed_at.is_null()))
        .order(bid_files::id)
        .select(FileRow::as_select())
        .load(conn)
}

/// Bytes that the files of all bids of an organisation take on the disk.
///
/// # Errors
/// The database does not answer.
pub fn on_disk(conn: &mut Conn, organization: OrganizationId) -> QueryResult<i64> {
    let lengths: Vec<i64> =
        bid_files::table.inner_join(bids::table).filter(bids::lead_org_id.eq(organization)).select(bid_files::bytes_on_disk).load(conn)?;
    Ok(lengths.into_iter().fold(0, i64::saturating_add))
}

/// Takes a file out of the working copy.
///
/// # Errors
/// [`diesel::NotFound`] when it is out of it already.
pub fn remove(conn: &mut Conn, id: FileId, now: Timestamp) -> QueryResult<()> {
    let changed = diesel::update(bid_files::table.filter(bid_files::id.eq(id).and(bid_files::removed_at.is_null())))
        .set(bid_files::removed_at.eq(now))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(diesel::NotFound) }
}

/// Replaces what is kept sealed of a file.
///
/// # Errors
/// The database does not answer.
pub fn reseal(conn: &mut Conn, id: FileId, sealed: &[u8]) -> QueryResult<()> {
    diesel::update(bid_files::table.find(id)).set(bid_files::sealed.eq(sealed)).execute(conn).map(|_| ())
}

/// Binds files to a submission.
///
/// # Errors
/// The database does not answer.
pub fn bind(conn: &mut Conn, bid: BidId, number: i32, files: impl Iterator<Item = FileId>) -> QueryResult<()> {
    for file in files {
        let values =
            (bid_submission_files::bid_id.eq(bid), bid_submission_files::number.eq(number), bid_submission_files::file_id.eq(file));
        diesel::insert_into(bid_submission_files::table).values(values).execute(conn)?;
    }
    Ok(())
}

/// The files that belong to a submission: those that it was handed in with, and those of a correction of its form.
///
/// # Errors
/// The database does not answer.
pub fn of_submission(conn: &mut Conn, bid: BidId, number: i32) -> QueryResult<Vec<FileRow>> {
    let named = bid_submission_files::table
        .filter(bid_submission_files::bid_id.eq(bid).and(bid_submission_files::number.eq(number)))
        .select(bid_submission_files::file_id);
    bid_files::table.filter(bid_files::id.eq_any(named)).order(bid_files::id).select(FileRow::as_select()).load(conn)
}

/// Deletes the rows of files that were removed and that no submission names, `most` of them. Answers their names in the folder.
///
/// # Errors
/// The database does not answer.
pub fn forget_removed(conn: &mut Conn, most: i64) -> QueryResult<Vec<String>> {
    let named = bid_submission_files::table.filter(bid_submission_files::file_id.eq(bid_files::id));
    let rows: Vec<(FileId, String)> = bid_files::table
        .filter(bid_files::removed_at.is_not_null())
        .filter(not(exists(named)))
        .order(bid_files::id)
        .limit(most)
        .select((bid_files::id, bid_files::stored_as))
        .load(conn)?;
    for (id, _) in &rows {
        diesel::delete(bid_files::table.find(id)).execute(conn)?;
    }
    Ok(rows.into_iter().map(|(_, name)| name).collect())
}

/// Whether a row names this file of the folder.
///
/// # Errors
/// The database does not answer.
pub fn names(conn: &mut Conn, stored_as: &str) -> QueryResult<bool> {
    diesel::select(exists(bid_files::table.filter(bid_files::stored_as.eq(stored_as)))).get_result(conn)
}
