//! Draws 抽取: a panel taken from the frozen pool in an order that nobody could choose.
//!
//! Here is what follows once the pool stands in drawn order; the order itself comes of seed, contribution and ids (`auth::lots`).

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{OrganizationId, UserId};
use crate::domain::input::Whole;
use crate::domain::money::Fen;
use crate::domain::policy::Action as A;
use crate::domain::text::{Line, Reason};
use crate::domain::time::Timestamp;
use crate::domain::user::Sector;
use crate::domain::workflow::{path, stage_table};
use deserr::ValuePointerRef;
use std::collections::{HashMap, HashSet};

codes! {
    /// Where a draw stands.
    pub enum DrawStage {
        Prepared = "prepared" "待监督",
        Drawn = "drawn" "已抽取",
        Void = "void" "作废",
    }
}

use DrawStage as S;
stage_table!(
    S,
    &[
        path(S::Prepared, A::DrawWitness, &[S::Drawn]),
        path(S::Prepared, A::DrawVoid, &[S::Void]),
        path(S::Drawn, A::DrawInvite, &[S::Drawn]),
        path(S::Drawn, A::DrawReplace, &[S::Drawn]),
        path(S::Drawn, A::DrawVoid, &[S::Void]),
    ]
);

/// From this much public money on, one of the panel judges the money.
const FINANCE_FROM: Fen = Fen(300_000_000);

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = Terms::check -> Faults)]
pub struct Terms {
    /// People on the panel: odd, so that there is no tie of votes.
    pub size: Whole<3, 25>,
    /// Those who take the place of others, in order.
    pub substitutes: Whole<0, 25>,
    /// The least share of the panel from outside the province, in basis points (10,000: all of them).
    #[deserr(default = Whole(10_000))]
    #[schema(required = false)]
    pub outside_bps: Whole<0, 10_000>,
    /// The least number of experts for the money.
    #[deserr(default = Whole(0))]
    #[schema(required = false)]
    pub finance: Whole<0, 5>,
    /// Fields that technical experts know, any of them; left out, it is that of the challenge.
    #[deserr(default)]
    #[schema(required = false)]
    pub fields: Vec<Sector>,
}

impl Terms {
    fn check(mut self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        self.fields.sort_unstable();
        self.fields.dedup();
        faults.check(self.size.0.rem_euclid(2) == 0, "size", || Fault::new("not_odd", "应为奇数", "must be odd"));
        faults.check(self.finance.0 > self.size.0, "finance", || {
            Fault::new("out_of_range", "不得多于专家组人数", "is more than the panel holds")
        });
        faults.or(self)
    }

    /// That the panel is large enough for the scheme, and the money is judged by somebody where there is much of it.
    ///
    /// # Errors
    /// It is smaller than the `least` number of reviews; nobody judges the money.
    pub fn fit(&self, cap: Fen, least: i64) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.size.0 < least, "size", || {
            Fault::new("too_few", format!("评审方案要求至少{least}份评审意见"), format!("the scheme asks for at least {least} reviews"))
        });
        faults.check(cap >= FINANCE_FROM && self.finance.0 == 0, "finance", || {
            Fault::new("finance_expert", "财政经费300万元以上须有财务专家", "with 3 million yuan or more, one expert judges the money")
        });
        faults.or(())
    }

    /// How many of the panel are from outside the province, at least.
    fn outside(&self) -> usize {
        let share = self.size.0.saturating_mul(self.outside_bps.0);
        usize::try_from(share.saturating_add(9_999).div_euclid(10_000)).unwrap_or(usize::MAX)
    }

    fn size(&self) -> usize {
        usize::try_from(self.size.0).unwrap_or_default()
    }

    /// Whether a panel of these is as it was asked for.
    fn hold(&self, panel: &[&Candidate]) -> bool {
        let organizations: HashSet<OrganizationId> = panel.iter().map(|one| one.organization_id).collect();
        let finance = panel.iter().filter(|one| one.finance).count();
        panel.len() == self.size()
            && organizations.len() == panel.len()
            && panel.iter().filter(|one| one.outside).count() >= self.outside()
            && finance >= usize::try_from(self.finance.0).unwrap_or_default()
    }
}

