//! Role grants 授权: one administrator proposes, another one decides; then the roles change and old sessions end.

use crate::app::accounts;
use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::{AppError, taken};
use crate::domain::challenge::ReasonInput;
use crate::domain::grant::{GrantInput, GrantStage, set_of};
use crate::domain::id::{GrantId, UserId};
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Role, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::user::UserStatus;
use crate::store::{Json, Page, grants, users};

pub use crate::store::grants::GrantRow;

impl Record for GrantRow {
    type Stage = GrantStage;
    const KIND: Kind = Kind::Grant;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> GrantStage {
        self.stage
    }
}

/// Whoever proposed a grant or is its subject does not decide on it.
fn tie(act: &Act<'_>, row: &GrantRow) -> Tie {
    Standing { author: act.actor.is(row.created_by) || act.actor.is(row.user_id), ..Standing::default() }.tie()
}

fn shown(act: &Act<'_>, row: GrantRow) -> Shown<GrantRow> {
    Shown { allowed: act.allowed(&row, tie(act, &row)), record: row }
}

fn about(row: &GrantRow, roles: &[Role], name: String) -> About {
    let names: Vec<String> = roles.iter().map(|role| role.named()).collect();
    let codes: Vec<&str> = roles.iter().map(|role| role.code()).collect();
    let facts =
        Facts { roles: names.join("、"), name, reason: row.reason.clone(), path: format!("/grants/{}", row.id), ..Facts::default() };
    About { person: Some(row.user_id), author: Some(row.created_by), facts, detail: codes.join(","), ..About::default() }
}

/// Proposes the roles that a person shall have.
///
/// # Errors
/// Denied (also for oneself); the roles clash; another proposal for the person waits.
pub fn propose(act: &mut Act<'_>, user: UserId, input: &GrantInput) -> Result<Done<Shown<GrantRow>>, AppError> {
    let person = users::find(act.conn, user)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::GrantPropose, &accounts::object(act, &person))?;
    if person.status == UserStatus::Erased {
        return Err(Refusal::AccountErased.into());
    }
    let roles = set_of(&input.roles)?;
    accounts::fit(act, &person, &roles)?;
    let row = GrantRow {
        id: GrantId::new(act.now),
        user_id: user,
        roles: Json::of(&roles)?,
        reason: input.reason.to_string(),
        stage: GrantStage::Proposed,
        created_by: act.user()?,
        decided_by: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    grants::insert(act.conn, &row).map_err(taken("user_id"))?;
    let about = about(&row, &roles, person.name);
    Ok(act.record_plain(permit, Object::record(&row, Tie::Author), about)?.with(shown(act, row)))
}

/// Shows a grant.
///
/// # Errors
/// Not there, or denied.
pub fn get(act: &mut Act<'_>, id: GrantId) -> Result<Seen<Shown<GrantRow>>, AppError> {
    let row = grants::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::GrantRead, &Object::record(&row, tie(act, &row)))?;
    Ok(Seen::by(permit, shown(act, row)))
}

/// Lists grants.
///
/// # Errors
/// Denied.
pub fn list(
    act: &mut Act<'_>,
    user: Option<UserId>,
    stage: Option<GrantStage>,
    page: &Page,
) -> Result<Seen<Vec<Shown<GrantRow>>>, AppError> {
    let (permit, _) = act.scope(Action::GrantRead, Kind::Grant)?;
    let rows = grants::list(act.conn, user, stage, page)?;
    Ok(Seen::by(permit, rows.into_iter().map(|row| shown(act, row)).collect()))
}

/// Approves a grant: the person has these roles and no others from now on, and must sign in again.
///
/// # Errors
/// Denied (also to the one who proposed it), stale, decided already; the last administrator would go.
pub fn approve(act: &mut Act<'_>, id: GrantId) -> Result<Done<Shown<GrantRow>>, AppError> {
    let row = grants::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let step = act.step(Action::GrantApprove, &row, Object::record(&row, tie(act, &row)))?;
    let roles = row.roles.read()?;
    let before = accounts::replace_roles(act, row.user_id, &roles)?;
    let name = users::find(act.conn, row.user_id)?.map(|user| user.name).unwrap_or_default();
    let row = grants::decide(act.conn, &row, step.to, act.user()?, act.now)?;
    let mut about = about(&row, &roles, name);
    // Whoever gets roles may not read grants.
    about.facts.path = "/me".into();
    about.detail = format!("{} -> {}", before.iter().map(|role| role.code()).collect::<Vec<_>>().join(","), about.detail);
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Declines a grant; the roles stay as they are.
///
/// # Errors
/// Denied (also to the one who proposed it), stale, decided already.
pub fn decline(act: &mut Act<'_>, id: GrantId, input: &ReasonInput) -> Result<Done<Shown<GrantRow>>, AppError> {
    let row = grants::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let step = act.step(Action::GrantDecline, &row, Object::record(&row, tie(act, &row)))?;
    let roles = row.roles.read()?;
    let name = users::find(act.conn, row.user_id)?.map(|user| user.name).unwrap_or_default();
    let row = grants::decide(act.conn, &row, step.to, act.user()?, act.now)?;
    let mut about = about(&row, &roles, name);
    about.facts.reason = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Lets what waits for a person lapse: there is nobody any more to have the roles.
///
/// # Errors
/// Decided at the same moment.
pub(super) fn lapse(act: &mut Act<'_>, user: UserId) -> Result<(), AppError> {
    let Some(row) = grants::waiting(act.conn, user)? else { return Ok(()) };
    let step = act.follow(Action::GrantLapse, &row, None)?;
    grants::advance(act.conn, &row, step.to, act.now)?;
    let about = about(&row, &row.roles.read()?, String::new());
    let _recorded = act.record(step, about)?;
    Ok(())
}
