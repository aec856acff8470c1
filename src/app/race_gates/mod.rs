//! Gates of a race 赛马考核: what a panel found of the lanes is proposed by an officer and decided by a director who follows none of them.

mod effects;

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::challenges;
use crate::app::error::AppError;
use crate::app::lanes;
use crate::domain::challenge::ReasonInput;
use crate::domain::id::{ChallengeId, ProjectId, RaceGateId, UserId};
use crate::domain::measure::DecidedInput;
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::project::ProjectStage;
use crate::domain::race::{RaceGateInput, RaceGateStage};
use crate::domain::refusal::Refusal;
use crate::store::Json;
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::dialect::{Locked, is_duplicate};
use crate::store::projects::{self, ProjectRow};
use crate::store::race_gates;
use crate::store::users;

pub(super) use effects::cede;

pub use crate::store::race_gates::RaceGateRow;

impl Record for RaceGateRow {
    type Stage = RaceGateStage;
    const KIND: Kind = Kind::RaceGate;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> RaceGateStage {
        self.stage
    }
}

/// How the caller stands to the lanes: whoever follows or followed one of them decides on none.
pub(super) fn tie(act: &Act<'_>, challenge: &ChallengeRow, lanes: &[ProjectRow], row: Option<&RaceGateRow>) -> Tie {
    let follows = |lane: &ProjectRow| [lane.commissioner_id, lane.backup_id].into_iter().flatten().any(|user| act.actor.is(user));
    let assigned = lanes.iter().any(follows);
    let followed = lanes.iter().any(|lane| act.actor.has_followed(lane.id));
    Standing {
        conflicted: act.actor.must_step_aside(challenge.id) || (followed && !assigned),
        assigned,
        author: row.is_some_and(|row| act.actor.is(row.created_by)),
        ..Standing::default()
    }
    .tie()
}

fn shown(act: &Act<'_>, row: RaceGateRow, challenge: &ChallengeRow, lanes: &[ProjectRow]) -> Shown<RaceGateRow> {
    let tie = tie(act, challenge, lanes, Some(&row));
    Shown { allowed: act.allowed(&row, tie), record: row }
}

fn about(row: &RaceGateRow, challenge: &ChallengeRow) -> About {
    let mut about = challenges::about(challenge);
    about.person = Some(row.created_by);
    about.facts.from = row.met_on.to_string();
    about.facts.path = format!("/race_gates/{}", row.id);
    about.detail = format!("gate {}", row.number);
    about
}

fn active(lanes: &[ProjectRow]) -> Vec<ProjectId> {
    lanes.iter().filter(|lane| lane.stage == ProjectStage::Active).map(|lane| lane.id).collect()
}

/// Reads a challenge and its projects for writing: the projects are locked first, as they are by whoever pays one.
fn load(act: &mut Act<'_>, id: ChallengeId) -> Result<(ChallengeRow, Vec<ProjectRow>), AppError> {
    let challenge = challenges::load(act, id)?;
    for lane in projects::of_challenge(act.conn, id)? {
        act.lock(Locked::Project, lane.id.as_str())?;
    }
    Ok((challenge, projects::of_challenge(act.conn, id)?))
}

/// Proposes what becomes of the lanes, with their comparison as it stands today.
///
/// # Errors
/// Denied; no race (any more), another gate waits; everything wrong with it.
pub fn propose(act: &mut Act<'_>, id: ChallengeId, input: &RaceGateInput) -> Result<Done<Shown<RaceGateRow>>, AppError> {
    let (challenge, lanes) = load(act, id)?;
    let object = Object { kind: Kind::Project, tie: tie(act, &challenge, &lanes, None), ..challenges::object(act, &challenge) };
    let permit = act.permit(Action::RaceGatePropose, &object)?;
    let active = active(&lanes);
    if active.is_empty() || active.len().saturating_add(lanes.iter().filter(|lane| effects::cut(lane)).count()) < 2 {
        return Err(Refusal::NotARace.into());
    }
    let outside: Vec<UserId> = lanes.iter().flat_map(|lane| [lane.commissioner_id, lane.backup_id]).flatten().collect();
    let outside: Vec<String> = users::names(act.conn, &outside)?.into_iter().map(|(_, name)| name).collect();
    let since = lanes.iter().map(|lane| lane.starts_on).min().unwrap_or(act.now.date());
    input.check(&active, &outside, (since, act.now.date()))?;
    effects::enough(act, &lanes, &input.lanes)?;
    let number = race_gates::of_challenge(act.conn, id)?.len().saturating_add(1);
    let row = RaceGateRow {
        id: RaceGateId::new(act.now),
        challenge_id: id,
        number: i32::try_from(number).unwrap_or(i32::MAX),
        stage: RaceGateStage::Proposed,
        met_on: input.met_on,
        assessors: Json::of(&input.assessors)?,
        opinion: input.opinion.to_string(),
        lanes: Json::of(&input.lanes)?,
        comparison: Json::of(&lanes::side_by_side(act, id, &lanes)?)?,
        decision_no: None,
        decided_by: None,
        decided_on: None,
        created_by: act.user()?,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    effects::can_be_taken(act, &row, &lanes, &input.lanes)?;
    let waits = |error| if is_duplicate(&error) { Refusal::RaceGateWaits.into() } else { AppError::from(error) };
    race_gates::insert(act.conn, &row).map_err(waits)?;
    let object = Object::record(&row, tie(act, &challenge, &lanes, Some(&row)));
    let about = about(&row, &challenge);
    Ok(act.record_plain(permit, object, about)?.with(shown(act, row, &challenge, &lanes)))
}

type Loaded = (RaceGateRow, ChallengeRow, Vec<ProjectRow>);

fn load_gate(act: &mut Act<'_>, id: RaceGateId) -> Result<Loaded, AppError> {
    let found = race_gates::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let (challenge, lanes) = load(act, found.challenge_id)?;
    let row = race_gates::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, challenge, lanes))
}

