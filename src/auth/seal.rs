//! The seal of a submission: encrypted under a data key of its own, which is wrapped to the key of the challenge's round, or to
//! the public half of one whose private half lies with custodians.
//!
//! Both are bound to challenge, round, bid, team and version ([`crate::domain::seal::binding`]), and padded.

use crate::auth::custody;
use crate::auth::token::hex;
use crate::domain::seal::{Cipher, padded};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, AesGcm, Nonce};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use sha2::digest::consts::U12;
use sha2::{Digest, Sha256};
use sm4::Sm4;
use zeroize::Zeroizing;

/// SM4 (GB/T 32907) in Galois counter mode.
type Sm4Gcm = AesGcm<Sm4, U12>;
/// Bytes of a round's key; a cipher with shorter keys uses as many as it needs.
const KEY: usize = 32;
/// Bytes of a nonce.
const NONCE: usize = 12;
/// Bytes of an authentication tag.
const TAG: usize = 16;
/// Bytes that tell the length of the text before its padding.
const LENGTH: usize = 4;

/// The key of a round, or the private half of one. Forgotten when it is dropped.
pub struct RoundKey(Zeroizing<[u8; KEY]>);

/// To what the data key of a submission is wrapped.
pub enum To<'a> {
    /// To a key that the service has.
    Service(&'a RoundKey),
    /// To the public half of a key that it does not have.
    Custodians(&'a [u8]),
}

impl RoundKey {
    /// A new one; `None` when the operating system gives no randomness.
    #[must_use]
    pub fn fresh() -> Option<Self> {
        let mut key = Zeroizing::new([0u8; KEY]);
        getrandom::fill(key.as_mut_slice()).ok()?;
        Some(Self(key))
    }

    /// The key of these bytes, if they are as many as a key has.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Reads what [`RoundKey::text`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::of(&Zeroizing::new(BASE64.decode(text.trim()).ok()?))
    }

    /// The key in base64url.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.0.as_slice()))
    }
}

pub(super) fn encrypt<C: KeyInit + Aead<NonceSize = U12>>(key: &[u8], bound: &str, text: &[u8]) -> Option<Vec<u8>> {
    let mut nonce = [0u8; NONCE];
    getrandom::fill(&mut nonce).ok()?;
    let cipher = C::new_from_slice(key.get(..C::key_size())?).ok()?;
    let sealed = cipher.encrypt(&Nonce::from(nonce), Payload { msg: text, aad: bound.as_bytes() }).ok()?;
    Some([&nonce[..], &sealed].concat())
}

pub(super) fn decrypt<C: KeyInit + Aead<NonceSize = U12>>(key: &[u8], bound: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    let cipher = C::new_from_slice(key.get(..C::key_size())?).ok()?;
    cipher.decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: bound.as_bytes() }).ok().map(Zeroizing::new)
}

/// `text` behind its length, with zeros up to the padded size.
#[must_use]
pub fn pad(text: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(text.len()).ok()?;
    let mut padded = Vec::with_capacity(padded_size(text.len()));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(text);
    padded.resize(padded_size(text.len()), 0);
    Some(padded)
}

fn padded_size(length: usize) -> usize {
    padded(length.saturating_add(LENGTH))
}

/// The text that was padded.
#[must_use]
pub fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, text) = padded.split_at_checked(LENGTH)?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    text.get(..usize::try_from(length).ok()?)
}

/// Seals `text`: a number that says how, the wrapped data key, and the text under it. `None` when there is no randomness.
#[must_use]
pub fn seal(cipher: Cipher, to: &To<'_>, bound: &str, text: &[u8]) -> Option<Vec<u8>> {
    let number = match (cipher, to) {
        (Cipher::Aes256Gcm, To::Service(_)) => 1,
        (Cipher::Sm4Gcm, To::Service(_)) => 2,
        (Cipher::Aes256Gcm, To::Custodians(_)) => 3,
        (Cipher::Sm4Gcm, To::Custodians(_)) => 4,
    };
    match cipher {
        Cipher::Aes256Gcm => sealed::<Aes256Gcm>(number, to, bound, text),
        Cipher::Sm4Gcm => sealed::<Sm4Gcm>(number, to, bound, text),
    }
}

