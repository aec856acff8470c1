//! What time does: letters go out, deadlines close, old things are forgotten. Every job may run twice without harm.

pub mod deliver;
pub mod ticker;

pub use deliver::Postman;
pub use ticker::start;
