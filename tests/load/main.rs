//! The service under load: `cargo bench --bench load`. It prints a table of targets and measured values, and never fails.
//!
//! Without `--bench`, as `cargo test` runs it, it asks a small database a few times and fails when an answer is wrong, so that it is
//! in order on the day when somebody wants to measure.
//!
//! The server runs in a process of its own (this program again, with `--serve FOLDER`), so that its memory and its start can
//! be measured; the clients share the machine with it. Flags after `--`: `--seconds N` for each scenario (5), `--log` to keep
//! the server's log at `info`, `--keep` to keep the database, `--rate` to count requests as `JIEBANG_RATE` does, with a limit
//! that nobody reaches. Without it nobody is counted: this is one caller.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench has nobody to report errors to but the terminal"
)]

mod client;
mod data;

use client::{Connection, Crowd, Load, Measured};
use data::Challenges;
use jiebang::http::edge::rate::Rate;
use jiebang::http::{self, Edge, Limits};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 32;

/// As in the program itself.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| arguments.iter().position(|arg| arg == flag).and_then(|at| arguments.get(at + 1)).cloned();
    let flag = |flag: &str| arguments.iter().any(|arg| arg == flag);
    let given = Given { log: flag("--log"), rate: flag("--rate") };
    match after("--serve") {
        Some(folder) => runtime().block_on(serve(&PathBuf::from(folder), given)),
        None if flag("--bench") => load(after("--seconds").map_or(5, |seconds| seconds.parse().unwrap()), given, flag("--keep")),
        None => rehearse(given),
    }
}

/// The number of challenges that is measured with, and the one that is rehearsed with.
const MANY: Challenges = Challenges(100_000);
const FEW: Challenges = Challenges(1_000);

/// What the server is told, besides where its data is.
#[derive(Clone, Copy)]
struct Given {
    log: bool,
    rate: bool,
}

/// As `jiebang serve` makes it.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The server: tells its port, and serves until it is killed. Letters stay in the outbox.
async fn serve(folder: &Path, given: Given) {
    if given.log {
        jiebang::cli::serve::start_log();
    }
    let app = data::open(folder);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "{}", listener.local_addr().unwrap()).unwrap();
    out.flush().unwrap();
    let rate = given.rate.then(|| Rate { per_second: 1_000_000.try_into().unwrap(), burst: 1_000_000.try_into().unwrap() });
    let edge = Edge { rate, ..Edge::default() };
    let limits = Limits { workers: 2, connections: 2_048, blocking: 6, shutdown: Duration::from_secs(1), edge };
    http::serve(app, listener, limits).unwrap().await.unwrap();
}

/// A server in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
    /// From its start to its first answer that it is ready.
    started_in: Duration,
}

impl Server {
    fn start(folder: &Path, given: Given) -> Self {
        let begun = Instant::now();
        let stderr = if given.log { std::fs::File::create(folder.join("server.log")).unwrap().into() } else { Stdio::inherit() };
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .arg("--serve")
            .arg(folder)
            .args(given.log.then_some("--log"))
            .args(given.rate.then_some("--rate"))
            .stdout(Stdio::piped())
            .stderr(stderr);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().parse().unwrap();
        while !matches!(Connection::open(address).and_then(|mut connection| connection.ask("GET", "/readyz", "")), Ok(200)) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Self { child, address, started_in: begun.elapsed() }
    }

    /// Processor time used so far, in seconds: what other programs do changes it little, unlike a rate.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        // utime and stime, in ticks of 10 ms
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }

    /// What `work` measured, and the processor time of the server in it.
    fn watched(&self, work: impl FnOnce() -> Measured) -> (Measured, f64) {
        let before = self.cpu();
        (work(), self.cpu() - before)
    }

    /// A line of `/proc/PID/status`, in MiB.
    fn memory(&self, line: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let value = status.lines().find_map(|text| text.strip_prefix(line)).unwrap();
        value.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1_024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A row of the table.
struct Row {
    what: &'static str,
    target: &'static str,
    measured: String,
    met: bool,
}

fn rate(what: &'static str, target: &'static str, least: f64, slowest: Option<f64>, (measured, cpu): &(Measured, f64)) -> Row {
    let Measured { rate, answered, failed, .. } = measured;
    let (half, most) = (measured.percentile(50), measured.percentile(99));
    let each = cpu * measured.seconds_to_micros_each();
    let failures = if *failed > 0 { format!(", {failed} failed") } else { String::new() };
    Row {
        what,
        target,
        measured: format!(
            "{rate:.0}/s, p50 {half:.1} ms, p99 {most:.1} ms; {each:.0} µs of server CPU each ({answered} answers{failures})"
        ),
        met: *rate >= least && *failed == 0 && slowest.is_none_or(|slowest| most <= slowest),
    }
}

fn asks<'a>(address: SocketAddr, path: &'a (dyn Fn(u64) -> String + Sync), method: &'a str, token: &'a str) -> Crowd<'a> {
    Crowd { address, method, token, path }
}

/// One page of a list.
fn page(_: u64) -> String {
    "/api/v1/challenges?year=2021&sector=energy_env&limit=20".into()
}

/// One record. A stride that has no factor in common with the number of challenges comes by all of them, far apart.
fn record(Challenges(count): Challenges, i: u64) -> String {
    let n = i.wrapping_mul(61_803) % count;
    format!("/api/v1/challenges/{}", data::challenge_id(if data::published(n) { n } else { n - 50 }))
}

