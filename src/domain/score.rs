//! Scores 评审得分: how the totals of a panel become the score of a bid, and the bids of a round a ranking (exact decimals throughout).

use crate::domain::decimal::Decimal;
use crate::domain::review::{Criterion, Score};
use rust_decimal::{Decimal as Exact, RoundingStrategy};
use std::cmp::Reverse;

/// The least panel score with which a bid may be recommended.
pub const THRESHOLD: i64 = 70;

/// From this number of sheets on, the highest and the lowest are dropped.
const TRIMMED_FROM: usize = 7;

/// A total further than this from the panel's score is flagged, and counts all the same.
const OUTLIER: i64 = 20;

/// What one expert gave one bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The sum of the points.
    pub total: Decimal,
    /// The points for the fit with the challenge, which decide between equal scores.
    pub fit: Decimal,
}

impl Sheet {
    /// The sheet that these points make.
    #[must_use]
    pub fn of(scores: &[Score]) -> Self {
        let points = |wanted: &dyn Fn(&Score) -> bool| scores.iter().filter(|score| wanted(score)).map(|score| score.points.0).sum();
        Self { total: Decimal(points(&|_| true)), fit: Decimal(points(&|score| score.criterion == Criterion::Fit)) }
    }
}

/// A total, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Counted {
    /// The sum of the expert's points.
    pub total: Decimal,
    /// Whether it was dropped as the highest or the lowest.
    pub dropped: bool,
    /// Whether it lies more than 20 points from the panel's score.
    pub outlier: bool,
}

/// The panel's score of one bid, with how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelScore {
    /// The totals, in the order in which they were given.
    pub sheets: Vec<Counted>,
    /// Their mean without those dropped, to two decimals; none without a sheet.
    pub score: Option<Decimal>,
    /// The mean of the points for fit, of the same sheets.
    pub fit: Option<Decimal>,
}

/// The mean, to two decimals.
fn mean(points: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    let (sum, count) = points.fold((Exact::ZERO, 0u32), |(sum, count), next| (sum + next.0, count.saturating_add(1)));
    let mean = sum.checked_div(count.into())?;
    Some(Decimal(mean.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)))
}

/// The panel's score from the sheets of a bid, in whatever order they came.
#[must_use]
pub fn panel(sheets: &[Sheet]) -> PanelScore {
    let by_total = |sheet: &(usize, &Sheet)| (sheet.1.total, sheet.1.fit);
    let trimmed = sheets.len() >= TRIMMED_FROM;
    let lowest = sheets.iter().enumerate().min_by_key(by_total).filter(|_| trimmed).map(|(at, _)| at);
    let highest = sheets.iter().enumerate().max_by_key(by_total).filter(|_| trimmed).map(|(at, _)| at);
    let dropped = |at: usize| Some(at) == lowest || Some(at) == highest;
    let kept: Vec<&Sheet> = sheets.iter().enumerate().filter(|(at, _)| !dropped(*at)).map(|(_, sheet)| sheet).collect();
    let score = mean(kept.iter().map(|sheet| sheet.total));
    let far = |total: Decimal| score.is_some_and(|score| (total.0 - score.0).abs() > OUTLIER.into());
    let counted = |(at, sheet): (usize, &Sheet)| Counted { total: sheet.total, dropped: dropped(at), outlier: far(sheet.total) };
    PanelScore { sheets: sheets.iter().enumerate().map(counted).collect(), score, fit: mean(kept.iter().map(|sheet| sheet.fit)) }
}

/// The place of each bid, from 1: by score, then by fit; equal in both, they share a place. None without a score.
#[must_use]
pub fn places(scores: &[PanelScore]) -> Vec<Option<usize>> {
    let key = |panel: &PanelScore| panel.score.map(|score| Reverse((score, panel.fit)));
    let place = |panel: &PanelScore| {
        let own = key(panel)?;
        let before = scores.iter().filter_map(key).filter(|other| *other < own).count();
        before.checked_add(1)
    };
    scores.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::{Sheet, panel, places};
    use crate::domain::decimal::Decimal;
    use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};

    fn sheets(totals: &[i64]) -> Vec<Sheet> {
        totals.iter().map(|total| Sheet { total: Decimal((*total).into()), fit: Decimal((*total / 4).into()) }).collect()
    }

    fn score(totals: &[i64]) -> Option<Decimal> {
        panel(&sheets(totals)).score
    }

    #[test]
    fn six_scores_are_averaged_as_they_are_and_seven_lose_their_extremes() {
        assert_eq!(score(&[0, 60, 60, 60, 60, 60]), Some(Decimal(50.into())));
        assert_eq!(score(&[0, 60, 60, 60, 60, 60, 100]), Some(Decimal(60.into())));
        assert_eq!(score(&[]), None);
        assert_eq!(score(&[80, 80, 81]).unwrap().to_string(), "80.33");
    }

    #[test]
    fn one_highest_and_one_lowest_are_dropped_and_what_lies_far_off_is_flagged_and_counts() {
        let seven = panel(&sheets(&[90, 50, 90, 80, 80, 80, 50]));
        assert_eq!(seven.sheets.iter().filter(|sheet| sheet.dropped).count(), 2);
        assert_eq!(seven.sheets.iter().filter(|sheet| sheet.outlier).count(), 2, "both 50: one of them was dropped");
        let three = panel(&sheets(&[90, 90, 50]));
        assert_eq!((three.score.unwrap().to_string().as_str(), three.sheets[2].outlier, three.sheets[2].dropped), ("76.67", true, false));
    }

    #[test]
    fn equal_scores_are_told_apart_by_fit_and_share_a_place_when_that_is_equal_too() {
        let sheet = |total: i64, fit: i64| panel(&[Sheet { total: Decimal(total.into()), fit: Decimal(fit.into()) }]);
        let all = [sheet(80, 20), sheet(80, 25), sheet(90, 1), sheet(80, 20), panel(&[])];
        assert_eq!(places(&all), [Some(3), Some(2), Some(1), Some(3), None]);
    }

    proptest! {
        #[test]
        fn the_order_in_which_sheets_come_does_not_matter(
            (totals, shuffled) in proptest::collection::vec(0i64..=100, 1..12)
                .prop_flat_map(|totals| (proptest::strategy::Just(totals.clone()), proptest::strategy::Just(totals).prop_shuffle())),
        ) {
            let (one, other) = (panel(&sheets(&totals)), panel(&sheets(&shuffled)));
            prop_assert_eq!((one.score, one.fit), (other.score, other.fit));
            let score = one.score.unwrap().0;
            let (least, most) = (totals.iter().min().unwrap(), totals.iter().max().unwrap());
            prop_assert!(score >= (*least).into() && score <= (*most).into());
        }
    }
}
