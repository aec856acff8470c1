//! What people fill in: every body is read as the API reads one, so that its checks hold for the demo, too.

use crate::app::projects::ProjectRow;
use crate::cli::seed::course::Quality;
use crate::cli::seed::data::{Bid, Challenge, fen};
use crate::cli::seed::ends::Examined;
use crate::cli::seed::values;
use crate::domain::acceptance::{AcceptanceInput, AcceptanceItemKind};
use crate::domain::challenge::{ChallengeInput, FailReason, Secrecy};
use crate::domain::decimal::Decimal;
use crate::domain::decision::{DecisionInput, PublicityWindow};
use crate::domain::evidence::{EvidenceInput, EvidenceKind};
use crate::domain::examination::{ExaminationInput, ExaminationItem, Finding};
use crate::domain::fault::Faults;
use crate::domain::id::{BatchId, BidId, EvidenceId, OrganizationId, SchemeId};
use crate::domain::indicator::{Indicator, MeasureMethod};
use crate::domain::money::Fen;
use crate::domain::payment::Gate;
use crate::domain::person::IdentityNumber;
use crate::domain::plan::PlanInput;
use crate::domain::proposal::BidInput;
use crate::domain::review::ScoreSheet;
use crate::domain::scheme::{Criterion, Scheme, SchemeInput};
use crate::domain::time::Date;
use anyhow::Context;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the three stages of every project reach, with their weights.
const STAGES: [(&str, i64); 3] =
    [("第一阶段：关键技术突破与方案验证", 3_000), ("第二阶段：系统集成与中试验证", 3_000), ("第三阶段：示范应用与指标考核", 4_000)];

/// What the four stages of every bid promise, with their weights.
const PROMISED: [(&str, i64); 4] =
    [("关键技术突破", 2_500), ("样机与方案验证", 2_500), ("系统集成与中试", 2_500), ("示范应用与指标考核", 2_500)];

/// Reads a body as the API does.
///
/// # Errors
/// Everything that is wrong with it.
pub fn form<T: deserr::Deserr<Faults>>(body: Value) -> anyhow::Result<T> {
    deserr::deserialize::<T, Value, Faults>(body).map_err(|faults| {
        let all: Vec<String> = faults.0.iter().map(|fault| format!("{} {}", fault.field, fault.en)).collect();
        anyhow::anyhow!(all.join("; "))
    })
}

/// A draft of a challenge.
///
/// # Errors
/// The data break a rule.
pub fn challenge(
    data: &Challenge,
    batch_id: BatchId,
    sponsor_id: Option<OrganizationId>,
    scheme_id: SchemeId,
) -> anyhow::Result<ChallengeInput> {
    form(json!({
        "batch_id": batch_id,
        "title": data.title,
        "class": data.class,
        "plan_category": data.plan_category,
        "selection_mode": data.selection_mode,
        "sector": data.sector,
        "sponsor_id": sponsor_id,
        "scheme_id": scheme_id,
        "max_parallel_teams": data.max_parallel_teams,
        "background": data.background,
        "research_content": data.research_content,
        "conditions": data.conditions,
        "indicators": data.indicators,
        "fiscal_cap_fen": fen(data.fiscal_cap_wan),
        "sponsor_fund_fen": fen(data.sponsor_fund_wan),
        "duration_months": data.duration_months,
        "secrecy": Secrecy::Public,
    }))
}

/// The standard judging scheme, for panels of three.
///
/// # Errors
/// It is no scheme.
pub fn scheme() -> anyhow::Result<SchemeInput> {
    let mut scheme = serde_json::to_value(Scheme::standard()?)?;
    if let Some(fields) = scheme.as_object_mut() {
        fields.insert("phases".into(), json!([{"phase": "network", "least_reviews": 3, "weight_bps": 10_000}]));
    }
    form(json!({"code": "demo", "scheme": scheme}))
}

