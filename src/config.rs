//! Configuration: environment → [`Config`], all faults at once. The only reader of environment variables.
//!
//! Every secret `X` may also come from the file that `X_FILE` names. Values are never printed.

use crate::auth::ring::{self, KeyFile};
use crate::auth::token::SHORTEST_SECRET;
use crate::domain::audit::ChainHash;
use crate::domain::fault::Fault;
use crate::domain::password::Profile;
use crate::domain::policy::Role;
use crate::domain::policy::assurance::PRIVILEGED;
use crate::store::Place;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

/// How letters leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailRoute {
    /// By this SMTP URL.
    Smtp(String),
    /// As files in this folder.
    Folder(PathBuf),
}

/// What the service is run with.
#[derive(Clone)]
pub struct Config {
    /// Where it listens: `JIEBANG_LISTEN`, 127.0.0.1:8080 by default.
    pub listen: SocketAddr,
    /// Which database: `DATABASE_URL`, a file in the data directory by default.
    pub database: Place,
    /// Folder for what the service keeps: `JIEBANG_DATA_DIR`, `./data` by default.
    pub data_dir: PathBuf,
    /// Root of all keys: `JIEBANG_SECRET`, at least 32 bytes.
    pub secret: Vec<u8>,
    /// Roles that need a second factor: `JIEBANG_SECOND_FACTOR`, role codes with commas, or `privileged`; none by default.
    pub second_factor: Vec<Role>,
    /// Which new passwords are taken: `JIEBANG_PASSWORD_PROFILE`, `modern` (by default) or `dengbao3`.
    pub profile: Profile,
    /// How the chain of the audit log is hashed: `JIEBANG_AUDIT_HASH`, `sha256` (by default) or `sm3`.
    pub chain: ChainHash,
    /// Address as users know it: `JIEBANG_PUBLIC_URL`. Links in letters begin with it.
    pub public_url: String,
    /// How letters leave: `JIEBANG_SMTP_URL` or `JIEBANG_MAIL_DIR`.
    pub mail: MailRoute,
    /// Sender of letters: `JIEBANG_MAIL_FROM`.
    pub mail_from: String,
    /// Working-day tables beyond those built in: the text of `JIEBANG_CALENDAR_FILE`.
    pub calendar: Option<String>,
    /// Worker threads: `JIEBANG_WORKERS`, one a core by default.
    pub workers: usize,
    /// Connections to PostgreSQL, or readers of SQLite: `JIEBANG_POOL`.
    pub pool: u32,
}

/// Something in the configuration that the service does not start with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// The variable.
    pub key: &'static str,
    /// What is wrong with it; never its value.
    pub problem: String,
}

/// The secret that `.env.example` prints, and words that show a placeholder.
const PRINTED: &[&str] = &["change-me", "changeme", "example", "secret-secret", "0123456789"];

/// Variables, however they are read: the process's environment, or a map in tests.
pub type Source<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The process's environment, with a `.env` file in the working directory read first.
///
/// # Errors
/// All faults of the configuration.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn from_environment() -> Result<Config, Vec<ConfigFault>> {
    match dotenvy::dotenv() {
        Err(error) if !error.not_found() => {
            // The line itself may hold a secret.
            Err(vec![ConfigFault { key: ".env", problem: "holds a line that cannot be read: quote values with spaces or <>".into() }])
        }
        // A missing .env is the ordinary case.
        _ => read(&|key| std::env::var(key).ok()),
    }
}

/// The filter and the form of the log: `JIEBANG_LOG` (`info` by default) and `JIEBANG_LOG_FORMAT` (`json` or `text`).
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn log() -> (String, bool) {
    // What is wrong with a .env is told by `from_environment`.
    drop(dotenvy::dotenv());
    let filter = std::env::var("JIEBANG_LOG").unwrap_or_else(|_| "info".into());
    (filter, std::env::var("JIEBANG_LOG_FORMAT").as_deref() != Ok("text"))
}

/// Reads the configuration from `source`.
///
/// # Errors
/// All its faults.
pub fn read(source: Source<'_>) -> Result<Config, Vec<ConfigFault>> {
    let mut reader = Reader { source, faults: Vec::new() };
    let data_dir = PathBuf::from(reader.text("JIEBANG_DATA_DIR").unwrap_or_else(|| "data".into()));
    let database = reader.database(&data_dir);
    let secret = reader.secret();
    reader.key_file(&data_dir);
    let second_factor = reader.second_factor();
    let profile = reader.code("JIEBANG_PASSWORD_PROFILE", Profile::Modern);
    let chain = reader.code("JIEBANG_AUDIT_HASH", ChainHash::Sha256);
    let public_url = reader.public_url();
    let mail = reader.mail();
    let config = Config {
        listen: reader.parsed("JIEBANG_LISTEN", SocketAddr::from(([127, 0, 0, 1], 8080))),
        database,
        secret,
        second_factor,
        profile,
        chain,
        public_url,
        mail,
        mail_from: reader.mail_from(),
        calendar: reader.calendar(),
        workers: reader.count("JIEBANG_WORKERS", cores(), 256),
        pool: reader.count("JIEBANG_POOL", 8, 512),
        data_dir,
    };
    if reader.faults.is_empty() { Ok(config) } else { Err(reader.faults) }
}

