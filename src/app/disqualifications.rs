//! Disqualifications 取消资格: proposed by supervision on a finding, decided by a director, neither of them with a part in the case.
//!
//! What follows for the round is the same as when a bid leaves (`app::succession`). Rivals and the public learn nothing of it.

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::bids::{self as bid_cases, Loaded};
use crate::app::error::AppError;
use crate::app::{challenges, reviews, succession};
use crate::domain::challenge::ReasonInput;
use crate::domain::disqualification::{DisqualificationInput, DisqualificationStage, in_time};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{BidId, DisqualificationId};
use crate::domain::measure::DecidedInput;
use crate::domain::objection::ObjectionStage;
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::workflow::Stage;
use crate::store::bids::BidRow;
use crate::store::challenges::ChallengeRow;
use crate::store::dialect::is_duplicate;
use crate::store::{bids, disqualifications, objections};

pub use crate::store::disqualifications::DisqualificationRow;

impl Record for DisqualificationRow {
    type Stage = DisqualificationStage;
    const KIND: Kind = Kind::Disqualification;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> DisqualificationStage {
        self.stage
    }
}

/// How the caller stands to the case of a bid: whoever is of a bidder or the sponsor, prepared the challenge, examined there or stepped aside
/// has a part in it.
fn standing(act: &Act<'_>, bid: &BidRow, challenge: &ChallengeRow) -> Standing {
    let own = challenges::standing(act, challenge);
    Standing { conflicted: own.conflicted || own.party || act.actor.belongs_to(bid.lead_org_id), party: false, ..own }
}

/// How the caller stands to a disqualification. The team knows of it when it is decided: what is only proposed may never come.
pub(super) fn tie(act: &Act<'_>, row: &DisqualificationRow, bid: &BidRow, challenge: &ChallengeRow) -> Tie {
    if row.stage == DisqualificationStage::Approved && act.actor.belongs_to(bid.lead_org_id) {
        return Tie::Party;
    }
    let own = standing(act, bid, challenge);
    Standing { author: own.author || act.actor.is(row.created_by), ..own }.tie()
}

/// As the caller may see it: who objected, if anyone did, is nothing for the team.
fn shown(act: &Act<'_>, mut row: DisqualificationRow, bid: &Loaded) -> Shown<DisqualificationRow> {
    let tie = tie(act, &row, &bid.row, &bid.challenge);
    row.objection_id = row.objection_id.filter(|_| tie != Tie::Party);
    Shown { allowed: act.allowed(&row, tie), record: row }
}

fn about(row: &DisqualificationRow, bid: &Loaded) -> About {
    let mut about = bid_cases::about(&bid.row, &bid.challenge);
    about.person = Some(row.created_by);
    about.facts.reason = format!("{}（{}）。{}", row.finding.zh(), row.finding_no, row.reason);
    about.facts.path = format!("/disqualifications/{}", row.id);
    about.detail = format!("{} {}: {}", row.finding, row.finding_no, row.reason);
    about
}

/// That the bid was opened, is not awarded, and not gone already.
fn possible(bid: &Loaded) -> Result<(), AppError> {
    let (challenge, row) = (&bid.challenge, &bid.row);
    if row.stage.outcomes(Action::BidDisqualify).is_empty() {
        return Err(AppError::WrongStage { stage: Stage::code(row.stage), allowed: Vec::new() });
    }
    if row.round != challenge.round || !in_time(challenge.stage, row.stage) {
        return Err(AppError::WrongStage { stage: Stage::code(challenge.stage), allowed: Vec::new() });
    }
    Ok(())
}

/// Proposes that a bid be disqualified.
///
/// # Errors
/// Denied (also to whoever has a part in the case); not opened, awarded, gone; another proposal waits; an objection that was not upheld.
pub fn propose(act: &mut Act<'_>, id: BidId, input: &DisqualificationInput) -> Result<Done<Shown<DisqualificationRow>>, AppError> {
    let bid = bid_cases::load(act, id)?;
    let own = act.actor.belongs_to(bid.row.lead_org_id);
    let tie_to_case = if own { bid.tie } else { standing(act, &bid.row, &bid.challenge).tie() };
    let object = Object { tie: tie_to_case, version: None, ..bid.object() };
    let permit = act.permit(Action::DisqualificationPropose, &object)?;
    possible(&bid)?;
    if let Some(objection) = input.objection_id {
        let found = objections::find(act.conn, objection)?.filter(|row| row.challenge_id == bid.challenge.id && row.round == bid.row.round);
        let upheld = found.is_some_and(|row| matches!(row.stage, ObjectionStage::Upheld | ObjectionStage::PartlyUpheld));
        let mut faults = Faults::default();
        faults
            .check(!upheld, "objection_id", || Fault::new("not_upheld", "本轮没有这条成立的异议", "is no upheld objection of this round"));
        faults.or(())?;
    }
    let row = DisqualificationRow {
        id: DisqualificationId::new(act.now),
        bid_id: id,
        objection_id: input.objection_id,
        finding: input.finding,
        finding_no: input.finding_no.to_string(),
        reason: input.reason.to_string(),
        stage: DisqualificationStage::Proposed,
        decision_no: None,
        decided_by: None,
        decided_on: None,
        created_by: act.user()?,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    let waits = |error| if is_duplicate(&error) { Refusal::DisqualificationWaits.into() } else { AppError::from(error) };
    disqualifications::insert(act.conn, &row).map_err(waits)?;
    let object = Object::record(&row, tie(act, &row, &bid.row, &bid.challenge));
    let about = about(&row, &bid);
    Ok(act.record_plain(permit, object, about)?.with(shown(act, row, &bid)))
}

fn load(act: &mut Act<'_>, id: DisqualificationId) -> Result<(DisqualificationRow, Loaded), AppError> {
    let found = disqualifications::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let bid = bid_cases::load(act, found.bid_id)?;
    let row = disqualifications::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, bid))
}

