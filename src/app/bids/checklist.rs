//! What the service finds on the checklist of a bid by itself, from the content as it was submitted.

use super::eligibility;
use crate::app::act::Act;
use crate::app::error::AppError;
use crate::domain::challenge::ChallengeClass;
use crate::domain::examination::ExaminationItem as Item;
use crate::domain::examination::{ExaminedItem, Finding};
use crate::domain::fault::{Fault, Faults};
use crate::domain::proposal::BidInput;
use crate::domain::text::Reason;
use crate::store::bids::BidRow;
use crate::store::challenges::{self, ChallengeRow};
use crate::store::projects;

/// The items that are computed. The others are papers and judgement.
const COMPUTED: &[Item] = &[
    Item::Deadline,
    Item::CreditCode,
    Item::OrganizationKind,
    Item::Partner,
    Item::Indicators,
    Item::Budget,
    Item::Cap,
    Item::Limits,
    Item::Integrity,
    Item::Duplicates,
];

/// Which item a fault belongs to.
fn item(fault: &Fault) -> Option<Item> {
    Some(match fault.code {
        "organization_not_verified" => Item::CreditCode,
        "not_a_bidder" => Item::OrganizationKind,
        "no_in_province_partner" => Item::Partner,
        "not_confirmed" => Item::Agreement,
        "over_cap" => Item::Cap,
        "totals_differ" | "shares" => Item::Budget,
        "limit_leads" | "limit_joins" | "person_months" => Item::Limits,
        "restricted" | "clawback_overdue" => Item::Integrity,
        _ if fault.field.starts_with("indicators") => Item::Indicators,
        _ if fault.field.starts_with("budget") || fault.field == "requested_fen" => Item::Budget,
        _ => return None,
    })
}

/// What the service finds on each item that it can compute.
///
/// # Errors
/// The database does not answer.
pub(super) fn computed(
    act: &mut Act<'_>,
    row: &BidRow,
    challenge: &ChallengeRow,
    content: &BidInput,
) -> Result<Vec<ExaminedItem>, AppError> {
    let demands = challenges::demands(act.conn, challenge.id)?;
    let day = row.received_at.unwrap_or(act.now).date();
    let mut found: Faults = content.complete_for(&demands, &act.app.bid_rules, row.lead_org_id, day);
    eligibility::check(act, row, &demands, content, &[], &mut found)?;
    eligibility::confirmed(act, row, content, &mut found)?;
    let late = row.received_at.zip(challenge.closes_at).is_none_or(|(received, closes)| received >= closes);
    let again = projects::runs(act.conn, row.lead_org_id, &challenge.title)?;
    let stands = |wrong: bool, item: Item, why: &str| wrong.then(|| (item, why.to_owned()));
    let own = [stands(late, Item::Deadline, "晚于截止时间"), stands(again, Item::Duplicates, "牵头单位已有同名在研项目")];
    let faults = found.0.iter().filter_map(|fault| Some((item(fault)?, format!("{}：{}", fault.field, fault.zh))));
    let wrong: Vec<(Item, String)> = own.into_iter().flatten().chain(faults).collect();
    let judged = |code: &Item| {
        let reasons: Vec<&str> = wrong.iter().filter(|(item, _)| item == code).map(|(_, why)| why.as_str()).collect();
        let finding = match (reasons.is_empty(), code) {
            (false, _) => Finding::Fail,
            (true, Item::Partner) if demands.class != ChallengeClass::FrontierPublic => Finding::NotApplicable,
            (true, _) => Finding::Pass,
        };
        let reason = reasons.join("；").chars().take(2_000).collect::<String>().parse::<Reason>().ok();
        ExaminedItem { code: *code, finding, reason }
    };
    // The agreement is a paper: of it the service knows only that a partner took its word back.
    let agreement = wrong.iter().any(|(item, _)| *item == Item::Agreement).then_some(&Item::Agreement);
    Ok(COMPUTED.iter().chain(agreement).map(judged).collect())
}
