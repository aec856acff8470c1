//! Serving: the server, the jobs, and an orderly end.

use crate::app::{App, sha256_hex};
use crate::cli::audit::FILE;
use crate::cli::keys;
use crate::config::{self, Config, Forwarding, MailRoute};
use crate::http::edge::address::{Header, Proxies};
use crate::http::edge::rate::Rate;
use crate::http::{self, Edge, Limits};
use crate::jobs::{self, Postman};
use crate::mail::{Composer, Transport};
use std::net::TcpListener;
use std::num::NonZeroU32;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a stop waits for what is running.
const SHUTDOWN: Duration = Duration::from_secs(20);

/// Starts the log: JSON lines on standard error unless `JIEBANG_LOG_FORMAT=text`.
pub fn start_log() {
    let (filter, json) = config::log();
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // A closed standard error must not fail requests: what cannot be logged is not complained about.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    // A second start, as in tests, keeps the first log.
    drop(if json { log.json().flatten_event(true).try_init() } else { log.try_init() });
}

/// Threads of a worker for what blocks: one for each connection that it may hold, and one for each hash.
fn blocking(pool: u32) -> usize {
    usize::try_from(pool).unwrap_or(1).saturating_add(config::cores())
}

/// The edge as the configuration has it.
fn edge(config: &Config) -> Edge {
    let rate = NonZeroU32::new(config.rate).zip(NonZeroU32::new(config.burst));
    let header = match config.forwarding {
        Forwarding::XForwardedFor => Header::XForwardedFor,
        Forwarding::Forwarded => Header::Forwarded,
    };
    Edge {
        rate: rate.map(|(per_second, burst)| Rate { per_second, burst }),
        in_flight: config.in_flight,
        proxies: Proxies { trusted: config.trusted_proxies.clone(), header },
        origins: config.origins.clone(),
        metrics_token: config.metrics_token.as_ref().map(|token| sha256_hex(token.as_bytes())),
        https: config.https(),
        ..Edge::default()
    }
}

/// Serves on `listener` until SIGTERM or SIGINT, then finishes what is running. SIGHUP loads the keys of access tokens anew.
///
/// # Errors
/// The socket cannot be used, or letters cannot be written.
pub async fn serve(app: App, config: &Config, listener: TcpListener) -> anyhow::Result<()> {
    // Heard from the first moment on, before anything is said to be served.
    let (mut terminated, mut reload) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let transport = match &config.mail {
        MailRoute::Smtp(url) => Transport::smtp(url, &config.mail_from),
        MailRoute::Folder(path) => Transport::folder(path.clone(), &config.mail_from),
    };
    let transport = transport.map_err(anyhow::Error::msg)?;
    let postman = Postman { app: app.clone(), composer: Composer::new(&config.public_url)?, transport };
    let address = listener.local_addr()?;
    for doubt in &config.warnings {
        tracing::warn!("{} {}", doubt.key, doubt.problem);
    }
    let limits =
        Limits { workers: config.workers, connections: 2_048, blocking: blocking(config.pool), shutdown: SHUTDOWN, edge: edge(config) };
    let server = http::serve(app.clone(), listener, limits)?;
    let handle = server.handle();
    let running = tokio::spawn(server);
    let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
    let checkpoints = config.data_dir.join(FILE);
    jobs::start(&app, postman, &checkpoints, &tracker, &stop);
    tracing::info!(%address, "serving");
    loop {
        tokio::select! {
            _ = terminated.recv() => break,
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                break;
            }
            _ = reload.recv() => match keys::reload(&app, config).await {
                Ok(kid) => tracing::info!(kid, "keys of access tokens are loaded"),
                Err(error) => tracing::error!(%error, "keys of access tokens are not loaded: the old ones stay"),
            },
        }
    }
    tracing::info!("stopping: finishing what is running");
    handle.stop(true).await;
    running.await??;
    stop.cancel();
    tracker.close();
    if tokio::time::timeout(SHUTDOWN, tracker.wait()).await.is_err() {
        tracing::warn!("a job did not finish in time; its letters will be sent after the next start");
    }
    app.tell_floods().await?;
    app.vouch(checkpoints).await?;
    tracing::info!("stopped");
    Ok(())
}