/// Cores of this machine.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

struct Reader<'a> {
    source: Source<'a>,
    faults: Vec<ConfigFault>,
}

impl Reader<'_> {
    fn fault(&mut self, key: &'static str, problem: impl Into<String>) {
        self.faults.push(ConfigFault { key, problem: problem.into() });
    }

    fn text(&self, key: &str) -> Option<String> {
        (self.source)(key).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A value from `key`, or from the file that `key_FILE` names.
    fn hidden(&mut self, key: &'static str) -> Option<String> {
        let Some(path) = self.text(&format!("{key}_FILE")) else { return self.text(key) };
        if world_readable(&path) {
            self.fault(key, "the file with it can be read by everyone on this machine (chmod 600)");
        }
        match std::fs::read_to_string(&path) {
            Ok(value) => Some(value.trim().to_owned()),
            Err(error) => {
                self.fault(key, format!("the file with it cannot be read: {error}"));
                None
            }
        }
    }

    fn parsed<T: std::str::FromStr>(&mut self, key: &'static str, default: T) -> T {
        let Some(text) = self.text(key) else { return default };
        text.parse().unwrap_or_else(|_| {
            self.fault(key, "cannot be read");
            default
        })
    }

    /// A number from 1 to `most`.
    fn count<T: std::str::FromStr + PartialOrd + From<u16>>(&mut self, key: &'static str, default: T, most: u16) -> T {
        let value = self.parsed(key, default);
        if value < T::from(1) || value > T::from(most) {
            self.fault(key, format!("must be from 1 to {most}"));
        }
        value
    }

    fn database(&mut self, data_dir: &std::path::Path) -> Place {
        let default = Place::Sqlite(data_dir.join("jiebang.db"));
        let Some(url) = self.hidden("DATABASE_URL") else { return default };
        match url.parse::<Place>() {
            Err(problem) => {
                self.fault("DATABASE_URL", problem);
                default
            }
            Ok(place) => {
                if matches!(&place, Place::Postgres(url) if plain_to_another_host(url)) {
                    self.fault("DATABASE_URL", "PostgreSQL on another host needs sslmode=require or verify-full");
                }
                place
            }
        }
    }

    fn secret(&mut self) -> Vec<u8> {
        let Some(secret) = self.hidden("JIEBANG_SECRET") else {
            self.fault("JIEBANG_SECRET", "is missing: make one with `openssl rand -base64 48`");
            return Vec::new();
        };
        let distinct = secret.bytes().collect::<std::collections::HashSet<_>>().len();
        if secret.len() < SHORTEST_SECRET {
            self.fault("JIEBANG_SECRET", format!("is shorter than {SHORTEST_SECRET} bytes"));
        } else if distinct < 12 || PRINTED.iter().any(|printed| secret.to_lowercase().contains(printed)) {
            self.fault("JIEBANG_SECRET", "is no secret: it is repetitive or stands in the documentation");
        }
        secret.into_bytes()
    }

    fn key_file(&mut self, data_dir: &std::path::Path) {
        if let Err(problem) = KeyFile::read(&data_dir.join(ring::FILE)) {
            self.fault("JIEBANG_DATA_DIR", format!("{} in it {problem}", ring::FILE));
        }
    }

    fn second_factor(&mut self) -> Vec<Role> {
        let text = self.text("JIEBANG_SECOND_FACTOR").unwrap_or_default();
        if text == "privileged" {
            return PRIVILEGED.to_vec();
        }
        let codes = text.split(',').map(str::trim).filter(|code| !code.is_empty());
        let roles: Vec<_> = codes.map(|code| code.parse::<Role>().ok().filter(|role| role.grantable())).collect();
        if roles.iter().any(Option::is_none) {
            self.fault("JIEBANG_SECOND_FACTOR", "must be `privileged` or codes of roles with commas between them");
        }
        roles.into_iter().flatten().collect()
    }

    /// One of a closed list of codes, `usual` where nothing is said.
    fn code<T: std::str::FromStr<Err = Fault>>(&mut self, key: &'static str, usual: T) -> T {
        match self.text(key).map(|text| text.parse()) {
            None => usual,
            Some(Ok(code)) => code,
            Some(Err(fault)) => {
                self.fault(key, fault.en);
                usual
            }
        }
    }

    fn public_url(&mut self) -> String {
        let text = self.text("JIEBANG_PUBLIC_URL").unwrap_or_else(|| "http://127.0.0.1:8080".into());
        match url::Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
                if url.scheme() == "http" && !url.host_str().is_some_and(local) {
                    self.fault("JIEBANG_PUBLIC_URL", "must be https, except on this machine");
                }
            }
            _ => self.fault("JIEBANG_PUBLIC_URL", "is no http or https address"),
        }
        text.trim_end_matches('/').to_owned()
    }

    fn mail(&mut self) -> MailRoute {
        let folder = self.text("JIEBANG_MAIL_DIR").map(PathBuf::from);
        let smtp = self.hidden("JIEBANG_SMTP_URL");
        match (smtp, folder) {
            (Some(_), Some(folder)) => {
                self.fault("JIEBANG_MAIL_DIR", "stands beside JIEBANG_SMTP_URL: choose one");
                MailRoute::Folder(folder)
            }
            (None, Some(folder)) => MailRoute::Folder(folder),
            (None, None) => {
                self.fault("JIEBANG_SMTP_URL", "is missing (or set JIEBANG_MAIL_DIR to keep letters as files)");
                MailRoute::Folder(PathBuf::new())
            }
            (Some(text), None) => {
                match url::Url::parse(&text) {
                    Ok(url) if matches!(url.scheme(), "smtp" | "smtps") && url.has_host() => {
                        let encrypted =
                            url.scheme() == "smtps" || url.query_pairs().any(|(key, value)| key == "tls" && value == "required");
                        if !encrypted && !url.host_str().is_some_and(local) {
                            self.fault("JIEBANG_SMTP_URL", "sends in the clear to another host: use smtps:// or ?tls=required");
                        }
                    }
                    _ => self.fault("JIEBANG_SMTP_URL", "is no smtp:// or smtps:// address"),
                }
                MailRoute::Smtp(text)
            }
        }
    }

    fn mail_from(&mut self) -> String {
        let text = self.text("JIEBANG_MAIL_FROM").unwrap_or_else(|| "Jiebang <jiebang@localhost>".into());
        if text.contains(['\r', '\n']) || !text.contains('@') {
            self.fault("JIEBANG_MAIL_FROM", "is no sender, such as: Jiebang <jiebang@kjt.example.cn>");
        }
        text
    }

    fn calendar(&mut self) -> Option<String> {
        let path = self.text("JIEBANG_CALENDAR_FILE")?;
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string());
        let checked = text.and_then(|text| crate::domain::calendar::Calendar::default().with(&text).map(|_| text));
        checked.map_err(|problem| self.fault("JIEBANG_CALENDAR_FILE", problem)).ok()
    }
}

