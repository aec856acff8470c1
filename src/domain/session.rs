//! Sessions: how long a sign-in lives, and where it came from.

use std::net::{IpAddr, Ipv6Addr};

/// How long a sign-in lives at most, in days.
pub const LIFE_DAYS: i64 = 14;
/// How long a sign-in lives without being renewed, in hours.
pub const IDLE_HOURS: i64 = 72;
/// How long the refresh token before the newest is taken again, in seconds: the answer may have been lost.
pub const GRACE_SECONDS: i64 = 30;
/// How old the last proof of who one is may be for the acts of [`FRESH`](super::policy::assurance::FRESH), in seconds.
pub const FRESH_SECONDS: i64 = 300;
/// How long one may take for the second factor after the password, in seconds.
pub const CHALLENGE_SECONDS: i64 = 300;
/// Wrong codes in a row after which none is looked at for [`TRIES_PAUSE_SECONDS`].
pub const MOST_TRIES: i32 = 5;
/// How long no code is looked at after too many wrong ones, in seconds.
pub const TRIES_PAUSE_SECONDS: i64 = 900;
/// How long no password is looked at, at most: each pause in a row is twice the one before, in seconds.
pub const LONGEST_PAUSE_SECONDS: i64 = 3_600;
/// How long a link to a new password is good, in minutes.
pub const RESET_MINUTES: i64 = 30;
/// How long an invitation is good, in days.
pub const INVITATION_DAYS: i64 = 7;
/// Letters with a link to a new password that an account gets within an hour at most.
pub const MOST_RESET_LETTERS: i64 = 3;
/// How long a place that someone signed in from is remembered, in days.
pub const PLACE_DAYS: i64 = 365;
/// Longest name of a program that is kept, in characters.
const LONGEST_AGENT: usize = 200;

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Network address; empty when it is not known.
    pub address: String,
    /// What the program calls itself; empty when it does not say.
    pub user_agent: String,
}

impl Origin {
    /// An origin with a name of reasonable length, in printable ASCII.
    #[must_use]
    pub fn new(address: String, user_agent: &str) -> Self {
        let user_agent = user_agent.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).take(LONGEST_AGENT).collect();
        Self { address, user_agent }
    }

    /// The network that guesses are counted for: an IPv4 address, or the /64 of an IPv6 one, which is one customer's.
    #[must_use]
    pub fn network(&self) -> String {
        match self.address.parse().map(network) {
            Ok(IpAddr::V6(network)) => format!("{network}/64"),
            Ok(address) => address.to_string(),
            Err(_) => self.address.clone(),
        }
    }

    /// Address and program as one text, to tell one place from another.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}\n{}", self.address, self.user_agent)
    }
}

/// The network of one customer: an IPv4 address, or the first address of the /64 of an IPv6 one.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}
