//! Passwords, tokens and keys: the only room that names the crypto crates.

pub mod chain;
pub mod custody;
pub mod file_seal;
pub mod keys;
pub mod lots;
pub mod machine;
pub mod password;
pub mod ring;
pub mod round_keys;
pub mod seal;
pub mod second_factor;
pub mod signing;
pub mod token;

pub use keys::Keys;
pub use password::Hasher;
pub use token::Claims;
