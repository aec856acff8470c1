//! What the service writes into its log, for "this never stands there".

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, fmt};

/// The log of all tests since the first one listened.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    let ours = Targets::new().with_target("jiebang", LevelFilter::TRACE);
    let everything = fmt::layer().with_writer(move || writer.clone()).with_filter(ours);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(everything)).unwrap();
    log
});

/// Begins to listen.
pub fn listen() -> Log {
    LOG.clone()
}

impl Log {
    pub fn holds(&self, text: &str) -> bool {
        let bytes = self.0.lock().unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
