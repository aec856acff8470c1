//! Attempts: how often a password may be guessed, for one account from one client network.
//!
//! Counted in memory, by the service's own clock, for unknown addresses like for known ones. In memory: a restart forgives
//! at most five guesses, while rows would let anyone fill the database. No library: those for rate limits know no pauses
//! that double, and those for caches no clock that is set. By account *and* network, so that a stranger elsewhere cannot lock
//! anyone out. A guess is counted before it is looked at, so that guessing in parallel gains nothing.

use crate::app::error::AppError;
use crate::domain::session::{LONGEST_PAUSE_SECONDS, TRIES_PAUSE_SECONDS};
use crate::domain::time::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pairs that are remembered at most, some 20 MB. Beyond, the one that failed longest ago is forgotten.
const MOST_PAIRS: usize = 100_000;
/// How long to wait when the limit is reached by guesses that are still being looked at, in seconds.
const MOMENT: i64 = 1;

type Pair = (String, String);

/// Counters of wrong guesses. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Attempts {
    counts: Arc<Mutex<HashMap<Pair, Count>>>,
    /// Wrong ones within a quarter of an hour, at most.
    most: i32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    wrong: i32,
    looked_at: i32,
    /// Seconds since 1970 of the last wrong one.
    last: i64,
    /// Until when nothing is looked at.
    paused_until: i64,
    /// Pauses in a row.
    pauses: u32,
}

impl Count {
    /// Wrong guesses are forgotten a pause after the last of them, pauses the longest pause after the last of them.
    fn at(self, now: i64) -> Self {
        let rested = now.saturating_sub(self.last) >= TRIES_PAUSE_SECONDS;
        let long_ago = now >= self.paused_until.max(self.last).saturating_add(LONGEST_PAUSE_SECONDS);
        Self { wrong: if rested { 0 } else { self.wrong }, pauses: if long_ago { 0 } else { self.pauses }, ..self }
    }

    fn is_nothing(self) -> bool {
        self.wrong == 0 && self.looked_at == 0 && self.pauses == 0
    }

    fn fail(&mut self, now: i64, most: i32) {
        self.wrong = self.wrong.saturating_add(1);
        self.last = now;
        if self.wrong >= most {
            let pause = TRIES_PAUSE_SECONDS.saturating_mul(1i64.checked_shl(self.pauses.min(8)).unwrap_or(1)).min(LONGEST_PAUSE_SECONDS);
            self.paused_until = now.saturating_add(pause);
            self.pauses = self.pauses.saturating_add(1);
            self.wrong = 0;
        }
    }
}

/// A guess that is being looked at. Dropped without a word, such as when the caller went away, it counts as wrong.
#[derive(Debug)]
#[must_use]
pub struct Attempt {
    all: Attempts,
    pair: Pair,
    now: i64,
    open: bool,
}

impl Attempts {
    /// Counters that take `most` wrong guesses before a pause.
    #[must_use]
    pub fn new(most: i32) -> Self {
        Self { counts: Arc::default(), most }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Pair, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Admits a guess for `account` from `network`.
    ///
    /// # Errors
    /// Too many wrong ones came before.
    pub fn admit(&self, account: &str, network: &str, now: Timestamp) -> Result<Attempt, AppError> {
        let (pair, now) = ((account.to_owned(), network.to_owned()), now.unix());
        let mut counts = self.lock();
        if counts.len() >= MOST_PAIRS && !counts.contains_key(&pair) {
            make_room(&mut counts, now);
        }
        let count = counts.entry(pair.clone()).or_default();
        *count = count.at(now);
        if count.paused_until > now {
            return Err(AppError::TooManyAttempts(count.paused_until.saturating_sub(now)));
        }
        if count.wrong.saturating_add(count.looked_at) >= self.most {
            return Err(AppError::TooManyAttempts(MOMENT));
        }
        count.looked_at = count.looked_at.saturating_add(1);
        drop(counts);
        Ok(Attempt { all: self.clone(), pair, now, open: true })
    }

    /// Forgets what went wrong before: whoever guessed has shown who they are.
    pub fn forgive(&self, account: &str, network: &str) {
        if let Some(count) = self.lock().get_mut(&(account.to_owned(), network.to_owned())) {
            *count = Count { looked_at: count.looked_at, ..Count::default() };
        }
    }

    /// Forgets what no longer matters.
    pub fn sweep(&self, now: Timestamp) {
        self.lock().retain(|_, count| !count.at(now.unix()).is_nothing());
    }
}

fn make_room(counts: &mut HashMap<Pair, Count>, now: i64) {
    counts.retain(|_, count| !count.at(now).is_nothing());
    if counts.len() >= MOST_PAIRS {
        let oldest = counts.iter().min_by_key(|(_, count)| count.last).map(|(pair, _)| pair.clone());
        oldest.map(|pair| counts.remove(&pair));
    }
}

impl Attempt {
    /// The guess was right: what went wrong before is forgotten.
    pub fn right(mut self) {
        self.close(|count, _| *count = Count { looked_at: count.looked_at, ..Count::default() });
    }

