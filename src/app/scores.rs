//! Scores 评审得分: computed anew whenever a sheet comes or no longer counts, and shown with how they came about.

use crate::app::act::{Act, Object, Seen};
use crate::app::challenges::{self, round};
use crate::app::error::AppError;
use crate::domain::bid::BidStage;
use crate::domain::challenge::ChallengeStage;
use crate::domain::id::{BidId, ChallengeId};
use crate::domain::policy::{Action, Kind};
use crate::domain::review::ReviewStage;
use crate::domain::score::{PanelScore, Sheet, panel, places};
use crate::store::bids::{self, BidRow};
use crate::store::reviews::{self, ReviewRow};
use crate::store::{challenges as challenge_rows, organizations};
use std::cmp::Reverse;

/// Stages of bids that were before the panel.
const JUDGED: &[BidStage] = &[
    BidStage::Eligible,
    BidStage::Shortlisted,
    BidStage::NotShortlisted,
    BidStage::Recommended,
    BidStage::Reserve,
    BidStage::Declined,
    BidStage::Awarded,
    BidStage::Signed,
];

/// The sheets that count, of these reviews, highest first: their order tells nothing of who gave them.
fn counted<'a>(rows: impl Iterator<Item = &'a ReviewRow>) -> Result<Vec<Sheet>, AppError> {
    let counts = rows.filter(|row| row.stage == ReviewStage::Submitted).filter_map(|row| row.scores.as_ref());
    let mut sheets = counts.map(|scores| Ok(Sheet::of(&scores.read()?))).collect::<Result<Vec<_>, AppError>>()?;
    sheets.sort_by_key(|sheet| Reverse((sheet.total, sheet.fit)));
    Ok(sheets)
}

/// Computes the score of a bid anew from the sheets that count.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn compute(act: &mut Act<'_>, bid: BidId) -> Result<(), AppError> {
    let sheets = counted(reviews::of_bid(act.conn, bid)?.iter())?;
    Ok(bids::score(act.conn, bid, panel(&sheets).score)?)
}

/// One line of the table.
#[derive(Debug)]
pub struct Line {
    /// The bid.
    pub bid: BidRow,
    /// Its lead organisation.
    pub organization: String,
    /// Its place; none without a score.
    pub place: Option<usize>,
    /// Its score.
    pub panel: PanelScore,
    /// How many sheets do not count because their expert stepped aside.
    pub recused: usize,
}

/// Shows the scores of a challenge's round, best first, once every review is in: nobody sees a figure before, and the table is empty.
///
/// # Errors
/// Denied; no such challenge.
pub fn table(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Vec<Line>>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ReviewReadScores, &Object { kind: Kind::Review, ..challenges::object(act, &challenge) })?;
    let all = reviews::of_round(act.conn, id, challenge.round)?;
    let open = challenge.stage == ChallengeStage::Reviewing && round::reviews_are_in(act, &challenge).is_err();
    if open || all.is_empty() {
        return Ok(Seen::by(permit, Vec::new()));
    }
    let rows = bids::of_round(act.conn, id, challenge.round, JUDGED)?;
    let leads: Vec<_> = rows.iter().map(|row| row.lead_org_id).collect();
    let names = organizations::of_ids(act.conn, &leads)?;
    let own = |bid: &BidRow| {
        let id = bid.id;
        all.iter().filter(move |review| review.bid_id == id)
    };
    let panels = rows.iter().map(|row| Ok(panel(&counted(own(row))?))).collect::<Result<Vec<_>, AppError>>()?;
    let places = places(&panels);
    let mut lines: Vec<Line> = Vec::with_capacity(rows.len());
    for ((bid, panel), place) in rows.iter().zip(panels).zip(places) {
        let organization = names.iter().find(|found| found.id == bid.lead_org_id).map(|found| found.name.clone()).unwrap_or_default();
        let recused = own(bid).filter(|review| review.stage == ReviewStage::Recused && review.scores.is_some()).count();
        lines.push(Line { bid: bid.clone(), organization, place, panel, recused });
    }
    lines.sort_by_key(|line| (line.place.is_none(), line.place, line.bid.id));
    Ok(Seen::by(permit, lines))
}
