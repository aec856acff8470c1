//! Bodies that are right as they stand; tests spoil them where they want.

use serde_json::{Value, json};

/// 万元 in fen.
pub const WAN: i64 = 1_000_000;

pub fn batch(number: u64) -> Value {
    json!({"year": 2026, "code": format!("JB2026-{number}"), "name": "2026年揭榜挂帅榜单", "budget_fen": 5_000 * WAN})
}

pub fn challenge(batch_id: &str, sponsor_id: &str, number: u64) -> Value {
    json!({
        "batch_id": batch_id,
        "title": format!("煤层气提浓成套技术{number}"),
        "class": "enterprise_tech",
        "plan_category": "major_special",
        "selection_mode": "open_challenge",
        "sector": "energy_env",
        "sponsor_id": sponsor_id,
        "max_parallel_teams": 1,
        "background": "低浓度煤层气直接排空，浪费能源。",
        "research_content": "研发吸附剂与工艺，建成示范装置。",
        "indicators": [
            {"code": "K1", "name": "产品甲烷浓度", "kind": "technical", "unit": "%", "comparator": "at_least", "target": "95", "mandatory": true, "measure_method": "third_party_test"},
            {"code": "K2", "name": "单位电耗", "kind": "technical", "unit": "kWh/m³", "comparator": "at_most", "target": "0.55", "mandatory": true, "measure_method": "third_party_test"},
            {"code": "K3", "name": "新增产值", "kind": "economic", "unit": "万元", "comparator": "at_least", "target": "3000", "mandatory": false, "measure_method": "user_report"}
        ],
        "fiscal_cap_fen": 800 * WAN,
        "sponsor_fund_fen": 800 * WAN,
        "duration_months": 36,
        "secrecy": "public"
    })
}

pub fn question() -> Value {
    json!({"question": "指标K1的检测是否可由省外机构承担？"})
}

pub fn bid() -> Value {
    json!({
        "pi_name": "李挂帅",
        "technical_plan": "两段变压吸附耦合膜分离。",
        "requested_fen": 700 * WAN,
        "self_fund_fen": 100 * WAN,
        "indicators": [{"code": "K1", "value": "96"}, {"code": "K2", "value": "0.5"}],
        "milestones": [
            {"name": "小试完成", "month": 10, "weight_bps": 4000},
            {"name": "示范运行", "month": 34, "weight_bps": 6000}
        ],
        "truthful": true
    })
}

/// F1 to F16, all passed but those in `failing`.
pub fn examination(failing: &[&str]) -> Value {
    let items: Vec<Value> = (1..=16)
        .map(|number| {
            let code = format!("F{number}");
            if failing.contains(&code.as_str()) {
                json!({"code": code, "finding": "fail", "reason": "缺少签字页"})
            } else {
                json!({"code": code, "finding": "pass"})
            }
        })
        .collect();
    json!({"items": items})
}

/// A score sheet that adds up to about 4/5 (or what `fit` makes of it).
pub fn scores(fit: &str) -> Value {
    json!({
        "scores": [
            {"criterion": "fit", "points": fit}, {"criterion": "technical", "points": "20"}, {"criterion": "team", "points": "16"},
            {"criterion": "risk", "points": "8"}, {"criterion": "budget", "points": "8.5"}, {"criterion": "transfer", "points": "4"}
        ],
        "comment": "技术路线清楚，指标响应充分，团队条件具备，建议支持立项实施。"
    })
}

/// Two milestones and three payments that make `award_fen`, for a project that begins at about `year`-04.
pub fn plan(award_fen: i64) -> Value {
    let first = award_fen * 4 / 10;
    let second = award_fen * 3 / 10;
    json!({
        "milestones": [
            {"name": "小试完成", "due_on": "2027-02-01", "weight_bps": 4000, "indicators": [{"code": "K1", "value": "90"}]},
            {"name": "示范运行", "due_on": "2028-12-01", "weight_bps": 6000, "indicators": [{"code": "K1", "value": "96"}, {"code": "K2", "value": "0.5"}]}
        ],
        "payments": [
            {"gate": "signing", "amount_fen": first},
            {"gate": "milestone", "milestone": 1, "amount_fen": second},
            {"gate": "acceptance", "amount_fen": award_fen - first - second}
        ]
    })
}

pub fn evidence(values: &[(&str, &str)]) -> Value {
    let actuals: Vec<Value> =
        values.iter().map(|(code, actual)| json!({"code": code, "actual": actual, "evidence": "检测报告 2027-015"})).collect();
    json!({"actuals": actuals, "summary": "按计划完成。"})
}
