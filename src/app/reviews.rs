//! Reviews 评审: experts asked, declared free of conflict, and heard.

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::bids::content::{self, Submitted};
use crate::app::bids::judging::challenge_stands_at;
use crate::app::bids::{self as bid_cases, Loaded};
use crate::app::challenges::phases;
use crate::app::error::{AppError, taken};
use crate::app::{draws, interests, recusals, schemes, scores};
use crate::domain::bid::GONE;
use crate::domain::challenge::ChallengeStage;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{BidId, ChallengeId, ReviewId, UserId};
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Role, Standing, Tie};
use crate::domain::proposal::BidInput;
use crate::domain::recusal::Ground;
use crate::domain::refusal::Refusal;
use crate::domain::review::{AssignReview, Declaration, DeclineReview, DraftSheet, READS_THE_BID, ReviewStage, ScoreSheet};
use crate::domain::scheme::Phase;
use crate::domain::time::Timestamp;
use crate::domain::user::UserStatus;
use crate::domain::workflow::Stage;
use crate::store::bids::BidRow;
use crate::store::challenges::{self, ChallengeRow};
use crate::store::reviews;
use crate::store::{Json, Page, bids, users};
use std::collections::BTreeSet;

pub use crate::store::reviews::{ReviewFilter, ReviewRow};

impl Record for ReviewRow {
    type Stage = ReviewStage;
    const KIND: Kind = Kind::Review;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> ReviewStage {
        self.stage
    }
}

/// How the actor stands to a review as one of a list: what an interest of the expert's bars is found out when it is opened.
fn tie(act: &Act<'_>, row: &ReviewRow) -> Tie {
    Standing { conflicted: act.actor.must_step_aside(row.challenge_id), assigned: act.actor.is(row.expert_id), ..Standing::default() }.tie()
}

/// How the actor stands to a review, its expert's own interest included: one may have come about since the expert was asked.
pub(super) fn standing(act: &mut Act<'_>, row: &ReviewRow, bid: &BidRow, challenge: &ChallengeRow) -> Result<Tie, AppError> {
    let assigned = act.actor.is(row.expert_id);
    let interested = assigned && interests::any(act, challenge, bid.round, row.expert_id)?;
    let conflicted = interested || act.actor.must_step_aside(row.challenge_id);
    Ok(Standing { custodian: act.actor.keeps(challenge.id, bid.round), conflicted, assigned, ..Standing::default() }.tie())
}

fn shown(act: &Act<'_>, row: ReviewRow, tie: Tie) -> Shown<ReviewRow> {
    Shown { allowed: act.allowed(&row, tie), record: row }
}

pub(super) fn about(row: &ReviewRow, challenge: &ChallengeRow) -> About {
    About {
        author: Some(challenge.created_by),
        expert: Some(row.expert_id),
        facts: Facts {
            challenge: challenge.title.clone(),
            code: challenge.code.clone(),
            round: challenge.round,
            path: format!("/reviews/{}", row.id),
            ..Facts::default()
        },
        ..About::default()
    }
}

/// Asks an expert to review a bid.
///
/// # Errors
/// Denied; not the time for it; no active expert, one with an interest, or one who was asked before.
pub fn assign(act: &mut Act<'_>, id: BidId, input: AssignReview) -> Result<Done<Shown<ReviewRow>>, AppError> {
    let bid = bid_cases::load(act, id)?;
    let step = act.step(Action::ReviewAssign, &bid.row, bid.object())?;
    challenge_stands_at(&bid.challenge, ChallengeStage::Reviewing)?;
    if input.due_at <= act.now {
        return Err(Faults::from(Fault::new("in_the_past", "应晚于现在", "must be in the future").at("due_at")).into());
    }
    check_expert(act, &bid, input)?;
    let phase = schemes::phase(&bid.challenge, &schemes::of(act, &bid.challenge)?);
    let row = seat(act, &bid.row, phase, input.expert_id, input.due_at)?;
    let mut about = about(&row, &bid.challenge);
    about.facts.at = input.due_at.in_beijing();
    let tie = tie(act, &row);
    Ok(act.record_on(step, Object::record(&row, tie), about)?.with(shown(act, row, tie)))
}

