//! The audit log: view and handler.

use crate::app::Page;
use crate::app::audit::{AuditFilter, AuditRow, Outcome};
use crate::app::{Act, AppError, Seen, audit};
use crate::domain::fault::Faults;
use crate::domain::id::{AuditId, KeyId, UserId};
use crate::domain::policy::{Action, Kind, Role, Tie};
use crate::domain::text::Line;
use crate::domain::time::Timestamp;
use crate::http::answer::View;

/// A row of the audit log. Its place in the chain is not shown: gaps would tell how much is still sealed.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AuditView {
    id: AuditId,
    at: Timestamp,
    request_id: String,
    actor_id: Option<UserId>,
    /// The name that the person has now; `public`, `clock` or `host` where it was no person.
    actor_name: String,
    /// The machine key that acted on the actor's behalf.
    key_id: Option<KeyId>,
    /// The role that allowed it.
    role: Option<Role>,
    /// How the actor stood to the object.
    tie: Option<Tie>,
    action: Action,
    /// `accepted` or `denied`.
    outcome: String,
    object_kind: Kind,
    object_id: String,
    from_stage: Option<String>,
    to_stage: Option<String>,
    detail: String,
}

impl View for AuditView {
    fn id(&self) -> String {
        self.id.to_string()
    }
}

impl From<(AuditRow, Option<String>)> for AuditView {
    fn from((row, person): (AuditRow, Option<String>)) -> Self {
        Self {
            id: row.id,
            at: row.at,
            request_id: row.request_id,
            actor_id: row.actor_id,
            actor_name: person.unwrap_or(row.actor_name),
            key_id: row.key_id,
            role: row.role,
            tie: row.tie,
            action: row.action,
            outcome: row.outcome,
            object_kind: row.object_kind,
            object_id: row.object_id,
            from_stage: row.from_stage,
            to_stage: row.to_stage,
            detail: row.detail,
        }
    }
}

/// What the log can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AuditQuery {
    #[deserr(default)]
    object_id: Option<Line<1, 36>>,
    #[deserr(default)]
    actor_id: Option<UserId>,
    #[deserr(default)]
    action: Option<Action>,
    #[deserr(default)]
    outcome: Option<Outcome>,
    /// From this instant on.
    #[deserr(default)]
    from: Option<Timestamp>,
    /// Before this instant.
    #[deserr(default)]
    until: Option<Timestamp>,
}

/// `GET /audit`
pub fn list(act: &mut Act<'_>, (): (), query: AuditQuery, page: &Page) -> Result<Seen<Vec<AuditView>>, AppError> {
    let filter = AuditFilter {
        object_id: query.object_id.map(String::from),
        actor_id: query.actor_id,
        action: query.action,
        outcome: query.outcome,
        from: query.from,
        until: query.until,
    };
    Ok(audit::list(act, &filter, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}
