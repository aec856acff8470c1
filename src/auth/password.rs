//! Passwords: argon2id in a blocking thread, with as many at once as there are cores and a bounded queue before them.
//!
//! Parameters: 19 MiB, t = 2, p = 1 (OWASP Password Storage Cheat Sheet). Hashes are PHC strings.

use crate::domain::password::Password;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// What stands in place of a hash as long as an account has no password: no password is right, after as much work.
pub const NO_PASSWORD: &str = "";
/// Hashes that may wait for their turn. Whoever comes then is told to come back, so that a flood of sign-ins costs neither
/// memory nor the time of other requests.
const MOST_WAITING: usize = 64;

/// Bytes of what is made of a passphrase.
const STRETCHED: usize = 32;
/// Most memory that a kept cost may ask for, in KiB.
const MOST_MEMORY: u32 = 1 << 20;

/// How much work it is to make a key of a passphrase; kept beside what it locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Memory in KiB.
    pub memory: i32,
    /// Passes over it.
    pub passes: i32,
}

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
    /// Places in the queue, those at work included.
    places: Arc<Semaphore>,
    /// How much work it is from now on to make a key of a passphrase.
    pub stretch: Stretch,
    /// A hash of nothing that anyone types, verified for unknown accounts so that they take as long as known ones.
    dummy: Arc<str>,
}

/// Why a password was not hashed.
#[derive(Debug, thiserror::Error)]
pub enum NotHashed {
    /// No memory, or the service is stopping.
    #[error("password hashing failed")]
    Failed,
    /// Too many are waiting.
    #[error("too many passwords wait to be hashed")]
    Overloaded,
}

impl Hasher {
    /// A hasher with `permits` hashes at once.
    ///
    /// # Errors
    /// The parameters are refused by argon2.
    pub fn new(cost: Cost, permits: usize) -> Result<Self, NotHashed> {
        let params = match cost {
            Cost::Full => Params::new(19 * 1024, 2, 1, None),
            Cost::Trifling => Params::new(8, 1, 1, None),
        };
        // What a passphrase locks can be guessed at with a copy of the database in hand: more work than for a sign-in (RFC 9106).
        let stretch = match cost {
            Cost::Full => Stretch { memory: 64 * 1024, passes: 3 },
            Cost::Trifling => Stretch { memory: 8, passes: 1 },
        };
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(|_| NotHashed::Failed)?);
        let dummy = argon2.hash_password(b"\0 nobody").map_err(|_| NotHashed::Failed)?.to_string().into();
        let permits = permits.max(1);
        let places = Arc::new(Semaphore::new(permits.saturating_add(MOST_WAITING)));
        Ok(Self { argon2, permits: Arc::new(Semaphore::new(permits)), places, stretch, dummy })
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// Hashing failed, or too many wait.
    pub async fn hash(&self, password: &Password) -> Result<String, NotHashed> {
        let text = password.reveal().to_owned();
        self.blocking(move |argon2| argon2.hash_password(text.as_bytes()).map(|hash| hash.to_string()).map_err(|_| NotHashed::Failed))
            .await?
    }

    /// Whether `password` is the one behind `hash`. Without a hash the answer is no, after as much work.
    ///
    /// # Errors
    /// Hashing failed, or too many wait.
    pub async fn verify(&self, password: &Password, hash: Option<String>) -> Result<bool, NotHashed> {
        let text = password.reveal().to_owned();
        let dummy = self.dummy.clone();
        let hash = hash.filter(|hash| hash != NO_PASSWORD);
        self.blocking(move |argon2| {
            let matches =
                |phc: &str| argon2::PasswordHash::new(phc).is_ok_and(|parsed| argon2.verify_password(text.as_bytes(), &parsed).is_ok());
            let right = matches(hash.as_deref().unwrap_or(&dummy));
            right && hash.is_some()
        })
        .await
    }

    /// The key that `passphrase` gives with `salt`, by as much work.
    ///
    /// # Errors
    /// The cost is refused by argon2, hashing failed, or too many wait.
    pub async fn key(&self, passphrase: &Password, salt: Vec<u8>, stretch: Stretch) -> Result<Zeroizing<Vec<u8>>, NotHashed> {
        let text = Zeroizing::new(passphrase.reveal().to_owned());
        let whole = |number: i32| u32::try_from(number).map_err(|_| NotHashed::Failed);
        let (memory, passes) = (whole(stretch.memory)?, whole(stretch.passes)?);
        let params = Params::new(memory, passes, 1, Some(STRETCHED)).ok().filter(|_| memory <= MOST_MEMORY).ok_or(NotHashed::Failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        self.blocking(move |_| {
            let mut key = Zeroizing::new(vec![0; STRETCHED]);
            argon2.hash_password_into(text.as_bytes(), &salt, &mut key).map_err(|_| NotHashed::Failed)?;
            Ok(key)
        })
        .await?
    }

    /// Whether a hash was made with less work than is done now, or with another algorithm.
    #[must_use]
    pub fn is_weak(&self, phc: &str) -> bool {
        let Ok(parsed) = argon2::PasswordHash::new(phc) else { return true };
        let now = self.argon2.params();
        let same_kind = parsed.algorithm.as_str() == "argon2id" && parsed.version == Some(Version::V0x13.into());
        let as_much = Params::try_from(&parsed)
            .is_ok_and(|then| then.m_cost() >= now.m_cost() && then.t_cost() >= now.t_cost() && then.p_cost() >= now.p_cost());
        !(same_kind && as_much)
    }

    /// The permit moves into the blocking closure: a caller that goes away does not free its place early.
    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static) -> Result<T, NotHashed> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| NotHashed::Overloaded)?;
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| NotHashed::Failed)?;
        let argon2 = self.argon2.clone();
        let job = move || {
            let _held = (place, permit);
            work(&argon2)
        };
        tokio::task::spawn_blocking(job).await.map_err(|_| NotHashed::Failed)
    }
}
