//! Paces: how often a machine key may be used, each key by its own rate.
//!
//! A minute's worth may come at once, and then as many as the rate allows (GCRA, the library's). Counted in memory, by the
//! service's own clock: a restart forgives a minute. Only keys that were taken are counted, so that nobody uses up the
//! rate of a key of which they know no more than the id.

use crate::app::clock::Clock;
use crate::app::error::AppError;
use crate::domain::id::KeyId;
use governor::clock::{Clock as Ticking, Reference};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Keys that are remembered at most. Beyond, the one that was used longest ago is forgotten.
const MOST_KEYS: usize = 10_000;
/// After this time without use a key has its whole rate again.
const MINUTE: Duration = Duration::from_mins(1);

/// The service's clock, as time since 1970.
#[derive(Clone, Debug)]
struct Ticks(Clock);

impl Ticking for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.now().utc().timestamp_micros()).unwrap_or_default())
    }
}

struct Pace {
    rate: i64,
    used: Duration,
    limiter: RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>,
}

/// How often each key was used of late. Cloning shares it.
#[derive(Clone)]
pub struct Paces {
    ticks: Ticks,
    paces: Arc<Mutex<HashMap<KeyId, Pace>>>,
}

impl Paces {
    /// Nobody has used any key yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { ticks: Ticks(clock), paces: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<KeyId, Pace>> {
        self.paces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pace(&self, rate: i64) -> Pace {
        let each_minute = u32::try_from(rate).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::direct_with_clock(Quota::per_minute(each_minute), self.ticks.clone());
        Pace { rate, used: self.ticks.now(), limiter }
    }

    /// Counts one use of `key`, which may be used `rate` times a minute.
    ///
    /// # Errors
    /// It was used too often.
    pub fn take(&self, key: KeyId, rate: i64) -> Result<(), AppError> {
        let now = self.ticks.now();
        let mut paces = self.lock();
        if paces.len() >= MOST_KEYS && !paces.contains_key(&key) {
            make_room(&mut paces, now);
        }
        let pace = paces.entry(key).or_insert_with(|| self.pace(rate));
        if pace.rate != rate {
            *pace = self.pace(rate);
        }
        pace.used = now;
        let too_fast = |wait: Duration| AppError::TooFast(i64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(60).max(1));
        pace.limiter.check().map_err(|until| too_fast(until.wait_time_from(now)))
    }

    /// Forgets keys that have their whole rate again.
    pub fn sweep(&self) {
        let now = self.ticks.now();
        self.lock().retain(|_, pace| pace.is_busy(now));
    }
}

impl Pace {
    fn is_busy(&self, now: Duration) -> bool {
        Duration::from(now.duration_since(self.used)) < MINUTE
    }
}

fn make_room(paces: &mut HashMap<KeyId, Pace>, now: Duration) {
    paces.retain(|_, pace| pace.is_busy(now));
    if paces.len() >= MOST_KEYS {
        let oldest = paces.iter().min_by_key(|(_, pace)| pace.used).map(|(key, _)| *key);
        oldest.map(|key| paces.remove(&key));
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_KEYS, Paces};
    use crate::app::clock::Clock;
    use crate::app::error::AppError;
    use crate::domain::id::KeyId;
    use crate::domain::time::Timestamp;
    use chrono::TimeDelta;

    fn begin() -> Timestamp {
        "2026-03-02T01:00:00Z".parse().unwrap()
    }

    /// How often a key is taken at once, and how long it must wait then.
    fn exhaust(paces: &Paces, key: KeyId, rate: i64) -> (usize, i64) {
        for taken in 0.. {
            match paces.take(key, rate) {
                Ok(()) => {}
                Err(AppError::TooFast(wait)) => return (taken, wait),
                Err(other) => panic!("{other}"),
            }
        }
        unreachable!()
    }

    #[test]
    fn a_minutes_worth_at_once_and_then_the_rate() {
        let clock = Clock::settable(begin());
        let (paces, key) = (Paces::new(clock.clone()), KeyId::new(begin()));
        assert_eq!(exhaust(&paces, key, 6), (6, 10));
        clock.set(begin().plus(TimeDelta::milliseconds(9_999)));
        assert_eq!(exhaust(&paces, key, 6), (0, 1));
        clock.set(begin().plus(TimeDelta::seconds(10)));
        assert_eq!(exhaust(&paces, key, 6), (1, 10));
        clock.set(begin().plus(TimeDelta::seconds(70)));
        assert_eq!(exhaust(&paces, key, 6), (6, 10));
        assert_eq!(exhaust(&paces, KeyId::new(begin()), 6_000), (6_000, 1), "another key is not concerned");
    }

    #[test]
    fn what_is_remembered_is_bounded_and_swept() {
        let clock = Clock::settable(begin());
        let paces = Paces::new(clock.clone());
        for _ in 0..MOST_KEYS + 3 {
            paces.take(KeyId::new(begin()), 6).unwrap();
        }
        assert_eq!(paces.lock().len(), MOST_KEYS);
        clock.set(begin().plus(TimeDelta::seconds(59)));
        paces.sweep();
        assert_eq!(paces.lock().len(), MOST_KEYS);
        clock.set(begin().plus(TimeDelta::seconds(60)));
        paces.sweep();
        assert_eq!(paces.lock().len(), 0);
    }
}
