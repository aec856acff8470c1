//! The audit log: how a record is written down for the chain that makes changes show.

use crate::domain::codes::codes;

codes! {
    /// How the chain of the audit log is hashed.
    pub enum ChainHash {
        Sha256 = "sha256" "SHA-256",
        Sm3 = "sm3" "SM3 (GM/T 0004-2012)",
    }
}

/// A record as it is hashed and exported: JSON in this order of fields, without spaces.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Place in the log, from 1 on, without gaps.
    pub number: i64,
    /// Id of the record.
    pub id: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// The request.
    pub request_id: String,
    /// Who, if anyone who has an account.
    pub actor_id: Option<String>,
    /// What acted, where it was no person: `clock`, `host`.
    pub actor_name: String,
    /// The machine key that acted on the person's behalf.
    pub key_id: Option<String>,
    /// The role that allowed it.
    pub role: Option<String>,
    /// How the actor stood to the object.
    pub tie: Option<String>,
    /// What was done, or tried.
    pub action: String,
    /// `accepted` or `denied`.
    pub outcome: String,
    /// What it was done to.
    pub object_kind: String,
    /// Its id.
    pub object_id: String,
    /// Stage before.
    pub from_stage: Option<String>,
    /// Stage after.
    pub to_stage: Option<String>,
    /// Reasons, amounts.
    pub detail: String,
    /// The round whose seal hides it until the opening.
    pub sealed: Option<(String, i32)>,
}

impl Record {
    /// The canonical text.
    #[must_use]
    pub fn text(&self) -> String {
        // Strings and numbers only: it can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}
