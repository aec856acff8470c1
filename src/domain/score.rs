//! Scores 评审得分: how the totals of a panel become the score of a bid, and the bids of a round a ranking (exact decimals throughout).

use crate::domain::decimal::Decimal;
use crate::domain::money::WHOLE_BPS;
use crate::domain::review::{Score, Vote, total};
use crate::domain::scheme::{Phase, Scheme};
use rust_decimal::{Decimal as Exact, RoundingStrategy};
use std::cmp::Reverse;

/// What one expert gave one bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The sum of the points.
    pub total: Decimal,
    /// The points of the decisive criterion, such as the fit with the challenge: they decide between equal scores.
    pub fit: Decimal,
    /// Whether the expert would have the bid recommended.
    pub recommends: bool,
}

impl Sheet {
    /// The sheet that these points make under a scheme.
    #[must_use]
    pub fn of(scores: &[Score], vote: Option<Vote>, scheme: &Scheme) -> Self {
        let decisive = scores.iter().find(|score| score.criterion == scheme.decisive).and_then(|score| score.points);
        Self { total: total(scores, scheme), fit: decisive.unwrap_or(Decimal(Exact::ZERO)), recommends: vote == Some(Vote::Recommend) }
    }
}

/// A total, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Counted {
    /// The sum of the expert's points.
    pub total: Decimal,
    /// Whether it was dropped as the highest or the lowest.
    pub dropped: bool,
    /// Whether it lies further from the panel's score than the scheme has it.
    pub outlier: bool,
}

/// The panel's score of one bid, with how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelScore {
    /// The totals, in the order in which they were given.
    pub sheets: Vec<Counted>,
    /// Their mean without those dropped, to two decimals; none without a sheet.
    pub score: Option<Decimal>,
    /// The mean of the decisive points, of the same sheets.
    pub fit: Option<Decimal>,
    /// How many of the sheets, those dropped included, would have the bid recommended.
    pub votes: usize,
}

/// The score of a bid: the means of its phases, weighed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BidScore {
    /// The phases with sheets that count, in their order, each with its weight in basis points.
    pub phases: Vec<(Phase, i64, PanelScore)>,
    /// The weighed mean of the scores of these phases, to two decimals; none as long as there is no sheet with a weight.
    pub score: Option<Decimal>,
    /// The weighed mean of the decisive points.
    pub fit: Option<Decimal>,
    /// Votes to recommend, in all phases.
    pub votes: usize,
}

/// The means of phases weighed; phases that the bid has not come to do not count.
fn weighed(parts: impl Iterator<Item = (i64, Option<Decimal>)>) -> Option<Decimal> {
    let known = parts.filter_map(|(weight, mean)| Some((Exact::from(weight), mean?.0)));
    let (sum, weights) = known.fold((Exact::ZERO, Exact::ZERO), |(sum, all), (weight, mean)| (sum + weight * mean, all + weight));
    if weights.is_zero() {
        return None;
    }
    let mean = sum.checked_div(weights)?;
    Some(Decimal(mean.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)))
}

/// The score of a bid from the sheets of each phase, in whatever order they came.
#[must_use]
pub fn score(sheets: &[(Phase, Sheet)], scheme: &Scheme) -> BidScore {
    let of = |phase| sheets.iter().filter(move |(at, _)| *at == phase).map(|(_, sheet)| *sheet).collect::<Vec<_>>();
    let phases = scheme.phases.iter().map(|terms| (terms.phase, terms.weight_bps.0, panel(&of(terms.phase), scheme)));
    let phases: Vec<_> = phases.filter(|(_, _, panel)| !panel.sheets.is_empty()).collect();
    BidScore {
        score: weighed(phases.iter().map(|(_, weight, panel)| (*weight, panel.score))),
        fit: weighed(phases.iter().map(|(_, weight, panel)| (*weight, panel.fit))),
        votes: phases.iter().map(|(_, _, panel)| panel.votes).sum(),
        phases,
    }
}

