//! The ticker: runs each job again and again until the service stops.

use crate::app::App;
use crate::jobs::deliver::Postman;
use std::path::Path;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often the clock looks for challenges whose time is over. The deadline itself does not wait for it.
const CLOSING: Duration = Duration::from_secs(1);
/// How often rounds are looked for whose opening was interrupted.
const OPENING: Duration = Duration::from_secs(5);
/// How often the outbox is looked at when nobody rings.
const POST: Duration = Duration::from_secs(5);
/// How often the audit log is vouched for, when anything happened.
const VOUCHING: Duration = Duration::from_mins(5);
/// How often denials that came by the dozen are written down.
const FLOODS: Duration = Duration::from_mins(1);
/// How often old answers and sessions are forgotten.
const TIDYING: Duration = Duration::from_hours(1);

/// Starts all jobs. They end soon after `stop` is cancelled; what they were doing is finished first.
/// `checkpoints` is the file in which the audit log is vouched for.
pub fn start(app: &App, postman: Postman, checkpoints: &Path, tracker: &TaskTracker, stop: &CancellationToken) {
    let (vouching, path) = (app.clone(), checkpoints.to_owned());
    tracker.spawn(repeat(stop.clone(), VOUCHING, move || {
        let (app, path) = (vouching.clone(), path.clone());
        async move { app.vouch(path).await.map(|_| ()) }
    }));
    let telling = app.clone();
    tracker.spawn(repeat(stop.clone(), FLOODS, move || {
        let app = telling.clone();
        async move { app.tell_floods().await.map(|_| ()) }
    }));
    let closing = app.clone();
    tracker.spawn(repeat(stop.clone(), CLOSING, move || {
        let app = closing.clone();
        async move { app.close_overdue().await.map(|_| ()) }
    }));
    let opening = app.clone();
    tracker.spawn(repeat(stop.clone(), OPENING, move || {
        let app = opening.clone();
        async move { app.unseal().await.map(|_| ()) }
    }));
    let tidying = app.clone();
    tracker.spawn(repeat(stop.clone(), TIDYING, move || {
        let app = tidying.clone();
        async move { app.tidy().await }
    }));
    tracker.spawn(post(stop.clone(), postman));
}

async fn repeat<F, E>(stop: CancellationToken, pause: Duration, job: impl Fn() -> F)
where
    F: Future<Output = Result<(), E>>,
    E: std::fmt::Display,
{
    loop {
        if let Err(error) = job().await {
            tracing::error!(%error, "a job failed");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn post(stop: CancellationToken, postman: Postman) {
    loop {
        if let Err(error) = postman.deliver().await {
            tracing::error!(%error, "the outbox could not be emptied");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = postman.app.bell.notified() => {}
            () = tokio::time::sleep(POST) => {}
        }
    }
}