/// Asks an expert for a review of a bid.
///
/// # Errors
/// The expert was asked before.
pub(super) fn seat(act: &mut Act<'_>, bid: &BidRow, phase: Phase, expert: UserId, due_at: Timestamp) -> Result<ReviewRow, AppError> {
    let row = ReviewRow {
        id: ReviewId::new(act.now),
        bid_id: bid.id,
        challenge_id: bid.challenge_id,
        expert_id: expert,
        phase,
        stage: ReviewStage::Assigned,
        due_at,
        draft: None,
        scores: None,
        total: None,
        vote: None,
        comment: None,
        submitted_at: None,
        recusal: None,
        reminders: 0,
        created_by: act.user()?,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    let duplicate = |error| match taken("expert_id")(error) {
        AppError::Duplicate(_) => Refusal::AlreadyAssigned.into(),
        other => other,
    };
    reviews::insert(act.conn, &row).map_err(duplicate)?;
    Ok(row)
}

/// Whoever is asked is an active expert without an interest in the round.
fn check_expert(act: &mut Act<'_>, bid: &Loaded, input: AssignReview) -> Result<(), AppError> {
    let expert = users::find(act.conn, input.expert_id)?.filter(|user| user.status == UserStatus::Active);
    let Some(expert) = expert else { return Err(Refusal::NotAnExpert.into()) };
    if !users::roles(act.conn, expert.id)?.contains(&Role::Expert) {
        return Err(Refusal::NotAnExpert.into());
    }
    draws::admits(act, &bid.challenge, expert.id)?;
    if interests::any(act, &bid.challenge, bid.row.round, expert.id)? { Err(Refusal::ConflictOfInterest.into()) } else { Ok(()) }
}

/// A review with the bid's challenge, locked for writing.
fn load(act: &mut Act<'_>, id: ReviewId) -> Result<(ReviewRow, Loaded), AppError> {
    let found = reviews::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let bid = bid_cases::load(act, found.bid_id)?;
    let row = reviews::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, bid))
}

/// Declares that there is no conflict of interest, before the bid is opened to the expert.
///
/// # Errors
/// Denied, stale, declared already; a conflict, with which one declines instead.
pub fn declare(act: &mut Act<'_>, id: ReviewId, input: &Declaration) -> Result<Done<Shown<ReviewRow>>, AppError> {
    let (row, bid) = load(act, id)?;
    let tie = standing(act, &row, &bid.row, &bid.challenge)?;
    let step = act.step(Action::ReviewDeclare, &row, Object::record(&row, tie))?;
    challenge_stands_at(&bid.challenge, ChallengeStage::Reviewing)?;
    if !input.no_conflict {
        return Err(Refusal::InterestNotDeclared.into());
    }
    let row = reviews::advance(act.conn, &row, step.to, act.now)?;
    let mut about = about(&row, &bid.challenge);
    about.facts.name.clone_from(&act.actor.name);
    Ok(act.record(step, about)?.with(shown(act, row, tie)))
}

/// Declines to review, with a conflict of interest or another reason.
///
/// # Errors
/// Denied, stale, submitted already.
pub fn decline(act: &mut Act<'_>, id: ReviewId, input: &DeclineReview) -> Result<Done<Shown<ReviewRow>>, AppError> {
    let (row, bid) = load(act, id)?;
    let tie = standing(act, &row, &bid.row, &bid.challenge)?;
    let step = act.step(Action::ReviewDecline, &row, Object::record(&row, tie))?;
    let row = reviews::end(act.conn, &row, step.to, input.conflict.then_some(Ground::Declared), act.now)?;
    let mut about = about(&row, &bid.challenge);
    about.facts.name.clone_from(&act.actor.name);
    about.facts.reason = input.reason.to_string();
    about.detail = format!("conflict: {}; {}", input.conflict, input.reason);
    let recorded = act.record(step, about)?;
    if input.conflict {
        recusals::declared(act, &bid.challenge, row.expert_id, input.reason.as_str())?;
    }
    complete_panel(act, &bid.challenge)?;
    Ok(recorded.with(shown(act, row, tie)))
}

