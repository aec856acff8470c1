//! Bids 揭榜申请: drafting and reading behind the seal. Submission and judging have files of their own.

mod checklist;
pub mod content;
pub(in crate::app) mod eligibility;
pub mod examination;
pub mod judging;
pub mod leaving;
pub mod members;
pub mod opening;
pub(in crate::app) mod reconfirmation;
pub mod submission;
pub(in crate::app) mod vanishing;

use crate::app::act::{About, Act, Done, Known, Object, Record, Seen, Shown};
use crate::app::bids::content::Submitted;
use crate::app::error::{AppError, taken};
use crate::app::reviews::is_under_review;
use crate::app::{challenges, files, interests, organizations, partnerships, schemes};
use crate::domain::bid::{BidStage, sealed};
use crate::domain::file::FileNote;
use crate::domain::id::{BidId, ChallengeId};
use crate::domain::member::{Access, Member};
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Permit, Role, Standing, Tie};
use crate::domain::proposal::BidInput;
use crate::domain::refusal::Refusal;
use crate::domain::seal::Flaw;
use crate::domain::workflow::Stage;
use crate::store::bids::{self, Viewer};
use crate::store::challenges::ChallengeRow;
use crate::store::dialect::Locked;
use crate::store::exits;
use crate::store::partnerships::{self as partnership_rows, PartnershipRow};
use crate::store::{Page, members as member_rows, reviews};

pub use crate::store::bids::{BidFilter, BidRow};
pub use crate::store::exits::ExitRow;

impl Record for BidRow {
    type Stage = BidStage;
    const KIND: Kind = Kind::Bid;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> BidStage {
        self.stage
    }
    fn seal(&self) -> Option<(ChallengeId, i32)> {
        Some((self.challenge_id, self.round))
    }
}

/// How the caller stands to a bid: of its lead organisation, or of a division or organisation that must step aside.
fn standing(act: &mut Act<'_>, row: &BidRow, challenge: &ChallengeRow) -> Result<Standing, AppError> {
    let rights = member_rows::in_use_of(act.conn, row.id)?;
    let assigned = match act.actor.user {
        Some(user) if act.actor.roles.contains(&Role::Expert) && is_under_review(row, challenge) => {
            // Where experts are not to know whose a bid is, they read it with their review alone.
            reviews::is_assigned(act.conn, row.id, user)?
                && !schemes::of(act, challenge)?.blind
                && !interests::any(act, challenge, row.round, user)?
        }
        _ => false,
    };
    let conflicted = act.actor.is_recused(challenge.id)
        || examines_own_division(act, challenge.division.as_deref())
        || !examines_own_part(act, &[row.id])?.is_empty();
    Ok(Standing {
        conflicted,
        author: row.examined_by.is_some_and(|user| act.actor.is(user)),
        assigned,
        ..members::standing(&act.actor, row, &rights)
    })
}

/// Examiners do not come from the division that owns the challenge.
fn examines_own_division(act: &Act<'_>, division: Option<&str>) -> bool {
    act.actor.roles.contains(&Role::Examiner) && division.is_some() && act.actor.division.as_deref() == division
}

/// Nor from an organisation that has a part in the bid: those of `ids` in which the examiner's has.
fn examines_own_part(act: &mut Act<'_>, ids: &[BidId]) -> Result<Vec<BidId>, AppError> {
    match act.actor.organization {
        Some(own) if act.actor.roles.contains(&Role::Examiner) => Ok(partnership_rows::with_part(act.conn, ids, own)?),
        _ => Ok(Vec::new()),
    }
}

/// The bid as an object: sealed, it is known to its party alone.
fn object(row: &BidRow, challenge: &ChallengeRow, tie: Tie) -> Object {
    let known = if sealed(row.stage, row.round, challenge.opened_round) { Known::PartyOnly } else { Known::ByRule };
    Object::record(row, tie).known(known)
}

/// A bid with its challenge and how the caller stands to it.
pub(in crate::app) struct Loaded {
    pub row: BidRow,
    pub challenge: ChallengeRow,
    pub tie: Tie,
}

/// Reads a bid without locking it.
pub(in crate::app) fn found(act: &mut Act<'_>, id: BidId) -> Result<Loaded, AppError> {
    let (row, challenge) = bids::with_challenge(act.conn, id)?.ok_or(AppError::NotFound)?;
    loaded(act, row, challenge)
}

impl Loaded {
    pub(in crate::app) fn object(&self) -> Object {
        object(&self.row, &self.challenge, self.tie)
    }

    pub(in crate::app) fn shown(&self, act: &Act<'_>, row: BidRow) -> Shown<BidRow> {
        Shown { allowed: act.allowed(&row, self.tie), record: row }
    }
}

/// Reads a bid for writing: its challenge is locked first, then the bid is read.
pub(in crate::app) fn load(act: &mut Act<'_>, id: BidId) -> Result<Loaded, AppError> {
    act.lock(Locked::ChallengeOfBid, id.as_str())?;
    let (row, challenge) = bids::with_challenge(act.conn, id)?.ok_or(AppError::NotFound)?;
    loaded(act, row, challenge)
}

