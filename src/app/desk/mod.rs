//! The desk 待办: everything that waits for whoever asks, the most urgent first, in one answer and a fixed number of queries.
//!
//! What waits is a row of [`table::MATTERS`]: an action, and where the records are found to which it can be done. Whose it is, the permission
//! table says: a row is asked only for those who may do its action at all, and of what it finds only that is shown to which they may do it
//! as they stand to it. So nothing lies on a desk that its reader may not do, and nothing that they may not know of.

mod bidding;
mod found;
mod judging;
mod money;
mod running;
mod signing;
pub mod table;
mod team;

pub use table::MATTERS;

use crate::app::act::{Act, Object, Seen};
use crate::app::error::AppError;
use crate::domain::desk::{MOST, Waiting};
use crate::domain::policy::{Action, Kind, conceivable};
use found::Found;

/// One thing that waits.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is.
    pub what: Waiting,
    /// What is to be done.
    pub action: Action,
    /// Which record, of what, and by when.
    pub found: Found,
}

/// How much there is of one thing.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// What it is.
    pub what: Waiting,
    /// How much of it was found.
    pub count: usize,
    /// Whether there is more than was looked for.
    pub more: bool,
}

/// What waits, the most urgent first, and how much of it there is.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// The most urgent ones.
    pub items: Vec<Item>,
    /// How much there is of each.
    pub counts: Vec<Count>,
}

/// What waits for whoever asks.
///
/// # Errors
/// Somebody for whom nothing ever waits.
pub fn mine(act: &mut Act<'_>) -> Result<Seen<Desk>, AppError> {
    let permit = act.permit(Action::MeReadDesk, &Object::kind(Kind::Me))?;
    let mut desk = Desk::default();
    for matter in MATTERS {
        if !conceivable(matter.action, &act.actor.roles) {
            continue;
        }
        let batch = (matter.find)(act, matter.action)?;
        let count = Count { what: matter.what, count: batch.found.len(), more: batch.more };
        desk.counts.extend((count.count > 0 || count.more).then_some(count));
        desk.items.extend(batch.found.into_iter().map(|found| Item { what: matter.what, action: matter.action, found }));
    }
    let urgency = |item: &Item| (item.found.due_on.unwrap_or(item.found.since), item.what);
    desk.items.sort_by(|one, other| urgency(one).cmp(&urgency(other)).then_with(|| one.found.path.cmp(&other.found.path)));
    desk.items.truncate(MOST);
    Ok(Seen::by(permit, desk))
}
