//! Draws 抽取: a panel from the pool, prepared by one, witnessed by another, and computed anew by anyone.

pub mod proof;

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::bids::judging::challenge_stands_at;
use crate::app::challenges;
use crate::app::error::{AppError, taken};
use crate::app::interests::{self, Parts};
use crate::app::reviews;
use crate::app::schemes;
use crate::auth::lots;
use crate::domain::bid::BidStage;
use crate::domain::challenge::{ChallengeStage, ReasonInput};
use crate::domain::draw::{self, Candidate, DrawStage, Drawn, InviteInput, ReplaceInput, Replaced, Terms, WitnessInput};
use crate::domain::expert::Speciality;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{ChallengeId, DrawId, UserId};
use crate::domain::organization::Region;
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::review::ReviewStage;
use crate::domain::scheme::Phase;
use crate::domain::workflow::Stage;
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::draws::Excluded;
use crate::store::{Json, bids, draws, experts, reviews as review_rows};

pub use crate::store::draws::DrawRow;

impl Record for DrawRow {
    type Stage = DrawStage;
    const KIND: Kind = Kind::Draw;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> DrawStage {
        self.stage
    }
}

/// A draw as it is shown: the seed once there was a witness, and who was kept out to supervision and audit alone.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The draw, with what the caller may do now.
    pub shown: Shown<DrawRow>,
    /// What was asked for.
    pub terms: Terms,
    /// The frozen pool.
    pub pool: Vec<Candidate>,
    /// What was drawn.
    pub drawn: Option<Drawn>,
    /// Who took whose place since.
    pub replaced: Vec<Replaced>,
    /// The seed.
    pub seed: Option<String>,
    /// Who was kept out of the pool, and why.
    pub excluded: Option<Vec<Excluded>>,
}

/// How the caller stands to a challenge whose panel is drawn: whoever is of its division has no part in that (SD2).
fn standing(act: &Act<'_>, challenge: &ChallengeRow) -> Standing {
    let colleague = challenge.division.is_some() && act.actor.division == challenge.division;
    Standing { assigned: colleague, ..challenges::standing(act, challenge) }
}

fn tie(act: &Act<'_>, row: &DrawRow, challenge: &ChallengeRow) -> Tie {
    let own = standing(act, challenge);
    // Whoever owns the challenge is in the way more than whoever prepared the draw.
    let owns = own.author || own.assigned;
    Standing { author: !owns && act.actor.is(row.created_by), assigned: owns, ..own }.tie()
}

/// How a draw is shown to the caller.
fn detail(act: &Act<'_>, row: DrawRow, tie: Tie) -> Result<Detail, AppError> {
    let seed = if row.stage == DrawStage::Drawn { Some(opened(act, &row)?) } else { None };
    let supervises = !act.allowed_of(&[Action::DrawReadExcluded], tie).is_empty();
    let excluded = if supervises { Some(row.excluded.read()?) } else { None };
    Ok(Detail {
        terms: row.terms.read()?,
        pool: row.pool.read()?,
        drawn: row.drawn.as_ref().map(Json::read).transpose()?,
        replaced: row.replaced.read()?,
        seed,
        excluded,
        shown: Shown { allowed: act.allowed(&row, tie), record: row },
    })
}

fn owner(id: DrawId) -> String {
    format!("seed of draw {id}")
}

fn opened(act: &Act<'_>, row: &DrawRow) -> Result<String, AppError> {
    let text = act.app.keys.open_bytes(&owner(row.id), &row.seed).and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| AppError::Internal("the seed of a draw cannot be opened".into()))
}

fn about(act: &Act<'_>, row: &DrawRow, challenge: &ChallengeRow) -> About {
    let mut about = About { person: Some(row.created_by), ..challenges::about(challenge) };
    about.facts.path = format!("/draws/{}", row.id);
    about.facts.by.clone_from(&act.actor.name);
    about
}