fn loaded(act: &mut Act<'_>, row: BidRow, challenge: ChallengeRow) -> Result<Loaded, AppError> {
    let tie = standing(act, &row, &challenge)?.tie();
    Ok(Loaded { row, challenge, tie })
}

/// Whom a bid concerns: its own team and the officer in charge. Never another bidder.
pub(in crate::app) fn about(row: &BidRow, challenge: &ChallengeRow) -> About {
    About {
        team: Some(row.lead_org_id),
        author: Some(challenge.created_by),
        facts: Facts {
            challenge: challenge.title.clone(),
            code: challenge.code.clone(),
            round: row.round,
            path: format!("/bids/{}", row.id),
            ..Facts::default()
        },
        ..About::default()
    }
}

/// Drafts a bid for the caller's organisation on an open challenge.
///
/// # Errors
/// Denied (also to the sponsor of the challenge); not open; an organisation that may not lead; a live bid exists.
pub fn create(act: &mut Act<'_>, id: ChallengeId, input: &BidInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let challenge = challenges::load(act, id)?;
    // Whoever may not know of the challenge is not told at which stage it stands.
    let _seen = act.permit(challenges::reading(&challenge), &challenges::object(act, &challenge))?;
    let step = submission::or_suspended(&challenge, act.step(Action::BidCreate, &challenge, challenges::object(act, &challenge)))?;
    submission::within_window(act, &challenge)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let organization = organizations::verified(act, own)?;
    if !organization.kind.may_lead_a_bid() {
        return Err(Refusal::LeadNotLegalPerson.into());
    }
    let row = BidRow {
        id: BidId::new(act.now),
        challenge_id: challenge.id,
        round: challenge.round,
        lead_org_id: own,
        stage: BidStage::Draft,
        submission: 0,
        received_at: None,
        digest: None,
        examined_by: None,
        examination: None,
        panel_score: None,
        award_fen: None,
        reserve_order: None,
        created_by: act.user()?,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    let input = eligibility::resolved(act, input)?;
    let draft = vanishing::draft(act, &row, &input)?;
    bids::insert(act.conn, &row, &draft).map_err(one_live_bid)?;
    member_rows::replace(act.conn, row.id, &[Member { user_id: row.created_by, access: Access::Submit }])?;
    partnerships::sync(act, &row, &challenge, &input)?;
    // The permit was for the challenge; what is remembered is the new bid, under its seal.
    let recorded = act.record_on(step, Object::record(&row, Tie::Submitter), about(&row, &challenge))?;
    Ok(recorded.with(Shown { allowed: act.allowed(&row, Tie::Submitter), record: row }))
}

/// Reads a unique violation as the rule that it stands for.
pub(super) fn one_live_bid(error: crate::store::diesel_error::Error) -> AppError {
    match taken("bid")(error) {
        AppError::Duplicate(_) => Refusal::LiveBidExists.into(),
        other => other,
    }
}

/// Replaces the working copy of a bid. What was submitted stays as it was received until it is resubmitted.
///
/// # Errors
/// Denied, stale, not to be edited any more, past the deadline.
pub fn edit(act: &mut Act<'_>, id: BidId, input: &BidInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step(Action::BidEdit, &bid.row, bid.object())?;
    submission::within_round(act, &bid)?;
    let input = eligibility::resolved(act, input)?;
    let draft = vanishing::draft(act, &bid.row, &input)?;
    let row = bids::edit(act.conn, &bid.row, &draft, act.now)?;
    partnerships::sync(act, &row, &bid.challenge, &input)?;
    Ok(act.record(step, about(&row, &bid.challenge))?.with(bid.shown(act, row)))
}

/// A bid with its challenge, and the permit to read something of it.
///
/// # Errors
/// Not there, or not for the caller to know.
pub(super) fn permitted(act: &mut Act<'_>, id: BidId, action: Action) -> Result<(Permit, BidRow, ChallengeRow), AppError> {
    let (row, challenge) = bids::with_challenge(act.conn, id)?.ok_or(AppError::NotFound)?;
    let tie = standing(act, &row, &challenge)?.tie();
    Ok((act.permit(action, &object(&row, &challenge, tie))?, row, challenge))
}

/// A bid with what it holds.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The bid.
    pub shown: Shown<BidRow>,
    /// Its content; none where it is not opened yet, or could not be.
    pub content: Option<BidInput>,
    /// Its files: the working copy's, or those of the submission that was opened.
    pub files: Vec<FileNote>,
    /// Why it could not be opened.
    pub flaw: Option<Flaw>,
    /// The letter with which its team left: for the team and those who judge.
    pub exit: Option<ExitRow>,
    /// Who may edit and submit it: for its own team only.
    pub members: Option<Vec<Member>>,
    /// The partners that it asks, and what they answered.
    pub partnerships: Vec<PartnershipRow>,
}