    /// The guess was wrong. Answers whether the first pause of a row began with it.
    #[must_use]
    pub fn wrong(mut self) -> bool {
        let (most, mut first) = (self.all.most, false);
        self.close(|count, now| {
            count.fail(now, most);
            first = count.pauses == 1 && count.wrong == 0;
        });
        first
    }

    /// The guess was not looked at.
    pub fn give_back(mut self) {
        self.close(|_, _| ());
    }

    fn close(&mut self, how: impl FnOnce(&mut Count, i64)) {
        self.open = false;
        let mut counts = self.all.lock();
        if let Some(count) = counts.get_mut(&self.pair) {
            count.looked_at = count.looked_at.saturating_sub(1);
            how(count, self.now);
            if count.is_nothing() {
                counts.remove(&self.pair);
            }
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.open {
            let most = self.all.most;
            self.close(|count, now| count.fail(now, most));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempts, MOST_PAIRS};
    use crate::app::error::AppError;
    use crate::domain::time::Timestamp;

    fn second(seconds: i64) -> Timestamp {
        let begin: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        begin.plus(chrono::TimeDelta::seconds(seconds))
    }

    /// How long one must wait at `seconds`, after as many wrong guesses as are admitted there.
    fn exhaust(attempts: &Attempts, seconds: i64) -> (usize, i64) {
        for wrong in 0.. {
            match attempts.admit("a@b.cn", "10.0.0.1", second(seconds)) {
                Ok(attempt) => drop(attempt),
                Err(AppError::TooManyAttempts(wait)) => return (wrong, wait),
                Err(other) => panic!("{other}"),
            }
        }
        unreachable!()
    }

    #[test]
    fn five_wrong_ones_then_pauses_that_double_up_to_an_hour() {
        let attempts = Attempts::new(5);
        assert_eq!(exhaust(&attempts, 0), (5, 900));
        assert_eq!(exhaust(&attempts, 899), (0, 1));
        assert_eq!(exhaust(&attempts, 900), (5, 1_800));
        assert_eq!(exhaust(&attempts, 2_700), (5, 3_600));
        assert_eq!(exhaust(&attempts, 6_300), (5, 3_600));
        assert_eq!(exhaust(&attempts, 6_300 + 3_600 + 3_600), (5, 900), "an hour of peace forgives");
    }

    #[test]
    fn no_quarter_of_an_hour_sees_more_than_five() {
        let attempts = Attempts::new(5);
        let taken: Vec<i64> =
            (0..86_400).step_by(7).filter(|at| attempts.admit("a@b.cn", "10.0.0.1", second(*at)).map(drop).is_ok()).collect();
        assert!(taken.windows(6).all(|six| six[5] - six[0] >= 900), "{taken:?}");
    }

    #[test]
    fn a_right_one_forgives_and_one_that_was_not_looked_at_does_not_count() {
        let attempts = Attempts::new(5);
        for _ in 0..3 {
            for _ in 0..4 {
                drop(attempts.admit("a@b.cn", "10.0.0.1", second(0)).unwrap());
            }
            attempts.admit("a@b.cn", "10.0.0.1", second(0)).unwrap().right();
        }
        for _ in 0..20 {
            attempts.admit("a@b.cn", "10.0.0.1", second(0)).unwrap().give_back();
        }
        assert_eq!(attempts.lock().len(), 0, "nothing is remembered of it");
    }

    #[test]
    fn parallel_guesses_are_counted_before_they_are_looked_at() {
        let attempts = Attempts::new(5);
        let open: Vec<_> = (0..8).map(|_| attempts.admit("a@b.cn", "10.0.0.1", second(0))).collect();
        assert_eq!(open.iter().filter(|attempt| attempt.is_ok()).count(), 5);
        drop(open);
        assert_eq!(exhaust(&attempts, 0), (0, 900));
        assert!(attempts.admit("a@b.cn", "10.0.0.2", second(0)).is_ok(), "another network is not concerned");
        assert!(attempts.admit("c@b.cn", "10.0.0.1", second(0)).is_ok(), "nor another account");
    }

    #[test]
    fn what_is_remembered_is_bounded_and_swept() {
        let attempts = Attempts::new(5);
        for number in 0..MOST_PAIRS + 3 {
            drop(attempts.admit(&number.to_string(), "10.0.0.1", second(i64::from(number >= 3))).unwrap());
        }
        assert_eq!(attempts.lock().len(), MOST_PAIRS);
        attempts.sweep(second(899));
        assert_eq!(attempts.lock().len(), MOST_PAIRS);
        attempts.sweep(second(901));
        assert_eq!(attempts.lock().len(), 0);
    }
}