/// Somebody in the frozen pool, with what the draw looks at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Candidate {
    /// The expert.
    pub expert_id: UserId,
    /// The organisation: a panel holds one of each.
    pub organization_id: OrganizationId,
    /// Whether that is outside the province.
    pub outside: bool,
    /// Whether it is an expert for the money.
    pub finance: bool,
}

/// What came of a draw.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Drawn {
    /// The panel, in drawn order.
    pub panel: Vec<UserId>,
    /// Those who take the place of others, in order.
    pub substitutes: Vec<UserId>,
}

/// Somebody who left a panel, and who came.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Replaced {
    /// Who left.
    pub leaves: UserId,
    /// Who came: the first of the substitutes with whom the panel is as it was asked for.
    pub comes: UserId,
    /// Substitutes before them who had an interest by then.
    #[serde(default)]
    pub passed_over: Vec<UserId>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Whether a panel that begins with these can be completed by `finance` more experts for the money and then by technical ones. It
/// depends on the pool alone, not on the order: somebody for the money must not take the place of the only technical expert left.
fn completes(pool: &[Candidate], terms: &Terms, begun: &[&Candidate], finance: usize) -> bool {
    // Of each free organisation: whether it is outside, whether it has technical experts, and some for the money.
    let mut free: HashMap<OrganizationId, (bool, bool, bool)> = HashMap::new();
    for one in pool.iter().filter(|one| !begun.iter().any(|other| other.organization_id == one.organization_id)) {
        let kind = free.entry(one.organization_id).or_insert((one.outside, false, false));
        *kind = (one.outside, kind.1 || !one.finance, kind.2 || one.finance);
    }
    let count = |wanted: &dyn Fn(&(bool, bool, bool)) -> bool| free.values().filter(|kind| wanted(kind)).count();
    let technical = |outside: bool| count(&|kind| kind.0 == outside && kind.1);
    let money = |outside: bool, both: bool| count(&|kind| kind.0 == outside && kind.1 == both && kind.2).min(finance);
    let begun_inside = begun.iter().filter(|one| !one.outside).count();
    let Some(room_inside) = terms.size().checked_sub(terms.outside()).and_then(|room| room.checked_sub(begun_inside)) else { return false };
    let Some(rest) = terms.size().checked_sub(begun.len().saturating_add(finance)) else { return false };
    // How many of those for the money come from organisations of each sort, and whether the others then suffice.
    let suffices = |out_both: usize, in_both: usize, in_alone: usize| {
        let out_alone = finance.checked_sub(out_both.saturating_add(in_both).saturating_add(in_alone));
        let room = room_inside.checked_sub(in_both.saturating_add(in_alone));
        let (Some(out_alone), Some(room)) = (out_alone, room) else { return false };
        let (outside, inside) = (technical(true).saturating_sub(out_both), technical(false).saturating_sub(in_both));
        out_alone <= money(true, false) && outside.saturating_add(inside.min(room)) >= rest
    };
    (0..=money(true, true)).any(|a| (0..=money(false, true)).any(|b| (0..=money(false, false)).any(|c| suffices(a, b, c))))
}

/// Takes a panel and its substitutes from the pool in drawn order; `None`, if the pool does not hold such a panel.
///
/// First the experts for the money, then those from outside, then whoever comes next; of each organisation the first.
#[must_use]
pub fn draw(order: &[Candidate], terms: &Terms) -> Option<Drawn> {
    let mut panel: Vec<&Candidate> = Vec::new();
    let room_inside = terms.size().checked_sub(terms.outside())?;
    let taken = |panel: &[&Candidate], one: &Candidate| panel.iter().any(|other| other.organization_id == one.organization_id);
    let inside = |panel: &[&Candidate]| panel.iter().filter(|one| !one.outside).count();
    let finance = usize::try_from(terms.finance.0).unwrap_or_default();
    if !completes(order, terms, &panel, finance) {
        return None;
    }
    for one in order.iter().filter(|one| one.finance) {
        let Some(left) = finance.checked_sub(panel.len().saturating_add(1)) else { break };
        let with: Vec<&Candidate> = panel.iter().copied().chain([one]).collect();
        if !taken(&panel, one) && completes(order, terms, &with, left) {
            panel = with;
        }
    }
    // The others are technical experts.
    for outside_only in [true, false] {
        for one in order.iter().filter(|one| !one.finance) {
            let enough = if outside_only { panel.iter().filter(|one| one.outside).count() >= terms.outside() } else { false };
            let fits = !taken(&panel, one) && (one.outside || (!outside_only && inside(&panel) < room_inside));
            if panel.len() < terms.size() && !enough && fits {
                panel.push(one);
            }
        }
    }
    if !terms.hold(&panel) {
        return None;
    }
    let mut substitutes: Vec<&Candidate> = Vec::new();
    let wanted = usize::try_from(terms.substitutes.0).unwrap_or_default();
    for one in order {
        if substitutes.len() < wanted && !taken(&panel, one) && !taken(&substitutes, one) {
            substitutes.push(one);
        }
    }
    let place = |one: &&Candidate| order.iter().position(|other| other.expert_id == one.expert_id);
    panel.sort_by_key(place);
    let ids = |some: Vec<&Candidate>| some.iter().map(|one| one.expert_id).collect();
    Some(Drawn { panel: ids(panel), substitutes: ids(substitutes) })
}

