//! Experts 专家库: who is in the pool, with a profile that each confirms once a year.

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::{AppError, taken};
use crate::app::{App, Who};
use crate::domain::expert::{Affiliation, CONFIRMED_DAYS, ExpertInput, ExpertStage, ProfileInput};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{OrganizationId, UserId};
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Role, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::user::{Sector, UserStatus};
use crate::store::dialect::Locked;
use crate::store::experts::Who as Person;
use crate::store::{Page, experts, organizations, users};

pub use crate::store::experts::{ExpertFilter, ExpertRow};

/// So many days before a confirmation ends an expert is asked for the next one.
const REMINDED_DAYS: i64 = 30;
/// Experts asked in one go.
const AT_ONCE: i64 = 100;

impl Record for ExpertRow {
    type Stage = ExpertStage;
    const KIND: Kind = Kind::Expert;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> ExpertStage {
        self.stage
    }
}

/// An expert with the whole profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The expert, with what the caller may do now.
    pub shown: Shown<ExpertRow>,
    /// Name, organisation, and where that is.
    pub person: Person,
    /// Fields.
    pub fields: Vec<Sector>,
    /// Where the expert worked before: not in lists.
    pub affiliations: Option<Vec<Affiliation>>,
}

fn tie(act: &Act<'_>, row: &ExpertRow) -> Tie {
    Standing { author: act.actor.is(row.id), ..Standing::default() }.tie()
}

fn about(row: &ExpertRow) -> About {
    let until = row.confirmed_until.map(|day| day.to_string()).unwrap_or_default();
    About { person: Some(row.id), facts: Facts { until, path: format!("/experts/{}", row.id), ..Facts::default() }, ..About::default() }
}

fn profile(act: &mut Act<'_>, row: ExpertRow) -> Result<Profile, AppError> {
    let (_, person) = experts::find(act.conn, row.id)?.ok_or(AppError::NotFound)?;
    let fields = experts::fields(act.conn, &[row.id])?.into_iter().map(|(_, field)| field).collect();
    let affiliations = Some(experts::affiliations(act.conn, row.id)?);
    Ok(Profile { shown: Shown { allowed: act.allowed(&row, tie(act, &row)), record: row }, person, fields, affiliations })
}

fn load(act: &mut Act<'_>, id: UserId) -> Result<ExpertRow, AppError> {
    act.lock(Locked::User, id.as_str())?;
    Ok(experts::find(act.conn, id)?.ok_or(AppError::NotFound)?.0)
}

/// That the organisations that a profile names are registered.
fn check(act: &mut Act<'_>, profile: &ProfileInput, within: &str) -> Result<(), AppError> {
    let ids: Vec<OrganizationId> = profile.affiliations.iter().map(|one| one.organization_id).collect();
    let known = organizations::of_ids(act.conn, &ids)?;
    let mut faults = Faults::default();
    for (at, id) in ids.iter().enumerate() {
        faults.check(!known.iter().any(|found| found.id == *id), &format!("{within}affiliations[{at}].organization_id"), || {
            Fault::new("unknown_organization", "单位未登记", "no such organisation is registered")
        });
    }
    faults.or(()).map_err(Into::into)
}

/// Takes an expert into the pool. Drawn is only who has confirmed the profile.
///
/// # Errors
/// Denied; no active expert's account; in the pool already; an organisation that is not registered.
pub fn enlist(act: &mut Act<'_>, input: &ExpertInput) -> Result<Done<Profile>, AppError> {
    let _allowed = act.permit(Action::ExpertEnlist, &Object::kind(Kind::Expert))?;
    let user = users::find(act.conn, input.user_id)?.filter(|user| user.status != UserStatus::Erased);
    if user.is_none() || !users::roles(act.conn, input.user_id)?.contains(&Role::Expert) {
        return Err(Refusal::NotAnExpert.into());
    }
    check(act, &input.profile, "profile.")?;
    let done = join(act, input.user_id, &input.profile)?;
    let (row, _) = experts::find(act.conn, input.user_id)?.ok_or(AppError::NotFound)?;
    let profile = profile(act, row)?;
    Ok(done.map(|_| profile))
}