fn local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn plain_to_another_host(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    let secured = url.query_pairs().any(|(key, value)| key == "sslmode" && matches!(&*value, "require" | "verify-ca" | "verify-full"));
    !secured && url.host_str().is_some_and(|host| !host.is_empty() && !local(host))
}

fn world_readable(path: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

impl Config {
    /// The configuration for people to read, without secrets.
    #[must_use]
    pub fn redacted(&self) -> String {
        let mut text = String::new();
        let database = match &self.database {
            Place::Sqlite(path) => format!("sqlite://{}", path.display()),
            Place::Postgres(_) => "postgres://…".into(),
        };
        let mail = match &self.mail {
            MailRoute::Smtp(_) => "smtp …".into(),
            MailRoute::Folder(path) => format!("folder {}", path.display()),
        };
        for (key, value) in [
            ("JIEBANG_LISTEN", self.listen.to_string()),
            ("DATABASE_URL", database),
            ("JIEBANG_DATA_DIR", self.data_dir.display().to_string()),
            ("JIEBANG_SECRET", format!("… ({} bytes)", self.secret.len())),
            ("JIEBANG_SECOND_FACTOR", self.second_factor.iter().map(|role| role.code()).collect::<Vec<_>>().join(",")),
            ("JIEBANG_PASSWORD_PROFILE", self.profile.to_string()),
            ("JIEBANG_AUDIT_HASH", self.chain.to_string()),
            ("JIEBANG_PUBLIC_URL", self.public_url.clone()),
            ("mail", mail),
            ("JIEBANG_MAIL_FROM", self.mail_from.clone()),
            ("JIEBANG_WORKERS", self.workers.to_string()),
            ("JIEBANG_POOL", self.pool.to_string()),
        ] {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{key} = {value}");
        }
        text
    }
}
