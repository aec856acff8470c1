//! Decisions 立项决定: proposed by an officer, approved by a director, made public, and carried out.

pub mod publicity;

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::bids::examination::appeals_are_over;
use crate::app::bids::judging::challenge_stands_at;
use crate::app::bids::{content, eligibility};
use crate::app::calendars;
use crate::app::challenges::{self, phases};
use crate::app::error::AppError;
use crate::app::{bids as bid_cases, projects, satisfactions, schemes};
use crate::domain::bid::{BidStage, GONE};
use crate::domain::challenge::{ChallengeStage, ReasonInput};
use crate::domain::decimal::Decimal;
use crate::domain::decision::{Bounds, Candidate, Choice, DecisionInput, DecisionStage, PublicityWindow, Selection};
use crate::domain::fault::Faults;
use crate::domain::id::{ChallengeId, DecisionId};
use crate::domain::money::Fen;
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::scheme::{Desk, DeskDivision, Scheme};
use crate::domain::workflow::Stage;
use crate::store::Json;
use crate::store::bids::{self, BidRow};
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::{decisions, disqualifications, objections, projects as project_rows};

pub use crate::store::decisions::{DecisionRow, DeskRow};

impl Record for DecisionRow {
    type Stage = DecisionStage;
    const KIND: Kind = Kind::Decision;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> DecisionStage {
        self.stage
    }
}

/// A decision with its desks of approval.
#[derive(Debug)]
pub struct Detail {
    /// The decision, with what the caller may do now.
    pub shown: Shown<DecisionRow>,
    /// The desks of the scheme, each with its signature once it is there.
    pub desks: Vec<(Desk, Option<DeskRow>)>,
}

/// How the caller stands to a decision: whoever proposed it, or signed at one of its desks, signs at none.
pub(super) fn tie(act: &Act<'_>, row: &DecisionRow, signatures: &[DeskRow]) -> Tie {
    let open = row.stage == DecisionStage::Proposed;
    let signed = open && signatures.iter().any(|signature| signature.decision_id == row.id && act.actor.is(signature.user_id));
    Standing {
        custodian: act.actor.keeps(row.challenge_id, row.round),
        conflicted: act.actor.must_step_aside(row.challenge_id),
        author: act.actor.is(row.created_by) || signed,
        ..Standing::default()
    }
    .tie()
}

fn detail(act: &Act<'_>, scheme: &Scheme, row: DecisionRow, signatures: &[DeskRow]) -> Detail {
    let tie = tie(act, &row, signatures);
    let of = |desk: i32| signatures.iter().find(|signature| signature.decision_id == row.id && signature.desk == desk).cloned();
    Detail {
        desks: scheme.desks.iter().cloned().zip(0..).map(|(desk, number)| (desk, of(number))).collect(),
        shown: Shown { allowed: act.allowed(&row, tie), record: row },
    }
}

