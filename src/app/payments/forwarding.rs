//! What the lead passes on to its partners 转拨: at most their shares of what was paid, and nothing twice.

use super::{Detailed, PaymentRow, about, detailed, load, step};
use crate::app::act::Act;
use crate::app::error::{AppError, taken};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{OrganizationId, PaymentId};
use crate::domain::money::{Fen, WHOLE_BPS, split};
use crate::domain::payment::{ForwardInput, PaymentStage, Source};
use crate::domain::policy::Action;
use crate::domain::proposal::consortium::OrganizationRef;
use crate::domain::refusal::Refusal;
use crate::store::projects::ProjectRow;
use crate::store::sub_payments::SubPaymentRow;
use crate::store::{commitments, organizations, payments, sub_payments};

/// A partner's account with a project: its share of what was paid, and what it has got of it.
struct Account {
    partner: OrganizationId,
    share: Fen,
    got: Fen,
}

/// The book of a project: what was paid to it, what was passed on of that to whomever, and the accounts of today's partners.
struct Book {
    accounts: Vec<Account>,
    paid: Fen,
    sent: Fen,
}

/// The book by the commitment in force, if `without` were not paid. Shares divide the sum to the fen. What went to a partner who has
/// left the consortium since is gone, too: it is in `sent`.
fn book(act: &mut Act<'_>, project: &ProjectRow, without: Option<PaymentId>) -> Result<Book, AppError> {
    let all = payments::of_project(act.conn, project.id)?;
    let paid = |row: &&PaymentRow| row.source == Source::Fiscal && row.stage == PaymentStage::Paid && Some(row.id) != without;
    let paid = Fen::total(all.iter().filter(paid).map(|row| row.amount_fen));
    let text = commitments::in_force(act.conn, project.id)?.ok_or(AppError::NotFound)?.content.read()?;
    let partners = text.members.iter().map(|member| member.fiscal_share_bps);
    let lead = WHOLE_BPS.saturating_sub(partners.clone().sum());
    let weights: Vec<i64> = std::iter::once(lead).chain(partners).collect();
    let passed_on = sub_payments::of_project(act.conn, project.id)?;
    let got = |id: OrganizationId| Fen::total(passed_on.iter().filter(|(to, _)| *to == id).map(|(_, amount)| *amount));
    let shares = split(paid, &weights).into_iter().skip(1);
    let partners = text.members.iter().map(|member| member.organization_id);
    let accounts = partners.zip(shares).map(|(partner, share)| Account { partner, share, got: got(partner) }).collect();
    Ok(Book { accounts, paid, sent: Fen::total(passed_on.iter().map(|(_, amount)| *amount)) })
}

/// That nobody has got more than would be theirs if this payment came back: no partner more than its share, all of them not more than
/// the rest, and one who has left the consortium nothing of this payment.
pub(super) fn none_beyond(act: &mut Act<'_>, project: &ProjectRow, payment: PaymentId) -> Result<(), AppError> {
    let book = book(act, project, Some(payment))?;
    let left_with_it = sub_payments::of_payment(act.conn, payment)?
        .iter()
        .any(|sent| !book.accounts.iter().any(|account| account.partner == sent.organization_id));
    let beyond = book.accounts.iter().any(|account| account.got > account.share) || book.sent > book.paid || left_with_it;
    if beyond { Err(Refusal::ForwardedOn.into()) } else { Ok(()) }
}

/// The team records what it passed on to a partner.
///
/// # Errors
/// Denied, stale, not paid; not the department's money; no partner, more than its share, more than is left of the payment after what
/// was passed on to anybody, a date that may not stand, a voucher used before.
pub fn forward(act: &mut Act<'_>, id: PaymentId, input: &ForwardInput) -> Detailed {
    let (row, project) = load(act, id)?;
    let step = step(act, Action::PaymentForward, &row, &project)?;
    if row.source != Source::Fiscal {
        return Err(Refusal::NotShared.into());
    }
    let named = match &input.organization {
        OrganizationRef::Id(id) => Some(*id),
        OrganizationRef::Code(code) => organizations::find_by_code(act.conn, code.as_str())?,
    };
    let (book, before) = (book(act, &project, None)?, sub_payments::of_payment(act.conn, id)?);
    let account = book.accounts.iter().find(|account| Some(account.partner) == named);
    let share = account.map_or(0, |account| account.share.0.saturating_sub(account.got.0));
    let of_payment = row.amount_fen.0.saturating_sub(Fen::total(before.iter().map(|sent| sent.amount_fen)).0);
    let mut faults = room(input.amount_fen, account.is_some().then_some(share), of_payment.min(book.paid.0.saturating_sub(book.sent.0)));
    faults.check(account.is_none(), "organization", || Fault::new("not_a_partner", "不是本项目的合作单位", "is no partner of the project"));
    faults.check(row.paid_on.is_some_and(|paid| input.forwarded_on < paid), "forwarded_on", || {
        Fault::new("before_the_transfer", "不得早于拨付日期", "may not lie before the transfer")
    });
    faults.check(input.forwarded_on > act.now.date(), "forwarded_on", || {
        Fault::new("in_the_future", "不得晚于今天", "may not be in the future")
    });
    faults.or(())?;
    let partner = account.map(|account| account.partner).ok_or(AppError::NotFound)?;
    let number = i32::try_from(before.len()).unwrap_or(i32::MAX).saturating_add(1);
    let sent = SubPaymentRow {
        payment_id: id,
        number,
        organization_id: partner,
        amount_fen: input.amount_fen,
        forwarded_on: input.forwarded_on,
        voucher_no: input.voucher_no.to_string(),
        recorded_by: act.user()?,
    };
    sub_payments::insert(act.conn, &sent).map_err(taken("voucher_no"))?;
    let row = payments::advance(act.conn, &row, step.to, act.now)?;
    let mut about = about(&row, &project);
    about.organization = Some(partner);
    about.facts.amount_wan = input.amount_fen.in_wan();
    about.facts.name = organizations::find(act.conn, partner)?.map(|row| row.name).unwrap_or_default();
    about.facts.from = input.forwarded_on.to_string();
    about.facts.proof = input.voucher_no.to_string();
    about.detail = format!("to {partner} amount_fen {}", input.amount_fen.0);
    Ok(act.record(step, about)?.with(detailed(act, row, &project)?))
}

/// What is wrong with an amount: above what is left of the partner's share, or of the money itself.
fn room(amount: Fen, share: Option<i64>, money: i64) -> Faults {
    let mut faults = Faults::default();
    faults.check(amount == Fen::ZERO, "amount_fen", || Fault::new("too_small", "应大于0", "must be above 0"));
    let over = share.filter(|left| amount.0 > *left);
    faults.check(over.is_some(), "amount_fen", || {
        let left = over.unwrap_or_default().max(0);
        Fault::new(
            "over_the_share",
            format!("不得超过该单位尚未转拨的{left}分"),
            format!("may be at most the {left} fen that are left of its share"),
        )
    });
    faults.check(share.is_some() && over.is_none() && amount.0 > money, "amount_fen", || {
        let left = money.max(0);
        Fault::new(
            "over_the_payment",
            format!("该笔拨付扣除已向各单位（含已退出的单位）转拨的，仅余{left}分可转拨"),
            format!("may be at most the {left} fen that are left of the payment after all that was passed on, to whomever"),
        )
    });
    faults
}
