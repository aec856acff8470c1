//! Secrets of machine keys: 256 random bits behind the id of their key, `jbk_<id>.<secret>`, kept as SHA-256.
//!
//! The beginning tells them from access tokens, and lets scanners of repositories find one that has leaked.

use crate::auth::token::{random_token, sha256_hex};
use crate::domain::id::KeyId;
use aws_lc_rs::constant_time::verify_slices_are_equal;

/// What every machine key begins with.
pub const PREFIX: &str = "jbk_";
/// Characters of a secret: 32 bytes in base64url.
const SECRET: usize = 43;

/// What someone shows as a machine key: whose, and the hash of its secret.
#[derive(Clone)]
pub struct Shown {
    /// The key that it claims to be.
    pub id: KeyId,
    hash: String,
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Shown").field(&self.id).finish()
    }
}

/// The text of a new key with this id, and how its secret is kept; `None` when the operating system gives no randomness.
#[must_use]
pub fn new_key(id: KeyId) -> Option<(String, String)> {
    let secret = random_token().ok()?;
    Some((format!("{PREFIX}{id}.{secret}"), sha256_hex(secret.as_bytes())))
}

/// Reads what may be a machine key; `None` when it does not even look like one.
#[must_use]
pub fn read(token: &str) -> Option<Shown> {
    let (id, secret) = token.strip_prefix(PREFIX)?.split_once('.')?;
    let fine = secret.len() == SECRET;
    fine.then(|| Some(Shown { id: id.parse().ok()?, hash: sha256_hex(secret.as_bytes()) })).flatten()
}

impl Shown {
    /// Whether its secret is the one that is kept so, in a time that does not tell how much of it is right.
    #[must_use]
    pub fn is(&self, kept: &str) -> bool {
        verify_slices_are_equal(self.hash.as_bytes(), kept.as_bytes()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{new_key, read};
    use crate::domain::id::KeyId;

    #[test]
    fn a_key_is_known_by_its_whole_text_and_by_no_other() {
        let id = KeyId::new("2026-03-02T01:00:00Z".parse().unwrap());
        let (text, kept) = new_key(id).unwrap();
        let shown = read(&text).unwrap();
        assert!(shown.id == id && shown.is(&kept) && !format!("{shown:?}").contains(&kept));
        let (other, _) = new_key(id).unwrap();
        assert!(!read(&other).unwrap().is(&kept));
        for wrong in
            [&text[4..], &text[..text.len() - 1], &format!("{text}A"), &text.to_uppercase(), &text.replace('.', ""), "jbk_.", "jbk_"]
        {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
