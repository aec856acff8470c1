//! Papers 台账与表单: the tables on one challenge, each for those who may read what stands in it.

use crate::app::act::{Act, Object, Seen};
use crate::app::bids::content::{self, Submitted};
use crate::app::challenges;
use crate::app::error::AppError;
use crate::app::{draws, scores};
use crate::domain::bid::{BidStage, NEVER_OPENED, sealed};
use crate::domain::examination::ExaminationItem;
use crate::domain::id::{ChallengeId, OrganizationId, UserId};
use crate::domain::paper::{Cell, Paper, PaperKind};
use crate::domain::policy::{Action, Kind, Permit};
use crate::domain::proposal::team::TeamRole;
use crate::domain::time::Timestamp;
use crate::store::bids::{self, BidRow};
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::{Json, Page, decisions, examinations, objections, organizations, recusals, users};
use std::collections::HashMap;

/// Rows of a table, at most.
const MOST: i64 = 1_000;

type Rows = Vec<Vec<Cell>>;

/// A table on a challenge. That it was taken along is remembered.
///
/// # Errors
/// Denied; no such challenge.
pub fn get(act: &mut Act<'_>, id: ChallengeId, kind: PaperKind) -> Result<Seen<Paper>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let (action, noun) = match kind {
        PaperKind::Bids | PaperKind::Examinations => (Action::PaperRead, Kind::Paper),
        PaperKind::Draws => (Action::DrawReadExcluded, Kind::Draw),
        PaperKind::Scores => (Action::ReviewReadScores, Kind::Review),
        PaperKind::Publicity => (Action::DecisionRead, Kind::Decision),
        PaperKind::Objections => (Action::ObjectionRead, Kind::Objection),
    };
    let object = Object { kind: noun, ..challenges::object(act, &challenge) };
    let permit: Permit = act.permit(action, &object)?;
    let (columns, rows) = match kind {
        PaperKind::Bids => bids_table(act, &challenge)?,
        PaperKind::Examinations => examinations_table(act, &challenge)?,
        PaperKind::Draws => draws_table(act, &challenge)?,
        PaperKind::Scores => scores_table(act, &challenge)?,
        PaperKind::Publicity => publicity_table(act, &challenge)?,
        PaperKind::Objections => objections_table(act, &challenge)?,
    };
    act.remember(&permit, &object, format!("table {kind}"));
    let about = format!("{} {}", challenge.code, challenge.title);
    let columns = columns.into_iter().map(ToOwned::to_owned).collect();
    Ok(Seen::by(permit, Paper { kind, about, filled_on: act.now.date(), columns, rows }))
}

