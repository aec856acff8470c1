//! Who does what about a project, its milestones and its payments.

use crate::app::files::Named;
use crate::app::{acceptances, evidence, milestones, payments, projects};
use crate::cli::seed::course::{Desk, ProjectDeed, Quality};
use crate::cli::seed::deeds;
use crate::cli::seed::forms::{self, Proofs, form};
use crate::cli::seed::story::Story;
use crate::domain::acceptance::{AssessmentInput, Conclusion, ConclusionInput, PanelVerdict};
use crate::domain::assignment::{AssignInput, AssignmentKind};
use crate::domain::evidence::EvidenceKind;
use crate::domain::file::MediaType;
use crate::domain::id::{EvidenceId, MilestoneId, PaymentId, ProjectId, UserId};
use crate::domain::milestone::{OpinionInput, RectifyInput};
use crate::domain::payment::PayInput;
use crate::domain::policy::Role;
use crate::domain::project::{SignInput, SigningParty};
use anyhow::Context;
use serde_json::json;
use std::collections::BTreeSet;

/// A project with the people outside the department's desks who act for it.
pub(super) struct Work {
    pub(super) id: ProjectId,
    pub(super) code: String,
    pub(super) team: UserId,
    pub(super) commissioner: UserId,
    pub(super) sponsor: Option<UserId>,
}

/// A party's name under a text.
pub(super) fn signature(party: SigningParty) -> anyhow::Result<SignInput> {
    let representative = (party == SigningParty::Team).then_some("赵法人");
    form(json!({"party": party, "pledge": true, "legal_representative": representative}))
}

pub(super) fn opinion(text: &str) -> anyhow::Result<OpinionInput> {
    form(json!({"opinion": text}))
}

