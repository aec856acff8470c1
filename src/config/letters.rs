//! How letters leave: by a mail server, encrypted unless it is on this machine, or as files.

use super::database::local;
use super::reader::Reader;
use crate::domain::text::Email;
use std::path::PathBuf;

/// How letters leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailRoute {
    /// By this SMTP URL.
    Smtp(String),
    /// As files in this folder.
    Folder(PathBuf),
}

const SMTP: &str = "JIEBANG_SMTP_URL";

/// What is wrong with the URL of a mail server.
fn unsafe_smtp(text: &str) -> Option<&'static str> {
    let Some(url) = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host()) else {
        return Some("is no smtp:// or smtps:// address");
    };
    let mut asked = url.query_pairs().filter(|(key, _)| key == "tls").map(|(_, value)| value == "required").peekable();
    let encrypted = url.scheme() == "smtps" || (asked.peek().is_some() && asked.all(|required| required));
    let stays_here = url.host_str().is_some_and(local);
    (!encrypted && !stays_here).then_some("sends in the clear to another host: use smtps:// or ?tls=required")
}

impl Reader<'_> {
    /// The way.
    pub fn mail(&mut self) -> MailRoute {
        let folder = self.text("JIEBANG_MAIL_DIR").map(PathBuf::from);
        let set = self.is_set(SMTP) || self.is_set("JIEBANG_MAIL_DIR");
        match (self.hidden(SMTP), folder) {
            (Some(_), Some(folder)) => {
                self.fault("JIEBANG_MAIL_DIR", "stands beside JIEBANG_SMTP_URL: choose one");
                MailRoute::Folder(folder)
            }
            (None, Some(folder)) => MailRoute::Folder(folder),
            (None, None) => {
                if !set {
                    self.fault(SMTP, "is missing (or set JIEBANG_MAIL_DIR to keep letters as files)");
                }
                MailRoute::Folder(PathBuf::new())
            }
            (Some(text), None) => {
                if let Some(problem) = unsafe_smtp(&text) {
                    self.fault(SMTP, problem);
                }
                MailRoute::Smtp(text)
            }
        }
    }

    /// The sender: an address, with a name before it or without.
    pub fn mail_from(&mut self) -> String {
        const DEFAULT: &str = "Jiebang <jiebang@localhost>";
        let Some(text) = self.text("JIEBANG_MAIL_FROM") else { return DEFAULT.into() };
        let address = text.split_once('<').map_or(text.as_str(), |(_, rest)| rest.strip_suffix('>').unwrap_or_default());
        if text != DEFAULT && (text.contains(char::is_control) || address.parse::<Email>().is_err()) {
            self.fault("JIEBANG_MAIL_FROM", "is no sender, such as: Jiebang <jiebang@kjt.example.cn>");
        }
        text
    }
}
