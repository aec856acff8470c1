//! Passwords: argon2id in a blocking thread, with as many at once as there are cores.
//!
//! Parameters: 19 MiB, t = 2, p = 1 (OWASP Password Storage Cheat Sheet). Hashes are PHC strings.

use crate::domain::user::Password;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How much work a hash is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// As served.
    Full,
    /// For tests and demo data: the same code, next to no work.
    Trifling,
}

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    /// A hash of nothing that anyone types, verified for unknown accounts so that they take as long as known ones.
    dummy: Arc<str>,
}

/// Hashing could not be done (no memory, or the service is stopping).
#[derive(Debug, thiserror::Error)]
#[error("password hashing failed")]
pub struct HashingFailed;

impl Hasher {
    /// A hasher with `permits` hashes at once.
    ///
    /// # Errors
    /// The parameters are refused by argon2.
    pub fn new(cost: Cost, permits: usize) -> Result<Self, HashingFailed> {
        let params = match cost {
            Cost::Full => Params::new(19 * 1024, 2, 1, None),
            Cost::Trifling => Params::new(8, 1, 1, None),
        };
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(|_| HashingFailed)?);
        let dummy = argon2.hash_password(b"\0 nobody").map_err(|_| HashingFailed)?.to_string().into();
        Ok(Self { argon2, permits: Arc::new(Semaphore::new(permits.max(1))), dummy })
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// Hashing failed.
    pub async fn hash(&self, password: &Password) -> Result<String, HashingFailed> {
        let text = password.reveal().to_owned();
        self.blocking(move |argon2| argon2.hash_password(text.as_bytes()).map(|hash| hash.to_string()).map_err(|_| HashingFailed)).await?
    }

    /// Whether `password` is the one behind `hash`. Without a hash the answer is no, after as much work.
    ///
    /// # Errors
    /// Hashing failed.
    pub async fn verify(&self, password: &Password, hash: Option<String>) -> Result<bool, HashingFailed> {
        let text = password.reveal().to_owned();
        let dummy = self.dummy.clone();
        self.blocking(move |argon2| {
            let matches =
                |phc: &str| argon2::PasswordHash::new(phc).is_ok_and(|parsed| argon2.verify_password(text.as_bytes(), &parsed).is_ok());
            let right = matches(hash.as_deref().unwrap_or(&dummy));
            right && hash.is_some()
        })
        .await
    }

    /// The permit moves into the blocking closure: a caller that goes away does not free its place early.
    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static) -> Result<T, HashingFailed> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| HashingFailed)?;
        let argon2 = self.argon2.clone();
        let job = move || {
            let _held = permit;
            work(&argon2)
        };
        tokio::task::spawn_blocking(job).await.map_err(|_| HashingFailed)
    }
}
