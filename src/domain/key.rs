//! Machine keys 机器密钥: what a team's program shows instead of a sign-in. How long they live, from where, how often.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::input::Whole;
use crate::domain::policy::scopes::KeyScope;
use crate::domain::text::Line;
use crate::domain::time::Timestamp;
use chrono::TimeDelta;
use deserr::ValuePointerRef;
use ipnet::IpNet;
use std::net::IpAddr;

/// How long a key lives at most, in days.
pub const LONGEST_LIFE_DAYS: i64 = 365;
/// How long a key lives when its creator does not say, in days.
const LIFE_DAYS: i64 = 90;
/// How long before its end the team hears of it, in days.
pub const REMINDER_DAYS: i64 = 7;
/// How long the key before lives on when it is rotated and nobody says, in hours.
const OVERLAP_HOURS: i64 = 24;
/// Live keys that one person may have.
pub const MOST_KEYS: usize = 20;
/// Networks that a key may name.
const MOST_NETWORKS: usize = 20;
/// Requests a minute when the creator does not say.
const RATE_PER_MINUTE: i64 = 600;
/// How exactly it is noted when a key was last used, in seconds.
pub const LAST_USED_SECONDS: i64 = 60;

codes! {
    /// Whether a key can be used.
    pub enum KeyState {
        Active = "active" "在用",
        Replaced = "replaced" "已轮换，过渡期内可用",
        Expired = "expired" "已过期",
        Revoked = "revoked" "已吊销",
    }
}

impl KeyState {
    /// The state of a key at `now`, which lives until the instant `expires_at` and not in it.
    #[must_use]
    pub fn at(now: Timestamp, expires_at: Timestamp, replaced: bool, revoked: bool) -> Self {
        match (revoked, now >= expires_at, replaced) {
            (true, ..) => Self::Revoked,
            (_, true, _) => Self::Expired,
            (.., true) => Self::Replaced,
            _ => Self::Active,
        }
    }

    /// Whether the key is taken.
    #[must_use]
    pub const fn lives(self) -> bool {
        matches!(self, Self::Active | Self::Replaced)
    }
}

/// A network, by its address and the length of its prefix: `203.0.113.0/24`. An address alone is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Whether `address` lies in it. An IPv4 address that comes in the dress of IPv6 is taken for what it is.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// Whether a key with these networks may be used from `address`: from anywhere when it names none.
#[must_use]
pub fn may_come_from(networks: &[Network], address: &str) -> bool {
    let address = address.parse::<IpAddr>();
    networks.is_empty() || address.is_ok_and(|address| networks.iter().any(|network| network.contains(address)))
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Network {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let network = network.map_err(|_| {
            Fault::new(
                "not_a_network",
                "应为IP地址或网段，如 203.0.113.0/24、2001:db8::/48",
                "must be an address or a network such as 203.0.113.0/24 or 2001:db8::/48",
            )
        })?;
        // `10.1.2.3/8` is more likely a slip than a wish for sixteen million addresses.
        if network.trunc() != network {
            let whole = network.trunc();
            return Err(Fault::new(
                "not_a_network",
                format!("地址与前缀长度不符，该网段应写作 {whole}"),
                format!("the address goes beyond its prefix; this network is {whole}"),
            ));
        }
        Ok(Self(network))
    }
}

impl utoipa::ToSchema for Network {}
impl utoipa::PartialSchema for Network {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String).examples(["203.0.113.0/24"]).into()
    }
}
crate::domain::input::text_value!(Network);

/// A new key.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = KeyInput::check -> Faults)]
pub struct KeyInput {
    /// What the key is for, so that it can be told from others.
    pub name: Line<2, 60>,
    /// What it may be used for: at least one.
    pub scopes: Vec<KeyScope>,
    /// Networks that it may be used from; anywhere when there is none. At most 20.
    #[deserr(default)]
    #[schema(required = false)]
    pub networks: Vec<Network>,
    /// When it ends: 90 days from now by default, 365 at most.
    #[deserr(default)]
    pub expires_at: Option<Timestamp>,
    /// Requests a minute: 600 by default.
    #[deserr(default)]
    pub rate_per_minute: Option<Whole<1, 6000>>,
}

