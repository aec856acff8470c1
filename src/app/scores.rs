//! Scores 评审得分: computed anew whenever a sheet comes or no longer counts, and shown with how they came about.

use crate::app::act::{Act, Object, Seen};
use crate::app::challenges::{self, phases};
use crate::app::error::AppError;
use crate::app::schemes;
use crate::domain::bid::BidStage;
use crate::domain::challenge::ChallengeStage;
use crate::domain::id::{BidId, ChallengeId};
use crate::domain::policy::{Action, Kind};
use crate::domain::review::ReviewStage;
use crate::domain::scheme::{Phase, Scheme};
use crate::domain::score::{BidScore, Sheet, places, score};
use crate::store::bids::{self, BidRow};
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::organizations;
use crate::store::reviews::{self, ReviewRow};
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
fn counted<'a>(rows: impl Iterator<Item = &'a ReviewRow>, scheme: &Scheme) -> Result<Vec<(Phase, Sheet)>, AppError> {
    let counts = rows.filter(|row| row.stage == ReviewStage::Submitted).filter_map(|row| Some((row, row.scores.as_ref()?)));
    let sheets = counts.map(|(row, scores)| Ok((row.phase, Sheet::of(&scores.read()?, row.vote, scheme))));
    let mut sheets = sheets.collect::<Result<Vec<_>, AppError>>()?;
    sheets.sort_by_key(|(phase, sheet)| Reverse((*phase, sheet.total, sheet.fit)));
    Ok(sheets)
}

/// Computes the score of a bid anew from the sheets that count.
///
/// # Errors
/// The database does not answer.
pub(in crate::app) fn compute(act: &mut Act<'_>, bid: BidId, scheme: &Scheme) -> Result<(), AppError> {
    let sheets = counted(reviews::of_bid(act.conn, bid)?.iter(), scheme)?;
    Ok(bids::score(act.conn, bid, score(&sheets, scheme).score)?)
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
    pub score: BidScore,
    /// How many sheets do not count because their expert stepped aside.
    pub recused: usize,
}

/// The scores of a round, and the least score with which a bid may be recommended.
#[derive(Debug)]
pub struct Table {
    /// The threshold of the scheme.
    pub threshold: i64,
    /// Best first.
    pub lines: Vec<Line>,
}

/// The phase of the judging whose reviews are not all in: nobody but their experts sees a figure of it.
pub(super) fn not_in_yet(act: &mut Act<'_>, challenge: &ChallengeRow, scheme: &Scheme) -> Option<Phase> {
    let present = schemes::phase(challenge, scheme);
    let open = challenge.stage == ChallengeStage::Reviewing && phases::phase_is_in(act, challenge, scheme, present).is_err();
    open.then_some(present)
}

/// Shows the scores of a challenge's round, best first: those of a phase once every review of it is in, and nobody sees a figure before.
///
/// # Errors
/// Denied; no such challenge.
pub fn table(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<Table>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ReviewReadScores, &Object { kind: Kind::Review, ..challenges::object(act, &challenge) })?;
    let scheme = schemes::of(act, &challenge)?;
    let threshold = scheme.threshold.0;
    let open = not_in_yet(act, &challenge, &scheme);
    let mut all = reviews::of_round(act.conn, id, challenge.round)?;
    all.retain(|review| open.is_none_or(|phase| review.phase < phase));
    if all.is_empty() {
        return Ok(Seen::by(permit, Table { threshold, lines: Vec::new() }));
    }
    let rows = bids::of_round(act.conn, id, challenge.round, JUDGED)?;
    let leads: Vec<_> = rows.iter().map(|row| row.lead_org_id).collect();
    let names = organizations::of_ids(act.conn, &leads)?;
    let own = |bid: &BidRow| {
        let id = bid.id;
        all.iter().filter(move |review| review.bid_id == id)
    };
    let scores = rows.iter().map(|row| Ok(score(&counted(own(row), &scheme)?, &scheme))).collect::<Result<Vec<_>, AppError>>()?;
    let places = places(&scores);
    let mut lines: Vec<Line> = Vec::with_capacity(rows.len());
    for ((bid, score), place) in rows.iter().zip(scores).zip(places) {
        let organization = names.iter().find(|found| found.id == bid.lead_org_id).map(|found| found.name.clone()).unwrap_or_default();
        let recused = own(bid).filter(|review| review.stage == ReviewStage::Recused && review.scores.is_some()).count();
        lines.push(Line { bid: bid.clone(), organization, place, score, recused });
    }
    lines.sort_by_key(|line| (line.place.is_none(), line.place, line.bid.id));
    Ok(Seen::by(permit, Table { threshold, lines }))
}
