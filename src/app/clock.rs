//! Clocks: the one place that reads the time of day.

use crate::domain::time::Timestamp;
use chrono::TimeDelta;
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

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn system_time() -> Timestamp {
    Timestamp::new(chrono::Utc::now())
}
