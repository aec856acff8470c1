//! The sponsor's satisfaction 需求方满意度评价: asked once for each bid that may win, before the panel or after it, as the scheme says.
//!
//! The sponsor reads the name of the lead and what is new in the plan; no score, no amount. A bid that it is not satisfied with
//! is never recommended.

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::bids::content::{self, Submitted};
use crate::app::bids::{self as bid_cases};
use crate::app::challenges::{self, phases};
use crate::app::error::AppError;
use crate::app::schemes;
use crate::domain::bid::{BidStage, UNDER_EXAMINATION};
use crate::domain::challenge::{ChallengeStage, ReasonInput};
use crate::domain::id::{BidId, ChallengeId, OrganizationId, SatisfactionId};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::satisfaction::{AskSponsorInput, Grade, GradeInput, SatisfactionStage};
use crate::domain::scheme::SponsorTurn;
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::{bids, organizations, satisfactions};
use std::collections::HashSet;

pub use crate::store::satisfactions::SatisfactionRow;

impl Record for SatisfactionRow {
    type Stage = SatisfactionStage;
    const KIND: Kind = Kind::Satisfaction;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> SatisfactionStage {
        self.stage
    }
}

/// A row with what the sponsor reads of the bid.
#[derive(Debug)]
pub struct Detail {
    /// The row, with what the caller may do now.
    pub shown: Shown<SatisfactionRow>,
    /// Lead organisation of the bid.
    pub organization: String,
    /// What is new in its plan.
    pub summary: String,
}

/// How the caller stands to what the sponsor is asked: whoever prepared the challenge does not waive its word.
pub(super) fn tie(act: &Act<'_>, challenge: &ChallengeRow) -> Tie {
    let standing = challenges::standing(act, challenge);
    Standing { author: standing.author && !standing.party, ..standing }.tie()
}

fn detail(act: &mut Act<'_>, challenge: &ChallengeRow, row: SatisfactionRow) -> Result<Detail, AppError> {
    let bid = bids::find(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    let known = organizations::of_ids(act.conn, &[bid.lead_org_id])?;
    let summary = match content::submitted(act, &bid)? {
        Submitted::Content(content) => content.bid.innovation.map(|text| text.to_string()),
        Submitted::NotYet | Submitted::Flawed(_) => None,
    };
    Ok(Detail {
        shown: Shown { allowed: act.allowed(&row, tie(act, challenge)), record: row },
        organization: known.into_iter().next().map(|found| found.name).unwrap_or_default(),
        summary: summary.unwrap_or_default(),
    })
}

/// Asks the sponsor about every bid that may win and that it was not asked about.
///
/// # Errors
/// Denied, stale; no sponsor; not its turn by the scheme; nothing to ask about.
pub fn ask(act: &mut Act<'_>, id: ChallengeId, input: AskSponsorInput) -> Result<Done<Shown<ChallengeRow>>, AppError> {
    let challenge = challenges::load(act, id)?;
    let step = act.step(Action::ChallengeAskSponsor, &challenge, challenges::object(act, &challenge))?;
    input.check(act.now)?;
    if challenge.sponsor_id.is_none() {
        return Err(Refusal::NoSponsor.into());
    }
    its_turn(act, &challenge)?;
    let asked: HashSet<BidId> = satisfactions::of_round(act.conn, id, challenge.round)?.iter().map(|row| row.bid_id).collect();
    let before = bids::of_round(act.conn, id, challenge.round, &[BidStage::Eligible, BidStage::Shortlisted])?;
    let new: Vec<_> = before.into_iter().filter(|bid| !asked.contains(&bid.id)).collect();
    if new.is_empty() {
        return Err(Refusal::NothingToAsk.into());
    }
    for bid in &new {
        let row = SatisfactionRow {
            id: SatisfactionId::new(act.now),
            challenge_id: id,
            round: challenge.round,
            bid_id: bid.id,
            stage: SatisfactionStage::Asked,
            due_at: input.due_at,
            grade: None,
            reasons: None,
            given_by: None,
            given_at: None,
            version: 1,
            created_at: act.now,
            updated_at: act.now,
        };
        satisfactions::insert(act.conn, &row)?;
    }
    let challenge = challenge_rows::advance(act.conn, &challenge, step.to, act.now)?;
    let mut about = challenges::about(&challenge);
    about.facts.at = input.due_at.in_beijing();
    about.facts.number = i64::try_from(new.len()).unwrap_or(i64::MAX);
    about.facts.path = format!("/challenges/{id}/satisfactions");
    Ok(act.record(step, about)?.with(challenges::shown(act, challenge)))
}

/// That the sponsor's turn has come: before the panel, once every bid is examined, or after it, once every review is in.
fn its_turn(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    let first = schemes::of(act, challenge)?.sponsor == SponsorTurn::SponsorFirst;
    match challenge.stage {
        ChallengeStage::Screening if first => {
            let open = !bids::of_round(act.conn, challenge.id, challenge.round, UNDER_EXAMINATION)?.is_empty();
            if open { Err(Refusal::BidsNotExamined.into()) } else { Ok(()) }
        }
        // A bid that came back from an appeal is asked about when its review is in.
        ChallengeStage::Reviewing => phases::reviews_are_in(act, challenge),
        _ => Err(Refusal::SponsorLater.into()),
    }
}

fn load(act: &mut Act<'_>, id: SatisfactionId) -> Result<(SatisfactionRow, ChallengeRow), AppError> {
    let found = satisfactions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let challenge = challenges::load(act, found.challenge_id)?;
    let row = satisfactions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, challenge))
}