/// A bid with this partner: it promises the targets as they stand.
///
/// # Errors
/// The data break a rule.
pub fn bid(data: &Bid, challenge: &Challenge, partner: Option<OrganizationId>) -> anyhow::Result<BidInput> {
    let last = challenge.duration_months;
    let half = last / 2;
    let codes: Vec<&str> = challenge.indicators.iter().map(|asked| asked.code.as_str()).collect();
    let stages: Vec<Value> = PROMISED
        .into_iter()
        .zip([6, half, half.midpoint(last), last])
        .map(|((name, weight_bps), month)| json!({"name": name, "month": month, "weight_bps": weight_bps, "indicators": codes}))
        .collect();
    let promised: Vec<Value> = challenge.indicators.iter().map(|asked| json!({"code": asked.code, "value": asked.target})).collect();
    let (requested, own) = (fen(data.requested_wan), fen(data.self_fund_wan));
    let tenth = Fen(requested.0 / 10);
    let part = |tenths: i64| Fen(tenth.0.saturating_mul(tenths));
    let share = if partner.is_some() { 2_000 } else { 0 };
    let mut team =
        vec![person(&data.pi_name, "pi", "19740512", 8), person(&format!("{}团队骨干", data.pi_name), "backbone", "19820307", 6)];
    team.extend(data.youth.as_deref().map(|name| person(name, "youth_co_lead", "19910923", 9)));
    form(json!({
        "lead_share_bps": 10_000 - share,
        "partners": partner.iter().map(|id| json!({
            "organization": id, "tasks": "承担省内试验验证与示范应用。", "fiscal_share_bps": share,
        })).collect::<Vec<_>>(),
        "team": team,
        "technical_plan": data.technical_plan,
        "innovation": "关键材料、核心装备与系统集成均为自主研发，具备自主知识产权。",
        "risks": "放大效应与长周期稳定性存在不确定性，设中试验证节点并备有替代路线。",
        "market_plan": "先在需求方示范应用，达标后在同类企业推广。",
        "requested_fen": requested,
        "self_fund_fen": own,
        "budget": [
            {"item": "equipment", "fiscal_fen": part(4)},
            {"item": "business", "fiscal_fen": Fen(requested.0.saturating_sub(part(7).0)), "self_fen": own},
            {"item": "labour", "fiscal_fen": part(2)},
            {"item": "indirect", "fiscal_fen": tenth},
        ],
        "indicators": promised,
        "milestones": stages,
        "commitments": {"integrity": true, "truthful": true, "ethics": true, "no_double_funding": true},
    }))
}

/// A person of a team, with a made-up number that is always the same for the same name.
pub(super) fn person(name: &str, role: &str, born: &str, person_months: i64) -> Value {
    let seed = name.chars().fold(7u32, |sum, c| sum.wrapping_mul(31).wrapping_add(u32::from(c)));
    let chinese = role == "backbone" || name.chars().all(|c| !c.is_ascii_alphabetic());
    if chinese {
        // 999999 is no place: nobody has this number.
        let body = format!("999999{born}{:03}", seed % 1_000);
        let check = IdentityNumber::check_character(&body).unwrap_or_default();
        return json!({"name": name, "role": role, "identity": format!("{body}{check}"), "person_months": person_months});
    }
    let region = if name.is_ascii() { "DE" } else { "HK" };
    json!({"name": name, "role": role, "identity": format!("P{seed}"), "nationality": region, "person_months": person_months})
}

/// A formal examination: all items pass but the failing one.
///
/// # Errors
/// Never, unless the checklist changes.
pub fn examination(found: Examined) -> anyhow::Result<ExaminationInput> {
    let item = |code: &ExaminationItem| match found {
        Examined::Fails(failing) if failing == *code => json!({"code": code, "finding": Finding::Fail, "reason": failing_reason(failing)}),
        _ => json!({"code": code, "finding": Finding::Pass}),
    };
    form(json!({"items": ExaminationItem::ALL.iter().map(item).collect::<Vec<_>>()}))
}

const fn failing_reason(item: ExaminationItem) -> &'static str {
    match item {
        ExaminationItem::Signatures => "联合体协议缺合作单位公章，承诺书缺法定代表人签字，未在补正期限内补齐。",
        ExaminationItem::Agreement => "联合体协议未加盖省内合作单位公章，未在补正期限内补齐。",
        _ => "与榜单要求不符，未在补正期限内补齐材料。",
    }
}

