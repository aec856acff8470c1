//! Configuration: environment → [`Config`], all faults at once. The only reader of environment variables.
//!
//! Every secret `X` may also come from the file that `X_FILE` names. Values are never printed.

mod database;
mod edge;
mod letters;
mod private;
mod reader;
mod secret;
mod shown;

use crate::domain::audit::ChainHash;
use crate::domain::fault::Fault;
use crate::domain::file::{Clamd, FileLimits, MIB};
use crate::domain::password::Profile;
use crate::domain::policy::Role;
use crate::domain::policy::assurance::PRIVILEGED;
use crate::domain::proposal::complete::BidRules;
use crate::domain::proposal::team::YouthRule;
use crate::domain::seal::Cipher;
use crate::store::Place;
use ipnet::IpNet;
use reader::Reader;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

pub use edge::Forwarding;
pub use letters::MailRoute;
pub use reader::{KNOWN, SECRETS};

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
    /// The cipher that seals bids: `JIEBANG_SEAL_CIPHER`, `aes_256_gcm` (by default) or `sm4_gcm`.
    pub cipher: Cipher,
    /// What is demanded of every bid: `JIEBANG_YOUTH_MEN` (35), `JIEBANG_YOUTH_WOMEN` (40), `JIEBANG_LEAST_STAGES` (4),
    /// `JIEBANG_LIMIT_LEADS` (1), `JIEBANG_LIMIT_JOINS` (3).
    pub bid_rules: BidRules,
    /// How much a bid's files may be: `JIEBANG_FILE_MIB` (50), `JIEBANG_BID_FILES` (20), `JIEBANG_BID_MIB` (200), `JIEBANG_TEAM_MIB`
    /// (2048); a project's: `JIEBANG_PROJECT_FILES` (200), `JIEBANG_PROJECT_MIB` (1024).
    pub file_limits: FileLimits,
    /// The virus scanner that looks at each file: `JIEBANG_CLAMD`, none by default.
    pub clamd: Option<Clamd>,
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
    /// Requests a second that one caller may make: `JIEBANG_RATE`, 50 by default, 0 for no limit.
    pub rate: u32,
    /// Requests that one caller may make at once: `JIEBANG_RATE_BURST`, 200 by default.
    pub burst: u32,
    /// Requests that are worked on at once: `JIEBANG_IN_FLIGHT`, 256 by default.
    pub in_flight: usize,
    /// Proxies whose word on a caller's address is taken: `JIEBANG_TRUSTED_PROXIES`, none by default.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they say it: `JIEBANG_FORWARDED_HEADER`.
    pub forwarding: Forwarding,
    /// Other origins whose pages may call: `JIEBANG_CORS_ORIGINS`, none by default.
    pub origins: Vec<String>,
    /// What opens `/metrics`: `JIEBANG_METRICS_TOKEN`; without it, being on this machine does.
    pub metrics_token: Option<String>,
    /// What may be meant so, but hardly is.
    pub warnings: Vec<ConfigFault>,
}

/// Something in the configuration that the service does not start with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// The variable.
    pub key: String,
    /// What is wrong with it; never its value.
    pub problem: String,
}

/// The process's environment, with a `.env` file in the working directory read first.
///
/// # Errors
/// All faults of the configuration.
pub fn from_environment() -> Result<Config, Vec<ConfigFault>> {
    let fault = |key: &str, problem: &str| ConfigFault { key: key.into(), problem: problem.into() };
    let mut faults = Vec::new();
    match dotenvy::dotenv() {
        // The line itself may hold a secret.
        Err(error) if !error.not_found() => {
            return Err(vec![fault(".env", "holds a line that cannot be read: quote values with spaces or <>")]);
        }
        Ok(path) if private::tells_everyone(&path) && holds_secrets(&path) => {
            faults.push(fault(".env", "holds secrets and can be read by everyone on this machine (chmod 600)"));
        }
        // A missing .env is the ordinary case.
        _ => {}
    }
    let mut environment = BTreeMap::new();
    for (key, value) in std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value))) {
        match value.into_string() {
            Ok(value) => drop(environment.insert(key, value)),
            Err(_) if reader::is_ours(&key) => faults.push(fault(&key, "is not UTF-8")),
            Err(_) => {}
        }
    }
    match read(&environment) {
        Ok(config) if faults.is_empty() => Ok(config),
        Ok(_) => Err(faults),
        Err(more) => Err(faults.into_iter().chain(more).collect()),
    }
}

