//! The portfolio, as leaders look at it.

use crate::app::act::{Act, Seen};
use crate::app::error::AppError;
use crate::domain::policy::{Action, Kind};
use crate::store::portfolio;

pub use crate::store::portfolio::{BidderFigures, ChallengeFigures, MilestoneFigures};

/// The whole summary.
#[derive(Clone, Debug)]
pub struct Summary {
    /// By year, plan category, sector and stage.
    pub challenges: Vec<ChallengeFigures>,
    /// By stage.
    pub milestones: Vec<MilestoneFigures>,
    /// By region of the lead organisation.
    pub bidders: Vec<BidderFigures>,
}

/// The summary of one year or all.
///
/// # Errors
/// Denied to all but staff.
pub fn summary(act: &mut Act<'_>, year: Option<i32>) -> Result<Seen<Summary>, AppError> {
    let (permit, _) = act.scope(Action::PortfolioRead, Kind::Portfolio)?;
    let today = act.now.date();
    let summary = Summary {
        challenges: portfolio::challenges(act.conn, year)?,
        milestones: portfolio::milestones(act.conn, today, year)?,
        bidders: portfolio::bidders(act.conn, year)?,
    };
    Ok(Seen::by(permit, summary))
}
