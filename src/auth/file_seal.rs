//! The seal of a file: under a data key of its own, in segments, so that any part of it opens without the rest.
//!
//! Each segment is AES-256-GCM under a nonce that counts the segments and marks the last one (the STREAM construction): segments
//! that are cut off, exchanged or repeated do not open. A key seals one file once, so no nonce comes twice.

use crate::auth::token::hex;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use zeroize::Zeroizing;

/// Bytes of plain text in a segment; the last one may hold fewer.
pub const SEGMENT: usize = 64 * 1024;
/// Bytes that sealing adds to each segment.
pub const TAG: usize = 16;
/// Bytes of a key.
const KEY: usize = 32;

/// The key of one file. Forgotten when it is dropped.
pub struct FileKey {
    text: Zeroizing<String>,
    key: LessSafeKey,
}

impl FileKey {
    /// A new one; `None` when the operating system gives no randomness.
    #[must_use]
    pub fn fresh() -> Option<Self> {
        let mut bytes = Zeroizing::new([0u8; KEY]);
        getrandom::fill(bytes.as_mut_slice()).ok()?;
        Self::of(bytes.as_slice())
    }

    /// Reads what [`FileKey::text`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::of(&Zeroizing::new(crate::auth::token::unhex(text)?))
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).ok()?);
        Some(Self { text: Zeroizing::new(hex(bytes)), key })
    }

    /// The key in hexadecimal.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Seals segment `number` in place.
    #[must_use]
    pub fn seal(&self, number: u64, last: bool, segment: &mut Vec<u8>) -> Option<()> {
        self.key.seal_in_place_append_tag(nonce(number, last), Aad::empty(), segment).ok()
    }

    /// Opens segment `number` in place; `None` when it was changed or is another one.
    #[must_use]
    pub fn open(&self, number: u64, last: bool, segment: &mut Vec<u8>) -> Option<()> {
        let length = self.key.open_in_place(nonce(number, last), Aad::empty(), segment).ok()?.len();
        segment.truncate(length);
        Some(())
    }
}

fn nonce(number: u64, last: bool) -> Nonce {
    let mut bytes = [0u8; 12];
    let counted = number.to_be_bytes().into_iter().chain([u8::from(last)]);
    for (to, from) in bytes.iter_mut().skip(3).zip(counted) {
        *to = from;
    }
    Nonce::assume_unique_for_key(bytes)
}

/// SHA-256 of a content that comes piece by piece.
#[derive(Clone)]
pub struct Digest(Context);

impl Default for Digest {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Digest {
    /// One more piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The hash in hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        hex(self.0.finish().as_ref())
    }
}

/// A hash in hexadecimal as it stands in `Repr-Digest` (RFC 9530): base64.
#[must_use]
pub fn digest_field(sha256: &str) -> Option<String> {
    Some(format!("sha-256=:{}:", BASE64.encode(crate::auth::token::unhex(sha256)?)))
}

#[cfg(test)]
mod tests {
    use super::{Digest, FileKey, digest_field};

    #[test]
    fn a_segment_opens_in_its_place_alone() {
        let (key, other) = (FileKey::fresh().unwrap(), FileKey::fresh().unwrap());
        let mut sealed = b"a plan".to_vec();
        key.seal(3, false, &mut sealed).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"a plan"));
        for (key, number, last) in [(&key, 4, false), (&key, 3, true), (&other, 3, false)] {
            assert!(key.open(number, last, &mut sealed.clone()).is_none());
        }
        let again = FileKey::read(key.text()).unwrap();
        again.open(3, false, &mut sealed).unwrap();
        assert_eq!(sealed, b"a plan");
    }

    #[test]
    fn a_hash_is_that_of_the_pieces_together() {
        let mut digest = Digest::default();
        digest.update(b"ab");
        digest.update(b"c");
        let sha256 = digest.finish();
        assert_eq!(sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(digest_field(&sha256).unwrap(), "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:");
    }
}
