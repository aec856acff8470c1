//! How many requests are worked on at once: beyond that, a quick no is better than a slow yes.

use tokio::sync::{Semaphore, SemaphorePermit};

/// The places.
#[derive(Debug)]
pub struct Flight(Semaphore);

/// A place, given back when it is dropped.
#[derive(Debug)]
pub struct Seat<'a> {
    _permit: SemaphorePermit<'a>,
}

impl Flight {
    /// So many places.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self(Semaphore::new(places.min(Semaphore::MAX_PERMITS)))
    }

    /// A place, if there is one: nobody waits.
    pub fn board(&self) -> Option<Seat<'_>> {
        self.0.try_acquire().ok().map(|permit| Seat { _permit: permit })
    }
}
