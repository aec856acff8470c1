//! Mail: a notice becomes a letter ([`compose`]), a letter is handed over ([`transport`]).

pub mod compose;
pub mod transport;

pub use compose::{Composer, Draft, Letter};
pub use transport::Transport;
