//! Members of a bid: whoever drafts it may do everything, and gives others of the organisation's team their rights.

use super::{about, load};
use crate::app::act::{About, Act, Actor, Done, Shown};
use crate::app::error::AppError;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{BidId, UserId};
use crate::domain::member::{Access, Member, MembersInput};
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Role, Standing};
use crate::domain::user::UserStatus;
use crate::store::bids::{self, BidRow};
use crate::store::{members, users};

/// How someone stands to a bid by their rights, `rights` being those of members whose accounts are in use. When nobody is
/// left who may submit, everyone of the organisation's team may: a bid does not miss its deadline because someone left.
pub(super) fn standing(actor: &Actor, row: &BidRow, rights: &[(BidId, UserId, Access)]) -> Standing {
    let party = actor.belongs_to(row.lead_org_id);
    let may =
        |access: Access, mine: bool| rights.iter().any(|(bid, user, held)| *bid == row.id && *held == access && (!mine || actor.is(*user)));
    let orphaned = !may(Access::Submit, false);
    Standing {
        party,
        editor: party && may(Access::Edit, true),
        submitter: party && (orphaned || may(Access::Submit, true)),
        ..Standing::default()
    }
}

/// Replaces the members of a bid; those who come and those who go are told.
///
/// # Errors
/// Denied, stale, decided already; someone who is not of the organisation's team.
pub fn appoint(act: &mut Act<'_>, id: BidId, input: &MembersInput) -> Result<Done<Shown<BidRow>>, AppError> {
    let bid = load(act, id)?;
    let step = act.step(Action::BidAppoint, &bid.row, bid.object())?;
    let mut faults = Faults::default();
    for (index, member) in input.members.iter().enumerate() {
        let fits = of_the_team(act, &bid.row, member.user_id)?;
        faults.check(!fits, &format!("members[{index}].user_id"), || {
            Fault::new("not_of_the_team", "不是牵头单位在用的揭榜团队人员", "is not an active person of the lead organisation's team")
        });
    }
    faults.or(())?;
    let before = members::of_bid(act.conn, id)?;
    members::replace(act.conn, id, &input.members)?;
    let row = bids::touch(act.conn, &bid.row, act.now)?;
    for (action, some, others) in [(Action::BidAdmit, &input.members, &before), (Action::BidDismiss, &before, &input.members)] {
        for member in some.iter().filter(|member| !others.contains(member)) {
            // Whoever gets another right hears of the new one alone.
            if action == Action::BidDismiss && others.iter().any(|other| other.user_id == member.user_id) {
                continue;
            }
            let facts = Facts { roles: member.access.zh().into(), ..about(&row, &bid.challenge).facts };
            let told = About { person: Some(member.user_id), facts, detail: member.access.code().into(), ..About::default() };
            let permit = act.own(action)?;
            let _recorded = act.record_plain(permit, bid.object(), told)?;
        }
    }
    let detail: Vec<String> = input.members.iter().map(|Member { user_id, access }| format!("{user_id} {access}")).collect();
    let about = About { detail: detail.join(", "), ..about(&row, &bid.challenge) };
    let recorded = act.record(step, about)?;
    let rights = members::in_use(act.conn, &[id])?;
    let tie = standing(&act.actor, &row, &rights).tie();
    Ok(recorded.with(Shown { allowed: act.allowed(&row, tie), record: row }))
}

fn of_the_team(act: &mut Act<'_>, row: &BidRow, user: UserId) -> Result<bool, AppError> {
    let known = users::find(act.conn, user)?;
    let here = known.is_some_and(|user| user.organization_id == row.lead_org_id && user.status == UserStatus::Active);
    Ok(here && users::roles(act.conn, user)?.contains(&Role::Team))
}
