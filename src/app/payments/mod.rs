//! Payments 拨付: requested by the team, checked by the commissioner, approved and paid by two finance officers.
//!
//! Whoever signed one desk of a payment is its author at every later one, and the table lets no author on.

mod blocks;
pub mod forwarding;
pub mod holding;

use crate::app::act::{About, Act, Done, Object, Record, Seen, Step};
use crate::app::error::{AppError, taken};
use crate::app::projects;
use crate::domain::challenge::ReasonInput;
use crate::domain::clawback::extent;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{MilestoneId, OrganizationId, PaymentId, ProjectId};
use crate::domain::money::Fen;
use crate::domain::payment::{Block, PayInput, PaymentStage, Source, Whereabouts};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::workflow::Stage;
use crate::store::Page;
use crate::store::projects::{self as project_rows, ProjectRow};
use crate::store::{commitments, organizations, payments, sub_payments, transfers};
use blocks::Blocks;
use std::collections::{HashMap, HashSet};

pub use crate::store::payments::{PaymentFilter, PaymentRow};
pub use crate::store::sub_payments::SubPaymentRow;
pub use crate::store::transfers::TransferRow;

impl Record for PaymentRow {
    type Stage = PaymentStage;
    const KIND: Kind = Kind::Payment;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> PaymentStage {
        self.stage
    }
}

/// A payment, with what the caller may do with it now, and what stands in its way.
#[derive(Clone, Debug)]
pub struct Payable {
    /// The payment.
    pub record: PaymentRow,
    /// What the caller may do with it now.
    pub allowed: Vec<Action>,
    /// Why it may not move on.
    pub blocked_by: Vec<Block>,
    /// For which project it is, and to whom it goes.
    pub payee: Payee,
}

/// Whom a payment is for: the lead of its project.
#[derive(Clone, Debug, Default)]
pub struct Payee {
    /// Code of the project,
    pub project_code: String,
    /// and its title.
    pub project_title: String,
    /// The organisation.
    pub organization: String,
    /// Its id.
    pub organization_id: Option<OrganizationId>,
}

/// The names of the organisations that lead these projects.
fn leads<'p>(act: &mut Act<'_>, projects: impl IntoIterator<Item = &'p ProjectRow>) -> Result<HashMap<OrganizationId, String>, AppError> {
    let ids: HashSet<OrganizationId> = projects.into_iter().map(|project| project.lead_org_id).collect();
    let ids: Vec<OrganizationId> = ids.into_iter().collect();
    Ok(organizations::of_ids(act.conn, &ids)?.into_iter().map(|row| (row.id, row.name)).collect())
}

type Changed = Result<Done<Payable>, AppError>;
type Detailed = Result<Done<WithTransfers>, AppError>;

/// How the caller stands to a payment, for what is to be done: an author when he signed an earlier desk. Who paid does not say that
/// it came back, who held it does not let it go, and who took it back does not send it again.
pub(super) fn tie(act: &Act<'_>, row: &PaymentRow, project: &ProjectRow, action: Action) -> Tie {
    let desks = match action {
        Action::PaymentReverse => [row.paid_by, None, None, None],
        Action::PaymentRelease => [row.held_by, None, None, None],
        _ => [row.requested_by, row.checked_by, row.approved_by, row.returned_by],
    };
    let signed = desks.into_iter().flatten().any(|user| act.actor.is(user));
    let standing = projects::team_standing(act, project);
    // The team and the commissioner stay what they are when they return to their own desk.
    Standing { author: signed && !standing.assigned && !standing.party, ..standing }.tie()
}

fn object(act: &Act<'_>, row: &PaymentRow, project: &ProjectRow, action: Action) -> Object {
    Object::record(row, tie(act, row, project, action)).read_as(projects::tie(act, project))
}

/// A permitted step of a payment whose outcome the stage table fixes.
fn step(act: &Act<'_>, action: Action, row: &PaymentRow, project: &ProjectRow) -> Result<Step<PaymentStage>, AppError> {
    act.step(action, row, object(act, row, project, action))
}