fn holds_secrets(path: &std::path::Path) -> bool {
    let lines = dotenvy::from_path_iter(path).into_iter().flatten().flatten();
    lines.into_iter().any(|(key, _)| SECRETS.contains(&key.as_str()))
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

/// Reads the configuration from the variables of `environment`.
///
/// # Errors
/// All its faults.
pub fn read(environment: &BTreeMap<String, String>) -> Result<Config, Vec<ConfigFault>> {
    let mut reader = Reader::new(environment);
    let data_dir = reader.data_dir();
    let secret = reader.secret();
    let metrics_token = reader.metrics_token(&secret);
    let trusted_proxies = reader.trusted_proxies();
    reader.log();
    let mut config = Config {
        listen: reader.parsed(
            "JIEBANG_LISTEN",
            SocketAddr::from(([127, 0, 0, 1], 8080)),
            "is no address with a port, such as 127.0.0.1:8080",
        ),
        database: reader.database(&data_dir),
        secret: secret.into_bytes(),
        second_factor: reader.second_factor(),
        profile: reader.code("JIEBANG_PASSWORD_PROFILE", Profile::Modern),
        chain: reader.code("JIEBANG_AUDIT_HASH", ChainHash::Sha256),
        cipher: reader.code("JIEBANG_SEAL_CIPHER", Cipher::Aes256Gcm),
        bid_rules: reader.bid_rules(),
        file_limits: reader.file_limits(),
        clamd: reader.clamd(),
        public_url: reader.public_url(),
        mail: reader.mail(),
        mail_from: reader.mail_from(),
        calendar: reader.calendar(),
        workers: reader.number("JIEBANG_WORKERS", cores(), 1..=256),
        pool: reader.number("JIEBANG_POOL", 8, 1..=512),
        rate: reader.number("JIEBANG_RATE", 50, 0..=100_000),
        burst: reader.number("JIEBANG_RATE_BURST", 200, 1..=1_000_000),
        in_flight: reader.number("JIEBANG_IN_FLIGHT", 256, 1..=65_536),
        forwarding: reader.forwarding(&trusted_proxies),
        trusted_proxies,
        origins: reader.origins(),
        metrics_token,
        data_dir,
        warnings: Vec::new(),
    };
    config.warnings = config.doubts();
    reader.finish(config)
}

/// Cores of this machine.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

impl Reader<'_> {
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

    fn bid_rules(&mut self) -> BidRules {
        let usual = BidRules::default();
        BidRules {
            youth: YouthRule {
                men: self.number("JIEBANG_YOUTH_MEN", usual.youth.men, 18..=70),
                women: self.number("JIEBANG_YOUTH_WOMEN", usual.youth.women, 18..=70),
            },
            least_stages: self.number("JIEBANG_LEAST_STAGES", usual.least_stages, 1..=20),
            leads: self.number("JIEBANG_LIMIT_LEADS", usual.leads, 0..=100),
            joins: self.number("JIEBANG_LIMIT_JOINS", usual.joins, 0..=100),
        }
    }

    fn file_limits(&mut self) -> FileLimits {
        let usual = FileLimits::default();
        let mut mib = |key, usual: u64, most| self.number(key, usual.checked_div(MIB).unwrap_or(1), 1..=most).saturating_mul(MIB);
        let (file, bid, team, project) = (
            mib("JIEBANG_FILE_MIB", usual.file, 1_024),
            mib("JIEBANG_BID_MIB", usual.bid, 10_240),
            mib("JIEBANG_TEAM_MIB", usual.team, 1_048_576),
            mib("JIEBANG_PROJECT_MIB", usual.project, 10_240),
        );
        if file > bid {
            self.fault("JIEBANG_FILE_MIB", "is more than JIEBANG_BID_MIB, which all files of a bid share");
        }
        if bid > team {
            self.fault("JIEBANG_BID_MIB", "is more than JIEBANG_TEAM_MIB, which all bids of an organisation share");
        }
        if file > project {
            self.fault("JIEBANG_FILE_MIB", "is more than JIEBANG_PROJECT_MIB, which all files of a project share");
        }
        let files = self.number("JIEBANG_BID_FILES", usual.files, 1..=100);
        let evidence = self.number("JIEBANG_PROJECT_FILES", usual.evidence, 1..=1_000);
        FileLimits { file, files, bid, team, evidence, project }
    }

    fn clamd(&mut self) -> Option<Clamd> {
        match self.text("JIEBANG_CLAMD").map(|text| text.parse()) {
            None => None,
            Some(Ok(clamd)) => Some(clamd),
            Some(Err(fault)) => {
                let fault: Fault = fault;
                self.fault("JIEBANG_CLAMD", fault.en);
                None
            }
        }
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

    fn calendar(&mut self) -> Option<String> {
        let path = self.text("JIEBANG_CALENDAR_FILE")?;
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string());
        let checked = text.and_then(|text| crate::domain::calendar::Calendar::default().with(&text).map(|_| text));
        checked.map_err(|problem| self.fault("JIEBANG_CALENDAR_FILE", problem)).ok()
    }

    fn log(&mut self) {
        if self.text("JIEBANG_LOG").is_some_and(|filter| tracing_subscriber::EnvFilter::try_new(filter).is_err()) {
            self.fault("JIEBANG_LOG", "is no filter, such as `warn` or `info,jiebang=debug`");
        }
        if self.text("JIEBANG_LOG_FORMAT").is_some_and(|form| !matches!(form.as_str(), "json" | "text")) {
            self.fault("JIEBANG_LOG_FORMAT", "must be `json` or `text`");
        }
    }
}
