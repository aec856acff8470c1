//! Scores: the table of a round.

use crate::app::scores::{self, Line, Table};
use crate::app::{Act, AppError, Seen};
use crate::domain::bid::BidStage;
use crate::domain::decimal::Decimal;
use crate::domain::id::{BidId, ChallengeId};
use crate::domain::scheme::Phase;
use crate::domain::score::Counted;
use crate::http::answer::View;

/// The score of a bid in one phase.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PhaseScore {
    phase: Phase,
    /// Its share in the score of the bid, in basis points.
    weight_bps: i64,
    /// Totals of the sheets that count, highest first and without names; where there are many, the highest and the lowest are dropped.
    sheets: Vec<Counted>,
    /// 均分: the mean of the totals that were not dropped, to two decimals.
    score: Option<Decimal>,
}

/// The score of one bid, with how it came about.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ScoreLine {
    /// 名次, from 1; equal in score, in fit and in votes, bids share a place; `null` without a score.
    place: Option<usize>,
    bid_id: BidId,
    /// Where the bid stands.
    stage: BidStage,
    /// 牵头单位.
    lead_organization: String,
    /// The phases that are in.
    phases: Vec<PhaseScore>,
    /// The means of the phases, weighed, to two decimals.
    score: Option<Decimal>,
    /// The mean of the decisive points, such as those for fit, which decide between equal scores.
    fit: Option<Decimal>,
    /// How many experts would have the bid recommended, which decides where fit is equal, too.
    votes: usize,
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

fn line(line: Line, threshold: i64) -> ScoreLine {
    let computed = line.score.computed();
    let phases = line.score.phases.into_iter();
    ScoreLine {
        place: line.place,
        bid_id: line.bid.id,
        stage: line.bid.stage,
        lead_organization: line.organization,
        phases: phases
            .map(|(phase, weight_bps, panel)| PhaseScore { phase, weight_bps, sheets: panel.sheets, score: panel.score })
            .collect(),
        score: line.score.score,
        fit: line.score.fit,
        votes: line.score.votes,
        computed,
        reaches_threshold: line.score.score.is_some_and(|score| score.0 >= threshold.into()),
        recused_sheets: line.recused,
    }
}

impl From<Table> for ScoresView {
    fn from(Table { threshold, lines }: Table) -> Self {
        Self { threshold, items: lines.into_iter().map(|one| line(one, threshold)).collect() }
    }
}

/// `GET /challenges/{id}/scores`
pub fn table(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<ScoresView>, AppError> {
    Ok(scores::table(act, id)?.map(Into::into))
}