impl BidScore {
    /// How it comes about, in figures: `(82.5 + 78.5) / 2 = 80.5`; with several phases, these weighed as well.
    #[must_use]
    pub fn computed(&self) -> String {
        let means: Vec<String> = self.phases.iter().map(|(_, _, panel)| panel.computed()).collect();
        let Some(score) = self.score.filter(|_| self.phases.len() > 1) else { return means.concat() };
        let weighed = self.phases.iter().filter(|(_, weight, _)| *weight > 0).filter_map(|(_, weight, panel)| {
            let share = Decimal(Exact::from(*weight).checked_div(WHOLE_BPS.into())?);
            Some(format!("{share} × {}", panel.score?))
        });
        format!("{}; {} = {score}", means.join("; "), weighed.collect::<Vec<_>>().join(" + "))
    }
}

impl PanelScore {
    /// The mean, written out.
    #[must_use]
    pub fn computed(&self) -> String {
        let kept: Vec<String> = self.sheets.iter().filter(|sheet| !sheet.dropped).map(|sheet| sheet.total.to_string()).collect();
        self.score.map_or_else(String::new, |score| format!("({}) / {} = {score}", kept.join(" + "), kept.len()))
    }
}

/// The mean, to two decimals.
fn mean(points: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    let (sum, count) = points.fold((Exact::ZERO, 0u32), |(sum, count), next| (sum + next.0, count.saturating_add(1)));
    let mean = sum.checked_div(count.into())?;
    Some(Decimal(mean.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)))
}

/// The panel's score from the sheets of a bid, in whatever order they came.
#[must_use]
pub fn panel(sheets: &[Sheet], scheme: &Scheme) -> PanelScore {
    let by_total = |sheet: &(usize, &Sheet)| (sheet.1.total, sheet.1.fit, sheet.1.recommends);
    let trimmed = i64::try_from(sheets.len()).is_ok_and(|count| count >= scheme.trimmed_from.0);
    let lowest = sheets.iter().enumerate().min_by_key(by_total).filter(|_| trimmed).map(|(at, _)| at);
    let highest = sheets.iter().enumerate().max_by_key(by_total).filter(|_| trimmed).map(|(at, _)| at);
    let dropped = |at: usize| Some(at) == lowest || Some(at) == highest;
    let kept: Vec<&Sheet> = sheets.iter().enumerate().filter(|(at, _)| !dropped(*at)).map(|(_, sheet)| sheet).collect();
    let score = mean(kept.iter().map(|sheet| sheet.total));
    let far = |total: Decimal| score.is_some_and(|score| (total.0 - score.0).abs() > scheme.outlier.0.into());
    let counted = |(at, sheet): (usize, &Sheet)| Counted { total: sheet.total, dropped: dropped(at), outlier: far(sheet.total) };
    PanelScore {
        sheets: sheets.iter().enumerate().map(counted).collect(),
        score,
        fit: mean(kept.iter().map(|sheet| sheet.fit)),
        votes: sheets.iter().filter(|sheet| sheet.recommends).count(),
    }
}

