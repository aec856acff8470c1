//! Revisions: the text of a commitment as an approved change makes it, and what differs. Targets are never lowered, but for force majeure.

mod consortium;

use crate::domain::amendment::Change;
use crate::domain::change::{ChangeInput, ChangeKind, MilestoneChange};
use crate::domain::commitment::{Commitment, CommitmentNode, CommitmentParty, ConsortiumMember};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::OrganizationId;
use crate::domain::indicator::IndicatorValue;
use crate::domain::money::{Fen, WHOLE_BPS};
use crate::domain::plan::{check_dates, is_mid_term};
use crate::domain::proposal::budget::{BudgetLine, check_indirect};
use crate::domain::proposal::complete::weaker_than_target;
use crate::domain::time::Date;
use serde_json::Value;

/// What a revision needs to know beside the text.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The organisations that the change names.
    pub organizations: Vec<ConsortiumMember>,
    /// The new lead, as a party.
    pub lead: Option<CommitmentParty>,
    /// What each organisation got of the department's money so far.
    pub passed_on: Vec<(OrganizationId, Fen)>,
    /// Numbers of the milestones that are concluded: nothing about them changes.
    pub concluded: Vec<i32>,
}

impl ChangeInput {
    /// The text of `base` as this change makes it.
    ///
    /// # Errors
    /// All faults at once; nothing changes.
    pub fn revise(&self, base: &Commitment, around: &Surroundings) -> Result<Commitment, Faults> {
        let mut faults = Faults::default();
        let mut text = base.clone();
        match self.kind {
            ChangeKind::Title => text.title = self.title.as_ref().map_or(text.title, ToString::to_string),
            ChangeKind::Extension => text.ends_on = self.ends_on.unwrap_or(text.ends_on),
            ChangeKind::Pi => text.principal = self.principal.as_ref().map_or(text.principal, |person| person.name.to_string()),
            ChangeKind::LeadOrg => consortium::take_over(&mut text, around, &mut faults),
            ChangeKind::Member => text.members = self.consortium(base, around, &mut faults),
            ChangeKind::Indicator => self.targets(&mut text, around, &mut faults),
            ChangeKind::BudgetLine => self.budget(&mut text, &mut faults),
            ChangeKind::TechnicalRoute => {
                text.technical_route = self.technical_route.as_ref().map_or(text.technical_route, ToString::to_string);
            }
            ChangeKind::Milestone => self.nodes(&mut text, around, &mut faults),
            ChangeKind::Race => self.race.iter().for_each(|race| race.follow(&mut text, around, &mut faults)),
            ChangeKind::Account => text.account = self.account.as_ref().map(ToString::to_string).or(text.account),
        }
        holds_together(&text, base, &mut faults);
        let sound = faults.0.is_empty();
        faults.check(sound && text == *base, "kind", || Fault::new("no_change", "与现任务书相同", "changes nothing"));
        faults.or(text)
    }

    fn targets(&self, text: &mut Commitment, around: &Surroundings, faults: &mut Faults) {
        let asked = self.indicators.as_deref().unwrap_or_default();
        for (index, value) in asked.iter().enumerate() {
            let field = format!("indicators.{}", value.code);
            faults.check(asked.iter().take(index).any(|other| other.code == value.code), &field, twice);
            let Some(pledged) = text.indicators.iter_mut().find(|pledged| pledged.code == value.code) else {
                faults.check(true, &field, unknown_indicator);
                continue;
            };
            let lowered = !pledged.comparator.reached(value.value, pledged.target);
            faults.check(lowered && self.force_majeure.is_none(), &field, || weaker(pledged.comparator.zh(), &pledged.target.to_string()));
            pledged.target = value.value;
            let last = text.milestones.iter_mut().rev().find(|node| !node.waived && node.indicators.iter().any(|of| of.code == value.code));
            let Some(node) = last else { continue };
            faults.check(around.concluded.contains(&node.number), &field, concluded);
            node.indicators.iter_mut().filter(|of| of.code == value.code).for_each(|of| of.value = value.value);
        }
    }

