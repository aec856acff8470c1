//! The keys of a running service: all derived from one secret of at least 32 bytes, each for one purpose.
//!
//! Access tokens have several keys ([`crate::auth::ring`]), so that they can be changed while the service runs.

use crate::auth::ring::{KeyFile, Ring};
use crate::auth::token::{BadToken, Claims, SHORTEST_SECRET, hex};
use crate::domain::id::{SessionId, UserId};
use crate::domain::time::Timestamp;
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::{Arc, PoisonError, RwLock};

/// Bytes of randomness in a refresh token, before the tag that shows that it is ours.
const REFRESH_RANDOM: usize = 32;
/// Bytes of a shortened tag.
const TAG: usize = 16;
/// Bytes of the nonce that stands before what is sealed.
const NONCE: usize = 12;

/// The keys. Cloning shares them, also those of access tokens that are loaded later.
#[derive(Clone)]
pub struct Keys {
    ring: Arc<RwLock<Ring>>,
    root: Arc<[u8]>,
    cursor: Arc<[u8]>,
    fingerprint: Arc<[u8]>,
    person: Arc<[u8]>,
    refresh: Arc<[u8]>,
    salt: Arc<[u8]>,
    at_rest: Arc<RandomizedNonceKey>,
}

pub(super) fn mac(key: &[u8], message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac)
}

/// The key for one purpose.
pub(super) fn derived(root: &[u8], purpose: &[u8]) -> Option<Arc<[u8]>> {
    mac(root, purpose).map(|mac| mac.finalize().into_bytes().to_vec().into())
}

impl Keys {
    /// The keys derived from `secret`; `None` when it is shorter than [`SHORTEST_SECRET`].
    #[must_use]
    pub fn derive(secret: &[u8]) -> Option<Self> {
        if secret.len() < SHORTEST_SECRET {
            return None;
        }
        Some(Self {
            ring: Arc::new(RwLock::new(Ring::of(secret, &KeyFile::default())?)),
            root: secret.into(),
            cursor: derived(secret, b"jiebang cursor")?,
            fingerprint: derived(secret, b"jiebang request fingerprint")?,
            person: derived(secret, b"jiebang identity number")?,
            refresh: derived(secret, b"jiebang refresh token")?,
            salt: derived(secret, b"jiebang commitment")?,
            at_rest: Arc::new(RandomizedNonceKey::new(&AES_256_GCM, &derived(secret, b"jiebang at rest")?).ok()?),
        })
    }

    /// A key of its own for `purpose`.
    pub(super) fn for_purpose(&self, purpose: &[u8]) -> Option<Arc<[u8]>> {
        derived(&self.root, purpose)
    }

    /// Takes over the keys of access tokens of `file`. Keys that it no longer names go on verifying until the tokens that
    /// they signed have expired, so that nobody is turned away by a rotation. Answers the id of the key that signs.
    #[must_use]
    pub fn adopt(&self, file: &KeyFile, now: Timestamp) -> Option<String> {
        let fresh = Ring::of(&self.root, file)?;
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        *ring = fresh.followed_by(&ring, now);
        Some(ring.signs().to_owned())
    }

