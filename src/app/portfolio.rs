//! The portfolio, as leaders look at it.

use crate::app::act::{Act, Seen};
use crate::app::error::AppError;
use crate::domain::policy::{Action, Kind};
use crate::store::portfolio;

pub use crate::store::portfolio::{BidderFigures, ChallengeFigures, Figures, MilestoneFigures};

/// The summary of one year or all.
///
/// # Errors
/// Denied to all but staff.
pub fn summary(act: &mut Act<'_>, year: Option<i32>) -> Result<Seen<Figures>, AppError> {
    let (permit, _) = act.scope(Action::PortfolioRead, Kind::Portfolio)?;
    let today = act.now.date();
    Ok(Seen::by(permit, portfolio::figures(act.conn, today, year)?))
}