    fn budget(&self, text: &mut Commitment, faults: &mut Faults) {
        let lines = self.budget.clone().unwrap_or_default();
        for (index, line) in lines.iter().enumerate() {
            let again = lines.iter().take(index).any(|other| other.item == line.item);
            faults.check(again, &format!("budget[{index}].item"), twice);
        }
        // The sponsor may give what no line of the budget names.
        let sponsors = |lines: &[BudgetLine]| Fen::total(lines.iter().map(|line| line.sponsor_fen));
        for (sum, whole, zh, en) in [
            (Fen::total(lines.iter().map(|line| line.fiscal_fen)), text.award_fen, "财政", "the department's"),
            (sponsors(&lines), sponsors(&text.budget), "需求方", "the sponsor's"),
            (Fen::total(lines.iter().map(|line| line.self_fen)), text.self_fund_fen, "自筹", "the consortium's own"),
        ] {
            faults.check(sum != whole, "budget", || {
                Fault::new(
                    "totals_differ",
                    format!("{zh}经费合计应为{}分", whole.0),
                    format!("{en} money must make {} fen as before", whole.0),
                )
            });
        }
        check_indirect(&lines, faults);
        text.budget = lines;
    }

    fn nodes(&self, text: &mut Commitment, around: &Surroundings, faults: &mut Faults) {
        let asked = self.milestones.as_deref().unwrap_or_default();
        for (index, change) in asked.iter().enumerate() {
            let field = format!("milestones[{index}]");
            let again = asked.iter().take(index).any(|other| other.number == change.number);
            faults.check(again, &format!("{field}.number"), twice);
            let Some(at) = text.milestones.iter().position(|node| i64::from(node.number) == change.number.0) else {
                faults.check(true, &field, || Fault::new("unknown_milestone", "没有这个里程碑", "is no milestone of the plan"));
                continue;
            };
            let Some(node) = text.milestones.get_mut(at) else { continue };
            faults.check(node.waived || around.concluded.contains(&node.number), &field, concluded);
            node.due_on = change.due_on.unwrap_or(node.due_on);
            if let Some(weight) = change.weight_bps {
                node.weight_bps = i32::try_from(weight.0).unwrap_or(node.weight_bps);
            }
            node.waived = node.waived || change.waive;
            for value in &change.indicators {
                let comparator = text.indicators.iter().find(|pledged| pledged.code == value.code).map(|pledged| pledged.comparator);
                let planned = node.indicators.iter_mut().find(|of| of.code == value.code);
                let at = format!("{field}.indicators.{}", value.code);
                let (Some(comparator), Some(planned)) = (comparator, planned) else {
                    faults.check(true, &at, unknown_indicator);
                    continue;
                };
                let lowered = !comparator.reached(value.value, planned.value);
                faults.check(lowered && self.force_majeure.is_none(), &at, || weaker(comparator.zh(), &planned.value.to_string()));
                planned.value = value.value;
            }
        }
        let before = text.milestones.clone();
        sound_dates(text, &before, asked, faults);
    }
}

/// Holds changed dates against each other. A first milestone or a mid-term gate that is not touched is not asked for again.
fn sound_dates(text: &Commitment, before: &[CommitmentNode], asked: &[MilestoneChange], faults: &mut Faults) {
    if asked.iter().all(|change| change.due_on.is_none()) {
        return;
    }
    let dates: Vec<Date> = before.iter().map(|node| node.due_on).collect();
    let mut found = Faults::default();
    check_dates(&dates, text.starts_on, text.ends_on, &mut found);
    let gated = dates.iter().any(|day| is_mid_term(*day, text.starts_on, text.ends_on));
    let moved = |number: i64| asked.iter().any(|change| change.number.0 == number && change.due_on.is_some());
    found.0.retain(|fault| match fault.code {
        "no_mid_term_gate" => !gated,
        "first_too_late" => moved(1),
        _ => true,
    });
    faults.0.append(&mut found.0);
}

