//! Restrictions 限制申报: proposed by supervision, put into force by a director, and asked whenever a bid is submitted or awarded.

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::domain::challenge::ReasonInput;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::RestrictionId;
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::proposal::consortium::OrganizationRef;
use crate::domain::restriction::{RestrictionInput, RestrictionStage};
use crate::store::{Page, organizations, restrictions};

pub use crate::store::restrictions::RestrictionRow;

impl Record for RestrictionRow {
    type Stage = RestrictionStage;
    const KIND: Kind = Kind::Restriction;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> RestrictionStage {
        self.stage
    }
}

/// How the caller stands to it.
pub(super) fn tie(act: &Act<'_>, row: &RestrictionRow) -> Tie {
    let conflicted = row.organization_id.is_some_and(|id| act.actor.belongs_to(id));
    Standing { conflicted, author: act.actor.is(row.created_by), ..Standing::default() }.tie()
}

fn shown(act: &Act<'_>, row: RestrictionRow) -> Shown<RestrictionRow> {
    Shown { allowed: act.allowed(&row, tie(act, &row)), record: row }
}

fn about(row: &RestrictionRow) -> About {
    About {
        author: Some(row.created_by),
        organization: row.organization_id,
        facts: Facts {
            name: row.name.clone(),
            reason: row.basis.clone(),
            proof: row.decision_no.clone(),
            from: row.starts_on.to_string(),
            until: row.ends_on.map_or_else(|| "永久 for good".to_owned(), |day| day.to_string()),
            path: format!("/restrictions/{}", row.id),
            ..Facts::default()
        },
        ..About::default()
    }
}

/// Proposes a restriction.
///
/// # Errors
/// Denied; the organisation is not registered.
pub fn propose(act: &mut Act<'_>, input: &RestrictionInput) -> Result<Done<Shown<RestrictionRow>>, AppError> {
    let permit = act.permit(Action::RestrictionPropose, &Object::kind(Kind::Restriction))?;
    let organization = match &input.organization {
        Some(OrganizationRef::Id(id)) => organizations::find(act.conn, *id)?,
        Some(OrganizationRef::Code(code)) => match organizations::find_by_code(act.conn, code.as_str())? {
            Some(id) => organizations::find(act.conn, id)?,
            None => None,
        },
        None => None,
    };
    let mut faults = Faults::default();
    faults.check(input.organization.is_some() && organization.is_none(), "organization", || {
        Fault::new("unknown_organization", "单位未登记", "no such organisation is registered")
    });
    faults.or(())?;
    let identity = input.person.as_ref().map(|person| person.identity.clone().kept(|number| act.app.keys.mark(number)).to_string());
    let name = input.person.as_ref().map(|person| person.name.to_string());
    let row = RestrictionRow {
        id: RestrictionId::new(act.now),
        stage: RestrictionStage::Proposed,
        gravity: input.gravity,
        organization_id: organization.as_ref().map(|row| row.id),
        identity,
        name: name.or(organization.map(|row| row.name)).unwrap_or_default(),
        basis: input.basis.to_string(),
        decision_no: input.decision_no.to_string(),
        starts_on: input.starts_on,
        ends_on: input.ends_on,
        created_by: act.user()?,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    restrictions::insert(act.conn, &row)?;
    let object = Object::record(&row, tie(act, &row));
    Ok(act.record_plain(permit, object, about(&row))?.with(shown(act, row)))
}

/// Puts a restriction into force. Never one's own proposal.
///
/// # Errors
/// Denied, stale, decided already.
pub fn approve(act: &mut Act<'_>, id: RestrictionId) -> Result<Done<Shown<RestrictionRow>>, AppError> {
    advance(act, id, Action::RestrictionApprove, "")
}

/// Declines a restriction.
///
/// # Errors
/// Denied, stale, decided already.
pub fn decline(act: &mut Act<'_>, id: RestrictionId, input: &ReasonInput) -> Result<Done<Shown<RestrictionRow>>, AppError> {
    advance(act, id, Action::RestrictionDecline, input.reason.as_str())
}

/// Lifts a restriction before its time.
///
/// # Errors
/// Denied, stale, not in force.
pub fn lift(act: &mut Act<'_>, id: RestrictionId, input: &ReasonInput) -> Result<Done<Shown<RestrictionRow>>, AppError> {
    advance(act, id, Action::RestrictionLift, input.reason.as_str())
}

fn advance(act: &mut Act<'_>, id: RestrictionId, action: Action, reason: &str) -> Result<Done<Shown<RestrictionRow>>, AppError> {
    let row = restrictions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let step = act.step(action, &row, Object::record(&row, tie(act, &row)))?;
    let row = restrictions::advance(act.conn, &row, step.to, act.now)?;
    let mut about = about(&row);
    reason.clone_into(&mut about.detail);
    if !reason.is_empty() {
        reason.clone_into(&mut about.facts.reason);
    }
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Shows a restriction.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: RestrictionId) -> Result<Seen<Shown<RestrictionRow>>, AppError> {
    let row = restrictions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::RestrictionRead, &Object::record(&row, tie(act, &row)))?;
    Ok(Seen::by(permit, shown(act, row)))
}

/// Lists restrictions, by stage when one is named.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, stage: Option<RestrictionStage>, page: &Page) -> Result<Seen<Vec<Shown<RestrictionRow>>>, AppError> {
    let (permit, _) = act.scope(Action::RestrictionRead, Kind::Restriction)?;
    let rows = restrictions::list(act.conn, stage, page)?;
    let shown = rows.into_iter().map(|row| shown(act, row)).collect();
    Ok(Seen::by(permit, shown))
}
