//! Clocks: the one place that reads the time of day.

use crate::domain::time::Timestamp;
use chrono::TimeDelta;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that stands still until it is set: for tests and for walking through demo data.
    Settable(Arc<Mutex<Timestamp>>),
    /// The system's clock, shifted: a demo goes on living in the days of its data.
    Shifted(TimeDelta),
}

impl Clock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn settable(at: Timestamp) -> Self {
        Self::Settable(Arc::new(Mutex::new(at)))
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_time(),
            Self::Settable(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
            Self::Shifted(by) => system_time().plus(*by),
        }
    }

    /// Sets a settable clock; does nothing to the others.
    pub fn set(&self, to: Timestamp) {
        if let Self::Settable(at) = self {
            *at.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }

    /// A clock that runs on from where this one stands, at the speed of the system's.
    #[must_use]
    pub fn running_on(&self) -> Self {
        Self::Shifted(self.now().utc() - system_time().utc())
    }
}

/// The latest instant that was seen. A clock that stands before it has been set back: nothing that depends on the time is
/// done until it has caught up. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Watch(Arc<AtomicI64>);

/// How far a clock may go back without anyone minding, in microseconds: the steps of time synchronisation.
const SLACK: i64 = 1_000_000;

impl Watch {
    /// A watch that begins at the last instant that is written down.
    #[must_use]
    pub fn since(last: Option<Timestamp>) -> Self {
        Self(Arc::new(AtomicI64::new(last.map_or(i64::MIN, micros))))
    }

    /// Takes note of the time.
    pub fn sees(&self, now: Timestamp) {
        self.0.fetch_max(micros(now), Ordering::Relaxed);
    }

    /// Whether `now` is no earlier than what was seen, but for a moment.
    #[must_use]
    pub fn agrees(&self, now: Timestamp) -> bool {
        self.0.load(Ordering::Relaxed) <= micros(now).saturating_add(SLACK)
    }
}

const fn micros(at: Timestamp) -> i64 {
    at.utc().timestamp_micros()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn system_time() -> Timestamp {
    Timestamp::new(chrono::Utc::now())
}
