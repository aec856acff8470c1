//! The chain of the audit log: how each record is bound to all before it, and how a checkpoint is signed.
//!
//! `digest = H(record)`, `link = H(previous link, newline, digest)`: whoever holds a link can tell whether anything up to it was
//! changed, added or left out, even where a record itself is withheld and only its digest is shown.

use crate::auth::keys::Keys;
use crate::auth::signing::{self, Purpose};
use crate::auth::token::hex;
use crate::domain::audit::ChainHash;
use sha2::{Digest, Sha256};
use sm3::Sm3;

/// What stands before the first record.
pub const GENESIS: &str = "jiebang-audit";

fn hash(how: ChainHash, text: &[u8]) -> String {
    let bytes = match how {
        ChainHash::Sha256 => hex(&Sha256::digest(text)),
        ChainHash::Sm3 => hex(&Sm3::digest(text)),
    };
    format!("{how}:{bytes}")
}

/// The digest of a record's canonical text: the name of the hash, a colon, and its value in hexadecimal.
#[must_use]
pub fn digest(how: ChainHash, record: &str) -> String {
    hash(how, record.as_bytes())
}

/// The link of a record with `digest` that follows `previous`.
#[must_use]
pub fn link(how: ChainHash, previous: &str, digest: &str) -> String {
    hash(how, format!("{previous}\n{digest}").as_bytes())
}

/// Which hash made a digest or a link; `None` when it is none.
#[must_use]
pub fn made_by(link: &str) -> Option<ChainHash> {
    link.split_once(':')?.0.parse().ok()
}

fn statement(number: i64, link: &str, at: &str) -> String {
    format!("{number}\n{link}\n{at}")
}

/// Signs checkpoints.
pub struct Signer(signing::Signer);

impl Signer {
    /// The signer of a service.
    #[must_use]
    pub fn of(keys: &Keys) -> Option<Self> {
        signing::Signer::of(keys, Purpose::Checkpoint).map(Self)
    }

    /// The public key in hexadecimal: what an auditor holds a signature against.
    #[must_use]
    pub fn public_key(&self) -> String {
        self.0.public_key()
    }

    /// The signature, in hexadecimal, that the chain stood at `link` after `number` records at `at`.
    #[must_use]
    pub fn sign(&self, number: i64, link: &str, at: &str) -> String {
        self.0.sign(&statement(number, link, at))
    }
}

/// Whether `signature` by `public_key`, both in hexadecimal, says that the chain stood at `link` after `number` records at `at`.
#[must_use]
pub fn is_signed(public_key: &str, signature: &str, number: i64, link: &str, at: &str) -> bool {
    signing::is_signed(Purpose::Checkpoint, public_key, signature, &statement(number, link, at))
}

#[cfg(test)]
mod tests {
    use super::{Signer, digest, is_signed, link, made_by};
    use crate::auth::Keys;
    use crate::domain::audit::ChainHash;

    #[test]
    fn the_hashes_are_those_of_the_standards() {
        // FIPS 180-4 and GM/T 0004-2012, appendix A: "abc".
        let sha = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let sm3 = "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        assert_eq!((digest(ChainHash::Sha256, "abc"), digest(ChainHash::Sm3, "abc")), (sha.into(), sm3.into()));
        assert_eq!(made_by(&link(ChainHash::Sm3, sha, sm3)), Some(ChainHash::Sm3));
        assert_eq!(made_by("md5:00"), None);
    }

    #[test]
    fn a_checkpoint_says_what_it_says_and_nothing_else() {
        let signer = Signer::of(&Keys::derive(&[7; 32]).unwrap()).unwrap();
        let (key, signature) = (signer.public_key(), signer.sign(7, "sha256:aa", "2026-01-01T00:00:00Z"));
        assert!(is_signed(&key, &signature, 7, "sha256:aa", "2026-01-01T00:00:00Z"));
        assert!(!is_signed(&key, &signature, 8, "sha256:aa", "2026-01-01T00:00:00Z"));
        assert!(!is_signed(&key, &signature, 7, "sha256:ab", "2026-01-01T00:00:00Z"));
        assert!(!is_signed(&key, &signature, 7, "sha256:aa", "2026-01-02T00:00:00Z"));
        let other = Signer::of(&Keys::derive(&[8; 32]).unwrap()).unwrap();
        assert!(!is_signed(&other.public_key(), &signature, 7, "sha256:aa", "2026-01-01T00:00:00Z"));
        for odd in ["", "zz", "é1", "abc", &signature[1..]] {
            assert!(!is_signed(&key, odd, 7, "sha256:aa", "2026-01-01T00:00:00Z"), "{odd}");
        }
    }
}