/// The panel as it stands after all replacements, with the substitutes who are left.
#[must_use]
pub fn standing(drawn: &Drawn, replaced: &[Replaced]) -> Drawn {
    let mut now = drawn.clone();
    for change in replaced {
        now.panel.retain(|id| *id != change.leaves);
        now.panel.push(change.comes);
        now.substitutes.retain(|id| *id != change.comes);
    }
    now
}

/// Who takes the place of `leaves`: the first of the substitutes, but for those in `barred`, with whom the panel is still as it was
/// asked for.
#[must_use]
pub fn next(pool: &[Candidate], terms: &Terms, now: &Drawn, leaves: UserId, barred: &[UserId]) -> Option<UserId> {
    let known = |id: &UserId| pool.iter().find(|one| one.expert_id == *id);
    let stays: Vec<&Candidate> = now.panel.iter().filter(|id| **id != leaves).filter_map(known).collect();
    let fits = |id: &&UserId| {
        let with: Vec<&Candidate> = stays.iter().copied().chain(known(id)).collect();
        !barred.contains(id) && terms.hold(&with)
    };
    now.substitutes.iter().find(fits).copied()
}

/// What the witness adds: the draw follows from it and from the seed, to which the service was bound before.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct WitnessInput {
    /// Anything that nobody could know before: thrown dice, the headline of the day.
    pub contribution: Line<4, 200>,
}

/// Who leaves a panel, and why.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ReplaceInput {
    /// The expert of the panel who leaves.
    pub expert_id: UserId,
    /// Why.
    pub reason: Reason,
}

