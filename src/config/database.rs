//! Which database: a file that is one's own, or PostgreSQL, by TLS unless it is on this machine.

use super::private::tells_others;
use super::reader::Reader;
use crate::store::Place;
use std::path::Path;

const KEY: &str = "DATABASE_URL";

/// Whether a host is this machine.
pub fn local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

impl Reader<'_> {
    /// The database.
    pub fn database(&mut self, data_dir: &Path) -> Place {
        let own = data_dir.join("jiebang.db");
        let Some(url) = self.hidden(KEY) else {
            if tells_others(&own) {
                self.fault("JIEBANG_DATA_DIR", "holds a jiebang.db that others than its owner can read (chmod 600)");
            }
            return Place::Sqlite(own);
        };
        match url.parse::<Place>() {
            Err(problem) => self.fault(KEY, problem),
            Ok(Place::Sqlite(path)) => {
                if tells_others(&path) {
                    self.fault(KEY, "names a file that others than its owner can read (chmod 600)");
                }
                return Place::Sqlite(path);
            }
            Ok(Place::Postgres(url)) => {
                match plain_to_another_host(&url) {
                    None => self.fault(KEY, "cannot be read: postgres://user:password@host:port/database?sslmode=verify-full"),
                    Some(true) => self.fault(KEY, "PostgreSQL on another host needs sslmode=require or verify-full"),
                    Some(false) => {}
                }
                return Place::Postgres(url);
            }
        }
        Place::Sqlite(own)
    }
}

/// Whether what is said to the database could be overheard. The client library takes the last of several parameters, and
/// hosts from parameters, too.
fn plain_to_another_host(url: &str) -> Option<bool> {
    let url = url::Url::parse(url).ok()?;
    let mut hosts = vec![url.host_str().unwrap_or_default().to_owned()];
    let mut secured = false;
    for (key, value) in url.query_pairs() {
        match &*key {
            "sslmode" => secured = matches!(&*value, "require" | "verify-ca" | "verify-full"),
            "host" | "hostaddr" | "service" => hosts.push(value.into_owned()),
            _ => {}
        }
    }
    let socket = |host: &str| host.is_empty() || host.starts_with('/') || host.to_lowercase().starts_with("%2f");
    let elsewhere = hosts.iter().flat_map(|hosts| hosts.split(',')).any(|host| !socket(host) && !local(host));
    Some(elsewhere && !secured)
}
