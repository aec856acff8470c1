//! Projects 项目: opened by an award, planned, signed by all parties, followed by a commissioner, accepted.

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::{AppError, taken};
use crate::app::{bids as bid_cases, interests, payments as payment_cases};
use crate::domain::assignment::rotation_due;
use crate::domain::decision::DAYS_TO_SIGN;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{MilestoneId, PaymentId, ProjectId};
use crate::domain::milestone::{MilestoneStage, NodeIndicator};
use crate::domain::money::Fen;
use crate::domain::notice::Facts;
use crate::domain::payment::PaymentStage;
use crate::domain::policy::{Action, Kind, Role, Standing, Tie};
use crate::domain::project::{
    AcceptanceInput, AssignInput, Conclusion, ConclusionInput, Gate, PlanFrame, PlanInput, ProjectStage, SignInput, SigningParty,
};
use crate::domain::refusal::Refusal;
use crate::domain::time::{Date, Timestamp};
use crate::domain::user::UserStatus;
use crate::domain::workflow::Stage;
use crate::store::bids::{self, BidRow};
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::dialect::Locked;
use crate::store::milestones::{self, MilestoneRow};
use crate::store::payments::{self, PaymentRow};
use crate::store::projects;
use crate::store::{Json, Page, people, users};

pub use crate::store::projects::{ProjectFilter, ProjectRow, SignatureRow};

impl Record for ProjectRow {
    type Stage = ProjectStage;
    const KIND: Kind = Kind::Project;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> ProjectStage {
        self.stage
    }
}

/// How the caller stands to a project: its commissioner (or one before, who approves nothing there), or of its team's or
/// sponsor's organisation.
pub(super) fn standing(act: &Act<'_>, row: &ProjectRow) -> Standing {
    let assigned = row.commissioner_id.is_some_and(|user| act.actor.is(user));
    let party = act.actor.belongs_to(row.lead_org_id) || row.sponsor_id.is_some_and(|sponsor| act.actor.belongs_to(sponsor));
    Standing {
        conflicted: act.actor.must_step_aside(row.challenge_id) || (act.actor.has_followed(row.id) && !assigned),
        assigned,
        party,
        ..Standing::default()
    }
}

/// As [`standing`], for what only the team does: the sponsor's people are no party to that.
pub(super) fn team_standing(act: &Act<'_>, row: &ProjectRow) -> Standing {
    Standing { party: act.actor.belongs_to(row.lead_org_id), ..standing(act, row) }
}

fn object(act: &Act<'_>, row: &ProjectRow) -> Object {
    Object::record(row, standing(act, row).tie())
}

/// Whom a project concerns.
pub(super) fn about(row: &ProjectRow) -> About {
    About {
        author: Some(row.author_id),
        team: Some(row.lead_org_id),
        sponsor: row.sponsor_id,
        commissioner: row.commissioner_id,
        facts: Facts {
            challenge: row.title.clone(),
            code: row.code.clone(),
            from: row.starts_on.to_string(),
            until: row.ends_on.to_string(),
            amount_wan: row.award_fen.in_wan(),
            path: format!("/projects/{}", row.id),
            ..Facts::default()
        },
        ..About::default()
    }
}

/// Reads a project for writing: locked until the transaction ends.
pub(super) fn load(act: &mut Act<'_>, id: ProjectId) -> Result<ProjectRow, AppError> {
    act.lock(Locked::Project, id.as_str())?;
    projects::find(act.conn, id)?.ok_or(AppError::NotFound)
}

pub(super) fn shown(act: &Act<'_>, row: ProjectRow) -> Shown<ProjectRow> {
    Shown { allowed: act.allowed(&row, standing(act, &row).tie()), record: row }
}

/// The last day to sign after an award at `now`.
pub(super) fn sign_by(now: Timestamp) -> Date {
    now.date().plus_days(DAYS_TO_SIGN)
}

