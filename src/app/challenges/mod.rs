//! Challenges 榜单: drafting and reading. Approval, rounds and endings have files of their own; decisions are in
//! `app::decisions`.

pub mod approval;
pub mod ending;
pub mod phases;
pub mod round;
pub mod suspension;

use crate::app::act::{About, Act, Done, Known, Object, Record, Seen, Shown};
use crate::app::amendments;
use crate::app::bids::opening;
use crate::app::error::{AppError, taken};
use crate::domain::challenge::{ChallengeInput, ChallengeStage};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::ChallengeId;
use crate::domain::money::Fen;
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Standing};
use crate::domain::refusal::Refusal;
use crate::domain::workflow::Stage;
use crate::store::challenges;
use crate::store::dialect::Locked;
use crate::store::{Page, batches, openings, organizations, schemes};

pub use crate::store::challenges::{ChallengeFilter, ChallengeRow, RoundRow};

impl Record for ChallengeRow {
    type Stage = ChallengeStage;
    const KIND: Kind = Kind::Challenge;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> ChallengeStage {
        self.stage
    }
}

/// How the caller stands to a challenge: one of those who prepared it, or of its sponsor's organisation.
pub(super) fn standing(act: &Act<'_>, row: &ChallengeRow) -> Standing {
    Standing {
        custodian: act.actor.keeps(row.id, row.round),
        conflicted: act.actor.must_step_aside(row.id),
        author: act.actor.user.is_some_and(|user| row.is_prepared_by(user)),
        party: row.sponsor_id.is_some_and(|sponsor| act.actor.belongs_to(sponsor)),
        ..Standing::default()
    }
}

/// The challenge as an object: everyone knows it once it was published.
pub(super) fn object(act: &Act<'_>, row: &ChallengeRow) -> Object {
    let known = if row.published_at.is_some() { Known::Always } else { Known::ByRule };
    Object::record(row, standing(act, row).tie()).known(known)
}

/// What it is to read a challenge: anyone's, once it was published.
pub(super) fn reading(row: &ChallengeRow) -> Action {
    if row.published_at.is_some() { Action::ChallengeReadPublished } else { Action::ChallengeRead }
}

/// Whom a challenge concerns, and what letters about it may say.
pub(super) fn about(row: &ChallengeRow) -> About {
    About {
        author: Some(row.created_by),
        sponsor: row.sponsor_id,
        sector: Some(row.sector),
        round: Some((row.id, row.round)),
        facts: Facts {
            challenge: row.title.clone(),
            code: row.code.clone(),
            round: row.round,
            path: format!("/challenges/{}", row.id),
            ..Facts::default()
        },
        ..About::default()
    }
}

/// Reads a challenge for writing: locked until the transaction ends.
///
/// # Errors
/// Not there.
pub(super) fn load(act: &mut Act<'_>, id: ChallengeId) -> Result<ChallengeRow, AppError> {
    act.lock(Locked::Challenge, id.as_str())?;
    challenges::find(act.conn, id)?.ok_or(AppError::NotFound)
}

/// The challenge with what the caller may do with it now.
pub(super) fn shown(act: &Act<'_>, row: ChallengeRow) -> Shown<ChallengeRow> {
    let mut allowed = act.allowed(&row, standing(act, &row).tie());
    // A colleague of the owning division amends what another one prepared.
    if row.stage.actions().any(|action| action == Action::AmendmentPropose) && !allowed.contains(&Action::AmendmentPropose) {
        allowed.extend(act.allowed_of(&[Action::AmendmentPropose], amendments::owning(act, &row)));
    }
    Shown { allowed, record: row }
}

fn unknown() -> Fault {
    Fault::new("unknown_record", "没有这条记录", "there is no such record")
}