/// What must be so of any commitment: weights make the whole, and each mandatory pledge falls due at a node that is not waived.
fn holds_together(text: &Commitment, base: &Commitment, faults: &mut Faults) {
    let weight: i64 = text.milestones.iter().map(|node| i64::from(node.weight_bps)).sum();
    faults.check(weight != WHOLE_BPS, "milestones", || Fault::new("weights", "权重合计应为10000", "weights must sum to 10,000"));
    let late = text.milestones.last().is_some_and(|node| node.due_on > text.ends_on);
    faults.check(late && text.ends_on != base.ends_on, "ends_on", || {
        Fault::new("before_a_milestone", "早于里程碑到期日", "lies before a milestone falls due")
    });
    for pledged in text.indicators.iter().filter(|pledged| pledged.mandatory) {
        let planned: Option<&IndicatorValue> =
            text.milestones.iter().rev().filter(|node| !node.waived).flat_map(|node| &node.indicators).find(|of| of.code == pledged.code);
        let kept = planned.is_some_and(|of| pledged.comparator.reached(of.value, pledged.target));
        let field = format!("indicators.{}", pledged.code);
        let told = faults.0.iter().any(|fault| fault.field == field);
        faults.check(!kept && !told, &field, || weaker(pledged.comparator.zh(), &pledged.target.to_string()));
    }
}

fn weaker(sign: &str, target: &str) -> Fault {
    Fault { code: "weaker_than_committed", ..weaker_than_target(sign, target) }
}

fn twice() -> Fault {
    Fault::new("repeated_code", "重复", "stands more than once")
}

fn unknown_indicator() -> Fault {
    Fault::new("unknown_indicator", "任务书没有这项指标", "is no indicator of the commitment")
}

fn concluded() -> Fault {
    Fault::new("milestone_concluded", "里程碑已办结", "the milestone is concluded")
}

