//! Passwords: which new ones are taken, and stronger hashes for old ones. Hashing happens outside any transaction.

use crate::app::App;
use crate::app::error::AppError;
use crate::domain::id::UserId;
use crate::domain::password::{self, Owner, Password};
use crate::store::users::{self, UserRow};

impl From<&UserRow> for Owner {
    fn from(user: &UserRow) -> Self {
        Self { name: user.name.clone(), email: user.email.clone() }
    }
}

impl App {
    /// The hash of a new password, if the profile takes it; faults are said of `field`.
    ///
    /// # Errors
    /// All that speaks against it; too many passwords wait to be hashed.
    pub async fn hash_new(&self, password: &Password, owner: &Owner, field: &str) -> Result<String, AppError> {
        password::check(password, self.profile, owner, field)?;
        Ok(self.hasher.hash(password).await?)
    }

    /// The hash of a password that takes the place of `present`, which it must not be.
    ///
    /// # Errors
    /// What [`App::hash_new`] refuses; it is the present one.
    pub async fn hash_next(&self, password: &Password, user: &UserRow, present: String, field: &str) -> Result<String, AppError> {
        let hash = self.hash_new(password, &Owner::from(user), field).await?;
        if self.hasher.verify(password, Some(present)).await? {
            return Err(password::unchanged(field).into());
        }
        Ok(hash)
    }

    /// Replaces the hash `verified`, behind which `password` is, when it was made with less work than is done now. Answers
    /// the hash that stands. Under load the old one stays until the next time.
    ///
    /// # Errors
    /// The password was changed meanwhile; the database cannot be asked.
    pub(super) async fn strengthened(&self, user: UserId, verified: String, password: &Password) -> Result<String, AppError> {
        if !self.hasher.is_weak(&verified) {
            return Ok(verified);
        }
        let Ok(strong) = self.hasher.hash(password).await else { return Ok(verified) };
        let new = strong.clone();
        let replace = move |conn: &mut crate::store::Conn| users::rehash(conn, user, &verified, &new).map_err(AppError::from);
        if self.db.write(replace, |_, _| Ok(())).await?? {
            return Ok(strong);
        }
        // Someone was faster: a sign-in at the same moment, or a change of the password.
        let stands = self.db.read(move |conn| users::password_hash(conn, user)).await??;
        if self.hasher.verify(password, Some(stands.clone())).await? { Ok(stands) } else { Err(AppError::WrongCredentials) }
    }
}
