//! What a use case is asked and what it answers: on whose behalf, with what besides its content.

use crate::auth::machine;
use crate::auth::token::Claims;
use crate::domain::id::UserId;
use crate::domain::policy::Action;
use crate::domain::session::Origin;

/// On whose behalf a use case runs.
#[derive(Clone, Debug)]
pub enum Who {
    /// Anyone.
    Public,
    /// The holder of a verified access token.
    Token(Box<Claims>),
    /// Whoever shows a machine key that looks like one.
    Key(machine::Shown),
    /// The service itself or the operator on the host, by name.
    System(&'static str),
    /// A person, without a session: for loading data on the host.
    Person(UserId),
}

/// What a request brings along besides its content.
#[derive(Clone, Debug)]
pub struct Request {
    /// On whose behalf.
    pub who: Who,
    /// Where it came from.
    pub origin: Origin,
    /// Id for log and audit.
    pub id: String,
    /// Version expected (`If-Match`).
    pub expects: Option<i64>,
    /// Check everything, keep nothing.
    pub dry_run: bool,
    /// Idempotency key.
    pub key: Option<Key>,
}

/// An idempotency key, and which request it stands for.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key, as the caller chose it.
    pub text: String,
    /// SHA-256 of method, path and body.
    pub fingerprint: String,
    /// What the request does: whoever may no longer do it gets no old answer either.
    pub action: Action,
}

impl Request {
    /// A request with nothing special about it.
    #[must_use]
    pub fn of(who: Who) -> Self {
        Self { who, origin: Origin::default(), id: "host".into(), expects: None, dry_run: false, key: None }
    }
}

/// An answer as it goes out, so that a repeated request gets the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Where the new record is.
    pub location: Option<String>,
    /// Version of the record, for its `ETag`.
    pub version: Option<i64>,
    /// JSON.
    pub body: String,
    /// Whether this was answered before.
    pub replayed: bool,
}
