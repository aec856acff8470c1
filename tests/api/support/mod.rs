//! What every test uses: a service of its own, people to call it, and a story that leads to any stage.

pub mod app;
pub mod caller;
pub mod door;
pub mod inputs;
pub mod log;
pub mod postgres;
pub mod race;
pub mod smtp;
pub mod story;
pub mod upload;

pub use app::{Backend, TestApp};
pub use caller::{Caller, Reply};
pub use door::door;
pub use story::Story;

/// A small generator: the same seed takes the same walk.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

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

/// Every table, as the migrations make them.
pub fn tables() -> Vec<String> {
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap().map(|entry| entry.unwrap().path());
    let made = folders.filter(|path| path.is_dir()).map(|path| std::fs::read_to_string(path.join("up.sql")).unwrap());
    let name = |line: &str| line.strip_prefix("CREATE TABLE ").and_then(|rest| rest.split([' ', '(']).next()).map(str::to_owned);
    made.flat_map(|sql| sql.lines().filter_map(name).collect::<Vec<_>>()).collect()
}