/// Decides on a gate: lanes end without fault, the others go on, with supplements to sign where something comes to them.
///
/// # Errors
/// Denied (also to whoever proposed it or follows a lane), stale, decided already; the lanes are others by now, or leave less money.
pub fn approve(act: &mut Act<'_>, id: RaceGateId, input: &DecidedInput) -> Result<Done<Shown<RaceGateRow>>, AppError> {
    let (row, challenge, lanes) = load_gate(act, id)?;
    let step = act.step(Action::RaceGateApprove, &row, Object::record(&row, tie(act, &challenge, &lanes, Some(&row))))?;
    let decided = row.lanes.read()?;
    let mut named: Vec<ProjectId> = decided.iter().map(|lane| lane.project_id).collect();
    let mut active = active(&lanes);
    named.sort();
    active.sort();
    if named != active {
        return Err(Refusal::LanesChanged.into());
    }
    effects::enough(act, &lanes, &decided)?;
    let row = race_gates::decide(act.conn, &row, step.to, Some(input.decision_no.as_str()), act.user()?, act.now)?;
    let mut about = about(&row, &challenge);
    about.facts.proof = input.decision_no.to_string();
    let recorded = act.record(step, about)?;
    effects::take(act, &row, &lanes, &decided)?;
    let lanes = projects::of_challenge(act.conn, challenge.id)?;
    Ok(recorded.with(shown(act, row, &challenge, &lanes)))
}

/// Declines a gate: all lanes go on.
///
/// # Errors
/// Denied, stale, decided already.
pub fn decline(act: &mut Act<'_>, id: RaceGateId, input: &ReasonInput) -> Result<Done<Shown<RaceGateRow>>, AppError> {
    let (row, challenge, lanes) = load_gate(act, id)?;
    let step = act.step(Action::RaceGateDecline, &row, Object::record(&row, tie(act, &challenge, &lanes, Some(&row))))?;
    let row = race_gates::decide(act.conn, &row, step.to, None, act.user()?, act.now)?;
    let mut about = about(&row, &challenge);
    about.facts.reason = input.reason.to_string();
    about.detail = format!("{}: {}", about.detail, input.reason);
    Ok(act.record(step, about)?.with(shown(act, row, &challenge, &lanes)))
}

/// Shows a gate, with the comparison as it stood.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: RaceGateId) -> Result<Seen<Shown<RaceGateRow>>, AppError> {
    let row = race_gates::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let challenge = challenge_rows::find(act.conn, row.challenge_id)?.ok_or(AppError::NotFound)?;
    let lanes = projects::of_challenge(act.conn, challenge.id)?;
    let permit = act.permit(Action::RaceGateRead, &Object::record(&row, tie(act, &challenge, &lanes, Some(&row))))?;
    Ok(Seen::by(permit, shown(act, row, &challenge, &lanes)))
}

/// Lists the gates of a race, in order.
///
/// # Errors
/// No such challenge; denied to all but the department.
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Vec<Shown<RaceGateRow>>>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let lanes = projects::of_challenge(act.conn, id)?;
    let object = Object { kind: Kind::Project, tie: tie(act, &challenge, &lanes, None), ..challenges::object(act, &challenge) };
    let permit = act.permit(Action::RaceGateRead, &object)?;
    let rows = race_gates::of_challenge(act.conn, id)?;
    Ok(Seen::by(permit, rows.into_iter().map(|row| shown(act, row, &challenge, &lanes)).collect()))
}