fn about(row: &PaymentRow, project: &ProjectRow) -> About {
    let mut about = projects::about(project);
    about.facts.number = i64::from(row.number);
    about.facts.amount_wan = row.amount_fen.in_wan();
    about.facts.path = format!("/payments/{}", row.id);
    about.detail = format!("amount_fen {}", row.amount_fen.0);
    about
}

fn shown(act: &mut Act<'_>, row: PaymentRow, project: &ProjectRow) -> Result<Payable, AppError> {
    let (blocks, leads) = (Blocks::of(act, [project])?, leads(act, [project])?);
    Ok(payable(act, row, project, (&blocks, &leads)))
}

fn payable(act: &Act<'_>, row: PaymentRow, project: &ProjectRow, around: (&Blocks, &HashMap<OrganizationId, String>)) -> Payable {
    let (blocks, leads) = around;
    // One is done to what is paid, and one to what is held: by those who did not bring it there.
    let next = match row.stage {
        PaymentStage::Paid => Action::PaymentReverse,
        PaymentStage::Held => Action::PaymentRelease,
        _ => Action::PaymentPay,
    };
    let payee = Payee {
        project_code: project.code.clone(),
        project_title: project.title.clone(),
        organization: leads.get(&project.lead_org_id).cloned().unwrap_or_default(),
        organization_id: Some(project.lead_org_id),
    };
    Payable { allowed: act.allowed(&row, tie(act, &row, project, next)), blocked_by: blocks.on(&row, project), payee, record: row }
}

/// That nothing stands in the way of a payment.
fn free(act: &mut Act<'_>, row: &PaymentRow, project: &ProjectRow) -> Result<(), AppError> {
    let blocks = Blocks::of(act, [project])?;
    let reasons = blocks.on(row, project);
    if reasons.is_empty() { Ok(()) } else { Err(AppError::Blocked(reasons)) }
}

fn load(act: &mut Act<'_>, id: PaymentId) -> Result<(PaymentRow, ProjectRow), AppError> {
    let found = payments::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = projects::load(act, found.project_id)?;
    let row = payments::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok((row, project))
}

/// Of these payments, those in whose way nothing stands.
pub(super) fn unblocked(act: &mut Act<'_>, rows: Vec<(PaymentRow, ProjectRow)>) -> Result<Vec<(PaymentRow, ProjectRow)>, AppError> {
    let blocks = Blocks::of(act, rows.iter().map(|(_, project)| project))?;
    Ok(rows.into_iter().filter(|(row, project)| blocks.on(row, project).is_empty()).collect())
}

/// Makes the locked payments that `opens` picks due: their gate has opened.
pub(super) fn unlock(act: &mut Act<'_>, project: &ProjectRow, opens: impl Fn(&PaymentRow) -> bool) -> Result<(), AppError> {
    for row in payments::of_project(act.conn, project.id)?.iter().filter(|row| row.stage == PaymentStage::Locked && opens(row)) {
        let step = act.follow(Action::PaymentUnlock, row, None)?;
        let row = payments::advance(act.conn, row, step.to, act.now)?;
        let _recorded = act.record(step, about(&row, project))?;
    }
    Ok(())
}

/// Stops every payment that is still locked: its gate will never open.
pub(super) fn cancel_locked(act: &mut Act<'_>, project: &ProjectRow) -> Result<(), AppError> {
    cancel(act, project, "", |row| row.stage == PaymentStage::Locked)
}

/// Stops the payment that waits for a milestone which was found not met.
pub(super) fn cancel_behind(act: &mut Act<'_>, project: &ProjectRow, milestone: MilestoneId, reason: &str) -> Result<(), AppError> {
    cancel(act, project, reason, |row| row.stage == PaymentStage::Locked && row.milestone_id == Some(milestone))
}

/// Stops every payment that finance has not approved: the project ended without passing. What was approved is paid, or sent back.
pub(super) fn cancel_unapproved(act: &mut Act<'_>, project: &ProjectRow, reason: &str) -> Result<(), AppError> {
    cancel(act, project, reason, |row| row.stage.unapproved())
}

