//! Signatures by which this service vouches for something to people outside (Ed25519), one key for each purpose.

use crate::auth::keys::Keys;
use crate::auth::token::hex;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// What a signature vouches for. It stands for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// How far the audit log has come.
    Checkpoint,
    /// That a bid was received.
    Receipt,
}

impl Purpose {
    /// What the signed text begins with, and what the key is derived by.
    const fn name(self) -> &'static str {
        match self {
            Self::Checkpoint => "jiebang audit checkpoint",
            Self::Receipt => "jiebang bid receipt",
        }
    }

    fn statement(self, text: &str) -> String {
        format!("{}\n{text}", self.name())
    }
}

/// Signs for one purpose, with a key derived from the service's secret.
pub struct Signer(Ed25519KeyPair, Purpose);

impl Signer {
    /// The signer of a service.
    #[must_use]
    pub fn of(keys: &Keys, purpose: Purpose) -> Option<Self> {
        Ed25519KeyPair::from_seed_unchecked(&keys.for_purpose(purpose.name().as_bytes())?).ok().map(|pair| Self(pair, purpose))
    }

    /// The public key in hexadecimal: what others hold a signature against.
    #[must_use]
    pub fn public_key(&self) -> String {
        hex(self.0.public_key().as_ref())
    }

    /// The signature of `text`, in hexadecimal.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        hex(self.0.sign(self.1.statement(text).as_bytes()).as_ref())
    }
}

/// Whether `signature` by `public_key`, both in hexadecimal, vouches for `text`.
#[must_use]
pub fn is_signed(purpose: Purpose, public_key: &str, signature: &str, text: &str) -> bool {
    let (Some(key), Some(signature)) = (bytes(public_key), bytes(signature)) else { return false };
    UnparsedPublicKey::new(&ED25519, key).verify(purpose.statement(text).as_bytes(), &signature).is_ok()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| text.get(at..at.checked_add(2)?).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(pair).collect()
}
