//! How it is kept: one file a table, rows and queries; the only room that names diesel.
//!
//! Lookups answer `QueryResult<Option<T>>`. A row is moved with its stage and version in the WHERE clause, so that two
//! people never overwrite each other: no row moved is [`diesel::NotFound`], which `app` reads as a conflict.

pub mod acceptances;
pub mod amendments;
pub mod assignments;
pub mod audit;
pub mod batches;
pub mod bids;
pub mod calendars;
pub mod challenges;
pub mod changes;
pub mod checkpoints;
pub mod clawbacks;
pub mod columns;
pub mod commitments;
pub mod custody;
pub mod db;
pub mod decisions;
pub mod desk;
pub mod dialect;
pub mod disqualifications;
pub mod draws;
pub mod erasure;
pub mod evidence;
pub mod examinations;
pub mod exits;
pub mod experts;
pub mod files;
pub mod follow_ups;
pub mod grants;
pub mod idempotency;
mod kept;
pub mod keys;
pub mod ledgers;
pub mod links;
pub mod measures;
pub mod members;
pub mod migrate;
pub mod milestones;
pub mod objections;
pub mod openings;
pub mod organizations;
pub mod outbox;
pub mod outcome_totals;
pub mod outcome_years;
pub mod outcomes;
pub mod page;
pub mod partnerships;
pub mod payments;
pub mod people;
pub mod portfolio;
pub mod problems;
pub mod projects;
pub mod questions;
pub mod race_gates;
pub mod recusals;
pub mod reminders;
pub mod reports;
pub mod restrictions;
pub mod reviews;
pub mod satisfactions;
pub mod schema;
pub mod schemes;
pub mod second_factors;
pub mod sessions;
pub mod sign_ins;
mod sqlite;
pub mod status_reports;
pub mod sub_payments;
pub mod targets;
pub mod transfers;
pub mod users;
pub mod visits;

pub use columns::Json;
pub use db::{Conn, Db, Multi, Place, Unavailable};
pub use page::{Mark, Page};

/// Asks whichever database is behind a connection, with the query compiled for it: `on!(conn, inner => query.load(inner))`,
/// or `on!(conn, inner: DB => …)` where the query names its backend. A query on [`Conn`] itself does the same; but diesel then
/// writes its SQL anew each time, so what every request asks, and what is asked the most, is asked in this way.
macro_rules! on {
    ($conn:expr, $inner:ident $(: $db:ident)? => $query:expr) => {
        match $conn {
            crate::store::Conn::Sqlite($inner) => {
                $(type $db = diesel::sqlite::Sqlite;)?
                $query
            }
            crate::store::Conn::Postgres($inner) => {
                $(type $db = diesel::pg::Pg;)?
                $query
            }
        }
    };
}
pub(crate) use on;

/// Moves a row to a stage, if it still is as it was read; further columns may be set along. Answers the row as it is now.
macro_rules! step {
    ($conn:expr, $table:ident, $row_type:ty, $row:expr, $to:expr, $now:expr $(, $set:expr)* $(,)?) => {
        crate::store::on!($conn, inner: DB => {
            /// Names this statement: every step is another.
            struct Here;
            crate::store::kept::Kept::<Here, _>::new(
                diesel::update(
                    $table::table.filter($table::id.eq($row.id)).filter($table::stage.eq($row.stage)).filter($table::version.eq($row.version)),
                )
                .set(($table::stage.eq($to), $table::version.eq($row.version.saturating_add(1)), $table::updated_at.eq($now) $(, $set)*))
                .returning(<$row_type as diesel::Selectable<DB>>::construct_selection()),
            )
            .get_result::<$row_type>(inner)
        })
    };
}
pub(crate) use step;

/// The errors of the database, for `app` to read without naming diesel.
pub mod diesel_error {
    pub use diesel::result::Error;
}
