//! Role grants: views and handlers.

use crate::app::Page;
use crate::app::act::Shown;
use crate::app::grants::{self, GrantRow};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::fault::Faults;
use crate::domain::grant::{GrantInput, GrantStage};
use crate::domain::id::{GrantId, UserId};
use crate::domain::policy::{Action, Role};
use crate::domain::time::Timestamp;
use crate::http::answer::{View, record_view};

/// A proposal of the roles that a person shall have, and what became of it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct GrantView {
    id: GrantId,
    stage: GrantStage,
    version: i64,
    user_id: UserId,
    /// All roles that the person shall have.
    roles: Vec<Role>,
    reason: String,
    proposed_by: UserId,
    decided_by: Option<UserId>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(GrantView);

impl From<Shown<GrantRow>> for GrantView {
    fn from(Shown { record: row, allowed }: Shown<GrantRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            user_id: row.user_id,
            roles: row.roles.read().unwrap_or_default(),
            reason: row.reason,
            proposed_by: row.created_by,
            decided_by: row.decided_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// What a list of grants can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct GrantQuery {
    #[deserr(default)]
    user_id: Option<UserId>,
    #[deserr(default)]
    stage: Option<GrantStage>,
}

/// `POST /users/{id}/grants`
pub fn propose(act: &mut Act<'_>, user: UserId, input: GrantInput) -> Result<Done<GrantView>, AppError> {
    Ok(grants::propose(act, user, &input)?.map(Into::into))
}

/// `GET /grants`
pub fn list(act: &mut Act<'_>, (): (), query: GrantQuery, page: &Page) -> Result<Seen<Vec<GrantView>>, AppError> {
    Ok(grants::list(act, query.user_id, query.stage, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /grants/{id}`
pub fn get(act: &mut Act<'_>, id: GrantId) -> Result<Seen<GrantView>, AppError> {
    Ok(grants::get(act, id)?.map(Into::into))
}

/// `POST /grants/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: GrantId, _: NoInput) -> Result<Done<GrantView>, AppError> {
    Ok(grants::approve(act, id)?.map(Into::into))
}

/// `POST /grants/{id}/decline`
pub fn decline(act: &mut Act<'_>, id: GrantId, input: ReasonInput) -> Result<Done<GrantView>, AppError> {
    Ok(grants::decline(act, id, &input)?.map(Into::into))
}
