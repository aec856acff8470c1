//! Assignments of commissioners 项目专员: exactly one primary on an active project, and none with an interest in it.

use crate::domain::id::OrganizationId;

/// Whether a person of `own` has an interest in a project of these parties (回避): same organisation as one of them.
#[must_use]
pub fn interested(own: OrganizationId, lead: OrganizationId, sponsor: Option<OrganizationId>) -> bool {
    own == lead || sponsor == Some(own)
}
