//! How letters leave: SMTP, files in a folder, or memory for tests.

use crate::mail::compose::Letter;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MaybeString, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long handing over one letter may take. lettre's own timeout covers the connection only.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where letters go.
#[derive(Clone)]
pub enum Transport {
    /// A mail server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>, Mailbox),
    /// One `.eml` file a letter in this folder.
    Folder(PathBuf, Mailbox),
    /// A list, for tests.
    Memory(Arc<Mutex<Vec<Letter>>>),
}

/// A letter was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    /// Not now: the server is away, busy or slow.
    #[error("{0}")]
    Later(String),
    /// Never: the address is not one, or the server refuses it for good.
    #[error("{0}")]
    Never(String),
}

impl Transport {
    /// Letters by SMTP. `url` is `smtps://user:password@host:465`, `smtp://host:587?tls=required`, or plain `smtp://` to
    /// this machine.
    ///
    /// # Errors
    /// The URL or the sender's address is not one.
    pub fn smtp(url: &str, from: &str) -> Result<Self, String> {
        let pool = PoolConfig::new().max_size(4).idle_timeout(Duration::from_secs(30));
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| "not an SMTP URL".to_owned())?;
        let transport = builder.pool_config(pool).timeout(Some(Duration::from_secs(10))).build();
        Ok(Self::Smtp(Box::new(transport), sender(from)?))
    }

    /// Letters into a folder, which is made for its owner alone when it is not there.
    ///
    /// # Errors
    /// The folder cannot be made, or the sender's address is not one.
    pub fn folder(path: PathBuf, from: &str) -> Result<Self, String> {
        use std::os::unix::fs::DirBuilderExt;
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Self::Folder(path, sender(from)?))
    }

    /// Hands a letter over.
    ///
    /// # Errors
    /// It was not taken, for now or for good.
    pub async fn send(&self, letter: &Letter) -> Result<(), Unsent> {
        match self {
            Self::Memory(letters) => {
                letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
                Ok(())
            }
            Self::Folder(path, from) => {
                let bytes = message(letter, from)?.formatted();
                let name: String = letter.message_id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(36).collect();
                tokio::task::spawn_blocking({
                    let file = path.join(format!("{name}.eml"));
                    move || std::fs::write(file, bytes)
                })
                .await
                .map_err(|e| Unsent::Later(e.to_string()))?
                .map_err(|e| Unsent::Later(e.to_string()))
            }
            Self::Smtp(transport, from) => {
                let message = message(letter, from)?;
                match tokio::time::timeout(PATIENCE, transport.send(message)).await {
                    Err(_) => Err(Unsent::Later("the mail server took too long".into())),
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(error)) if error.is_permanent() => Err(Unsent::Never(error.to_string())),
                    Ok(Err(error)) => Err(Unsent::Later(error.to_string())),
                }
            }
        }
    }
}

fn sender(from: &str) -> Result<Mailbox, String> {
    from.parse().map_err(|_| format!("not a sender: {from}"))
}

/// A display name without the characters on which lettre panics.
fn display(name: &str) -> Option<String> {
    let clean: String = name.chars().filter(|c| !c.is_control()).collect();
    Some(clean).filter(|clean| !clean.is_empty())
}

fn message(letter: &Letter, from: &Mailbox) -> Result<Message, Unsent> {
    let never = |e: &dyn std::fmt::Display| Unsent::Never(e.to_string());
    let address: Address = letter.to.parse().map_err(|e| never(&e))?;
    let body = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(MaybeString::String(letter.text.clone()));
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(display(&letter.name), address))
        .subject(letter.subject.clone())
        .message_id(Some(letter.message_id.clone()))
        .header(lettre::message::header::MIME_VERSION_1_0)
        .singlepart(body)
        .map_err(|e| never(&e))
}
