//! SQLite: how a file is opened, and the one writer whose commits are shared.

use crate::store::db::{Conn, GROUP, Unavailable, Work};
use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection, TransactionManager};
use diesel::{ConnectionError, QueryResult, SqliteConnection};
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use tokio::sync::oneshot;

/// How many writes may wait before the next one is turned away.
const QUEUE: usize = 4_096;

/// The order matters: without busy_timeout the switch to WAL races at start-up.
const PRAGMAS: &str = "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
    PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;";

/// Opens the file, making it (0600, in a folder 0700) when it is not there and `writes` is set.
pub(super) fn connect(path: &Path, writes: bool) -> Result<SqliteConnection, ConnectionError> {
    let bad = |e: std::io::Error| ConnectionError::BadConnection(format!("{}: {e}", path.display()));
    if writes && !path.exists() {
        make_private(path).map_err(bad)?;
    }
    let text = path.to_str().ok_or_else(|| ConnectionError::InvalidConnectionUrl("the path is not UTF-8".into()))?;
    let mut conn = SqliteConnection::establish(text)?;
    // The operating system caches the file for all of them; what the writer changes, it keeps until the commit.
    let role = if writes { "PRAGMA cache_size=-6000;" } else { "PRAGMA cache_size=-2000; PRAGMA query_only=ON;" };
    conn.batch_execute(PRAGMAS).and_then(|()| conn.batch_execute(role)).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(|_| ())
}

/// Told whether the shared commit held.
type Answer = Box<dyn FnOnce(Result<(), Unavailable>) + Send>;
/// A waiting write: runs in its own savepoint, and is answered after the commit. `false` when it left the transaction of all
/// in doubt (SQLite itself rolls it back when the disk is full).
type Job = Box<dyn FnOnce(&mut Conn) -> (Answer, bool) + Send>;

/// The writer thread. Dropping it ends the thread after the writes that wait.
pub(super) struct Writer {
    queue: SyncSender<Job>,
}

impl Writer {
    /// Takes the writer's connection to a thread of its own. `path` is where a new one comes from, should it break.
    pub(super) fn start(conn: Conn, path: PathBuf) -> Self {
        let (queue, jobs) = sync_channel(QUEUE);
        std::thread::spawn(move || serve(conn, &path, &jobs));
        Self { queue }
    }

    /// Queues `work` and waits until its commit is on disk.
    pub(super) async fn run<T, E, F, G>(&self, work: Work<F, G>) -> Result<Result<T, E>, Unavailable>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        G: FnOnce(&mut Conn, &E) -> QueryResult<()> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let done = in_savepoint(conn, work);
            let sound = !matches!(done, Err(Unavailable::Transaction(_)));
            let answer: Answer = Box::new(move |committed| {
                let told = match committed {
                    Ok(()) => done,
                    Err(failed) => Err(failed),
                };
                // A caller that went away has no use for the answer.
                drop(reply.send(told));
            });
            (answer, sound)
        });
        self.queue.try_send(job).map_err(|_| Unavailable::Overloaded)?;
        answer.await.map_err(|_| Unavailable::Gone)?
    }
}

/// Runs `work` in a savepoint of the shared transaction; a panic or a broken savepoint undoes only this work.
fn in_savepoint<T, E, F, G>(conn: &mut Conn, work: Work<F, G>) -> Result<Result<T, E>, Unavailable>
where
    F: FnOnce(&mut Conn) -> Result<T, E>,
    G: FnOnce(&mut Conn, &E) -> QueryResult<()>,
{
    let before = depth(conn);
    let result = catch_unwind(AssertUnwindSafe(|| work.run(conn)));
    while depth(conn) > before {
        <Conn as Connection>::TransactionManager::rollback_transaction(conn)?;
    }
    match result {
        Ok(done) => done.map_err(Unavailable::from),
        Err(_) => Err(Unavailable::Gone),
    }
}

/// How deep in transactions and savepoints a connection is; `None` outside, and when that is not known any more.
fn depth(conn: &mut Conn) -> Option<NonZeroU32> {
    <Conn as Connection>::TransactionManager::transaction_manager_status_mut(conn).transaction_depth().ok().flatten()
}

fn serve(mut conn: Conn, path: &Path, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut waiting = vec![first];
        waiting.extend(jobs.try_iter().take(GROUP - 1));
        if commit_together(&mut conn, waiting) {
            continue;
        }
        // Whatever the old connection still held is rolled back when it is closed.
        match connect(path, true) {
            Ok(fresh) => conn = Conn::Sqlite(fresh),
            Err(failed) => tracing::error!(error = %failed, "the writer could not connect again"),
        }
    }
}

/// Whether the connection can be used again. A caller whose write did not commit is told so.
fn commit_together(conn: &mut Conn, waiting: Vec<Job>) -> bool {
    if let Err(failed) = begin(conn) {
        tracing::error!(error = %failed, "a group of writes could not begin");
        // Dropping a job closes its channel, which its caller reads as "gone": nothing was written.
        return false;
    }
    let (mut answers, mut whole) = (Vec::with_capacity(waiting.len()), true);
    for job in waiting {
        let (answer, sound) = job(conn);
        answers.push(answer);
        // What is in doubt is not committed, and nothing more is done on top of it: the rest are told to come back.
        whole = sound && depth(conn) == Some(NonZeroU32::MIN);
        if !whole {
            break;
        }
    }
    let committed = if whole {
        <Conn as Connection>::TransactionManager::commit_transaction(conn)
    } else {
        Err(diesel::result::Error::NotInTransaction)
    };
    if let Err(failed) = &committed {
        tracing::error!(error = %failed, writes = answers.len(), "a group of writes could not be committed");
    }
    for answer in answers {
        answer(if committed.is_ok() { Ok(()) } else { Err(Unavailable::Gone) });
    }
    committed.is_ok()
}

fn begin(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE"),
        Conn::Postgres(inner) => AnsiTransactionManager::begin_transaction(inner),
    }
}
