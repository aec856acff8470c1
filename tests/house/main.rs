//! The architecture, as tests: who may import whom, what belongs together, what is generated.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "in a test a missing value is a failure"
)]

mod files;
mod generated;
mod notices;
mod permissions;
mod rooms;
mod routes;
mod schema;
mod scopes;
mod source;
mod stages;

#[path = "../api/support/postgres.rs"]
mod postgres;