/// Stops every payment that is not paid: the project has ended, and nothing is paid to it any more.
pub(super) fn cancel_open(act: &mut Act<'_>, project: &ProjectRow, reason: &str) -> Result<(), AppError> {
    cancel(act, project, reason, |row| row.stage != PaymentStage::Paid && !row.stage.ended())
}

fn cancel(act: &mut Act<'_>, project: &ProjectRow, reason: &str, picks: impl Fn(&PaymentRow) -> bool) -> Result<(), AppError> {
    for row in payments::of_project(act.conn, project.id)?.iter().filter(|row| picks(row)) {
        let step = act.follow(Action::PaymentCancel, row, None)?;
        let row = payments::release(act.conn, row, step.to, act.now)?;
        let mut about = about(&row, project);
        reason.clone_into(&mut about.facts.reason);
        let _recorded = act.record(step, about)?;
    }
    Ok(())
}

/// A team asks for a payment that is due.
///
/// # Errors
/// Denied, stale, not due, blocked; no commissioner to check it.
pub fn request(act: &mut Act<'_>, id: PaymentId) -> Changed {
    let (row, project) = load(act, id)?;
    let step = step(act, Action::PaymentRequest, &row, &project)?;
    free(act, &row, &project)?;
    if project.commissioner_id.is_none() {
        return Err(Refusal::CommissionerMissing.into());
    }
    let row = payments::request(act.conn, &row, step.to, act.user()?, act.now)?;
    Ok(act.record(step, about(&row, &project))?.with(shown(act, row, &project)?))
}

/// The commissioner checks a request.
///
/// # Errors
/// Denied to all but the project's commissioner, stale, not requested, blocked.
pub fn check(act: &mut Act<'_>, id: PaymentId) -> Changed {
    let (row, project) = load(act, id)?;
    let step = step(act, Action::PaymentCheck, &row, &project)?;
    free(act, &row, &project)?;
    let row = payments::check(act.conn, &row, step.to, act.user()?, act.now)?;
    Ok(act.record(step, about(&row, &project))?.with(shown(act, row, &project)?))
}

/// A finance officer approves.
///
/// # Errors
/// Denied (also to whoever signed before), stale, not checked, blocked.
pub fn approve(act: &mut Act<'_>, id: PaymentId) -> Changed {
    let (row, project) = load(act, id)?;
    let step = step(act, Action::PaymentApprove, &row, &project)?;
    free(act, &row, &project)?;
    let row = payments::approve(act.conn, &row, step.to, act.user()?, act.now)?;
    Ok(act.record(step, about(&row, &project))?.with(shown(act, row, &project)?))
}

/// Another finance officer records the transfer.
///
/// # Errors
/// Denied (also to whoever approved, or took the last transfer back), stale, not approved, blocked; a date in the future, before the
/// approval or before the money came back; a voucher used before, more than the award.
pub fn pay(act: &mut Act<'_>, id: PaymentId, input: &PayInput) -> Changed {
    let (row, project) = load(act, id)?;
    let step = step(act, Action::PaymentPay, &row, &project)?;
    let sent = transfers::of_payment(act.conn, id)?;
    let since = sent.iter().filter_map(|transfer| transfer.returned_on).chain(row.approved_on).max().unwrap_or(project.starts_on);
    let mut faults = Faults::default();
    faults.check(input.paid_on > act.now.date(), "paid_on", || Fault::new("in_the_future", "不得晚于今天", "may not be in the future"));
    faults.check(input.paid_on < since, "paid_on", || {
        Fault::new(
            "too_early",
            format!("不得早于批准或上次退汇之日（{since}）"),
            format!("may not lie before the approval, or before the money came back: {since}"),
        )
    });
    faults.or(())?;
    free(act, &row, &project)?;
    within(act, &row, &project)?;
    let by = act.user()?;
    let row = payments::pay(act.conn, &row, step.to, input, by, act.now).map_err(taken("voucher_no"))?;
    let number = i32::try_from(sent.len()).unwrap_or(i32::MAX).saturating_add(1);
    let transfer = TransferRow {
        payment_id: id,
        number,
        amount_fen: row.amount_fen,
        voucher_no: input.voucher_no.to_string(),
        paid_on: input.paid_on,
        paid_by: by,
        returned_on: None,
        returned_by: None,
        return_reason: None,
    };
    transfers::insert(act.conn, &transfer).map_err(taken("voucher_no"))?;
    let mut about = about(&row, &project);
    about.facts.proof = input.voucher_no.to_string();
    about.facts.from = input.paid_on.to_string();
    Ok(act.record(step, about)?.with(shown(act, row, &project)?))
}

