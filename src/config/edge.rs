//! How the service is reached: its address, the proxies in front, web pages of other origins; and what is odd about it all.

use super::database::local;
use super::reader::Reader;
use super::{Config, ConfigFault};
use ipnet::IpNet;
use std::net::IpAddr;

/// The header in which proxies say where a request came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarding {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl Reader<'_> {
    /// The address as users know it: https, except on this machine, and nothing but an address.
    pub fn public_url(&mut self) -> String {
        const KEY: &str = "JIEBANG_PUBLIC_URL";
        let text = self.text(KEY).unwrap_or_else(|| "http://127.0.0.1:8080".into());
        match url::Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
                if url.scheme() == "http" && !url.host_str().is_some_and(local) {
                    self.fault(KEY, "must be https, except on this machine");
                }
                if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
                    self.fault(KEY, "must be an address alone: no user, no `?`, no `#`");
                }
            }
            _ => self.fault(KEY, "is no http or https address"),
        }
        text.trim_end_matches('/').to_owned()
    }

    /// The proxies in front: addresses or networks.
    pub fn trusted_proxies(&mut self) -> Vec<IpNet> {
        const KEY: &str = "JIEBANG_TRUSTED_PROXIES";
        let parts = self.parts(KEY);
        let network = |part: &String| part.parse::<IpNet>().ok().or_else(|| part.parse::<IpAddr>().ok().map(IpNet::from));
        let networks: Vec<IpNet> = parts.iter().filter_map(network).collect();
        if networks.len() < parts.len() {
            self.fault(KEY, "must be addresses or networks with commas between them, such as 127.0.0.1,10.0.3.0/24");
        }
        if networks.iter().any(|network| network.prefix_len() < if network.addr().is_ipv4() { 8 } else { 16 }) {
            self.fault(KEY, "trusts half the world: name the proxies");
        }
        networks
    }

    /// The header that the proxies write.
    pub fn forwarding(&mut self, proxies: &[IpNet]) -> Forwarding {
        const KEY: &str = "JIEBANG_FORWARDED_HEADER";
        let Some(text) = self.text(KEY) else { return Forwarding::XForwardedFor };
        if proxies.is_empty() {
            self.fault(KEY, "does nothing without JIEBANG_TRUSTED_PROXIES");
        }
        match text.to_lowercase().as_str() {
            "x-forwarded-for" => Forwarding::XForwardedFor,
            "forwarded" => Forwarding::Forwarded,
            _ => {
                self.fault(KEY, "must be `x-forwarded-for` or `forwarded`");
                Forwarding::XForwardedFor
            }
        }
    }

    /// Origins whose pages may call: exactly as browsers write them.
    pub fn origins(&mut self) -> Vec<String> {
        let origins = self.parts("JIEBANG_CORS_ORIGINS");
        let exact = |text: &String| {
            url::Url::parse(text)
                .is_ok_and(|url| url.scheme() == "https" && url.origin().ascii_serialization() == *text && !text.contains('*'))
        };
        if !origins.iter().all(exact) {
            let problem = "takes exact origins by https with commas between them, such as https://portal.kjt.example.cn: no `*`, no path";
            self.fault("JIEBANG_CORS_ORIGINS", problem);
        }
        origins
    }
}

impl Config {
    /// Whether people reach the service by https, and so through a proxy.
    #[must_use]
    pub fn https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// What may be meant so, but hardly is.
    pub(super) fn doubts(&self) -> Vec<ConfigFault> {
        let doubt = |key: &str, problem: &str| ConfigFault { key: key.into(), problem: problem.into() };
        let proxied = self.https() && self.trusted_proxies.is_empty();
        let bare = !self.https() && !self.listen.ip().is_loopback();
        let mut doubts = Vec::new();
        if proxied {
            let problem = "is not set: everyone behind the proxy counts as one address, for limits, pauses and the list of sessions";
            doubts.push(doubt("JIEBANG_TRUSTED_PROXIES", problem));
        }
        if bare {
            doubts.push(doubt("JIEBANG_LISTEN", "lets other machines in without TLS, while JIEBANG_PUBLIC_URL is not https"));
        }
        doubts
    }
}