/// Proposes a decision on all bids before the panel.
///
/// # Errors
/// Denied, stale, not under review; a review is missing; everything wrong with the proposal.
pub fn propose(act: &mut Act<'_>, id: ChallengeId, input: &DecisionInput) -> Result<Done<Detail>, AppError> {
    let challenge = challenges::load(act, id)?;
    let step = act.step(Action::ChallengePropose, &challenge, challenges::object(act, &challenge))?;
    appeals_are_over(act, id, challenge.round)?;
    phases::reviews_are_in(act, &challenge)?;
    let scheme = schemes::of(act, &challenge)?;
    let bounds =
        Bounds { teams: i64::from(challenge.max_parallel_teams), cap_fen: challenge.fiscal_cap_fen, threshold: scheme.threshold.0 };
    input.check(&candidates(act, &challenge)?, bounds)?;
    let chosen = input.selections.iter().filter(|one| one.choice == Choice::Recommended).map(|one| bids::find(act.conn, one.bid_id));
    let chosen: Vec<BidRow> = chosen.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    may_stand(act, id, chosen.iter())?;
    let row = DecisionRow {
        id: DecisionId::new(act.now),
        challenge_id: id,
        round: challenge.round,
        stage: DecisionStage::Proposed,
        meeting: input.meeting.as_ref().map(ToString::to_string),
        recused_members: Json::of(&input.recused_members.iter().map(ToString::to_string).collect())?,
        minute_no: input.minute_no.to_string(),
        decided_on: input.decided_on,
        selections: Json::of(&input.selections)?,
        publicity_starts_on: None,
        publicity_ends_on: None,
        announcement: None,
        announced_at: None,
        created_by: act.user()?,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    decisions::insert(act.conn, &row)?;
    let challenge = challenge_rows::advance(act.conn, &challenge, step.to, act.now)?;
    let about = About { detail: format!("decision {}", row.id), ..challenges::about(&challenge) };
    let recorded = act.record(step, about)?;
    Ok(recorded.with(detail(act, &scheme, row, &[])))
}

/// That nothing has come to light since their submission that keeps these bids from being awarded, all together.
fn may_stand<'a>(act: &mut Act<'_>, challenge: ChallengeId, chosen: impl Iterator<Item = &'a BidRow>) -> Result<(), AppError> {
    let demands = challenge_rows::demands(act.conn, challenge)?;
    let (mut faults, mut bound) = (Faults::default(), Vec::new());
    for row in chosen {
        let content = content::required(act, row)?;
        let mut found = Faults::default();
        eligibility::check(act, row, &demands, &content, &bound, &mut found)?;
        bound.extend(eligibility::bound_by(&demands, &content));
        faults.0.extend(found.0.into_iter().map(|fault| fault.within(&format!("bids.{}", row.id))));
    }
    faults.or(()).map_err(Into::into)
}

/// The bids before the panel, with their scores and what the sponsor thinks of them.
fn candidates(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<Vec<Candidate>, AppError> {
    let rows = bids::of_round(act.conn, challenge.id, challenge.round, &[BidStage::Eligible, BidStage::Shortlisted])?;
    let unsatisfying = satisfactions::unsatisfied(act, challenge, rows.iter().map(|row| row.id))?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let score = row.panel_score.as_deref().and_then(|score| score.parse::<Decimal>().ok());
        let requested_fen = content::required(act, &row)?.requested_fen.unwrap_or(Fen::ZERO);
        all.push(Candidate {
            bid_id: row.id,
            score: score.ok_or(Refusal::ReviewsMissing)?,
            requested_fen,
            unsatisfying: unsatisfying.contains(&row.id),
        });
    }
    Ok(all)
}

fn load(act: &mut Act<'_>, id: DecisionId) -> Result<(DecisionRow, ChallengeRow, Vec<DeskRow>), AppError> {
    let found = decisions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let challenge = challenges::load(act, found.challenge_id)?;
    let row = decisions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let signatures = decisions::signatures(act.conn, &[id])?;
    Ok((row, challenge, signatures))
}

/// Whether the caller is of the division to which a desk belongs.
fn sits_at(act: &Act<'_>, challenge: &ChallengeRow, scheme: &Scheme, desk: usize) -> bool {
    let own = challenge.division.is_some() && act.actor.division == challenge.division;
    match scheme.desks.get(desk).map(|desk| desk.division) {
        Some(DeskDivision::Own) => own,
        Some(DeskDivision::Other) => !own,
        _ => true,
    }
}

/// Whether the desk at which a decision lies, after so many signatures, is one that the caller may sit at.
pub(super) fn desk_is_theirs(act: &mut Act<'_>, challenge: &ChallengeRow, signed: usize) -> Result<bool, AppError> {
    let scheme = schemes::of(act, challenge)?;
    Ok(sits_at(act, challenge, &scheme, signed))
}

