//! 立项项目总台账: every project with its parties, its people and its money. An award stands without what of it went on to another lane.

use super::Ledger;
use crate::app::act::Act;
use crate::app::bids::content;
use crate::app::error::AppError;
use crate::domain::ledger::{Column, LedgerKind, Value};
use crate::domain::money::Fen;
use crate::domain::proposal::team::{TeamMember, TeamRole};
use crate::domain::time::{Date, Timestamp};
use crate::store::Json;
use crate::store::ledgers::projects::ProjectLine;

impl Ledger for ProjectLine {
    const KIND: LedgerKind = LedgerKind::Projects;
    const COLUMNS: &'static [Column] = &[
        Column::text("code", "项目编号"),
        Column::text("title", "项目名称"),
        Column::code("class", "类别"),
        Column::code("plan_category", "计划类别"),
        Column::code("sector", "领域"),
        Column::text("lead_organization", "牵头单位"),
        Column::text("partners", "参与单位"),
        Column::text("uscc", "统一社会信用代码"),
        Column::text("city", "所在市"),
        Column::text("principal", "负责人"),
        Column::text("principal_born_in", "出生年月").personal(),
        Column::text("principal_title", "职称"),
        Column::code("principal_is_young", "青年标识"),
        Column::text("youth_co_lead", "青年技术挂帅人"),
        Column::day("starts_on", "开始日"),
        Column::day("ends_on", "结束日"),
        Column::money("total_fen", "总经费"),
        Column::money("award_fen", "财政").summed(),
        Column::money("sponsor_fund_fen", "需求方"),
        Column::money("self_fund_fen", "自筹"),
        Column::text("commissioner", "专员"),
        Column::code("stage", "状态"),
        Column::text("decision_no", "立项决定（纪要）文号"),
    ];

    fn values(self, act: &Act<'_>) -> Result<Vec<Value>, AppError> {
        let (principal, counted_on) = self.principal(act)?;
        let youth = principal
            .as_ref()
            .and_then(|person| Some(Value::yes(act.app.bid_rules.youth.holds(person.gender?, person.birth_date?, counted_on?))));
        let text = self.commitment.as_ref().map(Json::read).transpose()?;
        let text = text.as_ref();
        let funds = text.map(|text| (text.sponsor_fund_fen, text.self_fund_fen));
        let named = text.map(|text| text.principal.clone()).or_else(|| principal.as_ref().map(|person| person.name.to_string()));
        Ok(vec![
            self.code.into(),
            self.title.into(),
            self.class.into(),
            self.plan_category.into(),
            self.sector.into(),
            self.lead_organization.into(),
            Value::list(text.iter().flat_map(|text| &text.members).map(|member| member.organization.clone())),
            self.uscc.into(),
            self.city.into(),
            named.into(),
            principal.as_ref().and_then(|person| person.birth_date).map(|day| day.0.format("%Y-%m").to_string()).into(),
            principal.as_ref().and_then(|person| person.title.as_ref()).map(ToString::to_string).into(),
            youth.into(),
            text.and_then(|text| text.youth_co_lead.clone()).into(),
            self.starts_on.into(),
            self.ends_on.into(),
            funds.map(|(sponsor, own)| Fen::total([self.award_fen, sponsor, own])).into(),
            self.award_fen.into(),
            funds.map(|(sponsor, _)| sponsor).into(),
            funds.map(|(_, own)| own).into(),
            self.commissioner.into(),
            self.stage.into(),
            self.decision_no.into(),
        ])
    }
}

impl ProjectLine {
    /// The principal investigator as the bid says, or the last change that is in effect; and the day for which they count as young.
    fn principal(&self, act: &Act<'_>) -> Result<(Option<TeamMember>, Option<Date>), AppError> {
        if let Some(change) = &self.change {
            return Ok((change.read()?.principal, self.changed_at.map(Timestamp::date)));
        }
        let Some(body) = &self.opened else { return Ok((None, None)) };
        let team = content::kept(&act.app.keys, self.bid_id, body)?.team;
        Ok((team.into_iter().find(|member| member.role == TeamRole::Pi), self.received_at.map(Timestamp::date)))
    }
}
