//! Amendments: views and handlers.

use crate::app::act::Shown;
use crate::app::amendments::{self, AmendmentRow};
use crate::app::{Act, AppError, Done, Page, Seen};
use crate::domain::amendment::{AmendmentInput, AmendmentKind, AmendmentStage, Change};
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::fault::Faults;
use crate::domain::id::{AmendmentId, ChallengeId};
use crate::domain::policy::Action;
use crate::domain::time::Timestamp;
use crate::http::answer::{View, record_view};

/// An amendment of a challenge: an entry of its public history, once it is in effect.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AmendmentView {
    id: AmendmentId,
    stage: AmendmentStage,
    version: i64,
    challenge_id: ChallengeId,
    round: i32,
    kind: AmendmentKind,
    reason: String,
    /// The public notice of a correction.
    notice: Option<String>,
    /// Each field before and after a correction.
    changes: Vec<Change>,
    /// The deadline that is asked for.
    closes_at: Option<Timestamp>,
    /// The deadline before it took effect.
    closes_before: Option<Timestamp>,
    /// The deadline since it took effect.
    closes_after: Option<Timestamp>,
    in_effect_at: Option<Timestamp>,
    /// Why it was declined.
    opinion: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What the caller may do now.
    allowed_actions: Vec<Action>,
}

record_view!(AmendmentView);

impl From<Shown<AmendmentRow>> for AmendmentView {
    fn from(Shown { record: row, allowed }: Shown<AmendmentRow>) -> Self {
        Self {
            id: row.id,
            stage: row.stage,
            version: row.version,
            challenge_id: row.challenge_id,
            round: row.round,
            kind: row.kind,
            reason: row.reason,
            notice: row.notice,
            changes: row.changes.read().unwrap_or_default(),
            closes_at: row.closes_at,
            closes_before: row.closes_before,
            closes_after: row.closes_after,
            in_effect_at: row.in_effect_at,
            opinion: row.opinion,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed,
        }
    }
}

/// Nothing to narrow it to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AmendmentQuery {}

type Changed = Result<Done<AmendmentView>, AppError>;

/// `POST /challenges/{id}/amendments`
pub fn propose(act: &mut Act<'_>, id: ChallengeId, input: AmendmentInput) -> Changed {
    Ok(amendments::propose(act, id, input)?.map(Into::into))
}

/// `GET /challenges/{id}/amendments`
pub fn list(act: &mut Act<'_>, id: ChallengeId, _: AmendmentQuery, page: &Page) -> Result<Seen<Vec<AmendmentView>>, AppError> {
    Ok(amendments::of_challenge(act, id, page)?.map(|rows| rows.into_iter().map(Into::into).collect()))
}

/// `GET /amendments/{id}`
pub fn get(act: &mut Act<'_>, id: AmendmentId) -> Result<Seen<AmendmentView>, AppError> {
    Ok(amendments::get(act, id)?.map(Into::into))
}

/// `POST /amendments/{id}/approve`
pub fn approve(act: &mut Act<'_>, id: AmendmentId, _: NoInput) -> Changed {
    Ok(amendments::approve(act, id)?.map(Into::into))
}

/// `POST /amendments/{id}/decline`
pub fn decline(act: &mut Act<'_>, id: AmendmentId, input: ReasonInput) -> Changed {
    Ok(amendments::decline(act, id, &input)?.map(Into::into))
}
