//! What waits before an award: challenges, questions, partnerships, reviews, decisions, objections.

use super::found::{Batch, Found, may, whose};
use crate::app::act::Act;
use crate::app::bids::submission;
use crate::app::challenges::{self, ChallengeRow};
use crate::app::error::AppError;
use crate::app::{
    amendments as amendment_cases, decisions as decision_cases, disqualifications as disqualification_cases, objections as objection_cases,
    partnerships as partnership_cases, questions as question_cases, restrictions as restriction_cases, reviews as review_cases,
    satisfactions as satisfaction_cases,
};
use crate::domain::amendment::AmendmentStage;
use crate::domain::challenge::ChallengeStage;
use crate::domain::decision::DecisionStage;
use crate::domain::desk::MOST;
use crate::domain::disqualification::DisqualificationStage;
use crate::domain::id::{ChallengeId, DecisionId};
use crate::domain::objection::ObjectionStage;
use crate::domain::policy::{Action, Tie};
use crate::domain::question::QuestionStage;
use crate::domain::restriction::RestrictionStage;
use crate::domain::review::ReviewStage;
use crate::store::{decisions as decision_rows, desk};
use std::collections::HashMap;

fn challenges_at(act: &mut Act<'_>, action: Action, stage: ChallengeStage) -> Result<Batch, AppError> {
    let Some(_) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::challenges_at(act.conn, stage)?;
    let theirs = rows.iter().filter(|row| may(act, action, challenges::standing(act, row).tie()));
    let found = theirs.map(|row| Found::of_challenge(row, "challenges", row.id, row.updated_at.date())).collect();
    Ok(Batch { found, more: rows.len() > MOST })
}

/// Challenges that wait for a director.
pub(super) fn to_approve(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    challenges_at(act, action, ChallengeStage::InApproval)
}

/// Challenges that were approved, and are not published.
pub(super) fn to_publish(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    challenges_at(act, action, ChallengeStage::Approved)
}

/// The challenges of some records.
fn of(act: &mut Act<'_>, ids: impl Iterator<Item = ChallengeId>) -> Result<HashMap<ChallengeId, ChallengeRow>, AppError> {
    let mut ids: Vec<ChallengeId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(desk::challenges_of(act.conn, &ids)?.into_iter().map(|row| (row.id, row)).collect())
}

/// Extensions and corrections that were proposed.
pub(super) fn amendments(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(_) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::amendments_at(act.conn, AmendmentStage::Proposed)?;
    let known = of(act, rows.iter().map(|row| row.challenge_id))?;
    let theirs = rows.iter().filter(|row| may(act, action, amendment_cases::tie(act, row)));
    let found = theirs.filter_map(|row| {
        let challenge = known.get(&row.challenge_id)?;
        Some(Found::of_challenge(challenge, "amendments", row.id, row.created_at.date()).called(row.kind.zh()))
    });
    Ok(Batch { found: found.collect(), more: rows.len() > MOST })
}

/// Restrictions that supervision proposed.
pub(super) fn restrictions(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(_) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::restrictions_at(act.conn, RestrictionStage::Proposed)?;
    let theirs = rows.iter().filter(|row| may(act, action, restriction_cases::tie(act, row)));
    let found = theirs.map(|row| Found::alone("restrictions", row.id, row.created_at.date()).called(&row.name)).collect();
    Ok(Batch { found, more: rows.len() > MOST })
}

/// Disqualifications that supervision proposed.
pub(super) fn disqualifications(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(_) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::disqualifications_at(act.conn, DisqualificationStage::Proposed)?;
    let theirs = rows.iter().filter(|(row, bid, challenge)| may(act, action, disqualification_cases::tie(act, row, bid, challenge)));
    let found = theirs.map(|(row, _, challenge)| {
        Found::of_challenge(challenge, "disqualifications", row.id, row.created_at.date()).called(row.finding.zh())
    });
    Ok(Batch { found: found.collect(), more: rows.len() > MOST })
}

/// Questions on open challenges, while they can be answered.
pub(super) fn questions(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(_) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::questions_at(act.conn, QuestionStage::Asked)?;
    let known = of(act, rows.iter().map(|row| row.challenge_id))?;
    let theirs = rows.iter().filter(|row| may(act, action, question_cases::tie(act, row)));
    let found = theirs.filter_map(|row| {
        let challenge = known.get(&row.challenge_id).filter(|challenge| submission::within_window(act, challenge).is_ok())?;
        Some(Found::of_challenge(challenge, "questions", row.id, row.created_at.date()))
    });
    Ok(Batch { found: found.collect(), more: rows.len() > MOST })
}

/// Bids whose lead asks the caller's organisation to take part, while they can be submitted.
pub(super) fn partnerships(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(own) = act.actor.organization.filter(|_| may(act, action, Tie::Party)) else { return Ok(Batch::default()) };
    let rows = desk::partnerships_of(act.conn, own)?;
    let theirs = rows.iter().filter(|(row, _)| may(act, action, partnership_cases::tie(act, row)));
    let open = theirs.filter(|(_, challenge)| submission::within_window(act, challenge).is_ok());
    let found = open.map(|(row, challenge)| {
        let until = challenge.closes_at.map(crate::domain::time::Timestamp::date);
        Found::of_challenge(challenge, "partnerships", row.id, row.updated_at.date()).by(until)
    });
    Ok(Batch { found: found.collect(), more: rows.len() > MOST })
}

