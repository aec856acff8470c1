//! Organisations: registered by one person of the department, verified by another, read by those concerned.

use crate::app::App;
use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::{AppError, taken};
use crate::domain::challenge::ReasonInput;
use crate::domain::id::OrganizationId;
use crate::domain::notice::Facts;
use crate::domain::organization::{CreditCode, OrganizationInput, OrganizationStage};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::proposal::consortium::OrganizationRef;
use crate::domain::refusal::Refusal;
use crate::store::Page;
use crate::store::organizations;

pub use crate::store::organizations::OrganizationRow;

impl Record for OrganizationRow {
    type Stage = OrganizationStage;
    const KIND: Kind = Kind::Organization;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> OrganizationStage {
        self.stage
    }
}

/// How the caller stands to an organisation: registered it, or belongs to it.
fn tie(act: &Act<'_>, row: &OrganizationRow) -> Tie {
    let author = row.created_by.is_some_and(|user| act.actor.is(user));
    Standing { author, party: act.actor.belongs_to(row.id), ..Standing::default() }.tie()
}

fn shown(act: &Act<'_>, row: OrganizationRow) -> Shown<OrganizationRow> {
    let mut allowed = act.allowed_of(&[Action::UserCreate], Tie::Stranger);
    allowed.extend(act.allowed(&row, tie(act, &row)));
    Shown { allowed, record: row }
}

fn about(row: &OrganizationRow) -> About {
    let facts = Facts { name: row.name.clone(), path: format!("/organizations/{}", row.id), ..Facts::default() };
    About { organization: Some(row.id), facts, ..About::default() }
}

/// Registers an organisation. It waits to be verified by somebody else.
///
/// # Errors
/// Denied; its name or number is registered already.
pub fn create(act: &mut Act<'_>, input: OrganizationInput) -> Result<Done<Shown<OrganizationRow>>, AppError> {
    let permit = act.permit(Action::OrganizationCreate, &Object::kind(Kind::Organization))?;
    let row = OrganizationRow::new(input, act.actor.user, act.now);
    organizations::insert(act.conn, &row).map_err(taken("uscc"))?;
    let object = Object::record(&row, tie(act, &row));
    Ok(act.record_plain(permit, object, About::default())?.with(shown(act, row)))
}

/// Registers an organisation that the operator on the host vouches for: it is verified at once.
///
/// # Errors
/// What [`create`] and [`verify`] refuse.
pub fn enrol(act: &mut Act<'_>, input: OrganizationInput) -> Result<Done<Shown<OrganizationRow>>, AppError> {
    let id = create(act, input)?.into_inner().record.id;
    verify(act, id)
}

/// Verifies an organisation: from now on it bids and poses problems.
///
/// # Errors
/// Denied (also to whoever registered it), stale, verified already.
pub fn verify(act: &mut Act<'_>, id: OrganizationId) -> Result<Done<Shown<OrganizationRow>>, AppError> {
    advance(act, id, Action::OrganizationVerify, "")
}

/// Suspends an organisation: it neither submits a bid nor poses a problem for the time being.
///
/// # Errors
/// Denied, stale, not verified.
pub fn suspend(act: &mut Act<'_>, id: OrganizationId, input: &ReasonInput) -> Result<Done<Shown<OrganizationRow>>, AppError> {
    advance(act, id, Action::OrganizationSuspend, input.reason.as_str())
}

/// Takes a suspension back.
///
/// # Errors
/// Denied, stale, not suspended.
pub fn reinstate(act: &mut Act<'_>, id: OrganizationId) -> Result<Done<Shown<OrganizationRow>>, AppError> {
    advance(act, id, Action::OrganizationReinstate, "")
}

fn advance(act: &mut Act<'_>, id: OrganizationId, action: Action, reason: &str) -> Result<Done<Shown<OrganizationRow>>, AppError> {
    let row = organizations::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let step = act.step(action, &row, Object::record(&row, tie(act, &row)))?;
    let row = organizations::advance(act.conn, &row, step.to, act.now)?;
    let mut about = about(&row);
    reason.clone_into(&mut about.facts.reason);
    reason.clone_into(&mut about.detail);
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// The organisation, if it may bid and pose problems.
///
/// # Errors
/// It is not verified, or suspended.
pub(super) fn verified(act: &mut Act<'_>, id: OrganizationId) -> Result<OrganizationRow, AppError> {
    let row = organizations::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    is_verified(row.stage)?;
    Ok(row)
}

/// That an organisation at this stage may bid and pose problems.
///
/// # Errors
/// It may not.
pub(super) fn is_verified(stage: OrganizationStage) -> Result<(), Refusal> {
    if stage == OrganizationStage::Verified { Ok(()) } else { Err(Refusal::OrganizationNotVerified) }
}

/// Finds registered organisations that are named by id or credit code: answers who each name is, if anybody.
pub(super) fn named(
    act: &mut Act<'_>,
    refs: &[&OrganizationRef],
) -> Result<impl Fn(&OrganizationRef) -> Option<OrganizationId> + use<>, AppError> {
    let (mut ids, mut codes) = (Vec::new(), Vec::new());
    for named in refs {
        match named {
            OrganizationRef::Id(id) => ids.push(*id),
            OrganizationRef::Code(code) => codes.push(code.to_string()),
        }
    }
    let found = organizations::named(act.conn, &ids, &codes)?;
    Ok(move |named: &OrganizationRef| match named {
        OrganizationRef::Id(id) => found.iter().any(|(known, _)| known == id).then_some(*id),
        OrganizationRef::Code(code) => found.iter().find(|(_, uscc)| uscc.as_deref() == Some(code.as_str())).map(|(id, _)| *id),
    })
}

impl App {
    /// The organisation with this credit code, for the operator on the host.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn find_organization(&self, code: CreditCode) -> Result<Option<OrganizationId>, AppError> {
        Ok(self.db.read(move |conn| organizations::find_by_code(conn, code.as_str())).await??)
    }
}

/// Shows an organisation.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: OrganizationId) -> Result<Seen<Shown<OrganizationRow>>, AppError> {
    let row = organizations::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::OrganizationRead, &Object::record(&row, tie(act, &row)))?;
    Ok(Seen::by(permit, shown(act, row)))
}

/// Lists organisations, by stage when one is named.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, stage: Option<OrganizationStage>, page: &Page) -> Result<Seen<Vec<Shown<OrganizationRow>>>, AppError> {
    let (permit, scope) = act.scope(Action::OrganizationRead, Kind::Organization)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let rows = organizations::list(act.conn, scope, own, stage, page)?;
    let shown = rows.into_iter().map(|row| shown(act, row)).collect();
    Ok(Seen::by(permit, shown))
}
