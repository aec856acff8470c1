//! Which commitments are laid before the parties, and who has signed them.

use crate::domain::id::ProjectId;
use crate::domain::project::SigningParty;
use crate::domain::time::Timestamp;
use crate::store::Conn;
use crate::store::schema::{commitments, signatures};
use diesel::prelude::*;

/// The numbers of the commitments of these projects, in their order, with when they were drawn up: their texts stay where they are.
///
/// # Errors
/// The database does not answer.
pub fn texts_of(conn: &mut Conn, of: &[ProjectId]) -> QueryResult<Vec<(ProjectId, i32, Timestamp)>> {
    commitments::table
        .filter(commitments::project_id.eq_any(of.iter().copied()))
        .order((commitments::project_id, commitments::number))
        .select((commitments::project_id, commitments::number, commitments::made_at))
        .load(conn)
}

/// Which parties have signed which commitments of these projects.
///
/// # Errors
/// The database does not answer.
pub fn signed(conn: &mut Conn, of: &[ProjectId]) -> QueryResult<Vec<(ProjectId, i32, SigningParty)>> {
    signatures::table
        .filter(signatures::project_id.eq_any(of.iter().copied()))
        .select((signatures::project_id, signatures::number, signatures::party))
        .load(conn)
}