/// That what is paid stays within what its source gives.
fn within(act: &mut Act<'_>, row: &PaymentRow, project: &ProjectRow) -> Result<(), AppError> {
    let all = payments::of_project(act.conn, project.id)?;
    let now = Whereabouts::of(all.iter().filter(|other| other.source == row.source).map(|other| (other.stage, other.amount_fen)));
    let most = if row.source == Source::Fiscal { project.award_fen } else { now.planned_fen };
    if Fen::total([now.paid_fen, row.amount_fen]) > most { Err(Refusal::OverAward.into()) } else { Ok(()) }
}

/// Sends a request back to the team; every signature on it is void. When the project ended without passing meanwhile, it is stopped.
///
/// # Errors
/// Denied, stale, nothing to send back.
pub fn send_back(act: &mut Act<'_>, id: PaymentId, input: &ReasonInput) -> Changed {
    let (row, project) = load(act, id)?;
    let step = step(act, Action::PaymentReturn, &row, &project)?;
    let row = payments::send_back(act.conn, &row, step.to, act.now)?;
    let mut about = about(&row, &project);
    about.facts.reason = input.reason.to_string();
    about.detail = input.reason.to_string();
    let recorded = act.record(step, about)?;
    if extent(project.stage).is_some() {
        cancel_unapproved(act, &project, input.reason.as_str())?;
    }
    let row = payments::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    Ok(recorded.with(shown(act, row, &project)?))
}

/// A payment with each time that it was sent, what was passed on of it, and the account that the commitment in force names: its bank and
/// last digits, for its whole number is kept nowhere.
pub type WithTransfers = (Payable, Vec<TransferRow>, Vec<SubPaymentRow>, Option<String>);

/// Shows a payment.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: PaymentId) -> Result<Seen<WithTransfers>, AppError> {
    let row = payments::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::PaymentRead, &Object::record(&row, projects::tie(act, &project)))?;
    Ok(Seen::by(permit, detailed(act, row, &project)?))
}

fn detailed(act: &mut Act<'_>, row: PaymentRow, project: &ProjectRow) -> Result<WithTransfers, AppError> {
    let sent = transfers::of_payment(act.conn, row.id)?;
    let passed_on = sub_payments::of_payment(act.conn, row.id)?;
    let text = commitments::in_force(act.conn, project.id)?.map(|row| row.content.read()).transpose()?;
    Ok((shown(act, row, project)?, sent, passed_on, text.and_then(|text| text.account)))
}

/// Lists payments: all for staff, their own projects' for teams and sponsors.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, filter: &PaymentFilter, page: &Page) -> Result<Seen<Vec<Payable>>, AppError> {
    let (permit, scope) = act.scope(Action::PaymentRead, Kind::Payment)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let rows = payments::list(act.conn, scope, own, filter, page)?;
    let blocks = Blocks::of(act, rows.iter().map(|(_, project)| project))?;
    let leads = leads(act, rows.iter().map(|(_, project)| project))?;
    let shown = rows.into_iter().map(|(row, project)| payable(act, row, &project, (&blocks, &leads))).collect();
    Ok(Seen::by(permit, shown))
}

/// Lists the payments of a project, in order.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Vec<Payable>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::PaymentRead, &Object::plain(Kind::Payment, id, projects::tie(act, &project), project.version))?;
    let rows = payments::of_project(act.conn, id)?;
    let (blocks, leads) = (Blocks::of(act, [&project])?, leads(act, [&project])?);
    let shown = rows.into_iter().map(|row| payable(act, row, &project, (&blocks, &leads))).collect();
    Ok(Seen::by(permit, shown))
}