impl Story<'_> {
    pub(super) fn work(&self, of: usize, number: usize) -> anyhow::Result<Work> {
        let case = self.case(of)?;
        let row = case.projects.get(&number).context("no such project")?;
        let lead = &case.data.bids.get(number).context("no such bid")?.organization;
        let address = &case.data.project.as_ref().context("no project in the data")?.commissioner;
        Ok(Work {
            id: row.id,
            code: row.code.clone(),
            team: self.people.agent(lead, Role::Team)?,
            commissioner: case.commissioners.get(&number).copied().map_or_else(|| self.people.person(address), Ok)?,
            sponsor: case.data.sponsor.as_deref().map(|key| self.people.agent(key, Role::Sponsor)).transpose()?,
        })
    }

    /// Something is done about the project of a bid.
    ///
    /// # Errors
    /// A rule says no.
    pub async fn project(&mut self, of: usize, number: usize, deed: ProjectDeed) -> anyhow::Result<()> {
        let work = self.work(of, number)?;
        let id = work.id;
        match deed {
            ProjectDeed::Plan(months) => {
                let case = self.case(of)?;
                let input = forms::plan(case.data, case.projects.get(&number).context("no such project")?, months)?;
                self.by(self.desks.officer, move |act| projects::plan::plan(act, id, &input)).await?;
            }
            ProjectDeed::Sign(party) => self.sign(&work, party).await?,
            ProjectDeed::Assign => {
                let input = AssignInput { commissioner_id: work.commissioner, kind: AssignmentKind::Primary, note: None };
                self.by(self.desks.officer, move |act| projects::assigning::assign(act, id, &input)).await?;
                self.case_mut(of)?.commissioners.insert(number, work.commissioner);
            }
            ProjectDeed::Start(step) => {
                let node = self.milestone(id, step).await?;
                self.by(work.team, move |act| milestones::working::start(act, node)).await?;
            }
            ProjectDeed::HandIn(step, quality) => self.hand_in(of, &work, step, quality).await?,
            ProjectDeed::Verify(step) => {
                let node = self.milestone(id, step).await?;
                let input = opinion("经现场核查并审阅第三方检测报告，节点指标全部达到，认定达标。")?;
                self.by(work.commissioner, move |act| milestones::judging::verify(act, node, &input)).await?;
            }
            ProjectDeed::SendBack(step, day) => {
                let node = self.milestone(id, step).await?;
                let words = "首项必达指标未达到节点目标，检测批次代表性不足，请限期整改并补充第三方检测报告。";
                let input: RectifyInput = form(json!({"opinion": words, "rectify_by": day}))?;
                self.by(work.commissioner, move |act| milestones::judging::send_back(act, node, &input)).await?;
            }
            ProjectDeed::Fail(step) => {
                let node = self.milestone(id, step).await?;
                let input = opinion("整改后首项必达指标仍未达到节点目标，认定未达标，后续拨付按军令状约定处理。")?;
                self.by(work.commissioner, move |act| milestones::judging::fail(act, node, &input)).await?;
            }
            ProjectDeed::Pay(payment, desk) => self.pay(&work, payment, desk).await?,
            ProjectDeed::Change(deed) => self.change(of, &work, deed).await?,
            ProjectDeed::Stop(deed) => self.stop(id, deed).await?,
            ProjectDeed::Follow(deed) => self.follow(of, number, &work, deed).await?,
            ProjectDeed::Money(deed) => self.money(&work, deed).await?,
            ProjectDeed::Apply => {
                let words = "项目三个阶段任务已全部完成，示范应用运行稳定，经费支出符合预算，申请验收。";
                let case = self.case(of)?;
                let input = forms::application(case.data, &work.code, words, self.app.clock.now().date())?;
                self.by(work.team, move |act| projects::acceptance::apply(act, id, &input)).await?;
            }
            ProjectDeed::Conclude(conclusion) => self.conclude(&work, of, conclusion).await?,
        }
        Ok(())
    }

    async fn conclude(&self, work: &Work, of: usize, conclusion: Conclusion) -> anyhow::Result<()> {
        self.assess(work, of, conclusion).await?;
        let words = match conclusion {
            Conclusion::Rectify => "请补充长周期运行数据后再次申请验收。",
            Conclusion::Completed => "各项考核指标均已完成，示范线稳定运行，同意通过验收。",
            Conclusion::Concluded => "必达指标已完成，预期性指标受市场条件影响未达预期，同意按结题处理，余款不再拨付。",
            Conclusion::Failed => "必达指标未完成，验收不通过。",
        };
        let by = (conclusion == Conclusion::Rectify).then(|| self.app.clock.now().date().plus_days(60));
        let input: ConclusionInput = form(json!({"conclusion": conclusion, "opinion": words, "rectify_by": by}))?;
        let id = work.id;
        self.by(self.desks.director, move |act| projects::acceptance::conclude(act, id, &input)).await?;
        Ok(())
    }

    /// A panel of three experts meets, and the officer writes down what it found.
    async fn assess(&self, work: &Work, of: usize, conclusion: Conclusion) -> anyhow::Result<()> {
        let id = work.id;
        let application = self.look(move |act| acceptances::of_project(act, id)).await?.pop().context("no application")?.shown.record.id;
        let experts = (0..3).map(|seat| self.people.expert(of, seat)).collect::<anyhow::Result<Vec<_>>>()?;
        let task = if conclusion == Conclusion::Completed { PanelVerdict::Pass } else { PanelVerdict::Fail };
        let input: AssessmentInput = form(json!({
            "meeting_on": self.app.clock.now().date(), "experts": experts, "task": task, "finance": PanelVerdict::Pass,
            "opinion": "专家组听取汇报、查验材料并质询，形成验收意见。",
        }))?;
        self.by(self.desks.officer, move |act| acceptances::assess(act, application, &input)).await?;
        Ok(())
    }

    async fn sign(&self, work: &Work, party: SigningParty) -> anyhow::Result<()> {
        let (signer, id) = (self.signer(work, party)?, work.id);
        let input = signature(party)?;
        self.by(signer, move |act| projects::signing::sign(act, id, &input)).await?;
        Ok(())
    }

    /// Who signs for a party.
    pub(super) fn signer(&self, work: &Work, party: SigningParty) -> anyhow::Result<UserId> {
        match party {
            SigningParty::Department => Ok(self.desks.director),
            SigningParty::Team => Ok(work.team),
            SigningParty::Sponsor => work.sponsor.context("no sponsor"),
        }
    }

    async fn milestone(&self, project: ProjectId, step: usize) -> anyhow::Result<MilestoneId> {
        let all = self.look(move |act| milestones::of_project(act, project)).await?;
        let number = i32::try_from(step)?;
        let found = all.into_iter().find(|(shown, _)| shown.record.number == number);
        Ok(found.with_context(|| format!("no milestone {step}"))?.0.record.id)
    }

    /// Uploads what shows that a stage is reached.
    async fn proven(&self, work: &Work, step: usize, kind: EvidenceKind) -> anyhow::Result<EvidenceId> {
        let (project, stored) = (work.id, self.page().await?);
        let named = Named { kind, name: deeds::named(&format!("第{step}阶段{}.pdf", kind.zh()))?, media_type: MediaType::Pdf };
        Ok(self.by(work.team, move |act| evidence::add(act, project, named, stored)).await?.id)
    }

    async fn hand_in(&self, of: usize, work: &Work, step: usize, quality: Quality) -> anyhow::Result<()> {
        let challenge = self.case(of)?.data;
        let kinds = challenge.indicators.iter().map(forms::proof).collect::<anyhow::Result<BTreeSet<_>>>()?;
        let mut files = Proofs::new();
        for kind in kinds {
            files.insert(kind, self.proven(work, step, kind).await?);
        }
        let input = forms::evidence((challenge, &work.code), step, quality, self.app.clock.now().date(), &files)?;
        let node = self.milestone(work.id, step).await?;
        self.by(work.team, move |act| milestones::working::submit(act, node, &input)).await?;
        Ok(())
    }

    pub(super) async fn payment(&self, project: ProjectId, payment: usize) -> anyhow::Result<PaymentId> {
        let all = self.look(move |act| payments::of_project(act, project)).await?;
        let number = i32::try_from(payment)?;
        let found = all.into_iter().find(|shown| shown.record.number == number);
        Ok(found.with_context(|| format!("no payment {payment}"))?.record.id)
    }

    async fn pay(&mut self, work: &Work, payment: usize, desk: Desk) -> anyhow::Result<()> {
        let id = self.payment(work.id, payment).await?;
        match desk {
            Desk::Request => self.by(work.team, move |act| payments::request(act, id)).await?,
            Desk::Check => self.by(work.commissioner, move |act| payments::check(act, id)).await?,
            Desk::Approve => self.by(self.desks.finance, move |act| payments::approve(act, id)).await?,
            Desk::Pay => {
                self.vouchers = self.vouchers.saturating_add(1);
                let day = self.app.clock.now().date();
                let year = day.to_string().chars().take(4).collect::<String>();
                let input: PayInput = form(json!({"voucher_no": format!("示科拨{year}-{:04}", self.vouchers), "paid_on": day}))?;
                self.by(self.desks.cashier, move |act| payments::pay(act, id, &input)).await?
            }
        };
        Ok(())
    }
}