/// Shows a bid: to its own team the working copy, if there is one; to everyone else what was submitted, once it is opened.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: BidId) -> Result<Seen<Detail>, AppError> {
    let (row, challenge) = bids::with_challenge(act.conn, id)?.ok_or(AppError::NotFound)?;
    let tie = standing(act, &row, &challenge)?.tie();
    let permit = act.permit(Action::BidRead, &object(&row, &challenge, tie))?;
    let files = files::shown(act, &row, tie)?;
    let partnerships = partnership_rows::of_bid(act.conn, id)?;
    let draft = if tie.of_party() { bids::draft(act.conn, id)? } else { Vec::new() };
    let (content, flaw) = match vanishing::drafted(act, &row, &draft)? {
        Some(text) => (Some(content::read(&text)?), None),
        None => match content::submitted(act, &row)? {
            Submitted::NotYet => (None, None),
            Submitted::Flawed(flaw) => (None, Some(flaw)),
            Submitted::Content(content) if tie == Tie::Assigned => (Some(content.bid.for_experts()), None),
            Submitted::Content(content) => (Some(content.bid), None),
        },
    };
    let members = if tie.of_party() { Some(member_rows::of_bid(act.conn, id)?) } else { None };
    let exit = if tie == Tie::Assigned { None } else { exits::find(act.conn, id)? };
    let shown = Shown { allowed: act.allowed(&row, tie), record: row };
    Ok(Seen::by(permit, Detail { shown, content, files, flaw, exit, members, partnerships }))
}

/// Lists bids: one's own, and the opened ones that one may read.
///
/// # Errors
/// Denied to those who never may read any.
pub fn list(act: &mut Act<'_>, filter: &BidFilter, page: &Page) -> Result<Seen<Vec<Shown<BidRow>>>, AppError> {
    let (permit, scope) = act.scope(Action::BidRead, Kind::Bid)?;
    let user = act.user()?;
    let barred = if scope.assigned && !scope.all { interests::barred(act, user)? } else { Vec::new() };
    let viewer = Viewer { user, organization: act.actor.organization.ok_or(AppError::Unauthenticated(None))?, scope, barred };
    let rows = bids::list(act.conn, viewer, filter, page)?;
    let ids: Vec<BidId> = rows.iter().map(|(row, _)| row.id).collect();
    let rights = member_rows::in_use(act.conn, &ids)?;
    let own = examines_own_part(act, &ids)?;
    let shown = rows.into_iter().map(|(row, division)| {
        let standing = Standing {
            conflicted: act.actor.is_recused(row.challenge_id) || examines_own_division(act, division.as_deref()) || own.contains(&row.id),
            author: row.examined_by.is_some_and(|user| act.actor.is(user)),
            assigned: scope.assigned && !scope.all,
            ..members::standing(&act.actor, &row, &rights)
        };
        let tie = standing.tie();
        Shown { allowed: act.allowed(&row, tie), record: row }
    });
    let shown = shown.collect();
    Ok(Seen::by(permit, shown))
}

/// Declines every bid of a round that is still before the department: the round ended without them.
pub(super) fn decline_rest(act: &mut Act<'_>, challenge: &ChallengeRow, reason: &str) -> Result<(), AppError> {
    end_rest(act, challenge, Action::BidDecline, reason)
}

/// Gives every bid of a round that could not be opened back to its team: it stays sealed for ever.
pub(super) fn lapse_all(act: &mut Act<'_>, challenge: &ChallengeRow, reason: &str) -> Result<(), AppError> {
    end_rest(act, challenge, Action::BidHandBack, reason)
}

/// Declines one bid: it goes no further.
pub(super) fn decline(act: &mut Act<'_>, challenge: &ChallengeRow, row: &BidRow, reason: &str) -> Result<(), AppError> {
    end(act, challenge, row, Action::BidDecline, reason)
}

fn end(act: &mut Act<'_>, challenge: &ChallengeRow, row: &BidRow, action: Action, reason: &str) -> Result<(), AppError> {
    let step = act.follow(action, row, None)?;
    let row = bids::advance(act.conn, row, step.to, act.now)?;
    let mut about = about(&row, challenge);
    reason.clone_into(&mut about.facts.reason);
    let _recorded = act.record(step, about)?;
    Ok(())
}

fn end_rest(act: &mut Act<'_>, challenge: &ChallengeRow, action: Action, reason: &str) -> Result<(), AppError> {
    // One that left a round which nobody can open is as the others: sealed for ever, and its team's own.
    let still = [
        BidStage::Submitted,
        BidStage::InCorrection,
        BidStage::Doubted,
        BidStage::InAppeal,
        BidStage::Eligible,
        BidStage::Shortlisted,
        BidStage::Left,
    ];
    for row in bids::of_round(act.conn, challenge.id, challenge.round, &still)? {
        if !row.stage.outcomes(action).is_empty() {
            end(act, challenge, &row, action, reason)?;
        }
    }
    Ok(())
}