/// What differs between two texts: one entry for each value, named by its path.
#[must_use]
pub fn differences(before: &Commitment, after: &Commitment) -> Vec<Change> {
    let kept = |text: &Commitment| serde_json::to_value(text).unwrap_or_default();
    let mut found = Vec::new();
    compare("", &kept(before), &kept(after), &mut found);
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<Change>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(&path, value, new.get(name).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (value, other)) in old.iter().zip(new).enumerate() {
                compare(&format!("{path}[{index}]"), value, other, found);
            }
        }
        _ if before != after => found.push(Change { field: path.to_owned(), before: before.clone(), after: after.clone() }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Surroundings, differences};
    use crate::domain::change::ChangeInput;
    use crate::domain::commitment::Commitment;
    use serde_json::{Value, json};

    /// A text with one indicator of each direction and two milestones.
    fn text() -> Commitment {
        let indicator = |code: &str, comparator: &str, target: &str| {
            json!({"code": code, "name": "指标", "kind": "technical", "unit": null, "comparator": comparator, "target": target,
                "mandatory": true, "measure_method": "document"})
        };
        let node = |number: i32, due_on: &str, weight: i32, values: Value| json!({"number": number, "name": "节点", "due_on": due_on, "weight_bps": weight, "indicators": values, "waived": false});
        serde_json::from_value(json!({
            "code": "P1", "title": "题目", "parties": [], "members": [], "agreements": [], "principal": "甲", "youth_co_lead": null,
            "starts_on": "2026-04-15", "ends_on": "2029-04-15", "award_fen": 100, "sponsor_fund_fen": 0, "self_fund_fen": 0, "budget": [],
            "technical_route": "路线", "account": null, "clauses": [], "payments": [],
            "indicators": [indicator("K1", "at_least", "96"), indicator("K2", "at_most", "5")],
            "milestones": [
                node(1, "2027-02-01", 4000, json!([{"code": "K1", "value": "90"}])),
                node(2, "2027-12-01", 6000, json!([{"code": "K1", "value": "96"}, {"code": "K2", "value": "5"}])),
            ],
        }))
        .unwrap()
    }

    fn change(mut fields: Value) -> ChangeInput {
        for (name, value) in [("cause", json!("事由")), ("cause_on", json!("2026-05-01")), ("unit_opinion", json!("同意"))] {
            fields[name] = value;
        }
        deserr::deserialize::<_, _, crate::domain::fault::Faults>(fields).unwrap()
    }

    fn force() -> Value {
        let person = |name: &str| json!({"name": name, "organization": "某大学", "of_users": true});
        json!({"panel": [person("甲专家"), person("乙专家"), person("丙专家")], "opinion": "确属不可抗力", "notice": "公告1号"})
    }

    proptest::proptest! {
        /// Against its comparator no target moves without force majeure, in either direction; with it, it does.
        #[test]
        fn a_target_moves_against_its_comparator_only_by_force_majeure(k1 in 1i64..200, k2 in 1i64..20, excused: bool) {
            let base = text();
            let mut asked = json!({"kind": "indicator", "indicators": [{"code": "K1", "value": k1.to_string()}, {"code": "K2", "value": k2.to_string()}]});
            if excused { asked["force_majeure"] = force(); }
            let revised = change(asked).revise(&base, &Surroundings::default());
            let (weaker, same) = (k1 < 96 || k2 > 5, k1 == 96 && k2 == 5);
            proptest::prop_assert_eq!(revised.is_ok(), !same && (!weaker || excused));
            if let Ok(after) = revised {
                let last = &after.milestones[1].indicators;
                proptest::prop_assert_eq!(last[0].value, after.indicators[0].target);
                proptest::prop_assert_eq!(last[1].value, after.indicators[1].target);
                proptest::prop_assert!(!differences(&base, &after).is_empty());
            }
        }

        /// Whatever is done to milestones, their weights make the whole, and every mandatory pledge still falls due.
        #[test]
        fn weights_make_the_whole_and_pledges_fall_due_through_any_change(
            first in 0i64..=10_000, second in 0i64..=10_000, waived in 0i64..3, k1 in 80i64..110,
        ) {
            let (base, node) = (text(), |number: i64, weight: i64| json!({"number": number, "weight_bps": weight, "waive": waived == number}));
            let mut asked = json!({"kind": "milestone", "milestones": [node(1, first), node(2, second)]});
            asked["milestones"][1]["indicators"] = json!([{"code": "K1", "value": k1.to_string()}]);
            if let Ok(after) = change(asked).revise(&base, &Surroundings::default()) {
                proptest::prop_assert_eq!(after.milestones.iter().map(|node| node.weight_bps).sum::<i32>(), 10_000);
                proptest::prop_assert!(waived != 2 && k1 >= 96);
            } else {
                proptest::prop_assert!(first + second != 10_000 || waived == 2 || k1 < 96 || (first == 4_000 && waived == 0 && k1 == 96));
            }
        }

        /// A milestone that is concluded stays as it is.
        #[test]
        fn nothing_changes_about_a_milestone_that_is_concluded(number in 1i64..=2, waive: bool) {
            let around = Surroundings { concluded: vec![1, 2], ..Surroundings::default() };
            let asked = json!({"kind": "milestone", "milestones": [{"number": number, "due_on": "2027-12-15", "waive": waive}]});
            proptest::prop_assert!(change(asked).revise(&text(), &around).is_err());
        }
    }

    #[test]
    fn what_differs_is_named_by_its_path() {
        let asked = json!({"kind": "milestone", "milestones": [{"number": 2, "due_on": "2028-01-05"}]});
        let after = change(asked).revise(&text(), &Surroundings::default()).unwrap();
        let found = differences(&text(), &after);
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((one.field.as_str(), &one.before, &one.after), ("milestones[1].due_on", &json!("2027-12-01"), &json!("2028-01-05")));
    }
}
