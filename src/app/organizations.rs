//! Organisations: registered by the department, read by those concerned.

use crate::app::App;
use crate::app::act::{About, Act, Done, Object, Seen, Shown};
use crate::app::error::{AppError, taken};
use crate::domain::id::OrganizationId;
use crate::domain::organization::{CreditCode, OrganizationInput};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::store::Page;
use crate::store::organizations;

pub use crate::store::organizations::OrganizationRow;

fn shown(act: &Act<'_>, row: OrganizationRow) -> Shown<OrganizationRow> {
    Shown { allowed: act.allowed_of(&[Action::UserCreate], Tie::Stranger), record: row }
}

/// Registers an organisation.
///
/// # Errors
/// Denied; its name or number is registered already.
pub fn create(act: &mut Act<'_>, input: OrganizationInput) -> Result<Done<Shown<OrganizationRow>>, AppError> {
    let permit = act.permit(Action::OrganizationCreate, &Object::kind(Kind::Organization))?;
    let row = OrganizationRow::new(input, act.now);
    organizations::insert(act.conn, &row).map_err(taken("uscc"))?;
    let object = Object::plain(Kind::Organization, row.id, Tie::Stranger, row.version);
    Ok(act.record_plain(permit, object, About::default())?.with(shown(act, row)))
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
    let tie = Standing { party: act.actor.belongs_to(id), ..Standing::default() }.tie();
    let permit = act.permit(Action::OrganizationRead, &Object::plain(Kind::Organization, id, tie, row.version))?;
    Ok(Seen::by(permit, shown(act, row)))
}

/// Lists organisations.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, page: &Page) -> Result<Seen<Vec<Shown<OrganizationRow>>>, AppError> {
    let (permit, scope) = act.scope(Action::OrganizationRead, Kind::Organization)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let rows = organizations::list(act.conn, scope, own, page)?;
    let shown = rows.into_iter().map(|row| shown(act, row)).collect();
    Ok(Seen::by(permit, shown))
}
