//! A PostgreSQL for the tests: the one that `TEST_DATABASE_URL` names, or one started from the programs of this machine.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A server that ends with this process: its shell waits for the end of our pipe.
struct Started {
    url: String,
    _keeper: Child,
    _folder: tempfile::TempDir,
}

/// URL of the maintenance database, without its name: `postgres://user@host:port`. `None` when there is no server.
pub fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    static STARTED: OnceLock<Started> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
                return Some(url.rsplit_once('/').map_or(url.clone(), |(server, _)| server.to_owned()));
            }
            match programs().map(|folder| start(&folder)) {
                Some(Ok(started)) => {
                    let url = started.url.clone();
                    let _ = STARTED.set(started);
                    Some(url)
                }
                outcome => {
                    let why = outcome.map_or("no PostgreSQL programs found".into(), |failed| failed.err().unwrap_or_default());
                    assert!(std::env::var("JIEBANG_REQUIRE_POSTGRES").is_err(), "PostgreSQL is required here: {why}");
                    // Written past the test harness, which would swallow it.
                    let _ = writeln!(
                        std::io::stderr(),
                        "\n*** LEFT OUT: the tests on PostgreSQL ({why}). Set TEST_DATABASE_URL to run them. ***\n"
                    );
                    None
                }
            }
        })
        .as_deref()
}

fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders.into_iter().find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

/// PostgreSQL refuses to run as root: the account to run it as then, with its group.
fn other_account() -> Option<(u32, u32)> {
    let id = Command::new("id").arg("-u").output().ok()?;
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        return None;
    }
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    let account = |name: &str| {
        let line = passwd.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    account("postgres").or_else(|| account("nobody"))
}

fn start(programs: &Path) -> Result<Started, String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let data = folder.path().join("data");
    std::fs::create_dir(&data).map_err(|e| e.to_string())?;
    let account = other_account();
    let command = |program: &Path| {
        let mut command = Command::new(program);
        command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((user, group)) = account {
            command.gid(group).uid(user);
        }
        command
    };
    if let Some((user, group)) = account {
        for path in [folder.path(), &data] {
            std::os::unix::fs::chown(path, Some(user), Some(group)).map_err(|e| e.to_string())?;
        }
    }
    let made = command(&programs.join("initdb"))
        .args(["-U", "jiebang", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D"])
        .arg(&data)
        .status()
        .map_err(|e| e.to_string())?;
    if !made.success() {
        return Err("initdb failed".into());
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| e.to_string())?.port();
    let script = format!(
        "'{}' -D '{}' -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off \
         -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 & pid=$!; cat >/dev/null; kill -INT $pid; wait $pid; rm -rf '{}'",
        programs.join("postgres").display(),
        data.display(),
        folder.path().display()
    );
    let keeper = command(Path::new("/bin/sh")).arg("-c").arg(script).stdin(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
    let url = format!("postgres://jiebang@127.0.0.1:{port}");
    let began = std::time::Instant::now();
    while began.elapsed().as_secs() < 30 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() && admin(&url, "SELECT 1").is_ok() {
            return Ok(Started { url, _keeper: keeper, _folder: folder });
        }
        std::thread::yield_now();
    }
    Err("the server did not answer within 30 s".into())
}

/// Runs a statement on the maintenance database.
pub fn admin(server: &str, sql: &str) -> Result<(), String> {
    use diesel::{Connection, PgConnection, RunQueryDsl};
    let mut conn = PgConnection::establish(&format!("{server}/postgres")).map_err(|e| e.to_string())?;
    diesel::sql_query(sql).execute(&mut conn).map(|_| ()).map_err(|e| e.to_string())
}
