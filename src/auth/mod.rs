//! Passwords, tokens and keys: the only room that names the crypto crates.

pub mod password;
pub mod token;

pub use password::Hasher;
pub use token::{Claims, Keys};