/// The opened bids of the challenge's round.
fn opened(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<Vec<BidRow>, AppError> {
    let stages: Vec<BidStage> = BidStage::ALL.iter().copied().filter(|stage| !NEVER_OPENED.contains(stage)).collect();
    let mut rows = bids::of_round(act.conn, challenge.id, challenge.round, &stages)?;
    rows.retain(|row| !sealed(row.stage, row.round, challenge.opened_round));
    Ok(rows)
}

fn names(act: &mut Act<'_>, ids: impl Iterator<Item = UserId>) -> Result<HashMap<UserId, String>, AppError> {
    Ok(users::names(act.conn, &ids.collect::<Vec<_>>())?.into_iter().collect())
}

fn bids_table(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(Vec<&'static str>, Rows), AppError> {
    let columns = vec![
        "榜单编号",
        "申请编号",
        "揭榜单位",
        "单位性质",
        "省内/省外/境外",
        "联合单位数",
        "挂帅人",
        "青年技术挂帅人",
        "申请财政经费（万元）",
        "状态",
    ];
    let bids = opened(act, challenge)?;
    let leads: Vec<OrganizationId> = bids.iter().map(|bid| bid.lead_org_id).collect();
    let known = organizations::of_ids(act.conn, &leads)?;
    let mut rows = Vec::new();
    for bid in bids {
        let held = match content::submitted(act, &bid)? {
            Submitted::Content(content) => Some(content.bid),
            Submitted::NotYet | Submitted::Flawed(_) => None,
        };
        let lead = known.iter().find(|found| found.id == bid.lead_org_id);
        let person =
            |role| held.as_ref().and_then(|bid| bid.team.iter().find(|member| member.role == role)).map(|member| member.name.to_string());
        rows.push(vec![
            challenge.code.clone().into(),
            bid.id.to_string().into(),
            Cell::maybe(lead.map(|lead| &lead.name)),
            Cell::maybe(lead.map(|lead| lead.kind.zh())),
            Cell::maybe(lead.map(|lead| lead.region.zh())),
            held.as_ref().map_or(Cell::Empty, |bid| bid.partners.len().into()),
            Cell::maybe(person(TeamRole::Pi)),
            Cell::maybe(person(TeamRole::YouthCoLead)),
            held.as_ref().and_then(|bid| bid.requested_fen).map_or(Cell::Empty, Cell::Money),
            bid.stage.zh().into(),
        ]);
    }
    Ok((columns, rows))
}

fn examinations_table(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(Vec<&'static str>, Rows), AppError> {
    let mut columns = vec!["申请编号"];
    columns.extend(ExaminationItem::ALL.iter().map(|item| item.code()));
    columns.extend(["结论", "不通过原因", "审查人", "复核人"]);
    let bids = opened(act, challenge)?;
    let mut kept = Vec::new();
    for bid in &bids {
        kept.push(examinations::find(act.conn, bid.id)?.and_then(|row| row.confirmed_by));
    }
    let people = names(act, bids.iter().filter_map(|bid| bid.examined_by).chain(kept.iter().copied().flatten()))?;
    let mut rows = Vec::new();
    for (bid, confirmer) in bids.iter().zip(kept) {
        let items = bid.examination.as_ref().map(Json::read).transpose()?.unwrap_or_default();
        let mut row: Vec<Cell> = vec![bid.id.to_string().into()];
        for item in ExaminationItem::ALL {
            row.push(Cell::maybe(items.iter().find(|found| found.code == *item).map(|found| found.finding.zh())));
        }
        let why: Vec<String> = items.iter().filter_map(|item| Some(format!("{}：{}", item.code, item.reason.as_ref()?))).collect();
        let name = |id: Option<UserId>| Cell::maybe(id.and_then(|id| people.get(&id)));
        row.extend([bid.stage.zh().into(), why.join("；").into(), name(bid.examined_by), name(confirmer)]);
        rows.push(row);
    }
    Ok((columns, rows))
}

fn draws_table(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(Vec<&'static str>, Rows), AppError> {
    let columns = vec!["场次", "抽取时间", "种子", "池快照", "抽取人", "监督人", "入选", "候补", "回避人及事由"];
    let all = draws::of_challenge(act, challenge.id)?.into_inner();
    let page = Page { limit: MOST, after: None, descending: false };
    let aside = recusals::of_challenge(act.conn, challenge.id, &page)?;
    let mut ids: Vec<UserId> = aside.iter().map(|row| row.user_id).collect();
    for draw in &all {
        ids.extend([Some(draw.shown.record.created_by), draw.shown.record.witnessed_by].into_iter().flatten());
        ids.extend(draw.drawn.iter().flat_map(|drawn| drawn.panel.iter().chain(&drawn.substitutes)));
        ids.extend(draw.excluded.iter().flatten().map(|one| one.expert_id));
    }
    let people = names(act, ids.into_iter())?;
    let name = |id: &UserId| people.get(id).cloned().unwrap_or_default();
    let list = |ids: &[UserId]| Cell::Text(ids.iter().map(name).collect::<Vec<_>>().join("、"));
    let mut rows = Vec::new();
    for (number, draw) in (1_usize..).zip(&all) {
        let row = &draw.shown.record;
        let excluded = draw.excluded.iter().flatten().map(|one| {
            let why: Vec<&str> = one.interests.iter().map(|interest| interest.zh()).collect();
            format!("{}（{}）", name(&one.expert_id), why.join("、"))
        });
        rows.push(vec![
            number.into(),
            Cell::maybe(row.witnessed_at.map(Timestamp::in_beijing)),
            Cell::maybe(draw.seed.clone()),
            row.pool_digest.clone().into(),
            name(&row.created_by).into(),
            Cell::maybe(row.witnessed_by.map(|id| name(&id))),
            draw.drawn.as_ref().map_or(Cell::Empty, |drawn| list(&drawn.panel)),
            draw.drawn.as_ref().map_or(Cell::Empty, |drawn| list(&drawn.substitutes)),
            excluded.collect::<Vec<_>>().join("；").into(),
        ]);
    }
    for row in &aside {
        let mut line = vec![Cell::Text("回避".into()), row.created_at.in_beijing().into()];
        line.extend(std::iter::repeat_n(Cell::Empty, 6));
        line.push(format!("{}（{}：{}）", name(&row.user_id), row.ground.zh(), row.reason).into());
        rows.push(line);
    }
    Ok((columns, rows))
}

fn scores_table(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(Vec<&'static str>, Rows), AppError> {
    let columns = vec!["榜单", "申请编号", "揭榜单位", "各专家分（匿名）", "去极值均分", "名次", "推荐意见", "拟支持经费（万元）"];
    let lines = scores::table(act, challenge.id)?.into_inner().lines;
    let rows = lines.into_iter().map(|line| {
        let sheets = line.score.phases.iter().flat_map(|(_, _, panel)| &panel.sheets);
        let each = sheets.map(|sheet| format!("{}{}", sheet.total, if sheet.dropped { "（去）" } else { "" }));
        vec![
            challenge.title.clone().into(),
            line.bid.id.to_string().into(),
            line.organization.clone().into(),
            each.collect::<Vec<_>>().join("、").into(),
            Cell::maybe(line.score.score),
            line.place.map_or(Cell::Empty, Cell::from),
            line.bid.stage.zh().into(),
            line.bid.award_fen.map_or(Cell::Empty, Cell::Money),
        ]
    });
    Ok((columns, rows.collect()))
}

fn publicity_table(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(Vec<&'static str>, Rows), AppError> {
    let columns = vec!["项目名称", "牵头单位", "合作单位", "负责人", "青年技术挂帅人", "公示起", "公示止", "工作日数", "状态"];
    let mut rows = Vec::new();
    for decision in decisions::of_challenge(act.conn, challenge.id)? {
        let Some(kept) = decision.announcement else { continue };
        let said = kept.read()?;
        for winner in said.winners {
            rows.push(vec![
                said.challenge.clone().into(),
                winner.lead_organization.into(),
                winner.partners.join("、").into(),
                winner.principal.into(),
                Cell::maybe(winner.youth_co_lead),
                said.starts_on.to_string().into(),
                said.ends_on.to_string().into(),
                Cell::Number(said.working_days.into()),
                decision.stage.zh().into(),
            ]);
        }
    }
    Ok((columns, rows))
}

fn objections_table(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<(Vec<&'static str>, Rows), AppError> {
    let columns = vec!["异议编号", "日期", "类别", "是否受理", "承办", "结论", "答复日"];
    let page = Page { limit: MOST, after: None, descending: false };
    let all = objections::of_challenge(act.conn, challenge.id, &page)?;
    let people = names(act, all.iter().filter_map(|row| row.handler_id))?;
    let rows = all.iter().map(|row| {
        let admitted = row.ground.map(|ground| format!("不予受理：{}", ground.zh()));
        vec![
            row.id.to_string().into(),
            row.created_at.in_beijing().into(),
            row.kind.zh().into(),
            Cell::maybe(admitted.or_else(|| row.handler_id.map(|_| "受理".to_owned()))),
            Cell::maybe(row.handler_id.and_then(|id| people.get(&id))),
            row.stage.zh().into(),
            Cell::maybe(row.answered_at.map(Timestamp::in_beijing)),
        ]
    });
    Ok((columns, rows.collect()))
}
