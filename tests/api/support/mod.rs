//! What every test uses: a service of its own, people to call it, and a story that leads to any stage.

pub mod app;
pub mod caller;
pub mod door;
pub mod inputs;
pub mod postgres;
pub mod smtp;
pub mod story;

pub use app::{Backend, TestApp};
pub use caller::{Caller, Reply};
pub use door::door;
pub use story::Story;

/// Runs each test on SQLite and on PostgreSQL: `on_both! { async fn a_sentence(app: TestApp) { … } }`.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: $service:ty) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn case($app: $service) $body

            $(#[$meta])*
            #[test]
            fn sqlite() {
                crate::support::app::run(crate::support::Backend::Sqlite, case);
            }

            $(#[$meta])*
            #[test]
            fn postgres() {
                crate::support::app::run(crate::support::Backend::Postgres, case);
            }
        }
    )+};
}
pub(crate) use on_both;