/// Makes a project of an awarded bid, to be signed by all parties.
pub(super) fn open(act: &mut Act<'_>, challenge: &ChallengeRow, bid: &BidRow, number: i32) -> Result<(), AppError> {
    let step = act.follow(Action::BidAward, bid, None)?;
    let bid = bids::advance(act.conn, bid, step.to, act.now)?;
    let content = challenge_rows::content(act.conn, challenge.id)?;
    let months = chrono::Months::new(u32::try_from(content.duration_months.0).unwrap_or_default());
    let starts_on = act.now.date();
    let row = ProjectRow {
        id: ProjectId::new(act.now),
        challenge_id: challenge.id,
        bid_id: bid.id,
        code: format!("{}-P{number}", challenge.code),
        title: challenge.title.clone(),
        lead_org_id: bid.lead_org_id,
        sponsor_id: challenge.sponsor_id,
        stage: ProjectStage::Signing,
        award_fen: bid.award_fen.unwrap_or(Fen::ZERO),
        starts_on,
        ends_on: starts_on.0.checked_add_months(months).map_or(starts_on, Date),
        sign_by: sign_by(act.now),
        author_id: challenge.created_by,
        commissioner_id: None,
        planned_by: None,
        self_evaluation: None,
        opinion: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    projects::insert(act.conn, &row)?;
    let promised = bid_cases::content::required(act, &bid)?;
    let demands = challenge_rows::demands(act.conn, challenge.id)?;
    people::insert(act.conn, row.id, &bid_cases::eligibility::bound_by(&demands, &promised))?;
    let mut about = bid_cases::about(&bid, challenge);
    about.facts.code.clone_from(&row.code);
    about.facts.amount_wan = row.award_fen.in_wan();
    about.facts.until = row.sign_by.to_string();
    about.detail = format!("project {} award_fen {}", row.code, row.award_fen.0);
    let _recorded = act.record(step, about)?;
    Ok(())
}

/// Sets the plan of milestones and payments, in place of one that was set before. Signatures given so far are void.
///
/// # Errors
/// Denied, stale, signed by all already; everything wrong with the plan.
pub fn plan(act: &mut Act<'_>, id: ProjectId, input: &PlanInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ProjectPlan, &row, object(act, &row))?;
    let challenge = challenge_rows::content(act.conn, row.challenge_id)?;
    let bid_row = bids::find(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    let bid = bid_cases::content::required(act, &bid_row)?;
    let frame = PlanFrame { starts_on: row.starts_on, ends_on: row.ends_on, award_fen: row.award_fen, challenge: &challenge, bid: &bid };
    input.check(frame)?;
    payments::clear(act.conn, id)?;
    milestones::clear(act.conn, id)?;
    projects::void_signatures(act.conn, id)?;
    let nodes = plan_milestones(act, id, input, frame)?;
    plan_payments(act, id, input, &nodes)?;
    let row = projects::plan(act.conn, &row, step.to, act.user()?, act.now)?;
    Ok(act.record(step, about(&row))?.with(shown(act, row)))
}

fn plan_milestones(act: &mut Act<'_>, id: ProjectId, input: &PlanInput, frame: PlanFrame<'_>) -> Result<Vec<MilestoneId>, AppError> {
    let mut ids = Vec::with_capacity(input.milestones.len());
    for (planned, number) in input.milestones.iter().zip(1..) {
        let mut nodes = Vec::with_capacity(planned.indicators.len());
        for value in &planned.indicators {
            let asked = frame.challenge.indicators.iter().find(|asked| asked.code == value.code).ok_or(AppError::NotFound)?;
            let mut indicator = asked.clone();
            indicator.target = value.value;
            nodes.push(NodeIndicator { indicator, actual: None, evidence: None });
        }
        let row = MilestoneRow {
            id: MilestoneId::new(act.now),
            project_id: id,
            number,
            name: planned.name.to_string(),
            due_on: planned.due_on,
            weight_bps: i32::try_from(planned.weight_bps.0).unwrap_or_default(),
            stage: MilestoneStage::Planned,
            indicators: Json::of(&nodes)?,
            summary: None,
            opinion: None,
            submitted_at: None,
            rectify_by: None,
            version: 1,
            created_at: act.now,
            updated_at: act.now,
        };
        milestones::insert(act.conn, &row)?;
        ids.push(row.id);
    }
    Ok(ids)
}

fn plan_payments(act: &mut Act<'_>, id: ProjectId, input: &PlanInput, nodes: &[MilestoneId]) -> Result<(), AppError> {
    for (planned, number) in input.payments.iter().zip(1..) {
        let node = planned.milestone.and_then(|number| usize::try_from(number.0.saturating_sub(1)).ok());
        let row = PaymentRow {
            id: PaymentId::new(act.now),
            project_id: id,
            number,
            gate: planned.gate,
            milestone_id: node.and_then(|index| nodes.get(index).copied()),
            amount_fen: planned.amount_fen,
            stage: PaymentStage::Locked,
            requested_by: None,
            checked_by: None,
            approved_by: None,
            paid_by: None,
            voucher_no: None,
            paid_on: None,
            version: 1,
            created_at: act.now,
            updated_at: act.now,
        };
        payments::insert(act.conn, &row)?;
    }
    Ok(())
}

/// Signs the commitment for one party. With the last signature the project becomes active and its first money due.
///
/// # Errors
/// Denied, stale, active already; not a party, signed before, no pledge, no plan yet.
pub fn sign(act: &mut Act<'_>, id: ProjectId, input: &SignInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let action = if input.party == SigningParty::Department { Action::ProjectCountersign } else { Action::ProjectSign };
    let step = act.step(action, &row, sign_object(act, &row, input.party))?;
    if act.in_time()? >= row.sign_by.ends_at() {
        return Err(Refusal::SigningOver.into());
    }
    if !input.pledge {
        let fault = Fault::new("not_affirmed", "须确认军令状承诺", "the pledge must be affirmed");
        return Err(Faults::from(fault.at("pledge")).into());
    }
    if input.party == SigningParty::Sponsor && row.sponsor_id.is_none() {
        return Err(Refusal::NotAParty.into());
    }
    if milestones::of_project(act.conn, id)?.is_empty() {
        return Err(Refusal::PlanMissing.into());
    }
    let signature = SignatureRow { project_id: id, party: input.party, user_id: act.user()?, signed_at: act.now };
    projects::sign(act.conn, &signature).map_err(|error| match taken("party")(error) {
        AppError::Duplicate(_) => Refusal::AlreadySigned.into(),
        other => other,
    })?;
    let row = projects::advance(act.conn, &row, step.to, act.now)?;
    let about = About { detail: format!("party {}", input.party), ..about(&row) };
    let recorded = act.record(step, about)?;
    let parties = if row.sponsor_id.is_some() { 3 } else { 2 };
    let row = if projects::signatures(act.conn, id)?.len() == parties { activate(act, &row)? } else { row };
    Ok(recorded.with(shown(act, row)))
}

/// Who may sign for a party: the team's people of its own organisation, the sponsor's of theirs, and for the department
/// whoever has no tie to the project and did not write its plan.
fn sign_object(act: &Act<'_>, row: &ProjectRow, party: SigningParty) -> Object {
    let stands = standing(act, row);
    if party == SigningParty::Department {
        let author = row.planned_by.is_some_and(|user| act.actor.is(user));
        return Object::record(row, Standing { conflicted: stands.conflicted || stands.party, author, ..stands }.tie())
            .read_as(tie(act, row));
    }
    let belongs = match party {
        SigningParty::Department => false,
        SigningParty::Team => act.actor.belongs_to(row.lead_org_id) && act.actor.roles.contains(&Role::Team),
        SigningParty::Sponsor => {
            row.sponsor_id.is_some_and(|sponsor| act.actor.belongs_to(sponsor)) && act.actor.roles.contains(&Role::Sponsor)
        }
    };
    Object::record(row, Standing { party: belongs, ..stands }.tie()).read_as(tie(act, row))
}

fn activate(act: &mut Act<'_>, row: &ProjectRow) -> Result<ProjectRow, AppError> {
    let step = act.follow(Action::ProjectActivate, row, None)?;
    let row = projects::advance(act.conn, row, step.to, act.now)?;
    let _recorded = act.record(step, about(&row))?;
    let bid = bids::find(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    let signed = act.follow(Action::BidSign, &bid, None)?;
    bids::advance(act.conn, &bid, signed.to, act.now)?;
    let _recorded = act.record(signed, About::default())?;
    payment_cases::unlock(act, &row, |payment| payment.gate == Gate::Signing)?;
    Ok(row)
}

/// Assigns a commissioner, in place of the one before.
///
/// # Errors
/// Denied, stale, ended; no active commissioner, one with an interest, or the present one.
pub fn assign(act: &mut Act<'_>, id: ProjectId, input: &AssignInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step(Action::ProjectAssign, &row, object(act, &row))?;
    let user = users::find(act.conn, input.commissioner_id)?.filter(|user| user.status == UserStatus::Active);
    let Some(user) = user else { return Err(Refusal::NotACommissioner.into()) };
    if !users::roles(act.conn, user.id)?.contains(&Role::Commissioner) {
        return Err(Refusal::NotACommissioner.into());
    }
    let (bid, challenge) = bids::with_challenge(act.conn, row.bid_id)?.ok_or(AppError::NotFound)?;
    if interests::any(act, &challenge, bid.round, user.id)? {
        return Err(Refusal::ConflictOfInterest.into());
    }
    // The dual-hat guard works both ways (SD6): whoever signed there before does not follow it now.
    if projects::has_signed(act.conn, id, user.id)? {
        return Err(Refusal::ConflictOfInterest.into());
    }
    if row.commissioner_id == Some(user.id) {
        return Err(Refusal::AlreadyAssigned.into());
    }
    if rotation_due(&projects::followed(act.conn, user.id, row.lead_org_id)?, act.now) {
        return Err(Refusal::RotationDue.into());
    }
    let note = input.note.as_ref().map(crate::domain::text::Prose::as_str);
    let row = projects::assign(act.conn, &row, user.id, note, act.now)?;
    let mut about = about(&row);
    about.facts.name = user.name;
    about.detail = format!("commissioner {}", user.id);
    Ok(act.record(step, about)?.with(shown(act, row)))
}

/// Applies for acceptance, when every milestone is concluded.
///
/// # Errors
/// Denied, stale, not active; a milestone is open.
pub fn apply_acceptance(act: &mut Act<'_>, id: ProjectId, input: &AcceptanceInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let step =
        act.step(Action::ProjectApplyAcceptance, &row, Object::record(&row, team_standing(act, &row).tie()).read_as(tie(act, &row)))?;
    if !milestones::of_project(act.conn, id)?.iter().all(|milestone| milestone.stage.ended()) {
        return Err(Refusal::MilestonesOpen.into());
    }
    let row = projects::apply_acceptance(act.conn, &row, step.to, input.self_evaluation.as_str(), act.now)?;
    Ok(act.record(step, about(&row))?.with(shown(act, row)))
}

/// Concludes acceptance. Money that waits for acceptance falls due when the project passes, and is stopped otherwise.
///
/// # Errors
/// Denied (also to the project's commissioner), stale, not in acceptance; a milestone was not met and it shall pass.
pub fn conclude(act: &mut Act<'_>, id: ProjectId, input: &ConclusionInput) -> Result<Done<Shown<ProjectRow>>, AppError> {
    let row = load(act, id)?;
    let step = act.step_to(Action::ProjectConclude, &row, object(act, &row), input.conclusion.stage())?;
    let passes = input.conclusion == Conclusion::Completed;
    let all_met = milestones::of_project(act.conn, id)?.iter().all(|milestone| milestone.stage == MilestoneStage::Met);
    if passes && !all_met {
        return Err(Refusal::MilestonesNotMet.into());
    }
    let row = projects::conclude(act.conn, &row, step.to, input.opinion.as_str(), act.now)?;
    let mut about = about(&row);
    about.facts.reason = input.opinion.to_string();
    about.detail = format!("{}: {}", input.conclusion, input.opinion);
    let recorded = act.record(step, about)?;
    if passes {
        payment_cases::unlock(act, &row, |payment| payment.gate == Gate::Acceptance)?;
    } else {
        payment_cases::cancel_locked(act, &row)?;
    }
    Ok(recorded.with(shown(act, row)))
}

/// A project with its signatures.
pub type WithSignatures = (Shown<ProjectRow>, Vec<SignatureRow>);

/// Shows a project with its signatures.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<WithSignatures>, AppError> {
    let row = projects::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ProjectRead, &object(act, &row))?;
    let signatures = projects::signatures(act.conn, id)?;
    Ok(Seen::by(permit, (shown(act, row), signatures)))
}

/// Lists projects: all for staff, their own for teams and sponsors.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, filter: &ProjectFilter, page: &Page) -> Result<Seen<Vec<Shown<ProjectRow>>>, AppError> {
    let (permit, scope) = act.scope(Action::ProjectRead, Kind::Project)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let rows = projects::list(act.conn, scope, own, filter, page)?;
    let shown = rows.into_iter().map(|row| shown(act, row)).collect();
    Ok(Seen::by(permit, shown))
}

/// The tie of the caller to a project's milestones and payments.
pub(super) fn tie(act: &Act<'_>, row: &ProjectRow) -> Tie {
    standing(act, row).tie()
}
