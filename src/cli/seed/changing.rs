//! Who does what about a change 变更 of a project of the demo.

use crate::app::{Page, changes};
use crate::cli::seed::forms::{self, form};
use crate::cli::seed::story::Story;
use crate::cli::seed::values;
use crate::cli::seed::works::{Work, opinion, signature};
use crate::domain::challenge::ReasonInput;
use crate::domain::change::{AdviceInput, ChangeInput, ChangeKind, ChangeStage, Verdict};
use crate::domain::id::{ChangeId, ProjectId};
use crate::domain::indicator::Indicator;
use crate::domain::project::SigningParty;
use anyhow::Context;
use chrono::Months;
use serde_json::{Value, json};

/// What is done about a change.
#[derive(Clone, Copy, Debug)]
pub enum ChangeDeed {
    /// The team asks for it.
    Ask(ChangeKind),
    /// The commissioner says a word.
    Advise(Verdict),
    /// A director approves.
    Approve,
    /// A director refuses.
    Reject,
    /// All parties sign the supplement.
    Sign,
}

impl Story<'_> {
    /// Something is done about the change of a project: the one that is under way.
    ///
    /// # Errors
    /// A rule says no.
    pub(super) async fn change(&self, of: usize, work: &Work, deed: ChangeDeed) -> anyhow::Result<()> {
        if let ChangeDeed::Ask(kind) = deed {
            let (input, project) = (self.asks(of, work, kind)?, work.id);
            self.by(work.team, move |act| changes::asking::submit(act, project, input)).await?;
            return Ok(());
        }
        let id = self.change_of(work.id).await?;
        match deed {
            ChangeDeed::Ask(_) => {}
            ChangeDeed::Advise(verdict) => {
                let words = match verdict {
                    Verdict::Support => "情况属实，理由充分，不影响任务书指标，建议同意。",
                    _ => "停产属企业自身检修安排，不构成不可抗力，建议维持原指标。",
                };
                let input: AdviceInput = form(json!({"verdict": verdict, "opinion": words}))?;
                self.by(work.commissioner, move |act| changes::deciding::advise(act, id, &input)).await?;
            }
            ChangeDeed::Approve => {
                let input = opinion("经研究，同意变更，请各方签署补充任务书。")?;
                self.by(self.desks.director, move |act| changes::deciding::approve(act, id, &input)).await?;
            }
            ChangeDeed::Reject => {
                let input: ReasonInput = form(json!({"reason": "不属于不可抗力，考核指标不得降低，不予批准。"}))?;
                self.by(self.desks.director, move |act| changes::deciding::reject(act, id, &input)).await?;
            }
            ChangeDeed::Sign => self.supplement(work, id).await?,
        }
        Ok(())
    }

    /// All parties sign the supplement of a change.
    pub(super) async fn supplement(&self, work: &Work, id: ChangeId) -> anyhow::Result<()> {
        let sponsor = work.sponsor.map(|_| SigningParty::Sponsor);
        for party in [SigningParty::Team].into_iter().chain(sponsor).chain([SigningParty::Department]) {
            let input = signature(party)?;
            self.by(self.signer(work, party)?, move |act| changes::effect::sign(act, id, &input)).await?;
        }
        Ok(())
    }

    /// The change of a project that is under way.
    pub(super) async fn change_of(&self, project: ProjectId) -> anyhow::Result<ChangeId> {
        let page = Page { limit: 100, after: None, descending: true };
        let all = self.look(move |act| changes::of_project(act, project, &page)).await?;
        let waits = |stage| matches!(stage, ChangeStage::Submitted | ChangeStage::Advised | ChangeStage::Approved);
        Ok(all.into_iter().find(|shown| waits(shown.record.stage)).context("no change is under way")?.record.id)
    }

    /// What a team asks for.
    fn asks(&self, of: usize, work: &Work, kind: ChangeKind) -> anyhow::Result<ChangeInput> {
        let case = self.case(of)?;
        let (why, field, asked) = match kind {
            ChangeKind::Pi => {
                ("原挂帅人因工作调动不再承担本项目，由项目副负责人接任。", "principal", forms::person("高承志", "pi", "19780611", 8))
            }
            ChangeKind::Extension => {
                let row = case.projects.values().find(|row| row.id == work.id).context("no such project")?;
                let later = row.ends_on.0.checked_add_months(Months::new(6)).context("no such date")?;
                ("关键设备交货推迟，工业验证须顺延半年。", "ends_on", json!(later.to_string()))
            }
            _ => {
                let lower = |asked: &Indicator| {
                    Some((asked.code.clone(), values::target(asked, 1).ok()?)).filter(|(_, lower)| *lower != asked.target)
                };
                let (code, value) = case.data.indicators.iter().find_map(lower).context("no target can be lowered")?;
                ("需求方产线停产检修，工业试验条件不足，申请调整考核指标。", "indicators", json!([{"code": code, "value": value}]))
            }
        };
        let mut body = json!({
            "kind": kind, "cause": why, "cause_on": self.app.clock.now().date().plus_days(-8), "unit_opinion": "情况属实，同意上报。",
        });
        if let Some(fields) = body.as_object_mut() {
            fields.insert(field.into(), asked);
            if kind == ChangeKind::Indicator {
                fields.insert(
                    "force_majeure".into(),
                    json!({"panel": panel(), "opinion": "停产期间不具备工业试验条件。", "notice": "检修公告〔2022〕8号"}),
                );
            }
        }
        form(body)
    }
}

/// A panel of three, one of them from the side of the users.
pub(super) fn panel() -> Value {
    json!([
        {"name": "任学敏", "organization": "示范大学"},
        {"name": "祁建业", "organization": "示范工程研究院"},
        {"name": "乔用之", "organization": "示范应用企业", "of_users": true},
    ])
}
