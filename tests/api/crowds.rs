//! Crowds: slow clients starve nobody, and a flood of sign-ins leaves others their service.

use crate::support::app::PASSWORD;
use crate::support::door::{heard, said, sized_door};
use crate::support::{Caller, TestApp, on_both};
use futures_util::future::join_all;
use jiebang::app::{App, Cost};
use jiebang::auth::Hasher;
use jiebang::http::{Edge, Limits};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// As large as `jiebang serve` makes it on two cores.
fn limits() -> Limits {
    Limits { workers: 2, connections: 2_048, blocking: 10, shutdown: Duration::from_secs(1), edge: Edge::default() }
}

const HEAD: &str = "GET /api/v1/challenges HTTP/1.1\r\nHost: x\r\nX-A: b";
const BODY: &str =
    "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"email\": ";

async fn crowd(door: &str, each: usize) -> Vec<TcpStream> {
    join_all((0..each).map(|_| said(door, HEAD)).chain((0..each).map(|_| said(door, BODY)))).await
}

/// How long `count` requests took one after the other, sorted: half of them with a token, half without.
async fn asked(reader: &Caller, count: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for number in 0..count {
        let begun = Instant::now();
        reader.get(if number % 2 == 0 { "/me" } else { "/challenges" }).await.is(200);
        times.push(begun.elapsed());
    }
    times.sort();
    times
}

fn p99(times: &[Duration]) -> Duration {
    times[times.len() * 99 / 100]
}

/// Resident memory of this process, in MiB.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1_024.0
}

/// Someone who stays signed in, at `door`.
async fn reader(app: &TestApp, door: &str) -> Caller {
    let officer = app.officer().await;
    officer.token().await;
    officer.at(door)
}

on_both! {
    async fn slow_heads_and_slow_bodies_starve_nobody(app: TestApp) {
        let door = sized_door(app.app.clone(), limits());
        let reader = reader(&app, &door).await;
        let slow = crowd(&door, 50).await;
        let times = asked(&reader, 100).await;
        assert!(p99(&times) < Duration::from_millis(500), "{:?}", times.last());
        drop(slow);
    }

    #[ignore = "the full form: cargo test --test api full_form -- --ignored"]
    async fn full_form_a_thousand_slow_heads_and_a_thousand_slow_bodies_starve_nobody(app: TestApp) {
        let door = sized_door(app.app.clone(), limits());
        let reader = reader(&app, &door).await;
        let (before, alone) = (memory(), asked(&reader, 1_000).await);
        let begun = Instant::now();
        let slow = crowd(&door, 1_000).await;
        let came = begun.elapsed();
        let times = asked(&reader, 1_000).await;
        eprintln!("{:?}: p99 alone {:?}; with 2,000 slow clients (there within {came:?}) {:?}, greatest {:?}; memory of server and clients {:.0} MiB, before {before:.0}",
            app.backend, p99(&alone), p99(&times), times.last().unwrap(), memory());
        // All of them are told that they were too slow, and are gone.
        let answers = join_all(slow.into_iter().map(heard)).await;
        eprintln!("all were gone after {:?}", begun.elapsed());
        assert!(answers.iter().all(|answer| answer.starts_with("http/1.1 408")));
        assert!(p99(&times) <= Duration::from_millis(500));
    }

    #[ignore = "the full form: cargo test --test api full_form -- --ignored"]
    async fn full_form_five_hundred_sign_ins_at_once_leave_others_their_service(app: TestApp) {
        let slow = App { hasher: Hasher::new(Cost::Full, 2).unwrap(), ..app.app.clone() };
        let door = sized_door(slow, limits());
        let reader = reader(&app, &door).await;
        let anyone = app.anyone().at(&door);
        let (before, alone) = (memory(), asked(&reader, 500).await);
        let flood = join_all((0..500).map(|number| {
            let body = json!({"email": format!("nobody{number}@test.example"), "password": PASSWORD});
            let anyone = anyone.clone();
            async move { anyone.post("/auth/login", body).await.status.as_u16() }
        }));
        let begun = Instant::now();
        let flood = async { (flood.await, begun.elapsed()) };
        let ((statuses, took), times) = tokio::join!(flood, asked(&reader, 200));
        let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
        eprintln!("{:?}: of 500 sign-ins {} were looked at, {} turned away, in {took:?}; others p99 {:?} (alone {:?}), greatest {:?}; memory {:.0} MiB, before {before:.0}",
            app.backend, count(401), count(503), p99(&times), p99(&alone), times.last().unwrap(), memory());
        assert_eq!(count(401) + count(503), 500);
        assert!(p99(&times) <= Duration::from_millis(500) && memory() - before < 200.0);
    }
}