fn submit(k: u64) -> String {
    format!("/api/v1/bids/{}/submit", data::draft_id(k))
}

fn summary(_: u64) -> String {
    "/api/v1/portfolio/summary".into()
}

/// The first page of one ledger after the other, with the totals of a year.
fn ledger(i: u64) -> String {
    let codes =
        ["projects", "commitments", "milestones", "payments", "spending", "visits", "reports", "changes", "clawbacks", "acceptances"];
    let at = usize::try_from(i).unwrap_or_default() % codes.len();
    format!("/api/v1/ledgers/{}?year=2021&sector=energy_env", codes[at])
}

/// Asks a small database what the load asks, a hundred times each.
fn rehearse(given: Given) {
    let folder = tempfile::tempdir().unwrap();
    let tokens = runtime().block_on(data::fill(folder.path(), FEW));
    let server = Server::start(folder.path(), given);
    let few = Load { connections: 4, count: 100, limit: Duration::from_mins(2) };
    let record = |i| record(FEW, i);
    let pages = asks(server.address, &page, "GET", &tokens.team);
    let records = asks(server.address, &record, "GET", &tokens.team);
    let summaries = asks(server.address, &summary, "GET", &tokens.leader);
    let submits = asks(server.address, &submit, "POST", &tokens.team);
    let ledgers = asks(server.address, &ledger, "GET", &tokens.leader);
    for crowd in [pages, records, summaries, ledgers, submits] {
        let (method, path) = (crowd.method, (crowd.path)(0));
        let measured = crowd.measure(few);
        assert!(measured.failed == 0 && measured.answered > 0, "{method} {path}: {} of {} failed", measured.failed, measured.answered);
    }
}

fn load(seconds: u64, given: Given, keep: bool) {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let tokens = runtime().block_on(data::fill(folder.path(), MANY));
    let size = std::fs::metadata(folder.path().join("load.db")).unwrap().len() / 1_048_576;
    println!("database of {size} MiB made in {:.1} s", begun.elapsed().as_secs_f64());

    let mut starts: Vec<Duration> = (0..4).map(|_| Server::start(folder.path(), given).started_in).collect();
    let server = Server::start(folder.path(), given);
    starts.push(server.started_in);
    starts.sort_unstable();
    let (address, fresh) = (server.address, server.memory("VmRSS:"));

    let reads = Load { connections: CONNECTIONS, count: u64::MAX / 2, limit: Duration::from_secs(seconds) };
    let record = |i| record(MANY, i);
    let warm = Load { limit: Duration::from_secs(1), ..reads };
    asks(address, &page, "GET", &tokens.team).measure(warm);
    let pages = server.watched(|| asks(address, &page, "GET", &tokens.team).measure(reads));
    asks(address, &record, "GET", &tokens.team).measure(warm);
    let records = server.watched(|| asks(address, &record, "GET", &tokens.team).measure(reads));
    // One after the other, before the submissions and with nothing else going on.
    let alone = Load { connections: 1, count: 20, limit: Duration::from_mins(2) };
    asks(address, &summary, "GET", &tokens.leader).measure(Load { count: 1, ..alone });
    let summaries = asks(address, &summary, "GET", &tokens.leader).measure(alone);
    let ledgers = asks(address, &ledger, "GET", &tokens.leader).measure(alone);
    let drafts = Load { count: MANY.drafts(), ..reads };
    let submits = server.watched(|| asks(address, &submit, "POST", &tokens.team).measure(drafts));
    let (resident, peak) = (server.memory("VmRSS:"), server.memory("VmHWM:"));

    let start = starts[starts.len() / 2].as_secs_f64();
    let rows = [
        rate("page of 20, filtered by year and sector", "≥ 5,000/s", 5_000.0, None, &pages),
        rate("one record with its content", "≥ 9,000/s", 9_000.0, None, &records),
        rate("submit a bid", "≥ 3,000/s, p99 ≤ 50 ms", 3_000.0, Some(50.0), &submits),
        Row {
            what: "portfolio summary",
            target: "≤ 30 ms",
            measured: format!("median {:.1} ms, greatest {:.1} ms", summaries.percentile(50), summaries.greatest()),
            met: summaries.percentile(50) <= 30.0 && summaries.failed == 0,
        },
        Row {
            what: "first page of a ledger, with its totals",
            target: "≤ 100 ms",
            measured: format!("median {:.1} ms, greatest {:.1} ms", ledgers.percentile(50), ledgers.greatest()),
            met: ledgers.percentile(50) <= 100.0 && ledgers.failed == 0,
        },
        Row { what: "start, until ready", target: "≤ 0.5 s", measured: format!("{start:.3} s (median of 5)"), met: start <= 0.5 },
        Row {
            what: "resident memory after the load",
            target: "≤ 200 MiB",
            measured: format!("{resident:.0} MiB (peak {peak:.0}, before {fresh:.0})"),
            met: peak <= 200.0,
        },
    ];
    println!("\n| what | target | measured | |\n|---|---|---|---|");
    for Row { what, target, measured, met } in &rows {
        println!("| {what} | {target} | {measured} | {} |", if *met { "met" } else { "**missed**" });
    }
    let missed: Vec<&str> = rows.iter().filter(|row| !row.met).map(|row| row.what).collect();
    println!("\n{}", if missed.is_empty() { "All targets are met.".into() } else { format!("Missed: {}.", missed.join("; ")) });
    drop(server);
    if keep {
        println!("kept: {}", folder.keep().display());
    }
}