/// Drafts a challenge: it takes the next number of its batch and sets its cap aside from the batch's budget.
///
/// # Errors
/// Denied; no such batch or sponsor; the title stands in the batch; the budget is exceeded.
pub fn create(act: &mut Act<'_>, input: &ChallengeInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let permit = act.permit(Action::ChallengeCreate, &Object::kind(Kind::Challenge))?;
    let mut faults = Faults::default();
    faults.check(batches::find(act.conn, input.batch_id)?.is_none(), "batch_id", unknown);
    check_sponsor(act, input, faults)?;
    commit(act, input, Fen::ZERO)?;
    let batch = batches::next_number(act.conn, input.batch_id)?;
    let row = ChallengeRow {
        id: ChallengeId::new(act.now),
        batch_id: batch.id,
        year: batch.year,
        code: format!("{}-{:03}", batch.code, batch.last_number),
        title: input.title.to_string(),
        class: input.class,
        plan_category: input.plan_category,
        sector: input.sector,
        sponsor_id: input.sponsor_id,
        scheme_id: input.scheme_id,
        fiscal_cap_fen: input.fiscal_cap_fen,
        max_parallel_teams: i32::try_from(input.max_parallel_teams.0).unwrap_or(1),
        stage: ChallengeStage::Draft,
        phase: None,
        round: 0,
        opened_round: 0,
        opens_at: None,
        questions_until: None,
        suspended_at: None,
        closes_at: None,
        published_at: None,
        publicity_ends_on: None,
        division: act.actor.division.clone(),
        created_by: act.user()?,
        prepared_by: act.user()?.to_string(),
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    challenges::insert(act.conn, &row, input).map_err(taken("title"))?;
    let object = object(act, &row);
    Ok(act.record_plain(permit, object, about(&row))?.with(shown(act, row)))
}

/// Replaces the content of a draft.
///
/// # Errors
/// Denied, stale, no draft any more; what [`create`] refuses.
pub fn edit(act: &mut Act<'_>, id: ChallengeId, input: &ChallengeInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ChallengeEdit, &row, object(act, &row))?;
    if input.batch_id != row.batch_id {
        let fault = Fault::new("fixed", "批次不能变更", "the batch of a challenge cannot change");
        return Err(Faults::from(fault.at("batch_id")).into());
    }
    check_sponsor(act, input, Faults::default())?;
    commit(act, input, row.fiscal_cap_fen)?;
    let row = challenges::edit(act.conn, &row, input, act.user()?, act.now).map_err(taken("title"))?;
    Ok(act.record(step, about(&row))?.with(shown(act, row)))
}

/// Gives the cap of a challenge that will never be awarded back to the budget of its batch.
pub(super) fn release_cap(act: &mut Act<'_>, row: &ChallengeRow) -> Result<(), AppError> {
    let released = batches::commit(act.conn, row.batch_id, Fen::ZERO, row.fiscal_cap_fen)?;
    if released { Ok(()) } else { Err(AppError::Internal(format!("batch {} holds less than the cap of {}", row.batch_id, row.code))) }
}

fn commit(act: &mut Act<'_>, input: &ChallengeInput, before: Fen) -> Result<(), AppError> {
    let fits = batches::commit(act.conn, input.batch_id, input.fiscal_cap_fen, before)?;
    if fits { Ok(()) } else { Err(Refusal::BatchBudget.into()) }
}

/// The sponsor's organisation is there and verified, and so is the scheme. What else names nothing is told along with it.
fn check_sponsor(act: &mut Act<'_>, input: &ChallengeInput, mut faults: Faults) -> Result<(), AppError> {
    let unknown_sponsor = match input.sponsor_id {
        Some(id) => organizations::find(act.conn, id)?.is_none(),
        None => false,
    };
    faults.check(unknown_sponsor, "sponsor_id", unknown);
    let unknown_scheme = input.scheme_id.map_or(Ok(false), |id| schemes::find(act.conn, id).map(|found| found.is_none()))?;
    faults.check(unknown_scheme, "scheme_id", unknown);
    faults.or(())?;
    input.sponsor_id.map_or(Ok(()), |id| crate::app::organizations::verified(act, id).map(|_| ()))
}

/// Shows a challenge with its content: to anyone once it was published.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<(Shown<ChallengeRow>, ChallengeInput)>, AppError> {
    let (row, content) = challenges::with_content(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(reading(&row), &object(act, &row))?;
    Ok(Seen::by(permit, (shown(act, row), content.read()?)))
}

/// Lists challenges: published ones to anyone, others to those who may read them.
///
/// # Errors
/// The database does not answer.
pub fn list(act: &mut Act<'_>, filter: &ChallengeFilter, page: &Page) -> Result<Seen<Vec<Shown<ChallengeRow>>>, AppError> {
    let permit = act.permit(Action::ChallengeReadPublished, &Object::kind(Kind::Challenge).known(Known::Always))?;
    let scope = act.sees(Action::ChallengeRead);
    let rows = challenges::list(act.conn, scope, act.actor.organization, filter, page)?;
    let shown = rows.into_iter().map(|row| shown(act, row)).collect();
    Ok(Seen::by(permit, shown))
}

/// The rounds of a challenge, with their outcomes and what is published of their opening.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn rounds(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Vec<(RoundRow, opening::Record)>>, AppError> {
    let row = challenges::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(reading(&row), &object(act, &row))?;
    let (rounds, seals) = (challenges::rounds(act.conn, id)?, openings::seals(act.conn, id)?);
    let mut all = Vec::with_capacity(rounds.len());
    for (round, seal) in rounds.into_iter().zip(seals) {
        all.push((round, opening::published(act, seal)?));
    }
    Ok(Seen::by(permit, all))
}
