//! Access tokens: short-lived JWT, HS256, every claim needed and none other taken.

use crate::domain::id::{SessionId, UserId};
use crate::domain::time::Timestamp;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use sha2::{Digest, Sha256};

/// How long an access token lives, in seconds.
pub const ACCESS_SECONDS: i64 = 600;
/// The shortest secret that is taken, in bytes.
pub const SHORTEST_SECRET: usize = 32;
/// Longest token that is looked at, in bytes.
const LONGEST_TOKEN: usize = 1_024;
/// How far the clocks of two machines may be apart, in seconds.
pub(super) const LEEWAY: i64 = 5;

const ISSUER: &str = "jiebang";
const AUDIENCE: &str = "jiebang-api";

/// What an access token says: who, and in which session. No roles: they are looked up on every request.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
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

/// The header of an access token: these three and no other, each once.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    alg: String,
    typ: String,
    kid: String,
}

/// A token signed by the key `kid`.
pub(super) fn sign(kid: &str, key: &EncodingKey, user: UserId, session: SessionId, now: Timestamp) -> Option<String> {
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
    let header = Header { kid: Some(kid.into()), ..Header::new(Algorithm::HS256) };
    jsonwebtoken::encode(&header, &claims, key).ok()
}

/// A part of a token: canonical base64url of a JSON object. (As a struct, serde would take an array, too.)
fn object(part: &str) -> Option<Vec<u8>> {
    BASE64.decode(part).ok().filter(|bytes| bytes.first() == Some(&b'{'))
}

/// The key that a token names, when its form is that of ours: looked at before anything is verified.
pub(super) fn kid_of(token: &str) -> Option<String> {
    if token.len() > LONGEST_TOKEN {
        return None;
    }
    let mut parts = token.split('.');
    let (head, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && object(claims).is_some() && BASE64.decode(signature).is_ok();
    let head: Head = serde_json::from_slice(&object(head)?).ok()?;
    (whole && head.alg == "HS256" && head.typ == "JWT").then_some(head.kid)
}

/// What a token says, if `key` signed it and its time is now.
pub(super) fn check(token: &str, key: &DecodingKey, now: Timestamp) -> Result<Claims, BadToken> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[AUDIENCE]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
    // The library knows only the system's clock; the three times are checked below against ours.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let claims = jsonwebtoken::decode::<Claims>(token, key, &rules).map_err(|_| BadToken::Invalid)?.claims;
    let latest = now.unix().saturating_add(LEEWAY);
    let lives = claims.exp.checked_sub(claims.iat).is_some_and(|seconds| (1..=ACCESS_SECONDS).contains(&seconds));
    if claims.nbf > latest || claims.iat > latest || !lives {
        return Err(BadToken::Invalid);
    }
    if claims.exp <= now.unix() { Err(BadToken::Expired) } else { Ok(claims) }
}

/// 256 random bits as text: for what must not be guessed.
///
/// # Errors
/// The operating system gives no randomness.
pub fn random_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(BASE64.encode(bytes))
}

/// 128 random bits, for a salt.
#[must_use]
pub fn random_salt() -> Option<Vec<u8>> {
    let mut bytes = vec![0u8; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// SHA-256 in hexadecimal: how tokens are kept and bids fingerprinted.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The bytes of a text in hexadecimal.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let half = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |pair: &[u8]| Some((half(pair.first()?)? << 4) | half(pair.get(1)?)?);
    text.as_bytes().chunks(2).map(byte).collect()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let half = |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or_default());
    bytes.iter().flat_map(|byte| [half(byte >> 4), half(byte & 15)]).collect()
}