impl KeyInput {
    fn check(mut self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.check(self.scopes.is_empty(), "scopes", Fault::missing);
        faults.check(self.networks.len() > MOST_NETWORKS, "networks", || {
            Fault::new("too_many", format!("最多{MOST_NETWORKS}项"), format!("at most {MOST_NETWORKS}"))
        });
        self.scopes.sort_unstable();
        self.scopes.dedup();
        faults.or(self)
    }

    /// When the key ends that is made at `now`.
    ///
    /// # Errors
    /// The time is over already, or further away than a key may live.
    pub fn ends_at(&self, now: Timestamp) -> Result<Timestamp, Faults> {
        let ends_at = self.expires_at.unwrap_or_else(|| now.plus(TimeDelta::days(LIFE_DAYS)));
        if now < ends_at && ends_at <= now.plus(TimeDelta::days(LONGEST_LIFE_DAYS)) {
            return Ok(ends_at);
        }
        let zh = format!("应晚于当前时间，且不超过{LONGEST_LIFE_DAYS}天");
        let en = format!("must be later than now, and at most {LONGEST_LIFE_DAYS} days away");
        Err(Fault::new("out_of_range", zh, en).at("expires_at").into())
    }

    /// Requests a minute.
    #[must_use]
    pub fn rate(&self) -> i64 {
        self.rate_per_minute.map_or(RATE_PER_MINUTE, |rate| rate.0)
    }
}

/// How a key is rotated.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct RotationInput {
    /// How long the key before can still be used, in hours: 24 by default, 168 at most, 0 for not at all.
    #[deserr(default)]
    pub overlap_hours: Option<Whole<0, 168>>,
}

impl RotationInput {
    /// How long the key before can still be used.
    #[must_use]
    pub fn overlap(&self) -> TimeDelta {
        TimeDelta::hours(self.overlap_hours.map_or(OVERLAP_HOURS, |hours| hours.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyState, Network, may_come_from};

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let networks: Vec<Network> = ["203.0.113.0/24", "2001:db8:7::/48", "198.51.100.7"].map(|text| text.parse().unwrap()).to_vec();
        for inside in ["203.0.113.0", "203.0.113.255", "2001:db8:7::", "2001:db8:7:ffff::1", "198.51.100.7", "::ffff:203.0.113.9"] {
            assert!(may_come_from(&networks, inside), "{inside}");
        }
        for outside in ["203.0.112.255", "203.0.114.0", "2001:db8:8::", "198.51.100.8", "::ffff:203.0.114.9", "", "localhost"] {
            assert!(!may_come_from(&networks, outside), "{outside}");
        }
        assert!(may_come_from(&[], "192.0.2.1") && may_come_from(&[], ""), "no network means anywhere");
    }

    #[test]
    fn a_network_is_written_without_bits_beyond_its_prefix() {
        for wrong in ["203.0.113.1/24", "203.0.113.0/33", "2001:db8::1/48", "example.cn", "203.0.113", "", "::/129", " 10.0.0.0/8"] {
            assert_eq!(wrong.parse::<Network>().unwrap_err().code, "not_a_network", "{wrong}");
        }
        assert_eq!("198.51.100.7".parse::<Network>().unwrap().to_string(), "198.51.100.7/32");
        assert_eq!("2001:DB8::".parse::<Network>().unwrap().to_string(), "2001:db8::/128");
    }

    #[test]
    fn a_key_lives_until_its_end_and_not_in_it() {
        let end: crate::domain::time::Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        let before = end.plus(-chrono::TimeDelta::microseconds(1));
        assert_eq!(KeyState::at(before, end, false, false), KeyState::Active);
        assert_eq!(KeyState::at(before, end, true, false), KeyState::Replaced);
        assert_eq!(KeyState::at(end, end, true, false), KeyState::Expired);
        assert_eq!(KeyState::at(before, end, true, true), KeyState::Revoked);
    }
}