/// Keeps a sheet on its way 暂存: seen by its expert alone, and never counted.
///
/// # Errors
/// Denied, stale, not declared yet or submitted already, not the time for it.
pub fn save(act: &mut Act<'_>, id: ReviewId, input: &DraftSheet) -> Result<Done<Shown<ReviewRow>>, AppError> {
    let (row, bid) = load(act, id)?;
    let tie = standing(act, &row, &bid.row, &bid.challenge)?;
    let step = act.step(Action::ReviewSave, &row, Object::record(&row, tie))?;
    challenge_stands_at(&bid.challenge, ChallengeStage::Reviewing)?;
    let row = reviews::save(act.conn, &row, step.to, input, act.now)?;
    Ok(act.record(step, About::default())?.with(shown(act, row, tie)))
}

/// Submits a score sheet. It cannot be changed afterwards.
///
/// # Errors
/// Denied, stale, not declared yet or submitted already, not the time for it; everything wrong with the sheet under the scheme.
pub fn submit(act: &mut Act<'_>, id: ReviewId, input: &ScoreSheet) -> Result<Done<Shown<ReviewRow>>, AppError> {
    let (row, bid) = load(act, id)?;
    let tie = standing(act, &row, &bid.row, &bid.challenge)?;
    let step = act.step(Action::ReviewSubmit, &row, Object::record(&row, tie))?;
    challenge_stands_at(&bid.challenge, ChallengeStage::Reviewing)?;
    let scheme = schemes::of(act, &bid.challenge)?;
    input.check(&scheme)?;
    let row = reviews::submit(act.conn, &row, step.to, (input, input.total(&scheme)), act.now)?;
    let recorded = act.record(step, about(&row, &bid.challenge))?;
    scores::compute(act, row.bid_id, &scheme)?;
    complete_panel(act, &bid.challenge)?;
    Ok(recorded.with(shown(act, row, tie)))
}

