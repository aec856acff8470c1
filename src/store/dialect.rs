//! Where the two databases differ: everything that matches on the backend stands here.

use crate::store::db::Conn;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryResult, RunQueryDsl};

/// Tables whose rows are locked before they are read for a write, always in this order.
#[derive(Clone, Copy, Debug)]
pub enum Locked {
    /// A challenge, with all its bids and decisions.
    Challenge,
    /// The challenge of a bid, which the id names.
    ChallengeOfBid,
    /// A project, with its milestones and payments.
    Project,
    /// Everyone who holds a role, by its code: for "the last one stays".
    Role,
    /// An account, with its sessions, keys, links and second factor.
    User,
    /// A session, while it is renewed.
    Session,
    /// The end of the audit log: taken last of all.
    AuditEnd,
}

/// Locks a row until the transaction ends. Answers whether one may have waited for it: SQLite has one writer, so there is
/// nothing to lock.
///
/// # Errors
/// The lock could not be had in time.
pub fn lock(conn: &mut Conn, what: Locked, id: &str) -> QueryResult<bool> {
    match conn {
        Conn::Sqlite(_) => Ok(false),
        Conn::Postgres(inner) => {
            let sql = match what {
                Locked::Challenge => "SELECT 1 FROM challenges WHERE id = $1 FOR UPDATE",
                Locked::ChallengeOfBid => "SELECT 1 FROM challenges WHERE id = (SELECT challenge_id FROM bids WHERE id = $1) FOR UPDATE",
                Locked::Project => "SELECT 1 FROM projects WHERE id = $1 FOR UPDATE",
                Locked::User => "SELECT 1 FROM users WHERE id = $1 FOR UPDATE",
                Locked::Session => "SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE",
                Locked::AuditEnd => "SELECT pg_advisory_xact_lock(7355041) WHERE $1 = ''",
                Locked::Role => "SELECT 1 FROM user_roles WHERE role = $1 FOR UPDATE",
            };
            diesel::sql_query(sql).bind::<Text, _>(id).execute(inner).map(|_| true)
        }
    }
}

/// Keeps others from adding figures until the transaction ends, so that those which are summed up are those which are replaced.
///
/// # Errors
/// The lock could not be had in time.
pub fn lock_figures(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(inner) => diesel::sql_query("LOCK TABLE figures IN SHARE ROW EXCLUSIVE MODE").execute(inner).map(|_| ()),
    }
}

/// A sum of money, exact: SQLite would add up through a float otherwise, PostgreSQL answers NUMERIC.
pub fn exact_sum(column: &str) -> diesel::expression::SqlLiteral<BigInt> {
    diesel::dsl::sql::<BigInt>(&format!("COALESCE(CAST(SUM({column}) AS BIGINT), 0)"))
}

/// Whether an error says that a row with these unique values is there already.
#[must_use]
pub fn is_duplicate(error: &diesel::result::Error) -> bool {
    matches!(error, diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _))
}

/// The date in Beijing of an instant that a column holds, in SQL.
#[must_use]
pub fn beijing_date(conn: &Conn, column: &str) -> String {
    match conn {
        Conn::Sqlite(_) => format!("date({column}, '+8 hours')"),
        Conn::Postgres(_) => format!("CAST({column} + INTERVAL '8 hours' AS DATE)"),
    }
}