/// The place of each bid, from 1: by score, then by fit, then by votes; equal in all, they share a place. None without a score.
#[must_use]
pub fn places(scores: &[BidScore]) -> Vec<Option<usize>> {
    let key = |bid: &BidScore| bid.score.map(|score| Reverse((score, bid.fit, bid.votes)));
    let place = |bid: &BidScore| {
        let own = key(bid)?;
        let before = scores.iter().filter_map(key).filter(|other| *other < own).count();
        before.checked_add(1)
    };
    scores.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::{BidScore, Sheet, panel, places, score};
    use crate::domain::decimal::Decimal;
    use crate::domain::input::Whole;
    use crate::domain::scheme::{Phase, PhaseTerms, Scheme};
    use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};

    fn standard() -> Scheme {
        Scheme::standard().unwrap()
    }

    fn sheet(total: i64, fit: i64, recommends: bool) -> Sheet {
        Sheet { total: Decimal(total.into()), fit: Decimal(fit.into()), recommends }
    }

    fn sheets(totals: &[i64]) -> Vec<Sheet> {
        totals.iter().map(|total| sheet(*total, *total / 4, false)).collect()
    }

    fn mean(totals: &[i64]) -> Option<Decimal> {
        panel(&sheets(totals), &standard()).score
    }

    /// A network review that weighs 40 %, a meeting that weighs 60 %, and a visit that only informs.
    fn phased() -> Scheme {
        let terms = |phase, weight| PhaseTerms { phase, least_reviews: Whole(1), weight_bps: Whole(weight) };
        Scheme { phases: vec![terms(Phase::Network, 4_000), terms(Phase::Meeting, 6_000), terms(Phase::Site, 0)], ..standard() }
    }

    #[test]
    fn six_scores_are_averaged_as_they_are_and_seven_lose_their_extremes() {
        assert_eq!(mean(&[0, 60, 60, 60, 60, 60]), Some(Decimal(50.into())));
        assert_eq!(mean(&[0, 60, 60, 60, 60, 60, 100]), Some(Decimal(60.into())));
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[80, 80, 81]).unwrap().to_string(), "80.33");
    }

    #[test]
    fn one_highest_and_one_lowest_are_dropped_and_what_lies_far_off_is_flagged_and_counts() {
        let seven = panel(&sheets(&[90, 50, 90, 80, 80, 80, 50]), &standard());
        assert_eq!(seven.sheets.iter().filter(|sheet| sheet.dropped).count(), 2);
        assert_eq!(seven.sheets.iter().filter(|sheet| sheet.outlier).count(), 2, "both 50: one of them was dropped");
        let three = panel(&sheets(&[90, 90, 50]), &standard());
        assert_eq!((three.score.unwrap().to_string().as_str(), three.sheets[2].outlier, three.sheets[2].dropped), ("76.67", true, false));
    }

    #[test]
    fn equal_scores_are_told_apart_by_fit_then_by_votes_and_share_a_place_when_those_are_equal_too() {
        let one = |total, fit, votes| score(&[(Phase::Network, sheet(total, fit, votes))], &standard());
        let all =
            [one(80, 20, false), one(80, 25, false), one(90, 1, false), one(80, 20, false), one(80, 20, true), score(&[], &standard())];
        assert_eq!(places(&all), [Some(4), Some(2), Some(1), Some(4), Some(3), None]);
    }

    #[test]
    fn phases_are_weighed_and_what_a_bid_has_not_come_to_does_not_count() {
        let (network, meeting, site) =
            ((Phase::Network, sheet(70, 20, false)), (Phase::Meeting, sheet(90, 28, true)), (Phase::Site, sheet(10, 1, false)));
        let of = |sheets: &[(Phase, Sheet)]| score(sheets, &phased());
        assert_eq!(of(&[network]).score, Some(Decimal(70.into())));
        let both: BidScore = of(&[meeting, network]);
        assert_eq!(both.score, Some(Decimal(82.into())));
        assert_eq!(both.computed(), "(70) / 1 = 70; (90) / 1 = 90; 0.4 × 70 + 0.6 × 90 = 82");
        let all = of(&[site, meeting, network]);
        assert_eq!((all.score, all.votes, all.phases.len()), (Some(Decimal(82.into())), 1, 3));
        assert_eq!(of(&[site]).score, None);
    }

    proptest! {
        #[test]
        fn the_order_in_which_sheets_come_does_not_matter(
            (given, shuffled) in proptest::collection::vec((0i64..=100, 0usize..3), 1..12)
                .prop_flat_map(|given| (proptest::strategy::Just(given.clone()), proptest::strategy::Just(given).prop_shuffle())),
        ) {
            let of = |given: &[(i64, usize)]| {
                let sheets: Vec<_> = given.iter().map(|(total, phase)| (Phase::ALL[*phase], sheet(*total, *total / 4, *total > 80))).collect();
                score(&sheets, &phased())
            };
            let (one, other) = (of(&given), of(&shuffled));
            prop_assert_eq!((one.score, one.fit, one.votes), (other.score, other.fit, other.votes));
            let totals = given.iter().filter(|(_, phase)| *phase < 2).map(|(total, _)| *total);
            if let Some(score) = one.score {
                prop_assert!(score.0 >= totals.clone().min().unwrap().into() && score.0 <= totals.max().unwrap().into());
            }
        }
    }
}