/// Whether reviews of the present phase are still missing.
///
/// # Errors
/// The database does not answer.
pub(super) fn wait(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<bool, AppError> {
    let scheme = schemes::of(act, challenge)?;
    let present = schemes::phase(challenge, &scheme);
    Ok(challenge.stage == ChallengeStage::Reviewing && phases::phase_is_in(act, challenge, &scheme, present).is_err())
}

/// Ends the open reviews of a bid that is no longer in the round. Sheets that were submitted stay on record.
///
/// # Errors
/// The database does not answer.
pub(super) fn release(act: &mut Act<'_>, challenge: &ChallengeRow, bid: BidId) -> Result<(), AppError> {
    for review in reviews::of_bid(act.conn, bid)? {
        if review.stage.outcomes(Action::ReviewRelease).is_empty() {
            continue;
        }
        let step = act.follow(Action::ReviewRelease, &review, None)?;
        let row = reviews::end(act.conn, &review, step.to, None, act.now)?;
        let _recorded = act.record(step, about(&row, challenge))?;
    }
    Ok(())
}

/// Tells the officer when the last review of a phase is in.
pub(super) fn complete_panel(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(), AppError> {
    let scheme = schemes::of(act, challenge)?;
    if phases::phase_is_in(act, challenge, &scheme, schemes::phase(challenge, &scheme)).is_err() {
        return Ok(());
    }
    let about = crate::app::challenges::about(challenge);
    let object = Object::record(challenge, Tie::Stranger);
    let permit = act.own(Action::ReviewComplete)?;
    let _recorded = act.record_plain(permit, object, about)?;
    Ok(())
}

/// Whether the round of a bid is under review: before and after, its experts read nothing of it.
pub(super) fn is_under_review(bid: &BidRow, challenge: &ChallengeRow) -> bool {
    challenge.stage == ChallengeStage::Reviewing && bid.round == challenge.round && !GONE.contains(&bid.stage)
}

/// A review with what its expert needs for it.
#[derive(Debug)]
pub struct Detail {
    /// The review.
    pub shown: Shown<ReviewRow>,
    /// The bid, once no conflict was declared.
    pub bid: Option<BidInput>,
    /// Every organisation that leads a bid of the round or is a partner in one, by name: what is asked about is declared on them.
    pub organizations: Option<Vec<String>>,
    /// The sheet on its way.
    pub draft: Option<DraftSheet>,
}

/// Shows a review; to its expert, once no conflict was declared, with the bid as it was submitted.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: ReviewId) -> Result<Seen<Detail>, AppError> {
    let row = reviews::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let bid = bids::find(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    let challenge = challenges::find(act.conn, row.challenge_id)?.ok_or(AppError::NotFound)?;
    let tie = standing(act, &row, &bid, &challenge)?;
    let permit = act.permit(Action::ReviewRead, &Object::record(&row, tie))?;
    let readable = tie == Tie::Assigned && READS_THE_BID.contains(&row.stage) && is_under_review(&bid, &challenge);
    let content = if readable { content::submitted(act, &bid)? } else { Submitted::NotYet };
    let content = match content {
        Submitted::Content(content) if schemes::of(act, &challenge)?.blind => Some(content.bid.for_experts().without_names()),
        Submitted::Content(content) => Some(content.bid.for_experts()),
        Submitted::NotYet | Submitted::Flawed(_) => None,
    };
    let own = tie == Tie::Assigned && is_under_review(&bid, &challenge);
    let organizations = if own { Some(interests::organizations(act, &challenge, bid.round)?) } else { None };
    let draft = row.draft.as_ref().filter(|_| own).map(Json::read).transpose()?;
    let row = told(act, vec![row])?.pop().ok_or(AppError::NotFound)?;
    Ok(Seen::by(permit, Detail { shown: shown(act, row, tie), bid: content, organizations, draft }))
}

/// The reviews as the caller may see them: of another's sheet nothing, as long as its phase is not in.
fn told(act: &mut Act<'_>, mut rows: Vec<ReviewRow>) -> Result<Vec<ReviewRow>, AppError> {
    let others: BTreeSet<ChallengeId> =
        rows.iter().filter(|row| row.scores.is_some() && !act.actor.is(row.expert_id)).map(|row| row.challenge_id).collect();
    for id in others {
        let challenge = challenges::find(act.conn, id)?.ok_or(AppError::NotFound)?;
        let scheme = schemes::of(act, &challenge)?;
        let Some(open) = scores::not_in_yet(act, &challenge, &scheme) else { continue };
        let hidden = |row: &&mut ReviewRow| row.challenge_id == id && row.phase >= open && !act.actor.is(row.expert_id);
        for row in rows.iter_mut().filter(hidden) {
            (row.scores, row.total, row.vote, row.comment) = (None, None, None, None);
        }
    }
    Ok(rows)
}

/// Lists reviews: an expert's own, or those that staff may read.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, filter: &ReviewFilter, page: &Page) -> Result<Seen<Vec<Shown<ReviewRow>>>, AppError> {
    let (permit, scope) = act.scope(Action::ReviewRead, Kind::Review)?;
    let user = act.user()?;
    let rows = reviews::list(act.conn, scope, user, filter, page)?;
    let rows = told(act, rows)?;
    let shown = rows.into_iter().map(|row| {
        let tie = tie(act, &row);
        shown(act, row, tie)
    });
    let shown = shown.collect();
    Ok(Seen::by(permit, shown))
}
