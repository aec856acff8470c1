//! The two databases behind one door: reads from a pool, writes in one transaction each.
//!
//! SQLite has one writer connection on its own thread, which commits up to [`GROUP`] waiting writes together (each in its
//! own savepoint), and a pool of `query_only` readers. PostgreSQL has one pool for both.

use crate::store::{migrate, sqlite};
use diesel::connection::{AnsiTransactionManager, Connection, TransactionManager};
use diesel::r2d2::{self, ManageConnection, Pool};
use diesel::{PgConnection, QueryResult, SqliteConnection};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// Embedded SQLite.
    Sqlite(SqliteConnection),
}

/// The backend that queries on [`Conn`] are written for.
pub type Multi = self::multi_connection_impl::MultiBackend;

/// How many waiting writes share one commit on SQLite.
pub const GROUP: usize = 64;

/// How long a request waits for a connection before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which database, from the scheme of its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file, made on first start.
    Sqlite(PathBuf),
    /// A server, by its URL.
    Postgres(String),
}

impl std::str::FromStr for Place {
    type Err = String;
    /// `sqlite://PATH` or `postgres://…`; everything else is refused, so that a typing error makes no stray file.
    fn from_str(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err("sqlite:// needs the path of a file, such as sqlite:///var/lib/jiebang/jiebang.db".into());
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err("the URL must begin with sqlite:// or postgres://".into())
    }
}

impl Place {
    fn connect(&self, writes: bool) -> Result<Conn, r2d2::Error> {
        match self {
            Self::Sqlite(path) => sqlite::connect(path, writes).map(Conn::Sqlite).map_err(r2d2::Error::ConnectionError),
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(url).map_err(r2d2::Error::ConnectionError)?;
                diesel::connection::SimpleConnection::batch_execute(&mut conn, "SET TIME ZONE 'UTC'; SET lock_timeout = '10s'")
                    .map_err(r2d2::Error::QueryError)?;
                Ok(Conn::Postgres(conn))
            }
        }
    }
}

/// Opens connections for the pool.
struct Opener {
    place: Place,
}

impl ManageConnection for Opener {
    type Connection = Conn;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<Conn, r2d2::Error> {
        self.place.connect(false)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), r2d2::Error> {
        match conn {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(_) => {
                diesel::RunQueryDsl::execute(diesel::sql_query("SELECT 1"), conn).map(|_| ()).map_err(r2d2::Error::QueryError)
            }
        }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || <Conn as Connection>::TransactionManager::is_broken_transaction_manager(conn)
    }
}

/// Why the database could not be asked at all.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// Too many writes are waiting already.
    #[error("too many writes are waiting")]
    Overloaded,
    /// No connection came free in time, or none could be opened.
    #[error("no connection: {0}")]
    NoConnection(String),
    /// The transaction could not be begun or committed.
    #[error("transaction failed: {0}")]
    Transaction(#[from] diesel::result::Error),
    /// The work panicked, or the service is stopping.
    #[error("the work did not finish")]
    Gone,
}

/// The database of a running service. Cloning shares it.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Opener>,
    /// As many as there are connections, taken before a thread is: threads do not wait for connections.
    turns: Arc<Semaphore>,
    writer: Option<Arc<sqlite::Writer>>,
}

/// The body of a transaction and what remains to be written when it was rolled back.
pub(super) struct Work<F, G> {
    pub body: F,
    pub after_rollback: G,
}

impl<F, G> Work<F, G> {
    /// Runs the body in a savepoint of the transaction that is open on `conn`.
    pub(super) fn run<T, E>(self, conn: &mut Conn) -> QueryResult<Result<T, E>>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        G: FnOnce(&mut Conn, &E) -> QueryResult<()>,
    {
        type Manager = <Conn as Connection>::TransactionManager;
        Manager::begin_transaction(conn)?;
        match (self.body)(conn) {
            Ok(value) => {
                Manager::commit_transaction(conn)?;
                Ok(Ok(value))
            }
            Err(refused) => {
                Manager::rollback_transaction(conn)?;
                (self.after_rollback)(conn, &refused)?;
                Ok(Err(refused))
            }
        }
    }
}

impl Db {
    /// Opens the database, brings its schema up to date and starts the writer. `readers` is the size of the pool.
    ///
    /// # Errors
    /// The database cannot be reached, its schema is newer than this program, or a migration fails.
    pub fn open(place: &Place, readers: u32) -> anyhow::Result<Self> {
        let mut first = place.connect(true)?;
        migrate::up(&mut first)?;
        let writer = match place {
            Place::Sqlite(path) => Some(Arc::new(sqlite::Writer::start(first, path.clone()))),
            Place::Postgres(_) => None,
        };
        let pool = Pool::builder()
            .max_size(readers)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            .test_on_check_out(writer.is_none())
            .build(Opener { place: place.clone() })?;
        let turns = Arc::new(Semaphore::new(usize::try_from(readers)?));
        Ok(Self { pool, turns, writer })
    }

    /// Runs `body` on a reader before anything is served.
    ///
    /// # Errors
    /// No connection could be had, or the query failed.
    pub fn once<T>(&self, body: impl FnOnce(&mut Conn) -> QueryResult<T>) -> anyhow::Result<T> {
        Ok(body(&mut *self.pool.get()?)?)
    }

    /// Runs `body` on a reader. It cannot write on SQLite (`query_only`).
    ///
    /// # Errors
    /// No connection could be had.
    pub async fn read<T: Send + 'static>(&self, body: impl FnOnce(&mut Conn) -> T + Send + 'static) -> Result<T, Unavailable> {
        self.with_connection(move |conn| Ok(body(conn))).await
    }

    /// Runs `work` on a thread for blocking work, with a connection of the pool.
    async fn with_connection<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, Unavailable> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let patient = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned());
        let turn = patient.await.map_err(|_| Unavailable::NoConnection("all are in use".into()))?.map_err(|_| Unavailable::Gone)?;
        let pool = self.pool.clone();
        let work = move || {
            let mut conn = pool.get().map_err(|e| Unavailable::NoConnection(e.to_string()))?;
            let done = work(&mut conn);
            drop(conn);
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Unavailable::Gone)?
    }

    /// Runs `body` in one transaction that is committed when it answers `Ok` and rolled back when it answers `Err`;
    /// then `after_rollback` may still write what must remain (the audit row of a denied act).
    ///
    /// # Errors
    /// The transaction could not be begun or committed, or too many are waiting. Nothing was written.
    pub async fn write<T, E>(
        &self,
        body: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        after_rollback: impl FnOnce(&mut Conn, &E) -> QueryResult<()> + Send + 'static,
    ) -> Result<Result<T, E>, Unavailable>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let work = Work { body, after_rollback };
        if let Some(writer) = &self.writer {
            return writer.run(work).await;
        }
        let transaction = move |conn: &mut Conn| {
            let Conn::Postgres(inner) = conn else { return Err(Unavailable::Gone) };
            AnsiTransactionManager::begin_transaction(inner)?;
            match work.run(conn) {
                Ok(result) => {
                    <Conn as Connection>::TransactionManager::commit_transaction(conn)?;
                    Ok(result)
                }
                Err(broken) => {
                    <Conn as Connection>::TransactionManager::rollback_transaction(conn)?;
                    Err(broken.into())
                }
            }
        };
        self.with_connection(transaction).await
    }
}