/// Approves a decision at the desk where it is. Never one's own proposal, and never at two desks.
///
/// # Errors
/// Denied, stale, decided already; the desk of another division.
pub fn approve(act: &mut Act<'_>, id: DecisionId) -> Result<Done<Detail>, AppError> {
    let (row, challenge, mut signatures) = load(act, id)?;
    let scheme = schemes::of(act, &challenge)?;
    let number = i32::try_from(signatures.len()).unwrap_or(i32::MAX);
    let next = scheme.desks.get(signatures.len().saturating_add(1));
    let to = if next.is_some() { DecisionStage::Proposed } else { DecisionStage::Approved };
    let step = act.step_to(Action::DecisionApprove, &row, Object::record(&row, tie(act, &row, &signatures)), to)?;
    challenge_stands_at(&challenge, ChallengeStage::Deciding)?;
    if !sits_at(act, &challenge, &scheme, signatures.len()) {
        return Err(Refusal::NotTheDesk.into());
    }
    let signature = DeskRow { decision_id: id, desk: number, user_id: act.user()?, signed_at: act.now };
    decisions::sign(act.conn, &signature)?;
    signatures.push(signature);
    let row = decisions::advance(act.conn, &row, step.to, act.now)?;
    let mut about = About { detail: format!("desk {number}"), ..challenges::about(&challenge) };
    about.facts.name = next.map(|desk| desk.name.to_string()).unwrap_or_default();
    let recorded = act.record(step, about)?;
    Ok(recorded.with(detail(act, &scheme, row, &signatures)))
}

/// Where a returned decision sends its challenge.
fn back_to_review(challenge: &ChallengeRow) -> Result<ChallengeStage, AppError> {
    challenge_stands_at(challenge, ChallengeStage::Deciding)?;
    let back = challenge.stage.outcomes(Action::DecisionReturn).first().copied();
    back.ok_or_else(|| AppError::Internal("no way back from deciding".into()))
}

/// Returns a decision: the challenge goes back under review, and what was signed is void.
///
/// # Errors
/// Denied, stale, decided already.
pub fn send_back(act: &mut Act<'_>, id: DecisionId, input: &ReasonInput) -> Result<Done<Detail>, AppError> {
    let (row, challenge, signatures) = load(act, id)?;
    let step = act.step(Action::DecisionReturn, &row, Object::record(&row, tie(act, &row, &signatures)))?;
    let row = decisions::advance(act.conn, &row, step.to, act.now)?;
    let back = back_to_review(&challenge)?;
    let challenge = challenge_rows::advance(act.conn, &challenge, back, act.now)?;
    let mut about = About { detail: input.reason.to_string(), ..challenges::about(&challenge) };
    about.facts.reason = input.reason.to_string();
    let recorded = act.record(step, about)?;
    let scheme = schemes::of(act, &challenge)?;
    Ok(recorded.with(detail(act, &scheme, row, &signatures)))
}

/// Makes an approved decision public, and with it the outcome of every bid.
///
/// # Errors
/// Denied, stale, not decided; the decision is not approved; a window that is too short or cannot be computed.
pub fn publicise(act: &mut Act<'_>, id: ChallengeId, window: &PublicityWindow) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let challenge = challenges::load(act, id)?;
    let step = act.step(Action::ChallengePublicise, &challenge, challenges::object(act, &challenge))?;
    let live = decisions::live(act.conn, id, challenge.round)?;
    let decision = live.filter(|row| row.stage == DecisionStage::Approved).ok_or(Refusal::DecisionNotApproved)?;
    let working_days = window.check(act.in_time()?.date(), &calendars::known(act)?)?;
    let selections = decision.selections.read()?;
    let announcement = publicity::announcement(act, &challenge, &selections, window, working_days)?;
    decisions::publicise(act.conn, &decision, &announcement, act.now)?;
    for chosen in selections {
        let row = bids::find(act.conn, chosen.bid_id)?.ok_or(AppError::NotFound)?;
        // One that left since is passed over; what a team was told before the decision was replaced still holds.
        let told = matches!((row.stage, chosen.choice), (BidStage::Reserve, Choice::Reserve) | (BidStage::Declined, Choice::Declined));
        if !told && !GONE.contains(&row.stage) {
            select(act, &challenge, &row, &chosen, window)?;
        }
    }
    let challenge = challenge_rows::publicise(act.conn, &challenge, step.to, window.ends_on, act.now)?;
    let mut about = challenges::about(&challenge);
    about.facts.from = window.starts_on.to_string();
    about.facts.until = window.ends_on.to_string();
    Ok(act.record(step, about)?.with(challenges::shown(act, challenge)))
}

