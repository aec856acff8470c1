//! How projects of the demo are followed: visits, problems, progress reports, the month's status, and who takes over.

use crate::app::problems::{self, ProblemFilter};
use crate::app::projects::{self, ProjectFilter};
use crate::app::{Page, reports, statuses, visits};
use crate::cli::seed::forms::form;
use crate::cli::seed::story::Story;
use crate::cli::seed::values;
use crate::cli::seed::works::Work;
use crate::domain::assignment::{AssignInput, AssignmentKind};
use crate::domain::id::{ReportId, UserId};
use crate::domain::indicator::Indicator;
use crate::domain::light::Light;
use crate::domain::money::Fen;
use crate::domain::problem::{ProblemStage, ResolutionInput};
use crate::domain::report::{CommentInput, ReportInput};
use crate::domain::status::MonthInput;
use crate::domain::visit::{VisitInput, VisitMode};
use anyhow::Context;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Who takes over.
const SUCCESSOR: &str = "commissioner6";
/// Reports of a project until the story ends: period, how much of the first milestone's targets is reached, how much of the first
/// payment is spent, in percent.
const REPORTS: [(&str, i64, i64); 4] = [("2022Q2", 50, 20), ("2022Q3", 70, 45), ("2022", 80, 60), ("2022Q4", 90, 75)];

/// What is done to follow a project.
#[derive(Clone, Copy, Debug)]
pub enum FollowDeed {
    /// The commissioner visits.
    Visit(VisitMode),
    /// The commissioner visits, and finds a problem.
    Find,
    /// The commissioner closes the problem.
    Solve,
    /// The team hands in a report, by its place in the order.
    Report(usize),
    /// The commissioner comments it.
    Comment(usize),
    /// Another commissioner takes over.
    HandOver,
}

