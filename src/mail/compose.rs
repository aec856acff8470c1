//! From a notice to a letter: templates in Chinese and English, one folder a notice, checked strictly.
//!
//! The first line of a template is the subject, the rest after an empty line the body; `layout` puts greeting, link and
//! signature around it.

use crate::domain::notice::{Facts, Notice};
use crate::domain::user::Locale;
use minijinja::{Environment, UndefinedBehavior, context};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "src/mail/templates"]
struct Templates;

/// What is to be said, to whom.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Id of the letter, from which its Message-ID follows.
    pub id: String,
    /// Which letter.
    pub notice: Notice,
    /// In which language.
    pub locale: Locale,
    /// Address.
    pub recipient: String,
    /// Name.
    pub name: String,
    /// What it may say.
    pub facts: Facts,
}

/// A letter, ready to be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Address.
    pub to: String,
    /// Name.
    pub name: String,
    /// Subject: one line.
    pub subject: String,
    /// Text.
    pub text: String,
    /// Message-ID: the same for every attempt, so that duplicates can be told.
    pub message_id: String,
    /// Which letter it is.
    pub notice: Notice,
}

/// A template is missing, broken, or names something that does not exist.
#[derive(Debug, thiserror::Error)]
pub enum Uncomposed {
    /// The template engine's own words.
    #[error(transparent)]
    Template(#[from] minijinja::Error),
    /// The first line is no subject.
    #[error("{0} has no subject")]
    NoSubject(String),
}

/// Writes letters.
#[derive(Clone)]
pub struct Composer {
    environment: Environment<'static>,
    /// Address of the service as its users know it, without a slash at the end.
    public_url: String,
    /// Right part of message ids.
    host: String,
}

impl Composer {
    /// A composer for a service at `public_url`.
    ///
    /// # Errors
    /// A template does not parse.
    pub fn new(public_url: &str) -> Result<Self, Uncomposed> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for name in Templates::iter() {
            if let Some(file) = Templates::get(&name) {
                let source = String::from_utf8_lossy(&file.data).into_owned();
                environment.add_template_owned(name.into_owned(), source)?;
            }
        }
        let public_url = public_url.trim_end_matches('/').to_owned();
        let host = url::Url::parse(&public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        Ok(Self { environment, public_url, host: host.unwrap_or_else(|| "localhost".into()) })
    }

    /// Writes a letter.
    ///
    /// # Errors
    /// Its template is missing or names something that does not exist.
    pub fn compose(&self, draft: &Draft) -> Result<Letter, Uncomposed> {
        let language = draft.locale.code();
        let link = format!("{}/api/v1{}", self.public_url, draft.facts.path);
        let name = format!("{}/{language}.txt", draft.notice);
        let whole =
            context! { facts => minijinja::value::Serde(&draft.facts), name => draft.name.as_str(), link, product => "Jiebang 揭榜" };
        let text = self.environment.get_template(&name)?.render(&whole)?;
        let (subject, body) = text.split_once('\n').ok_or_else(|| Uncomposed::NoSubject(name.clone()))?;
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        if subject.is_empty() {
            return Err(Uncomposed::NoSubject(name));
        }
        let layout = self.environment.get_template(&format!("layout/{language}.txt"))?;
        let text = layout.render(context! { body => body.trim(), ..whole })?;
        Ok(Letter {
            to: draft.recipient.clone(),
            name: draft.name.clone(),
            subject,
            text,
            message_id: format!("<{}@{}>", draft.id, self.host),
            notice: draft.notice,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Composer, Draft, Templates};
    use crate::domain::notice::{Facts, Notice};
    use crate::domain::user::Locale;

    #[test]
    fn every_notice_is_a_letter_in_every_language() {
        let composer = Composer::new("https://jiebang.example").unwrap();
        for notice in Notice::ALL {
            for locale in Locale::ALL {
                for reason in ["", "理由"] {
                    let facts = Facts { challenge: "榜单".into(), reason: reason.into(), path: "/me".into(), ..Facts::default() };
                    let draft =
                        Draft {
                            id: "1".into(), notice: *notice, locale: *locale, recipient: "a@b.cn".into(), name: "张三".into(), facts
                        };
                    let letter = composer.compose(&draft).unwrap();
                    assert!(letter.text.contains("https://jiebang.example/api/v1/me"), "{notice} {locale}");
                }
            }
        }
    }

    #[test]
    fn every_template_belongs_to_a_notice() {
        for name in Templates::iter() {
            let folder = name.split('/').next().unwrap();
            assert!(folder == "layout" || folder.parse::<Notice>().is_ok(), "{name}");
        }
    }
}