/// A score sheet with this total.
///
/// # Errors
/// The total cannot be reached.
pub fn sheet(total: Decimal, seat: usize) -> anyhow::Result<ScoreSheet> {
    let comment = values::comment(total, seat);
    let scheme = Scheme::standard()?;
    let score = |(criterion, points): (&Criterion, Decimal)| json!({"criterion": criterion.code, "points": points, "comment": criterion.is_extreme(points).then_some(comment)});
    let scores: Vec<Value> = values::split(&scheme, total)?.into_iter().map(score).collect();
    let sheet: ScoreSheet = form(json!({"scores": scores, "comment": comment}))?;
    anyhow::ensure!(sheet.total(&scheme) == total, "the points make {} instead of {total}", sheet.total(&scheme));
    Ok(sheet)
}

/// A proposal on the bids before the panel.
///
/// # Errors
/// The data leave out a choice.
pub fn decision(number: usize, decided_on: Date, bids: &[(BidId, &Bid)]) -> anyhow::Result<DecisionInput> {
    let selections = bids.iter().map(|(bid_id, bid)| {
        let choice = bid.choice.with_context(|| format!("no choice on {}", bid.organization))?;
        let award_fen = bid.award_wan.map(fen);
        Ok(json!({"bid_id": bid_id, "choice": choice, "award_fen": award_fen, "reserve_order": bid.reserve_order, "reason": bid.reason}))
    });
    let selections = selections.collect::<anyhow::Result<Vec<_>>>()?;
    let year = decided_on.to_string().chars().take(4).collect::<String>();
    form(json!({"minute_no": format!("示科厅纪要〔{year}〕{number}号"), "decided_on": decided_on, "selections": selections}))
}

/// A window of publicity, with whom to turn to.
///
/// # Errors
/// It is no window.
pub fn publicity(starts_on: &str, ends_on: &str) -> anyhow::Result<PublicityWindow> {
    form(json!({"starts_on": starts_on, "ends_on": ends_on, "contacts": [
        {"kind": "business", "name": "资源配置与管理处", "reached_by": "business@kjt.example"},
        {"kind": "supervision", "name": "科技监督与诚信建设处", "reached_by": "supervision@kjt.example"},
    ]}))
}

/// The words that go with a failed round.
#[must_use]
pub const fn failed(reason: FailReason) -> &'static str {
    match reason {
        FailReason::NoBids => "截止时间前未收到揭榜申请，经研究本轮流标。",
        FailReason::NoEligibleBid => "揭榜申请均未通过形式审查，经研究本轮流标。",
        FailReason::BelowThreshold => "评审得分均低于70分，技术路线尚不成熟，经研究本轮流标。",
        FailReason::SponsorUnsatisfied => "需求方对各申请方案均不满意，经研究本轮流标。",
        FailReason::SealLost => "三名保管人中两人的密钥份额已失效，无法启封，经研究本轮流标。",
        FailReason::Forfeited => "中榜单位均放弃签约，本轮流标。",
        FailReason::Other => "经研究本轮流标。",
    }
}

/// A plan: three milestones with all indicators, 40 % at signing, 30 % with the first milestone, the rest at acceptance.
///
/// # Errors
/// The data break a rule.
pub fn plan(challenge: &Challenge, project: &ProjectRow, months: [u32; 3]) -> anyhow::Result<PlanInput> {
    let mut milestones = Vec::new();
    for (step, ((name, weight_bps), months)) in (1..).zip(STAGES.into_iter().zip(months)) {
        let due_on = project.starts_on.0.checked_add_months(chrono::Months::new(months)).map(Date).context("no such date")?;
        let target = |asked: &Indicator| Ok(json!({"code": asked.code, "value": values::target(asked, step)?}));
        let indicators = challenge.indicators.iter().map(target).collect::<anyhow::Result<Vec<_>>>()?;
        milestones.push(json!({"name": name, "due_on": due_on, "weight_bps": weight_bps, "indicators": indicators}));
    }
    let Fen(award) = project.award_fen;
    let (first, second) = (award.saturating_mul(4) / 10, award.saturating_mul(3) / 10);
    let rest = award.saturating_sub(first).saturating_sub(second);
    form(json!({"milestones": milestones, "payments": [
        {"gate": Gate::Signing, "amount_fen": Fen(first)},
        {"gate": Gate::Milestone, "milestone": 1, "amount_fen": Fen(second)},
        {"gate": Gate::Acceptance, "amount_fen": Fen(rest)},
    ]}))
}

