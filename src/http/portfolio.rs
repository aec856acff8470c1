//! The portfolio: views and handler.

use crate::app::portfolio::{self, Figures};
use crate::app::{Act, AppError, Seen};
use crate::domain::challenge::{ChallengeStage, PlanCategory};
use crate::domain::fault::Faults;
use crate::domain::milestone::MilestoneStage;
use crate::domain::money::Fen;
use crate::domain::organization::Region;
use crate::domain::user::Sector;
use crate::http::answer::View;
use crate::http::batches::{Year, year};

/// Money and number of some challenges.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, utoipa::ToSchema)]
pub struct FiguresView {
    challenges: i64,
    /// Caps together.
    budgeted_fen: Fen,
    awarded_fen: Fen,
    paid_fen: Fen,
}

impl FiguresView {
    fn add(&mut self, other: Self) {
        self.challenges = self.challenges.saturating_add(other.challenges);
        self.budgeted_fen = Fen::total([self.budgeted_fen, other.budgeted_fen]);
        self.awarded_fen = Fen::total([self.awarded_fen, other.awarded_fen]);
        self.paid_fen = Fen::total([self.paid_fen, other.paid_fen]);
    }
}

/// The challenges of one year, plan category, sector and stage.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ChallengesView {
    year: i32,
    plan_category: PlanCategory,
    sector: Sector,
    stage: ChallengeStage,
    #[serde(flatten)]
    figures: FiguresView,
}

/// The milestones at one stage.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MilestonesFigure {
    stage: MilestoneStage,
    milestones: i64,
    /// Past their date with nothing handed in.
    late: i64,
}

/// The opened bids from one region.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct BiddersFigure {
    region: Region,
    bids: i64,
    awarded: i64,
}

/// The portfolio in figures.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SummaryView {
    /// Everything together.
    total: FiguresView,
    /// Each combination that occurs; sums over any of the four keys follow.
    challenges: Vec<ChallengesView>,
    milestones: Vec<MilestonesFigure>,
    /// Sealed bids are not counted.
    bidders: Vec<BiddersFigure>,
}

impl View for SummaryView {}

impl From<Figures> for SummaryView {
    fn from(summary: Figures) -> Self {
        let mut total = FiguresView::default();
        let challenges: Vec<ChallengesView> = summary
            .challenges
            .into_iter()
            .map(|row| ChallengesView {
                year: row.year,
                plan_category: row.plan_category,
                sector: row.sector,
                stage: row.stage,
                figures: FiguresView {
                    challenges: row.challenges,
                    budgeted_fen: Fen(row.budgeted_fen),
                    awarded_fen: Fen(row.awarded_fen),
                    paid_fen: Fen(row.paid_fen),
                },
            })
            .collect();
        for row in &challenges {
            total.add(row.figures);
        }
        let milestone = |row: crate::app::portfolio::MilestoneFigures| MilestonesFigure {
            stage: row.stage,
            milestones: row.milestones,
            late: row.late,
        };
        let bidder = |row: crate::app::portfolio::BidderFigures| BiddersFigure { region: row.region, bids: row.bids, awarded: row.awarded };
        Self {
            total,
            challenges,
            milestones: summary.milestones.into_iter().map(milestone).collect(),
            bidders: summary.bidders.into_iter().map(bidder).collect(),
        }
    }
}

/// What the summary can be narrowed to.
#[derive(Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct SummaryQuery {
    #[deserr(default)]
    year: Option<Year>,
}

/// `GET /portfolio/summary`
pub fn summary(act: &mut Act<'_>, query: SummaryQuery) -> Result<Seen<SummaryView>, AppError> {
    Ok(portfolio::summary(act, year(query.year))?.map(Into::into))
}
