//! How many uploads are under way: few for one person, so that slow ones keep nobody else from theirs.

use crate::domain::file::Unfit;
use crate::domain::id::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Uploads that one person may have under way,
const MOST_OF_ONE: usize = 4;
/// and all people together.
const MOST: usize = 64;

/// The uploads under way. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Lanes(Arc<Mutex<HashMap<UserId, usize>>>);

/// A lane, given back when it is dropped.
#[derive(Debug)]
pub struct Lane {
    lanes: Lanes,
    user: UserId,
}

impl Lanes {
    /// A lane for this person.
    ///
    /// # Errors
    /// There is none.
    pub fn take(&self, user: UserId) -> Result<Lane, Unfit> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let own = taken.entry(user).or_default();
        if all >= MOST || *own >= MOST_OF_ONE {
            return Err(Unfit::Busy);
        }
        *own = own.saturating_add(1);
        Ok(Lane { lanes: self.clone(), user })
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let mut taken = self.lanes.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.user) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lanes;
    use crate::domain::id::UserId;
    use crate::domain::time::Timestamp;

    #[test]
    fn one_person_has_four_and_gets_them_back() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let (lanes, one, other) = (Lanes::default(), UserId::new(now), UserId::new(now));
        let held: Vec<_> = std::iter::from_fn(|| lanes.take(one).ok()).collect();
        assert_eq!(held.len(), 4);
        assert!(lanes.take(other).is_ok());
        drop(held);
        assert!(lanes.take(one).is_ok() && lanes.0.lock().unwrap().is_empty());
    }
}
