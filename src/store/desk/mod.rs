//! What waits on desks: each source one query by an index, of at most so many rows, whoever asks.

mod bidding;
mod delivery;
mod projects;
mod texts;

pub use bidding::*;
pub use delivery::*;
pub use projects::*;
pub use texts::*;

use crate::domain::id::{OrganizationId, UserId};

/// So many rows of a source, at most: one more than a desk shows, so that it can be told that there are more.
pub const FETCH: i64 = 201;

/// Of whose projects something is looked for.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    /// Everyone's.
    All,
    /// Those that an organisation leads, or is the sponsor of.
    Party(OrganizationId),
    /// Those that somebody follows, as primary commissioner or as backup.
    Followed(UserId),
}

/// Narrows a boxed query that is joined to `projects` to those of `whose`.
macro_rules! within {
    ($query:expr, $whose:expr) => {
        match $whose {
            crate::store::desk::Whose::All => $query,
            crate::store::desk::Whose::Party(own) => $query.filter(
                projects::lead_org_id.eq(own).or(projects::sponsor_id.is_not_null().and(projects::sponsor_id.assume_not_null().eq(own))),
            ),
            crate::store::desk::Whose::Followed(user) => {
                $query.filter(projects::commissioner_id.eq(user).or(projects::backup_id.eq(user)).assume_not_null())
            }
        }
    };
}
use within;
