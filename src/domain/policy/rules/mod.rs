//! The permission table: which role may do what, standing how to the object. Everything else is denied.
//!
//! `docs/permissions.md` is generated from this table, and a golden test shows every change of it.

mod access;
mod bidding;
mod delivery;
mod judging;

use super::action::Action;
use super::role::Role::{self, Account, Auditor, Commissioner, Director, Examiner, Expert, Finance, Leader, Officer, Public, Supervisor};
use super::tie::Tie::{self, Assigned, Author, Conflicted, Custodian, Editor, Party, Stranger, Submitter};
use crate::domain::policy::action::Action as A;

/// One row: these roles may do this, standing so to the object.
pub struct Rule {
    /// What may be done.
    pub action: Action,
    /// By whom.
    pub roles: &'static [Role],
    /// Standing how to the object.
    pub ties: &'static [Tie],
}

/// However one stands to it: for reading, and for things that concern nobody else.
const ANY: &[Tie] = &[Stranger, Party, Editor, Submitter, Assigned, Author, Conflicted, Custodian];
/// The department's own work: done for it, by whoever prepared it or a colleague, but not with an interest in it.
const DESK: &[Tie] = &[Stranger, Author, Assigned];
/// A second pair of eyes: never one's own work, nor where one is assigned or has an interest.
const OTHER: &[Tie] = &[Stranger];
/// One's own organisation's.
const OWN: &[Tie] = &[Party];
/// One's own organisation's, whatever one may do with it.
const TEAM: &[Tie] = &[Party, Editor, Submitter];
/// One's own.
const SELF: &[Tie] = &[Author];
/// What one was appointed to by name.
const MINE: &[Tie] = &[Assigned];

/// That of which one holds a share of the key.
const SHARE: &[Tie] = &[Custodian];
/// The owning division's: by whoever prepared it, or a colleague of the division.
const DIVISION: &[Tie] = &[Author, Assigned];

/// Everyone with an account, whatever roles they have.
const EVERYONE: &[Role] = &[Account];
/// The department's staff that reads the portfolio.
const STAFF: &[Role] = &[Officer, Examiner, Director, Finance, Supervisor, Commissioner, Leader, Auditor];
/// Those who may hold a share of a round's key.
const KEEPERS: &[Role] = &[Supervisor, Examiner, Leader];
/// Those who may read opened bids, reviews and decisions.
const JUDGING: &[Role] = &[Officer, Examiner, Director, Supervisor, Auditor];

/// Those who may have an interest in what they judge, or follow.
pub const JUDGES: &[Role] = &[Officer, Examiner, Director, Finance, Supervisor, Commissioner, Expert];

const fn rule(action: Action, roles: &'static [Role], ties: &'static [Tie]) -> Rule {
    Rule { action, roles, ties }
}

/// The rows that speak of the whole.
const WHOLE: &[Rule] = &[
    rule(A::PaperRead, JUDGING, ANY),
    rule(A::LedgerRead, STAFF, ANY),
    rule(A::AuditRead, &[Auditor], ANY),
    rule(A::PortfolioRead, STAFF, ANY),
    rule(A::NotaryRead, &[Public], ANY),
];

/// Every row of the table, in the order of the work.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [access::RULES, bidding::RULES, judging::RULES, delivery::RULES, WHOLE].into_iter().flatten()
}