/// The files of a project, one of each kind that it needs.
pub type Proofs = BTreeMap<EvidenceKind, EvidenceId>;

/// The kind of evidence that shows an indicator.
///
/// # Errors
/// None does.
pub fn proof(asked: &Indicator) -> anyhow::Result<EvidenceKind> {
    EvidenceKind::ALL.iter().copied().find(|kind| kind.fits(asked.measure_method)).context("no such evidence")
}

/// What a team hands in for a milestone.
///
/// # Errors
/// The data break a rule.
pub fn evidence(of: (&Challenge, &str), step: usize, quality: Quality, today: Date, files: &Proofs) -> anyhow::Result<EvidenceInput> {
    let (challenge, code) = of;
    let missed = challenge.indicators.iter().find(|asked| match quality {
        Quality::Reached => false,
        Quality::MandatoryMissed => asked.mandatory,
        Quality::OptionalMissed => !asked.mandatory,
    });
    let actual = |asked: &Indicator| {
        let actual = values::actual(asked, step, missed.is_some_and(|missed| missed.code == asked.code))?;
        let file = files.get(&proof(asked)?).context("no such file")?;
        let number = format!("{code}-M{step}-{}", asked.code);
        let piece = json!({"file": file, "number": number, "issued_by": "示范检验检测中心", "issued_on": today});
        let correction = missed.is_some_and(|missed| missed.code == asked.code).then_some("按复核后的实际完成值更正。");
        Ok(json!({"code": asked.code, "actual": actual, "evidence": [piece], "correction": correction}))
    };
    let actuals = challenge.indicators.iter().map(actual).collect::<anyhow::Result<Vec<_>>>()?;
    let summary = match missed {
        None => format!("按计划完成第{step}阶段研究任务，各项指标均达到节点目标，第三方检测与现场测试材料齐备。"),
        Some(missed) => format!("基本完成第{step}阶段研究任务，“{}”尚未达到节点目标，已分析原因并提出改进措施。", missed.name),
    };
    form(json!({"actuals": actuals, "summary": summary}))
}

/// An application for acceptance with everything that the checklist asks for.
///
/// # Errors
/// The data break a rule.
pub fn application(challenge: &Challenge, code: &str, words: &str, today: Date) -> anyhow::Result<AcceptanceInput> {
    let item = |kind: AcceptanceItemKind, by: &str| json!({"kind": kind, "reference": format!("{code}-{kind}"), "issued_by": by, "issued_on": today});
    let mut items = vec![
        item(AcceptanceItemKind::SelfEvaluation, "项目承担单位"),
        item(AcceptanceItemKind::ScienceReport, "省科技情报与战略研究中心"),
        item(AcceptanceItemKind::AuditReport, "会计师事务所"),
        item(AcceptanceItemKind::OutcomeList, "项目承担单位"),
        item(AcceptanceItemKind::TruthStatement, "项目承担单位"),
    ];
    for (kind, method, by) in [
        (AcceptanceItemKind::ThirdPartyTest, MeasureMethod::ThirdPartyTest, "省检验检测中心"),
        (AcceptanceItemKind::UserReport, MeasureMethod::UserReport, "示范应用单位"),
    ] {
        let codes: Vec<&str> =
            challenge.indicators.iter().filter(|asked| asked.measure_method == method).map(|asked| asked.code.as_str()).collect();
        if !codes.is_empty() {
            let mut shown = item(kind, by);
            if let Some(fields) = shown.as_object_mut() {
                fields.insert("indicators".into(), json!(codes));
            }
            items.push(shown);
        }
    }
    form(json!({"self_evaluation": words, "items": items}))
}
