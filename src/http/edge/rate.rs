//! How often one caller may ask: so many requests a second, and more at once after a pause. By person for those who show a
//! token that is ours, by network for all others, so that nobody uses up another's share.

use crate::domain::id::UserId;
use crate::domain::session::network;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once.
    pub burst: NonZeroU32,
}

/// Whose share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Whoever a token was given to.
    User(UserId),
    /// Whoever calls from there.
    Network(IpAddr),
}

impl Key {
    /// The share of the network of `address`.
    #[must_use]
    pub fn network(address: IpAddr) -> Self {
        Self::Network(network(address))
    }
}

/// What is left of a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Requests that may be made at once.
    pub left: u32,
    /// When the share is whole again, in seconds.
    pub whole_in: u64,
}

/// The shares of all callers, in memory: a restart makes them whole. Counted by a clock that nobody sets.
#[derive(Debug)]
pub struct Rates<C: Clock = DefaultClock> {
    limiter: RateLimiter<Key, DashMapStateStore<Key>, C, StateInformationMiddleware>,
    clock: C,
    rate: Rate,
    /// The same for all answers.
    policy: HeaderValue,
}

impl Rates {
    /// Everyone's share is whole.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self::by(rate, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Rates<C> {
    fn by(rate: Rate, clock: C) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        let window = rate.burst.get().div_ceil(rate.per_second.get());
        let policy = HeaderValue::from_str(&format!("\"caller\";q={};w={window}", rate.burst));
        Self { limiter, clock, rate, policy: policy.unwrap_or(HeaderValue::from_static("")) }
    }

    /// Takes a request from a share.
    ///
    /// # Errors
    /// Nothing is left of it for so many seconds.
    pub fn take(&self, key: Key) -> Result<Share, u64> {
        match self.limiter.check_key(&key) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                let taken = self.rate.burst.get().saturating_sub(left);
                Ok(Share { left, whole_in: u64::from(taken.div_ceil(self.rate.per_second.get())) })
            }
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                Err(wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1))
            }
        }
    }

    /// Tells a caller what is left, as the draft of the IETF on `RateLimit` header fields has it.
    pub fn tell(&self, share: Share, headers: &mut HeaderMap) {
        headers.insert(RATE_LIMIT_POLICY, self.policy.clone());
        if let Ok(value) = HeaderValue::from_str(&format!("\"caller\";r={};t={}", share.left, share.whole_in)) {
            headers.insert(RATE_LIMIT, value);
        }
    }

    /// Forgets callers whose share is whole again: they are as good as new.
    pub fn forget(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Rate, Rates, Share};
    use governor::clock::FakeRelativeClock;
    use std::time::Duration;

    fn from(address: &str) -> Key {
        Key::network(address.parse().unwrap())
    }

    fn rates() -> (FakeRelativeClock, Rates<FakeRelativeClock>) {
        let clock = FakeRelativeClock::default();
        let rate = Rate { per_second: 50.try_into().unwrap(), burst: 200.try_into().unwrap() };
        (clock.clone(), Rates::by(rate, clock))
    }

    #[test]
    fn a_burst_then_the_rate_and_each_caller_has_a_share_of_their_own() {
        let (clock, rates) = rates();
        let (one, user) = (from("192.0.2.1"), Key::User("018e0000-0000-7000-8000-000000000001".parse().unwrap()));
        assert_eq!(rates.take(one), Ok(Share { left: 199, whole_in: 1 }));
        for _ in 1..200 {
            rates.take(one).unwrap();
        }
        assert_eq!(rates.take(one), Err(1));
        assert_eq!(rates.take(from("192.0.2.2")), Ok(Share { left: 199, whole_in: 1 }));
        assert_eq!(rates.take(user), Ok(Share { left: 199, whole_in: 1 }));
        clock.advance(Duration::from_secs(1));
        let again = (0..200).filter(|_| rates.take(one).is_ok()).count();
        assert_eq!(again, 50);
        assert_eq!(rates.take(from("2001:db8::1")).map(|share| share.left), Ok(199));
        assert_eq!(rates.take(from("2001:db8::2")).map(|share| share.left), Ok(198), "one customer");
        assert_eq!(rates.take(from("2001:db8:0:1::1")).map(|share| share.left), Ok(199), "another one");
    }

    #[test]
    fn callers_with_a_whole_share_are_forgotten() {
        let (clock, rates) = rates();
        for number in 0..10_000u32 {
            rates.take(from(&std::net::Ipv4Addr::from(number).to_string())).unwrap();
        }
        rates.forget();
        assert_eq!(rates.limiter.len(), 10_000);
        clock.advance(Duration::from_secs(5));
        let kept = from("198.51.100.1");
        rates.take(kept).unwrap();
        rates.forget();
        assert_eq!(rates.limiter.len(), 1);
    }

    #[test]
    #[ignore = "the full form: cargo test --release --lib full_form -- --ignored --nocapture"]
    fn full_form_what_the_limit_costs() {
        let rate = Rate { per_second: 1_000_000.try_into().unwrap(), burst: 1_000_000.try_into().unwrap() };
        let rates = Rates::new(rate);
        let keys: Vec<Key> = (0..10_000u32).map(|number| from(&std::net::Ipv4Addr::from(number).to_string())).collect();
        let mut headers = actix_web::http::header::HeaderMap::new();
        let begun = std::time::Instant::now();
        for key in keys.iter().cycle().take(1_000_000) {
            let share = rates.take(*key).unwrap();
            rates.tell(share, &mut headers);
        }
        eprintln!("{} ns a request", begun.elapsed().as_millis());
    }
}
