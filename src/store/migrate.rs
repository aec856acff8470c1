//! Migrations: run on start, under a lock, and never on a schema that this program does not know.

use crate::store::db::Conn;
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::{PgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// An arbitrary number that every Jiebang process locks on while it migrates a PostgreSQL database.
const LOCK: i64 = 0x6a69_6562;

/// Applies every migration that is not applied yet, then the guards. Answers how many were applied.
///
/// # Errors
/// The schema holds a migration that this program does not know, or one fails.
pub fn up(conn: &mut Conn) -> anyhow::Result<usize> {
    match conn {
        Conn::Sqlite(inner) => {
            // The write lock is SQLite's own: a second process waits here.
            let applied = inner.immediate_transaction(|c| apply::<diesel::sqlite::Sqlite>(c).map_err(Applying))?;
            inner.batch_execute(include_str!("guards/sqlite.sql"))?;
            Ok(applied)
        }
        Conn::Postgres(inner) => {
            let version = server_version(inner)?;
            anyhow::ensure!(version >= OLDEST_POSTGRES, "PostgreSQL {OLDEST_POSTGRES} or newer is needed, this server is {version}");
            diesel::sql_query(format!("SELECT pg_advisory_lock({LOCK})")).execute(inner)?;
            let applied = apply::<diesel::pg::Pg>(inner);
            let guarded = inner.batch_execute(include_str!("guards/postgres.sql"));
            diesel::sql_query(format!("SELECT pg_advisory_unlock({LOCK})")).execute(inner)?;
            let applied = applied?;
            guarded?;
            Ok(applied)
        }
    }
}

/// The oldest PostgreSQL that is supported.
const OLDEST_POSTGRES: i32 = 15;

fn server_version(conn: &mut PgConnection) -> diesel::QueryResult<i32> {
    #[derive(diesel::QueryableByName)]
    struct Version {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        number: i32,
    }
    let asked = diesel::sql_query("SELECT current_setting('server_version_num')::int AS number");
    asked.get_result::<Version>(conn).map(|version| version.number / 10_000)
}

/// Lets an `anyhow::Error` leave a diesel transaction.
#[derive(Debug)]
struct Applying(anyhow::Error);

impl From<diesel::result::Error> for Applying {
    fn from(error: diesel::result::Error) -> Self {
        Self(error.into())
    }
}

impl From<Applying> for anyhow::Error {
    fn from(error: Applying) -> Self {
        error.0
    }
}

fn apply<DB: diesel::backend::Backend>(conn: &mut impl MigrationHarness<DB>) -> anyhow::Result<usize>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let plain = |e: Box<dyn std::error::Error + Send + Sync>| anyhow::anyhow!("{e}");
    let known: Vec<String> =
        MigrationSource::<DB>::migrations(&MIGRATIONS).map_err(plain)?.iter().map(|m| m.name().version().to_string()).collect();
    let unknown: Vec<String> =
        conn.applied_migrations().map_err(plain)?.iter().map(ToString::to_string).filter(|version| !known.contains(version)).collect();
    anyhow::ensure!(
        unknown.is_empty(),
        "the database holds migrations that this program does not know ({}): it was written by a newer version",
        unknown.join(", ")
    );
    Ok(conn.run_pending_migrations(MIGRATIONS).map_err(plain)?.len())
}
