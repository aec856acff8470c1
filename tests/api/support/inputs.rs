//! Bodies that are right as they stand; tests spoil them where they want.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// A scheme like the standard one, with which one review of a bid is enough.
pub fn scheme() -> Value {
    let criterion = |code: &str, most: i64| json!({"code": code, "name": code, "most": most});
    json!({
        "name": "简易评审方案",
        "criteria": [
            criterion("fit", 30), criterion("technical", 25), criterion("team", 20),
            criterion("risk", 10), criterion("budget", 10), criterion("transfer", 5)
        ],
        "decisive": "fit",
        "threshold": 70,
        "phases": [{"phase": "network", "least_reviews": 1, "weight_bps": 10_000}],
        "desks": [{"name": "分管领导"}]
    })
}

/// The sponsor's word.
pub fn grade(grade: &str) -> Value {
    json!({"grade": grade, "reasons": "方案切合企业需要，愿意配合实施。"})
}

pub fn question() -> Value {
    json!({"question": "指标K1的检测是否可由省外机构承担？"})
}

/// An extension to so many days from now.
pub fn extension(app: &super::TestApp, days: i64) -> Value {
    let closes_at = app.app.clock.now().plus(chrono::TimeDelta::days(days)).to_string();
    json!({"closes_at": closes_at, "reason": "节假日顺延"})
}

/// A number of a resident identity card that nobody has (999999 is no place), another one each time.
pub fn identity(born: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    identity_of(&format!("{:06}{born}{:03}", 999_999 - number / 1_000, number % 1_000))
}

/// The number with this body.
pub fn identity_of(body: &str) -> String {
    format!("{body}{}", jiebang::domain::person::IdentityNumber::check_character(body).unwrap())
}

pub fn bid() -> Value {
    json!({
        "team": [
            {"name": "李挂帅", "role": "pi", "identity": identity("19740512"), "person_months": 8, "title": "研究员"},
            {"name": "王骨干", "role": "backbone", "identity": identity("19820307"), "person_months": 6}
        ],
        "technical_plan": "两段变压吸附耦合膜分离。",
        "innovation": "吸附剂与工艺均为自主研发。",
        "risks": "放大存在不确定性，设中试节点。",
        "market_plan": "先在需求方示范，再推广。",
        "requested_fen": 700 * WAN,
        "self_fund_fen": 100 * WAN,
        "budget": [
            {"item": "equipment", "fiscal_fen": 300 * WAN},
            {"item": "business", "fiscal_fen": 250 * WAN, "sponsor_fen": 50 * WAN, "self_fen": 100 * WAN},
            {"item": "labour", "fiscal_fen": 80 * WAN},
            {"item": "indirect", "fiscal_fen": 70 * WAN}
        ],
        "indicators": [{"code": "K1", "value": "96"}, {"code": "K2", "value": "0.5"}],
        "milestones": [
            {"name": "吸附剂定型", "month": 6, "weight_bps": 2000, "indicators": ["K1"]},
            {"name": "小试完成", "month": 12, "weight_bps": 2000, "indicators": ["K1", "K2"]},
            {"name": "中试完成", "month": 24, "weight_bps": 3000, "indicators": ["K1", "K2"]},
            {"name": "示范运行", "month": 34, "weight_bps": 3000, "indicators": ["K1", "K2"]}
        ],
        "commitments": {"integrity": true, "truthful": true, "ethics": true, "no_double_funding": true}
    })
}

/// A bid with a partner, named by its id or its credit code, that has a fifth of the money.
pub fn with_partner(organization: &str) -> Value {
    let mut input = bid();
    input["lead_share_bps"] = json!(8_000);
    input["partners"] = json!([{"organization": organization, "tasks": "承担中试验证。", "fiscal_share_bps": 2_000}]);
    input
}

/// A restriction of an organisation.
pub fn restriction(organization: &str) -> Value {
    json!({
        "organization": organization, "gravity": "minor", "basis": "提供虚假材料。", "decision_no": "示科诚〔2026〕1号",
        "starts_on": "2026-01-01", "ends_on": "2028-12-31"
    })
}

/// A bid as it was sealed: identities are kept as hashes.
pub fn kept(content: &Value) -> Vec<u8> {
    let content: jiebang::domain::proposal::BidInput = serde_json::from_value(content.clone()).unwrap();
    serde_json::to_vec(&content).unwrap()
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
    let extreme = fit.parse::<f64>().is_ok_and(|points| !(18.0..=27.0).contains(&points));
    let comment = extreme.then_some("与榜单指标逐项对照后作此评分，依据见技术方案第三章。");
    json!({
        "scores": [
            {"criterion": "fit", "points": fit, "comment": comment}, {"criterion": "technical", "points": "20"}, {"criterion": "team", "points": "16"},
            {"criterion": "risk", "points": "8"}, {"criterion": "budget", "points": "8.5"}, {"criterion": "transfer", "points": "4"}
        ],
        "comment": "技术路线清楚，指标响应充分，团队条件具备，建议支持立项实施。"
    })
}