/// Prepares a draw: binds the service to a seed, then freezes the pool of those who may judge the round.
///
/// # Errors
/// Denied (also to the owning division); not the time for it; a draw stands; the pool does not hold such a panel.
pub fn prepare(act: &mut Act<'_>, id: ChallengeId, terms: &Terms) -> Result<Done<Detail>, AppError> {
    let challenge = challenges::load(act, id)?;
    let object = Object { tie: standing(act, &challenge).tie(), ..challenges::object(act, &challenge) };
    let step = act.step(Action::DrawPrepare, &challenge, object)?;
    let scheme = schemes::of(act, &challenge)?;
    let phase = schemes::phase(&challenge, &scheme);
    terms.fit(challenge.fiscal_cap_fen, scheme.terms(phase).map_or(1, |terms| terms.least_reviews.0))?;
    let mut terms = terms.clone();
    if terms.fields.is_empty() {
        terms.fields.push(challenge.sector);
    }
    let unlucky = || AppError::Internal("the operating system gives no randomness".into());
    let id = DrawId::new(act.now);
    let seed = lots::seed().ok_or_else(unlucky)?;
    let commitment = lots::commitment(&seed);
    let (pool, excluded) = freeze(act, &challenge, &terms)?;
    // Whether there is such a panel depends on the pool, not on the order in which it is drawn.
    draw::draw(&pool, &terms).ok_or(Refusal::PoolTooSmall)?;
    let pool = Json::of(&pool)?;
    let row = DrawRow {
        id,
        challenge_id: challenge.id,
        round: challenge.round,
        phase,
        stage: DrawStage::Prepared,
        terms: Json::of(&terms)?,
        seed: act.app.keys.seal_bytes(&owner(id), seed.as_bytes()).ok_or_else(unlucky)?,
        commitment,
        pool_digest: lots::pool_digest(pool.text()),
        pool,
        excluded: Json::of(&excluded)?,
        contribution: None,
        drawn: None,
        replaced: Json::of(&Vec::new())?,
        created_by: act.user()?,
        witnessed_by: None,
        witnessed_at: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    let stands = |error| match taken("draw")(error) {
        AppError::Duplicate(_) => Refusal::DrawStands.into(),
        other => other,
    };
    draws::insert(act.conn, &row).map_err(stands)?;
    let tie = tie(act, &row, &challenge);
    // The audit log is bound to seed and pool before there is a witness.
    let about = About { detail: format!("seed {}, pool {}", row.commitment, row.pool_digest), ..about(act, &row, &challenge) };
    let recorded = act.record_on(step, Object::record(&row, tie), about)?;
    Ok(recorded.with(detail(act, row, tie)?))
}

/// Those who can be drawn, by ascending ids, and those whom an interest keeps out.
fn freeze(act: &mut Act<'_>, challenge: &ChallengeRow, terms: &Terms) -> Result<(Vec<Candidate>, Vec<Excluded>), AppError> {
    let known = experts::pool(act.conn, act.now.date(), &terms.fields)?;
    let parts = Parts::of(act, challenge, challenge.round, None)?;
    let (mut pool, mut excluded) = (Vec::new(), Vec::new());
    for (person, speciality) in known {
        let interests = parts.interests(&act.app.keys, &person);
        if !interests.is_empty() {
            excluded.push(Excluded { expert_id: person.id, interests });
            continue;
        }
        pool.push(Candidate {
            expert_id: person.id,
            organization_id: person.organization_id,
            outside: person.region != Region::InProvince,
            finance: speciality == Speciality::Finance,
        });
    }
    Ok((pool, excluded))
}

fn load(act: &mut Act<'_>, id: DrawId) -> Result<(DrawRow, ChallengeRow, Tie), AppError> {
    let found = draws::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let challenge = challenges::load(act, found.challenge_id)?;
    let row = draws::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let tie = tie(act, &row, &challenge);
    Ok((row, challenge, tie))
}

/// That the round of a draw is still before its panel, in the phase for which that was drawn.
fn in_its_round(row: &DrawRow, challenge: &ChallengeRow) -> Result<(), AppError> {
    let time = matches!(challenge.stage, ChallengeStage::Screening | ChallengeStage::Reviewing) && row.round == challenge.round;
    if time && challenge.phase.is_none_or(|phase| phase == row.phase) {
        Ok(())
    } else {
        Err(AppError::WrongStage { stage: Stage::code(challenge.stage), allowed: Vec::new() })
    }
}

/// Witnesses a draw: what the witness adds decides, with the seed, who is drawn.
///
/// # Errors
/// Denied (also to who prepared it), stale, drawn already, not the time for it.
pub fn witness(act: &mut Act<'_>, id: DrawId, input: &WitnessInput) -> Result<Done<Detail>, AppError> {
    let (row, challenge, tie) = load(act, id)?;
    let step = act.step(Action::DrawWitness, &row, Object::record(&row, tie))?;
    in_its_round(&row, &challenge)?;
    let said = input.contribution.as_str();
    let order = lots::order(row.pool.read()?, &opened(act, &row)?, said);
    let drawn = draw::draw(&order, &row.terms.read()?).ok_or(Refusal::PoolTooSmall)?;
    let by = act.user()?;
    let row = draws::witness(act.conn, &row, step.to, &drawn, said, by, act.now)?;
    experts::drawn(act.conn, &drawn.panel, act.now)?;
    let mut about = about(act, &row, &challenge);
    about.facts.number = i64::try_from(drawn.panel.len()).unwrap_or(i64::MAX);
    let recorded = act.record(step, about)?;
    Ok(recorded.with(detail(act, row, tie)?))
}

/// Declares a draw void, so that another one can be prepared.
///
/// # Errors
/// Denied, stale, void already; its panel has begun.
pub fn void(act: &mut Act<'_>, id: DrawId, input: &ReasonInput) -> Result<Done<Detail>, AppError> {
    let (row, challenge, tie) = load(act, id)?;
    let step = act.step(Action::DrawVoid, &row, Object::record(&row, tie))?;
    in_its_round(&row, &challenge)?;
    if review_rows::of_round(act.conn, challenge.id, row.round)?.iter().any(|review| review.phase == row.phase) {
        return Err(Refusal::PanelBegun.into());
    }
    let row = draws::advance(act.conn, &row, step.to, act.now)?;
    let mut about = About { detail: input.reason.to_string(), ..about(act, &row, &challenge) };
    about.facts.reason = input.reason.to_string();
    let recorded = act.record(step, about)?;
    Ok(recorded.with(detail(act, row, tie)?))
}

/// The panel as it stands, with the substitutes who are left.
fn panel_of(row: &DrawRow) -> Result<Drawn, AppError> {
    let drawn = row.drawn.as_ref().map(Json::read).transpose()?.unwrap_or_default();
    Ok(draw::standing(&drawn, &row.replaced.read()?))
}

/// Puts the first substitute who fits in the place of somebody of the panel, whose open reviews end.
///
/// # Errors
/// Denied (also to the owning division), stale, not drawn; not of the panel, or with a sheet that counts; no substitute fits.
pub fn replace(act: &mut Act<'_>, id: DrawId, input: &ReplaceInput) -> Result<Done<Detail>, AppError> {
    let (row, challenge, tie) = load(act, id)?;
    let step = act.step(Action::DrawReplace, &row, Object::record(&row, tie))?;
    in_its_round(&row, &challenge)?;
    let now = panel_of(&row)?;
    let leaves = input.expert_id;
    if !now.panel.contains(&leaves) {
        let fault = Fault::new("not_of_the_panel", "不在专家组中", "is not on the panel");
        return Err(Faults::from(fault.at("expert_id")).into());
    }
    let parts = Parts::of(act, &challenge, row.round, None)?;
    let mut barred = Vec::new();
    for substitute in &now.substitutes {
        let person = experts::person(act.conn, *substitute)?.ok_or(AppError::NotFound)?;
        barred.extend((!parts.interests(&act.app.keys, &person).is_empty()).then_some(*substitute));
    }
    let comes = draw::next(&row.pool.read()?, &row.terms.read()?, &now, leaves, &barred).ok_or(Refusal::NoSubstitute)?;
    release(act, &challenge, row.phase, leaves)?;
    let mut replaced = row.replaced.read()?;
    let before = now.substitutes.iter().take_while(|id| **id != comes).filter(|id| barred.contains(id));
    replaced.push(Replaced { leaves, comes, passed_over: before.copied().collect(), reason: input.reason.to_string(), at: act.now });
    let row = draws::replace(act.conn, &row, &replaced, act.now)?;
    experts::drawn(act.conn, &[comes], act.now)?;
    let about = About { detail: format!("{leaves} leaves, {comes} comes: {}", input.reason), ..about(act, &row, &challenge) };
    let recorded = act.record(step, about)?;
    reviews::complete_panel(act, &challenge)?;
    Ok(recorded.with(detail(act, row, tie)?))
}

/// Ends the open reviews of somebody who leaves the panel. What was submitted stays, so whoever submitted does not leave.
fn release(act: &mut Act<'_>, challenge: &ChallengeRow, phase: Phase, expert: UserId) -> Result<(), AppError> {
    let all = review_rows::of_round(act.conn, challenge.id, challenge.round)?;
    for review in all.into_iter().filter(|row| row.expert_id == expert && row.phase == phase) {
        if review.stage == ReviewStage::Submitted {
            return Err(Refusal::SheetCounts.into());
        }
        if review.stage.outcomes(Action::ReviewRelease).is_empty() {
            continue;
        }
        let step = act.follow(Action::ReviewRelease, &review, None)?;
        let row = review_rows::end(act.conn, &review, step.to, None, act.now)?;
        let _recorded = act.record(step, reviews::about(&row, challenge))?;
    }
    Ok(())
}

/// Asks everyone of the panel for a review of every bid before it who was not asked yet.
///
/// # Errors
/// Denied, stale, not drawn; not the time for it; in the past; somebody of the panel has an interest by now.
pub fn invite(act: &mut Act<'_>, id: DrawId, input: InviteInput) -> Result<Done<Detail>, AppError> {
    let (row, challenge, tie) = load(act, id)?;
    let step = act.step(Action::DrawInvite, &row, Object::record(&row, tie))?;
    challenge_stands_at(&challenge, ChallengeStage::Reviewing)?;
    in_its_round(&row, &challenge)?;
    if input.due_at <= act.now {
        return Err(Faults::from(Fault::new("in_the_past", "应晚于现在", "must be in the future").at("due_at")).into());
    }
    let before = bids::of_round(act.conn, challenge.id, challenge.round, &[BidStage::Eligible, BidStage::Shortlisted])?;
    let asked = review_rows::of_round(act.conn, challenge.id, challenge.round)?;
    let mut faults = Faults::default();
    let panel = panel_of(&row)?.panel;
    for expert in &panel {
        let interested = interests::any(act, &challenge, row.round, *expert)?;
        faults.check(interested, &format!("panel.{expert}"), || {
            Fault::new("conflict_of_interest", "存在利益关系，应先递补", "has an interest: replace them first")
        });
    }
    faults.or(())?;
    for expert in panel {
        let theirs: Vec<_> =
            asked.iter().filter(|review| review.expert_id == expert && review.phase == row.phase).map(|review| review.bid_id).collect();
        let new: Vec<_> = before.iter().filter(|bid| !theirs.contains(&bid.id)).collect();
        for bid in &new {
            let review = reviews::seat(act, bid, row.phase, expert, input.due_at)?;
            let permit = act.own(Action::ReviewInvite)?;
            let _recorded = act.record_plain(permit, Object::record(&review, Tie::Stranger), About::default())?;
        }
        if !new.is_empty() {
            let permit = act.permit(Action::DrawInvite, &Object { version: None, ..Object::record(&row, tie) })?;
            let mut about = About { expert: Some(expert), ..about(act, &row, &challenge) };
            about.facts.at = input.due_at.in_beijing();
            about.facts.number = i64::try_from(new.len()).unwrap_or(i64::MAX);
            about.facts.path = "/reviews".into();
            let _recorded = act.record_plain(permit, Object::record(&row, tie), about)?;
        }
    }
    let row = draws::advance(act.conn, &row, step.to, act.now)?;
    let recorded = act.record(step, About::default())?;
    Ok(recorded.with(detail(act, row, tie)?))
}

/// That an expert was drawn, where the present phase has a draw.
///
/// # Errors
/// The expert was not.
pub(super) fn admits(act: &mut Act<'_>, challenge: &ChallengeRow, expert: UserId) -> Result<(), AppError> {
    let phase = schemes::phase(challenge, &schemes::of(act, challenge)?);
    match draws::standing(act.conn, challenge.id, challenge.round, phase)? {
        Some(row) if !panel_of(&row)?.panel.contains(&expert) => Err(Refusal::NotDrawn.into()),
        _ => Ok(()),
    }
}

/// Shows a draw.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: DrawId) -> Result<Seen<Detail>, AppError> {
    let row = draws::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let challenge = challenge_rows::find(act.conn, row.challenge_id)?.ok_or(AppError::NotFound)?;
    let tie = tie(act, &row, &challenge);
    let permit = act.permit(Action::DrawRead, &Object::record(&row, tie))?;
    Ok(Seen::by(permit, detail(act, row, tie)?))
}

/// Lists the draws of a challenge, first to last.
///
/// # Errors
/// Denied; no such challenge.
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Vec<Detail>>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = Object { kind: Kind::Draw, ..challenges::object(act, &challenge) };
    let permit = act.permit(Action::DrawRead, &object)?;
    let mut all = Vec::new();
    for row in draws::of_challenge(act.conn, id)? {
        let tie = tie(act, &row, &challenge);
        all.push(detail(act, row, tie)?);
    }
    Ok(Seen::by(permit, all))
}
