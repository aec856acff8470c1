//! Clients: threads with a connection each that ask by hand-made HTTP/1.1, and what they measured.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A connection that is kept alive.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream, received: Vec::with_capacity(32_768) })
    }

    /// Sends a request without a body, reads the whole answer, and tells its status. The body is left in [`Self::body`].
    pub fn ask(&mut self, method: &str, path: &str, token: &str) -> std::io::Result<u16> {
        let bearer = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let length = if method == "POST" { "Content-Length: 0\r\n" } else { "" };
        let request = format!("{method} {path} HTTP/1.1\r\nHost: load.test\r\n{bearer}{length}\r\n");
        self.stream.write_all(request.as_bytes())?;
        self.received.clear();
        let head = loop {
            self.more()?;
            if let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = std::str::from_utf8(&self.received[..head]).unwrap().to_ascii_lowercase();
        let status = text.get(9..12).and_then(|status| status.parse().ok()).unwrap();
        let length: usize = text.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |value| value.parse().unwrap());
        while self.received.len() < head + length {
            self.more()?;
        }
        self.received.drain(..head);
        Ok(status)
    }

    /// The body of the last answer.
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }

    fn more(&mut self) -> std::io::Result<()> {
        let mut chunk = [0_u8; 16_384];
        let read = self.stream.read(&mut chunk)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        self.received.extend_from_slice(&chunk[..read]);
        Ok(())
    }
}

/// What a scenario came to.
pub struct Measured {
    /// Answers with 200 in each second.
    pub rate: f64,
    /// Answers with 200.
    pub answered: usize,
    /// All others.
    pub failed: usize,
    latencies: Vec<Duration>,
}

impl Measured {
    /// The latency that `percent` of the answers kept, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let index = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(index).map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
    }

    /// What a second in all is in microseconds for each answer.
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a count of requests is far below 2^52")]
    pub fn seconds_to_micros_each(&self) -> f64 {
        1_000_000.0 / self.answered.max(1) as f64
    }

    /// The greatest latency, in milliseconds.
    pub fn greatest(&self) -> f64 {
        self.latencies.last().map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
    }
}

/// How hard, and how long, a scenario asks.
#[derive(Clone, Copy)]
pub struct Load {
    pub threads: usize,
    pub count: u64,
    pub limit: Duration,
}

/// Asks `path(i)` for `i` from `from` on, until `count` requests were made or the time is over. An answer other than 200 is
/// counted as a failure, and the first of them is shown.
#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a count of requests is far below 2^52")]
pub fn measure(address: SocketAddr, load: Load, from: u64, method: &str, token: &str, path: &(dyn Fn(u64) -> String + Sync)) -> Measured {
    let next = AtomicU64::new(from);
    let first_failure = Mutex::new(None);
    let started = Instant::now();
    let ask = || {
        let mut connection = Connection::open(address).unwrap();
        let (mut latencies, mut failed) = (Vec::with_capacity(8_192), 0_usize);
        while started.elapsed() < load.limit {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= from + load.count {
                break;
            }
            let path = path(i);
            let asked = Instant::now();
            let status = connection.ask(method, &path, token).unwrap();
            if status == 200 {
                latencies.push(asked.elapsed());
            } else {
                failed += 1;
                first_failure.lock().unwrap().get_or_insert_with(|| format!("{method} {path}: {status} {}", connection.body()));
            }
        }
        (latencies, failed)
    };
    let (mut latencies, mut failed) = (Vec::new(), 0);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..load.threads).map(|_| scope.spawn(ask)).collect();
        for thread in threads {
            let (theirs, lost) = thread.join().unwrap();
            latencies.extend(theirs);
            failed += lost;
        }
    });
    let seconds = started.elapsed().as_secs_f64();
    if let Some(failure) = first_failure.into_inner().unwrap() {
        eprintln!("{failed} requests failed, such as {failure}");
    }
    latencies.sort_unstable();
    Measured { rate: latencies.len() as f64 / seconds, answered: latencies.len(), failed, latencies }
}