/// The letter of a team that leaves today.
pub fn leave(app: &super::TestApp) -> Value {
    json!({"letter_no": "科大函〔2026〕8号", "letter_on": app.app.clock.now().date().to_string(), "reason": "挂帅人调离，团队无法承担"})
}

/// A finding for which a bid is to be disqualified.
pub fn disqualification() -> Value {
    json!({"finding": "false_statement", "finding_no": "示科诚〔2026〕7号", "reason": "所附检测报告系伪造，违反揭榜须知第九条。"})
}

/// A window of publicity.
pub fn publicity(from: &str, to: &str) -> Value {
    let contact = |kind: &str| json!({"kind": kind, "name": "资源配置与管理处", "reached_by": "0351-0000000"});
    json!({"starts_on": from, "ends_on": to, "contacts": [contact("business"), contact("supervision")]})
}

/// Two milestones and three payments that make `award_fen`, for a project of three years that begins between April and November of 2026.
pub fn plan(award_fen: i64) -> Value {
    let first = award_fen * 4 / 10;
    let second = award_fen * 3 / 10;
    json!({
        "milestones": [
            {"name": "小试完成", "due_on": "2027-02-01", "weight_bps": 4000, "indicators": [{"code": "K1", "value": "90"}]},
            {"name": "示范运行", "due_on": "2028-01-20", "weight_bps": 6000, "indicators": [{"code": "K1", "value": "96"}, {"code": "K2", "value": "0.5"}]}
        ],
        "payments": [
            {"gate": "signing", "amount_fen": first},
            {"gate": "milestone", "milestone": 1, "amount_fen": second},
            {"gate": "acceptance", "amount_fen": award_fen - first - second}
        ]
    })
}

/// A signature of a party.
pub fn signature(party: &str) -> Value {
    let representative = (party == "team").then_some("赵法人");
    json!({"party": party, "pledge": true, "legal_representative": representative})
}

/// A change whose cause arose today, if nothing else is said.
pub fn change(app: &super::TestApp, mut fields: Value) -> Value {
    let today = app.app.clock.now().date().to_string();
    for (name, value) in [("cause", "研究条件变化"), ("cause_on", today.as_str()), ("unit_opinion", "同意申请")] {
        if fields[name].is_null() {
            fields[name] = json!(value);
        }
    }
    fields
}

/// What a panel of three says.
pub fn node_assessment(conclusion: &str) -> Value {
    let assessor = |name: &str, of_users: bool| json!({"name": name, "organization": "省外某大学", "of_users": of_users});
    json!({
        "assessors": [assessor("钱专家", false), assessor("孙专家", false), assessor("李用户", true)],
        "conclusion": conclusion, "opinion": "现场核查与检测报告一致。", "met_on": "2026-03-01"
    })
}

/// A piece of evidence that a file shows.
pub fn piece(file: &str) -> Value {
    json!({"file": file, "number": "2027-015", "issued_by": "国家煤层气产品质检中心", "issued_on": "2026-03-01"})
}

/// Values of indicators, each with the file that shows it.
pub fn evidence(values: &[(&str, &str, &str)]) -> Value {
    let actuals: Vec<Value> =
        values.iter().map(|(code, actual, file)| json!({"code": code, "actual": actual, "evidence": [piece(file)]})).collect();
    json!({"actuals": actuals, "summary": "按计划完成。"})
}

/// A profile of the pool.
pub fn profile(speciality: &str) -> Value {
    let fields = if speciality == "technical" { json!(["energy_env"]) } else { json!([]) };
    json!({"title": "教授", "speciality": speciality, "fields": fields})
}

/// Puts an expert into the pool, who confirms.
pub async fn enlisted(app: &super::TestApp, expert: &super::Caller, speciality: &str) {
    let input = json!({"user_id": expert.id(), "profile": profile(speciality)});
    app.officer().await.post("/experts", input).await.is(201);
    expert.does(&format!("/experts/{}/confirm", expert.id())).await.is(200);
}

/// A panel of three from anywhere, one of them for the money.
pub fn terms() -> Value {
    json!({"size": 3, "substitutes": 1, "outside_bps": 0, "finance": 1})
}