/// That the round is still before its decision.
pub(super) fn undecided(row: &SatisfactionRow, challenge: &ChallengeRow) -> Result<(), AppError> {
    let open = matches!(challenge.stage, ChallengeStage::Screening | ChallengeStage::Reviewing) && row.round == challenge.round;
    if open { Ok(()) } else { Err(AppError::WrongStage { stage: challenge.stage.code(), allowed: Vec::new() }) }
}

/// Takes the sponsor's word on a bid.
///
/// # Errors
/// Denied to all but the sponsor's people, stale, given already; the round is decided.
pub fn give(act: &mut Act<'_>, id: SatisfactionId, input: &GradeInput) -> Result<Done<Detail>, AppError> {
    let (row, challenge) = load(act, id)?;
    let step = act.step(Action::SatisfactionGive, &row, Object::record(&row, tie(act, &challenge)))?;
    undecided(&row, &challenge)?;
    let by = act.user()?;
    let row = satisfactions::give(act.conn, &row, step.to, input, by, act.now)?;
    let about = About { detail: input.grade.to_string(), ..about(&challenge) };
    let recorded = act.record(step, about)?;
    Ok(recorded.with(detail(act, &challenge, row)?))
}

/// Goes on without the sponsor's word, which is overdue.
///
/// # Errors
/// Denied, also to those who prepared the challenge, stale, given already; not overdue; the round is decided.
pub fn waive(act: &mut Act<'_>, id: SatisfactionId, input: &ReasonInput) -> Result<Done<Detail>, AppError> {
    let (row, challenge) = load(act, id)?;
    let step = act.step(Action::SatisfactionWaive, &row, Object::record(&row, tie(act, &challenge)))?;
    undecided(&row, &challenge)?;
    if act.in_time()? < row.due_at {
        return Err(Refusal::NotOverdue.into());
    }
    let why = input.reason.to_string();
    let row = satisfactions::waive(act.conn, &row, step.to, &why, act.now)?;
    let mut about = About { detail: why.clone(), ..about(&challenge) };
    about.facts.reason = why;
    let recorded = act.record(step, about)?;
    Ok(recorded.with(detail(act, &challenge, row)?))
}

fn about(challenge: &ChallengeRow) -> About {
    let mut about = challenges::about(challenge);
    about.facts.path = format!("/challenges/{}/satisfactions", challenge.id);
    about
}

/// Shows what the sponsor is asked about one bid, and what it said.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: SatisfactionId) -> Result<Seen<Detail>, AppError> {
    let row = satisfactions::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let challenge = challenge_rows::find(act.conn, row.challenge_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::SatisfactionRead, &Object::record(&row, tie(act, &challenge)))?;
    Ok(Seen::by(permit, detail(act, &challenge, row)?))
}

/// Lists what the sponsor is asked about the present round.
///
/// # Errors
/// Denied; no such challenge.
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Vec<Detail>>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = Object { kind: Kind::Satisfaction, tie: tie(act, &challenge), ..challenges::object(act, &challenge) };
    let permit = act.permit(Action::SatisfactionRead, &object)?;
    let mut all = Vec::new();
    for row in satisfactions::of_round(act.conn, id, challenge.round)? {
        all.push(detail(act, &challenge, row)?);
    }
    Ok(Seen::by(permit, all))
}

/// The sponsor is no longer asked about a bid that is not in the round any more.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn drop_asked(act: &mut Act<'_>, challenge: &ChallengeRow, bid: BidId) -> Result<(), AppError> {
    let all = satisfactions::of_round(act.conn, challenge.id, challenge.round)?;
    for row in all.into_iter().filter(|row| row.bid_id == bid && row.stage == SatisfactionStage::Asked) {
        let step = act.follow(Action::SatisfactionDrop, &row, None)?;
        let _row = satisfactions::waive(act.conn, &row, step.to, "该申请不再参加评审", act.now)?;
        let _recorded = act.record(step, About { author: None, ..about(challenge) })?;
    }
    Ok(())
}

/// The bids of a round that the sponsor is not satisfied with, once its word on all of `candidates` is in or waived.
///
/// # Errors
/// Its word on one of them is missing.
pub(in crate::app) fn unsatisfied(
    act: &mut Act<'_>,
    challenge: &ChallengeRow,
    candidates: impl Iterator<Item = BidId>,
) -> Result<HashSet<BidId>, AppError> {
    let Some(_sponsor): Option<OrganizationId> = challenge.sponsor_id else { return Ok(HashSet::new()) };
    let rows = satisfactions::of_round(act.conn, challenge.id, challenge.round)?;
    let answered = |id| rows.iter().any(|row| row.bid_id == id && row.stage != SatisfactionStage::Asked);
    for candidate in candidates {
        if !answered(candidate) {
            return Err(Refusal::SatisfactionMissing.into());
        }
    }
    Ok(rows.iter().filter(|row| row.grade == Some(Grade::Unsatisfied)).map(|row| row.bid_id).collect())
}

/// Before the panel begins where the sponsor comes first: bids that it is not satisfied with go no further.
///
/// # Errors
/// Its word on one of the bids is missing.
pub(in crate::app) fn decline_unsatisfying(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    if schemes::of(act, challenge)?.sponsor != SponsorTurn::SponsorFirst {
        return Ok(());
    }
    let rows = bids::of_round(act.conn, challenge.id, challenge.round, &[BidStage::Eligible])?;
    let out = unsatisfied(act, challenge, rows.iter().map(|row| row.id))?;
    for row in rows.iter().filter(|row| out.contains(&row.id)) {
        bid_cases::decline(act, challenge, row, "需求方不满意")?;
    }
    Ok(())
}
