//! What a gate of the race orders for a lane that goes on: a change that nobody asks for, whose supplement all parties sign.

use super::{ChangeRow, about, effect, revised, with_words};
use crate::app::act::{Act, Object};
use crate::app::error::AppError;
use crate::app::payments as payment_cases;
use crate::app::race_gates;
use crate::domain::change::{ChangeInput, ChangeKind, ChangeStage, RaceChange};
use crate::domain::commitment::Commitment;
use crate::domain::id::{MilestoneId, UserId};
use crate::domain::payment::Gate;
use crate::domain::policy::{Action, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::revision::differences;
use crate::store::payments::{self, PaymentRow};
use crate::store::projects::{self, ProjectRow};
use crate::store::{changes, milestones};

/// The text before and after what is to be ordered.
///
/// # Errors
/// A supplement waits for its signatures; what is ordered cannot be.
pub(in crate::app) fn possible(act: &mut Act<'_>, project: &ProjectRow, input: &ChangeInput) -> Result<(Commitment, Commitment), AppError> {
    if changes::stands(act.conn, project.id, None, &[ChangeStage::Approved])? {
        return Err(Refusal::SupplementWaits.into());
    }
    super::asking::may_take_part(act, project, input)?;
    revised(act, project, input)
}

/// Orders a change that `by` proposed: its supplement is laid before the parties.
///
/// # Errors
/// A supplement waits for its signatures; what is ordered cannot be.
pub(in crate::app) fn order(act: &mut Act<'_>, project: &ProjectRow, input: &ChangeInput, by: UserId) -> Result<(), AppError> {
    let (before, after) = possible(act, project, input)?;
    let decided = Some(act.user()?);
    let row = ChangeRow {
        stage: ChangeStage::Approved,
        opinion: Some(input.cause.to_string()),
        decided_by: decided,
        ..ChangeRow::new(project.id, input, &differences(&before, &after), by, act.now)?
    };
    changes::insert(act.conn, &row)?;
    let row = effect::draw(act, project, &row)?;
    let permit = act.own(Action::ChangeOrder)?;
    let told = with_words(about(&row, project), input.cause.as_str());
    let _recorded = act.record_plain(permit, Object::record(&row, Tie::Stranger), told)?;
    Ok(())
}

/// What a gate ordered is signed, not dropped; unless the plan has become another one, so that nobody can sign it any more.
pub(super) fn may_be_dropped(act: &mut Act<'_>, row: &ChangeRow, project: &ProjectRow) -> Result<(), AppError> {
    if row.kind != ChangeKind::Race {
        return Ok(());
    }
    let number = row.number.unwrap_or_default();
    let drawn = crate::store::commitments::find(act.conn, project.id, number)?.ok_or(AppError::NotFound)?.content.read()?;
    let stands = revised(act, project, &row.input.read()?).is_ok_and(|(_, after)| after == drawn);
    if stands { Err(Refusal::OrderedByAGate.into()) } else { Ok(()) }
}

/// What a signed supplement of a gate does: the award and the plan grow by the money that goes on.
pub(super) fn follow(act: &mut Act<'_>, project: &ProjectRow, race: &RaceChange, after: &Commitment) -> Result<(), AppError> {
    let nodes = milestones::of_project(act.conn, project.id)?;
    let node = |number: Option<i32>| nodes.iter().find(|node| Some(node.number) == number).map(|node| node.id);
    let planned = payments::of_project(act.conn, project.id)?;
    if race.added_fen() > crate::domain::money::Fen::ZERO {
        race_gates::cede(act, project.challenge_id, race.added_fen())?;
        projects::raise(act.conn, project, after.award_fen, act.now)?;
    }
    for line in after.payments.iter().filter(|line| planned.iter().all(|row| row.number != line.number)) {
        let milestone: Option<MilestoneId> = node(line.milestone);
        let row = PaymentRow::locked(project.id, line.number, (line.source, line.amount_fen), (line.gate, milestone), act.now);
        payments::insert(act.conn, &row)?;
    }
    payment_cases::unlock(act, project, |payment| payment.gate == Gate::Signing)?;
    Ok(())
}