/// An objection of somebody with an account.
pub fn objection() -> Value {
    json!({
        "kind": "person", "name": "赵真名", "facts": "牵头单位所报检测报告与公开数据库中的同批次报告不一致。",
        "evidence": ["检测报告编号TR-2025-018，见检测机构网站"]
    })
}

/// An application for acceptance with everything that the story's project needs.
pub fn acceptance() -> Value {
    let item =
        |kind: &str, reference: &str, by: &str| json!({"kind": kind, "reference": reference, "issued_by": by, "issued_on": "2026-04-01"});
    let mut test = item("third_party_test", "检字2026-118", "省检测中心");
    test["indicators"] = json!(["K1", "K2"]);
    json!({"self_evaluation": "全部指标达到任务书要求。", "items": [
        item("self_evaluation", "ZP-2026-01", "keda 单位"), item("science_report", "KJBG-2026-0077", "省科技情报所"),
        item("audit_report", "晋审2026-33", "某会计师事务所"), item("outcome_list", "CG-2026-01", "keda 单位"),
        item("truth_statement", "CN-2026-01", "keda 单位"), test
    ]})
}

/// A panel of three experts of the pool.
pub async fn panel(app: &super::TestApp) -> Vec<String> {
    let mut panel = Vec::new();
    for number in 21..24 {
        let expert = app.expert(number).await;
        let input = json!({"user_id": expert.id(), "profile": profile("technical")});
        let asked = app.officer().await.post("/experts", input).await;
        assert!(matches!(asked.status.as_u16(), 201 | 409), "{}", asked.text);
        panel.push(expert.id());
    }
    panel
}

/// What a panel found today.
pub fn assessment(panel: &[String], task: &str, finance: &str) -> Value {
    json!({"meeting_on": "2026-04-15", "experts": panel, "task": task, "finance": finance, "opinion": "专家组听取汇报并查验材料，形成本意见。"})
}

/// A visit that was made an hour ago.
pub fn visit(app: &super::TestApp) -> Value {
    let now = app.app.clock.now();
    json!({
        "held_at": now.plus(chrono::TimeDelta::hours(-1)).to_string(), "mode": "onsite", "place": "示范装置现场", "participants": ["李挂帅", "王骨干"],
        "duration_min": 120, "findings": "吸附剂定型试验按计划进行。", "note": "团队人手偏紧，需留意。",
        "next_visit_on": now.date().plus_days(60).to_string()
    })
}

/// A problem to be solved within a month.
pub fn problem(app: &super::TestApp) -> Value {
    json!({"summary": "关键设备尚未到货", "owner": "李挂帅", "due_on": app.app.clock.now().date().plus_days(30).to_string()})
}

/// A progress report of the project of [`plan`] that was paid nothing yet.
pub fn report() -> Value {
    json!({
        "done": "完成吸附剂中试放大。", "indicators": [{"code": "K1", "value": "88"}, {"code": "K2", "value": "0.6"}],
        "spending": [{"item": "business", "fiscal_fen": 0, "self_fen": 10 * WAN}], "self_fund_fen": 20 * WAN, "staff_months": "12.5",
        "outputs": ["发明专利申请1项"], "next_plan": "建设示范装置。", "risk": "green"
    })
}

/// A patent of this organisation, granted today, a sample, transferred for cash and equity.
pub fn outcome_of(app: &super::TestApp, owner: &str, number: &str) -> Value {
    json!({
        "kind": "patent", "title": "一种两段变压吸附提浓装置", "number": number, "dated_on": app.app.clock.now().date().to_string(),
        "owners": [owner], "maturity": "sample",
        "transfer": {"mode": "mixed", "value_fen": 100 * WAN, "contract_no": format!("HT-{number}")}, "sales_fen": 5 * WAN
    })
}

/// As [`outcome_of`], of keda.
pub async fn outcome(app: &super::TestApp, number: &str) -> Value {
    outcome_of(app, &app.organization("keda").await.to_string(), number)
}

/// A target of the department's plans for 2026: about thirty.
pub fn target(code: &str) -> Value {
    json!({
        "code": code, "name": "凝练重大项目", "scope": "annual", "year": 2026, "aspect": "揭榜挂帅", "responsible_unit": "资源配置与管理处",
        "source": {"document": "年度工作报告", "section": "四（二）", "quote": "凝练30个左右重大项目，全部以“揭榜挂帅”方式实施"},
        "target": "30", "tolerance": "3", "comparator": "at_least", "nature": "cumulative", "unit": "项", "as_of": "2025-12-31"
    })
}