/// When the reviews of a panel are due.
#[derive(Clone, Copy, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct InviteInput {
    /// The instant.
    pub due_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Replaced, Terms, draw, next, standing};
    use crate::domain::id::{OrganizationId, UserId};
    use crate::domain::input::Whole;
    use crate::domain::time::Timestamp;
    use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

    fn now() -> Timestamp {
        "2026-03-02T01:00:00Z".parse().unwrap()
    }

    fn terms(size: i64, substitutes: i64, outside_bps: i64, finance: i64) -> Terms {
        Terms {
            size: Whole(size),
            substitutes: Whole(substitutes),
            outside_bps: Whole(outside_bps),
            finance: Whole(finance),
            fields: Vec::new(),
        }
    }

    /// A pool of experts: of which organisation, whether that is outside, whether for the money.
    fn pool(of: &[(usize, bool)]) -> Vec<Candidate> {
        let organizations: Vec<OrganizationId> = (0..30).map(|_| OrganizationId::new(now())).collect();
        of.iter()
            .map(|(organization, finance)| Candidate {
                expert_id: UserId::new(now()),
                organization_id: organizations[*organization],
                outside: organization % 3 != 0,
                finance: *finance,
            })
            .collect()
    }

    #[test]
    fn a_pool_without_enough_organisations_or_without_anyone_from_outside_gives_no_panel() {
        let one_place = pool(&[(1, false), (1, false), (1, false), (2, false)]);
        assert_eq!(draw(&one_place, &terms(3, 0, 0, 0)), None);
        let inside = pool(&[(0, false), (3, false), (6, false)]);
        assert_eq!(draw(&inside, &terms(3, 0, 1, 0)), None);
        assert!(draw(&inside, &terms(3, 0, 0, 0)).is_some());
        assert_eq!(draw(&inside, &terms(3, 0, 0, 1)), None, "and nobody for the money");
    }

    #[test]
    fn the_panel_is_taken_in_drawn_order_and_so_are_the_substitutes() {
        let order = pool(&[(1, false), (2, false), (1, false), (4, false), (5, true), (7, false), (8, false)]);
        let drawn = draw(&order, &terms(3, 2, 10_000, 0)).unwrap();
        let at = |ids: &[UserId]| ids.iter().map(|id| order.iter().position(|one| one.expert_id == *id).unwrap()).collect::<Vec<_>>();
        assert_eq!((at(&drawn.panel), at(&drawn.substitutes)), (vec![0, 1, 3], vec![4, 5]));
        let with_money = draw(&order, &terms(3, 0, 10_000, 1)).unwrap();
        assert_eq!(at(&with_money.panel), [0, 1, 4]);
        // The only one for the money leaves: nobody else can take that place.
        let now_panel = draw(&order, &terms(3, 2, 10_000, 1)).unwrap();
        assert_eq!(next(&order, &terms(3, 2, 10_000, 1), &now_panel, order[4].expert_id, &[]), None);
        assert_eq!(next(&order, &terms(3, 2, 10_000, 1), &now_panel, order[0].expert_id, &[]), Some(order[3].expert_id));
    }

    #[test]
    fn somebody_for_the_money_does_not_take_the_place_of_the_only_technical_expert() {
        let order = pool(&[(1, true), (2, true), (1, false), (4, false)]);
        let drawn = draw(&order, &terms(3, 0, 10_000, 1)).unwrap();
        assert_eq!(drawn.panel, [order[1].expert_id, order[2].expert_id, order[3].expert_id]);
    }

    proptest! {
        #[test]
        fn whether_there_is_a_panel_does_not_depend_on_the_order_in_which_the_pool_is_drawn(
            of in proptest::collection::vec((0usize..12, any::<bool>()), 0..14),
            (size, outside_bps, finance) in (1i64..4, 0i64..=10_000, 0i64..4).prop_map(|(n, o, f)| (2 * n + 1, o, f)),
            seed in any::<u64>(),
        ) {
            let (order, terms) = (pool(&of), terms(size, 0, outside_bps, finance));
            let mut other = order.clone();
            other.sort_by_cached_key(|one| one.expert_id.to_string().bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)).rotate_left(9)));
            let found = draw(&order, &terms);
            prop_assert_eq!(found.is_some(), draw(&other, &terms).is_some());
            // And as trying every panel there is would have it.
            let panels = 1_u32 << order.len();
            let anew = (0..panels).filter(|set| i64::from(set.count_ones()) == size).any(|set| {
                let panel: Vec<&Candidate> = order.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, one)| one).collect();
                i64::try_from(panel.iter().filter(|one| one.finance).count()).unwrap() == finance && terms.hold(&panel)
            });
            prop_assert_eq!(found.is_some(), anew);
        }

        #[test]
        fn a_panel_holds_one_of_an_organisation_and_what_was_asked_for_whatever_leaves_it(
            of in proptest::collection::vec((0usize..30, any::<bool>()), 0..40),
            (size, substitutes, outside_bps, finance) in (1i64..5, 0i64..10, 0i64..=10_000, 0i64..3).prop_map(|(n, s, o, f)| (2 * n + 1, s, o, f)),
            leaving in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
        ) {
            let (order, terms) = (pool(&of), terms(size, substitutes, outside_bps, finance));
            let known = |id: &UserId| order.iter().find(|one| one.expert_id == *id).unwrap();
            let Some(drawn) = draw(&order, &terms) else { return Ok(()) };
            let mut replaced = Vec::new();
            for index in leaving {
                let current = standing(&drawn, &replaced);
                let panel: Vec<&Candidate> = current.panel.iter().map(known).collect();
                prop_assert!(terms.hold(&panel));
                prop_assert!(current.substitutes.iter().all(|id| !current.panel.contains(id)));
                let leaves = *index.get(&current.panel);
                let Some(comes) = next(&order, &terms, &current, leaves, &[]) else { continue };
                replaced.push(Replaced { leaves, comes, passed_over: Vec::new(), reason: String::new(), at: now() });
            }
            prop_assert_eq!(draw(&order, &terms), Some(drawn), "drawn again, it is the same");
        }
    }
}
