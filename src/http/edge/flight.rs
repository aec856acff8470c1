//! How many requests are worked on at once: beyond that, a quick no is better than a slow yes. Callers without a token,
//! those who sign in among them, have half of the places at most, so that a flood of them leaves others their service.

use tokio::sync::{Semaphore, SemaphorePermit};

/// The places.
#[derive(Debug)]
pub struct Flight {
    all: Semaphore,
    strangers: Semaphore,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub struct Seat<'a> {
    _place: SemaphorePermit<'a>,
    _of_strangers: Option<SemaphorePermit<'a>>,
}

impl Flight {
    /// So many places.
    #[must_use]
    pub fn new(places: usize) -> Self {
        let places = places.min(Semaphore::MAX_PERMITS);
        Self { all: Semaphore::new(places), strangers: Semaphore::new(places.div_ceil(2)) }
    }

    /// A place, if there is one: nobody waits. A `stranger` shows no token.
    pub fn board(&self, stranger: bool) -> Option<Seat<'_>> {
        let of_strangers = if stranger { Some(self.strangers.try_acquire().ok()?) } else { None };
        let place = self.all.try_acquire().ok()?;
        Some(Seat { _place: place, _of_strangers: of_strangers })
    }
}

#[cfg(test)]
mod tests {
    use super::Flight;

    #[test]
    fn strangers_have_half_of_the_places_and_all_are_given_back() {
        let flight = Flight::new(7);
        for _ in 0..3 {
            let strangers: Vec<_> = std::iter::from_fn(|| flight.board(true)).collect();
            let known: Vec<_> = std::iter::from_fn(|| flight.board(false)).collect();
            assert_eq!((strangers.len(), known.len()), (4, 3));
            drop(strangers);
            let more: Vec<_> = std::iter::from_fn(|| flight.board(false)).collect();
            assert_eq!(more.len(), 4);
            assert!(flight.board(true).is_none(), "those who are known may have them all");
        }
        assert!(Flight::new(0).board(true).is_none() && Flight::new(1).board(true).is_some());
    }
}