fn reviews(act: &mut Act<'_>, action: Action, stage: ReviewStage) -> Result<Batch, AppError> {
    let Some(user) = act.actor.user.filter(|_| may(act, action, Tie::Assigned)) else { return Ok(Batch::default()) };
    let rows = desk::reviews_of(act.conn, user, stage)?;
    let mut batch = Batch { found: Vec::new(), more: rows.len() > MOST };
    // What keeps an expert from a bid keeps them from its whole round: asked once for each.
    let mut ties: HashMap<(ChallengeId, i32), Tie> = HashMap::new();
    for (row, bid, challenge) in rows.iter().filter(|(.., challenge)| challenge.stage == ChallengeStage::Reviewing) {
        let tie = match ties.get(&(challenge.id, bid.round)) {
            Some(tie) => *tie,
            None => review_cases::standing(act, row, bid, challenge)?,
        };
        ties.insert((challenge.id, bid.round), tie);
        if may(act, action, tie) {
            let found = Found::of_challenge(challenge, "reviews", row.id, row.created_at.date());
            batch.found.push(found.called(row.phase.zh()).by(Some(row.due_at.date())));
        }
    }
    Ok(batch)
}

/// Reviews of which an expert has not said whether there is an interest.
pub(super) fn reviews_to_declare(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    reviews(act, action, ReviewStage::Assigned)
}

/// Reviews that an expert has begun.
pub(super) fn reviews_to_submit(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    reviews(act, action, ReviewStage::Declared)
}

/// Bids on which the sponsor is asked, until the round is decided.
pub(super) fn satisfactions(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(own) = act.actor.organization.filter(|_| may(act, action, Tie::Party)) else { return Ok(Batch::default()) };
    let rows = desk::satisfactions_of(act.conn, own)?;
    let theirs = rows.iter().filter(|(_, challenge)| may(act, action, satisfaction_cases::tie(act, challenge)));
    let open = theirs.filter(|(row, challenge)| satisfaction_cases::undecided(row, challenge).is_ok());
    let found = open
        .map(|(row, challenge)| Found::of_challenge(challenge, "satisfactions", row.id, row.created_at.date()).by(Some(row.due_at.date())));
    Ok(Batch { found: found.collect(), more: rows.len() > MOST })
}

/// Decisions that lie at a desk which is the caller's.
pub(super) fn decisions(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    let Some(_) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::decisions_at(act.conn, DecisionStage::Proposed)?;
    let known = of(act, rows.iter().map(|row| row.challenge_id))?;
    let ids: Vec<DecisionId> = rows.iter().map(|row| row.id).collect();
    let signatures = decision_rows::signatures(act.conn, &ids)?;
    let mut batch = Batch { found: Vec::new(), more: rows.len() > MOST };
    for row in &rows {
        let Some(challenge) = known.get(&row.challenge_id).filter(|challenge| challenge.stage == ChallengeStage::Deciding) else {
            continue;
        };
        if !may(act, action, decision_cases::tie(act, row, &signatures)) {
            continue;
        }
        let signed = signatures.iter().filter(|signature| signature.decision_id == row.id).count();
        if decision_cases::desk_is_theirs(act, challenge, signed)? {
            batch.found.push(Found::of_challenge(challenge, "decisions", row.id, row.updated_at.date()).called(&row.minute_no));
        }
    }
    Ok(batch)
}

fn objections(act: &mut Act<'_>, action: Action, stage: ObjectionStage) -> Result<Batch, AppError> {
    let Some(_) = whose(act, action) else { return Ok(Batch::default()) };
    let rows = desk::objections_at(act.conn, stage)?;
    let known = of(act, rows.iter().map(|row| row.challenge_id))?;
    let mut batch = Batch { found: Vec::new(), more: rows.len() > MOST };
    for challenge in known.values() {
        let case = objection_cases::Case::of(act, challenge)?;
        for row in rows.iter().filter(|row| row.challenge_id == challenge.id && may(act, action, case.tie(act, row))) {
            let (admit_by, answer_by) = case.days(row);
            let by = if stage == ObjectionStage::Received { admit_by } else { answer_by };
            let since = row.received_on.unwrap_or(row.updated_at.date());
            batch.found.push(Found::of_challenge(challenge, "objections", row.id, since).by(by));
        }
    }
    Ok(batch)
}

/// Objections of which it is to be said whether they are admitted.
pub(super) fn objections_to_admit(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    objections(act, action, ObjectionStage::Received)
}

/// Objections that are to be answered.
pub(super) fn objections_to_answer(act: &mut Act<'_>, action: Action) -> Result<Batch, AppError> {
    objections(act, action, ObjectionStage::Admitted)
}