impl Story<'_> {
    /// Something is done to follow a project.
    ///
    /// # Errors
    /// A rule says no.
    pub(super) async fn follow(&mut self, of: usize, number: usize, work: &Work, deed: FollowDeed) -> anyhow::Result<()> {
        let id = work.id;
        match deed {
            FollowDeed::Visit(mode) => self.visit(work, mode, json!([])).await?,
            FollowDeed::Find => {
                let due = self.app.clock.now().date().plus_days(21);
                let problem = json!({"summary": "中试装置核心部件到货滞后，影响下一阶段试验。", "owner": "赵法人", "due_on": due});
                self.visit(work, VisitMode::Onsite, json!([problem])).await?;
            }
            FollowDeed::Solve => {
                let filter = ProblemFilter { project_id: Some(id), stage: Some(ProblemStage::Open), ..ProblemFilter::default() };
                let page = Page { limit: 1, after: None, descending: true };
                let open = self.look(move |act| problems::list(act, &filter, &page)).await?;
                let problem = open.into_iter().next().context("no open problem")?.record.id;
                let input: ResolutionInput = form(json!({"resolution": "部件已到货并完成安装调试，试验恢复正常。"}))?;
                self.by(work.commissioner, move |act| problems::close(act, problem, &input)).await?;
            }
            FollowDeed::Report(place) => self.report(of, number, work, place).await?,
            FollowDeed::Comment(place) => {
                let report = self.report_of(work, place).await?;
                let input: CommentInput = form(json!({"comment": "进展与现场了解的情况一致，请继续按计划推进并保留试验原始记录。"}))?;
                self.by(work.commissioner, move |act| reports::comment(act, report, &input)).await?;
            }
            FollowDeed::HandOver => {
                let successor = self.people.person(SUCCESSOR)?;
                let note = "第一阶段试验进行中，须重点关注关键部件到货与第三方检测安排；需求方联系人为装备部负责人。";
                let input = AssignInput { commissioner_id: successor, kind: AssignmentKind::Primary, note: Some(form(json!(note))?) };
                self.by(self.desks.officer, move |act| projects::assigning::assign(act, id, &input)).await?;
                self.case_mut(of)?.commissioners.insert(number, successor);
            }
        }
        Ok(())
    }

    async fn visit(&self, work: &Work, mode: VisitMode, found: Value) -> anyhow::Result<()> {
        let input: VisitInput = form(json!({
            "held_at": self.app.clock.now().plus(TimeDelta::days(-1)), "mode": mode,
            "place": (mode == VisitMode::Onsite).then_some("项目承担单位中试基地"), "participants": ["赵法人", "项目秘书"], "duration_min": 90,
            "findings": "听取阶段进展汇报，查阅试验记录与经费台账，进度与任务书一致，经费使用规范。", "problems": found,
        }))?;
        let id = work.id;
        self.by(work.commissioner, move |act| visits::log(act, id, &input)).await?;
        Ok(())
    }

    async fn report_of(&self, work: &Work, place: usize) -> anyhow::Result<ReportId> {
        let (period, ..) = REPORTS.get(place).context("no such report")?;
        let (id, page) = (work.id, Page { limit: 100, after: None, descending: true });
        let all = self.look(move |act| reports::of_project(act, id, &page)).await?;
        let found = all.into_iter().find(|(shown, _)| shown.record.period == *period);
        Ok(found.with_context(|| format!("no report is owed for {period}"))?.0.record.id)
    }

    async fn report(&self, of: usize, number: usize, work: &Work, place: usize) -> anyhow::Result<()> {
        let id = self.report_of(work, place).await?;
        let (period, reached, spent) = REPORTS.get(place).copied().context("no such report")?;
        let case = self.case(of)?;
        let award = case.projects.get(&number).context("no such project")?.award_fen;
        let half = Fen(award.0.saturating_mul(4).saturating_mul(spent) / 2_000);
        let value = |asked: &Indicator| anyhow::Ok(json!({"code": asked.code, "value": values::so_far(asked, reached)?}));
        let values = case.data.indicators.iter().map(value).collect::<anyhow::Result<Vec<_>>>()?;
        let input: ReportInput = form(json!({
            "done": format!("{period}：按任务书推进第一阶段研究，完成方案设计、关键部件试制与台架试验。"),
            "indicators": values,
            "spending": [{"item": "equipment", "fiscal_fen": half}, {"item": "business", "fiscal_fen": half}],
            "self_fund_fen": 0, "staff_months": "18", "next_plan": "开展系统联调与第三方检测，准备节点考核材料。", "risk": Light::Green,
        }))?;
        self.by(work.team, move |act| reports::submit(act, id, &input)).await?;
        Ok(())
    }

    /// Every commissioner says how their projects stand.
    ///
    /// # Errors
    /// A rule says no.
    pub(super) async fn months_status(&self) -> anyhow::Result<()> {
        let everyone: BTreeSet<UserId> = self.cases.iter().flat_map(|case| case.commissioners.values().copied()).collect();
        for commissioner in everyone {
            let filter = ProjectFilter { commissioner_id: Some(commissioner), ..ProjectFilter::default() };
            let page = Page { limit: 100, after: None, descending: false };
            let followed = self.look(move |act| projects::list(act, &filter, &page)).await?;
            let said = followed.into_iter().filter_map(|(shown, bearing)| {
                let reason = match bearing.light? {
                    Light::Green => None,
                    Light::Yellow => Some("节点临近或正在整改，已约谈团队并逐周跟踪。"),
                    Light::Red => Some("节点已逾期或未达标，已书面提示团队并报告处室。"),
                };
                Some(json!({"project_id": shown.record.id, "light_reason": reason, "note": "按月跟踪，情况已与团队核对。"}))
            });
            let said: Vec<Value> = said.collect();
            if !said.is_empty() {
                let input: MonthInput = form(json!({"reports": said}))?;
                self.by(commissioner, move |act| statuses::report(act, &input)).await?;
            }
        }
        Ok(())
    }
}
