//! The configuration for people to read.

use super::{Config, Forwarding, MailRoute};
use crate::domain::file::MIB;
use crate::store::Place;
use std::fmt::Write as _;

fn list<T: ToString>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

fn mib(bytes: u64) -> String {
    bytes.checked_div(MIB).unwrap_or_default().to_string()
}

impl Config {
    /// Every setting as it takes effect, without secrets: those show that they are there.
    #[must_use]
    pub fn redacted(&self) -> String {
        let mut text = String::new();
        let database = match &self.database {
            Place::Sqlite(path) => format!("sqlite://{}", path.display()),
            Place::Postgres(_) => "postgres://…".into(),
        };
        let (smtp, folder) = match &self.mail {
            MailRoute::Smtp(_) => ("…".into(), String::new()),
            MailRoute::Folder(path) => (String::new(), path.display().to_string()),
        };
        let forwarding = match self.forwarding {
            Forwarding::XForwardedFor => "x-forwarded-for",
            Forwarding::Forwarded => "forwarded",
        };
        for (key, value) in [
            ("JIEBANG_LISTEN", self.listen.to_string()),
            ("JIEBANG_PUBLIC_URL", self.public_url.clone()),
            ("JIEBANG_TRUSTED_PROXIES", list(&self.trusted_proxies)),
            ("JIEBANG_FORWARDED_HEADER", forwarding.into()),
            ("JIEBANG_CORS_ORIGINS", list(&self.origins)),
            ("JIEBANG_RATE", self.rate.to_string()),
            ("JIEBANG_RATE_BURST", self.burst.to_string()),
            ("JIEBANG_IN_FLIGHT", self.in_flight.to_string()),
            ("JIEBANG_METRICS_TOKEN", self.metrics_token.as_ref().map(|_| "…".to_owned()).unwrap_or_default()),
            ("DATABASE_URL", database),
            ("JIEBANG_DATA_DIR", self.data_dir.display().to_string()),
            ("JIEBANG_SECRET", format!("… ({} bytes)", self.secret.len())),
            ("JIEBANG_SECOND_FACTOR", list(&self.second_factor.iter().map(|role| role.code()).collect::<Vec<_>>())),
            ("JIEBANG_PASSWORD_PROFILE", self.profile.to_string()),
            ("JIEBANG_AUDIT_HASH", self.chain.to_string()),
            ("JIEBANG_SEAL_CIPHER", self.cipher.to_string()),
            ("JIEBANG_YOUTH_MEN", self.bid_rules.youth.men.to_string()),
            ("JIEBANG_YOUTH_WOMEN", self.bid_rules.youth.women.to_string()),
            ("JIEBANG_LEAST_STAGES", self.bid_rules.least_stages.to_string()),
            ("JIEBANG_LIMIT_LEADS", self.bid_rules.leads.to_string()),
            ("JIEBANG_LIMIT_JOINS", self.bid_rules.joins.to_string()),
            ("JIEBANG_FILE_MIB", mib(self.file_limits.file)),
            ("JIEBANG_BID_FILES", self.file_limits.files.to_string()),
            ("JIEBANG_BID_MIB", mib(self.file_limits.bid)),
            ("JIEBANG_TEAM_MIB", mib(self.file_limits.team)),
            ("JIEBANG_PROJECT_FILES", self.file_limits.evidence.to_string()),
            ("JIEBANG_PROJECT_MIB", mib(self.file_limits.project)),
            ("JIEBANG_CLAMD", self.clamd.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("JIEBANG_SMTP_URL", smtp),
            ("JIEBANG_MAIL_DIR", folder),
            ("JIEBANG_MAIL_FROM", self.mail_from.clone()),
            ("JIEBANG_CALENDAR_FILE", self.calendar.as_ref().map(|text| format!("({} bytes)", text.len())).unwrap_or_default()),
            ("JIEBANG_WORKERS", self.workers.to_string()),
            ("JIEBANG_POOL", self.pool.to_string()),
        ] {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{key} = {value}");
        }
        text
    }
}