    /// An access token for a session.
    #[must_use]
    pub fn issue(&self, user: UserId, session: SessionId, now: Timestamp) -> Option<String> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).issue(user, session, now)
    }

    /// What an access token says, if it is ours and its time is now.
    ///
    /// # Errors
    /// It is not, or its time is over. Times are held against `now`, the clock of the service.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, BadToken> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).verify(token, now)
    }

    /// A new refresh token: its session, 256 random bits, and a tag by which the service knows its own. What was made up
    /// can so be told from what was handed out earlier, and nobody can end a session whose id they have seen.
    #[must_use]
    pub fn refresh_token(&self, session: SessionId) -> Option<String> {
        let mut bytes = [0u8; REFRESH_RANDOM];
        getrandom::fill(&mut bytes).ok()?;
        let tag = self.refresh_tag(session, &bytes)?.finalize().into_bytes();
        Some(format!("{session}.{}", BASE64.encode([&bytes[..], tag.get(..TAG)?].concat())))
    }

    /// The session of a refresh token that this service made; `None` for any other text.
    #[must_use]
    pub fn session_of(&self, refresh_token: &str) -> Option<SessionId> {
        let (session, secret) = refresh_token.split_once('.')?;
        let session: SessionId = session.parse().ok()?;
        let bytes = BASE64.decode(secret).ok()?;
        let (random, tag) = bytes.split_at_checked(REFRESH_RANDOM)?;
        self.refresh_tag(session, random)?.verify_truncated_left(tag).ok().filter(|()| tag.len() == TAG)?;
        Some(session)
    }

    fn refresh_tag(&self, session: SessionId, random: &[u8]) -> Option<Hmac<Sha256>> {
        mac(&self.refresh, &[session.as_str().as_bytes(), random].concat())
    }

    /// `text`, encrypted for the database (AES-256-GCM); `owner` must be named again to open it.
    #[must_use]
    pub fn seal(&self, owner: &str, text: &[u8]) -> Option<String> {
        self.seal_bytes(owner, text).map(|bytes| BASE64.encode(bytes))
    }

    /// As [`Keys::seal`], for a column of bytes.
    #[must_use]
    pub fn seal_bytes(&self, owner: &str, text: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = text.to_vec();
        let nonce = self.at_rest.seal_in_place_append_tag(Aad::from(owner.as_bytes()), &mut bytes).ok()?;
        Some([&nonce.as_ref()[..], &bytes].concat())
    }

    /// What [`Keys::seal`] made unreadable; `None` when it was changed, or was another owner's.
    #[must_use]
    pub fn open(&self, owner: &str, sealed: &str) -> Option<Vec<u8>> {
        self.open_bytes(owner, &BASE64.decode(sealed).ok()?)
    }

    /// As [`Keys::open`], for a column of bytes.
    #[must_use]
    pub fn open_bytes(&self, owner: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let opened = self.at_rest.open_in_place(nonce, Aad::from(owner.as_bytes()), &mut text).ok()?;
        Some(opened.to_vec())
    }

    /// What stands for an identity number in the database: keyed, since all numbers there are could be hashed in a day.
    #[must_use]
    pub fn mark(&self, identity_number: &str) -> String {
        mac(&self.person, identity_number.as_bytes()).map(|mac| hex(&mac.finalize().into_bytes())).unwrap_or_default()
    }

    /// What nobody else can know of `owner`, always the same: it keeps a commitment from being guessed. In hexadecimal.
    #[must_use]
    pub fn salt(&self, owner: &str) -> String {
        mac(&self.salt, owner.as_bytes()).map(|mac| hex(&mac.finalize().into_bytes())).unwrap_or_default()
    }

    /// A fingerprint of a request: keyed, since a plain hash of a body with a password would be a fast hash of it.
    #[must_use]
    pub fn fingerprint(&self, bytes: &[u8]) -> String {
        mac(&self.fingerprint, bytes).map(|mac| hex(&mac.finalize().into_bytes())).unwrap_or_default()
    }

    /// An opaque, signed cursor that carries `text`.
    #[must_use]
    pub fn sign_cursor(&self, text: &str) -> Option<String> {
        let tag = mac(&self.cursor, text.as_bytes())?.finalize().into_bytes();
        let mut bytes = tag.get(..TAG)?.to_vec();
        bytes.extend_from_slice(text.as_bytes());
        Some(BASE64.encode(bytes))
    }

    /// The text of a cursor that this service signed; `None` when it was edited.
    #[must_use]
    pub fn read_cursor(&self, cursor: &str) -> Option<String> {
        let bytes = BASE64.decode(cursor).ok()?;
        let (tag, text) = bytes.split_at_checked(TAG)?;
        mac(&self.cursor, text)?.verify_truncated_left(tag).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}
