//! Scores: the table of a round.

use crate::app::scores::{self, Line};
use crate::app::{Act, AppError, Seen};
use crate::domain::bid::BidStage;
use crate::domain::decimal::Decimal;
use crate::domain::id::{BidId, ChallengeId};
use crate::domain::score::{Counted, THRESHOLD};
use crate::http::answer::View;

/// The score of one bid, with how it came about.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ScoreLine {
    /// 名次, from 1; equal in score and in fit, bids share a place; `null` without a score.
    place: Option<usize>,
    bid_id: BidId,
    /// Where the bid stands.
    stage: BidStage,
    /// 牵头单位.
    lead_organization: String,
    /// Totals of the sheets that count, highest first and without names; from seven on, the highest and the lowest are dropped.
    sheets: Vec<Counted>,
    /// 均分: the mean of the totals that were not dropped, to two decimals.
    score: Option<Decimal>,
    /// The mean of the points for fit, which decides between equal scores.
    fit: Option<Decimal>,
    /// How the score was computed, in figures.
    computed: String,
    /// Whether it reaches the threshold below which a bid cannot be recommended.
    reaches_threshold: bool,
    /// Sheets that do not count, because their expert stepped aside.
    recused_sheets: usize,
}

/// The scores of a round.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ScoresView {
    /// The least score with which a bid may be recommended.
    threshold: i64,
    /// Best first; empty until every review is in.
    items: Vec<ScoreLine>,
}

impl View for ScoresView {}

/// The mean, written out.
fn computed(line: &Line) -> String {
    let kept: Vec<String> = line.panel.sheets.iter().filter(|sheet| !sheet.dropped).map(|sheet| sheet.total.to_string()).collect();
    line.panel.score.map_or_else(String::new, |score| format!("({}) / {} = {score}", kept.join(" + "), kept.len()))
}

impl From<Line> for ScoreLine {
    fn from(line: Line) -> Self {
        Self {
            place: line.place,
            bid_id: line.bid.id,
            stage: line.bid.stage,
            computed: computed(&line),
            lead_organization: line.organization,
            reaches_threshold: line.panel.score.is_some_and(|score| score.0 >= THRESHOLD.into()),
            sheets: line.panel.sheets,
            score: line.panel.score,
            fit: line.panel.fit,
            recused_sheets: line.recused,
        }
    }
}

/// `GET /challenges/{id}/scores`
pub fn table(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<ScoresView>, AppError> {
    Ok(scores::table(act, id)?.map(|lines| ScoresView { threshold: THRESHOLD, items: lines.into_iter().map(Into::into).collect() }))
}