fn select(act: &mut Act<'_>, challenge: &ChallengeRow, row: &BidRow, chosen: &Selection, window: &PublicityWindow) -> Result<(), AppError> {
    let to = match chosen.choice {
        Choice::Recommended => BidStage::Recommended,
        Choice::Reserve => BidStage::Reserve,
        Choice::Declined => BidStage::Declined,
    };
    let step = act.follow(Action::BidSelect, row, Some(to))?;
    let order = chosen.reserve_order.and_then(|order| i32::try_from(order.0).ok());
    let row = bids::select(act.conn, row, step.to, chosen.award_fen, order, act.now)?;
    let mut about = bid_cases::about(&row, challenge);
    about.facts.from = window.starts_on.to_string();
    about.facts.until = window.ends_on.to_string();
    about.facts.number = order.map_or(0, i64::from);
    about.facts.amount_wan = chosen.award_fen.unwrap_or(Fen::ZERO).in_wan();
    let _recorded = act.record(step, about)?;
    Ok(())
}

/// Awards the challenge once its publicity is over: every recommended bid becomes a project to be signed.
///
/// # Errors
/// Denied (also for one's own proposal or challenge), stale, not in publicity, the window is still running.
pub fn award(act: &mut Act<'_>, id: ChallengeId) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let challenge = challenges::load(act, id)?;
    let decision = decisions::live(act.conn, id, challenge.round)?;
    let mut standing = challenges::standing(act, &challenge);
    standing.author |= decision.is_some_and(|decision| act.actor.is(decision.created_by));
    let object = Object { tie: standing.tie(), ..challenges::object(act, &challenge) };
    let step = act.step(Action::ChallengeAward, &challenge, object)?;
    let now = act.in_time()?;
    if challenge.publicity_ends_on.is_none_or(|ends_on| now < ends_on.ends_at()) {
        return Err(Refusal::PublicityRunning.into());
    }
    if objections::any_open(act.conn, id, challenge.round)? {
        return Err(Refusal::ObjectionOpen.into());
    }
    if disqualifications::any_waits(act.conn, id, challenge.round, BidStage::Recommended)? {
        return Err(Refusal::DisqualificationWaits.into());
    }
    let winners = bids::of_round(act.conn, id, challenge.round, &[BidStage::Recommended])?;
    may_stand(act, id, winners.iter())?;
    let before = i32::try_from(project_rows::of_challenge(act.conn, id)?.len()).unwrap_or(i32::MAX);
    for (row, number) in winners.iter().zip(before.saturating_add(1)..) {
        projects::open(act, &challenge, row, number)?;
    }
    let challenge = challenge_rows::advance(act.conn, &challenge, step.to, act.now)?;
    let mut about = challenges::about(&challenge);
    about.facts.until = projects::sign_by(act.now).to_string();
    Ok(act.record(step, about)?.with(challenges::shown(act, challenge)))
}

/// Shows a decision.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: DecisionId) -> Result<Seen<Detail>, AppError> {
    let row = decisions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let signatures = decisions::signatures(act.conn, &[id])?;
    let permit = act.permit(Action::DecisionRead, &Object::record(&row, tie(act, &row, &signatures)))?;
    let challenge = challenge_rows::find(act.conn, row.challenge_id)?.ok_or(AppError::NotFound)?;
    let scheme = schemes::of(act, &challenge)?;
    Ok(Seen::by(permit, detail(act, &scheme, row, &signatures)))
}

/// Lists the decisions on a challenge, first to last.
///
/// # Errors
/// Denied; no such challenge.
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Vec<Detail>>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = Object { kind: Kind::Decision, ..challenges::object(act, &challenge) };
    let permit = act.permit(Action::DecisionRead, &object)?;
    let scheme = schemes::of(act, &challenge)?;
    let rows = decisions::of_challenge(act.conn, id)?;
    let signatures = decisions::signatures(act.conn, &rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
    let all = rows.into_iter().map(|row| detail(act, &scheme, row, &signatures)).collect();
    Ok(Seen::by(permit, all))
}
