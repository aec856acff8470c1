//! Clients: connections that ask by hand-made HTTP/1.1, and what they measured.

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A connection that is kept alive.
pub struct Connection {
    stream: std::net::TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream, received: Vec::with_capacity(32_768) })
    }

    /// Sends a request without a body, reads the whole answer, and tells its status.
    pub fn ask(&mut self, method: &str, path: &str, token: &str) -> std::io::Result<u16> {
        self.stream.write_all(request(method, path, token).as_bytes())?;
        self.received.clear();
        while !whole(&self.received) {
            let mut chunk = [0_u8; 16_384];
            let read = self.stream.read(&mut chunk)?;
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            self.received.extend_from_slice(&chunk[..read]);
        }
        Ok(status(&self.received))
    }
}

/// A request without a body.
fn request(method: &str, path: &str, token: &str) -> String {
    let bearer = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let length = if method == "POST" { "Content-Length: 0\r\n" } else { "" };
    format!("{method} {path} HTTP/1.1\r\nHost: load.test\r\n{bearer}{length}\r\n")
}

fn status(received: &[u8]) -> u16 {
    std::str::from_utf8(&received[9..12]).unwrap().parse().unwrap()
}

/// Whether an answer is there to its last byte.
fn whole(received: &[u8]) -> bool {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = std::str::from_utf8(&received[..end]).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |value| value.parse().unwrap());
    received.len() >= end + 4 + length
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
    /// One, or an even number.
    pub connections: usize,
    pub count: u64,
    pub limit: Duration,
}

/// A crowd: where it asks, with which method and token, and what its `i`-th request asks for.
#[derive(Clone, Copy)]
pub struct Crowd<'a> {
    pub address: SocketAddr,
    pub method: &'a str,
    pub token: &'a str,
    pub path: &'a (dyn Fn(u64) -> String + Sync),
}

/// One of the crowd's connections, and the request that it waits for.
struct Waiting {
    stream: TcpStream,
    received: Vec<u8>,
    path: String,
    asked: Instant,
}

impl Crowd<'_> {
    fn connect(&self, token: Token, poll: &Poll) -> Waiting {
        let stream = std::net::TcpStream::connect(self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_nonblocking(true).unwrap();
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, token, Interest::READABLE).unwrap();
        Waiting { stream, received: Vec::with_capacity(32_768), path: String::new(), asked: Instant::now() }
    }

    /// Sends the next request, if one is left.
    fn ask(&self, connection: &mut Waiting, next: &AtomicU64, load: Load) -> bool {
        let i = next.fetch_add(1, Ordering::Relaxed);
        if i >= load.count {
            return false;
        }
        connection.path = (self.path)(i);
        connection.asked = Instant::now();
        connection.received.clear();
        connection.stream.write_all(request(self.method, &connection.path, self.token).as_bytes()).unwrap();
        true
    }

    /// Half of the crowd, on one thread: so the clients cost little of the processors that they share with the server.
    fn half(&self, load: Load, connections: usize, next: &AtomicU64, until: Instant) -> (Vec<Duration>, Vec<String>) {
        let (mut poll, mut events) = (Poll::new().unwrap(), Events::with_capacity(64));
        let mut crowd: Vec<Waiting> = (0..connections).map(|index| self.connect(Token(index), &poll)).collect();
        let (mut latencies, mut failures) = (Vec::with_capacity(65_536), Vec::new());
        let mut open = crowd.iter_mut().filter_map(|connection| self.ask(connection, next, load).then_some(())).count();
        while open > 0 {
            poll.poll(&mut events, Some(Duration::from_secs(30))).unwrap();
            assert!(!events.is_empty(), "no answer within 30 s");
            for event in &events {
                let connection = &mut crowd[event.token().0];
                if !connection.whole() {
                    continue;
                }
                match status(&connection.received) {
                    200 => latencies.push(connection.asked.elapsed()),
                    other => failures.push(format!("{}: {other} {}", connection.path, String::from_utf8_lossy(&connection.received))),
                }
                if Instant::now() >= until || !self.ask(connection, next, load) {
                    open -= 1;
                }
            }
        }
        (latencies, failures)
    }

    /// Asks until `load.count` requests were made or the time is over. An answer other than 200 is a failure, and the first
    /// of them is shown.
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a count of requests is far below 2^52")]
    pub fn measure(&self, load: Load) -> Measured {
        let (next, started) = (AtomicU64::new(0), Instant::now());
        let threads = load.connections.min(2);
        let half = || self.half(load, load.connections / threads, &next, started + load.limit);
        let (mut latencies, mut failures) = (Vec::new(), Vec::new());
        std::thread::scope(|scope| {
            let halves: Vec<_> = (0..threads).map(|_| scope.spawn(half)).collect();
            for half in halves {
                let (theirs, lost) = half.join().unwrap();
                latencies.extend(theirs);
                failures.extend(lost);
            }
        });
        let seconds = started.elapsed().as_secs_f64();
        if let Some(first) = failures.first() {
            eprintln!("{} requests failed, such as {} {first}", failures.len(), self.method);
        }
        latencies.sort_unstable();
        Measured { rate: latencies.len() as f64 / seconds, answered: latencies.len(), failed: failures.len(), latencies }
    }
}

impl Waiting {
    /// Reads what is there; whether that is the whole answer.
    fn whole(&mut self) -> bool {
        loop {
            let read = self.received.len();
            self.received.resize(read + 16_384, 0);
            match self.stream.read(&mut self.received[read..]) {
                Ok(more) => {
                    assert!(more > 0, "the server closed a connection");
                    self.received.truncate(read + more);
                }
                Err(error) => {
                    assert!(error.kind() == std::io::ErrorKind::WouldBlock, "{error}");
                    self.received.truncate(read);
                    return whole(&self.received);
                }
            }
        }
    }
}