/// Decides that a bid is disqualified, which takes it out of its round.
///
/// # Errors
/// Denied (also to whoever proposed it or has a part in the case), stale, decided already; the bid was awarded or is gone by now.
pub fn approve(act: &mut Act<'_>, id: DisqualificationId, input: &DecidedInput) -> Result<Done<Shown<DisqualificationRow>>, AppError> {
    let (row, bid) = load(act, id)?;
    let step = act.step(Action::DisqualificationApprove, &row, Object::record(&row, tie(act, &row, &bid.row, &bid.challenge)))?;
    possible(&bid)?;
    let row = disqualifications::decide(act.conn, &row, step.to, Some(input.decision_no.as_str()), act.user()?, act.now)?;
    let mut about = about(&row, &bid);
    about.facts.proof = input.decision_no.to_string();
    let recorded = act.record(step, about.clone())?;
    take_out(act, &bid, about)?;
    Ok(recorded.with(shown(act, row, &bid)))
}

/// Takes the bid out of its round, with all that follows.
fn take_out(act: &mut Act<'_>, bid: &Loaded, mut about: About) -> Result<(), AppError> {
    let seat = succession::seat(act, &bid.challenge, bid.row.id)?;
    let waited = reviews::wait(act, &bid.challenge)?;
    let step = act.follow(Action::BidDisqualify, &bid.row, None)?;
    let row = bids::select(act.conn, &bid.row, step.to, None, None, act.now)?;
    about.facts.path = format!("/bids/{}", row.id);
    let _recorded = act.record(step, about)?;
    succession::without(act, &bid.challenge, &row, seat, waited)
}

/// Declines a disqualification.
///
/// # Errors
/// Denied, stale, decided already.
pub fn decline(act: &mut Act<'_>, id: DisqualificationId, input: &ReasonInput) -> Result<Done<Shown<DisqualificationRow>>, AppError> {
    let (row, bid) = load(act, id)?;
    let step = act.step(Action::DisqualificationDecline, &row, Object::record(&row, tie(act, &row, &bid.row, &bid.challenge)))?;
    let row = disqualifications::decide(act.conn, &row, step.to, None, act.user()?, act.now)?;
    let mut about = about(&row, &bid);
    about.facts.reason = input.reason.to_string();
    about.detail = input.reason.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &bid)))
}

/// Shows a disqualification.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: DisqualificationId) -> Result<Seen<Shown<DisqualificationRow>>, AppError> {
    let row = disqualifications::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let bid = bid_cases::found(act, row.bid_id)?;
    let permit = act.permit(Action::DisqualificationRead, &Object::record(&row, tie(act, &row, &bid.row, &bid.challenge)))?;
    Ok(Seen::by(permit, shown(act, row, &bid)))
}

/// Lists the disqualifications of a bid, in order: its team sees what was decided.
///
/// # Errors
/// No such bid, or not for the caller to know.
pub fn of_bid(act: &mut Act<'_>, id: BidId) -> Result<Seen<Vec<Shown<DisqualificationRow>>>, AppError> {
    let bid = bid_cases::found(act, id)?;
    let own = act.actor.belongs_to(bid.row.lead_org_id);
    let object = bid.object();
    let object = if own { Object { tie: Tie::Party, ..object } } else { object };
    let permit = act.permit(Action::DisqualificationRead, &object)?;
    let mut rows = disqualifications::of_bid(act.conn, id)?;
    rows.retain(|row| !own || row.stage == DisqualificationStage::Approved);
    let rows = rows.into_iter().map(|row| shown(act, row, &bid)).collect();
    Ok(Seen::by(permit, rows))
}
