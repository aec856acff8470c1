//! Reading variables one by one, and collecting what is wrong with them. A name that nobody knows is a fault, too: a typing
//! error must not quietly leave a setting at its default.

use super::private::tells_others;
use super::{Config, ConfigFault};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Every variable.
pub const KNOWN: &[&str] = &[
    "DATABASE_URL",
    "JIEBANG_AUDIT_HASH",
    "JIEBANG_SEAL_CIPHER",
    "JIEBANG_BID_FILES",
    "JIEBANG_BID_MIB",
    "JIEBANG_CALENDAR_FILE",
    "JIEBANG_CLAMD",
    "JIEBANG_CORS_ORIGINS",
    "JIEBANG_DATA_DIR",
    "JIEBANG_FILE_MIB",
    "JIEBANG_FORWARDED_HEADER",
    "JIEBANG_IN_FLIGHT",
    "JIEBANG_LEAST_STAGES",
    "JIEBANG_LIMIT_JOINS",
    "JIEBANG_LIMIT_LEADS",
    "JIEBANG_LISTEN",
    "JIEBANG_LOG",
    "JIEBANG_LOG_FORMAT",
    "JIEBANG_MAIL_DIR",
    "JIEBANG_MAIL_FROM",
    "JIEBANG_METRICS_TOKEN",
    "JIEBANG_PASSWORD_PROFILE",
    "JIEBANG_POOL",
    "JIEBANG_PROJECT_FILES",
    "JIEBANG_PROJECT_MIB",
    "JIEBANG_PUBLIC_URL",
    "JIEBANG_RATE",
    "JIEBANG_RATE_BURST",
    "JIEBANG_SECOND_FACTOR",
    "JIEBANG_SECRET",
    "JIEBANG_SMTP_URL",
    "JIEBANG_TEAM_MIB",
    "JIEBANG_TRUSTED_PROXIES",
    "JIEBANG_WORKERS",
    "JIEBANG_YOUTH_MEN",
    "JIEBANG_YOUTH_WOMEN",
];

/// Those that may come from a file, which `…_FILE` names.
pub const SECRETS: &[&str] = &["DATABASE_URL", "JIEBANG_METRICS_TOKEN", "JIEBANG_SECRET", "JIEBANG_SMTP_URL"];

/// Whether a variable is meant for this program.
pub fn is_ours(name: &str) -> bool {
    name.starts_with("JIEBANG_") || matches!(name, "DATABASE_URL" | "DATABASE_URL_FILE")
}

/// A reader of variables.
pub struct Reader<'a> {
    environment: &'a BTreeMap<String, String>,
    faults: Vec<ConfigFault>,
}

impl<'a> Reader<'a> {
    /// A reader of `environment`, whose names and empty values are looked at first.
    pub fn new(environment: &'a BTreeMap<String, String>) -> Self {
        let mut reader = Self { environment, faults: Vec::new() };
        let files: Vec<String> = SECRETS.iter().map(|name| format!("{name}_FILE")).collect();
        let known: Vec<&str> = KNOWN.iter().copied().chain(files.iter().map(String::as_str)).collect();
        for (name, value) in environment.iter().filter(|(name, _)| is_ours(name)) {
            if !known.contains(&name.as_str()) {
                let nearest = known.iter().min_by_key(|known| strsim::damerau_levenshtein(name, known));
                reader.fault(name, format!("is not known: is {} meant?", nearest.copied().unwrap_or_default()));
            } else if value.trim().is_empty() {
                reader.fault(name, "is empty: give it a value, or leave it out");
            }
        }
        reader
    }

    /// Notes what is wrong with `key`.
    pub fn fault(&mut self, key: &str, problem: impl Into<String>) {
        self.faults.push(ConfigFault { key: key.to_owned(), problem: problem.into() });
    }

    /// The configuration, if nothing was wrong.
    pub fn finish(self, config: Config) -> Result<Config, Vec<ConfigFault>> {
        if self.faults.is_empty() { Ok(config) } else { Err(self.faults) }
    }

    /// The value of `key`, if it has one.
    pub fn text(&self, key: &str) -> Option<String> {
        self.environment.get(key).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The parts of `key` between commas.
    pub fn parts(&self, key: &str) -> Vec<String> {
        let text = self.text(key).unwrap_or_default();
        text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    }

    /// The value of `key`, or of the file that `key_FILE` names.
    pub fn hidden(&mut self, key: &str) -> Option<String> {
        let named = format!("{key}_FILE");
        let Some(path) = self.text(&named) else { return self.text(key) };
        if self.text(key).is_some() {
            self.fault(key, format!("is set, and so is {named}: choose one"));
        }
        if tells_others(path.as_ref()) {
            self.fault(&named, "names a file that others than its owner can read (chmod 600)");
        }
        match std::fs::read_to_string(&path).map(|value| value.trim().to_owned()) {
            Ok(value) if value.is_empty() => {
                self.fault(&named, "names an empty file");
                None
            }
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(&named, format!("names a file that cannot be read: {}", error.kind()));
                None
            }
        }
    }

    /// Whether `key` is set, in one way or the other.
    pub fn is_set(&self, key: &str) -> bool {
        self.environment.contains_key(key) || self.environment.contains_key(&format!("{key}_FILE"))
    }

    /// The value of `key` as something else.
    pub fn parsed<T: FromStr>(&mut self, key: &str, default: T, problem: &str) -> T {
        let Some(text) = self.text(key) else { return default };
        text.parse().unwrap_or_else(|_| {
            self.fault(key, problem);
            default
        })
    }

    /// A number within `range`.
    pub fn number<T: FromStr + PartialOrd + Display + Copy>(&mut self, key: &str, default: T, range: RangeInclusive<T>) -> T {
        let problem = format!("must be a whole number from {} to {}", range.start(), range.end());
        let value = self.parsed(key, default, &problem);
        if self.text(key).is_some_and(|text| text.parse::<T>().is_ok()) && !range.contains(&value) {
            self.fault(key, problem);
        }
        value
    }
}