/// Takes an account into the pool, without a look at whose it is.
///
/// # Errors
/// Denied; in the pool already.
pub(in crate::app) fn join(act: &mut Act<'_>, id: UserId, profile: &ProfileInput) -> Result<Done<ExpertRow>, AppError> {
    let permit = act.permit(Action::ExpertEnlist, &Object::kind(Kind::Expert))?;
    let row = ExpertRow {
        id,
        title: profile.title.to_string(),
        speciality: profile.speciality,
        stage: ExpertStage::Listed,
        confirmed_until: None,
        reminded_on: Some(act.now.date()),
        last_drawn_at: None,
        created_by: act.user()?,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    experts::insert(act.conn, &row, profile).map_err(taken("user_id"))?;
    Ok(act.record_plain(permit, Object::record(&row, Tie::Stranger), about(&row))?.with(row))
}

/// Replaces a profile. The expert's own confirmation is of what stood there, so it ends.
///
/// # Errors
/// Denied, stale, removed from the pool; an organisation that is not registered.
pub fn edit(act: &mut Act<'_>, id: UserId, input: &ProfileInput) -> Result<Done<Profile>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ExpertEdit, &row, Object::record(&row, tie(act, &row)))?;
    check(act, input, "")?;
    let row = experts::edit(act.conn, &row, input, act.now)?;
    let profile = profile(act, row)?;
    Ok(act.record(step, about(&profile.shown.record))?.with(profile))
}

/// Confirms the own profile: for a year from today.
///
/// # Errors
/// Denied, stale, not listed.
pub fn confirm(act: &mut Act<'_>, id: UserId) -> Result<Done<Profile>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ExpertConfirm, &row, Object::record(&row, tie(act, &row)))?;
    let row = experts::confirm(act.conn, &row, act.now.date().plus_days(CONFIRMED_DAYS), act.now)?;
    let profile = profile(act, row)?;
    Ok(act.record(step, about(&profile.shown.record))?.with(profile))
}

/// Pauses an expert, takes one back, or removes one from the pool.
///
/// # Errors
/// Denied (also for oneself), stale, not the stage for it.
pub fn change(act: &mut Act<'_>, id: UserId, action: Action, reason: &str) -> Result<Done<Profile>, AppError> {
    let row = load(act, id)?;
    let step = act.step(action, &row, Object::record(&row, tie(act, &row)))?;
    let row = experts::advance(act.conn, &row, step.to, act.now)?;
    let profile = profile(act, row)?;
    let mut about = about(&profile.shown.record);
    reason.clone_into(&mut about.detail);
    reason.clone_into(&mut about.facts.reason);
    Ok(act.record(step, about)?.with(profile))
}

/// Shows an expert's profile.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: UserId) -> Result<Seen<Profile>, AppError> {
    let (row, _) = experts::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ExpertRead, &Object::record(&row, tie(act, &row)))?;
    Ok(Seen::by(permit, profile(act, row)?))
}

/// Lists the pool, without where experts worked before.
///
/// # Errors
/// Denied to those who never may read all of it.
pub fn list(act: &mut Act<'_>, filter: &ExpertFilter, page: &Page) -> Result<Seen<Vec<Profile>>, AppError> {
    let permit = act.permit(Action::ExpertRead, &Object::kind(Kind::Expert))?;
    let rows = experts::list(act.conn, filter, page)?;
    let ids: Vec<UserId> = rows.iter().map(|(row, _)| row.id).collect();
    let fields = experts::fields(act.conn, &ids)?;
    let shown = rows.into_iter().map(|(row, person)| {
        let fields = fields.iter().filter(|(id, _)| *id == row.id).map(|(_, field)| *field).collect();
        Profile { shown: Shown { allowed: act.allowed(&row, tie(act, &row)), record: row }, person, fields, affiliations: None }
    });
    let shown = shown.collect();
    Ok(Seen::by(permit, shown))
}

impl App {
    /// Asks experts for the next confirmation of their profile, once for each.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub(in crate::app) async fn remind_experts(&self) -> Result<(), AppError> {
        let today = self.clock.now().date();
        let (by, asked) = (today.plus_days(REMINDED_DAYS), today.plus_days(REMINDED_DAYS - CONFIRMED_DAYS));
        for row in self.db.read(move |conn| experts::to_remind(conn, by, asked, AT_ONCE)).await?? {
            let done = self.run(Who::System("clock"), move |act| {
                let permit = act.own(Action::ExpertRemind)?;
                experts::reminded(act.conn, row.id, today)?;
                Ok(act.record_plain(permit, Object::record(&row, Tie::Stranger), about(&row))?.with(()))
            });
            done.await?;
        }
        Ok(())
    }
}
