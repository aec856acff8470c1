//! The caller's address. Headers that name one are anybody's to write: they are read only when the connection comes from a
//! proxy that the operator named, and then from the right, as far as such proxies wrote them.

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The header in which the proxies write where a request came from. One alone: a proxy passes on what it does not write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The proxies in front of the service.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// Their networks.
    pub trusted: Vec<IpNet>,
    /// The header that they write.
    pub header: Header,
}

impl Proxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// The right-most address that is none of the proxies; the last proxy whose word can be read, when there is none.
    #[must_use]
    pub fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
        if !self.trusts(client) {
            return client;
        }
        let name = match self.header {
            Header::XForwardedFor => "x-forwarded-for",
            Header::Forwarded => "forwarded",
        };
        let lines: Vec<&str> = headers.get_all(name).map(|line| line.to_str().unwrap_or_default()).collect();
        // An address holds no comma, so even a quote that somebody left open far left does not reach the right.
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let named = match self.header {
                Header::XForwardedFor => address(hop.trim()),
                Header::Forwarded => named_for(hop).and_then(address),
            };
            let Some(named) = named else { return client };
            client = named;
            if !self.trusts(client) {
                return client;
            }
        }
        client
    }
}

/// What `for=` says in an element of `Forwarded`.
fn named_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
    })
}

/// An address, also with a port or in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let whole = text.parse().ok().or_else(bare).or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    whole.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::{Header, Proxies};
    use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

    fn client(proxies: &Proxies, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        proxies.client(Some(peer.parse().unwrap()), &headers).to_string()
    }

    fn behind(header: Header) -> Proxies {
        Proxies { trusted: ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"].map(|net| net.parse().unwrap()).to_vec(), header }
    }

    #[test]
    fn nobody_names_an_address_but_a_proxy_that_is_known() {
        let line = ("x-forwarded-for", "203.0.113.9");
        assert_eq!(client(&Proxies::default(), "127.0.0.1", &[line]), "127.0.0.1");
        assert_eq!(client(&behind(Header::XForwardedFor), "198.51.100.1", &[line]), "198.51.100.1");
        assert_eq!(client(&behind(Header::XForwardedFor), "::ffff:10.1.2.3", &[line]), "203.0.113.9");
        assert_eq!(client(&behind(Header::Forwarded), "10.1.2.3", &[line]), "10.1.2.3", "the header that the proxy does not write");
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_is_the_callers() {
        let proxies = behind(Header::XForwardedFor);
        for (lines, wanted) in [
            (&["1.1.1.1, 203.0.113.9"][..], "203.0.113.9"),
            (&["1.1.1.1", "203.0.113.9, 10.0.0.7"], "203.0.113.9"),
            (&["203.0.113.9:4711"], "203.0.113.9"),
            (&["2001:db8::1"], "2001:db8::1"),
            (&["[2001:db8::1]:443"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["10.0.0.8, 10.0.0.7"], "10.0.0.8"),
            (&["203.0.113.9, unknown, 10.0.0.7"], "10.0.0.7"),
            (&["203.0.113.9, "], "10.1.2.3"),
            (&[""], "10.1.2.3"),
            (&[], "10.1.2.3"),
        ] {
            let lines: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
            assert_eq!(client(&proxies, "10.1.2.3", &lines), wanted, "{lines:?}");
        }
    }

    #[test]
    fn the_header_of_the_standard_is_read_alike() {
        let proxies = behind(Header::Forwarded);
        for (line, wanted) in [
            ("for=203.0.113.9", "203.0.113.9"),
            ("For=\"[2001:db8::1]:4711\";proto=https", "2001:db8::1"),
            ("for=1.1.1.1, by=10.0.0.1;for=203.0.113.9", "203.0.113.9"),
            ("for=\"1.1.1.1, for=203.0.113.9", "203.0.113.9"),
            ("for=203.0.113.9, for=_hidden", "10.1.2.3"),
            ("proto=https", "10.1.2.3"),
        ] {
            assert_eq!(client(&proxies, "10.1.2.3", &[("forwarded", line)]), wanted, "{line}");
        }
    }
}
