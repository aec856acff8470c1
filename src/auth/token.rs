//! Tokens: short-lived access tokens (JWT, HS256), opaque refresh tokens, and signed cursors.
//!
//! All keys are derived from one secret of at least 32 bytes, each for one purpose.

use crate::domain::id::{SessionId, UserId};
use crate::domain::time::Timestamp;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use sha2::{Digest, Sha256};

/// How long an access token lives, in seconds.
pub const ACCESS_SECONDS: i64 = 600;
/// How long a sign-in lives at most, in days.
pub const SESSION_DAYS: i64 = 14;
/// The shortest secret that is taken, in bytes.
pub const SHORTEST_SECRET: usize = 32;
/// Longest token that is looked at, in bytes.
const LONGEST_TOKEN: usize = 1_024;
/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY: i64 = 5;

const ISSUER: &str = "jiebang";
const AUDIENCE: &str = "jiebang-api";
const KEY_ID: &str = "1";

/// What an access token says: who, and in which session. No roles: they are looked up on every request.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Claims {
    /// Always `jiebang`.
    pub iss: String,
    /// Always `jiebang-api`.
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The session.
    pub sid: SessionId,
    /// Id of this token.
    pub jti: uuid::Uuid,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Not before.
    pub nbf: i64,
    /// Expires at.
    pub exp: i64,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadToken {
    /// Not ours, or changed, or not a token at all.
    Invalid,
    /// Ours, but its time is over.
    Expired,
}

/// The keys of a running service.
#[derive(Clone)]
pub struct Keys {
    signing: EncodingKey,
    verifying: DecodingKey,
    cursor: Vec<u8>,
    fingerprint: Vec<u8>,
}

fn mac(key: &[u8], message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac)
}

impl Keys {
    /// The keys derived from `secret`; `None` when it is shorter than [`SHORTEST_SECRET`].
    #[must_use]
    pub fn derive(secret: &[u8]) -> Option<Self> {
        if secret.len() < SHORTEST_SECRET {
            return None;
        }
        let derived = |purpose: &[u8]| mac(secret, purpose).map(|mac| mac.finalize().into_bytes().to_vec());
        let access = derived(b"jiebang access token")?;
        Some(Self {
            signing: EncodingKey::from_secret(&access),
            verifying: DecodingKey::from_secret(&access),
            cursor: derived(b"jiebang cursor")?,
            fingerprint: derived(b"jiebang request fingerprint")?,
        })
    }

    /// An access token for a session.
    #[must_use]
    pub fn issue(&self, user: UserId, session: SessionId, now: Timestamp) -> Option<String> {
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: user,
            sid: session,
            jti: uuid::Uuid::new_v4(),
            iat: now.unix(),
            nbf: now.unix(),
            exp: now.unix().saturating_add(ACCESS_SECONDS),
        };
        let header = Header { kid: Some(KEY_ID.into()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &self.signing).ok()
    }

    /// What a token says, if it is ours and its time is now.
    ///
    /// # Errors
    /// It is not, or its time is over. Times are held against `now`, the clock of the service.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, BadToken> {
        if token.len() > LONGEST_TOKEN {
            return Err(BadToken::Invalid);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| BadToken::Invalid)?;
        if header.kid.as_deref() != Some(KEY_ID) {
            return Err(BadToken::Invalid);
        }
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // The library knows only the system's clock; the three times are checked below against ours.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &rules).map_err(|_| BadToken::Invalid)?.claims;
        let latest = now.unix().saturating_add(LEEWAY);
        if claims.nbf > latest || claims.iat > latest || claims.exp.saturating_sub(claims.iat) > ACCESS_SECONDS {
            return Err(BadToken::Invalid);
        }
        if claims.exp <= now.unix() { Err(BadToken::Expired) } else { Ok(claims) }
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
        let mut bytes = tag.get(..16)?.to_vec();
        bytes.extend_from_slice(text.as_bytes());
        Some(BASE64.encode(bytes))
    }

    /// The text of a cursor that this service signed; `None` when it was edited.
    #[must_use]
    pub fn read_cursor(&self, cursor: &str) -> Option<String> {
        let bytes = BASE64.decode(cursor).ok()?;
        let (tag, text) = bytes.split_at_checked(16)?;
        mac(&self.cursor, text)?.verify_truncated_left(tag).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

/// A new refresh token: 256 random bits.
///
/// # Errors
/// The operating system gives no randomness.
pub fn new_refresh_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(BASE64.encode(bytes))
}

/// SHA-256 in hexadecimal: how refresh tokens are kept and bids fingerprinted.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let half = |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or_default());
    bytes.iter().flat_map(|byte| [half(byte >> 4), half(byte & 15)]).collect()
}
