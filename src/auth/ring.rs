//! Keys of access tokens: a file names them, the first signs, all verify.
//!
//! A key is made of the service's secret and of the salt in the file: whoever has only one of the two has no key.

use crate::auth::keys::derived;
use crate::auth::token::{ACCESS_SECONDS, BadToken, Claims, LEEWAY, check, kid_of, sign};
use crate::domain::id::{SessionId, UserId};
use crate::domain::time::Timestamp;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{DecodingKey, EncodingKey};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Name of the file in the data directory.
pub const FILE: &str = "token-keys.toml";
/// Id of the key that needs no file: it is made of the secret alone.
const FIRST: &str = "1";
/// Bytes of a salt.
const SALT: usize = 32;
/// A file names so many keys at most.
const MOST: usize = 32;
/// How long a key verifies after it has stopped signing, in seconds: until its last token has expired.
const GRACE: i64 = ACCESS_SECONDS + LEEWAY;

/// A key as the file names it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Id, as tokens name it.
    pub kid: String,
    /// 32 random bytes in base64url; empty for the key that is made of the secret alone.
    pub salt: String,
    /// When it stopped signing; none for the first.
    pub retired_at: Option<Timestamp>,
}

/// The file: the first key signs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// The keys, the newest first.
    pub key: Vec<Named>,
}

/// What holds without a file: one key, made of the secret alone.
impl Default for KeyFile {
    fn default() -> Self {
        Self { key: vec![Named { kid: FIRST.into(), salt: String::new(), retired_at: None }] }
    }
}

impl KeyFile {
    /// The file at `path`; the default when there is none.
    ///
    /// # Errors
    /// What is wrong with it, without what it holds.
    pub fn read(path: &Path) -> Result<Self, String> {
        let mode = match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(format!("cannot be read: {error}")),
            Ok(metadata) => metadata.permissions().mode(),
        };
        if mode & 0o077 != 0 {
            return Err("can be read by others than its owner (chmod 600)".into());
        }
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))?;
        let file: Self = toml::from_str(&text).map_err(|_| "is not understood: `jiebang keys rotate` writes it".to_owned())?;
        let mut kids: Vec<&str> = file.key.iter().map(|key| key.kid.as_str()).collect();
        kids.sort_unstable();
        kids.dedup();
        let distinct = kids.len() == file.key.len() && (1..=MOST).contains(&kids.len());
        let sound = file.key.iter().all(|key| key.bytes().is_some() && !key.kid.is_empty() && key.kid.len() <= 32);
        if distinct && sound { Ok(file) } else { Err("names no keys, the same twice, or one without a salt".into()) }
    }

    /// The same keys with a new one that signs, without those whose tokens have all expired. `at_once` drops all others.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn rotated(&self, now: Timestamp, at_once: bool) -> Result<Self, getrandom::Error> {
        let mut salt = [0u8; SALT];
        getrandom::fill(&mut salt)?;
        let salt = BASE64.encode(salt);
        let kid = crate::auth::token::sha256_hex(salt.as_bytes()).chars().take(8).collect();
        let mut key = vec![Named { kid, salt, retired_at: None }];
        if !at_once {
            let retired = self.key.iter().map(|key| Named { retired_at: key.retired_at.or(Some(now)), ..key.clone() });
            key.extend(retired.filter(|key| key.until().is_some_and(|until| until > now.unix())));
        }
        key.truncate(MOST);
        Ok(Self { key })
    }

    /// Writes the file for its owner alone, whole or not at all.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        let text = format!("# Keys of access tokens, written by `jiebang keys rotate`. The first signs, all verify.\n\n{text}");
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            use std::os::unix::fs::DirBuilderExt;
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let fresh = path.with_extension("new");
        // What an interrupted rotation left behind.
        drop(std::fs::remove_file(&fresh));
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)
    }
}

impl Named {
    fn bytes(&self) -> Option<Vec<u8>> {
        let bytes = BASE64.decode(&self.salt).ok()?;
        (bytes.len() == SALT || (bytes.is_empty() && self.kid == FIRST)).then_some(bytes)
    }

    /// Until when it verifies, in seconds since 1970.
    fn until(&self) -> Option<i64> {
        self.retired_at.map(|at| at.unix().saturating_add(GRACE))
    }
}

#[derive(Clone)]
struct Key {
    kid: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    /// Until when it verifies, for a key that the file no longer names.
    until: Option<i64>,
}

/// The keys of a running service, the one that signs first.
#[derive(Clone)]
pub struct Ring {
    first: Key,
    others: Vec<Key>,
}

impl Ring {
    /// The keys of a file; `None` when it is not sound.
    #[must_use]
    pub fn of(secret: &[u8], file: &KeyFile) -> Option<Self> {
        let key = |named: &Named| {
            let bytes = derived(secret, &[b"jiebang access token", &named.bytes()?[..]].concat())?;
            let (signing, verifying) = (EncodingKey::from_secret(&bytes), DecodingKey::from_secret(&bytes));
            Some(Key { kid: named.kid.clone(), signing, verifying, until: None })
        };
        let mut keys = file.key.iter().map(key).collect::<Option<Vec<_>>>()?.into_iter();
        Some(Self { first: keys.next()?, others: keys.collect() })
    }

    /// These keys, and those of `before` until the tokens that they signed have expired.
    #[must_use]
    pub fn followed_by(mut self, before: &Self, now: Timestamp) -> Self {
        let until = now.unix().saturating_add(GRACE);
        for key in before.all() {
            let kept = Key { until: Some(key.until.map_or(until, |known| known.min(until))), ..key.clone() };
            if kept.until > Some(now.unix()) && self.all().all(|known| known.kid != kept.kid) {
                self.others.push(kept);
            }
        }
        self
    }

    /// Id of the key that signs.
    #[must_use]
    pub fn signs(&self) -> &str {
        &self.first.kid
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// An access token for a session, by the key that signs.
    #[must_use]
    pub fn issue(&self, user: UserId, session: SessionId, now: Timestamp) -> Option<String> {
        sign(&self.first.kid, &self.first.signing, user, session, now)
    }

    /// What a token says, by the key that it names.
    ///
    /// # Errors
    /// It is not ours, or its time is over.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, BadToken> {
        let kid = kid_of(token).ok_or(BadToken::Invalid)?;
        let live = |key: &&Key| key.kid == kid && key.until.is_none_or(|until| until > now.unix());
        let key = self.all().find(live).ok_or(BadToken::Invalid)?;
        check(token, &key.verifying, now)
    }
}