fn sealed<C: KeyInit + Aead<NonceSize = U12>>(number: u8, to: &To<'_>, bound: &str, text: &[u8]) -> Option<Vec<u8>> {
    let mut own = Zeroizing::new(vec![0u8; C::key_size()]);
    getrandom::fill(&mut own).ok()?;
    let for_key = format!("{bound}\nkey");
    let wrapped = match to {
        To::Service(key) => encrypt::<C>(key.bytes(), &for_key, &own)?,
        To::Custodians(public) => custody::seal_to(public, &for_key, &own)?,
    };
    let body = encrypt::<C>(&own, &format!("{bound}\ntext"), &pad(text)?)?;
    Some([&[number][..], &wrapped, &body].concat())
}

/// Opens what [`seal`] made; `None` when a bit of it was changed, or it is bound to something else.
#[must_use]
pub fn open(key: &RoundKey, bound: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (number, rest) = sealed.split_first()?;
    match number {
        1 => opened::<Aes256Gcm>(key, false, bound, rest),
        2 => opened::<Sm4Gcm>(key, false, bound, rest),
        3 => opened::<Aes256Gcm>(key, true, bound, rest),
        4 => opened::<Sm4Gcm>(key, true, bound, rest),
        _ => None,
    }
}

fn opened<C: KeyInit + Aead<NonceSize = U12>>(key: &RoundKey, private: bool, bound: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let for_key = format!("{bound}\nkey");
    let own =
        |wrapped: &[u8]| if private { custody::open_with(key, &for_key, wrapped) } else { decrypt::<C>(key.bytes(), &for_key, wrapped) };
    let wrapped_size = if private { custody::sealed_size(C::key_size())? } else { NONCE.checked_add(C::key_size())?.checked_add(TAG)? };
    let (wrapped, body) = sealed.split_at_checked(wrapped_size)?;
    let padded = decrypt::<C>(&own(wrapped)?, &format!("{bound}\ntext"), body)?;
    unpad(&padded).map(|text| Zeroizing::new(text.to_vec()))
}

/// What a team is told of its content: it can show that this was it, and nobody can guess it without `salt`.
#[must_use]
pub fn commitment(salt: &str, bound: &str, text: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [salt.as_bytes(), b"\n", bound.as_bytes(), b"\n", text] {
        hash.update(part);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::{RoundKey, To, open, seal};
    use crate::domain::seal::Cipher;

    #[test]
    fn only_the_whole_text_of_the_same_bid_opens_under_the_same_key() {
        let (key, other) = (RoundKey::fresh().unwrap(), RoundKey::fresh().unwrap());
        for cipher in Cipher::ALL {
            let sealed = seal(*cipher, &To::Service(&key), "bid 1", "一份方案".as_bytes()).unwrap();
            assert_eq!(open(&key, "bid 1", &sealed).unwrap().as_slice(), "一份方案".as_bytes());
            assert!(open(&other, "bid 1", &sealed).is_none());
            assert!(open(&key, "bid 2", &sealed).is_none());
            for at in (0..sealed.len()).step_by(7) {
                let mut flipped = sealed.clone();
                flipped[at] ^= 1;
                assert!(open(&key, "bid 1", &flipped).is_none(), "{cipher} {at}");
                assert!(open(&key, "bid 1", &sealed[..at]).is_none(), "{cipher} cut at {at}");
            }
        }
    }

    #[test]
    fn a_key_is_read_as_it_was_written_and_sizes_do_not_tell() {
        let key = RoundKey::fresh().unwrap();
        let again = RoundKey::read(&key.text()).unwrap();
        let (short, long) = (
            seal(Cipher::Aes256Gcm, &To::Service(&key), "b", b"x").unwrap(),
            seal(Cipher::Aes256Gcm, &To::Service(&key), "b", &[7; 1_000]).unwrap(),
        );
        assert_eq!(short.len(), long.len());
        assert_eq!(open(&again, "b", &short).unwrap().as_slice(), b"x");
        assert!(RoundKey::read("short").is_none());
    }
}
